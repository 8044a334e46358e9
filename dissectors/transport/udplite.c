/*
 * UDP-Lite, RFC 3828: UDP whose checksum covers the first bytes alone.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-------------------------------+-------------------------------+
 *   |          Source Port          |       Destination Port        |
 *   +-------------------------------+-------------------------------+
 *   |       Checksum Coverage       |           Checksum            |
 *   +-------------------------------+-------------------------------+
 */
#include "dissect/checksum.h"

enum {
	UDPLITE_HEADER_SIZE = 8,
	UDPLITE_PORTS_SIZE = 4
};

static void	udplite_dissect(struct walk *, struct cursor *);
static void	udplite_checksum(struct walk *, const struct cursor *,
		    uint16_t);

static void
udplite_dissect(struct walk *w, struct cursor *c)
{
	struct conversation *t = walk_conversation(w);
	uint32_t wire = walk_wire_left(w, c);
	const uint8_t *head = cursor_peek(c, UDPLITE_PORTS_SIZE);

	if (head == NULL) {
		walk_abandon(w, ANOMALY_UDP_SHORT);
		return;
	}
	t->src_port = bytes_be16(&head[0]);
	t->dst_port = bytes_be16(&head[2]);
	head = cursor_peek(c, UDPLITE_HEADER_SIZE);
	if (head == NULL) {
		packet_note(w->packet, ANOMALY_UDP_SHORT);
		cursor_limit(c, 0);
	} else {
		t->has_transport = true;
		t->udp = (struct udp_header){
			.checksum = bytes_be16(&head[6])
		};
		udplite_checksum(w, c, bytes_be16(&head[4]));
		cursor_skip(c, UDPLITE_HEADER_SIZE);
	}
	walk_payload(w, c, wire > UDPLITE_HEADER_SIZE ?
	    wire - UDPLITE_HEADER_SIZE : 0);
}

/* Coverage 0 is the whole datagram; 1 to 7 may not be (RFC 3828 3.1). */
static void
udplite_checksum(struct walk *w, const struct cursor *c, uint16_t coverage)
{
	uint32_t wire = walk_wire_left(w, c);

	if ((coverage > 0 && coverage < UDPLITE_HEADER_SIZE) ||
	    coverage > wire) {
		packet_note(w->packet, ANOMALY_UDP_LENGTH);
		walk_conversation(w)->udp.is_length_odd = true;
		return;
	}
	checksum_transport(w, c, coverage == 0 ? wire : coverage, wire, true);
}

const struct dissector dissector_udplite = {
	.name = "udplite",
	.title = "Lightweight User Datagram Protocol",
	.source = "RFC 3828",
	.layer = LAYER_TRANSPORT,
	.keys = { { KEY_IP, PROTOCOL_UDPLITE } },
	.dissect = udplite_dissect,
};
