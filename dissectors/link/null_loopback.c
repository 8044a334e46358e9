/*
 * BSD loopback: LINKTYPE_NULL and LINKTYPE_LOOP of the tcpdump.org registry.
 *
 *   +---------------------------------------------------------------+
 *   |                        address family                         |
 *   +---------------------------------------------------------------+
 *
 * In LINKTYPE_NULL the family is in the byte order of the machine that
 * captured, in LINKTYPE_LOOP in network order. Families are below 65536, so
 * a value that is not is one in the other order.
 */
#include "dissect/ethertype.h"

enum {
	NULL_LOOPBACK_HEADER_SIZE = 4,
	FAMILY_IPV4 = 2,
	FAMILY_IPV6_LINUX = 10,
	FAMILY_IPV6_BSD = 24,		/* NetBSD, OpenBSD */
	FAMILY_IPV6_FREEBSD = 28,
	FAMILY_IPV6_DARWIN = 30
};

static void	null_loopback_dissect(struct walk *, struct cursor *);

static void
null_loopback_dissect(struct walk *w, struct cursor *c)
{
	const uint8_t *head = cursor_take(c, NULL_LOOPBACK_HEADER_SIZE);
	uint32_t family;

	if (head == NULL) {
		walk_malformed(w, ANOMALY_LINK_SHORT);
		return;
	}
	family = bytes_be32(head);
	if (family > UINT16_MAX)
		family = bytes_le32(head);
	switch (family) {
	case FAMILY_IPV4:
		walk_next(w, KEY_ETHERTYPE, ETHERTYPE_IPV4);
		break;
	case FAMILY_IPV6_LINUX:
	case FAMILY_IPV6_BSD:
	case FAMILY_IPV6_FREEBSD:
	case FAMILY_IPV6_DARWIN:
		walk_next(w, KEY_ETHERTYPE, ETHERTYPE_IPV6);
		break;
	}
}

const struct dissector dissector_null_loopback = {
	.name = "null_loopback",
	.title = "BSD loopback",
	.source = "tcpdump.org LINKTYPE_NULL, LINKTYPE_LOOP",
	.layer = LAYER_LINK,
	.keys = {
		{ KEY_LINK, 0 },
		{ KEY_LINK, 108 },
	},
	.dissect = null_loopback_dissect,
};
