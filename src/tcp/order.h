/*
 * The second promise of TCP: order. Where a segment stands in the sequence
 * space of its side (RFC 9293 3.4), what is missing before it, and whether
 * bytes that come a second time are the same bytes.
 *
 * A segment that does not pass the highest number seen was sent again or came
 * late. Which of the two follows the rules that Wireshark's User's Guide
 * gives under "TCP Analysis": it came late when the highest segment is more
 * recent than the round trip of the handshake (3 ms where that is unknown).
 */
#ifndef TALLYMAN_TCP_ORDER_H
#define TALLYMAN_TCP_ORDER_H

#include "tcp/tcp.h"

/* Bytes of a side, from its first on, that are compared when they repeat. */
enum { TCP_COMPARED_BYTES = 128 * 1024 };

/* Places the segment: fills in what it is but for its acknowledgement. */
void		tcp_order_track(struct tcp *, struct tcp_segment *);

/* A RST: no more payload will come. */
void		tcp_order_reset(const struct tcp_segment *);

/*
 * Bytes of a side that its peer acknowledged though they were never seen, of
 * the part at hand.
 */
uint64_t	tcp_order_missed(const struct tcp *,
		    const struct tcp_trouble *, int side);

/*
 * The connection ended: gives the rest to who reads, gaps included, and frees
 * what was held for it.
 */
void		tcp_order_finish(const struct tcp_reading *);

/* A new part begins: what was missed stays with the old one. */
void		tcp_order_restart(struct tcp *, struct tcp_trouble *);

#endif
