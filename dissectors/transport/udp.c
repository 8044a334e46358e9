/*
 * UDP, RFC 768.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-------------------------------+-------------------------------+
 *   |          Source Port          |       Destination Port        |
 *   +-------------------------------+-------------------------------+
 *   |            Length             |           Checksum            |
 *   +-------------------------------+-------------------------------+
 */
#include "dissect/checksum.h"
#include "dissect/registry.h"

enum {
	UDP_HEADER_SIZE = 8,
	UDP_PORTS_SIZE = 4
};

static void	udp_dissect(struct walk *, struct cursor *);
static void	udp_dissect_short(struct walk *, struct cursor *);
static uint32_t	udp_length(struct walk *, uint16_t, uint32_t);
static void	udp_tunnel(struct walk *, const struct conversation *);

static void
udp_dissect(struct walk *w, struct cursor *c)
{
	struct conversation *t = walk_conversation(w);
	uint32_t wire = walk_wire_left(w, c);
	const uint8_t *head = cursor_peek(c, UDP_HEADER_SIZE);
	uint32_t length;

	if (head == NULL) {
		udp_dissect_short(w, c);
		return;
	}
	t->src_port = bytes_be16(&head[0]);
	t->dst_port = bytes_be16(&head[2]);
	t->has_transport = true;
	t->udp = (struct udp_header){ .checksum = bytes_be16(&head[6]) };
	length = udp_length(w, bytes_be16(&head[4]), wire);
	/* No checksum: allowed in IPv4, in IPv6 for tunnels (RFC 6935). */
	if (t->udp.checksum != 0)
		checksum_transport(w, c, length, length, true);
	cursor_skip(c, UDP_HEADER_SIZE);
	walk_limit(w, c, length - UDP_HEADER_SIZE);
	walk_payload(w, c, length - UDP_HEADER_SIZE);
	udp_tunnel(w, t);
}

/* A header that was cut off still says which conversation it is of. */
static void
udp_dissect_short(struct walk *w, struct cursor *c)
{
	struct conversation *t = walk_conversation(w);
	uint32_t wire = walk_wire_left(w, c);
	const uint8_t *head = cursor_peek(c, UDP_PORTS_SIZE);

	if (head == NULL) {
		walk_abandon(w, ANOMALY_UDP_SHORT);
		return;
	}
	packet_note(w->packet, ANOMALY_UDP_SHORT);
	t->src_port = bytes_be16(&head[0]);
	t->dst_port = bytes_be16(&head[2]);
	cursor_limit(c, 0);
	walk_payload(w, c, wire > UDP_HEADER_SIZE ? wire - UDP_HEADER_SIZE :
	    0);
}

/*
 * Bytes of the datagram, header included, that are there: the length field,
 * but never past the IP payload. 0 means the IP payload where 16 bits do not
 * hold it (RFC 2675 4).
 */
static uint32_t
udp_length(struct walk *w, uint16_t field, uint32_t wire)
{
	if (field == wire || (field == 0 && wire > UINT16_MAX))
		return wire;
	packet_note(w->packet, ANOMALY_UDP_LENGTH);
	walk_conversation(w)->udp.is_length_odd = true;
	if (field < UDP_HEADER_SIZE)
		return UDP_HEADER_SIZE;
	return field < wire ? field : wire;
}

static void
udp_tunnel(struct walk *w, const struct conversation *t)
{
	if (registry_at(KEY_UDP_PORT, t->dst_port) != NULL)
		walk_next(w, KEY_UDP_PORT, t->dst_port);
	else if (registry_at(KEY_UDP_PORT, t->src_port) != NULL)
		walk_next(w, KEY_UDP_PORT, t->src_port);
}

const struct dissector dissector_udp = {
	.name = "udp",
	.title = "User Datagram Protocol",
	.source = "RFC 768",
	.layer = LAYER_TRANSPORT,
	.keys = { { KEY_IP, PROTOCOL_UDP } },
	.dissect = udp_dissect,
};
