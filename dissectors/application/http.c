/*
 * HTTP/1.1 and its elders (RFC 9112, RFC 9110; RFC 1945 for 0.9). Each side
 * says messages one after the other:
 *
 *   "GET /path HTTP/1.1" or "HTTP/1.1 200 OK", CRLF
 *   "Name: value" CRLF, any number of them, CRLF
 *   a body: of Content-Length bytes, in chunks, or until the connection ends
 *
 * Bodies are not read. What follows CONNECT or an upgrade is another
 * protocol's.
 */
#include <string.h>

#include "dissect/http_message.h"

enum {
	HTTP_PENDING_MAX = 32,	/* requests whose response is waited for */
	HTTP_CHUNK_DIGITS = 15
};

/* What a side is to say next. */
enum http_phase {
	HTTP_START,
	HTTP_HEADER,
	HTTP_BODY,
	HTTP_CHUNK,
	HTTP_TRAILER,
	HTTP_WAITING,	/* CONNECT was said and not yet answered */
	HTTP_LOST,	/* a start line, but nobody knows when */
	HTTP_PHASES
};

enum http_fact {
	HTTP_METHOD,
	HTTP_HOST,
	HTTP_PATH,
	HTTP_STATUS,
	HTTP_USER_AGENT,
	HTTP_SERVER,
	HTTP_CONTENT_TYPE,
	HTTP_REQUESTS,
	HTTP_NO_FACT
};

struct http_side {
	uint64_t	left;		/* bytes of the body */
	uint8_t		phase;
	bool		has_length;
	bool		is_chunked;
	bool		is_cut;		/* the rest of a line is unwanted */
};

struct http_state {
	struct http_side sides[2];	/* by role less one */
	uint32_t	 heads;		/* bit n: the n-th that waits is HEAD */
	uint8_t		 pending;
	bool		 is_connecting;
	uint16_t	 status;
	const char	*upgrade;	/* what is spoken behind a 101 */
};

/* A header field that is looked at. */
struct http_header {
	const char		*name;
	enum application_role	 sender;	/* ROLE_UNKNOWN: either */
	enum http_fact		 fact;
	void			(*note)(struct http_state *,
				    struct http_side *, struct cursor);
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static bool		take_line(struct dissection *, struct http_side *,
			    struct cursor *);
static bool		take_start(struct dissection *, struct http_side *);
static bool		take_request(struct dissection *, struct cursor);
static void		note_target(struct dissection *, struct cursor);
static bool		take_header(struct dissection *, struct http_side *);
static bool		end_headers(struct dissection *, struct http_side *);
static bool		end_response(struct dissection *,
			    struct http_side *);
static bool		begin_body(struct http_side *);
static bool		take_body(struct dissection *, struct http_side *);
static bool		take_chunk(struct dissection *, struct http_side *);
static bool		take_trailer(struct dissection *,
			    struct http_side *);
static bool		wait_answer(struct dissection *, struct http_side *);
static bool		find_start(struct dissection *, struct http_side *);
static void		note_length(struct http_state *, struct http_side *,
			    struct cursor);
static void		note_encoding(struct http_state *,
			    struct http_side *, struct cursor);
static void		note_upgrade(struct http_state *,
			    struct http_side *, struct cursor);

static const struct fact_field fields[] = {
	[HTTP_METHOD] = { "method", FACT_TEXT, false, NULL,
	    "Method of the first request." },
	[HTTP_HOST] = { "host", FACT_TEXT, false, NULL,
	    "Host that the first request names, with its port if given." },
	[HTTP_PATH] = { "path", FACT_TEXT, false, NULL,
	    "Path of the first request, without its query." },
	[HTTP_STATUS] = { "status", FACT_NUMBER, false, NULL,
	    "Status of the first response that is not a provisional one." },
	[HTTP_USER_AGENT] = { "user_agent", FACT_TEXT, false, NULL,
	    "What the client calls itself." },
	[HTTP_SERVER] = { "server", FACT_TEXT, false, NULL,
	    "What the server calls itself." },
	[HTTP_CONTENT_TYPE] = { "content_type", FACT_TEXT, false, NULL,
	    "Media type of the first response that has one." },
	[HTTP_REQUESTS] = { "requests", FACT_NUMBER, false, "messages",
	    "Requests that were sent." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static const struct http_header headers[] = {
	{ "content-length", ROLE_UNKNOWN, HTTP_NO_FACT, note_length },
	{ "transfer-encoding", ROLE_UNKNOWN, HTTP_NO_FACT, note_encoding },
	{ "upgrade", ROLE_SERVER, HTTP_NO_FACT, note_upgrade },
	{ "host", ROLE_CLIENT, HTTP_HOST, NULL },
	{ "user-agent", ROLE_CLIENT, HTTP_USER_AGENT, NULL },
	{ "server", ROLE_SERVER, HTTP_SERVER, NULL },
	{ "content-type", ROLE_SERVER, HTTP_CONTENT_TYPE, NULL }
};

/* Each takes something and returns true, or cannot go on yet. */
static bool	(*const steps[HTTP_PHASES])(struct dissection *,
		    struct http_side *) = {
	[HTTP_START] = take_start,
	[HTTP_HEADER] = take_header,
	[HTTP_BODY] = take_body,
	[HTTP_CHUNK] = take_chunk,
	[HTTP_TRAILER] = take_trailer,
	[HTTP_WAITING] = wait_answer,
	[HTTP_LOST] = find_start
};

static enum probe_score
probe(struct probe *p)
{
	return http_probe(p);
}

static void
feed(struct dissection *d)
{
	struct http_state *state = d->state;
	struct http_side *side = &state->sides[d->sender - ROLE_CLIENT];

	if (d->is_behind_gap)
		*side = (struct http_side){ .phase = HTTP_LOST };
	while (cursor_left(&d->bytes) > 0 && steps[side->phase](d, side))
		continue;
}

/* Of a line that is too long to wait for, the beginning. */
static bool
take_line(struct dissection *d, struct http_side *side, struct cursor *line)
{
	if (side->is_cut) {
		side->is_cut = !http_take_line(&d->bytes, line);
		if (side->is_cut)
			d->bytes.at = d->bytes.end;
	}
	if (http_take_line(&d->bytes, line))
		return true;
	if (cursor_left(&d->bytes) < APPLICATION_HELD_MAX)
		return false;
	*line = d->bytes;
	d->bytes.at = d->bytes.end;
	side->is_cut = true;
	return true;
}

/* Empty lines before it are passed over (RFC 9112 2.2). */
static bool
take_start(struct dissection *d, struct http_side *side)
{
	struct http_state *state = d->state;
	struct cursor line;

	if (!take_line(d, side, &line))
		return false;
	if (cursor_left(&line) == 0)
		return true;
	*side = (struct http_side){ .phase = HTTP_HEADER,
	    .is_cut = side->is_cut };
	if (d->sender == ROLE_CLIENT ? take_request(d, line) :
	    http_read_status(line, &state->status))
		return true;
	side->phase = HTTP_LOST;
	return !d->is_done;
}

/* False when no header is to follow. */
static bool
take_request(struct dissection *d, struct cursor line)
{
	struct http_state *state = d->state;
	struct http_side *side = &state->sides[0];
	struct http_request r;

	if (side->is_cut) {
		/* The version is behind what can be seen. */
		if (!http_take_until(&line, ' ', &r.method))
			return false;
		r.target = line;
		r.has_version = true;
	} else if (!http_read_request(line, &r)) {
		return false;
	}
	state->is_connecting = http_is(&r.method, "connect");
	dissection_count(d, HTTP_REQUESTS, 1);
	if (!dissection_has(d, HTTP_METHOD)) {
		dissection_text(d, HTTP_METHOD, r.method.at,
		    cursor_left(&r.method));
		note_target(d, r.target);
	}
	if (state->pending < HTTP_PENDING_MAX)
		state->heads |= (uint32_t)http_is(&r.method, "head") <<
		    state->pending++;
	d->is_done = !r.has_version;
	return r.has_version;
}

/*
 * A path; or "http://user@host/path" (RFC 9112 3.2.2), whose user is not
 * for us; or, of CONNECT, "host:port".
 */
static void
note_target(struct dissection *d, struct cursor target)
{
	struct http_state *state = d->state;
	struct cursor host;
	struct cursor word;
	const uint8_t *at = target.at;
	const uint8_t *query;

	if (cursor_left(&target) > 7 && memcmp(at, "http://", 7) == 0) {
		cursor_skip(&target, 7);
		host = target;
		if (http_take_until(&target, '/', &word)) {
			host = word;
			target.at--;
		} else {
			target.at = target.end;
		}
		while (http_take_until(&host, '@', &word))
			continue;
		dissection_text(d, HTTP_HOST, host.at, cursor_left(&host));
	}
	query = memchr(target.at, '?', cursor_left(&target));
	if (query != NULL)
		target.end = query;
	dissection_text(d, state->is_connecting ? HTTP_HOST : HTTP_PATH,
	    target.at, cursor_left(&target));
}

static bool
take_header(struct dissection *d, struct http_side *side)
{
	struct cursor line;
	struct cursor name;
	struct cursor value;

	if (!take_line(d, side, &line))
		return false;
	if (cursor_left(&line) == 0)
		return end_headers(d, side);
	if (!http_read_field(line, &name, &value))
		return true;
	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
		const struct http_header *h = &headers[i];

		if ((h->sender != ROLE_UNKNOWN && h->sender != d->sender) ||
		    !http_is(&name, h->name))
			continue;
		if (h->note != NULL)
			h->note(d->state, side, value);
		else
			dissection_text(d, h->fact, value.at,
			    cursor_left(&value));
		break;
	}
	return true;
}

static bool
end_headers(struct dissection *d, struct http_side *side)
{
	struct http_state *state = d->state;

	if (d->sender == ROLE_SERVER)
		return end_response(d, side);
	if (state->is_connecting)
		side->phase = HTTP_WAITING;
	else if (!begin_body(side))
		side->phase = HTTP_START;
	return true;
}

/* Which responses have a body, and how it ends: RFC 9112 6.3. */
static bool
end_response(struct dissection *d, struct http_side *side)
{
	struct http_state *state = d->state;
	struct http_side *client = &state->sides[0];
	bool is_head = (state->heads & 1) != 0;

	side->phase = HTTP_START;
	if (state->status >= 100 && state->status < 200 &&
	    state->status != 101)
		return true;
	dissection_number(d, HTTP_STATUS, state->status);
	state->heads >>= 1;
	state->pending -= state->pending > 0;
	if (state->status == 101 ||
	    (state->is_connecting && state->status / 100 == 2)) {
		dissection_switch(d, state->status == 101 ? state->upgrade :
		    NULL);
		return false;
	}
	state->is_connecting = false;
	if (client->phase == HTTP_WAITING)
		client->phase = HTTP_START;
	if (is_head || state->status == 204 || state->status == 304 ||
	    begin_body(side))
		return true;
	d->is_side_done = true;
	return false;
}

/* False when nothing says where a body would end. */
static bool
begin_body(struct http_side *side)
{
	if (side->is_chunked)
		side->phase = HTTP_CHUNK;
	else if (side->has_length)
		side->phase = HTTP_BODY;
	return side->is_chunked || side->has_length;
}

/* A body, or a chunk with the CRLF behind it. */
static bool
take_body(struct dissection *d, struct http_side *side)
{
	size_t size = cursor_left(&d->bytes);

	if (size > side->left)
		size = (size_t)side->left;
	cursor_skip(&d->bytes, size);
	side->left -= size;
	if (side->left == 0) {
		side->phase = side->is_chunked ? HTTP_CHUNK : HTTP_START;
		return true;
	}
	d->skip = side->left < UINT32_MAX ? (uint32_t)side->left :
	    UINT32_MAX;
	side->left -= d->skip;
	return false;
}

/* The size of a chunk in hexadecimal digits: RFC 9112 7.1. */
static bool
take_chunk(struct dissection *d, struct http_side *side)
{
	struct cursor line;
	uint64_t size = 0;
	int digits = 0;

	if (!take_line(d, side, &line))
		return false;
	for (; line.at < line.end && digits <= HTTP_CHUNK_DIGITS; digits++) {
		uint8_t byte = *line.at++;

		if (byte >= '0' && byte <= '9')
			size = size << 4 | (uint64_t)(byte - '0');
		else if ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f')
			size = size << 4 | (uint64_t)((byte | 0x20) - 'a' +
			    10);
		else
			break;
	}
	if (digits == 0 || digits > HTTP_CHUNK_DIGITS) {
		side->phase = HTTP_LOST;
		return true;
	}
	side->left = size + 2;
	side->phase = size == 0 ? HTTP_TRAILER : HTTP_BODY;
	return true;
}

static bool
take_trailer(struct dissection *d, struct http_side *side)
{
	struct cursor line;

	if (!take_line(d, side, &line))
		return false;
	if (cursor_left(&line) == 0)
		side->phase = HTTP_START;
	return true;
}

/* The bytes are the tunnel's if the proxy agrees. */
static bool
wait_answer(struct dissection *d, struct http_side *side)
{
	(void)side;
	d->is_side_done = d->is_full;
	return false;
}

/* Behind a gap, or where the other side's words were not understood. */
static bool
find_start(struct dissection *d, struct http_side *side)
{
	struct http_state *state = d->state;
	struct probe p = { .own = d->bytes };

	if (http_probe(&p) >= PROBE_LIKELY && p.sender == d->sender) {
		*side = (struct http_side){ .phase = HTTP_START };
		return true;
	}
	state->heads = 0;
	state->pending = 0;
	d->bytes.at = d->bytes.end;
	return false;
}

static void
note_length(struct http_state *state, struct http_side *side,
    struct cursor value)
{
	uint64_t length = 0;

	(void)state;
	if (cursor_left(&value) == 0 || cursor_left(&value) > 18)
		return;
	for (; value.at < value.end; value.at++) {
		if (*value.at < '0' || *value.at > '9')
			return;
		length = length * 10 + (uint64_t)(*value.at - '0');
	}
	side->has_length = true;
	side->left = length;
}

static void
note_encoding(struct http_state *state, struct http_side *side,
    struct cursor value)
{
	(void)state;
	side->is_chunked = http_has(value, "chunked");
}

static void
note_upgrade(struct http_state *state, struct http_side *side,
    struct cursor value)
{
	(void)side;
	if (http_has(value, "websocket"))
		state->upgrade = "websocket";
	else if (http_has(value, "h2c"))
		state->upgrade = "http2";
}

const struct application application_http = {
	.name = "http",
	.title = "Hypertext Transfer Protocol, versions 0.9 to 1.1",
	.source = "RFC 9112, RFC 9110",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 80, 8080, 8008, 3128, 591, 5985,
	    631, 7547 },
	.state_size = sizeof(struct http_state),
	.survives_gaps = true,
	.probe = probe,
	.feed = feed,
	.fields = fields
};
