/*
 * TCP, RFC 9293.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-------------------------------+-------------------------------+
 *   |          Source Port          |       Destination Port        |
 *   +-------------------------------+-------------------------------+
 *   |                        Sequence Number                        |
 *   +---------------------------------------------------------------+
 *   |                    Acknowledgment Number                      |
 *   +-------+-----+-----------------+-------------------------------+
 *   |Offset |Rsrvd|A|C|E|U|A|P|R|S|F|            Window             |
 *   +-------+-----+-----------------+-------------------------------+
 *   |           Checksum            |         Urgent Pointer        |
 *   +-------------------------------+-------------------------------+
 *   |                     Options, 0 to 40 bytes                    |
 *   +---------------------------------------------------------------+
 */
#include "dissect/checksum.h"

enum {
	TCP_HEADER_MIN = 20,
	TCP_PORTS_SIZE = 4,
	TCP_OFFSET_AT = 12,

	TCP_OPTION_END = 0,
	TCP_OPTION_NOP = 1,
	TCP_OPTION_MSS = 2,
	TCP_OPTION_WINDOW_SCALE = 3,	/* RFC 7323 2.2 */
	TCP_OPTION_SACK_PERMITTED = 4,	/* RFC 2018 2 */
	TCP_OPTION_SACK = 5,		/* RFC 2018 3 */
	TCP_OPTION_TIMESTAMPS = 8,	/* RFC 7323 3.2 */
	TCP_OPTION_MPTCP = 30,		/* RFC 8684 3 */
	TCP_OPTION_FAST_OPEN = 34,	/* RFC 7413 2 */
	TCP_OPTION_EXPERIMENT = 254,	/* RFC 6994 */
	TCP_EXPERIMENT_FAST_OPEN = 0xf989
};

/* Two NOPs and the timestamps, as most segments have them. */
#define TCP_USUAL_OPTIONS UINT32_C(0x0101080a)

static void	tcp_dissect(struct walk *, struct cursor *);
static void	tcp_dissect_short(struct walk *, struct cursor *);
static void	tcp_header(struct tcp_header *, const uint8_t *);
static void	tcp_options(struct walk *, struct cursor, size_t);
static bool	tcp_option(struct tcp_header *, uint8_t, struct cursor);
static bool	tcp_option_mss(struct tcp_header *, struct cursor);
static bool	tcp_option_scale(struct tcp_header *, struct cursor);
static bool	tcp_option_timestamps(struct tcp_header *, struct cursor);
static bool	tcp_option_sack(struct tcp_header *, struct cursor);

static void
tcp_dissect(struct walk *w, struct cursor *c)
{
	struct conversation *t = walk_conversation(w);
	uint32_t wire = walk_wire_left(w, c);
	const uint8_t *head = cursor_peek(c, TCP_HEADER_MIN);
	size_t size, captured;

	if (head == NULL) {
		tcp_dissect_short(w, c);
		return;
	}
	checksum_transport(w, c, wire, wire, true);
	cursor_skip(c, TCP_HEADER_MIN);
	t->src_port = bytes_be16(&head[0]);
	t->dst_port = bytes_be16(&head[2]);
	size = (size_t)(head[TCP_OFFSET_AT] >> 4) * 4;
	if (size < TCP_HEADER_MIN || size > wire) {
		/* Nor is the rest of such a header believed. */
		packet_note(w->packet, ANOMALY_TCP_OFFSET);
		walk_payload(w, c, 0);
		t->beyond_frame = 0;
		return;
	}
	t->has_transport = true;
	tcp_header(&t->tcp, head);
	captured = size - TCP_HEADER_MIN;
	if (captured > cursor_left(c)) {
		packet_note(w->packet, ANOMALY_TCP_SHORT);
		captured = cursor_left(c);
	}
	if (captured > 0)
		tcp_options(w, cursor_sub(c, captured),
		    size - TCP_HEADER_MIN);
	walk_payload(w, c, wire - (uint32_t)size);
}

/* A header that was cut off still says which conversation it is of. */
static void
tcp_dissect_short(struct walk *w, struct cursor *c)
{
	struct conversation *t = walk_conversation(w);
	uint32_t wire = walk_wire_left(w, c);
	uint32_t size = TCP_HEADER_MIN;
	const uint8_t *head = cursor_peek(c, TCP_PORTS_SIZE);

	if (head == NULL) {
		walk_abandon(w, ANOMALY_TCP_SHORT);
		return;
	}
	packet_note(w->packet, ANOMALY_TCP_SHORT);
	t->src_port = bytes_be16(&head[0]);
	t->dst_port = bytes_be16(&head[2]);
	head = cursor_peek(c, TCP_OFFSET_AT + 1);
	if (head != NULL && head[TCP_OFFSET_AT] >> 4 > 5)
		size = (uint32_t)(head[TCP_OFFSET_AT] >> 4) * 4;
	cursor_limit(c, 0);
	walk_payload(w, c, wire > size ? wire - size : 0);
}

static void
tcp_header(struct tcp_header *tcp, const uint8_t *head)
{
	tcp->seq = bytes_be32(&head[4]);
	tcp->ack = bytes_be32(&head[8]);
	tcp->flags = bytes_be16(&head[12]) & 0x01ff;
	tcp->window = bytes_be16(&head[14]);
	tcp->ts_value = 0;
	tcp->ts_echo = 0;
	tcp->mss = 0;
	tcp->window_scale = 0;
	tcp->options = 0;
	tcp->sack_count = 0;
}

/* The cursor holds what was captured of size bytes of options. */
static void
tcp_options(struct walk *w, struct cursor c, size_t size)
{
	struct tcp_header *tcp = &walk_conversation(w)->tcp;
	size_t cut = size - cursor_left(&c);
	const uint8_t *usual = cursor_peek(&c, 12);
	struct cursor data;
	uint8_t kind, length;

	if (usual != NULL && size == 12 &&
	    bytes_be32(usual) == TCP_USUAL_OPTIONS) {
		tcp->options = TCP_HAS_TIMESTAMPS;
		tcp->ts_value = bytes_be32(&usual[4]);
		tcp->ts_echo = bytes_be32(&usual[8]);
		return;
	}
	while (cursor_left(&c) > 0) {
		kind = cursor_u8(&c);
		if (kind == TCP_OPTION_END)
			return;
		if (kind == TCP_OPTION_NOP)
			continue;
		if (cursor_left(&c) == 0 && cut > 0)
			return;
		length = cursor_u8(&c);
		if (length >= 2 && (size_t)length - 2 > cursor_left(&c) &&
		    (size_t)length - 2 <= cursor_left(&c) + cut)
			return;
		data = cursor_sub(&c, (size_t)length - 2);
		if (!cursor_ok(&data) || !tcp_option(tcp, kind, data)) {
			packet_note(w->packet, ANOMALY_TCP_OPTIONS);
			return;
		}
	}
}

/* False when the option has a length that its kind cannot have. */
static bool
tcp_option(struct tcp_header *tcp, uint8_t kind, struct cursor data)
{
	switch (kind) {
	case TCP_OPTION_MSS:
		return tcp_option_mss(tcp, data);
	case TCP_OPTION_WINDOW_SCALE:
		return tcp_option_scale(tcp, data);
	case TCP_OPTION_SACK_PERMITTED:
		if (cursor_left(&data) != 0)
			return false;
		tcp->options |= TCP_HAS_SACK_PERMITTED;
		return true;
	case TCP_OPTION_SACK:
		return tcp_option_sack(tcp, data);
	case TCP_OPTION_TIMESTAMPS:
		return tcp_option_timestamps(tcp, data);
	case TCP_OPTION_MPTCP:
		tcp->options |= TCP_HAS_MPTCP;
		return true;
	case TCP_OPTION_FAST_OPEN:
		tcp->options |= TCP_HAS_FAST_OPEN;
		return true;
	case TCP_OPTION_EXPERIMENT:
		if (cursor_be16(&data) == TCP_EXPERIMENT_FAST_OPEN)
			tcp->options |= TCP_HAS_FAST_OPEN;
		return true;
	default:
		return true;
	}
}

static bool
tcp_option_mss(struct tcp_header *tcp, struct cursor data)
{
	if (cursor_left(&data) != 2)
		return false;
	tcp->options |= TCP_HAS_MSS;
	tcp->mss = cursor_be16(&data);
	return true;
}

static bool
tcp_option_scale(struct tcp_header *tcp, struct cursor data)
{
	if (cursor_left(&data) != 1)
		return false;
	tcp->options |= TCP_HAS_WINDOW_SCALE;
	tcp->window_scale = cursor_u8(&data);
	return true;
}

static bool
tcp_option_timestamps(struct tcp_header *tcp, struct cursor data)
{
	if (cursor_left(&data) != 8)
		return false;
	tcp->options |= TCP_HAS_TIMESTAMPS;
	tcp->ts_value = cursor_be32(&data);
	tcp->ts_echo = cursor_be32(&data);
	return true;
}

/* Four blocks are all that 40 bytes of options have room for. */
static bool
tcp_option_sack(struct tcp_header *tcp, struct cursor data)
{
	size_t count = cursor_left(&data) / 8;
	size_t i;

	if (count < 1 || count > 4 || cursor_left(&data) % 8 != 0)
		return false;
	for (i = 0; i < count; i++) {
		tcp->sack[i][0] = cursor_be32(&data);
		tcp->sack[i][1] = cursor_be32(&data);
	}
	tcp->options |= TCP_HAS_SACK;
	tcp->sack_count = (uint8_t)count;
	return true;
}

const struct dissector dissector_tcp = {
	.name = "tcp",
	.title = "Transmission Control Protocol",
	.source = "RFC 9293",
	.layer = LAYER_TRANSPORT,
	.keys = { { KEY_IP, PROTOCOL_TCP } },
	.dissect = tcp_dissect,
};
