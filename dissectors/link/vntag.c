/*
 * VN-Tag, which a Cisco fabric extender puts behind the addresses to name
 * the virtual interfaces at both ends. It was proposed for IEEE 802.1Qbh.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-+-+---------------------------+-+-+---+-----------------------+
 *   |D|P|   destination interface   |L|R|Ver|   source interface    |
 *   +-+-+---------------------------+-+-+---+-----------------------+
 *   |         type / length         |
 *   +-------------------------------+
 */
#include "dissect/ethertype.h"

enum { VNTAG_SIZE = 6 };

static void	vntag_dissect(struct walk *, struct cursor *);

static void
vntag_dissect(struct walk *w, struct cursor *c)
{
	const uint8_t *tag = cursor_take(c, VNTAG_SIZE);

	if (tag == NULL)
		walk_malformed(w, ANOMALY_LINK_SHORT);
	else
		ethertype_follow(w, c, bytes_be16(&tag[4]));
}

const struct dissector dissector_vntag = {
	.name = "vntag",
	.title = "Virtual NIC tag",
	.source = "Cisco, proposed for IEEE 802.1Qbh",
	.layer = LAYER_LINK,
	.keys = { { KEY_ETHERTYPE, 0x8926 } },
	.dissect = vntag_dissect,
};
