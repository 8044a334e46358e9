/*
 * PPP over Ethernet, RFC 2516. Discovery sets a session up and carries no
 * PPP; in a session everything behind the header is PPP.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-------+-------+---------------+-------------------------------+
 *   |  VER  | TYPE  |     CODE      |          SESSION_ID           |
 *   +-------+-------+---------------+-------------------------------+
 *   |            LENGTH             |           payload ...         |
 *   +-------------------------------+-------------------------------+
 */
#include "dissect/ethertype.h"

enum {
	PPPOE_HEADER_SIZE = 6,
	PPPOE_CODE_SESSION = 0
};

static void	pppoe_dissect(struct walk *, struct cursor *);

static void
pppoe_dissect(struct walk *w, struct cursor *c)
{
	const uint8_t *head = cursor_take(c, PPPOE_HEADER_SIZE);
	uint16_t length;

	if (head == NULL) {
		walk_malformed(w, ANOMALY_PPPOE_SHORT);
		return;
	}
	length = bytes_be16(&head[4]);
	if (length > walk_wire_left(w, c))
		packet_note(w->packet, ANOMALY_LINK_LENGTH);
	walk_limit(w, c, length);
	if (head[1] == PPPOE_CODE_SESSION)
		walk_next(w, KEY_ETHERTYPE, ETHERTYPE_PPP);
}

const struct dissector dissector_pppoe = {
	.name = "pppoe",
	.title = "PPP over Ethernet",
	.source = "RFC 2516",
	.layer = LAYER_LINK,
	.keys = {
		{ KEY_LINK, 51 },
		{ KEY_ETHERTYPE, 0x8863 },
		{ KEY_ETHERTYPE, 0x8864 },
	},
	.dissect = pppoe_dissect,
};
