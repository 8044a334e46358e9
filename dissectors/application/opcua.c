/*
 * OPC UA over TCP (OPC 10000-6, 7.1): each chunk is
 *
 *   type "HEL" "ACK" "ERR" "RHE" "OPN" "CLO" "MSG", "F" "C" or "A",
 *   size of all (4, the least byte first), ...
 */
#include <string.h>

#include "dissect/application.h"

enum {
	OPCUA_HEADER_SIZE = 8,
	OPCUA_HELLO_FIXED = 20,		/* versions and sizes */
	OPCUA_CHUNK_MAX = 1 << 24,
	OPCUA_URL_MAX = 4096		/* 7.1.2.3 */
};

enum opcua_fact {
	OPCUA_ENDPOINT,
	OPCUA_POLICY,
	OPCUA_ERROR
};

static const struct fact_field fields[] = {
	[OPCUA_ENDPOINT] = { "endpoint", FACT_TEXT, false, NULL,
	    "URL of the server that the client calls." },
	[OPCUA_POLICY] = { "policy", FACT_TEXT, false, NULL,
	    "URI of the security policy." },
	[OPCUA_ERROR] = { "error", FACT_NUMBER, false, NULL,
	    "Status code of an error message." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static bool		is_type(const uint8_t *, const char *);
static void		feed(struct dissection *);
static void		note_chunk(struct dissection *, const uint8_t *,
			    struct cursor);
static struct cursor	take_text(struct cursor *);

static enum probe_score
probe(struct probe *p)
{
	static const char *const types[] = { "HELF", "ACKF", "ERRF", "RHEF",
	    "OPNF", "MSGF", "MSGC", "CLOF" };
	size_t held = cursor_left(&p->own);
	bool fits = false;
	uint32_t size;

	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		if (memcmp(p->own.at, types[i], held < 4 ? held : 4) == 0)
			fits = true;
	}
	if (!fits)
		return PROBE_NO;
	if (held < OPCUA_HEADER_SIZE)
		return PROBE_MORE;
	size = bytes_le32(p->own.at + 4);
	if (size < OPCUA_HEADER_SIZE || size > OPCUA_CHUNK_MAX)
		return PROBE_NO;
	if (is_type(p->own.at, "HEL"))
		p->sender = ROLE_CLIENT;
	else if (is_type(p->own.at, "ACK"))
		p->sender = ROLE_SERVER;
	return p->sender != ROLE_UNKNOWN || p->is_on_port ? PROBE_SURE :
	    PROBE_WEAK;
}

static bool
is_type(const uint8_t *at, const char *type)
{
	return memcmp(at, type, 3) == 0;
}

/* Until each side has opened the channel, or said that it does not. */
static void
feed(struct dissection *d)
{
	const uint8_t *header;
	struct cursor c = d->bytes;

	while (!d->is_side_done &&
	    (header = cursor_take(&c, OPCUA_HEADER_SIZE)) != NULL) {
		uint32_t size = bytes_le32(header + 4);
		struct cursor body;

		if (size < OPCUA_HEADER_SIZE) {
			d->is_side_done = true;
			return;
		}
		body = cursor_sub(&c, size - OPCUA_HEADER_SIZE);
		if (!cursor_ok(&c)) {
			d->is_side_done = d->is_full;
			return;
		}
		note_chunk(d, header, body);
		d->bytes = c;
		d->is_side_done = !is_type(header, "HEL") &&
		    !is_type(header, "ACK");
	}
}

static void
note_chunk(struct dissection *d, const uint8_t *header, struct cursor body)
{
	struct cursor text;

	if (is_type(header, "HEL")) {
		cursor_skip(&body, OPCUA_HELLO_FIXED);
		text = take_text(&body);
		dissection_text(d, OPCUA_ENDPOINT, text.at,
		    cursor_left(&text));
	} else if (is_type(header, "OPN")) {
		cursor_skip(&body, 4);
		text = take_text(&body);
		dissection_text(d, OPCUA_POLICY, text.at,
		    cursor_left(&text));
	} else if (is_type(header, "ERR")) {
		uint32_t code = cursor_le32(&body);

		if (cursor_ok(&body))
			dissection_number(d, OPCUA_ERROR, code);
	}
}

/* Its size in 4 bytes; all ones is none. */
static struct cursor
take_text(struct cursor *c)
{
	uint32_t size = cursor_le32(c);

	return cursor_sub(c, size <= OPCUA_URL_MAX ? size : 0);
}

const struct application application_opcua = {
	.name = "opcua",
	.title = "OPC Unified Architecture",
	.source = "OPC 10000-6",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 4840 },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
