/*
 * Cassandra's CQL binary protocol, versions 3 to 5 (its specification,
 * native_protocol_v5.spec): the client asks for OPTIONS, which the server
 * SUPPORTs, and then STARTs.
 *
 *   uint8 version (0x80: an answer), uint8 flags, uint16 stream, uint8
 *   operation, uint32 size, then of STARTUP: uint16 pairs, { uint16 size,
 *   key, uint16 size, value } ...
 */
#include <string.h>

#include "dissect/framing.h"

enum {
	CASSANDRA_VERSION_MIN = 3,
	CASSANDRA_VERSION_MAX = 5,
	CASSANDRA_ANSWER = 0x80,
	CASSANDRA_FLAGS = 0x1f,
	CASSANDRA_SIZE_MAX = 4000,	/* of what is looked at */
	CASSANDRA_PAIRS_MAX = 16
};

enum cassandra_operation {
	CASSANDRA_STARTUP = 1,
	CASSANDRA_OPTIONS = 5,
	CASSANDRA_SUPPORTED = 6
};

enum cassandra_fact {
	CASSANDRA_PROTOCOL,
	CASSANDRA_CQL,
	CASSANDRA_DRIVER,
	CASSANDRA_COMPRESSION
};

struct cql_frame {
	uint8_t		version;
	uint8_t		flags;
	uint8_t		operation;
	uint32_t	size;
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static bool		take_frame(struct cursor *, struct cql_frame *);
static bool		is_plausible(const struct cql_frame *);
static bool		has_version(struct cursor);
static void		read_startup(struct dissection *, struct cursor);

static const struct fact_field fields[] = {
	[CASSANDRA_PROTOCOL] = { "protocol", FACT_NUMBER, false, NULL,
	    "Version of the binary protocol." },
	[CASSANDRA_CQL] = { "cql", FACT_TEXT, false, NULL,
	    "Version of the query language." },
	[CASSANDRA_DRIVER] = { "driver", FACT_TEXT, false, NULL,
	    "Library of the client." },
	[CASSANDRA_COMPRESSION] = { "compression", FACT_TEXT, false, NULL,
	    "How bodies are compressed." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score
probe(struct probe *p)
{
	struct cursor c = p->own;
	uint8_t version = p->own.at[0] & (uint8_t)~CASSANDRA_ANSWER;
	struct cql_frame f;

	if (!p->is_start || version < CASSANDRA_VERSION_MIN ||
	    version > CASSANDRA_VERSION_MAX)
		return PROBE_NO;
	if (!take_frame(&c, &f))
		return PROBE_MORE;
	if (!is_plausible(&f) || cursor_left(&c) > f.size)
		return PROBE_NO;
	p->sender = f.operation == CASSANDRA_SUPPORTED ? ROLE_SERVER :
	    ROLE_CLIENT;
	if (f.operation == CASSANDRA_OPTIONS)
		return PROBE_LIKELY;
	if (cursor_left(&c) < f.size)
		return PROBE_MORE;
	return has_version(c) ? PROBE_SURE : PROBE_NO;
}

static bool
take_frame(struct cursor *c, struct cql_frame *f)
{
	f->version = cursor_u8(c);
	f->flags = cursor_u8(c);
	cursor_skip(c, 2);
	f->operation = cursor_u8(c);
	f->size = cursor_be32(c);
	return cursor_ok(c);
}

/* One of the three with which a side begins. */
static bool
is_plausible(const struct cql_frame *f)
{
	bool is_answer = (f->version & CASSANDRA_ANSWER) != 0;

	if ((f->flags & ~CASSANDRA_FLAGS) != 0 ||
	    f->size > CASSANDRA_SIZE_MAX ||
	    is_answer != (f->operation == CASSANDRA_SUPPORTED))
		return false;
	return f->operation == CASSANDRA_OPTIONS ? f->size == 0 :
	    (f->operation == CASSANDRA_STARTUP ||
	    f->operation == CASSANDRA_SUPPORTED) && f->size > 2;
}

/* Both maps have that key; in an answer its values are a list. */
static bool
has_version(struct cursor c)
{
	static const char key[] = "CQL_VERSION";
	size_t size = sizeof key - 1;

	cursor_skip(&c, 2);
	while (cursor_left(&c) >= size) {
		const uint8_t *at = memchr(c.at, key[0], cursor_left(&c) -
		    size + 1);

		if (at == NULL)
			return false;
		if (memcmp(at, key, size) == 0)
			return true;
		cursor_skip(&c, (size_t)(at - c.at) + 1);
	}
	return false;
}

static void
feed(struct dissection *d)
{
	struct cursor c = d->bytes;
	struct cursor body;
	struct cql_frame f;

	if (d->sender == ROLE_SERVER) {
		d->is_side_done = true;
		return;
	}
	while (take_frame(&c, &f)) {
		dissection_number(d, CASSANDRA_PROTOCOL, f.version);
		if (f.operation != CASSANDRA_STARTUP && f.operation !=
		    CASSANDRA_OPTIONS) {
			d->is_done = true;
			return;
		}
		body = cursor_sub(&c, f.size);
		if (!cursor_ok(&c)) {
			d->is_done = d->is_full;
			return;
		}
		d->bytes = c;
		if (f.operation == CASSANDRA_STARTUP) {
			read_startup(d, body);
			d->is_done = true;
			return;
		}
	}
}

static void
read_startup(struct dissection *d, struct cursor c)
{
	int pairs = cursor_be16(&c);

	for (int i = 0; i < pairs && i < CASSANDRA_PAIRS_MAX; i++) {
		struct cursor key = cursor_sub(&c, cursor_be16(&c));
		struct cursor value = cursor_sub(&c, cursor_be16(&c));

		if (!cursor_ok(&c))
			return;
		if (framing_is(key, "CQL_VERSION"))
			dissection_text(d, CASSANDRA_CQL, value.at,
			    cursor_left(&value));
		else if (framing_is(key, "DRIVER_NAME"))
			dissection_text(d, CASSANDRA_DRIVER, value.at,
			    cursor_left(&value));
		else if (framing_is(key, "COMPRESSION"))
			dissection_text(d, CASSANDRA_COMPRESSION, value.at,
			    cursor_left(&value));
	}
}

const struct application application_cassandra = {
	.name = "cassandra",
	.title = "Cassandra Query Language",
	.source = "CQL Binary Protocol v5",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 9042, 9142 },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
