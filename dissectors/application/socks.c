/*
 * SOCKS, versions 4, 4a and 5 (RFC 1928, RFC 1929): a proxy is asked for a
 * connection; behind its consent another protocol is spoken.
 *
 *   4:  4, command, port (2), IPv4 (4), user, 0, and with 0.0.0.x host, 0
 *       0, 90, port (2), IPv4 (4)
 *   5:  5, count, methods                   5, method
 *       with method 2: 1, size, user, size, password     1, status
 *       5, command, 0, type, address, port (2)
 *       5, status, 0, type, address, port (2)
 *
 * The first bytes are few; away from its port both sides must fit.
 */
#include <string.h>

#include "base/spell.h"
#include "dissect/http_message.h"

enum {
	SOCKS_4 = 4,
	SOCKS_5 = 5,
	SOCKS_METHODS_MAX = 8,
	SOCKS_METHOD_LAST = 9,		/* that IANA knows */
	SOCKS_METHOD_PRIVATE = 0x80,
	SOCKS_METHOD_USER = 2,
	SOCKS_ANSWER_4_SIZE = 8,
	SOCKS_GRANTED_4 = 90,
	SOCKS_COMMANDS = 4,
	SOCKS_USER_MAX = 64,
	SOCKS_TARGET_MAX = 272,
	SOCKS_IPV4 = 1,
	SOCKS_HOST = 3,
	SOCKS_IPV6 = 4
};

enum socks_fact {
	SOCKS_VERSION,
	SOCKS_COMMAND,
	SOCKS_TARGET,
	SOCKS_USER,
	SOCKS_REPLY
};

/* What a side is to say next. */
enum socks_phase {
	SOCKS_HELLO,
	SOCKS_LOGIN,
	SOCKS_REQUEST,
	SOCKS_SAID
};

struct socks_state {
	uint8_t	phase[2];	/* by role less one */
	uint8_t	version;
	uint8_t	method;
	bool	has_method;
};

static const struct fact_field fields[] = {
	[SOCKS_VERSION] = { "version", FACT_NUMBER, false, NULL,
	    "4 or 5." },
	[SOCKS_COMMAND] = { "command", FACT_TEXT, false, NULL,
	    "connect, bind or udp-associate." },
	[SOCKS_TARGET] = { "target", FACT_TEXT, false, NULL,
	    "Host or address, and port, that the client wants." },
	[SOCKS_USER] = { "user", FACT_TEXT, false, NULL,
	    "User whom the client names." },
	[SOCKS_REPLY] = { "reply", FACT_NUMBER, false, NULL,
	    "The proxy's answer; 0 of version 5 and 90 of 4 are consent." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static const char *const commands[SOCKS_COMMANDS] = {
	NULL, "connect", "bind", "udp-associate"
};

static enum probe_score	probe(struct probe *);
static bool		is_first(struct cursor);
static bool		is_answer(struct cursor, struct cursor);
static void		feed(struct dissection *);
static bool		take_of_client(struct dissection *,
			    struct socks_state *);
static bool		take_request_4(struct dissection *);
static bool		take_login(struct dissection *);
static bool		take_request_5(struct dissection *);
static bool		take_of_server(struct dissection *,
			    struct socks_state *);
static bool		take_reply(struct dissection *, uint8_t);
static bool		take_address(struct cursor *, char *, size_t *);
static char		*spell_port(char *, uint16_t);

static enum probe_score
probe(struct probe *p)
{
	uint8_t first = *p->own.at;

	if (!p->is_start)
		return PROBE_NO;
	if (cursor_left(&p->peer) > 0) {
		p->sender = ROLE_SERVER;
		return is_first(p->peer) && is_answer(p->own, p->peer) ?
		    PROBE_LIKELY : PROBE_NO;
	}
	p->sender = ROLE_CLIENT;
	/* An answer of version 4 begins with 0, but only behind a request. */
	if (first != SOCKS_4 && first != SOCKS_5)
		return first == 0 && cursor_left(&p->own) == 1 ?
		    PROBE_MORE : PROBE_NO;
	if (is_first(p->own))
		return p->is_on_port ? PROBE_WEAK : PROBE_MORE;
	return cursor_left(&p->own) == 1 ? PROBE_MORE : PROBE_NO;
}

/* All that a client says before it waits, and no more. */
static bool
is_first(struct cursor c)
{
	uint8_t version = cursor_u8(&c);
	uint8_t count = cursor_u8(&c);
	struct cursor text;

	if (!cursor_ok(&c) || count == 0)
		return false;
	if (version == SOCKS_5) {
		if (count > SOCKS_METHODS_MAX || cursor_left(&c) != count)
			return false;
		while (count-- > 0) {
			uint8_t method = cursor_u8(&c);

			if (method > SOCKS_METHOD_LAST &&
			    method < SOCKS_METHOD_PRIVATE)
				return false;
		}
		return true;
	}
	if (version != SOCKS_4 || count > 2 || cursor_be16(&c) == 0)
		return false;
	version = cursor_be32(&c) >> 8 == 0;	/* 4a: a host follows */
	if (!cursor_ok(&c) || !http_take_until(&c, '\0', &text) ||
	    cursor_left(&text) > SOCKS_USER_MAX)
		return false;
	return (version == 0 || (http_take_until(&c, '\0', &text) &&
	    cursor_left(&text) > 0)) && cursor_left(&c) == 0;
}

static bool
is_answer(struct cursor c, struct cursor asked)
{
	uint8_t version = *asked.at;
	uint8_t first = cursor_u8(&c);
	uint8_t second = cursor_u8(&c);

	if (!cursor_ok(&c))
		return false;
	if (version == SOCKS_4)
		return first == 0 && second >= SOCKS_GRANTED_4 &&
		    second <= SOCKS_GRANTED_4 + 3 &&
		    cursor_left(&c) == SOCKS_ANSWER_4_SIZE - 2;
	cursor_skip(&asked, 2);
	return first == SOCKS_5 && cursor_left(&c) == 0 && (second == 0xff ||
	    memchr(asked.at, second, cursor_left(&asked)) != NULL);
}

static void
feed(struct dissection *d)
{
	struct socks_state *state = d->state;
	bool is_client = d->sender == ROLE_CLIENT;

	while (cursor_left(&d->bytes) > 0 && !d->is_done &&
	    (is_client ? take_of_client(d, state) :
	    take_of_server(d, state)))
		continue;
	if (d->is_full && !d->has_inner)
		d->is_done = true;
}

/* False when there is not enough of it, or nothing is awaited. */
static bool
take_of_client(struct dissection *d, struct socks_state *state)
{
	uint8_t *phase = &state->phase[0];
	struct cursor c = d->bytes;

	switch (*phase) {
	case SOCKS_HELLO:
		state->version = cursor_u8(&c);
		dissection_number(d, SOCKS_VERSION, state->version);
		*phase = SOCKS_REQUEST;
		if (state->version == SOCKS_4)
			return true;
		*phase = SOCKS_LOGIN;
		cursor_skip(&c, cursor_u8(&c));
		d->bytes = cursor_ok(&c) ? c : d->bytes;
		return cursor_ok(&c);
	case SOCKS_LOGIN:
		if (!state->has_method)
			return false;
		*phase = SOCKS_REQUEST;
		d->is_done = state->method != 0 &&
		    state->method != SOCKS_METHOD_USER;
		return state->method != SOCKS_METHOD_USER || take_login(d);
	case SOCKS_REQUEST:
		if (!(state->version == SOCKS_4 ? take_request_4(d) :
		    take_request_5(d)))
			return false;
		*phase = SOCKS_SAID;
		return true;
	default:
		return false;
	}
}

static bool
take_login(struct dissection *d)
{
	struct cursor c = d->bytes;
	struct cursor user;

	cursor_skip(&c, 1);
	user = cursor_sub(&c, cursor_u8(&c));
	cursor_skip(&c, cursor_u8(&c));
	if (!cursor_ok(&c)) {
		d->is_done = true;
		return false;
	}
	dissection_text(d, SOCKS_USER, user.at, cursor_left(&user));
	d->bytes = c;
	return true;
}

static bool
take_request_4(struct dissection *d)
{
	struct cursor c = d->bytes;
	char text[SOCKS_TARGET_MAX + SPELL_ROOM];
	struct cursor user;
	struct cursor host;
	const uint8_t *at = cursor_take(&c, SOCKS_ANSWER_4_SIZE);
	char *end = text;

	if (at == NULL || !http_take_until(&c, '\0', &user))
		return false;
	if (bytes_be24(at + 4) == 0 && at[7] != 0) {
		if (!http_take_until(&c, '\0', &host))
			return false;
		cursor_limit(&host, UINT8_MAX);
		memcpy(text, host.at, cursor_left(&host));
		end += cursor_left(&host);
	} else {
		end = spell_ipv4(text, at + 4);
	}
	end = spell_port(end, bytes_be16(at + 2));
	if (at[1] < SOCKS_COMMANDS && commands[at[1]] != NULL)
		dissection_word(d, SOCKS_COMMAND, commands[at[1]]);
	dissection_text(d, SOCKS_TARGET, text, (size_t)(end - text));
	dissection_text(d, SOCKS_USER, user.at, cursor_left(&user));
	d->bytes = c;
	return true;
}

static bool
take_request_5(struct dissection *d)
{
	struct cursor c = d->bytes;
	char text[SOCKS_TARGET_MAX + SPELL_ROOM];
	size_t size;
	uint8_t version = cursor_u8(&c);
	uint8_t command = cursor_u8(&c);

	cursor_skip(&c, 1);
	if (!take_address(&c, text, &size)) {
		d->is_done = version != SOCKS_5;
		return false;
	}
	if (command < SOCKS_COMMANDS && commands[command] != NULL)
		dissection_word(d, SOCKS_COMMAND, commands[command]);
	dissection_text(d, SOCKS_TARGET, text, size);
	d->bytes = c;
	return true;
}

static bool
take_of_server(struct dissection *d, struct socks_state *state)
{
	uint8_t *phase = &state->phase[1];
	struct cursor c = d->bytes;

	if (state->version == SOCKS_4)
		return take_reply(d, SOCKS_4);
	if (*phase == SOCKS_REQUEST)
		return take_reply(d, SOCKS_5);
	cursor_skip(&c, 1);
	if (*phase == SOCKS_HELLO)
		state->method = cursor_u8(&c);
	else
		cursor_skip(&c, 1);
	if (!cursor_ok(&c))
		return false;
	state->has_method = true;
	*phase = *phase == SOCKS_HELLO &&
	    state->method == SOCKS_METHOD_USER ? SOCKS_LOGIN : SOCKS_REQUEST;
	d->bytes = c;
	return true;
}

/* With consent the connection is the client's own. */
static bool
take_reply(struct dissection *d, uint8_t version)
{
	struct cursor c = d->bytes;
	char text[SOCKS_TARGET_MAX + SPELL_ROOM];
	size_t size;
	uint8_t reply;

	cursor_skip(&c, 1);
	reply = cursor_u8(&c);
	if (version == SOCKS_4) {
		cursor_skip(&c, SOCKS_ANSWER_4_SIZE - 2);
	} else {
		cursor_skip(&c, 1);
		if (!take_address(&c, text, &size))
			return false;
	}
	if (!cursor_ok(&c))
		return false;
	dissection_number(d, SOCKS_REPLY, reply);
	d->bytes = c;
	if (reply == (version == SOCKS_4 ? SOCKS_GRANTED_4 : 0))
		dissection_switch(d, NULL);
	else
		d->is_done = true;
	return false;
}

/* As "host:port"; false when it is of no known type or not all there. */
static bool
take_address(struct cursor *c, char *text, size_t *size)
{
	uint8_t type = cursor_u8(c);
	struct cursor host = cursor_sub(c, type == SOCKS_IPV4 ? 4 :
	    type == SOCKS_IPV6 ? 16 : type == SOCKS_HOST ? cursor_u8(c) : 0);
	uint16_t port = cursor_be16(c);
	char *end = text;

	if (!cursor_ok(c) || cursor_left(&host) == 0)
		return false;
	if (type == SOCKS_IPV4) {
		end = spell_ipv4(end, host.at);
	} else if (type == SOCKS_IPV6) {
		*end++ = '[';
		end = spell_ipv6(end, host.at);
		*end++ = ']';
	} else {
		memcpy(end, host.at, cursor_left(&host));
		end += cursor_left(&host);
	}
	*size = (size_t)(spell_port(end, port) - text);
	return true;
}

static char *
spell_port(char *at, uint16_t port)
{
	*at++ = ':';
	return spell_u64(at, port);
}

const struct application application_socks = {
	.name = "socks",
	.title = "SOCKS proxy",
	.source = "RFC 1928, RFC 1929",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 1080, 9150 },
	.state_size = sizeof(struct socks_state),
	.probe = probe,
	.feed = feed,
	.fields = fields
};
