/*
 * CAPWAP's data channel, RFC 5415 4.3: frames between a wireless access point
 * and its controller, as IEEE 802.3 or, when T is set, as the radio's own.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-------+-------+---------+---------+---------+-+-+-+-+-+-+-----+
 *   |Version|Type   |  HLEN   |   RID   |  WBID   |T|F|L|W|M|K|Flags|
 *   +-------+-------+---------+---------+---------+-+-+-+-+-+-+-----+
 *   |          Fragment ID          |     Fragment Offset     |Rsvd |
 *   +-------------------------------+-------------------------+-----+
 * HLEN counts words of 4 bytes and covers optional fields. Version and type
 * are 0; type 1 is DTLS, in which nothing can be read.
 */
#include "dissect/ethertype.h"
#include "dissect/ieee80211.h"

enum {
	CAPWAP_HEADER_SIZE = 8,
	CAPWAP_BINDING_80211 = 1,
	CAPWAP_IS_NATIVE = 0x0100,	/* T, of bytes 2 and 3 */
	CAPWAP_IS_FRAGMENT = 0x0080,	/* F */
	CAPWAP_IS_KEEPALIVE = 0x0008,	/* K */
	CAPWAP_RESERVED = 0x0007
};

static void	capwap_dissect(struct walk *, struct cursor *);
static void	capwap_wireless(struct walk *, struct cursor *);

/* Fragments are not put together; they stay the channel's own traffic. */
static void
capwap_dissect(struct walk *w, struct cursor *c)
{
	const uint8_t *head = cursor_peek(c, CAPWAP_HEADER_SIZE);
	uint16_t flags;
	uint8_t size;

	if (head == NULL || head[0] != 0)
		return;
	flags = bytes_be16(&head[2]);
	size = (uint8_t)((head[1] >> 3) * 4);
	if (size < CAPWAP_HEADER_SIZE || size > walk_wire_left(w, c) ||
	    (flags & (CAPWAP_IS_FRAGMENT | CAPWAP_IS_KEEPALIVE |
	    CAPWAP_RESERVED)) != 0)
		return;
	if (cursor_take(c, size) == NULL) {
		packet_note(w->packet, ANOMALY_TUNNEL_SHORT);
		return;
	}
	walk_tunnel(w, TUNNEL_CAPWAP);
	if ((flags & CAPWAP_IS_NATIVE) == 0)
		walk_next(w, KEY_ETHERTYPE, ETHERTYPE_TRANSPARENT);
	else if ((flags >> 9 & 0x1f) == CAPWAP_BINDING_80211)
		capwap_wireless(w, c);
}

/*
 * Cisco's access points swap the two bytes of frame control. The one of a
 * data frame that holds version and type ends in 8, and the other, with the
 * way to or from the access point in it, does not.
 */
static void
capwap_wireless(struct walk *w, struct cursor *c)
{
	const uint8_t *control = cursor_peek(c, 2);

	if (control != NULL && (control[0] & 0x0f) != 8 &&
	    (control[1] & 0x0f) == 8)
		ieee80211_follow(w, c, IEEE80211_IS_SWAPPED);
	else if (control != NULL)
		ieee80211_follow(w, c, 0);
}

const struct dissector dissector_capwap = {
	.name = "capwap",
	.title = "Control And Provisioning of Wireless Access Points",
	.source = "RFC 5415",
	.layer = LAYER_TRANSPORT,
	.keys = { { KEY_UDP_PORT, 5247 } },
	.dissect = capwap_dissect,
};
