/*
 * What OpenBSD's packet filter logs: LINKTYPE_PFLOG of the tcpdump.org
 * registry. The header has grown over the years and says how long it is,
 * without the bytes that fill it up to a multiple of 4.
 *
 *   +---------------+---------------+---------------+---------------+
 *   |    length     |address family |    action     |    reason     |
 *   +---------------+---------------+---------------+---------------+
 *   |  interface, rule set, rule, user and direction, addresses ... |
 *   +---------------------------------------------------------------+
 */
#include "dissect/ethertype.h"

enum { PFLOG_LENGTH_MIN = 45 };		/* of the oldest header with one */

static void	pflog_dissect(struct walk *, struct cursor *);

/* The family's number differs between systems, the IP version does not. */
static void
pflog_dissect(struct walk *w, struct cursor *c)
{
	const uint8_t *length = cursor_peek(c, 1);
	uint16_t type;

	if (length == NULL) {
		walk_malformed(w, ANOMALY_LINK_SHORT);
		return;
	}
	if (*length < PFLOG_LENGTH_MIN) {
		walk_malformed(w, ANOMALY_LINK_LENGTH);
		return;
	}
	if (cursor_take(c, (*length + 3u) & ~3u) == NULL) {
		walk_malformed(w, ANOMALY_LINK_SHORT);
		return;
	}
	type = ethertype_of_ip(c);
	if (type != 0)
		walk_next(w, KEY_ETHERTYPE, type);
}

const struct dissector dissector_pflog = {
	.name = "pflog",
	.title = "Packet filter log of OpenBSD",
	.source = "tcpdump.org LINKTYPE_PFLOG",
	.layer = LAYER_LINK,
	.keys = { { KEY_LINK, 117 } },
	.dissect = pflog_dissect,
};
