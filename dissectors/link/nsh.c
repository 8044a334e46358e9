/*
 * Network Service Header, RFC 8300: which chain of services a packet goes
 * through. The length counts words of 4 bytes, these two among them.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +---+-+-+-----------+-----------+-------+-------+---------------+
 *   |Ver|O|U|    TTL    |  Length   |   U   |MD Type| Next Protocol |
 *   +---+-+-+-----------+-----------+-------+-------+---------------+
 *   |        Service Path Identifier (SPI)          | Service Index |
 *   +-----------------------------------------------+---------------+
 */
#include "dissect/ethertype.h"

enum {
	NSH_HEADER_SIZE = 8,
	NSH_ETHERTYPE = 0x894f,
	NSH_ETHERTYPE_MPLS = 0x8847
};

static void	nsh_dissect(struct walk *, struct cursor *);

/* By the next protocol's number. */
static const uint16_t nsh_next[] = {
	[1] = ETHERTYPE_IPV4,
	[2] = ETHERTYPE_IPV6,
	[3] = ETHERTYPE_TRANSPARENT,
	[4] = NSH_ETHERTYPE,
	[5] = NSH_ETHERTYPE_MPLS
};

static void
nsh_dissect(struct walk *w, struct cursor *c)
{
	const uint8_t *head = cursor_peek(c, NSH_HEADER_SIZE);
	uint16_t size;

	if (head == NULL) {
		walk_malformed(w, ANOMALY_LINK_SHORT);
		return;
	}
	if (head[0] >> 6 != 0)
		return;		/* only version 0 is defined */
	size = (uint16_t)((head[1] & 0x3f) * 4);
	if (size < NSH_HEADER_SIZE || size > walk_wire_left(w, c))
		walk_malformed(w, ANOMALY_LINK_LENGTH);
	else if (cursor_take(c, size) == NULL)
		walk_malformed(w, ANOMALY_LINK_SHORT);
	else if (head[3] < sizeof(nsh_next) / sizeof(*nsh_next) &&
	    nsh_next[head[3]] != 0)
		walk_next(w, KEY_ETHERTYPE, nsh_next[head[3]]);
}

const struct dissector dissector_nsh = {
	.name = "nsh",
	.title = "Network Service Header",
	.source = "RFC 8300",
	.layer = LAYER_LINK,
	.keys = { { KEY_ETHERTYPE, NSH_ETHERTYPE } },
	.dissect = nsh_dissect,
};
