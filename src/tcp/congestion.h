/*
 * The fifth promise of TCP: congestion control (RFC 5681), as far as it shows
 * on the wire: how long acknowledgements take, how much is on its way, and
 * what the network marked (RFC 3168, RFC 9768).
 *
 * A round trip is measured from a segment that takes up sequence space to the
 * acknowledgement of exactly its end, as they pass the point of capture, and
 * not where the segment or one before it was sent again, came late or is
 * missing and not acknowledged yet (Karn's rule). Of the segments on their
 * way TCP_TIMED + TCP_TIMED_MORE are timed at once; more give no samples.
 */
#ifndef TALLYMAN_TCP_CONGESTION_H
#define TALLYMAN_TCP_CONGESTION_H

#include "tcp/tcp.h"

/* A RST, which may refuse a SYN and so answer it. */
void	tcp_congestion_reset(struct tcp *, struct tcp_segment *);

/* The segment has marks, or bits that negotiate them. */
void	tcp_congestion_mark(struct tcp *, struct tcp_segment *);

/*
 * What the acknowledgement covers is timed no more; the segment that it ends
 * with gives the sample.
 */
void	tcp_congestion_hear(struct tcp *, const struct tcp_segment *);

/* The segment takes up sequence space: it is timed, or spoils what is. */
void	tcp_congestion_send(struct tcp *, struct tcp_segment *);

static inline bool
tcp_congestion_is_marked(const struct tcp_segment *s)
{
	return s->is_congested ||
	    (s->header->flags & (TCP_ECE | TCP_CWR | TCP_SYN)) != 0;
}

/* Measures what the segment tells of the path. No RST. */
static inline void
tcp_congestion_track(struct tcp *t, struct tcp_segment *s)
{
	if (tcp_congestion_is_marked(s))
		tcp_congestion_mark(t, s);
	if ((s->what & TCP_IS_NEW_ACK) != 0 && t->timed_count > 0)
		tcp_congestion_hear(t, s);
	if (s->end != s->header->seq &&
	    (s->what & (TCP_IS_KEEPALIVE | TCP_IS_PROBE)) == 0)
		tcp_congestion_send(t, s);
}

/* Bytes sent and not yet acknowledged, as far as seen. */
static inline uint32_t
tcp_congestion_in_flight(const struct tcp_side *own)
{
	if (!own->has_seq || !own->is_acked ||
	    !tcp_is_after(own->next_seq, own->acked))
		return 0;
	return own->next_seq - own->acked;
}

/* The whole round trip of the handshake or of samples; 0: unknown. */
static inline int64_t
tcp_congestion_round_ns(const struct tcp *t)
{
	const struct tcp_measure *m = t->measure;

	if (t->has_syn && t->has_ack && t->ack_ns > t->syn_ns)
		return t->ack_ns - t->syn_ns;
	if (m[0].rtt_samples > 0 && m[1].rtt_samples > 0)
		return (int64_t)(m[0].rtt_min + m[1].rtt_min);
	return 0;
}

#endif
