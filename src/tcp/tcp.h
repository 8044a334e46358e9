/*
 * All that is known of one TCP connection, and one segment of it.
 *
 * There is a file for each thing that TCP promises, and tcp_track() asks them
 * in this order: connection.c, order.c, reliability.c, flow_control.c,
 * congestion.c; limits.c then says what held each side back. Each owns the
 * members that its name stands beside here and may read the others'.
 *
 * Sides are 0 and 1 as in the flow that the connection belongs to; which of
 * them is the originator is the caller's knowledge, given with each segment.
 * What belongs to a side is about the segments that it sends.
 */
#ifndef TALLYMAN_TCP_TCP_H
#define TALLYMAN_TCP_TCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/hash.h"
#include "base/pool.h"
#include "packet/packet.h"
#include "tcp/delivery.h"

enum {
	TCP_HISTORY_MAX = 24,
	TCP_HOLES = 4,		/* open at once, of one side */
	TCP_REMEMBERED = 2,	/* segments whose bytes can be compared */
	TCP_TIMED = 4,		/* segments timed at once, of both sides */
	TCP_TIMED_MORE = 4	/* and in a tcp_trouble */
};

/* How far one end of the connection was seen to come. */
enum tcp_end {
	TCP_END_SILENT,		/* nothing was seen */
	TCP_END_SYN_SENT,
	TCP_END_SYN_ACK_SENT,
	TCP_END_PARTIAL,	/* joined in the middle */
	TCP_END_ESTABLISHED,
	TCP_END_CLOSED,		/* its FIN was seen */
	TCP_END_RESET		/* its RST was seen */
};

/* Explicit congestion notification, and how far it was negotiated. */
enum tcp_ecn {
	TCP_ECN_NONE,
	TCP_ECN_CLASSIC_ASKED,	/* RFC 3168 6.1.1, by the SYN */
	TCP_ECN_ACCURATE_ASKED,	/* RFC 9768 3.1 */
	TCP_ECN_CLASSIC,
	TCP_ECN_ACCURATE
};

/* Whether the windows that a side offers are scaled (RFC 7323 2). */
enum tcp_scaling {
	TCP_SCALING_UNKNOWN,	/* too little of the handshake was seen */
	TCP_SCALING_UNUSED,
	TCP_SCALING_USED
};

/* What holds a side's sending back. */
enum tcp_limit {
	TCP_LIMIT_APPLICATION,
	TCP_LIMIT_RECEIVER_WINDOW,
	TCP_LIMIT_NETWORK_LOSS,
	TCP_LIMIT_NETWORK_RTT,
	TCP_LIMITS
};

/* What a segment turned out to be; several may hold. */
enum {
	TCP_IS_NEXT = 0x0001,		/* begins where the last one ended */
	TCP_IS_NEW = 0x0002,		/* passes the highest number seen */
	TCP_IS_BEYOND = 0x0004,		/* something before it is missing */
	TCP_IS_KEEPALIVE = 0x0008,
	TCP_IS_PROBE = 0x0010,		/* of a zero window */
	TCP_IS_OUT_OF_ORDER = 0x0020,
	TCP_IS_RETRANSMISSION = 0x0040,	/* of any kind */
	TCP_IS_FAST = 0x0080,		/* the kinds of it */
	TCP_IS_SPURIOUS = 0x0100,
	TCP_IS_TAIL_PROBE = 0x0200,
	TCP_IS_TIMEOUT = 0x0400,
	TCP_IS_DUPLICATE_ACK = 0x0800,
	TCP_IS_NEW_ACK = 0x1000,	/* acknowledges more than before */
	TCP_IS_SAME_ACK = 0x2000,	/* as the segment before it */
	TCP_IS_UNSEEN_ACK = 0x4000	/* of bytes that were not seen */
};

/* Who reads the payload of a connection in order; all is borrowed. */
struct tcp_reading {
	struct tcp_delivery			*delivery;
	const struct tcp_reader_operations	*operations;
	void					*context;	/* of them */
	struct tcp_stream			*streams;	/* [2] */
};

/* One segment. The caller fills the first half, tcp_track() the second. */
struct tcp_segment {
	const struct tcp_header	*header;
	const uint8_t		*payload;	/* borrowed, captured bytes */
	uint32_t		 payload_bytes;	/* on the wire */
	uint32_t		 payload_captured;
	int			 side;		/* of the sender */
	bool			 is_from_originator;
	bool			 is_checksum_bad;
	bool			 is_congested;	/* CE, RFC 3168 5 */
	int64_t			 ts_ns;
	const struct hash_secret *secret;	/* borrowed; of the run */
	struct pool		*troubles;	/* borrowed; of the run */
	const struct tcp_reading *reading;	/* NULL: nobody reads */

	struct tcp_trouble	*trouble;	/* of the connection, or NULL */
	struct tcp_side		*own;	/* the sender's */
	struct tcp_side		*peer;
	uint32_t		 end;	/* sequence number after it */
	uint32_t		 what;	/* TCP_IS_... */
};

/* A segment that waits for its acknowledgement. */
struct tcp_timed {
	uint32_t	end;
	uint32_t	sent_low;	/* time of capture: 48 bits, ns */
	uint16_t	sent_high;
	uint8_t		side;
	bool		is_ambiguous;	/* gives no sample: Karn's rule */
};

/* What most segments of a side touch: one cache line. */
struct tcp_side {
	int64_t		next_ns;	/* order: when next_seq was reached */
	int64_t		last_ns;	/* its newest segment */
	int64_t		limit_ns;	/* limits: time is charged until then */
	uint32_t	isn;		/* has_isn; else its first number */
	uint32_t	next_seq;	/* order: highest end; has_seq */
	uint32_t	acked;		/* reliability: by its peer; is_acked */
	uint32_t	last_ack;	/* reliability: it sent; has_ack */
	uint32_t	round_bytes;	/* limits: sent in the round */
	uint16_t	flags;		/* union, of the part */
	uint16_t	mss;		/* of its SYN, with TCP_HAS_MSS */
	uint16_t	segment_max;	/* congestion: its largest payload */
	uint16_t	window;		/* flow control: as sent; has_window */
	uint16_t	window_min;	/* flow control: as sent; has_range */
	uint16_t	window_max;
	uint8_t		end : 4;	/* connection: enum tcp_end */
	uint8_t		previous_end : 4;
	uint8_t		scaling : 2;	/* flow control: enum tcp_scaling */
	uint8_t		shift : 4;	/* flow control: of its windows */
	bool		has_range : 1;	/* flow control: of windows */
	bool		is_syn_window : 1;	/* flow control: no scale */
	uint8_t		noted;		/* history letters, a bit each */
	uint8_t		options;	/* TCP_HAS_... of its SYN */
	uint8_t		window_scale;	/* of its SYN, as sent */
	uint8_t		ack_run;	/* duplicates that ask for last_ack */
	uint8_t		limit : 2;	/* limits: enum tcp_limit */
	bool		has_isn : 1;
	bool		has_seq : 1;
	bool		has_ack : 1;
	bool		has_window : 1;
	bool		is_acked : 1;
	bool		is_fin_acked : 1;
	bool		was_keepalive : 1;	/* its newest segment */
	bool		was_probe : 1;
	bool		is_recovering : 1;	/* limits: from a loss */
	bool		is_short : 1;	/* its newest payload is no full one */
	bool		is_limited : 1;	/* limits: its transfer began */
	bool		is_window_bound : 1;	/* limits: by a whole round */
	bool		is_waiting : 1;	/* limits: bytes were on their way */
	bool		has_resent : 1;	/* since next_seq was reached */
};

/*
 * What is measured of a side's payload, of the part at hand: one cache line.
 * An acknowledgement without payload needs the peer's and not its own.
 */
struct tcp_measure {
	/* Times from a segment to its acknowledgement, nanoseconds. */
	int64_t		rtt_sum;
	double		rtt_squares;	/* sum of them */
	float		rtt_min;
	float		rtt_max;
	uint32_t	rtt_samples;
	uint32_t	in_flight_max;	/* bytes */
	int64_t		application_ns;	/* limits */
	int64_t		network_rtt_ns;
	uint32_t	psh;		/* segments with it */
	/* The newest payload ends at next_seq; size 0: it is not known. */
	uint32_t	newest_hash;
	uint16_t	newest_size;
	uint8_t		initial_window;	/* segments, at most 255 */
};

/* A stretch of sequence numbers of which some bytes were not seen. */
struct tcp_hole {
	uint32_t	left;
	uint32_t	right;
	uint32_t	missing;	/* bytes, 0 to right - left */
};

/* What is counted of a side that does not go smoothly, of the part. */
struct tcp_tally {
	uint64_t	retransmitted_bytes;
	uint64_t	missed_bytes;
	int64_t		zero_window_ns;
	int64_t		receiver_window_ns;	/* limits */
	int64_t		network_loss_ns;
	uint32_t	more_syn;	/* segments beyond the first */
	uint32_t	more_fin;
	uint32_t	more_rst;
	uint32_t	urg;
	uint32_t	out_of_order;
	uint32_t	keepalives;
	uint32_t	probes;
	uint32_t	beyond;		/* segments behind a gap */
	uint32_t	conflicts;
	uint32_t	retransmitted;	/* of any kind */
	uint32_t	fast;
	uint32_t	spurious;
	uint32_t	tail_probes;
	uint32_t	timeouts;
	uint32_t	duplicate_acks;
	uint32_t	unseen_acks;
	uint32_t	sacks;
	uint32_t	dsacks;
	uint32_t	zero_windows;
	uint32_t	window_full;
	uint32_t	window_updates;
	uint32_t	ce;
	uint32_t	ece;
	uint32_t	cwr;
	uint32_t	stalls;
};

/* What must be known of such a side. */
struct tcp_past {
	struct tcp_hole	holes[TCP_HOLES];	/* in order */
	uint32_t	recover;	/* limits: the loss ends here */
	/* For the history alone: it goes on where parts begin again. */
	uint16_t	retransmitted;
	uint16_t	zero_windows;
	uint16_t	bad_checksums;
	uint16_t	gaps;
	/* Segments of which the hash is known; size 0: none. */
	uint16_t	remembered_size[TCP_REMEMBERED];
	uint8_t		next_remembered;
	bool		has_fast_open;	/* data in a SYN, RFC 7413 */
	uint32_t	remembered_seq[TCP_REMEMBERED];
	uint32_t	remembered_hash[TCP_REMEMBERED];
};

/*
 * The other half of a connection that does not go smoothly, or sends more at
 * once than TCP_TIMED segments. Most never need it.
 */
struct tcp_trouble {
	struct tcp_past	past[2];
	struct tcp_timed timed[TCP_TIMED_MORE];
	struct tcp_tally tally[2];
};

/*
 * A zeroed one has seen nothing. Where only bare SYNs were seen, as of a flood
 * or a scan, what is measured was not touched.
 */
struct tcp {
	_Alignas(64)
	struct tcp_side	side[2];

	/* The third cache line, which every segment needs. */
	uint32_t	trouble;	/* its number in the pool; 0: none */
	uint8_t		first_fin : 2;	/* 1 + the side whose FIN came first */
	bool		is_measured : 1;	/* else measure is all zero */
	uint8_t		history_size;
	uint8_t		timed_count;
	uint8_t		ecn : 3;	/* congestion: enum tcp_ecn */
	uint8_t		syn_side : 1;	/* who sent the last SYN */
	uint8_t		syn_ack_side : 1;	/* the SYN+ACK that counts */
	bool		has_syn : 1;	/* seen, and so its time is known */
	bool		has_syn_ack : 1;
	bool		has_ack : 1;	/* the one that ends the handshake */
	uint32_t	round_us[2];	/* limits: when the round began */
	int64_t		syn_ns;
	int64_t		syn_ack_ns;
	int64_t		ack_ns;		/* has_ack; else of the last SYN */
	/* Of each side in order; where there are three, on the next line. */
	struct tcp_timed timed[TCP_TIMED];

	/* The fourth: how the connection begins and ends. */
	uint32_t	last_rst[2];	/* sequence number of its last RST */
	uint32_t	fin_end[2];	/* sequence number after its FIN */
	char		history[TCP_HISTORY_MAX];

	struct tcp_measure measure[2];
};

_Static_assert(sizeof(struct tcp_side) == 64, "a side is one cache line");
_Static_assert(sizeof(struct tcp_measure) == 64, "likewise");
_Static_assert(offsetof(struct tcp, trouble) == 128 &&
    offsetof(struct tcp, timed[2]) == 192, "the third line");
_Static_assert(offsetof(struct tcp, measure) == 256, "the fifth line");
_Static_assert(sizeof(struct tcp) == 384, "six cache lines");
_Static_assert(sizeof(struct tcp) - sizeof(struct tcp_measure[2]) +
    offsetof(struct tcp_trouble, tally) + sizeof(struct tcp_stream[2]) <= 512,
    "at most 512 bytes of state a connection");

/* Sequence numbers wrap: the sign of the difference says which is later. */
static inline int32_t
tcp_distance(uint32_t from, uint32_t to)
{
	return (int32_t)(to - from);
}

static inline bool
tcp_is_after(uint32_t a, uint32_t b)
{
	return tcp_distance(b, a) > 0;
}

/*
 * A sum of times ends at the most it can hold: where the clock steps back,
 * the same time passes again and again.
 */
static inline void
tcp_add_ns(int64_t *sum, int64_t ns)
{
	if (__builtin_add_overflow(*sum, ns, sum))
		*sum = INT64_MAX;
}

/*
 * Takes in one segment, whose first half the caller has filled. The second
 * half then says what it turned out to be.
 */
void	tcp_track(struct tcp *, struct tcp_segment *);

/*
 * What a connection has in a pool of struct tcp_trouble, or NULL; and the
 * same, made when there is none. The pool must have room for one for each
 * connection.
 */
static inline struct tcp_trouble *
tcp_trouble_of(const struct tcp *t, const struct pool *troubles)
{
	return t->trouble == 0 ? NULL : pool_at(troubles, t->trouble);
}

struct tcp_trouble *tcp_need_trouble(struct tcp *, struct tcp_segment *);

/* It is a zeroed one again, and its trouble is the caller's to give back. */
static inline void
tcp_clear(struct tcp *t)
{
	memset(t, 0, t->is_measured ? sizeof *t : offsetof(struct tcp, measure));
}

/* A new part of a long flow begins: what is counted starts again. */
void	tcp_restart(struct tcp *, struct tcp_trouble *);

#endif
