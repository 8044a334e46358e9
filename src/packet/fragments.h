/*
 * Reassembly of IPv4 (RFC 791) and IPv6 (RFC 8200 4.5) fragments, within
 * bounds: 4096 datagrams, 16 MiB, 30 s of capture time. An overlap in IPv6
 * drops the datagram (RFC 5722); in IPv4 the first bytes win and the overlap
 * is noted.
 */
#ifndef TALLYMAN_PACKET_FRAGMENTS_H
#define TALLYMAN_PACKET_FRAGMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "packet/packet.h"

enum {
	FRAGMENTS_DATAGRAMS_MAX = 4096,
	FRAGMENTS_BYTES_MAX = 16 << 20,
	FRAGMENTS_AGE_MAX_S = 30
};

struct fragments;

/* The secret is copied. Aborts when memory is exhausted. */
struct fragments	*fragments_new(const struct hash_secret *);
void			 fragments_free(struct fragments *);

/* One fragment. data is copied; captured <= size. */
struct fragment {
	const struct address	*src;
	const struct address	*dst;
	uint8_t			 ip_version;
	uint8_t			 protocol;	/* v6: of the unfragmentable end */
	uint32_t		 identification;
	uint32_t		 offset;	/* bytes */
	bool			 is_last;	/* no more fragments */
	const uint8_t		*data;
	uint32_t		 captured;	/* bytes at data */
	uint32_t		 size;		/* bytes on the wire */
	uint32_t		 ip_bytes;
	uint32_t		 frame_bytes;
	int64_t			 ts_ns;
	bool			 is_outermost;	/* of its frame */
};

/* A whole datagram. data is borrowed until fragments_recycle(). */
struct datagram {
	const uint8_t	*data;
	uint32_t	 captured;	/* bytes known from the start */
	uint32_t	 size;
	uint32_t	 fragments;
	uint32_t	 ip_bytes;
	uint64_t	 frame_bytes;
	int64_t		 start_ns;
	uint8_t		 protocol;	/* of the fragment at offset 0 */
};

/*
 * Adds a fragment. True when it completes its datagram, which is then
 * described in *whole. Anomalies are noted on the packet. Never fails: what
 * does not fit the bounds pushes out the oldest datagram, whose frames stay
 * unfinished.
 */
bool	fragments_add(struct fragments *, const struct fragment *,
	    struct packet *, struct datagram *whole);

/* Frees the datagrams handed out since the last call: once a batch. */
void	fragments_recycle(struct fragments *);

/* Outermost fragments that were added and never completed a datagram. */
uint64_t fragments_unfinished(const struct fragments *);

#endif
