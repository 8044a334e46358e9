/*
 * Frame Relay: an address of 2 to 4 bytes (ITU-T Q.922), the last bit of
 * whose last byte is set, then RFC 2427: control and NLPID. Cisco's routers
 * may put an EtherType there instead.
 *
 *   +-----------+---+-+-------+-+-+-+-+---------------+---------------+
 *   | DLCI high |C/R|0| low   |F|B|D|1| control 0x03  |     NLPID     |
 *   +-----------+---+-+-------+-+-+-+-+---------------+---------------+
 */
#include "dissect/ethertype.h"

enum {
	FRAME_RELAY_ADDRESS_MIN = 2,
	FRAME_RELAY_ADDRESS_MAX = 4,
	FRAME_RELAY_IS_LAST = 0x01,
	FRAME_RELAY_UNNUMBERED = 0x03,
	FRAME_RELAY_SAP_ISO = 0xfe	/* of LLC, which NLPID follows too */
};

static void	frame_relay_dissect(struct walk *, struct cursor *);
static bool	frame_relay_address(struct cursor *);

static void
frame_relay_dissect(struct walk *w, struct cursor *c)
{
	const uint8_t *type;

	if (!frame_relay_address(c) ||
	    (type = cursor_peek(c, 2)) == NULL) {
		walk_malformed(w, ANOMALY_LINK_SHORT);
		return;
	}
	if (type[0] == FRAME_RELAY_UNNUMBERED) {
		cursor_skip(c, 1);
		walk_next(w, KEY_LLC, FRAME_RELAY_SAP_ISO);
	} else if (bytes_be16(type) >= ETHERTYPE_MIN) {
		cursor_skip(c, 2);
		walk_next(w, KEY_ETHERTYPE, bytes_be16(type));
	}
}

/* Takes the address; false when it is cut off or does not end. */
static bool
frame_relay_address(struct cursor *c)
{
	for (int i = 1; i <= FRAME_RELAY_ADDRESS_MAX; i++) {
		bool is_last = (cursor_u8(c) & FRAME_RELAY_IS_LAST) != 0;

		if (!cursor_ok(c))
			return false;
		if (is_last)
			return i >= FRAME_RELAY_ADDRESS_MIN;
	}
	return false;
}

const struct dissector dissector_frame_relay = {
	.name = "frame_relay",
	.title = "Frame Relay",
	.source = "ITU-T Q.922, RFC 2427",
	.layer = LAYER_LINK,
	.keys = { { KEY_LINK, 107 } },
	.dissect = frame_relay_dissect,
};
