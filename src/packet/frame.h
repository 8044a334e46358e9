/*
 * A frame as a source hands it over, before anything is decoded.
 */
#ifndef TALLYMAN_PACKET_FRAME_H
#define TALLYMAN_PACKET_FRAME_H

#include <stdint.h>

/* Where frames were captured: one for each interface of each input. */
struct interface {
	char		*input;		/* file name, "-", or NULL when live */
	char		*name;		/* "eth0", or NULL when unknown */
	int		 link_type;	/* LINKTYPE_ value (tcpdump.org registry) */
	int		 time_digits;	/* 6 or 9: how times are printed */
	uint32_t	 snaplen;	/* bytes, 0 when unlimited */
};

/* data is borrowed until the source is asked for its next batch. */
struct frame {
	const uint8_t		*data;
	int64_t			 ts_ns;		/* since 1970, UTC */
	uint64_t		 number;	/* 1 for the first frame read */
	uint32_t		 captured;	/* bytes at data */
	uint32_t		 length;	/* bytes on the wire, no FCS */
	const struct interface	*interface;	/* lives as long as the source */
};

#endif
