/*
 * PPP, RFC 1661, in HDLC-like framing, RFC 1662, or in a tunnel, where
 * address and control are most often left out.
 *
 *   +---------------+---------------+-------------------------------+
 *   | address 0xff  | control 0x03  |      protocol, 1 or 2 bytes   |
 *   +---------------+---------------+-------------------------------+
 *
 * A protocol's last byte is odd and its first even, so an odd first byte is
 * a protocol whose leading zero is left out (RFC 1661 6.5). LINKTYPE_PPP_HDLC
 * holds Cisco's HDLC as well, LINKTYPE_C_HDLC nothing else: address 0x0f or
 * 0x8f, control 0, EtherType.
 */
#include "dissect/ethertype.h"

enum {
	PPP_ADDRESS_CONTROL = 0xff03,
	PPP_CISCO_UNICAST = 0x0f00,
	PPP_CISCO_MULTICAST = 0x8f00
};

static void	ppp_dissect(struct walk *, struct cursor *);
static void	ppp_cisco(struct walk *, struct cursor *);

static void
ppp_dissect(struct walk *w, struct cursor *c)
{
	const uint8_t *head = cursor_peek(c, 2);
	uint16_t protocol;

	if (head != NULL && bytes_be16(head) == PPP_ADDRESS_CONTROL)
		cursor_skip(c, 2);
	else if (head != NULL && (bytes_be16(head) == PPP_CISCO_UNICAST ||
	    bytes_be16(head) == PPP_CISCO_MULTICAST)) {
		ppp_cisco(w, c);
		return;
	}
	protocol = cursor_u8(c);
	if ((protocol & 1) == 0)
		protocol = (uint16_t)(protocol << 8 | cursor_u8(c));
	if (!cursor_ok(c)) {
		walk_malformed(w, ANOMALY_PPPOE_SHORT);
		return;
	}
	walk_next(w, KEY_PPP, protocol);
}

static void
ppp_cisco(struct walk *w, struct cursor *c)
{
	const uint8_t *head = cursor_take(c, 4);

	if (head == NULL)
		walk_malformed(w, ANOMALY_LINK_SHORT);
	else
		walk_next(w, KEY_ETHERTYPE, bytes_be16(&head[2]));
}

const struct dissector dissector_ppp = {
	.name = "ppp",
	.title = "Point-to-Point Protocol",
	.source = "RFC 1661, RFC 1662",
	.layer = LAYER_LINK,
	.keys = {
		{ KEY_LINK, 9 },
		{ KEY_LINK, 50 },
		{ KEY_LINK, 104 },
		{ KEY_ETHERTYPE, ETHERTYPE_PPP },
	},
	.dissect = ppp_dissect,
};
