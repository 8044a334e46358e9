/*
 * ATM's adaptation layer 5 as captures hold it: LLC first (RFC 2684), or on
 * Linux's Classical IP interface (RFC 2225) IP alone, without any header.
 * LINKTYPE_ATM_RFC1483 and LINKTYPE_ATM_CLIP of the tcpdump.org registry.
 *
 *   +---------------+---------------+---------------+
 *   |   0xaa, 0xfe  |   0xaa, 0xfe  | control 0x03  |  or IP
 *   +---------------+---------------+---------------+
 */
#include "dissect/ethertype.h"

static void	atm_dissect(struct walk *, struct cursor *);

static void
atm_dissect(struct walk *w, struct cursor *c)
{
	uint16_t type = ethertype_of_ip(c);

	if (cursor_left(c) == 0)
		walk_malformed(w, ANOMALY_LINK_SHORT);
	else if (type != 0)
		walk_next(w, KEY_ETHERTYPE, type);
	else
		walk_next(w, KEY_LLC, 0);
}

const struct dissector dissector_atm = {
	.name = "atm",
	.title = "ATM with LLC, and Classical IP",
	.source = "RFC 2684, RFC 2225",
	.layer = LAYER_LINK,
	.keys = {
		{ KEY_LINK, 100 },
		{ KEY_LINK, 106 },
	},
	.dissect = atm_dissect,
};
