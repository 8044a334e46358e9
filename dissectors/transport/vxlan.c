/*
 * VXLAN, RFC 7348, and its generic protocol extension (draft-ietf-nvo3-
 * vxlan-gpe) on port 4790.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +---+---+-+-+-+-+---------------------------------+-------------+
 *   |R R|Ver|I|P|B|O|             Reserved            |Next Protocol|
 *   +---+---+-+-+-+-+---------------------------------+-------------+
 *   |    VXLAN Network Identifier (24 bits)           |  Reserved   |
 *   +-------------------------------------------------+-------------+
 */
#include "dissect/ethertype.h"

enum {
	VXLAN_HEADER_SIZE = 8,
	VXLAN_PORT_GPE = 4790,
	VXLAN_HAS_ID = 0x08,
	VXLAN_HAS_NEXT = 0x04,
	VXLAN_NEXT_IPV4 = 1,
	VXLAN_NEXT_IPV6 = 2,
	VXLAN_NEXT_ETHERNET = 3,
	VXLAN_NEXT_NSH = 4,
	VXLAN_ETHERTYPE_NSH = 0x894f
};

static void	vxlan_dissect(struct walk *, struct cursor *);
static void	vxlan_follow_gpe(struct walk *, const uint8_t *);

/*
 * A header without the I flag is not VXLAN's but of whatever else uses the
 * port. Reserved bits are ignored, as the RFC asks.
 */
static void
vxlan_dissect(struct walk *w, struct cursor *c)
{
	const struct conversation *carrier = walk_conversation(w);
	const uint8_t *head = cursor_take(c, VXLAN_HEADER_SIZE);

	if (head == NULL) {
		walk_malformed(w, ANOMALY_TUNNEL_SHORT);
		return;
	}
	if ((head[0] & VXLAN_HAS_ID) == 0)
		return;
	walk_tunnel_id(w, TUNNEL_VXLAN, bytes_be24(&head[4]));
	if (carrier->dst_port == VXLAN_PORT_GPE)
		vxlan_follow_gpe(w, head);
	else
		walk_next(w, KEY_ETHERTYPE, ETHERTYPE_TRANSPARENT);
}

static void
vxlan_follow_gpe(struct walk *w, const uint8_t *head)
{
	if ((head[0] & VXLAN_HAS_NEXT) == 0 ||
	    head[3] == VXLAN_NEXT_ETHERNET)
		walk_next(w, KEY_ETHERTYPE, ETHERTYPE_TRANSPARENT);
	else if (head[3] == VXLAN_NEXT_IPV4)
		walk_next(w, KEY_ETHERTYPE, ETHERTYPE_IPV4);
	else if (head[3] == VXLAN_NEXT_IPV6)
		walk_next(w, KEY_ETHERTYPE, ETHERTYPE_IPV6);
	else if (head[3] == VXLAN_NEXT_NSH)
		walk_next(w, KEY_ETHERTYPE, VXLAN_ETHERTYPE_NSH);
}

const struct dissector dissector_vxlan = {
	.name = "vxlan",
	.title = "Virtual eXtensible Local Area Network",
	.source = "RFC 7348",
	.layer = LAYER_TRANSPORT,
	.keys = {
		{ KEY_UDP_PORT, 4789 },
		{ KEY_UDP_PORT, 8472 },
		{ KEY_UDP_PORT, VXLAN_PORT_GPE },
	},
	.dissect = vxlan_dissect,
};
