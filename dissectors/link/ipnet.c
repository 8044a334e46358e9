/*
 * IP as Solaris's ipnet devices capture it: LINKTYPE_IPNET of the tcpdump.org
 * registry.
 *
 *   +---------------+---------------+-------------------------------+
 *   |  version, 1   |    family     |             hook              |
 *   +---------------+---------------+-------------------------------+
 *   |  length, interface, group, source and destination zone (20)   |
 *   +---------------------------------------------------------------+
 */
#include "dissect/ethertype.h"

enum {
	IPNET_HEADER_SIZE = 24,
	IPNET_FAMILY_IPV4 = 2,
	IPNET_FAMILY_IPV6 = 26
};

static void	ipnet_dissect(struct walk *, struct cursor *);

static void
ipnet_dissect(struct walk *w, struct cursor *c)
{
	const uint8_t *head = cursor_take(c, IPNET_HEADER_SIZE);

	if (head == NULL)
		walk_malformed(w, ANOMALY_LINK_SHORT);
	else if (head[1] == IPNET_FAMILY_IPV4)
		walk_next(w, KEY_ETHERTYPE, ETHERTYPE_IPV4);
	else if (head[1] == IPNET_FAMILY_IPV6)
		walk_next(w, KEY_ETHERTYPE, ETHERTYPE_IPV6);
}

const struct dissector dissector_ipnet = {
	.name = "ipnet",
	.title = "IP of Solaris",
	.source = "tcpdump.org LINKTYPE_IPNET",
	.layer = LAYER_LINK,
	.keys = { { KEY_LINK, 226 } },
	.dissect = ipnet_dissect,
};
