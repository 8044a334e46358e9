/*
 * The third promise of TCP: reliability. What was sent again and why, and
 * what the acknowledgements say (RFC 9293 3.8, 5681, 2018, 2883, 8985).
 *
 * Retransmissions are of these kinds, after the rules that Wireshark's User's
 * Guide gives under "TCP Analysis":
 *	spurious	all of it had been acknowledged
 *	fast		within 20 ms of at least two duplicate ACKs that ask
 *			for it
 *	tail probe	the newest segment again, before a timeout or with
 *			older segments unacknowledged (RFC 8985 7)
 *	timeout		the oldest segment again, after a silence of at least
 *			200 ms, the shortest timeout in common use
 * and what else recovers what was lost.
 */
#ifndef TALLYMAN_TCP_RELIABILITY_H
#define TALLYMAN_TCP_RELIABILITY_H

#include "tcp/tcp.h"

/* All of the segment's payload had been acknowledged when it came. */
static inline bool
tcp_reliability_is_acknowledged(const struct tcp_segment *s)
{
	return s->peer->has_ack && !tcp_is_after(s->header->seq +
	    s->payload_bytes, s->peer->last_ack);
}

/* The segment answers duplicate ACKs. */
bool	tcp_reliability_is_fast(const struct tcp_segment *);

/* What was sent again: finds its kind and counts it. */
void	tcp_reliability_retransmit(struct tcp *, struct tcp_segment *);

/* The acknowledgement is the same as the one before. */
void	tcp_reliability_hear_same(struct tcp_segment *);

/* The acknowledgement says more than how far the peer's bytes came. */
void	tcp_reliability_count(struct tcp *, struct tcp_segment *);

/* Counts what was sent again, and learns from the acknowledgement. No RST. */
static inline void
tcp_reliability_track(struct tcp *t, struct tcp_segment *s)
{
	const struct tcp_header *h = s->header;
	struct tcp_side *own = s->own;

	if (s->what & TCP_IS_RETRANSMISSION)
		tcp_reliability_retransmit(t, s);
	if (!(h->flags & TCP_ACK))
		return;
	if (h->ack == own->last_ack && own->has_ack)
		tcp_reliability_hear_same(s);
	else
		own->ack_run = 0;
	if ((s->what & (TCP_IS_DUPLICATE_ACK | TCP_IS_UNSEEN_ACK)) != 0 ||
	    h->options & TCP_HAS_SACK)
		tcp_reliability_count(t, s);
	own->last_ack = h->ack;
	own->has_ack = true;
	if (s->what & TCP_IS_NEW_ACK) {
		s->peer->acked = h->ack;
		s->peer->is_acked = true;
	}
}

#endif
