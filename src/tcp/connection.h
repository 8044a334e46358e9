/*
 * The first promise of TCP: a connection. Its state (RFC 9293 3.3.2), the
 * handshake's times, Zeek's conn_state and history (as Zeek documents them
 * for conn.log), and the facts both ends announce when it opens.
 *
 * A connection does not know who the originator is: sides are 0 and 1 as in
 * the flow it belongs to, and the caller says which is which when asking.
 */
#ifndef TALLYMAN_TCP_CONNECTION_H
#define TALLYMAN_TCP_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "packet/packet.h"

/* What one end has been seen to do. */
enum tcp_end {
	TCP_END_SILENT,		/* nothing was seen */
	TCP_END_PARTIAL,	/* joined in the middle */
	TCP_END_SYN_SENT,
	TCP_END_SYN_ACK_SENT,
	TCP_END_ESTABLISHED,
	TCP_END_CLOSED,		/* its FIN was seen */
	TCP_END_RESET
};

enum { TCP_HISTORY_MAX = 44 };

struct tcp_side {
	uint32_t	isn;		/* valid with has_isn */
	uint32_t	next_seq;	/* highest sequence end, has_seq */
	uint32_t	highest_ack;	/* has_ack */
	uint32_t	fin_seq;	/* sequence number after its FIN */
	uint32_t	syn;		/* counts of segments */
	uint32_t	fin;
	uint32_t	rst;
	uint32_t	psh;
	uint32_t	urg;
	uint16_t	flags;		/* union */
	uint16_t	mss;
	uint8_t		window_scale;
	uint8_t		options;	/* TCP_HAS_... of its SYN */
	uint8_t		end;		/* enum tcp_end */
	bool		has_isn;
	bool		has_seq;
	bool		has_ack;
	bool		is_fin_acked;
	uint16_t	seen;		/* history letters, bit each */
	uint32_t	repeats[4];	/* of the letters c, t, w, g */
};

struct tcp_connection {
	struct tcp_side	side[2];
	int64_t		syn_ns;		/* first SYN; 0: none */
	int64_t		syn_ack_ns;	/* first SYN+ACK; 0: none */
	int64_t		ack_ns;		/* the handshake's last; 0: none */
	uint8_t		history_size;
	char		history[TCP_HISTORY_MAX]; /* lower case: side 0 */
};

#endif
