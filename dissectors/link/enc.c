/*
 * OpenBSD's interface of what IPsec opened or will seal: LINKTYPE_ENC of the
 * tcpdump.org registry.
 *
 *   +---------------+---------------+---------------+
 *   |address family |      SPI      |     flags     |  of 4 bytes each
 *   +---------------+---------------+---------------+
 */
#include "dissect/ethertype.h"

enum { ENC_HEADER_SIZE = 12 };

static void	enc_dissect(struct walk *, struct cursor *);

/* The family's number differs between systems, the IP version does not. */
static void
enc_dissect(struct walk *w, struct cursor *c)
{
	uint16_t type;

	if (cursor_take(c, ENC_HEADER_SIZE) == NULL) {
		walk_malformed(w, ANOMALY_LINK_SHORT);
		return;
	}
	type = ethertype_of_ip(c);
	if (type != 0)
		walk_next(w, KEY_ETHERTYPE, type);
}

const struct dissector dissector_enc = {
	.name = "enc",
	.title = "IPsec of OpenBSD",
	.source = "tcpdump.org LINKTYPE_ENC",
	.layer = LAYER_LINK,
	.keys = { { KEY_LINK, 109 } },
	.dissect = enc_dissect,
};
