/*
 * The first promise of TCP: a connection. Its state (RFC 9293 3.3.2), the
 * handshake's times, Zeek's conn_state and history (as Zeek documents them
 * for conn.log), and the facts both ends announce when it opens.
 */
#ifndef TALLYMAN_TCP_CONNECTION_H
#define TALLYMAN_TCP_CONNECTION_H

#include <stdbool.h>

#include "tcp/tcp.h"

/* Bits of tcp_side.noted. */
enum {
	TCP_NOTED_SYN = 0x01,
	TCP_NOTED_FIN = 0x02,
	TCP_NOTED_RST = 0x04,
	TCP_NOTED_DATA = 0x08,
	TCP_NOTED_ACK = 0x10,
	TCP_NOTED_MULTI_FLAG = 0x20,
	TCP_NOTED_FIN_RST = 0x40
};

/* Counts bits that the side has sent before, and urgent data. */
void	tcp_connection_count_again(struct tcp *, struct tcp_segment *,
	    uint16_t again);

/* Notes in the history what the segment shows, and moves the ends' states. */
void	tcp_connection_change(struct tcp *, struct tcp_segment *);

/*
 * Nothing that is looked at here is new: none of the bits that open or close
 * a connection, no end that is silent, a handshake that is over or was never
 * seen, the side's letter in the history, and no cause for another.
 */
static inline bool
tcp_connection_is_as_before(const struct tcp *t, const struct tcp_segment *s)
{
	const struct tcp_header *h = s->header;
	const struct tcp_side *own = s->own;
	bool has_payload = s->payload_bytes > 0;
	uint8_t letter = has_payload ? TCP_NOTED_DATA : TCP_NOTED_ACK;

	return (h->flags & (TCP_SYN | TCP_FIN | TCP_RST | TCP_ACK)) ==
	    TCP_ACK && h->window != 0 && !s->is_checksum_bad &&
	    (own->noted & letter) != 0 &&
	    !(s->peer->noted & TCP_NOTED_FIN) && own->end != TCP_END_SILENT &&
	    (t->has_ack || !(t->has_syn || t->has_syn_ack)) &&
	    (!has_payload || (own->has_seq &&
	    tcp_is_after(s->end, own->next_seq)));
}

/* Counts the segment's control bits, and sees what it changes. */
static inline void
tcp_connection_track(struct tcp *t, struct tcp_segment *s)
{
	uint16_t flags = s->header->flags;
	uint16_t again = flags & s->own->flags & (TCP_SYN | TCP_FIN | TCP_RST);

	/* The first SYN, FIN and RST are known by the union of flags. */
	s->own->flags |= flags;
	if (flags & TCP_PSH)
		t->measure[s->side].psh++;
	if (again != 0 || flags & TCP_URG)
		tcp_connection_count_again(t, s, again);
	if (!tcp_connection_is_as_before(t, s))
		tcp_connection_change(t, s);
}

/* The caller turned originator and responder round ("^" in the history). */
void	tcp_connection_turn(struct tcp *);

/* The peer of this side acknowledged bytes that were not seen: "g". */
void	tcp_connection_gap(struct tcp *, struct tcp_segment *, int side);

/* Over: reset, or closed by both sides. */
static inline bool
tcp_connection_is_reset(const struct tcp *t)
{
	return t->side[0].end == TCP_END_RESET ||
	    t->side[1].end == TCP_END_RESET;
}

static inline bool
tcp_connection_is_closed(const struct tcp *t)
{
	return t->side[0].end == TCP_END_CLOSED &&
	    t->side[1].end == TCP_END_CLOSED;
}

/* Reset, or closed by every side that was seen at all. */
bool	tcp_connection_is_over(const struct tcp *);

/* The handshake was not completed by what was seen. */
bool	tcp_connection_is_half_open(const struct tcp *);

/*
 * The originator's state by RFC 9293 3.3.2 in lower case, "reset" after a
 * RST. FIN-WAIT-1 and FIN-WAIT-2 are both "fin_wait". src is the
 * originator's side.
 */
const char	*tcp_connection_state(const struct tcp *, int src);

/*
 * Zeek's conn_state. has_payload: either side sent any. The rules are those
 * of the table of conn_state in Zeek's documentation of conn.log.
 */
const char	*tcp_connection_conn_state(const struct tcp *,
		    int src, bool has_payload);

#endif
