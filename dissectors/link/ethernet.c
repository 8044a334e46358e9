/*
 * Ethernet: Ethernet II and IEEE 802.3 frames, without preamble and FCS.
 *
 *   +-----------------------+-----------------------+---------------+
 *   | destination (6 bytes) |    source (6 bytes)   | type / length |
 *   +-----------------------+-----------------------+---------------+
 */
#include <string.h>

#include "dissect/ethertype.h"

enum { ETHERNET_HEADER_SIZE = 14 };

static void	ethernet_dissect(struct walk *, struct cursor *);

/* The addresses of a frame inside a tunnel say nothing about the link. */
static void
ethernet_dissect(struct walk *w, struct cursor *c)
{
	struct packet *p = w->packet;
	const uint8_t *head = cursor_take(c, ETHERNET_HEADER_SIZE);

	if (head == NULL) {
		walk_malformed(w, ANOMALY_LINK_SHORT);
		return;
	}
	if (!p->has_src_mac && p->conversation_count == 0) {
		p->has_src_mac = p->has_dst_mac = true;
		memcpy(p->dst_mac, &head[0], sizeof(p->dst_mac));
		memcpy(p->src_mac, &head[6], sizeof(p->src_mac));
	}
	ethertype_follow(w, c, bytes_be16(&head[12]));
}

const struct dissector dissector_ethernet = {
	.name = "ethernet",
	.title = "Ethernet",
	.source = "IEEE 802.3",
	.layer = LAYER_LINK,
	.keys = {
		{ KEY_LINK, 1 },
		{ KEY_ETHERTYPE, ETHERTYPE_TRANSPARENT },
	},
	.dissect = ethernet_dissect,
};
