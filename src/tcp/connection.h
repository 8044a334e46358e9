/*
 * The first promise of TCP: a connection. Its state (RFC 9293 3.3.2), the
 * handshake's times, Zeek's conn_state and history (as Zeek documents them
 * for conn.log), and the facts both ends announce when it opens.
 * */
#ifndef TALLYMAN_TCP_CONNECTION_H
#define TALLYMAN_TCP_CONNECTION_H

#include <stdbool.h>

#include "tcp/tcp.h"

/*
 * Counts the segment's control bits, notes in the history what it shows, and
 * moves the ends' states.
 */
void	tcp_connection_track(struct tcp *, struct tcp_segment *);

/* The caller turned originator and responder round ("^" in the history). */
void	tcp_connection_turn(struct tcp *);

/* The peer of this side acknowledged bytes that were not seen: "g". */
void	tcp_connection_gap(struct tcp *, struct tcp_segment *, int side);

/* Over: reset, or closed by both sides. */
bool	tcp_connection_is_reset(const struct tcp *);
bool	tcp_connection_is_closed(const struct tcp *);

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
