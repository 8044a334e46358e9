/*
 * What held a side's sending back, and for how long: the application, the
 * receiver's window, loss or the round trip. docs/limits.md has the method,
 * which follows T-RAT (Zhang, Breslau, Paxson, Shenker: "On the
 * Characteristics and Origins of Internet Flow Rates", SIGCOMM 2002).
 */
#ifndef TALLYMAN_TCP_LIMITS_H
#define TALLYMAN_TCP_LIMITS_H

#include "tcp/tcp.h"

/* The sender sent payload. */
void		tcp_limits_send(struct tcp *, struct tcp_segment *);

/*
 * The sender acknowledged, asked again or changed its window, while bytes of
 * its peer are on their way: what it says at other times is looked at when
 * payload follows.
 */
void		tcp_limits_hear(struct tcp *, struct tcp_segment *);

/* Charges the time since the last event of each side's transfer. No RST. */
static inline void
tcp_limits_track(struct tcp *t, struct tcp_segment *s)
{
	if (s->payload_bytes > 0 &&
	    (s->what & (TCP_IS_KEEPALIVE | TCP_IS_PROBE)) == 0)
		tcp_limits_send(t, s);
	if (s->peer->is_waiting && s->header->flags & TCP_ACK)
		tcp_limits_hear(t, s);
}

enum { TCP_LIMITS_ROUNDS = 3 };

/*
 * The time charged to each cause, and the cause with the most of it, or
 * TCP_LIMITS when the transfer was too short to say: less than
 * TCP_LIMITS_ROUNDS round trips.
 */
enum tcp_limit	tcp_limits_cause(const struct tcp *,
		    const struct tcp_trouble *, int side,
		    int64_t ns[TCP_LIMITS]);

#endif
