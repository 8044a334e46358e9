/*
 * What held a side's sending back, and for how long: the application, the
 * receiver's window, loss or the round trip. docs/limits.md has the method,
 * which follows T-RAT (Zhang, Breslau, Paxson, Shenker: "On the
 * Characteristics and Origins of Internet Flow Rates", SIGCOMM 2002).
 */
#ifndef TALLYMAN_TCP_LIMITS_H
#define TALLYMAN_TCP_LIMITS_H

#include "tcp/tcp.h"

/* Charges the time since the last event of each side's transfer. */
void		tcp_limits_track(struct tcp *, struct tcp_segment *);

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
