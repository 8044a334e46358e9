/*
 * LLC, IEEE 802.2, and SNAP, IEEE 802, which carries an EtherType in it.
 *
 *   +---------------+---------------+---------------+
 *   |     DSAP      |     SSAP      | control, 1-2  |
 *   +---------------+---------------+---------------+
 * then, when both access points are 0xaa, SNAP:
 *   +-----------------------------------------------+---------------+
 *   |               OUI (3 bytes)                   |   type (2)    |
 *   +-----------------------------------------------+---------------+
 *
 * The header before it names it as KEY_LLC 0; no DSAP of 0 is ever followed.
 */
#include "dissect/ethertype.h"

enum {
	LLC_HEADER_SIZE = 3,
	LLC_SNAP_SIZE = 5,
	LLC_SAP_SNAP = 0xaa,
	LLC_SAP_GROUP = 0x01,		/* group or response bit of a SAP */
	LLC_UNNUMBERED = 0x03,		/* control of one byte */
	LLC_OUI_ETHERNET = 0x000000,	/* RFC 1042 */
	LLC_OUI_TUNNEL = 0x0000f8	/* IEEE 802.1H */
};

static void	llc_dissect(struct walk *, struct cursor *);
static void	llc_snap(struct walk *, struct cursor *);

static void
llc_dissect(struct walk *w, struct cursor *c)
{
	const uint8_t *head = cursor_take(c, LLC_HEADER_SIZE);
	uint8_t dsap;

	if (head == NULL) {
		walk_malformed(w, ANOMALY_LINK_SHORT);
		return;
	}
	if ((head[2] & LLC_UNNUMBERED) != LLC_UNNUMBERED)
		return;		/* connection-oriented: no IP travels so */
	dsap = head[0] & (uint8_t)~LLC_SAP_GROUP;
	if (dsap == LLC_SAP_SNAP)
		llc_snap(w, c);
	else if (dsap != 0)
		walk_next(w, KEY_LLC, dsap);
}

static void
llc_snap(struct walk *w, struct cursor *c)
{
	const uint8_t *snap = cursor_take(c, LLC_SNAP_SIZE);
	uint32_t oui;

	if (snap == NULL) {
		walk_malformed(w, ANOMALY_LINK_SHORT);
		return;
	}
	oui = bytes_be24(&snap[0]);
	if (oui == LLC_OUI_ETHERNET || oui == LLC_OUI_TUNNEL)
		walk_next(w, KEY_ETHERTYPE, bytes_be16(&snap[3]));
}

const struct dissector dissector_llc = {
	.name = "llc",
	.title = "Logical Link Control",
	.source = "IEEE 802.2",
	.layer = LAYER_LINK,
	.keys = { { KEY_LLC, 0 } },
	.dissect = llc_dissect,
};
