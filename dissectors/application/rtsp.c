/*
 * RTSP, the Real Time Streaming Protocol (RFC 2326, RFC 7826): requests and
 * responses like those of HTTP, and later media in between, each piece behind
 * "$", a channel and a size of two bytes.
 *
 *   DESCRIBE rtsp://example.org/film RTSP/1.0     RTSP/1.0 200 OK
 *
 * When media plays, nothing more is read.
 */
#include "dissect/line.h"

enum { RTSP_MESSAGES_MAX = 16 };

enum rtsp_fact {
	RTSP_METHODS,
	RTSP_URL,
	RTSP_USER_AGENT,
	RTSP_SERVER,
	RTSP_STATUS
};

struct rtsp_state {
	uint8_t	messages;
};

static enum probe_score	probe(struct probe *);
static bool		is_request(const struct line *);
static void		feed(struct dissection *);
static void		take_line(struct dissection *, const struct line *);

static const char *const methods[] = { "OPTIONS ", "DESCRIBE ", "SETUP ",
    "PLAY ", "ANNOUNCE ", "GET_PARAMETER ", "SET_PARAMETER ", "RECORD ",
    "PAUSE ", "TEARDOWN ", "REDIRECT ", "PLAY_NOTIFY ", NULL };

static const struct fact_field fields[] = {
	[RTSP_METHODS] = { "methods", FACT_LIST, false, NULL,
	    "The methods of the requests, each once." },
	[RTSP_URL] = { "url", FACT_TEXT, false, NULL,
	    "What the first request is about." },
	[RTSP_USER_AGENT] = { "user_agent", FACT_TEXT, false, NULL,
	    "The client's program." },
	[RTSP_SERVER] = { "server", FACT_TEXT, false, NULL,
	    "The server's program." },
	[RTSP_STATUS] = { "status", FACT_NUMBER, false, NULL,
	    "The last response's status." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score
probe(struct probe *p)
{
	static const char *const responses[] = { "RTSP/1.0 ", "RTSP/2.0 ",
	    NULL };
	enum probe_score more = p->is_start ? PROBE_MORE : PROBE_NO;
	enum probe_score fit = line_begin(&p->own, responses);
	struct line line = { p->own.at, cursor_left(&p->own) };

	if (fit == PROBE_SURE) {
		p->sender = ROLE_SERVER;
		return PROBE_SURE;
	}
	if (fit == PROBE_NO)
		fit = line_begin(&p->own, methods);
	if (fit != PROBE_SURE)
		return fit == PROBE_MORE ? more : PROBE_NO;
	if (!line_take(&p->own, &line))
		return line_is_text(&line) ? more : PROBE_NO;
	p->sender = ROLE_CLIENT;
	return is_request(&line) ? PROBE_SURE : PROBE_NO;
}

static bool
is_request(const struct line *line)
{
	struct line rest = *line;

	(void)line_word(&rest);
	return line_word(&rest).size > 0 && (line_is(&rest, " RTSP/1.0") ||
	    line_is(&rest, " RTSP/2.0"));
}

static void
feed(struct dissection *d)
{
	struct rtsp_state *state = d->state;
	struct line line;

	while (cursor_left(&d->bytes) > 0) {
		if (*d->bytes.at == '$') {
			d->is_done = true;
			return;
		}
		if (!line_next(d, &line))
			return;
		take_line(d, &line);
		if (line.size == 0)
			d->is_done = state->messages >= RTSP_MESSAGES_MAX;
	}
}

static void
take_line(struct dissection *d, const struct line *line)
{
	struct rtsp_state *state = d->state;
	struct line rest = *line;
	struct line value;
	uint32_t status;

	if (line_begins(line, "RTSP/")) {
		(void)line_word(&rest);
		value = line_word(&rest);
		if (line_number(&value, 999, &status))
			dissection_set(d, RTSP_STATUS, status);
		state->messages++;
	} else if (line_begins_any(line, methods) && is_request(line)) {
		line_note_item(d, RTSP_METHODS, line_word(&rest));
		line_note(d, RTSP_URL, line_word(&rest));
		state->messages++;
	} else if (line_field(line, "User-Agent", &value)) {
		line_note(d, RTSP_USER_AGENT, value);
	} else if (line_field(line, "Server", &value)) {
		line_note(d, RTSP_SERVER, value);
	}
}

const struct application application_rtsp = {
	.name = "rtsp",
	.title = "Real Time Streaming Protocol",
	.source = "RFC 2326, RFC 7826",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 554, 8554 },
	.state_size = sizeof(struct rtsp_state),
	.probe = probe,
	.feed = feed,
	.fields = fields
};
