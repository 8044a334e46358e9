/*
 * SSDP, the Simple Service Discovery Protocol (UPnP Device Architecture 2.0,
 * section 1): messages in HTTP's form, one a datagram.
 *
 *   "M-SEARCH * HTTP/1.1", "NOTIFY * HTTP/1.1" or "HTTP/1.1 200 OK"
 *   "Name: value", any number of lines
 */
#include <string.h>

#include "dissect/http_message.h"

enum { SSDP_MESSAGES_MAX = 8 };

enum ssdp_fact {
	SSDP_METHOD,
	SSDP_TARGET,
	SSDP_LOCATION,
	SSDP_SERVER,
	SSDP_USER_AGENT,
	SSDP_NAME
};

struct ssdp_state {
	uint8_t	messages[2];	/* by role less one */
};

struct ssdp_header {
	const char	*name;
	enum ssdp_fact	 fact;
};

static const struct fact_field fields[] = {
	[SSDP_METHOD] = { "method", FACT_TEXT, false, NULL,
	    "Method of the first request." },
	[SSDP_TARGET] = { "target", FACT_TEXT, false, NULL,
	    "What is searched for or announced first." },
	[SSDP_LOCATION] = { "location", FACT_TEXT, false, NULL,
	    "Where the device describes itself." },
	[SSDP_SERVER] = { "server", FACT_TEXT, false, NULL,
	    "What the device calls itself." },
	[SSDP_USER_AGENT] = { "user_agent", FACT_TEXT, false, NULL,
	    "What the searcher calls itself." },
	[SSDP_NAME] = { "usn", FACT_TEXT, false, NULL,
	    "Unique name of the first service." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static const struct ssdp_header headers[] = {
	{ "st", SSDP_TARGET }, { "nt", SSDP_TARGET },
	{ "location", SSDP_LOCATION }, { "server", SSDP_SERVER },
	{ "user-agent", SSDP_USER_AGENT }, { "usn", SSDP_NAME }
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static void		note_header(struct dissection *, struct cursor);

static enum probe_score
probe(struct probe *p)
{
	static const char search[] = "M-SEARCH * HTTP/1.";
	static const char notify[] = "NOTIFY * HTTP/1.";
	static const char found[] = "HTTP/1.1 200 OK\r\n";
	const uint8_t *at = p->own.at;
	size_t size = cursor_left(&p->own);

	if (size >= sizeof search && memcmp(at, search,
	    sizeof search - 1) == 0) {
		p->sender = ROLE_CLIENT;
		return PROBE_SURE;
	}
	if (size >= sizeof notify && memcmp(at, notify,
	    sizeof notify - 1) == 0)
		return PROBE_SURE;
	if (size < sizeof found || memcmp(at, found, sizeof found - 1) != 0)
		return PROBE_NO;
	p->sender = ROLE_SERVER;
	return PROBE_SURE;
}

static void
feed(struct dissection *d)
{
	struct ssdp_state *state = d->state;
	uint8_t *messages = &state->messages[d->sender - ROLE_CLIENT];
	struct http_request request;
	struct cursor line;

	if (http_take_line(&d->bytes, &line) &&
	    http_read_request(line, &request))
		dissection_text(d, SSDP_METHOD, request.method.at,
		    cursor_left(&request.method));
	while (http_take_line(&d->bytes, &line))
		note_header(d, line);
	d->is_side_done = ++*messages == SSDP_MESSAGES_MAX;
}

static void
note_header(struct dissection *d, struct cursor line)
{
	struct cursor name;
	struct cursor value;

	if (!http_read_field(line, &name, &value))
		return;
	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
		if (http_is(&name, headers[i].name))
			dissection_text(d, headers[i].fact, value.at,
			    cursor_left(&value));
	}
}

const struct application application_ssdp = {
	.name = "ssdp",
	.title = "Simple Service Discovery Protocol",
	.source = "UPnP Device Architecture 2.0",
	.transports = APPLICATION_UDP,
	.udp_ports = { 1900 },
	.state_size = sizeof(struct ssdp_state),
	.starts = { { 'H', 'N' + 1 } },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
