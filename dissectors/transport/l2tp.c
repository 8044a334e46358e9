/*
 * L2TP version 2, RFC 2661: PPP in UDP. Each field but the first and the
 * identifiers is there when its bit is set.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-+-+---+-+-+-+-+-------+-------+-------------------------------+
 *   |T|L| 0 |S|0|O|P|   0   | Ver 2 |             Length            |
 *   +-+-+---+-+-+-+-+-------+-------+-------------------------------+
 *   |           Tunnel ID           |           Session ID          |
 *   +-------------------------------+-------------------------------+
 *   |              Ns               |              Nr               |
 *   +-------------------------------+-------------------------------+
 *   |          Offset Size          |       Offset pad ...          |
 *   +-------------------------------+-------------------------------+
 */
#include "dissect/ethertype.h"

enum {
	L2TP_CONTROL = 0x8000,
	L2TP_LENGTH = 0x4000,
	L2TP_SEQUENCE = 0x0800,
	L2TP_OFFSET = 0x0200,
	L2TP_RESERVED = 0x34f0,
	L2TP_VERSION = 0x000f
};

static void	l2tp_dissect(struct walk *, struct cursor *);
static void	l2tp_data(struct walk *, struct cursor *, uint16_t);

/* Control messages set tunnels and sessions up and carry no PPP. */
static void
l2tp_dissect(struct walk *w, struct cursor *c)
{
	uint16_t flags = cursor_be16(c);

	if ((flags & L2TP_VERSION) == 2 &&
	    (flags & (L2TP_CONTROL | L2TP_RESERVED)) == 0)
		l2tp_data(w, c, flags);
}

/* A length that the datagram has no room for is not L2TP's. */
static void
l2tp_data(struct walk *w, struct cursor *c, uint16_t flags)
{
	uint32_t wire = walk_wire_left(w, c) + 2;	/* flags are taken */
	uint16_t length, tunnel, session;

	if ((flags & L2TP_LENGTH) != 0) {
		length = cursor_be16(c);
		if (length < 8 || length > wire)
			return;
		walk_limit(w, c, length - 4u);
	}
	tunnel = cursor_be16(c);
	session = cursor_be16(c);
	if ((flags & L2TP_SEQUENCE) != 0)
		cursor_skip(c, 4);
	if ((flags & L2TP_OFFSET) != 0)
		cursor_skip(c, cursor_be16(c));
	if (!cursor_ok(c)) {
		packet_note(w->packet, ANOMALY_TUNNEL_SHORT);
		return;
	}
	walk_tunnel_id(w, TUNNEL_L2TP, (uint32_t)tunnel << 16 | session);
	if (cursor_left(c) > 0)
		walk_next(w, KEY_ETHERTYPE, ETHERTYPE_PPP);
}

const struct dissector dissector_l2tp = {
	.name = "l2tp",
	.title = "Layer Two Tunneling Protocol",
	.source = "RFC 2661",
	.layer = LAYER_TRANSPORT,
	.keys = { { KEY_UDP_PORT, 1701 } },
	.dissect = l2tp_dissect,
};
