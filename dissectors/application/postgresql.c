/*
 * PostgreSQL, version 3 of its frontend/backend protocol (PostgreSQL
 * documentation, "Message Formats"). The client begins, perhaps by asking for
 * TLS, which the server answers with one byte, 'S' or 'N'.
 *
 *   StartupMessage   uint32 size, uint32 0x00030000, "user", name, ..., 0
 *   SSLRequest       uint32 8, uint32 80877103
 *   other messages   uint8 type, uint32 size without the type, ...
 */
#include "dissect/framing.h"

enum {
	POSTGRESQL_MAJOR = 3,
	POSTGRESQL_MINOR_MAX = 9,
	POSTGRESQL_STARTUP_MAX = 10000,	/* as the server takes it */
	POSTGRESQL_CANCEL = 80877102,
	POSTGRESQL_TLS = 80877103,
	POSTGRESQL_GSS = 80877104,
	POSTGRESQL_AUTHENTICATION_MAX = 12,	/* its kinds, AuthSASLFinal */
	POSTGRESQL_HEADER_SIZE = 8
};

enum postgresql_fact {
	POSTGRESQL_USER,
	POSTGRESQL_DATABASE,
	POSTGRESQL_APPLICATION,
	POSTGRESQL_SERVER,
	POSTGRESQL_ERROR
};

struct postgresql_state {
	bool	has_asked;	/* for TLS, or for GSS encryption */
	bool	has_started;
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static enum probe_score	probe_client(struct probe *);
static enum probe_score	probe_server(struct probe *);
static void		read_client(struct dissection *);
static void		read_startup(struct dissection *, struct cursor *);
static void		read_server(struct dissection *);
static bool		read_message(struct dissection *);
static void		read_status(struct dissection *, struct cursor *);
static void		read_error(struct dissection *, struct cursor *);

static const struct fact_field fields[] = {
	[POSTGRESQL_USER] = { "user", FACT_TEXT, false, NULL,
	    "Who logs in." },
	[POSTGRESQL_DATABASE] = { "database", FACT_TEXT, false, NULL,
	    "Database that the client asks for." },
	[POSTGRESQL_APPLICATION] = { "application", FACT_TEXT, false, NULL,
	    "What the client calls itself." },
	[POSTGRESQL_SERVER] = { "server", FACT_TEXT, false, NULL,
	    "Version that the server says." },
	[POSTGRESQL_ERROR] = { "error", FACT_TEXT, false, NULL,
	    "SQLSTATE of the first error." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score
probe(struct probe *p)
{
	if (!p->is_start)
		return PROBE_NO;
	return p->own.at[0] == 0 ? probe_client(p) : probe_server(p);
}

static enum probe_score
probe_client(struct probe *p)
{
	struct cursor name;
	uint32_t size = cursor_be32(&p->own);
	uint32_t code = cursor_be32(&p->own);
	size_t left = cursor_left(&p->own);

	if (!cursor_ok(&p->own))
		return PROBE_MORE;
	p->sender = ROLE_CLIENT;
	if (code == POSTGRESQL_TLS || code == POSTGRESQL_GSS)
		return size == POSTGRESQL_HEADER_SIZE ? PROBE_SURE : PROBE_NO;
	if (code == POSTGRESQL_CANCEL)
		return size == POSTGRESQL_HEADER_SIZE + 8 ? PROBE_SURE :
		    PROBE_NO;
	if (code >> 16 != POSTGRESQL_MAJOR ||
	    (code & 0xffff) > POSTGRESQL_MINOR_MAX ||
	    size <= POSTGRESQL_HEADER_SIZE || size > POSTGRESQL_STARTUP_MAX ||
	    left > size - POSTGRESQL_HEADER_SIZE)
		return PROBE_NO;
	if (!framing_take_text(&p->own, &name))
		return left < 64 ? PROBE_MORE : PROBE_NO;
	return framing_is(name, "user") || framing_is(name, "database") ||
	    framing_is(name, "client_encoding") ||
	    framing_is(name, "application_name") ? PROBE_SURE : PROBE_NO;
}

/* The first message of a server is an authentication request. */
static enum probe_score
probe_server(struct probe *p)
{
	uint8_t type = cursor_u8(&p->own);
	uint32_t size = cursor_be32(&p->own);
	uint32_t kind = cursor_be32(&p->own);

	if (type != 'R')
		return PROBE_NO;
	if (!cursor_ok(&p->own))
		return PROBE_MORE;
	p->sender = ROLE_SERVER;
	return size >= 8 && size < 256 && kind <=
	    POSTGRESQL_AUTHENTICATION_MAX && (kind >= 10 || size <= 12) ?
	    PROBE_LIKELY : PROBE_NO;
}

static void
feed(struct dissection *d)
{
	if (d->sender == ROLE_CLIENT)
		read_client(d);
	else
		read_server(d);
}

/* Behind the StartupMessage come passwords and queries. */
static void
read_client(struct dissection *d)
{
	struct postgresql_state *state = d->state;
	struct cursor c = d->bytes;
	uint32_t size = cursor_be32(&c);
	uint32_t code = cursor_be32(&c);
	struct cursor rest;

	if (!cursor_ok(&c))
		return;
	if (size < POSTGRESQL_HEADER_SIZE || size > POSTGRESQL_STARTUP_MAX ||
	    code == POSTGRESQL_CANCEL) {
		d->is_done = true;
		return;
	}
	rest = cursor_sub(&c, size - (size_t)POSTGRESQL_HEADER_SIZE);
	if (!cursor_ok(&c)) {
		d->is_side_done = d->is_full;
		return;
	}
	d->bytes = c;
	if (code == POSTGRESQL_TLS || code == POSTGRESQL_GSS) {
		state->has_asked = true;
		return;
	}
	state->has_started = true;
	read_startup(d, &rest);
	d->is_side_done = true;
}

/* Names and values by turns. */
static void
read_startup(struct dissection *d, struct cursor *c)
{
	struct cursor name;
	struct cursor value;

	while (framing_take_text(c, &name) && cursor_left(&name) > 0 &&
	    framing_take_text(c, &value)) {
		if (framing_is(name, "user"))
			dissection_text(d, POSTGRESQL_USER, value.at,
			    cursor_left(&value));
		else if (framing_is(name, "database"))
			dissection_text(d, POSTGRESQL_DATABASE, value.at,
			    cursor_left(&value));
		else if (framing_is(name, "application_name"))
			dissection_text(d, POSTGRESQL_APPLICATION, value.at,
			    cursor_left(&value));
	}
}

static void
read_server(struct dissection *d)
{
	struct postgresql_state *state = d->state;
	const uint8_t *answer = cursor_peek(&d->bytes, 1);

	if (state->has_asked && !state->has_started && answer != NULL &&
	    (*answer == 'S' || *answer == 'N' || *answer == 'G')) {
		cursor_skip(&d->bytes, 1);
		state->has_asked = false;
		if (*answer == 'S')
			dissection_switch(d, "tls");
		d->is_done = *answer == 'G';
		return;
	}
	while (!d->is_done && read_message(d))
		continue;
}

/* False when there is none as a whole. */
static bool
read_message(struct dissection *d)
{
	struct cursor c = d->bytes;
	uint8_t type = cursor_u8(&c);
	uint32_t size = cursor_be32(&c);
	struct cursor body = cursor_sub(&c, size < 4 ? 0 :
	    (size_t)size - 4);

	if (!cursor_ok(&c)) {
		d->is_done = d->is_full;
		return false;
	}
	d->bytes = c;
	switch (type) {
	case 'R':	/* AuthenticationRequest */
	case 'K':	/* BackendKeyData */
	case 'N':	/* NoticeResponse */
	case 'v':	/* NegotiateProtocolVersion */
		d->is_done = size < 4;
		break;
	case 'S':
		read_status(d, &body);
		d->is_done = size < 4;
		break;
	case 'E':
		read_error(d, &body);
		d->is_done = true;
		break;
	default:	/* ReadyForQuery: the login is over */
		d->is_done = true;
		break;
	}
	return true;
}

/* ParameterStatus */
static void
read_status(struct dissection *d, struct cursor *c)
{
	struct cursor name;
	struct cursor value;

	if (framing_take_text(c, &name) && framing_take_text(c, &value) &&
	    framing_is(name, "server_version"))
		dissection_text(d, POSTGRESQL_SERVER, value.at,
		    cursor_left(&value));
}

/* ErrorResponse: fields of a letter and a text. */
static void
read_error(struct dissection *d, struct cursor *c)
{
	struct cursor text;
	uint8_t field;

	while ((field = cursor_u8(c)) != 0 && framing_take_text(c, &text)) {
		if (field == 'C')
			dissection_text(d, POSTGRESQL_ERROR, text.at,
			    cursor_left(&text));
	}
}

const struct application application_postgresql = {
	.name = "postgresql",
	.title = "PostgreSQL",
	.source = "PostgreSQL documentation, Frontend/Backend Protocol",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 5432, 6432 },
	.state_size = sizeof(struct postgresql_state),
	.probe = probe,
	.feed = feed,
	.fields = fields
};
