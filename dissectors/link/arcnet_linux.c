/*
 * ARCNET as Linux captures it: LINKTYPE_ARCNET_LINUX of the tcpdump.org
 * registry. RFC 1051's protocols end with the type; RFC 1201's have a flag
 * and a sequence number behind it.
 *
 *   +---------------+---------------+-------------------------------+
 *   |    source     |  destination  |            offset             |
 *   +---------------+---------------+-------------------------------+
 *   |     type      |  split flag   |       sequence number         |
 *   +---------------+---------------+-------------------------------+
 */
#include "dissect/ethertype.h"

enum {
	ARCNET_LINUX_OLD_SIZE = 5,
	ARCNET_LINUX_MORE_SIZE = 3,
	ARCNET_LINUX_IPV6 = 196,
	ARCNET_LINUX_IPV4 = 212,	/* RFC 1201 */
	ARCNET_LINUX_IPV4_OLD = 240	/* RFC 1051 */
};

static void	arcnet_linux_dissect(struct walk *, struct cursor *);

/* Only the first part of a split packet has an IP header; its flag is odd. */
static void
arcnet_linux_dissect(struct walk *w, struct cursor *c)
{
	const uint8_t *head = cursor_take(c, ARCNET_LINUX_OLD_SIZE);
	const uint8_t *more;

	if (head == NULL) {
		walk_malformed(w, ANOMALY_LINK_SHORT);
		return;
	}
	if (head[4] == ARCNET_LINUX_IPV4_OLD) {
		walk_next(w, KEY_ETHERTYPE, ETHERTYPE_IPV4);
		return;
	}
	if (head[4] != ARCNET_LINUX_IPV4 && head[4] != ARCNET_LINUX_IPV6)
		return;
	more = cursor_take(c, ARCNET_LINUX_MORE_SIZE);
	if (more == NULL)
		walk_malformed(w, ANOMALY_LINK_SHORT);
	else if (more[0] == 0 || (more[0] & 1) != 0)
		walk_next(w, KEY_ETHERTYPE, head[4] == ARCNET_LINUX_IPV4 ?
		    ETHERTYPE_IPV4 : ETHERTYPE_IPV6);
}

const struct dissector dissector_arcnet_linux = {
	.name = "arcnet_linux",
	.title = "ARCNET of Linux",
	.source = "RFC 1201, RFC 1051",
	.layer = LAYER_LINK,
	.keys = { { KEY_LINK, 129 } },
	.dissect = arcnet_linux_dissect,
};
