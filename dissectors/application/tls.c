/*
 * TLS, Transport Layer Security, from SSL 2.0 to TLS 1.3 (RFC 8446, RFC 5246,
 * RFC 6101), over TCP. A side sends records, in which messages of the
 * handshake pass in clear until keys are known:
 *
 *   record:  type(1) version(2) size(2) | message: type(1) size(3) body
 *
 * Messages and records need not end together. An old client may begin with
 * the hello of SSL 2.0 (RFC 5246, appendix E.2).
 */
#include <string.h>

#include "dissect/tls_hello.h"

enum {
	TLS_RECORD_SIZE = 5,
	TLS_MESSAGE_SIZE = 4,
	TLS_RECORD_MAX = 16384 + 2048,
	TLS_VERSION_AT = 6,		/* in a record with a hello */
	TLS_HELLO_MIN = 38,
	TLS_SSL2_SIZE = 11
};

enum tls_record {
	TLS_CHANGE_CIPHER = 20,
	TLS_ALERT = 21,
	TLS_HANDSHAKE = 22,
	TLS_DATA = 23,
	TLS_HEARTBEAT = 24
};

struct tls_side {
	uint16_t	record_left;	/* of a handshake record */
	bool		is_begun;
};

struct tls_state {
	struct tls_side	sides[2];	/* by role less one */
	bool		is_retried;	/* both say hello again */
};

/* A message as its parts are put together. */
struct tls_message {
	struct cursor	from;		/* what follows */
	uint16_t	left;		/* of the record */
	bool		is_whole;
	bool		is_broken;	/* something else follows */
	size_t		size;
	uint8_t		bytes[APPLICATION_HELD_MAX];
};

static enum probe_score	probe(struct probe *);
static enum probe_score	probe_handshake(struct probe *);
static enum probe_score	probe_records(struct probe *);
static enum probe_score	probe_ssl2(struct probe *);
static bool	is_record(const struct cursor *);
static void	feed(struct dissection *);
static bool	is_stuck(const struct dissection *);
static bool	take_ssl2(struct dissection *);
static bool	take_record(struct dissection *, struct tls_side *);
static void	skip_alert(struct dissection *, uint16_t);
static bool	take_message(struct dissection *, struct tls_side *);
static bool	take_whole(struct dissection *, struct tls_side *);
static bool	take_parts(struct dissection *, struct tls_side *);
static bool	gather(struct tls_message *, size_t);
static bool	enter_record(struct tls_message *);
static void	read_message(struct dissection *, uint8_t, struct cursor,
		    bool);
static void	read_answer(struct dissection *, struct cursor);

static enum probe_score
probe(struct probe *p)
{
	if (cursor_left(&p->own) == 0)
		return PROBE_NO;
	if ((*p->own.at & 0x80) != 0)
		return p->is_start ? probe_ssl2(p) : PROBE_NO;
	if (!is_record(&p->own))
		return PROBE_NO;
	if (*p->own.at == TLS_HANDSHAKE) {
		enum probe_score score = probe_handshake(p);

		if (score != PROBE_NO || p->is_start)
			return score;
	}
	if (p->is_start && *p->own.at != TLS_ALERT)
		return PROBE_NO;
	return probe_records(p);
}

/* Whether the next bytes begin a record, as far as they go. */
static bool
is_record(const struct cursor *c)
{
	size_t left = cursor_left(c);
	const uint8_t *at = c->at;

	if (at[0] < TLS_CHANGE_CIPHER || at[0] > TLS_HEARTBEAT ||
	    (left > 1 && at[1] != 3) || (left > 2 && at[2] > 4))
		return false;
	return left < TLS_RECORD_SIZE || (bytes_be16(at + 3) > 0 &&
	    bytes_be16(at + 3) <= TLS_RECORD_MAX);
}

/*
 * A hello of either side: its sizes and its version fit. Where its record ends
 * before these, the head of the next one must.
 */
static enum probe_score
probe_handshake(struct probe *p)
{
	const uint8_t *at = p->own.at;
	size_t left = cursor_left(&p->own);

	if (left > 5 && at[5] != TLS_CLIENT_HELLO &&
	    at[5] != TLS_SERVER_HELLO)
		return PROBE_NO;
	if (left > 5)
		p->sender = at[5] == TLS_CLIENT_HELLO ? ROLE_CLIENT :
		    ROLE_SERVER;
	if (left >= TLS_RECORD_SIZE && bytes_be16(at + 3) <= TLS_VERSION_AT)
		return probe_records(p);
	if (left > 6 && at[6] != 0)
		return PROBE_NO;
	if (left > 9 && at[9] != 3 && at[9] != 0x7f)
		return PROBE_NO;
	if (left < 11)
		return PROBE_MORE;
	return bytes_be24(at + 6) < TLS_HELLO_MIN ? PROBE_NO : PROBE_SURE;
}

/*
 * Records of a connection that was not seen from its start, or an alert
 * alone: two headers in a row, or one whose size is just what there is.
 */
static enum probe_score
probe_records(struct probe *p)
{
	struct cursor c = p->own;
	uint16_t size;

	if (cursor_left(&c) < TLS_RECORD_SIZE)
		return PROBE_MORE;
	size = bytes_be16(c.at + 3);
	if ((c.at[0] == TLS_CHANGE_CIPHER && size != 1) ||
	    (c.at[0] == TLS_ALERT && p->is_start && size != 2))
		return PROBE_NO;
	if (size > cursor_left(&c) - TLS_RECORD_SIZE)
		return p->is_start ? PROBE_MORE : PROBE_WEAK;
	cursor_skip(&c, TLS_RECORD_SIZE + (size_t)size);
	if (cursor_left(&c) == 0)
		return PROBE_LIKELY;
	if (!is_record(&c))
		return PROBE_NO;
	return cursor_left(&c) >= TLS_RECORD_SIZE ? PROBE_LIKELY : PROBE_WEAK;
}

/*
 * size(2, with the first bit set) type(1) version(2) and the sizes of ciphers,
 * session id and challenge (2 each), which must add up.
 */
static enum probe_score
probe_ssl2(struct probe *p)
{
	const uint8_t *at = p->own.at;
	size_t left = cursor_left(&p->own);
	uint16_t ciphers;
	uint16_t session;
	uint16_t challenge;

	if (left > 2 && at[2] != TLS_CLIENT_HELLO)
		return PROBE_NO;
	if (left > 4 && bytes_be16(at + 3) != 2 &&
	    (at[3] != 3 || at[4] > 3))
		return PROBE_NO;
	if (left < TLS_SSL2_SIZE)
		return PROBE_MORE;
	ciphers = bytes_be16(at + 5);
	session = bytes_be16(at + 7);
	challenge = bytes_be16(at + 9);
	if (ciphers == 0 || ciphers % 3 != 0 || session > 32 ||
	    challenge < 16 || challenge > 32 ||
	    (bytes_be16(at) & 0x7fff) != TLS_SSL2_SIZE - 2 + ciphers +
	    session + challenge)
		return PROBE_NO;
	p->sender = ROLE_CLIENT;
	return PROBE_SURE;
}

static void
feed(struct dissection *d)
{
	struct tls_state *state = d->state;
	struct tls_side *side = &state->sides[d->sender - ROLE_CLIENT];

	if (!side->is_begun && take_ssl2(d))
		return;
	side->is_begun = true;
	while (!d->is_side_done) {
		if (!(side->record_left == 0 ? take_record(d, side) :
		    take_message(d, side)))
			break;
	}
	if (is_stuck(d))
		d->is_side_done = true;
}

/* More is left than can wait for what follows. */
static bool
is_stuck(const struct dissection *d)
{
	return cursor_left(&d->bytes) >= APPLICATION_HELD_MAX;
}

/* No record begins so; there is nothing in it that is wanted. */
static bool
take_ssl2(struct dissection *d)
{
	if (cursor_left(&d->bytes) == 0 || (*d->bytes.at & 0x80) == 0)
		return false;
	if (d->sender == ROLE_SERVER && cursor_left(&d->bytes) > 2 &&
	    d->bytes.at[2] == 4)
		tls_note_version(d, 0x0002);
	d->is_side_done = true;
	return true;
}

/* The head of a record: its messages are read next. */
static bool
take_record(struct dissection *d, struct tls_side *side)
{
	const struct tls_state *state = d->state;
	const uint8_t *at = cursor_peek(&d->bytes, TLS_RECORD_SIZE);
	uint16_t size;

	if (at == NULL)
		return false;
	size = bytes_be16(at + 3);
	if (!is_record(&d->bytes)) {
		d->is_side_done = true;
	} else if (at[0] == TLS_HANDSHAKE) {
		cursor_skip(&d->bytes, TLS_RECORD_SIZE);
		side->record_left = size;
	} else if (at[0] == TLS_ALERT) {
		if (size == 2 && cursor_left(&d->bytes) < TLS_RECORD_SIZE + 2)
			return false;
		skip_alert(d, size);
	} else if (at[0] == TLS_CHANGE_CIPHER && state->is_retried &&
	    size == 1) {
		if (cursor_left(&d->bytes) < TLS_RECORD_SIZE + 1)
			return false;
		cursor_skip(&d->bytes, TLS_RECORD_SIZE + 1);
	} else {
		/* Of 0x0303 on, versions hide behind each other. */
		if (bytes_be16(at + 1) < 0x0303)
			tls_note_version(d, bytes_be16(at + 1));
		d->is_side_done = true;
	}
	return true;
}

/* A warning may come before a hello (RFC 6066, section 3). */
static void
skip_alert(struct dissection *d, uint16_t size)
{
	const uint8_t *at = cursor_take(&d->bytes, TLS_RECORD_SIZE + 2);

	if (size != 2 || at == NULL || at[5] != 1 || at[6] == 0)
		d->is_side_done = true;
}

static bool
take_message(struct dissection *d, struct tls_side *side)
{
	return take_whole(d, side) || take_parts(d, side);
}

/* A message within its record, and at hand. */
static bool
take_whole(struct dissection *d, struct tls_side *side)
{
	const uint8_t *at = cursor_peek(&d->bytes, TLS_MESSAGE_SIZE);
	struct cursor body;
	uint32_t size;

	if (at == NULL || side->record_left < TLS_MESSAGE_SIZE)
		return false;
	size = TLS_MESSAGE_SIZE + bytes_be24(at + 1);
	if (size > side->record_left || size > cursor_left(&d->bytes))
		return false;
	body = cursor_sub(&d->bytes, size);
	cursor_skip(&body, TLS_MESSAGE_SIZE);
	side->record_left = (uint16_t)(side->record_left - size);
	read_message(d, at[0], body, true);
	return true;
}

/*
 * A message that several records hold or that is not all there, put together.
 * One that can never be at hand as a whole is read as far as it goes.
 */
static bool
take_parts(struct dissection *d, struct tls_side *side)
{
	struct tls_message m = { .from = d->bytes, .left = side->record_left };
	struct cursor body;

	m.is_whole = gather(&m, TLS_MESSAGE_SIZE) &&
	    gather(&m, TLS_MESSAGE_SIZE + bytes_be24(m.bytes + 1));
	body = cursor_over(m.bytes, m.size);
	cursor_skip(&body, TLS_MESSAGE_SIZE);
	if (m.is_whole) {
		d->bytes = m.from;
		side->record_left = m.left;
	}
	if (m.is_whole || (cursor_ok(&body) &&
	    (is_stuck(d) || m.bytes[0] == TLS_CERTIFICATE)))
		read_message(d, m.bytes[0], body, m.is_whole);
	if (m.is_broken)
		d->is_side_done = true;
	return m.is_whole;
}

/* Adds what follows until there are so many bytes; false if there are not. */
static bool
gather(struct tls_message *m, size_t wanted)
{
	while (m->size < wanted) {
		size_t more = wanted - m->size;

		if (m->left == 0 && !enter_record(m))
			return false;
		if (more > m->left)
			more = m->left;
		if (more > cursor_left(&m->from))
			more = cursor_left(&m->from);
		if (more > sizeof m->bytes - m->size)
			more = sizeof m->bytes - m->size;
		if (more == 0)
			return false;
		memcpy(m->bytes + m->size, m->from.at, more);
		cursor_skip(&m->from, more);
		m->size += more;
		m->left = (uint16_t)(m->left - more);
	}
	return true;
}

/* Nothing else may come between the records of a message. */
static bool
enter_record(struct tls_message *m)
{
	const uint8_t *at = cursor_peek(&m->from, TLS_RECORD_SIZE);

	if (at == NULL)
		return false;
	if (at[0] != TLS_HANDSHAKE || !is_record(&m->from)) {
		m->is_broken = true;
		return false;
	}
	m->left = bytes_be16(at + 3);
	cursor_skip(&m->from, TLS_RECORD_SIZE);
	return true;
}

/* What the message is tells who sent it. */
static void
read_message(struct dissection *d, uint8_t type, struct cursor body,
    bool is_whole)
{
	switch (type) {
	case TLS_CLIENT_HELLO:
		(void)tls_note_client(d, body, TLS_OVER_TCP, is_whole);
		d->is_side_done = true;
		break;
	case TLS_SERVER_HELLO:
		read_answer(d, body);
		break;
	case TLS_CERTIFICATE:
		/* The chain behind the server's own is not waited for. */
		d->is_side_done = tls_note_certificate(d, body) || is_whole;
		break;
	case TLS_HELLO_REQUEST:
	case TLS_SESSION_TICKET:
	case TLS_CERTIFICATE_STATUS:
	case TLS_SUPPLEMENTAL_DATA:
		break;
	default:
		d->is_side_done = true;
		break;
	}
}

static void
read_answer(struct dissection *d, struct cursor body)
{
	struct tls_state *state = d->state;

	switch (tls_note_server(d, body)) {
	case TLS_ANSWER_CLEAR:
		break;
	case TLS_ANSWER_RETRY:
		state->is_retried = true;
		break;
	default:
		d->is_side_done = true;
		break;
	}
}

const struct application application_tls = {
	.name = "tls",
	.title = "Transport Layer Security",
	.source = "RFC 8446, RFC 5246",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 443, 465, 563, 636, 853, 989, 990, 992, 993, 994, 995,
	    3269, 5061, 8443, 8883 },
	.state_size = sizeof(struct tls_state),
	.probe = probe,
	.feed = feed,
	.fields = tls_fields
};
