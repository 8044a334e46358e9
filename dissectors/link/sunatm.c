/*
 * ATM as Solaris captures it: LINKTYPE_SUNATM of the tcpdump.org registry.
 *
 *   +-+-----+-------+---------------+-------------------------------+
 *   |D|  0  | type  |      VPI      |              VCI              |
 *   +-+-----+-------+---------------+-------------------------------+
 */
#include "dissect/ethertype.h"

enum {
	SUNATM_HEADER_SIZE = 4,
	SUNATM_TYPE = 0x0f,
	SUNATM_LANE = 1,		/* a LAN client's number, Ethernet */
	SUNATM_LLC = 2,			/* RFC 2684 */
	SUNATM_CLIENT_SIZE = 2,
	SUNATM_CLIENT_CONTROL = 0xff00	/* LAN Emulation's own frames */
};

static void	sunatm_dissect(struct walk *, struct cursor *);
static void	sunatm_lane(struct walk *, struct cursor *);

static void
sunatm_dissect(struct walk *w, struct cursor *c)
{
	const uint8_t *head = cursor_take(c, SUNATM_HEADER_SIZE);

	if (head == NULL)
		walk_malformed(w, ANOMALY_LINK_SHORT);
	else if ((head[0] & SUNATM_TYPE) == SUNATM_LANE)
		sunatm_lane(w, c);
	else if ((head[0] & SUNATM_TYPE) == SUNATM_LLC)
		walk_next(w, KEY_LLC, 0);
}

static void
sunatm_lane(struct walk *w, struct cursor *c)
{
	const uint8_t *client = cursor_take(c, SUNATM_CLIENT_SIZE);

	if (client == NULL)
		walk_malformed(w, ANOMALY_LINK_SHORT);
	else if (bytes_be16(client) != SUNATM_CLIENT_CONTROL)
		walk_next(w, KEY_ETHERTYPE, ETHERTYPE_TRANSPARENT);
}

const struct dissector dissector_sunatm = {
	.name = "sunatm",
	.title = "ATM of Solaris",
	.source = "tcpdump.org LINKTYPE_SUNATM",
	.layer = LAYER_LINK,
	.keys = { { KEY_LINK, 123 } },
	.dissect = sunatm_dissect,
};
