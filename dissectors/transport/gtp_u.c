/*
 * GTP-U, the user's packets between the nodes of a mobile network: 3GPP TS
 * 29.281, version 1. The second line of words is there when one of E, S and
 * PN is set; when E is, extension headers follow, each of which gives its
 * length in units of 4 bytes first and the type of the next one last.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-----+-+-+-+-+-+---------------+-------------------------------+
 *   |Ver 1|1|-|E|S|P|     Type      |    Length behind the TEID     |
 *   +-----+-+-+-+-+-+---------------+-------------------------------+
 *   |               Tunnel Endpoint Identifier (TEID)               |
 *   +-------------------------------+---------------+---------------+
 *   |        Sequence Number        |     N-PDU     |Next Extension |
 *   +-------------------------------+---------------+---------------+
 */
#include "dissect/ethertype.h"

enum {
	GTP_U_HEADER_SIZE = 8,
	GTP_U_OPTIONAL_SIZE = 4,
	GTP_U_VERSION_TYPE = 0xf0,
	GTP_U_VERSION_1 = 0x30,		/* GTP, not GTP' */
	GTP_U_HAS_EXTENSION = 0x04,
	GTP_U_HAS_OPTIONAL = 0x07,
	GTP_U_PACKET = 0xff,		/* G-PDU; the rest is signalling */
	GTP_U_EXTENSIONS_MAX = 16	/* our own bound */
};

static void	gtp_u_dissect(struct walk *, struct cursor *);
static bool	gtp_u_optional(struct cursor *, uint8_t);

/*
 * What is not a user's packet in a header of this version, with a length
 * that the datagram has room for, is the port's own traffic.
 */
static void
gtp_u_dissect(struct walk *w, struct cursor *c)
{
	const uint8_t *head = cursor_take(c, GTP_U_HEADER_SIZE);
	uint16_t length, type;

	if (head == NULL || head[1] != GTP_U_PACKET ||
	    (head[0] & GTP_U_VERSION_TYPE) != GTP_U_VERSION_1)
		return;
	length = bytes_be16(&head[2]);
	if (length > walk_wire_left(w, c))
		return;
	walk_limit(w, c, length);
	if (!gtp_u_optional(c, head[0])) {
		packet_note(w->packet, ANOMALY_TUNNEL_SHORT);
		return;
	}
	type = ethertype_of_ip(c);
	if (type == 0)
		return;
	walk_tunnel_id(w, TUNNEL_GTP_U, bytes_be32(&head[4]));
	walk_next(w, KEY_ETHERTYPE, type);
}

/* Takes what is optional; false when it is cut off or never ends. */
static bool
gtp_u_optional(struct cursor *c, uint8_t flags)
{
	const uint8_t *optional;
	struct cursor extension;
	uint8_t next, length;

	if ((flags & GTP_U_HAS_OPTIONAL) == 0)
		return true;
	optional = cursor_take(c, GTP_U_OPTIONAL_SIZE);
	if (optional == NULL)
		return false;
	if ((flags & GTP_U_HAS_EXTENSION) == 0)
		return true;
	next = optional[3];
	for (int i = 0; next != 0; i++) {
		length = cursor_u8(c);
		if (length == 0 || i == GTP_U_EXTENSIONS_MAX)
			return false;
		extension = cursor_sub(c, (size_t)length * 4 - 2);
		next = cursor_u8(c);
		if (!cursor_ok(&extension) || !cursor_ok(c))
			return false;
	}
	return true;
}

const struct dissector dissector_gtp_u = {
	.name = "gtp_u",
	.title = "GPRS Tunnelling Protocol, user plane",
	.source = "3GPP TS 29.281",
	.layer = LAYER_TRANSPORT,
	.keys = { { KEY_UDP_PORT, 2152 } },
	.dissect = gtp_u_dissect,
};
