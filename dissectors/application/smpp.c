/*
 * SMPP, by which short messages are handed to their centre (SMPP 3.4, 3.2
 * and 4.1).
 *
 *   size of all (4), command (4), status (4), sequence (4);
 *   to bind: system id, 0, password, 0, system type, 0, version (1), ...
 */
#include <string.h>

#include "dissect/application.h"

enum {
	SMPP_HEADER_SIZE = 16,
	SMPP_SIZE_MAX = 65536,
	SMPP_RESPONSE = 0x80,		/* in the command's first byte */
	SMPP_COMMAND_MAX = 0x0112,
	SMPP_STATUS_MAX = 0x04ff,
	SMPP_SYSTEM_SIZE = 16,		/* each with its zero, 5.2 */
	SMPP_PASSWORD_SIZE = 9,
	SMPP_TYPE_SIZE = 13,
	SMPP_VERSION_3 = 0x3f,		/* up to it, and 5.0 */
	SMPP_VERSION_5 = 0x50
};

/* Those that bind; a response adds SMPP_RESPONSE. */
enum smpp_command {
	SMPP_BIND_RECEIVER = 1,
	SMPP_BIND_TRANSMITTER = 2,
	SMPP_BIND_TRANSCEIVER = 9
};

enum smpp_fact {
	SMPP_USER,
	SMPP_TYPE,
	SMPP_SERVER
};

static const struct fact_field fields[] = {
	[SMPP_USER] = { "user", FACT_TEXT, false, NULL,
	    "System that the client binds as." },
	[SMPP_TYPE] = { "type", FACT_TEXT, false, NULL,
	    "Type of that system." },
	[SMPP_SERVER] = { "server", FACT_TEXT, false, NULL,
	    "System that the server says it is." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static bool		is_bind(uint32_t);
static struct cursor	take_text(struct cursor *, size_t);
static bool		take_bind(struct cursor, struct cursor *,
			    struct cursor *);
static void		feed(struct dissection *);

/* To bind there are three texts; what else there is counts at home. */
static enum probe_score
probe(struct probe *p)
{
	struct cursor c = p->own;
	size_t held = cursor_left(&c);
	uint32_t size = cursor_be32(&c);
	uint32_t command = cursor_be32(&c);
	uint32_t status = cursor_be32(&c);
	struct cursor system;
	struct cursor type;

	if (*p->own.at != 0 || (held > 1 && p->own.at[1] != 0))
		return PROBE_NO;
	if (held < SMPP_HEADER_SIZE)
		return held < 8 || (command & 0x7ffff000) == 0 ? PROBE_MORE :
		    PROBE_NO;
	if (size < SMPP_HEADER_SIZE || size > SMPP_SIZE_MAX ||
	    (command & 0x7fffffff) > SMPP_COMMAND_MAX || command == 0 ||
	    status > SMPP_STATUS_MAX)
		return PROBE_NO;
	cursor_skip(&c, 4);
	if (is_bind(command)) {
		if (held < size)
			return PROBE_MORE;
		p->sender = ROLE_CLIENT;
		return status == 0 && take_bind(cursor_sub(&c, size -
		    SMPP_HEADER_SIZE), &system, &type) ? PROBE_SURE :
		    PROBE_NO;
	}
	return p->is_on_port ? PROBE_WEAK : PROBE_NO;
}

static bool
is_bind(uint32_t command)
{
	return command == SMPP_BIND_RECEIVER ||
	    command == SMPP_BIND_TRANSMITTER ||
	    command == SMPP_BIND_TRANSCEIVER;
}

/* Up to a zero within so many bytes. */
static struct cursor
take_text(struct cursor *c, size_t most)
{
	size_t size = cursor_left(c) < most ? cursor_left(c) : most;
	const uint8_t *end = size == 0 ? NULL : memchr(c->at, 0, size);
	struct cursor text;

	if (end == NULL) {
		c->failed = true;
		return cursor_over(c->at, 0);
	}
	text = cursor_sub(c, (size_t)(end - c->at));
	cursor_skip(c, 1);
	return text;
}

static bool
take_bind(struct cursor c, struct cursor *system, struct cursor *type)
{
	uint8_t version;

	*system = take_text(&c, SMPP_SYSTEM_SIZE);
	(void)take_text(&c, SMPP_PASSWORD_SIZE);
	*type = take_text(&c, SMPP_TYPE_SIZE);
	version = cursor_u8(&c);
	return cursor_ok(&c) && (version <= SMPP_VERSION_3 ||
	    version == SMPP_VERSION_5);
}

/* The first message of each side tells. */
static void
feed(struct dissection *d)
{
	struct cursor c = d->bytes;
	uint32_t size = cursor_be32(&c);
	uint32_t command = cursor_be32(&c);
	struct cursor system;
	struct cursor type;
	struct cursor body;

	cursor_skip(&c, 8);
	body = cursor_sub(&c, size >= SMPP_HEADER_SIZE ? size -
	    SMPP_HEADER_SIZE : 0);
	if (!cursor_ok(&c)) {
		d->is_side_done = d->is_full;
		return;
	}
	d->is_side_done = true;
	if (is_bind(command) && take_bind(body, &system, &type)) {
		dissection_text(d, SMPP_USER, system.at,
		    cursor_left(&system));
		dissection_text(d, SMPP_TYPE, type.at, cursor_left(&type));
	} else if (command >> 24 == SMPP_RESPONSE &&
	    is_bind(command & 0x7fffffff)) {
		system = take_text(&body, SMPP_SYSTEM_SIZE);
		dissection_text(d, SMPP_SERVER, system.at,
		    cursor_left(&system));
	}
}

const struct application application_smpp = {
	.name = "smpp",
	.title = "Short Message Peer-to-Peer",
	.source = "SMPP 3.4",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 2775 },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
