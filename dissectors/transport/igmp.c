/*
 * IGMP, RFC 3376 and before it RFC 2236: a conversation without ports.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +---------------+---------------+-------------------------------+
 *   |     Type      | Max Resp Code |           Checksum            |
 *   +---------------+---------------+-------------------------------+
 *   |                         Group Address                         |
 *   +---------------------------------------------------------------+
 */
#include "dissect/checksum.h"

enum { IGMP_HEADER_SIZE = 8 };

static void	igmp_dissect(struct walk *, struct cursor *);

/* The payload is what follows the part that all versions share. */
static void
igmp_dissect(struct walk *w, struct cursor *c)
{
	uint32_t wire = walk_wire_left(w, c);

	checksum_transport(w, c, wire, wire, false);
	if (cursor_take(c, IGMP_HEADER_SIZE) == NULL) {
		packet_note(w->packet, ANOMALY_TRANSPORT_SHORT);
		cursor_limit(c, 0);
	}
	walk_payload(w, c, wire > IGMP_HEADER_SIZE ?
	    wire - IGMP_HEADER_SIZE : 0);
}

const struct dissector dissector_igmp = {
	.name = "igmp",
	.title = "Internet Group Management Protocol",
	.source = "RFC 3376",
	.layer = LAYER_TRANSPORT,
	.keys = { { KEY_IP, PROTOCOL_IGMP } },
	.dissect = igmp_dissect,
};
