/*
 * Cisco FabricPath: between two switches a whole Ethernet frame travels
 * behind an outer header of 16 bytes, the first 14 of which look like
 * Ethernet's with switches for addresses. Cisco documents it in its
 * FabricPath white papers; there is no standard.
 *
 *   +-------------------------------+-----------------------+-------+
 *   |        type 0x8903            |     FTag (10 bits)    |  TTL  |
 *   +-------------------------------+-----------------------+-------+
 */
#include "dissect/ethertype.h"

enum { FABRICPATH_TAG_SIZE = 2 };

static void	fabricpath_dissect(struct walk *, struct cursor *);

/* The hosts' addresses are those of the inner frame. */
static void
fabricpath_dissect(struct walk *w, struct cursor *c)
{
	struct packet *p = w->packet;

	if (cursor_take(c, FABRICPATH_TAG_SIZE) == NULL) {
		walk_malformed(w, ANOMALY_LINK_SHORT);
		return;
	}
	if (p->conversation_count == 0) {
		p->has_src_mac = false;
		p->has_dst_mac = false;
	}
	walk_next(w, KEY_ETHERTYPE, ETHERTYPE_TRANSPARENT);
}

const struct dissector dissector_fabricpath = {
	.name = "fabricpath",
	.title = "Cisco FabricPath",
	.source = "Cisco",
	.layer = LAYER_LINK,
	.keys = { { KEY_ETHERTYPE, 0x8903 } },
	.dissect = fabricpath_dissect,
};
