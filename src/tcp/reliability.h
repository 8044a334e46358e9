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

/* Counts what was sent again, and learns from the acknowledgement. */
void	tcp_reliability_track(struct tcp *, struct tcp_segment *);

/* All of the segment's payload had been acknowledged when it came. */
static inline bool
tcp_reliability_is_acknowledged(const struct tcp_segment *s)
{
	return s->peer->has_ack && !tcp_is_after(s->header->seq +
	    s->payload_bytes, s->peer->last_ack);
}

/* The segment answers duplicate ACKs. */
bool	tcp_reliability_is_fast(const struct tcp_segment *);

#endif
