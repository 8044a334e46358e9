/*
 * The fifth promise of TCP: congestion control (RFC 5681), as far as it shows
 * on the wire: how long acknowledgements take, how much is on its way, and
 * what the network marked (RFC 3168, RFC 9768).
 *
 * A round trip is measured from a segment that takes up sequence space to the
 * acknowledgement of exactly its end, as they pass the point of capture, and
 * not where the segment or one before it was sent again, came late or is
 * missing (Karn's rule). Of the segments on their way TCP_TIMED +
 * TCP_TIMED_MORE are timed at once; more give no samples.
 */
#ifndef TALLYMAN_TCP_CONGESTION_H
#define TALLYMAN_TCP_CONGESTION_H

#include "tcp/tcp.h"

void	tcp_congestion_track(struct tcp *, struct tcp_segment *);

/* Bytes sent and not yet acknowledged, as far as seen. */
uint32_t tcp_congestion_in_flight(const struct tcp *, int side);

/* The whole round trip of the handshake or of samples; 0: unknown. */
int64_t	tcp_congestion_round_ns(const struct tcp *);

#endif
