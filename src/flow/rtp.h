/*
 * Real-time streams (RTP, RFC 3550) among the datagrams of one direction:
 * found by the regularity of their headers alone, and then measured as
 * RFC 3550 Appendix A measures them. docs/realtime.md gives the reasons.
 *
 * One source (SSRC) is followed at a time. A zeroed stream has seen nothing.
 */
#ifndef TALLYMAN_FLOW_RTP_H
#define TALLYMAN_FLOW_RTP_H

#include <stdbool.h>
#include <stdint.h>

enum { RTP_HEADER_SIZE = 12 };

/* Another source than the one followed, and how long its run is. */
struct rtp_rival {
	uint32_t	ssrc;
	uint32_t	timestamp;
	uint16_t	sequence;
	uint8_t		run;		/* packets in sequence, stays at 255 */
	uint8_t		payload_type;
};

struct rtp_stream {
	int64_t		last_ns;	/* arrival of the newest packet timed */
	int64_t		anchor_ns;	/* arrival of the source's first */
	uint64_t	jitter_sum_ns;	/* of all samples of the part */
	uint32_t	ssrc;
	uint32_t	last_timestamp;	/* media clock, as at last_ns */
	uint32_t	anchor_timestamp;
	uint32_t	seen;		/* bit n: max_sequence - n arrived */
	uint32_t	packets;	/* duplicates and late ones too */
	uint32_t	expected;
	uint32_t	reordered;
	uint32_t	duplicates;
	uint32_t	jitter_samples;
	uint32_t	jitter_ns;	/* the estimate of RFC 3550 A.8 */
	uint32_t	jitter_max_ns;
	uint16_t	max_sequence;
	uint16_t	sources;	/* followed so far; 0: no packet yet */
	uint8_t		payload_type;
	uint8_t		clock;		/* of rtp_rates; 0: not known */
	uint8_t		probation;	/* packets still needed; 0: found */
	uint8_t		failures;	/* packets that continued nothing */
	struct rtp_rival rival;
};

_Static_assert(sizeof(struct rtp_stream) <= 88, "two fit a flow's state");

/* What is needed of a packet. */
struct rtp_packet {
	int64_t		ts_ns;		/* arrival */
	uint32_t	ssrc;
	uint32_t	timestamp;
	uint16_t	sequence;
	uint8_t		payload_type;
	bool		is_usual;	/* neither padding nor CSRC list, and
					   a payload type in common use */
};

/* Whether that many bytes could begin with a header of RTP: version 2. */
static inline bool
rtp_is_possible(const uint8_t *payload, uint32_t captured)
{
	return captured >= RTP_HEADER_SIZE && payload[0] >> 6 == 2;
}

/*
 * Reads the header of what is possible; false when it can't be RTP. payload
 * has captured bytes of payload_bytes on the wire.
 */
bool	rtp_read(struct rtp_packet *, const uint8_t *payload,
	    uint32_t captured, uint32_t payload_bytes);

/* Takes in a packet of this direction that rtp_read() has read. */
void	rtp_track(struct rtp_stream *, const struct rtp_packet *);

/* A new part of a long flow begins: counts start again, the source stays. */
void	rtp_restart(struct rtp_stream *);

/* Whether there is a stream, and packets of it in this part. */
bool	rtp_is_found(const struct rtp_stream *);

/* Packets that never came: RFC 3550 A.3, never below 0. */
uint32_t rtp_lost(const struct rtp_stream *);

/* The mean of the jitter over the part; false when it can't be told. */
bool	rtp_jitter(const struct rtp_stream *, int64_t *mean_ns);

#endif
