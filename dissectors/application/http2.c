/*
 * HTTP/2 (RFC 9113) without TLS: the client begins with a fixed preface, and
 * either side then says frames, of which the first is SETTINGS.
 *
 *   size (3), type, flags, stream (4), payload
 *   HEADERS: [padding (1)] [priority (5)] fields [padding]
 *
 * The fields of the first request and of the first answer are unpacked; what
 * later ones say depends on all that was said before, which is not kept.
 */
#include <stdlib.h>
#include <string.h>

#include "dissect/application.h"
#include "dissect/hpack.h"

enum {
	HTTP2_PREFACE_SIZE = 24,
	HTTP2_FRAME_SIZE = 9,
	HTTP2_HEADERS = 1,
	HTTP2_SETTINGS = 4,
	HTTP2_PADDED = 0x08,
	HTTP2_PRIORITY = 0x20,
	HTTP2_PRIORITY_SIZE = 5,
	HTTP2_SETTING_SIZE = 6,
	HTTP2_SETTINGS_MAX = 10,
	HTTP2_SETTING_LAST = 9,		/* RFC 8441, RFC 9218 */
	HTTP2_HEADERS_MAX = 2048,	/* that are waited for */
	HTTP2_FIELDS_MAX = 64,
	HTTP2_STATUS_SIZE = 3
};

enum http2_fact {
	HTTP2_METHOD,
	HTTP2_HOST,
	HTTP2_PATH,
	HTTP2_STATUS,
	HTTP2_USER_AGENT,
	HTTP2_SERVER,
	HTTP2_CONTENT_TYPE,
	HTTP2_STREAMS,
	HTTP2_GRPC
};

struct http2_state {
	bool		has_begun;	/* the client */
	uint32_t	last;		/* stream that the client opened */
};

/* A header field, who sends it, and the fact that it is. */
struct http2_header {
	const char		*name;
	enum application_role	 sender;
	enum http2_fact		 fact;
};

static const struct fact_field fields[] = {
	[HTTP2_METHOD] = { "method", FACT_TEXT, false, NULL,
	    "Method of the first request." },
	[HTTP2_HOST] = { "host", FACT_TEXT, false, NULL,
	    "Host that the first request names, with its port if given." },
	[HTTP2_PATH] = { "path", FACT_TEXT, false, NULL,
	    "Path of the first request, without its query; of gRPC, its "
	    "service and method." },
	[HTTP2_STATUS] = { "status", FACT_NUMBER, false, NULL,
	    "Status of the first response that is not a provisional one." },
	[HTTP2_USER_AGENT] = { "user_agent", FACT_TEXT, false, NULL,
	    "What the client calls itself." },
	[HTTP2_SERVER] = { "server", FACT_TEXT, false, NULL,
	    "What the server calls itself." },
	[HTTP2_CONTENT_TYPE] = { "content_type", FACT_TEXT, false, NULL,
	    "Media type of the first response." },
	[HTTP2_STREAMS] = { "streams", FACT_NUMBER, false, "streams",
	    "Requests: streams that the client opened." },
	[HTTP2_GRPC] = { "grpc", FACT_BOOL, false, NULL,
	    "The first request or answer is gRPC's." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static const struct http2_header headers[] = {
	{ ":method", ROLE_CLIENT, HTTP2_METHOD },
	{ ":authority", ROLE_CLIENT, HTTP2_HOST },
	{ "host", ROLE_CLIENT, HTTP2_HOST },
	{ ":path", ROLE_CLIENT, HTTP2_PATH },
	{ "user-agent", ROLE_CLIENT, HTTP2_USER_AGENT },
	{ "server", ROLE_SERVER, HTTP2_SERVER },
	{ "content-type", ROLE_SERVER, HTTP2_CONTENT_TYPE }
};

static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

static enum probe_score	probe(struct probe *);
static enum probe_score	probe_settings(struct probe *);
static void		feed(struct dissection *);
static bool		take_preface(struct dissection *);
static bool		take_frame(struct dissection *);
static void		open_stream(struct dissection *, uint32_t,
			    struct cursor, uint8_t);
static bool		take_block(struct cursor *, uint8_t);
static void		note_block(struct dissection *, struct cursor);
static void		note_field(struct dissection *,
			    const struct hpack_field *);
static bool		is_provisional(const struct hpack_field *);

static enum probe_score
probe(struct probe *p)
{
	size_t size = cursor_left(&p->own);

	p->sender = ROLE_CLIENT;
	if (memcmp(p->own.at, preface, size < HTTP2_PREFACE_SIZE ? size :
	    HTTP2_PREFACE_SIZE) == 0)
		return size < HTTP2_PREFACE_SIZE ? PROBE_MORE : PROBE_SURE;
	return p->is_start ? probe_settings(p) : PROBE_NO;
}

/* A server's: stream 0, no acknowledgement, settings that are known. */
static enum probe_score
probe_settings(struct probe *p)
{
	static const uint8_t form[HTTP2_FRAME_SIZE] = {
		0, 0, 0, HTTP2_SETTINGS
	};
	size_t left = cursor_left(&p->own);
	const uint8_t *at = p->own.at;
	struct cursor settings;
	uint32_t size;

	for (size_t i = 0; i < left && i < HTTP2_FRAME_SIZE; i++) {
		if (i != 2 && at[i] != form[i])
			return PROBE_NO;
	}
	if (left < HTTP2_FRAME_SIZE)
		return PROBE_MORE;
	cursor_skip(&p->own, HTTP2_FRAME_SIZE);
	size = bytes_be24(at);
	if (size % HTTP2_SETTING_SIZE != 0 ||
	    size > HTTP2_SETTINGS_MAX * HTTP2_SETTING_SIZE)
		return PROBE_NO;
	settings = cursor_sub(&p->own, size);
	while (cursor_left(&settings) > 0) {
		uint16_t setting = cursor_be16(&settings);

		cursor_skip(&settings, 4);
		if (setting == 0 || setting > HTTP2_SETTING_LAST)
			return PROBE_NO;
	}
	p->sender = ROLE_SERVER;
	return PROBE_LIKELY;
}

static void
feed(struct dissection *d)
{
	struct http2_state *state = d->state;

	if (d->sender == ROLE_CLIENT && !state->has_begun) {
		if (!take_preface(d))
			return;
		state->has_begun = true;
	}
	while (!d->is_side_done && take_frame(d))
		continue;
}

static bool
take_preface(struct dissection *d)
{
	size_t size = cursor_left(&d->bytes);

	if (memcmp(d->bytes.at, preface, size < HTTP2_PREFACE_SIZE ? size :
	    HTTP2_PREFACE_SIZE) != 0)
		d->is_done = true;
	if (size < HTTP2_PREFACE_SIZE || d->is_done)
		return false;
	cursor_skip(&d->bytes, HTTP2_PREFACE_SIZE);
	return true;
}

static bool
take_frame(struct dissection *d)
{
	struct cursor c = d->bytes;
	const uint8_t *at = cursor_take(&c, HTTP2_FRAME_SIZE);
	uint32_t size;

	if (at == NULL)
		return false;
	size = bytes_be24(at);
	if (at[3] == HTTP2_HEADERS) {
		if (cursor_left(&c) < size && size <= HTTP2_HEADERS_MAX)
			return false;
		cursor_limit(&c, size);
		open_stream(d, bytes_be32(at + 5), c, at[4]);
	}
	cursor_skip(&d->bytes, HTTP2_FRAME_SIZE);
	if (size > cursor_left(&d->bytes)) {
		d->skip = size - (uint32_t)cursor_left(&d->bytes);
		size -= d->skip;
	}
	cursor_skip(&d->bytes, size);
	return d->skip == 0;
}

/*
 * The first of the client's on a stream opens it; others are trailers. Of the
 * server's the first tells, unless it is a provisional one.
 */
static void
open_stream(struct dissection *d, uint32_t stream, struct cursor block,
    uint8_t flags)
{
	struct http2_state *state = d->state;
	bool is_first = state->last == 0;

	if (d->sender == ROLE_CLIENT) {
		if (stream <= state->last)
			return;
		state->last = stream;
		dissection_count(d, HTTP2_STREAMS, 1);
		if (!is_first)
			return;
	}
	if (take_block(&block, flags))
		note_block(d, block);
	if (d->sender == ROLE_SERVER)
		d->is_side_done = dissection_has(d, HTTP2_STATUS);
}

/* The fields alone. */
static bool
take_block(struct cursor *c, uint8_t flags)
{
	uint8_t padding = (flags & HTTP2_PADDED) != 0 ? cursor_u8(c) : 0;

	if ((flags & HTTP2_PRIORITY) != 0)
		cursor_skip(c, HTTP2_PRIORITY_SIZE);
	if (!cursor_ok(c) || padding > cursor_left(c))
		return false;
	cursor_limit(c, cursor_left(c) - padding);
	return true;
}

static void
note_block(struct dissection *d, struct cursor block)
{
	struct hpack_field field;

	for (int i = 0; i < HTTP2_FIELDS_MAX; i++) {
		if (!hpack_take(&block, &field) || is_provisional(&field))
			return;
		note_field(d, &field);
	}
}

static void
note_field(struct dissection *d, const struct hpack_field *field)
{
	static const char grpc[] = "application/grpc";
	size_t size = field->value_size;

	if (strcmp(field->name, "content-type") == 0 &&
	    strncmp(field->value, grpc, sizeof grpc - 1) == 0 &&
	    !dissection_has(d, HTTP2_GRPC))
		dissection_number(d, HTTP2_GRPC, true);
	if (d->sender == ROLE_SERVER && strcmp(field->name, ":status") == 0 &&
	    size == HTTP2_STATUS_SIZE)
		dissection_number(d, HTTP2_STATUS,
		    strtoul(field->value, NULL, 10));
	if (strcmp(field->name, ":path") == 0)
		size = strcspn(field->value, "?");
	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
		if (headers[i].sender == d->sender &&
		    strcmp(headers[i].name, field->name) == 0 &&
		    !dissection_has(d, headers[i].fact))
			dissection_text(d, headers[i].fact, field->value,
			    size);
	}
}

/* Section 8.1: 1xx, which another answer follows. */
static bool
is_provisional(const struct hpack_field *field)
{
	return strcmp(field->name, ":status") == 0 && field->value[0] == '1';
}

const struct application application_http2 = {
	.name = "http2",
	.title = "Hypertext Transfer Protocol, version 2",
	.source = "RFC 9113",
	.transports = APPLICATION_TCP,
	.state_size = sizeof(struct http2_state),
	.probe = probe,
	.feed = feed,
	.fields = fields
};
