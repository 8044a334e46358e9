/*
 * VLAN tags: IEEE 802.1Q and 802.1ad, and the types that stacked tags had
 * before 802.1ad. The tag's own type was read by the header before it.
 *
 *   +-----+---+-----------------------+-------------------------------+
 *   | PCP |DEI|    VID (12 bits)      |         type / length         |
 *   +-----+---+-----------------------+-------------------------------+
 */
#include "dissect/ethertype.h"

enum { VLAN_TAG_SIZE = 4 };

static void	vlan_dissect(struct walk *, struct cursor *);

/* Tags inside a tunnel are not those of the link; the rest are left out. */
static void
vlan_dissect(struct walk *w, struct cursor *c)
{
	struct packet *p = w->packet;
	const uint8_t *tag = cursor_take(c, VLAN_TAG_SIZE);

	if (tag == NULL) {
		walk_malformed(w, ANOMALY_VLAN_SHORT);
		return;
	}
	if (p->conversation_count == 0 && p->vlan_count < PACKET_VLANS_MAX)
		p->vlan[p->vlan_count++] = bytes_be16(&tag[0]) & 0x0fff;
	ethertype_follow(w, c, bytes_be16(&tag[2]));
}

const struct dissector dissector_vlan = {
	.name = "vlan",
	.title = "VLAN tag",
	.source = "IEEE 802.1Q",
	.layer = LAYER_LINK,
	.keys = {
		{ KEY_ETHERTYPE, 0x8100 },
		{ KEY_ETHERTYPE, 0x88a8 },
		{ KEY_ETHERTYPE, 0x9100 },
		{ KEY_ETHERTYPE, 0x9200 },
	},
	.dissect = vlan_dissect,
};
