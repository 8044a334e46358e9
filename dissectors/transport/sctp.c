/*
 * SCTP's common header, RFC 9260; the payload is its chunks.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-------------------------------+-------------------------------+
 *   |      Source Port Number       |    Destination Port Number    |
 *   +-------------------------------+-------------------------------+
 *   |                       Verification Tag                        |
 *   +---------------------------------------------------------------+
 *   |                           Checksum                            |
 *   +---------------------------------------------------------------+
 */
#include "dissect/dissector.h"

enum {
	SCTP_HEADER_SIZE = 12,
	SCTP_PORTS_SIZE = 4
};

static void	sctp_dissect(struct walk *, struct cursor *);

static void
sctp_dissect(struct walk *w, struct cursor *c)
{
	struct conversation *t = walk_conversation(w);
	uint32_t wire = walk_wire_left(w, c);
	const uint8_t *head = cursor_peek(c, SCTP_PORTS_SIZE);

	if (head == NULL) {
		walk_abandon(w, ANOMALY_TRANSPORT_SHORT);
		return;
	}
	t->src_port = bytes_be16(&head[0]);
	t->dst_port = bytes_be16(&head[2]);
	if (cursor_take(c, SCTP_HEADER_SIZE) == NULL) {
		packet_note(w->packet, ANOMALY_TRANSPORT_SHORT);
		cursor_limit(c, 0);
	}
	walk_payload(w, c, wire > SCTP_HEADER_SIZE ?
	    wire - SCTP_HEADER_SIZE : 0);
}

const struct dissector dissector_sctp = {
	.name = "sctp",
	.title = "Stream Control Transmission Protocol",
	.source = "RFC 9260",
	.layer = LAYER_TRANSPORT,
	.keys = { { KEY_IP, PROTOCOL_SCTP } },
	.dissect = sctp_dissect,
};
