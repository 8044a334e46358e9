/*
 * The Network Layer Protocol Identifier (ISO/IEC TR 9577), one byte, behind
 * LLC's access point 0xfe and in other links that use the same numbers: RFC
 * 2427 for Frame Relay, RFC 2684 for ATM.
 *
 *   +---------------+
 *   |     NLPID     |
 *   +---------------+
 * then, when it is 0x80, SNAP:
 *   +-----------------------------------------------+---------------+
 *   |               OUI (3 bytes)                   |   type (2)    |
 *   +-----------------------------------------------+---------------+
 */
#include "dissect/ethertype.h"

enum {
	NLPID_PAD = 0x00,		/* before another one */
	NLPID_SNAP = 0x80,
	NLPID_IPV6 = 0x8e,
	NLPID_IPV4 = 0xcc,
	NLPID_PPP = 0xcf,

	NLPID_SNAP_SIZE = 5,
	NLPID_OUI_ETHERNET = 0x000000,
	NLPID_OUI_BRIDGED = 0x0080c2,	/* IEEE 802.1; types: */
	NLPID_BRIDGED_FCS = 0x0001,	/* Ethernet with its FCS */
	NLPID_BRIDGED = 0x0007		/* and without */
};

static void	nlpid_dissect(struct walk *, struct cursor *);
static void	nlpid_snap(struct walk *, struct cursor *);

static void
nlpid_dissect(struct walk *w, struct cursor *c)
{
	uint8_t nlpid = cursor_u8(c);

	if (nlpid == NLPID_PAD)
		nlpid = cursor_u8(c);
	if (!cursor_ok(c)) {
		walk_malformed(w, ANOMALY_LINK_SHORT);
		return;
	}
	switch (nlpid) {
	case NLPID_SNAP:
		nlpid_snap(w, c);
		break;
	case NLPID_IPV4:
		walk_next(w, KEY_ETHERTYPE, ETHERTYPE_IPV4);
		break;
	case NLPID_IPV6:
		walk_next(w, KEY_ETHERTYPE, ETHERTYPE_IPV6);
		break;
	case NLPID_PPP:
		walk_next(w, KEY_ETHERTYPE, ETHERTYPE_PPP);
		break;
	default:
		break;		/* routing of ISO: no IP */
	}
}

static void
nlpid_snap(struct walk *w, struct cursor *c)
{
	const uint8_t *snap = cursor_take(c, NLPID_SNAP_SIZE);
	uint32_t oui;
	uint16_t type;

	if (snap == NULL) {
		walk_malformed(w, ANOMALY_LINK_SHORT);
		return;
	}
	oui = bytes_be24(&snap[0]);
	type = bytes_be16(&snap[3]);
	if (oui == NLPID_OUI_ETHERNET)
		walk_next(w, KEY_ETHERTYPE, type);
	else if (oui == NLPID_OUI_BRIDGED &&
	    (type == NLPID_BRIDGED_FCS || type == NLPID_BRIDGED))
		walk_next(w, KEY_ETHERTYPE, ETHERTYPE_TRANSPARENT);
}

const struct dissector dissector_nlpid = {
	.name = "nlpid",
	.title = "Network Layer Protocol Identifier",
	.source = "ISO/IEC TR 9577, RFC 2427, RFC 2684",
	.layer = LAYER_LINK,
	.keys = { { KEY_LLC, 0xfe } },
	.dissect = nlpid_dissect,
};
