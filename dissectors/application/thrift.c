/*
 * Apache Thrift (thrift.apache.org, "Thrift Binary protocol encoding" and
 * "Thrift Compact protocol encoding"), with or without a size of four bytes
 * before each message.
 *
 *   binary:  0x80, 1, 0, type, size of the name (4), name, sequence (4)
 *   compact: 0x82, type (3 bits) and 1 (5 bits), sequence (1 to 5 bytes),
 *            size of the name (1 to 5 bytes), name
 */
#include "dissect/application.h"

enum {
	THRIFT_FRAME_SIZE = 4,
	THRIFT_COMPACT = 0x82,
	THRIFT_CALL = 1,
	THRIFT_REPLY,
	THRIFT_EXCEPTION,
	THRIFT_ONEWAY,
	THRIFT_NAME_MAX = 255,
	THRIFT_VARINT_MAX = 5,
	THRIFT_SIZE_MAX = 16 << 20,
	THRIFT_SEEN_MIN = 8	/* a compact message's header, at least */
};

#define THRIFT_BINARY UINT32_C(0x80010000)

enum thrift_fact {
	THRIFT_ENCODING,
	THRIFT_METHOD,
	THRIFT_RESULT
};

struct thrift_message {
	bool		is_compact;
	uint8_t		type;
	struct cursor	name;
};

static const struct fact_field fields[] = {
	[THRIFT_ENCODING] = { "encoding", FACT_TEXT, false, NULL,
	    "binary or compact." },
	[THRIFT_METHOD] = { "method", FACT_TEXT, false, NULL,
	    "Method that is called first." },
	[THRIFT_RESULT] = { "result", FACT_TEXT, false, NULL,
	    "Of the first answer: reply or exception." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static bool		is_begin(const struct cursor *);
static bool		read_message(struct cursor *,
			    struct thrift_message *);
static bool		read_compact(struct cursor *,
			    struct thrift_message *);
static uint32_t		take_varint(struct cursor *);
static bool		is_name(const struct cursor *);
static void		feed(struct dissection *);

/* Compact messages are short: over TCP they must have a size before them, and
   over UDP a name of some letters. */
static enum probe_score
probe(struct probe *p)
{
	struct thrift_message m;
	const uint8_t *at = cursor_peek(&p->own, THRIFT_SEEN_MIN);
	bool has_size = at != NULL && (at[0] & 0x80) == 0;

	if (at == NULL && !p->is_datagram)
		return is_begin(&p->own) ? PROBE_MORE : PROBE_NO;
	if (at == NULL || !read_message(&p->own, &m))
		return PROBE_NO;
	if (!p->is_datagram && m.is_compact && !has_size)
		return PROBE_NO;
	p->sender = m.type == THRIFT_REPLY || m.type == THRIFT_EXCEPTION ?
	    ROLE_SERVER : ROLE_CLIENT;
	if (!m.is_compact)
		return PROBE_SURE;
	return cursor_left(&m.name) >= 3 ? PROBE_LIKELY : PROBE_NO;
}

/* A version, or a size that is no large one and perhaps a version. */
static bool
is_begin(const struct cursor *c)
{
	size_t size = cursor_left(c);
	const uint8_t *at = c->at;

	if (size > 0 && at[0] == 0) {
		if (size <= THRIFT_FRAME_SIZE)
			return true;
		at += THRIFT_FRAME_SIZE;
		size -= THRIFT_FRAME_SIZE;
	}
	return size > 0 && (at[0] == THRIFT_COMPACT || (at[0] == 0x80 &&
	    (size == 1 || at[1] == 1)));
}

static bool
read_message(struct cursor *c, struct thrift_message *m)
{
	const uint8_t *at = cursor_peek(c, THRIFT_FRAME_SIZE);
	uint32_t first;

	if (at == NULL)
		return false;
	if ((at[0] & 0x80) == 0) {
		if (bytes_be32(at) > THRIFT_SIZE_MAX)
			return false;
		cursor_skip(c, THRIFT_FRAME_SIZE);
	}
	at = cursor_peek(c, THRIFT_FRAME_SIZE);
	if (at == NULL)
		return false;
	if (at[0] == THRIFT_COMPACT)
		return read_compact(c, m);
	first = cursor_be32(c);
	m->is_compact = false;
	m->type = first & UINT8_MAX;
	if ((first & ~UINT32_C(0xff)) != THRIFT_BINARY ||
	    m->type < THRIFT_CALL || m->type > THRIFT_ONEWAY)
		return false;
	m->name = cursor_sub(c, cursor_be32(c));
	cursor_skip(c, 4);
	return cursor_ok(c) && is_name(&m->name);
}

static bool
read_compact(struct cursor *c, struct thrift_message *m)
{
	uint8_t second;

	cursor_skip(c, 1);
	second = cursor_u8(c);
	m->is_compact = true;
	m->type = second >> 5;
	if ((second & 31) != 1 || m->type < THRIFT_CALL ||
	    m->type > THRIFT_ONEWAY)
		return false;
	(void)take_varint(c);
	m->name = cursor_sub(c, take_varint(c));
	return cursor_ok(c) && is_name(&m->name);
}

static uint32_t
take_varint(struct cursor *c)
{
	uint64_t value = 0;

	for (int i = 0; i < THRIFT_VARINT_MAX; i++) {
		uint8_t byte = cursor_u8(c);

		value |= (uint64_t)(byte & 0x7f) << (7 * i);
		if ((byte & 0x80) == 0)
			return (uint32_t)value;
	}
	c->failed = true;
	return 0;
}

/* An identifier, or of several services "service:method". */
static bool
is_name(const struct cursor *c)
{
	for (const uint8_t *at = c->at; at < c->end; at++) {
		if ((*at < 'a' || *at > 'z') && (*at < 'A' || *at > 'Z') &&
		    (*at < '0' || *at > '9') && *at != '_' && *at != ':' &&
		    *at != '.' && *at != '-')
			return false;
	}
	return cursor_left(c) > 0 && cursor_left(c) <= THRIFT_NAME_MAX;
}

static void
feed(struct dissection *d)
{
	struct cursor c = d->bytes;
	struct thrift_message m;

	if (!read_message(&c, &m)) {
		d->is_side_done = d->is_full || d->is_datagram ||
		    cursor_left(&d->bytes) > THRIFT_NAME_MAX + 16;
		return;
	}
	dissection_word(d, THRIFT_ENCODING, m.is_compact ? "compact" :
	    "binary");
	if (m.type == THRIFT_CALL || m.type == THRIFT_ONEWAY)
		dissection_text(d, THRIFT_METHOD, m.name.at,
		    cursor_left(&m.name));
	else
		dissection_word(d, THRIFT_RESULT, m.type == THRIFT_REPLY ?
		    "reply" : "exception");
	d->is_side_done = true;
}

const struct application application_thrift = {
	.name = "thrift",
	.title = "Apache Thrift",
	.source = "thrift.apache.org",
	.transports = APPLICATION_TCP | APPLICATION_UDP,
	.tcp_ports = { 0 },
	.udp_ports = { 6831, 6832 },
	.starts = { { 0, 2 }, { 0x80, 0x83 } },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
