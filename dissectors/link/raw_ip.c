/*
 * No link header: the frame begins with an IP header, of the version that
 * its first four bits tell. LINKTYPE_RAW of the tcpdump.org registry; 12 and
 * 14 are what DLT_RAW is on some systems.
 *
 *   +-------+-------------
 *   |Version| IP header ...
 *   +-------+-------------
 */
#include "dissect/ethertype.h"

static void	raw_ip_dissect(struct walk *, struct cursor *);

static void
raw_ip_dissect(struct walk *w, struct cursor *c)
{
	const uint8_t *first = cursor_peek(c, 1);

	if (first == NULL) {
		walk_malformed(w, ANOMALY_LINK_SHORT);
		return;
	}
	if (first[0] >> 4 == 4)
		walk_next(w, KEY_ETHERTYPE, ETHERTYPE_IPV4);
	else if (first[0] >> 4 == 6)
		walk_next(w, KEY_ETHERTYPE, ETHERTYPE_IPV6);
}

const struct dissector dissector_raw_ip = {
	.name = "raw_ip",
	.title = "IP without a link header",
	.source = "tcpdump.org LINKTYPE_RAW",
	.layer = LAYER_LINK,
	.keys = {
		{ KEY_LINK, 101 },
		{ KEY_LINK, 12 },
		{ KEY_LINK, 14 },
	},
	.dissect = raw_ip_dissect,
};
