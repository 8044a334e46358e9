/*
 * MongoDB's wire protocol (MongoDB manual, "MongoDB Wire Protocol"), with
 * documents in BSON (bsonspec.org). All numbers are little endian.
 *
 *   uint32 size, uint32 request, uint32 answered request, uint32 operation,
 *   then of OP_QUERY: uint32 flags, collection, 0, uint32 skip, uint32
 *   count, document; of OP_MSG: uint32 flags, uint8 kind 0, document, ...
 */
#include <string.h>

#include "dissect/framing.h"

enum {
	MONGODB_HEADER_SIZE = 16,
	MONGODB_SIZE_MAX = 48000000,
	MONGODB_REPLY_SIZE = 36,
	MONGODB_DOCUMENT_MIN = 5,
	MONGODB_NAMESPACE_MAX = 128,	/* "database.collection" */
	MONGODB_MESSAGES_MAX = 8,	/* of a client, then all is said */
	MONGODB_MORE_FLAGS = 0x10003	/* those that OP_MSG has */
};

enum mongodb_operation {
	MONGODB_REPLY = 1,
	MONGODB_QUERY = 2004,
	MONGODB_MSG = 2013
};

enum mongodb_fact {
	MONGODB_DATABASE,
	MONGODB_COMMANDS,
	MONGODB_DRIVER,
	MONGODB_APPLICATION
};

struct mongodb_state {
	uint8_t	messages;
};

struct header {
	uint32_t	size;
	uint32_t	answers;
	uint32_t	operation;
};

/* A member of a document. */
struct element {
	uint8_t		type;
	struct cursor	name;
	struct cursor	value;
};

enum bson_type {
	BSON_TEXT = 2,
	BSON_DOCUMENT = 3
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static bool		is_body(struct cursor *, const struct header *);
static bool		take_header(struct cursor *, struct header *);
static bool		take_namespace(struct cursor *, struct cursor *);
static void		read_request(struct dissection *, uint32_t,
			    struct cursor *);
static void		read_command(struct dissection *, struct cursor);
static void		read_client(struct dissection *, struct cursor);
static void		read_name(struct dissection *, enum mongodb_fact,
			    struct cursor);
static bool		take_element(struct cursor *, struct element *);
static bool		take_value(struct cursor *, struct element *);
static void		note_text(struct dissection *, enum mongodb_fact,
			    const struct element *);
static bool		is_named(const struct element *, const char *);

static const struct fact_field fields[] = {
	[MONGODB_DATABASE] = { "database", FACT_TEXT, false, NULL,
	    "Database of the first request." },
	[MONGODB_COMMANDS] = { "commands", FACT_LIST, false, NULL,
	    "Commands of the first 8 requests." },
	[MONGODB_DRIVER] = { "driver", FACT_TEXT, false, NULL,
	    "Library of the client." },
	[MONGODB_APPLICATION] = { "application", FACT_TEXT, false, NULL,
	    "What the client calls itself." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score
probe(struct probe *p)
{
	struct cursor c = p->own;
	struct header h;

	if (!take_header(&c, &h))
		return p->is_start ? PROBE_MORE : PROBE_NO;
	if (h.size <= MONGODB_HEADER_SIZE || h.size > MONGODB_SIZE_MAX ||
	    (h.operation != MONGODB_REPLY && h.operation != MONGODB_QUERY &&
	    h.operation != MONGODB_MSG))
		return PROBE_NO;
	if (h.size < cursor_left(&p->own))
		return PROBE_NO;
	if (!is_body(&c, &h))
		return !cursor_ok(&c) && p->is_start &&
		    cursor_left(&p->own) < h.size ? PROBE_MORE : PROBE_NO;
	p->sender = h.answers == 0 && h.operation != MONGODB_REPLY ?
	    ROLE_CLIENT : h.answers != 0 ? ROLE_SERVER : ROLE_UNKNOWN;
	return PROBE_SURE;
}

/* What stands before the first document, and its size. */
static bool
is_body(struct cursor *c, const struct header *h)
{
	struct cursor text;
	uint32_t flags = cursor_le32(c);
	uint32_t size;

	if (h->operation == MONGODB_REPLY) {
		cursor_skip(c, MONGODB_REPLY_SIZE - MONGODB_HEADER_SIZE - 4);
		return cursor_ok(c) && flags < 16 && h->answers != 0 &&
		    h->size >= MONGODB_REPLY_SIZE &&
		    (h->size == MONGODB_REPLY_SIZE ||
		    cursor_le32(c) <= h->size - MONGODB_REPLY_SIZE);
	}
	if (h->operation == MONGODB_QUERY) {
		if (flags > 0xff)
			return false;
		if (memchr(c->at, 0, cursor_left(c)) == NULL) {
			c->failed = cursor_left(c) < MONGODB_NAMESPACE_MAX;
			return false;
		}
		if (!take_namespace(c, &text))
			return false;
		cursor_skip(c, 4 + 4);
	} else if ((flags & ~(uint32_t)MONGODB_MORE_FLAGS) != 0 ||
	    cursor_u8(c) != 0) {
		return false;
	}
	size = cursor_le32(c);
	return cursor_ok(c) && size >= MONGODB_DOCUMENT_MIN &&
	    size < h->size;
}

static bool
take_header(struct cursor *c, struct header *h)
{
	h->size = cursor_le32(c);
	cursor_skip(c, 4);
	h->answers = cursor_le32(c);
	h->operation = cursor_le32(c);
	return cursor_ok(c);
}

/* Printable, and with a dot behind the database, which the text becomes. */
static bool
take_namespace(struct cursor *c, struct cursor *database)
{
	const uint8_t *dot;

	if (!framing_take_text(c, database) || cursor_left(database) == 0 ||
	    cursor_left(database) > MONGODB_NAMESPACE_MAX)
		return false;
	for (const uint8_t *at = database->at; at < database->end; at++) {
		if (*at < ' ')
			return false;
	}
	dot = memchr(database->at, '.', cursor_left(database));
	if (dot == NULL || dot == database->at)
		return false;
	database->end = dot;
	return true;
}

static void
feed(struct dissection *d)
{
	struct mongodb_state *state = d->state;
	struct cursor c = d->bytes;
	struct cursor message;
	struct header h;

	if (d->sender == ROLE_SERVER) {
		d->is_side_done = true;
		return;
	}
	while (take_header(&c, &h)) {
		if (h.size < MONGODB_HEADER_SIZE ||
		    h.size > MONGODB_SIZE_MAX) {
			d->is_done = true;
			return;
		}
		if (!framing_take(d, h.size, &message))
			return;
		cursor_skip(&message, MONGODB_HEADER_SIZE);
		read_request(d, h.operation, &message);
		if (++state->messages == MONGODB_MESSAGES_MAX) {
			d->is_done = true;
			return;
		}
		c = d->bytes;
	}
}

static void
read_request(struct dissection *d, uint32_t operation, struct cursor *c)
{
	struct cursor database;

	cursor_skip(c, 4);
	if (operation == MONGODB_MSG) {
		if (cursor_u8(c) == 0)
			read_command(d, *c);
		return;
	}
	if (operation != MONGODB_QUERY || !take_namespace(c, &database))
		return;
	dissection_text(d, MONGODB_DATABASE, database.at,
	    cursor_left(&database));
	cursor_skip(c, 4 + 4);
	read_command(d, *c);
}

/* The first member's name is the command. */
static void
read_command(struct dissection *d, struct cursor c)
{
	struct element e;
	bool is_first = true;

	cursor_skip(&c, 4);
	while (take_element(&c, &e)) {
		if (is_first)
			dissection_item(d, MONGODB_COMMANDS, e.name.at,
			    cursor_left(&e.name));
		else if (is_named(&e, "$db"))
			note_text(d, MONGODB_DATABASE, &e);
		else if (is_named(&e, "client") && e.type == BSON_DOCUMENT)
			read_client(d, e.value);
		is_first = false;
	}
}

/* Of "hello" and "isMaster": who the client is. */
static void
read_client(struct dissection *d, struct cursor c)
{
	struct element e;

	while (take_element(&c, &e)) {
		if (e.type != BSON_DOCUMENT)
			continue;
		if (is_named(&e, "driver"))
			read_name(d, MONGODB_DRIVER, e.value);
		else if (is_named(&e, "application"))
			read_name(d, MONGODB_APPLICATION, e.value);
	}
}

static void
read_name(struct dissection *d, enum mongodb_fact field, struct cursor c)
{
	struct element e;

	while (take_element(&c, &e)) {
		if (is_named(&e, "name"))
			note_text(d, field, &e);
	}
}

/* False at the end, and for a type that is not known. */
static bool
take_element(struct cursor *c, struct element *e)
{
	e->type = cursor_u8(c);
	return e->type != 0 && framing_take_text(c, &e->name) &&
	    take_value(c, e);
}

/* bsonspec.org, "element"; the value is without its size. */
static bool
take_value(struct cursor *c, struct element *e)
{
	static const int8_t sizes[] = { -1, 8, -1, -1, -1, -1, 0, 12, 1, 8, 0,
	    -1, -1, -1, -1, -1, 4, 8, 8, 16 };
	uint32_t size;

	if (e->type < sizeof sizes && sizes[e->type] >= 0) {
		e->value = cursor_sub(c, (size_t)sizes[e->type]);
		return cursor_ok(c);
	}
	size = cursor_le32(c);
	switch (e->type) {
	case BSON_TEXT:
		break;
	case BSON_DOCUMENT:
	case 4:		/* array: the size counts itself */
		if (size < MONGODB_DOCUMENT_MIN)
			return false;
		size -= 4;
		break;
	case 5:		/* bytes, with a subtype */
		cursor_skip(c, 1);
		break;
	default:
		return false;
	}
	e->value = cursor_sub(c, size);
	return cursor_ok(c);
}

static void
note_text(struct dissection *d, enum mongodb_fact field,
    const struct element *e)
{
	size_t size = cursor_left(&e->value);

	if (e->type == BSON_TEXT && size > 0)
		dissection_text(d, field, e->value.at, size - 1);
}

static bool
is_named(const struct element *e, const char *word)
{
	return framing_is(e->name, word);
}

const struct application application_mongodb = {
	.name = "mongodb",
	.title = "MongoDB wire protocol",
	.source = "MongoDB manual, MongoDB Wire Protocol",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 27017, 27018, 27019 },
	.state_size = sizeof(struct mongodb_state),
	.probe = probe,
	.feed = feed,
	.fields = fields
};
