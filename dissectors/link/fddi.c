/*
 * FDDI, ISO 9314-2. The two bits F of frame control tell LLC frames, with an
 * LLC header behind the addresses, from those of the ring itself.
 *
 *   +-+-+---+-------+-----------------------+-----------------------+
 *   |C|L| F |   Z   | destination (6 bytes) |    source (6 bytes)   |
 *   +-+-+---+-------+-----------------------+-----------------------+
 */
#include <string.h>

#include "dissect/dissector.h"

enum {
	FDDI_HEADER_SIZE = 13,
	FDDI_FORMAT = 0x70,		/* L and F: long addresses, LLC */
	FDDI_LLC = 0x50
};

static void	fddi_dissect(struct walk *, struct cursor *);

static void
fddi_dissect(struct walk *w, struct cursor *c)
{
	struct packet *p = w->packet;
	const uint8_t *head = cursor_take(c, FDDI_HEADER_SIZE);

	if (head == NULL) {
		walk_malformed(w, ANOMALY_LINK_SHORT);
		return;
	}
	p->has_src_mac = p->has_dst_mac = true;
	memcpy(p->dst_mac, &head[1], sizeof(p->dst_mac));
	memcpy(p->src_mac, &head[7], sizeof(p->src_mac));
	if ((head[0] & FDDI_FORMAT) == FDDI_LLC)
		walk_next(w, KEY_LLC, 0);
}

const struct dissector dissector_fddi = {
	.name = "fddi",
	.title = "Fiber Distributed Data Interface",
	.source = "ISO 9314-2",
	.layer = LAYER_LINK,
	.keys = { { KEY_LINK, 10 } },
	.dissect = fddi_dissect,
};
