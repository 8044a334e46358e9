/*
 * Juniper's routers capture with a header of their own: LINKTYPE_JUNIPER_ETHER
 * and LINKTYPE_JUNIPER_ATM1 of the tcpdump.org registry.
 *
 *   +-----------------------------------------------+---------------+
 *   |             magic "MGC" (3 bytes)             |     flags     |
 *   +-------------------------------+---------------+---------------+
 *   | length of what follows        |  extensions, when flagged ... |
 *   +-------------------------------+-------------------------------+
 *
 * Then comes the link's own header, which of ATM has a cookie of 4 bytes
 * before it, or, when it is flagged to be left out, 4 bytes and IP.
 */
#include "dissect/ethertype.h"

enum {
	JUNIPER_MAGIC = 0x4d4743,
	JUNIPER_NO_LINK = 0x02,
	JUNIPER_EXTENDED = 0x80,
	JUNIPER_COOKIE_SIZE = 4,
	JUNIPER_LINK_ATM1 = 137,
	JUNIPER_CELL = 0x80,		/* cookie of an OAM cell */
	JUNIPER_UNNUMBERED = 0x03,	/* control before an NLPID */
	JUNIPER_SAP_ISO = 0xfe
};

static void	juniper_dissect(struct walk *, struct cursor *);
static void	juniper_atm1(struct walk *, struct cursor *);
static void	juniper_ip(struct walk *, const struct cursor *);

static void
juniper_dissect(struct walk *w, struct cursor *c)
{
	uint32_t magic = cursor_be24(c);
	uint8_t flags = cursor_u8(c);

	if ((flags & JUNIPER_EXTENDED) != 0)
		cursor_skip(c, cursor_be16(c));
	if ((flags & JUNIPER_NO_LINK) != 0)
		cursor_skip(c, JUNIPER_COOKIE_SIZE);
	if (!cursor_ok(c))
		walk_malformed(w, ANOMALY_LINK_SHORT);
	else if (magic != JUNIPER_MAGIC)
		return;
	else if ((flags & JUNIPER_NO_LINK) != 0)
		juniper_ip(w, c);
	else if (w->packet->frame.interface->link_type == JUNIPER_LINK_ATM1)
		juniper_atm1(w, c);
	else
		walk_next(w, KEY_ETHERTYPE, ETHERTYPE_TRANSPARENT);
}

/* LLC, or control and NLPID as on Cisco's routers, or IP alone. */
static void
juniper_atm1(struct walk *w, struct cursor *c)
{
	const uint8_t *cookie = cursor_take(c, JUNIPER_COOKIE_SIZE);
	const uint8_t *head = cursor_peek(c, 3);

	if (cookie == NULL || head == NULL) {
		walk_malformed(w, ANOMALY_LINK_SHORT);
	} else if (cookie[0] == JUNIPER_CELL) {
		return;
	} else if (bytes_be24(head) == 0xaaaa03 ||
	    bytes_be24(head) == 0xfefe03) {
		walk_next(w, KEY_LLC, 0);
	} else if (head[0] == JUNIPER_UNNUMBERED) {
		cursor_skip(c, 1);
		walk_next(w, KEY_LLC, JUNIPER_SAP_ISO);
	} else {
		juniper_ip(w, c);
	}
}

static void
juniper_ip(struct walk *w, const struct cursor *c)
{
	uint16_t type = ethertype_of_ip(c);

	if (type != 0)
		walk_next(w, KEY_ETHERTYPE, type);
}

const struct dissector dissector_juniper = {
	.name = "juniper",
	.title = "Juniper's captures of Ethernet and ATM",
	.source = "tcpdump.org LINKTYPE_JUNIPER_ETHER, _ATM1",
	.layer = LAYER_LINK,
	.keys = {
		{ KEY_LINK, JUNIPER_LINK_ATM1 },
		{ KEY_LINK, 178 },
	},
	.dissect = juniper_dissect,
};
