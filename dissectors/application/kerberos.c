/*
 * Kerberos version 5 (RFC 4120): what is asked of the key centre and what it
 * answers, over UDP and, behind a size of 4 bytes (7.2.2), over TCP.
 *
 *   [APPLICATION n] SEQUENCE { pvno 5, msg-type n, ... }, in DER
 */
#include <string.h>

#include "dissect/ber.h"
#include "dissect/framing.h"

enum {
	KERBEROS_VERSION = 5,
	KERBEROS_SIZE_SIZE = 4,
	KERBEROS_SIZE_MAX = 1 << 20,
	KERBEROS_MESSAGES_MAX = 8,	/* of a flow, then all is said */
	KERBEROS_NAME_MAX = 128,
	KERBEROS_GENERAL_STRING = 0x1b,
	KERBEROS_APPLICATION = 0x60,	/* a tag's bits around the number */
	KERBEROS_CONTEXT = 0xa0
};

enum kerberos_type {
	KERBEROS_AS_REQ = 10,
	KERBEROS_AS_REP = 11,
	KERBEROS_TGS_REQ = 12,
	KERBEROS_TGS_REP = 13,
	KERBEROS_ERROR = 30
};

enum kerberos_fact {
	KERBEROS_CLIENT,
	KERBEROS_REALM,
	KERBEROS_SERVICE,
	KERBEROS_MESSAGES,
	KERBEROS_CODE
};

struct kerberos_state {
	uint8_t	messages;
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static bool		is_message(struct cursor, uint32_t);
static bool		is_number(struct cursor *, uint8_t, int64_t);
static bool		is_request(uint8_t);
static void		read_stream(struct dissection *);
static void		read_message(struct dissection *, struct cursor);
static void		read_members(struct dissection *, uint8_t,
			    struct cursor);
static void		read_request(struct dissection *, struct cursor);
static void		note_realm(struct dissection *, struct cursor);
static void		note_name(struct dissection *, enum kerberos_fact,
			    struct cursor);
static void		note_code(struct dissection *, struct cursor);

static const struct fact_field fields[] = {
	[KERBEROS_CLIENT] = { "client", FACT_TEXT, false, NULL,
	    "Name of the principal that asks." },
	[KERBEROS_REALM] = { "realm", FACT_TEXT, false, NULL,
	    "Realm that is asked." },
	[KERBEROS_SERVICE] = { "service", FACT_TEXT, false, NULL,
	    "Name of the service that the first ticket is for." },
	[KERBEROS_MESSAGES] = { "messages", FACT_LIST, false, NULL,
	    "Kinds of the first 8 messages." },
	[KERBEROS_CODE] = { "error", FACT_NUMBER, false, NULL,
	    "Code of the last error among them (RFC 4120, 7.5.9)." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score
probe(struct probe *p)
{
	struct cursor c = p->own;
	uint32_t size = p->size;
	const uint8_t *tag;

	if (!p->is_datagram) {
		size = cursor_be32(&c);
		if (!cursor_ok(&c))
			return p->own.at[0] == 0 ? PROBE_MORE : PROBE_NO;
		if (size > KERBEROS_SIZE_MAX)
			return PROBE_NO;
	}
	tag = cursor_peek(&c, 1);
	if (tag != NULL)
		p->sender = is_request(*tag & 0x1f) ? ROLE_CLIENT :
		    ROLE_SERVER;
	if (is_message(c, size))
		return PROBE_SURE;
	return !p->is_datagram && cursor_left(&c) < 24 && (tag == NULL ||
	    (*tag & KERBEROS_APPLICATION) == KERBEROS_APPLICATION) ?
	    PROBE_MORE : PROBE_NO;
}

/* The message fills its size, and its kind stands in it twice. */
static bool
is_message(struct cursor c, uint32_t size)
{
	size_t before = cursor_left(&c);
	uint32_t length;
	struct cursor members;
	uint8_t tag;
	uint8_t type;
	uint8_t first;

	if (!ber_begin(&c, &tag, &length))
		return false;
	type = tag & 0x1f;
	if ((tag & 0xe0) != KERBEROS_APPLICATION || (!is_request(type) &&
	    type != KERBEROS_AS_REP && type != KERBEROS_TGS_REP &&
	    type != KERBEROS_ERROR) ||
	    (uint64_t)(before - cursor_left(&c)) + length != size ||
	    !ber_open(&c, BER_SEQUENCE, &members))
		return false;
	first = is_request(type) ? 1 : 0;
	return is_number(&members, first, KERBEROS_VERSION) &&
	    is_number(&members, first + 1, type);
}

/* Takes the member of that number, an INTEGER of that value. */
static bool
is_number(struct cursor *c, uint8_t member, int64_t wanted)
{
	struct cursor content;
	struct cursor number;
	int64_t value;

	return ber_take(c, KERBEROS_CONTEXT | member, &content) &&
	    ber_take(&content, BER_INTEGER, &number) &&
	    ber_integer(number, &value) && value == wanted;
}

static inline bool
is_request(uint8_t type)
{
	return type == KERBEROS_AS_REQ || type == KERBEROS_TGS_REQ;
}

static void
feed(struct dissection *d)
{
	if (d->is_datagram)
		read_message(d, d->bytes);
	else
		read_stream(d);
}

static void
read_stream(struct dissection *d)
{
	struct cursor c = d->bytes;
	struct cursor message;
	uint32_t size;

	while (!d->is_done) {
		size = cursor_be32(&c);
		if (!cursor_ok(&c))
			return;
		if (size > KERBEROS_SIZE_MAX) {
			d->is_done = true;
			return;
		}
		if (!framing_take(d, size + KERBEROS_SIZE_SIZE, &message))
			return;
		cursor_skip(&message, KERBEROS_SIZE_SIZE);
		read_message(d, message);
		c = d->bytes;
	}
}

static void
read_message(struct dissection *d, struct cursor c)
{
	struct kerberos_state *state = d->state;
	const char *kind;
	struct cursor members;
	uint32_t size;
	uint8_t tag;

	d->is_done = ++state->messages == KERBEROS_MESSAGES_MAX;
	if (!ber_begin(&c, &tag, &size) || !ber_open(&c, BER_SEQUENCE,
	    &members))
		return;
	switch (tag & 0x1f) {
	case KERBEROS_AS_REQ:
		kind = "AS-REQ";
		break;
	case KERBEROS_AS_REP:
		kind = "AS-REP";
		break;
	case KERBEROS_TGS_REQ:
		kind = "TGS-REQ";
		break;
	case KERBEROS_TGS_REP:
		kind = "TGS-REP";
		break;
	case KERBEROS_ERROR:
		kind = "ERROR";
		break;
	default:
		return;
	}
	dissection_item(d, KERBEROS_MESSAGES, kind, strlen(kind));
	read_members(d, tag & 0x1f, members);
}

/* RFC 4120, 5.4.1, 5.4.2 and 5.9.1. */
static void
read_members(struct dissection *d, uint8_t type, struct cursor c)
{
	bool is_error = type == KERBEROS_ERROR;
	bool is_reply = !is_error && !is_request(type);
	struct cursor content;
	const uint8_t *tag;

	while ((tag = cursor_peek(&c, 1)) != NULL && ber_open(&c, *tag,
	    &content)) {
		int member = *tag & 0x1f;

		if (is_request(type) && member == 4)
			read_request(d, content);
		else if (is_error && member == 6)
			note_code(d, content);
		else if (is_error ? member == 9 : is_reply && member == 3)
			note_realm(d, content);
		else if (is_error ? member == 8 : is_reply && member == 4)
			note_name(d, KERBEROS_CLIENT, content);
		else if (is_error && member == 10)
			note_name(d, KERBEROS_SERVICE, content);
	}
}

/* KDC-REQ-BODY */
static void
read_request(struct dissection *d, struct cursor body)
{
	struct cursor c;
	struct cursor content;
	const uint8_t *tag;

	if (!ber_open(&body, BER_SEQUENCE, &c))
		return;
	while ((tag = cursor_peek(&c, 1)) != NULL && ber_open(&c, *tag,
	    &content)) {
		if (*tag == (KERBEROS_CONTEXT | 1))
			note_name(d, KERBEROS_CLIENT, content);
		else if (*tag == (KERBEROS_CONTEXT | 2))
			note_realm(d, content);
		else if (*tag == (KERBEROS_CONTEXT | 3))
			note_name(d, KERBEROS_SERVICE, content);
	}
}

static void
note_realm(struct dissection *d, struct cursor c)
{
	struct cursor text;

	if (ber_take(&c, KERBEROS_GENERAL_STRING, &text))
		dissection_text(d, KERBEROS_REALM, text.at,
		    cursor_left(&text));
}

/* PrincipalName: a kind, and texts that are written with "/" between. */
static void
note_name(struct dissection *d, enum kerberos_fact field, struct cursor c)
{
	struct cursor name;
	struct cursor kind;
	struct cursor texts;
	struct cursor text;
	char joined[KERBEROS_NAME_MAX];
	size_t size = 0;

	if (!ber_take(&c, BER_SEQUENCE, &name) ||
	    !ber_take(&name, KERBEROS_CONTEXT, &kind) ||
	    !ber_take(&name, KERBEROS_CONTEXT | 1, &texts) ||
	    !ber_take(&texts, BER_SEQUENCE, &name))
		return;
	while (ber_take(&name, KERBEROS_GENERAL_STRING, &text)) {
		if (size + 1 + cursor_left(&text) > sizeof joined)
			break;
		if (size > 0)
			joined[size++] = '/';
		if (cursor_left(&text) > 0)
			memcpy(joined + size, text.at, cursor_left(&text));
		size += cursor_left(&text);
	}
	dissection_text(d, field, joined, size);
}

static void
note_code(struct dissection *d, struct cursor c)
{
	struct cursor number;
	int64_t value;

	if (ber_take(&c, BER_INTEGER, &number) &&
	    ber_integer(number, &value) && value >= 0)
		dissection_set(d, KERBEROS_CODE, (uint64_t)value);
}

const struct application application_kerberos = {
	.name = "kerberos",
	.title = "Kerberos 5",
	.source = "RFC 4120",
	.transports = APPLICATION_TCP | APPLICATION_UDP,
	.tcp_ports = { 88 },
	.udp_ports = { 88 },
	.state_size = sizeof(struct kerberos_state),
	.starts = { { 0x60, 0x80 } },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
