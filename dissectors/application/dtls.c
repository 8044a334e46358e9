/*
 * DTLS, TLS over datagrams (RFC 6347; RFC 9147): records that are whole in
 * their datagram, and messages that may be spread over several of them.
 *
 *   record:  type(1) version(2) epoch(2) number(6) size(2)
 *   message: type(1) size(3) number(2) fragment offset(3) and size(3)
 */
#include "dissect/assembly.h"
#include "dissect/tls_hello.h"

enum {
	DTLS_RECORD_SIZE = 13,
	DTLS_MESSAGE_SIZE = 12,
	DTLS_RECORD_MAX = 16384 + 2048,
	DTLS_HELLO_MIN = 38,
	DTLS_CHANGE_CIPHER = 20,
	DTLS_HANDSHAKE = 22,
	DTLS_CONNECTION_ID = 25,	/* RFC 9146 */
	DTLS_DATAGRAMS_MAX = 32		/* of a side that are looked at */
};

struct dtls_record {
	uint8_t		type;
	uint16_t	version;
	uint16_t	epoch;
	struct cursor	body;
};

struct dtls_message {
	uint8_t		type;
	uint32_t	size;
	uint16_t	number;
	uint32_t	offset;
	struct cursor	part;
};

/* The message that is put together. */
struct dtls_side {
	struct assembly	assembly;
	uint16_t	number;
	uint8_t		datagrams;
};

struct dtls_state {
	struct dtls_side	sides[2];	/* by role less one */
};

static enum probe_score	probe(struct probe *);
static enum probe_score	probe_handshake(struct probe *,
			    struct dtls_record *);
static bool	take_record(struct cursor *, struct dtls_record *);
static bool	take_message(struct cursor *, struct dtls_message *);
static void	feed(struct dissection *);
static void	read_record(struct dissection *, struct dtls_side *,
		    struct dtls_record *);
static void	read_part(struct dissection *, struct dtls_side *,
		    const struct dtls_message *);
static void	read_message(struct dissection *, uint8_t, struct cursor,
		    bool);

/* What is no handshake must consist of whole records. */
static enum probe_score
probe(struct probe *p)
{
	struct cursor c = p->own;
	struct dtls_record record;

	if (!take_record(&c, &record))
		return PROBE_NO;
	if (record.type == DTLS_HANDSHAKE && record.epoch == 0)
		return probe_handshake(p, &record);
	while (cursor_left(&c) > 0) {
		if (!take_record(&c, &record))
			return PROBE_NO;
	}
	return p->size == cursor_left(&p->own) ? PROBE_LIKELY : PROBE_NO;
}

static enum probe_score
probe_handshake(struct probe *p, struct dtls_record *record)
{
	struct dtls_message message;

	if (!take_message(&record->body, &message) || message.type > 24)
		return PROBE_NO;
	if (message.type == TLS_CLIENT_HELLO ||
	    message.type == TLS_SERVER_HELLO) {
		if (message.size < DTLS_HELLO_MIN)
			return PROBE_NO;
		p->sender = message.type == TLS_CLIENT_HELLO ? ROLE_CLIENT :
		    ROLE_SERVER;
	}
	if (message.type == TLS_HELLO_VERIFY)
		p->sender = ROLE_SERVER;
	return PROBE_SURE;
}

/*
 * Versions are complements: 0xfeff is 1.0, 0xfefd 1.2. An early library sent
 * 0x0100.
 */
static bool
take_record(struct cursor *c, struct dtls_record *record)
{
	const uint8_t *at = cursor_take(c, DTLS_RECORD_SIZE);
	uint16_t size;

	if (at == NULL || at[0] < DTLS_CHANGE_CIPHER ||
	    at[0] > DTLS_CONNECTION_ID)
		return false;
	record->type = at[0];
	record->version = bytes_be16(at + 1);
	record->epoch = bytes_be16(at + 3);
	size = bytes_be16(at + 11);
	if ((record->version != 0xfeff && record->version != 0xfefd &&
	    (record->version != 0x0100 || at[0] != DTLS_HANDSHAKE)) ||
	    record->epoch > 255 || size == 0 || size > DTLS_RECORD_MAX)
		return false;
	record->body = cursor_sub(c, size);
	return cursor_ok(c);
}

static bool
take_message(struct cursor *c, struct dtls_message *message)
{
	uint32_t size;

	message->type = cursor_u8(c);
	message->size = cursor_be24(c);
	message->number = cursor_be16(c);
	message->offset = cursor_be24(c);
	size = cursor_be24(c);
	message->part = cursor_sub(c, size);
	return cursor_ok(c) && message->offset + size <= message->size;
}

static void
feed(struct dissection *d)
{
	struct dtls_state *state = d->state;
	struct dtls_side *side = &state->sides[d->sender - ROLE_CLIENT];
	struct dtls_record record;

	while (cursor_left(&d->bytes) > 0 && !d->is_side_done) {
		if (!take_record(&d->bytes, &record))
			break;
		read_record(d, side, &record);
	}
	if (++side->datagrams == DTLS_DATAGRAMS_MAX)
		d->is_side_done = true;
}

/* What is encrypted tells nothing more. */
static void
read_record(struct dissection *d, struct dtls_side *side,
    struct dtls_record *record)
{
	struct dtls_message message;

	if (record->type != DTLS_HANDSHAKE || record->epoch != 0) {
		d->is_side_done = record->epoch != 0 ||
		    record->type == DTLS_CHANGE_CIPHER;
		return;
	}
	while (cursor_left(&record->body) > 0 && !d->is_side_done) {
		if (!take_message(&record->body, &message))
			return;
		if (cursor_left(&message.part) == message.size)
			read_message(d, message.type, message.part, true);
		else
			read_part(d, side, &message);
	}
}

static void
read_part(struct dissection *d, struct dtls_side *side,
    const struct dtls_message *message)
{
	uint8_t *room;
	size_t ready;

	if (message->type != TLS_CLIENT_HELLO &&
	    message->type != TLS_SERVER_HELLO &&
	    message->type != TLS_CERTIFICATE)
		return;
	room = dissection_hold(d);
	if (room == NULL) {
		d->is_side_done = true;
		return;
	}
	if (side->number != message->number) {
		side->assembly = (struct assembly){ .count = 0 };
		side->number = message->number;
	}
	(void)assembly_add(&side->assembly, room, message->offset,
	    message->part);
	ready = assembly_ready(&side->assembly);
	if (ready >= message->size || ready == APPLICATION_HELD_MAX ||
	    message->type == TLS_CERTIFICATE)
		read_message(d, message->type, cursor_over(room, ready),
		    ready >= message->size);
}

/* What the message is tells who sent it. */
static void
read_message(struct dissection *d, uint8_t type, struct cursor body,
    bool is_whole)
{
	enum tls_answer answer;

	switch (type) {
	case TLS_CLIENT_HELLO:
		(void)tls_note_client(d, body, TLS_OVER_UDP, is_whole);
		d->is_side_done = true;
		break;
	case TLS_SERVER_HELLO:
		answer = tls_note_server(d, body);
		d->is_side_done = answer == TLS_ANSWER_BAD ||
		    answer == TLS_ANSWER_HIDDEN;
		break;
	case TLS_CERTIFICATE:
		d->is_side_done = tls_note_certificate(d, body) || is_whole;
		break;
	default:
		break;
	}
}

const struct application application_dtls = {
	.name = "dtls",
	.title = "Datagram Transport Layer Security",
	.source = "RFC 6347, RFC 9147",
	.transports = APPLICATION_UDP,
	.udp_ports = { 684, 853, 2083, 4433, 4740, 5061, 5246, 5247, 5349,
	    5684, 6514, 10161, 10162 },
	.state_size = sizeof(struct dtls_state),
	.starts = { { 0x14, 0x1a } },
	.probe = probe,
	.feed = feed,
	.fields = tls_fields
};
