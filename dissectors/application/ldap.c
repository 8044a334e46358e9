/*
 * LDAP, the Lightweight Directory Access Protocol (RFC 4511), and its form
 * without connections (RFC 1798, MS-ADTS 6.3.3) over UDP.
 *
 *   SEQUENCE { INTEGER message, [APPLICATION n] operation, ... }, in BER
 */
#include "dissect/ber.h"
#include "dissect/framing.h"

enum {
	LDAP_SIZE_MAX = 1 << 24,
	LDAP_MESSAGES_MAX = 16,	/* of a side, then all is said */
	LDAP_BEGIN = 300,	/* bytes that surely tell what it is */
	LDAP_NAME = 0x80,	/* requestName of an extended request */
	LDAP_SIMPLE = 0x80,	/* of AuthenticationChoice */
	LDAP_SASL = 0xa3,
	LDAP_VERSION_MIN = 2,
	LDAP_VERSION_MAX = 3
};

/* Tags of operations (RFC 4511, 4.2 and later). */
enum ldap_operation {
	LDAP_BIND = 0x60,
	LDAP_BIND_RESPONSE = 0x61,
	LDAP_UNBIND = 0x42,
	LDAP_SEARCH = 0x63,
	LDAP_ENTRY = 0x64,
	LDAP_SEARCH_DONE = 0x65,
	LDAP_MODIFY = 0x66,
	LDAP_MODIFY_RESPONSE = 0x67,
	LDAP_ADD = 0x68,
	LDAP_ADD_RESPONSE = 0x69,
	LDAP_DELETE_RESPONSE = 0x6b,
	LDAP_EXTENDED = 0x77,
	LDAP_EXTENDED_RESPONSE = 0x78
};

enum ldap_fact {
	LDAP_VERSION,
	LDAP_USER,
	LDAP_MECHANISM,
	LDAP_RESULT,
	LDAP_BASE
};

struct ldap_state {
	uint8_t	messages[2];	/* by role less one */
	bool	has_asked;	/* for TLS */
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static bool		is_begin(struct cursor);
static enum probe_score	fit(uint8_t, struct cursor, size_t);
static bool		is_bind(struct cursor);
static bool		is_search(struct cursor);
static bool		is_result(struct cursor);
static bool		is_entry(struct cursor);
static bool		is_extended(struct cursor);
static bool		is_answer(uint8_t);
static bool		take_message(struct dissection *, struct cursor *);
static void		read_message(struct dissection *, struct cursor);
static void		read_bind(struct dissection *, struct cursor);
static bool		is_success(struct dissection *, uint8_t,
			    struct cursor);

static const struct fact_field fields[] = {
	[LDAP_VERSION] = { "version", FACT_NUMBER, false, NULL,
	    "Version that the client speaks." },
	[LDAP_USER] = { "user", FACT_TEXT, false, NULL,
	    "Distinguished name with which the client binds." },
	[LDAP_MECHANISM] = { "mechanism", FACT_TEXT, false, NULL,
	    "How it proves that: simple, or a mechanism of SASL." },
	[LDAP_RESULT] = { "result", FACT_NUMBER, false, NULL,
	    "What came of the last bind (RFC 4511, 4.1.9); 0: success." },
	[LDAP_BASE] = { "base", FACT_TEXT, false, NULL,
	    "Where the first search begins." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score
probe(struct probe *p)
{
	struct cursor c = p->own;
	struct cursor message;
	struct cursor id;
	struct cursor operation;
	int64_t number;
	const uint8_t *tag;
	enum probe_score score = PROBE_NO;

	if (ber_open(&c, BER_SEQUENCE, &message) &&
	    ber_take(&message, BER_INTEGER, &id) &&
	    ber_integer(id, &number) && number >= 0 && number <= INT32_MAX &&
	    (tag = cursor_peek(&message, 1)) != NULL &&
	    ber_open(&message, *tag, &operation)) {
		score = fit(*tag, operation, cursor_left(&p->own));
		p->sender = is_answer(*tag) ? ROLE_SERVER : ROLE_CLIENT;
	}
	return score == PROBE_NO && !p->is_datagram && p->is_start &&
	    is_begin(p->own) ? PROBE_MORE : score;
}

/* Whether the bytes are too few to tell. */
static bool
is_begin(struct cursor c)
{
	size_t left = cursor_left(&c);
	bool is_sequence = c.at[0] == BER_SEQUENCE;
	uint32_t size;
	uint8_t tag;

	return is_sequence && left < LDAP_BEGIN && (left < 6 ||
	    (ber_begin(&c, &tag, &size) && size > cursor_left(&c)));
}

static enum probe_score
fit(uint8_t tag, struct cursor c, size_t size)
{
	switch (tag) {
	case LDAP_BIND:
		return is_bind(c) ? PROBE_SURE : PROBE_NO;
	case LDAP_SEARCH:
		return is_search(c) ? PROBE_SURE : PROBE_NO;
	case LDAP_EXTENDED:
		return is_extended(c) ? PROBE_SURE : PROBE_NO;
	case LDAP_BIND_RESPONSE:
	case LDAP_SEARCH_DONE:
	case LDAP_MODIFY_RESPONSE:
	case LDAP_ADD_RESPONSE:
	case LDAP_DELETE_RESPONSE:
	case LDAP_EXTENDED_RESPONSE:
		return is_result(c) ? PROBE_SURE : PROBE_NO;
	case LDAP_ENTRY:
	case LDAP_MODIFY:
	case LDAP_ADD:
		return is_entry(c) ? PROBE_LIKELY : PROBE_NO;
	case LDAP_UNBIND:
		return size == 7 && cursor_left(&c) == 0 ? PROBE_LIKELY :
		    PROBE_NO;
	default:
		return PROBE_NO;
	}
}

static bool
is_bind(struct cursor c)
{
	struct cursor content;
	int64_t version;
	const uint8_t *tag;

	return ber_take(&c, BER_INTEGER, &content) &&
	    ber_integer(content, &version) && version >= LDAP_VERSION_MIN &&
	    version <= LDAP_VERSION_MAX &&
	    ber_take(&c, BER_OCTET_STRING, &content) &&
	    (tag = cursor_peek(&c, 1)) != NULL && (*tag == LDAP_SASL ||
	    (*tag >= LDAP_SIMPLE && *tag <= LDAP_SIMPLE + 11));
}

static bool
is_search(struct cursor c)
{
	struct cursor content;
	int64_t scope;

	return ber_take(&c, BER_OCTET_STRING, &content) &&
	    ber_take(&c, BER_ENUMERATED, &content) &&
	    ber_integer(content, &scope) && scope >= 0 && scope <= 3 &&
	    ber_take(&c, BER_ENUMERATED, &content) &&
	    ber_take(&c, BER_INTEGER, &content) &&
	    ber_take(&c, BER_INTEGER, &content) &&
	    ber_take(&c, BER_BOOLEAN, &content);
}

/* LDAPResult; its text may be long. */
static bool
is_result(struct cursor c)
{
	struct cursor content;

	return ber_take(&c, BER_ENUMERATED, &content) &&
	    cursor_left(&content) <= 2 &&
	    ber_take(&c, BER_OCTET_STRING, &content) &&
	    ber_open(&c, BER_OCTET_STRING, &content);
}

/* Whose attributes follow. */
static bool
is_entry(struct cursor c)
{
	struct cursor content;

	return ber_take(&c, BER_OCTET_STRING, &content) &&
	    ber_open(&c, BER_SEQUENCE, &content);
}

/* An object identifier as text. */
static bool
is_extended(struct cursor c)
{
	struct cursor name;

	if (!ber_take(&c, LDAP_NAME, &name) || cursor_left(&name) < 3 ||
	    name.at[1] != '.')
		return false;
	for (const uint8_t *at = name.at; at < name.end; at++) {
		if (*at != '.' && (*at < '0' || *at > '9'))
			return false;
	}
	return true;
}

static bool
is_answer(uint8_t tag)
{
	return tag == LDAP_BIND_RESPONSE || tag == LDAP_ENTRY ||
	    tag == LDAP_SEARCH_DONE || tag == LDAP_MODIFY_RESPONSE ||
	    tag == LDAP_ADD_RESPONSE || tag == LDAP_DELETE_RESPONSE ||
	    tag == LDAP_EXTENDED_RESPONSE;
}

static void
feed(struct dissection *d)
{
	struct ldap_state *state = d->state;
	uint8_t *messages = &state->messages[d->sender - ROLE_CLIENT];
	struct cursor message;

	if (d->is_datagram) {
		read_message(d, d->bytes);
		d->is_side_done = true;
		return;
	}
	while (!d->is_done && !d->has_inner && take_message(d, &message)) {
		read_message(d, message);
		if (++*messages == LDAP_MESSAGES_MAX) {
			d->is_done = true;
			return;
		}
	}
}

/* Behind a bind with SASL there may be what is no more BER. */
static bool
take_message(struct dissection *d, struct cursor *message)
{
	struct cursor c = d->bytes;
	size_t before = cursor_left(&c);
	uint32_t size;
	uint8_t tag;

	if (!ber_begin(&c, &tag, &size)) {
		d->is_done = before >= 6;
		return false;
	}
	if (tag != BER_SEQUENCE || size > LDAP_SIZE_MAX) {
		d->is_done = true;
		return false;
	}
	return framing_take(d, size + (uint32_t)(before - cursor_left(&c)),
	    message);
}

static void
read_message(struct dissection *d, struct cursor c)
{
	static const char start_tls[] = "1.3.6.1.4.1.1466.20037";
	struct ldap_state *state = d->state;
	struct cursor message;
	struct cursor content;
	const uint8_t *tag;

	if (!ber_open(&c, BER_SEQUENCE, &message) ||
	    !ber_take(&message, BER_INTEGER, &content) ||
	    (tag = cursor_peek(&message, 1)) == NULL ||
	    !ber_open(&message, *tag, &content))
		return;
	if (*tag == LDAP_BIND)
		read_bind(d, content);
	else if (*tag == LDAP_SEARCH && ber_take(&content, BER_OCTET_STRING,
	    &c))
		dissection_text(d, LDAP_BASE, c.at, cursor_left(&c));
	else if (*tag == LDAP_EXTENDED && ber_take(&content, LDAP_NAME, &c))
		state->has_asked = framing_is(c, start_tls);
	else if (is_success(d, *tag, content) && state->has_asked &&
	    *tag == LDAP_EXTENDED_RESPONSE)
		dissection_switch(d, "tls");
}

static void
read_bind(struct dissection *d, struct cursor c)
{
	struct cursor content;
	struct cursor name;
	int64_t version;

	if (!ber_take(&c, BER_INTEGER, &content) ||
	    !ber_integer(content, &version) || version < 0 ||
	    !ber_take(&c, BER_OCTET_STRING, &name))
		return;
	dissection_number(d, LDAP_VERSION, (uint64_t)version);
	dissection_text(d, LDAP_USER, name.at, cursor_left(&name));
	if (ber_open(&c, LDAP_SASL, &content) &&
	    ber_take(&content, BER_OCTET_STRING, &name))
		dissection_text(d, LDAP_MECHANISM, name.at,
		    cursor_left(&name));
	else if (ber_open(&c, LDAP_SIMPLE, &content))
		dissection_word(d, LDAP_MECHANISM, "simple");
}

/* Notes what came of a bind. */
static bool
is_success(struct dissection *d, uint8_t tag, struct cursor c)
{
	struct cursor content;
	int64_t code;

	if (!ber_take(&c, BER_ENUMERATED, &content) ||
	    !ber_integer(content, &code) || code < 0)
		return false;
	if (tag == LDAP_BIND_RESPONSE)
		dissection_set(d, LDAP_RESULT, (uint64_t)code);
	return code == 0;
}

const struct application application_ldap = {
	.name = "ldap",
	.title = "Lightweight Directory Access Protocol",
	.source = "RFC 4511",
	.transports = APPLICATION_TCP | APPLICATION_UDP,
	.tcp_ports = { 389, 3268 },
	.udp_ports = { 389 },
	.state_size = sizeof(struct ldap_state),
	.starts = { { 0x30, 0x31 } },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
