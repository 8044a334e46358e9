/*
 * The first promise of TCP: a connection. Its state (RFC 9293 3.3.2), the
 * handshake's times, Zeek's conn_state and history (as Zeek documents them
 * for conn.log), and the facts both ends announce when it opens.
 *
 * Sides are 0 and 1 as in the flow that the connection belongs to; which of
 * them is the originator is the caller's knowledge, given with each call.
 */
#ifndef TALLYMAN_TCP_CONNECTION_H
#define TALLYMAN_TCP_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "packet/packet.h"

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

enum { TCP_HISTORY_MAX = 40 };

/* Segments counted, of the part at hand. */
struct tcp_counts {
	uint32_t	syn;
	uint32_t	fin;
	uint32_t	rst;
	uint32_t	psh;
	uint32_t	urg;
};

struct tcp_side {
	struct tcp_counts counts;
	uint32_t	isn;		/* valid with has_isn */
	uint32_t	next_seq;	/* highest sequence end; has_seq */
	uint32_t	fin_end;	/* sequence number after its FIN */
	uint32_t	last_rst;	/* sequence number of its last RST */
	uint32_t	retransmitted;	/* segments, for the history alone */
	uint32_t	zero_windows;
	uint32_t	bad_checksums;
	uint16_t	flags;		/* union */
	uint16_t	mss;		/* of its SYN, with TCP_HAS_MSS */
	uint8_t		window_scale;	/* of its SYN, at most 14 */
	uint8_t		options;	/* TCP_HAS_... of its SYN */
	uint8_t		end;		/* enum tcp_end */
	uint8_t		previous_end;	/* before the last change */
	uint8_t		noted;		/* history letters written, a bit each */
	bool		has_isn;
	bool		has_seq;
	bool		is_fin_acked;
};

/*
 * Three cache lines, of which most segments touch two: the handshake's times
 * and the history stand in the third.
 */
struct tcp_connection {
	struct tcp_side	side[2];
	uint8_t		first_fin;	/* 1 + the side whose FIN came first */
	uint8_t		history_size;
	bool		has_syn;	/* seen, and so its time is known */
	bool		has_syn_ack;
	uint8_t		syn_ack_side;	/* who sent the first one */
	bool		has_ack;	/* the one that ends the handshake */

	int64_t		syn_ns;
	int64_t		syn_ack_ns;
	int64_t		ack_ns;
	char		history[TCP_HISTORY_MAX];
};

_Static_assert(offsetof(struct tcp_connection, syn_ns) == 128,
    "what most segments need fits two lines");

_Static_assert(sizeof(struct tcp_connection) == 192, "three cache lines");

/* One segment, as the connection needs to know it. */
struct tcp_segment {
	const struct tcp_header	*header;
	uint32_t		 payload_bytes;
	int			 side;		/* of the sender */
	bool			 is_from_originator;
	bool			 is_checksum_bad;
	int64_t			 ts_ns;
};

/* Takes in one segment. A zeroed connection has seen none. */
void	tcp_connection_track(struct tcp_connection *,
	    const struct tcp_segment *);

/* The caller turned originator and responder round ("^" in the history). */
void	tcp_connection_turn(struct tcp_connection *);

/* A new part of a long flow begins: counts start again, states stay. */
void	tcp_connection_restart(struct tcp_connection *);

/* Over: reset, or closed by both sides. */
bool	tcp_connection_is_reset(const struct tcp_connection *);
bool	tcp_connection_is_closed(const struct tcp_connection *);

/* Reset, or closed by every side that was seen at all. */
bool	tcp_connection_is_over(const struct tcp_connection *);

/* The handshake was not completed by what was seen. */
bool	tcp_connection_is_half_open(const struct tcp_connection *);

/*
 * The originator's state by RFC 9293 3.3.2 in lower case, "reset" after a
 * RST. FIN-WAIT-1 and FIN-WAIT-2 are both "fin_wait". src is the
 * originator's side.
 */
const char	*tcp_connection_state(const struct tcp_connection *, int src);

/*
 * Zeek's conn_state. has_payload: either side sent any. The rules are those
 * of the table of conn_state in Zeek's documentation of conn.log.
 */
const char	*tcp_connection_conn_state(const struct tcp_connection *,
		    int src, bool has_payload);

#endif
