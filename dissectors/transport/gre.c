/*
 * GRE, RFC 2784 with RFC 2890's key and sequence number, RFC 1701's routing,
 * and the version 1 of PPTP, RFC 2637. Each field but the first line is there
 * when its bit is set; version 1 has an acknowledgment number at the end.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-+-+-+-+-+-----+-+-------+-----+-------------------------------+
 *   |C|R|K|S|s|Recur|A| Flags | Ver |         Protocol Type         |
 *   +-+-+-+-+-+-----+-+-------+-----+-------------------------------+
 *   |           Checksum            |             Offset            |
 *   +-------------------------------+-------------------------------+
 *   |       Key; version 1: payload length and call identifier      |
 *   +---------------------------------------------------------------+
 *   |                        Sequence Number                        |
 *   +---------------------------------------------------------------+
 *   |                            Routing                            |
 *   +---------------------------------------------------------------+
 */
#include "dissect/ethertype.h"

enum {
	GRE_CHECKSUM = 0x8000,
	GRE_ROUTING = 0x4000,
	GRE_KEY = 0x2000,
	GRE_SEQUENCE = 0x1000,
	GRE_ACKNOWLEDGMENT = 0x0080,
	GRE_VERSION = 0x0007,

	GRE_TYPE_WCCP = 0x883e,
	GRE_TYPE_ERSPAN = 0x88be,	/* types I and II */
	GRE_TYPE_ERSPAN_III = 0x22eb,
	GRE_TYPE_ARUBA = 0x8200,	/* and more by 16, each IEEE 802.11 */
	GRE_TYPE_ARUBA_LAST = 0x8370,

	GRE_LINK_80211 = 105,

	GRE_ERSPAN_II_SIZE = 8,
	GRE_ERSPAN_III_SIZE = 12,
	GRE_ERSPAN_III_MORE = 8		/* behind it when its O bit is set */
};

static void	gre_dissect(struct walk *, struct cursor *);
static uint32_t	gre_header(struct cursor *, uint16_t);
static void	gre_routing(struct cursor *);
static void	gre_follow(struct walk *, struct cursor *, uint16_t,
		    uint16_t);
static void	gre_wccp(struct walk *, struct cursor *);
static void	gre_erspan(struct walk *, struct cursor *, uint16_t);
static void	gre_erspan_iii(struct walk *, struct cursor *);

/* A header that is cut off leaves the carrying conversation as it is. */
static void
gre_dissect(struct walk *w, struct cursor *c)
{
	uint16_t flags = cursor_be16(c);
	uint16_t type = cursor_be16(c);
	uint32_t key = gre_header(c, flags);

	if (!cursor_ok(c)) {
		walk_malformed(w, ANOMALY_TUNNEL_SHORT);
		return;
	}
	if ((flags & GRE_VERSION) == 1)
		key &= 0xffff;		/* the call, not the length */
	if ((flags & GRE_KEY) != 0)
		walk_tunnel_id(w, TUNNEL_GRE, key);
	else
		walk_tunnel(w, TUNNEL_GRE);
	walk_payload(w, c, walk_wire_left(w, c));
	gre_follow(w, c, flags, type);
}

/* Takes the fields that the flags announce; returns the key, or 0. */
static uint32_t
gre_header(struct cursor *c, uint16_t flags)
{
	uint32_t key = 0;

	if ((flags & (GRE_CHECKSUM | GRE_ROUTING)) != 0)
		cursor_skip(c, 4);
	if ((flags & GRE_KEY) != 0)
		key = cursor_be32(c);
	if ((flags & GRE_SEQUENCE) != 0)
		cursor_skip(c, 4);
	if ((flags & GRE_VERSION) == 1 && (flags & GRE_ACKNOWLEDGMENT) != 0)
		cursor_skip(c, 4);
	if ((flags & GRE_ROUTING) != 0)
		gre_routing(c);
	return key;
}

/* Source route entries; one with family and length 0 ends them. */
static void
gre_routing(struct cursor *c)
{
	uint16_t family;
	uint8_t length;

	do {
		family = cursor_be16(c);
		cursor_skip(c, 1);
		length = cursor_u8(c);
		cursor_skip(c, length);
	} while (cursor_ok(c) && (family != 0 || length != 0));
}

static void
gre_follow(struct walk *w, struct cursor *c, uint16_t flags, uint16_t type)
{
	if (type == GRE_TYPE_WCCP)
		gre_wccp(w, c);
	else if (type == GRE_TYPE_ERSPAN)
		gre_erspan(w, c, flags);
	else if (type == GRE_TYPE_ERSPAN_III)
		gre_erspan_iii(w, c);
	else if (type >= GRE_TYPE_ARUBA && type <= GRE_TYPE_ARUBA_LAST &&
	    type % 16 == 0)
		walk_next(w, KEY_LINK, GRE_LINK_80211);
	else if (cursor_left(c) > 0)
		walk_next(w, KEY_ETHERTYPE, type);
}

/* WCCP version 2 has a redirect header of 4 bytes before the IPv4 header. */
static void
gre_wccp(struct walk *w, struct cursor *c)
{
	const uint8_t *first = cursor_peek(c, 1);

	if (first != NULL && first[0] >> 4 != 4)
		cursor_skip(c, 4);
	walk_next(w, KEY_ETHERTYPE, ETHERTYPE_IPV4);
}

/* Type I has neither a sequence number nor a header of its own. */
static void
gre_erspan(struct walk *w, struct cursor *c, uint16_t flags)
{
	if ((flags & GRE_SEQUENCE) != 0 &&
	    cursor_take(c, GRE_ERSPAN_II_SIZE) == NULL)
		walk_malformed(w, ANOMALY_TUNNEL_SHORT);
	else
		walk_next(w, KEY_ETHERTYPE, ETHERTYPE_TRANSPARENT);
}

static void
gre_erspan_iii(struct walk *w, struct cursor *c)
{
	const uint8_t *head = cursor_take(c, GRE_ERSPAN_III_SIZE);

	if (head != NULL && (head[GRE_ERSPAN_III_SIZE - 1] & 1) != 0)
		cursor_skip(c, GRE_ERSPAN_III_MORE);
	if (!cursor_ok(c))
		walk_malformed(w, ANOMALY_TUNNEL_SHORT);
	else
		walk_next(w, KEY_ETHERTYPE, ETHERTYPE_TRANSPARENT);
}

const struct dissector dissector_gre = {
	.name = "gre",
	.title = "Generic Routing Encapsulation",
	.source = "RFC 2784, RFC 2890, RFC 2637",
	.layer = LAYER_TRANSPORT,
	.keys = { { KEY_IP, PROTOCOL_GRE } },
	.dissect = gre_dissect,
};
