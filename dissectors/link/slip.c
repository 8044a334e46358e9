/*
 * Serial Line IP: LINKTYPE_SLIP of the tcpdump.org registry. The header says
 * the direction and holds what the line's compression (RFC 1144) sent; the
 * packet behind it is whole.
 *
 *   +---------------+-----------------------------------------------+
 *   |   direction   |      compressed header (15 bytes) ...         |
 *   +---------------+-----------------------------------------------+
 */
#include "dissect/ethertype.h"

enum { SLIP_HEADER_SIZE = 16 };

static void	slip_dissect(struct walk *, struct cursor *);

static void
slip_dissect(struct walk *w, struct cursor *c)
{
	uint16_t type;

	if (cursor_take(c, SLIP_HEADER_SIZE) == NULL) {
		walk_malformed(w, ANOMALY_LINK_SHORT);
		return;
	}
	type = ethertype_of_ip(c);
	if (type != 0)
		walk_next(w, KEY_ETHERTYPE, type);
}

const struct dissector dissector_slip = {
	.name = "slip",
	.title = "Serial Line IP",
	.source = "RFC 1055, tcpdump.org LINKTYPE_SLIP",
	.layer = LAYER_LINK,
	.keys = { { KEY_LINK, 8 } },
	.dissect = slip_dissect,
};
