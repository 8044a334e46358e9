/*
 * HTTP/2 (RFC 9113) without TLS: the client begins with a fixed preface, and
 * either side then says frames, of which the first is SETTINGS.
 *
 *   size (3), type, flags, stream (4), payload
 *
 * Header fields are compressed (RFC 7541) and not unpacked, but for one value
 * that is looked for as it is written, plain or in Huffman's code: the media
 * type of gRPC.
 */
#include <string.h>

#include "dissect/application.h"

enum {
	HTTP2_PREFACE_SIZE = 24,
	HTTP2_FRAME_SIZE = 9,
	HTTP2_HEADERS = 1,
	HTTP2_SETTINGS = 4,
	HTTP2_SETTING_SIZE = 6,
	HTTP2_SETTINGS_MAX = 10,
	HTTP2_SETTING_LAST = 9,		/* RFC 8441, RFC 9218 */
	HTTP2_HEADERS_MAX = 2048	/* that are waited for */
};

enum http2_fact {
	HTTP2_STREAMS,
	HTTP2_GRPC
};

struct http2_state {
	bool		has_begun;	/* the client */
	uint32_t	last;		/* stream that the client opened */
};

static const struct fact_field fields[] = {
	[HTTP2_STREAMS] = { "streams", FACT_NUMBER, false, "streams",
	    "Requests: streams that the client opened." },
	[HTTP2_GRPC] = { "grpc", FACT_BOOL, false, NULL,
	    "Calls of gRPC were seen." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

static enum probe_score	probe(struct probe *);
static enum probe_score	probe_settings(struct probe *);
static void		feed(struct dissection *);
static bool		take_preface(struct dissection *);
static bool		take_frame(struct dissection *);
static void		note_headers(struct dissection *, uint32_t,
			    struct cursor);
static bool		has_bytes(const struct cursor *, const char *,
			    size_t);

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
	if (d->sender == ROLE_SERVER) {
		d->is_side_done = true;
		return;
	}
	while (take_frame(d))
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
		note_headers(d, bytes_be32(at + 5), c);
	}
	cursor_skip(&d->bytes, HTTP2_FRAME_SIZE);
	if (size > cursor_left(&d->bytes)) {
		d->skip = size - (uint32_t)cursor_left(&d->bytes);
		size -= d->skip;
	}
	cursor_skip(&d->bytes, size);
	return d->skip == 0;
}

/* The first on a stream opens it; others are trailers. */
static void
note_headers(struct dissection *d, uint32_t stream, struct cursor block)
{
	static const char plain[] = "application/grpc";
	/* The same by RFC 7541 Appendix B, 88 bits. */
	static const char packed[] =
	    "\x1d\x75\xd0\x62\x0d\x26\x3d\x4c\x4d\x65\x64";
	struct http2_state *state = d->state;

	if (stream <= state->last)
		return;
	state->last = stream;
	dissection_count(d, HTTP2_STREAMS, 1);
	if (!dissection_has(d, HTTP2_GRPC) &&
	    (has_bytes(&block, plain, sizeof plain - 1) ||
	    has_bytes(&block, packed, sizeof packed - 1)))
		dissection_number(d, HTTP2_GRPC, true);
}

static bool
has_bytes(const struct cursor *c, const char *bytes, size_t size)
{
	for (const uint8_t *at = c->at; (size_t)(c->end - at) >= size; at++) {
		if (memcmp(at, bytes, size) == 0)
			return true;
	}
	return false;
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
