/*
 * E-TAG, which a port extender puts behind the addresses: IEEE 802.1BR.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-----+-+-----------------------+---+---+-----------------------+
 *   | PCP |D|   ingress E-CID base  | R |GRP|      E-CID base       |
 *   +-----+-+-------+---------------+---+---+-----------------------+
 *   | ingress E-CID | E-CID extended|         type / length         |
 *   +---------------+---------------+-------------------------------+
 */
#include "dissect/ethertype.h"

enum { ETAG_SIZE = 8 };

static void	etag_dissect(struct walk *, struct cursor *);

static void
etag_dissect(struct walk *w, struct cursor *c)
{
	const uint8_t *tag = cursor_take(c, ETAG_SIZE);

	if (tag == NULL)
		walk_malformed(w, ANOMALY_LINK_SHORT);
	else
		ethertype_follow(w, c, bytes_be16(&tag[6]));
}

const struct dissector dissector_etag = {
	.name = "etag",
	.title = "Port extender tag",
	.source = "IEEE 802.1BR",
	.layer = LAYER_LINK,
	.keys = { { KEY_ETHERTYPE, 0x893f } },
	.dissect = etag_dissect,
};
