/*
 * DCCP, RFC 4340. Data Offset counts the whole header in words.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-------------------------------+-------------------------------+
 *   |          Source Port          |           Dest Port           |
 *   +---------------+-------+-------+-------------------------------+
 *   |  Data Offset  | CCVal | CsCov |           Checksum            |
 *   +-----+-------+-+-------+-------+-------------------------------+
 *   | Res | Type  |X|  sequence number and more, by type and X      |
 *   +-----+-------+-+-----------------------------------------------+
 */
#include "dissect/dissector.h"

enum {
	DCCP_HEADER_MIN = 12,
	DCCP_PORTS_SIZE = 4
};

static void	dccp_dissect(struct walk *, struct cursor *);
static uint32_t	dccp_header_size(struct walk *, const struct cursor *);

static void
dccp_dissect(struct walk *w, struct cursor *c)
{
	struct conversation *t = walk_conversation(w);
	uint32_t wire = walk_wire_left(w, c);
	const uint8_t *head = cursor_peek(c, DCCP_PORTS_SIZE);
	uint32_t size;

	if (head == NULL) {
		walk_abandon(w, ANOMALY_TRANSPORT_SHORT);
		return;
	}
	t->src_port = bytes_be16(&head[0]);
	t->dst_port = bytes_be16(&head[2]);
	size = dccp_header_size(w, c);
	if (cursor_take(c, size) == NULL)
		cursor_limit(c, 0);
	walk_payload(w, c, wire > size ? wire - size : 0);
}

/* The smallest header when the offset is cut off or impossible. */
static uint32_t
dccp_header_size(struct walk *w, const struct cursor *c)
{
	const uint8_t *head = cursor_peek(c, DCCP_PORTS_SIZE + 1);
	uint32_t size = head == NULL ? 0 : (uint32_t)head[4] * 4;

	if (size >= DCCP_HEADER_MIN && size <= walk_wire_left(w, c))
		return size;
	packet_note(w->packet, ANOMALY_TRANSPORT_SHORT);
	return DCCP_HEADER_MIN;
}

const struct dissector dissector_dccp = {
	.name = "dccp",
	.title = "Datagram Congestion Control Protocol",
	.source = "RFC 4340",
	.layer = LAYER_TRANSPORT,
	.keys = { { KEY_IP, PROTOCOL_DCCP } },
	.dissect = dccp_dissect,
};
