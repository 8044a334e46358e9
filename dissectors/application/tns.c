/*
 * TNS, the Transparent Network Substrate under Oracle Net, as Oracle's Net
 * Services documents and long public practice describe it: the client sends
 * CONNECT with what it wants in parentheses, the server says ACCEPT, REFUSE,
 * REDIRECT or RESEND.
 *
 *   uint16 size, uint16 checksum, uint8 type, uint8 0, uint16 checksum, then
 *   of CONNECT: uint16 version, uint16 oldest version, uint16 options,
 *   uint16 SDU, uint16 TDU, byte[4], uint16 0 or 1 in the sender's order,
 *   uint16 size of the text, uint16 its offset in the packet, ...
 *   "(DESCRIPTION=(CONNECT_DATA=(SERVICE_NAME=orcl)(CID=(PROGRAM=...)..."
 */
#include <string.h>

#include "dissect/application.h"

enum {
	TNS_HEADER_SIZE = 8,
	TNS_CONNECT_SIZE = 34,		/* as the oldest clients send it */
	TNS_VERSION_MIN = 300,
	TNS_VERSION_MAX = 400,
	TNS_VALUE_MAX = 128		/* bytes of a value */
};

enum tns_type {
	TNS_CONNECT = 1,
	TNS_ACCEPT = 2,
	TNS_REFUSE = 4,
	TNS_REDIRECT = 5,
	TNS_DATA = 6,
	TNS_RESEND = 11
};

enum tns_fact {
	TNS_SERVICE_NAME,
	TNS_SID,
	TNS_PROGRAM,
	TNS_HOST,
	TNS_USER,
	TNS_VERSION,
	TNS_RESULT,
	TNS_ERROR
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static enum probe_score	probe_connect(struct probe *, uint16_t);
static enum probe_score	probe_answer(struct probe *, uint8_t, uint16_t);
static bool		is_version(uint16_t);
static void		read_connect(struct dissection *, struct cursor);
static void		read_text(struct dissection *, struct cursor);
static void		read_answer(struct dissection *, uint8_t,
			    struct cursor);
static bool		find_value(struct cursor, const char *,
			    struct cursor *);
static bool		is_key(const uint8_t *, const char *, size_t);
static void		note_value(struct dissection *, enum tns_fact,
			    struct cursor, const char *);

static const struct fact_field fields[] = {
	[TNS_SERVICE_NAME] = { "service_name", FACT_TEXT, false, NULL,
	    "Service that the client asks for." },
	[TNS_SID] = { "sid", FACT_TEXT, false, NULL,
	    "Instance that the client asks for instead." },
	[TNS_PROGRAM] = { "program", FACT_TEXT, false, NULL,
	    "Program of the client." },
	[TNS_HOST] = { "host", FACT_TEXT, false, NULL,
	    "What the client calls its host." },
	[TNS_USER] = { "user", FACT_TEXT, false, NULL,
	    "The client's user on that host." },
	[TNS_VERSION] = { "version", FACT_NUMBER, false, NULL,
	    "Version of TNS that the client asks for." },
	[TNS_RESULT] = { "result", FACT_TEXT, false, NULL,
	    "What the server did: accept, refuse or redirect." },
	[TNS_ERROR] = { "error", FACT_TEXT, false, NULL,
	    "Oracle's number of the error with which it refused." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score
probe(struct probe *p)
{
	const uint8_t *header = cursor_peek(&p->own, TNS_HEADER_SIZE);
	uint16_t size;

	if (header == NULL)
		return p->is_start ? PROBE_MORE : PROBE_NO;
	size = bytes_be16(header);
	if (bytes_be16(header + 2) != 0 || header[5] != 0 ||
	    bytes_be16(header + 6) != 0 || size < TNS_HEADER_SIZE)
		return PROBE_NO;
	cursor_skip(&p->own, TNS_HEADER_SIZE);
	return header[4] == TNS_CONNECT ? probe_connect(p, size) :
	    probe_answer(p, header[4], size);
}

/* Checksums are zero in practice. */
static enum probe_score
probe_connect(struct probe *p, uint16_t size)
{
	const uint8_t *body = cursor_peek(&p->own, TNS_CONNECT_SIZE -
	    TNS_HEADER_SIZE);

	if (size < TNS_CONNECT_SIZE)
		return PROBE_NO;
	if (body == NULL)
		return PROBE_MORE;
	if (!is_version(bytes_be16(body)) || !is_version(bytes_be16(body +
	    2)) || bytes_be16(body + 2) > bytes_be16(body) ||
	    bytes_be16(body + 18) < TNS_CONNECT_SIZE ||
	    bytes_be16(body + 18) > size)
		return PROBE_NO;
	p->sender = ROLE_CLIENT;
	return PROBE_SURE;
}

static enum probe_score
probe_answer(struct probe *p, uint8_t type, uint16_t size)
{
	const uint8_t *body = cursor_peek(&p->own, 5);

	p->sender = ROLE_SERVER;
	if (type == TNS_RESEND)
		return size == TNS_HEADER_SIZE && cursor_left(&p->own) == 0 ?
		    PROBE_LIKELY : PROBE_NO;
	if (size < 12 || body == NULL)
		return PROBE_NO;
	if (type == TNS_ACCEPT)
		return size >= 24 && size < 64 && is_version(bytes_be16(
		    body)) ? PROBE_LIKELY : PROBE_NO;
	return type == TNS_REFUSE && body[4] == '(' && size ==
	    TNS_HEADER_SIZE + 4 + bytes_be16(body + 2) ? PROBE_SURE :
	    PROBE_NO;
}

static inline bool
is_version(uint16_t version)
{
	return version >= TNS_VERSION_MIN && version < TNS_VERSION_MAX;
}

static void
feed(struct dissection *d)
{
	struct cursor c = d->bytes;
	uint16_t size = cursor_be16(&c);
	struct cursor body;
	uint8_t type;

	cursor_skip(&c, 2);
	type = cursor_u8(&c);
	cursor_skip(&c, 3);
	if (!cursor_ok(&c))
		return;
	if (size < TNS_HEADER_SIZE) {
		d->is_done = true;
		return;
	}
	body = cursor_sub(&c, size - (size_t)TNS_HEADER_SIZE);
	if (!cursor_ok(&c)) {
		d->is_done = d->is_full;
		return;
	}
	d->bytes = c;
	if (d->sender == ROLE_SERVER)
		read_answer(d, type, body);
	else if (type == TNS_CONNECT)
		read_connect(d, body);
	else if (type == TNS_DATA)
		read_text(d, body);
	else
		d->is_done = true;
}

/* A long text comes in a packet DATA of its own instead. */
static void
read_connect(struct dissection *d, struct cursor body)
{
	const uint8_t *fixed = cursor_take(&body, TNS_CONNECT_SIZE -
	    TNS_HEADER_SIZE);
	uint16_t offset;

	if (fixed == NULL) {
		d->is_done = true;
		return;
	}
	dissection_number(d, TNS_VERSION, bytes_be16(fixed));
	offset = bytes_be16(fixed + 18);
	if (offset < TNS_CONNECT_SIZE)
		return;
	cursor_skip(&body, offset - (size_t)TNS_CONNECT_SIZE);
	if (cursor_ok(&body) && cursor_left(&body) > 0)
		read_text(d, body);
}

static void
read_text(struct dissection *d, struct cursor text)
{
	struct cursor client;

	note_value(d, TNS_SERVICE_NAME, text, "SERVICE_NAME");
	note_value(d, TNS_SID, text, "SID");
	if (!find_value(text, "CID", &client))
		return;
	client.end = text.end;
	note_value(d, TNS_PROGRAM, client, "PROGRAM");
	note_value(d, TNS_HOST, client, "HOST");
	note_value(d, TNS_USER, client, "USER");
}

static void
read_answer(struct dissection *d, uint8_t type, struct cursor body)
{
	const char *word = type == TNS_ACCEPT ? "accept" :
	    type == TNS_REFUSE ? "refuse" :
	    type == TNS_REDIRECT ? "redirect" : NULL;

	if (type == TNS_RESEND)
		return;
	if (word != NULL)
		dissection_word(d, TNS_RESULT, word);
	if (type == TNS_REFUSE)
		note_value(d, TNS_ERROR, body, "ERR");
	d->is_done = true;
}

/* What stands behind "(KEY=", in either case, up to a parenthesis. */
static bool
find_value(struct cursor c, const char *key, struct cursor *value)
{
	size_t size = strlen(key);
	const uint8_t *at;

	while ((at = memchr(c.at, '(', cursor_left(&c))) != NULL) {
		cursor_skip(&c, (size_t)(at - c.at) + 1);
		if (cursor_left(&c) <= size || c.at[size] != '=' ||
		    !is_key(c.at, key, size))
			continue;
		cursor_skip(&c, size + 1);
		*value = c;
		at = memchr(c.at, ')', cursor_left(&c));
		if (at != NULL)
			value->end = at;
		return true;
	}
	return false;
}

/* The key is in upper case. */
static bool
is_key(const uint8_t *at, const char *key, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		uint8_t byte = at[i];

		if (byte >= 'a' && byte <= 'z')
			byte = (uint8_t)(byte - 'a' + 'A');
		if (byte != (uint8_t)key[i])
			return false;
	}
	return true;
}

static void
note_value(struct dissection *d, enum tns_fact field, struct cursor text,
    const char *key)
{
	struct cursor value;

	if (!find_value(text, key, &value))
		return;
	cursor_limit(&value, TNS_VALUE_MAX);
	dissection_text(d, field, value.at, cursor_left(&value));
}

const struct application application_tns = {
	.name = "tns",
	.title = "Oracle Net (Transparent Network Substrate)",
	.source = "Oracle Net Services Reference",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 1521, 1575, 1630 },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
