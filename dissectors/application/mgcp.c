/*
 * MGCP, by which a call agent controls gateways (RFC 3435, 3). A command is
 * lines of text, the first of which is
 *
 *   verb SP transaction SP endpoint SP "MGCP" SP version
 *
 * and a response begins with a code of three digits and the transaction.
 */
#include <string.h>

#include "dissect/application.h"

enum {
	MGCP_VERB_SIZE = 4,
	MGCP_TRANSACTION_MAX = 9,	/* digits */
	MGCP_MESSAGES_MAX = 32		/* that are looked at of a flow */
};

enum mgcp_fact {
	MGCP_VERBS,
	MGCP_ENDPOINT
};

struct mgcp_state {
	uint8_t	messages;
};

static const struct fact_field fields[] = {
	[MGCP_VERBS] = { "verbs", FACT_LIST, false, NULL,
	    "Commands in the first 32 messages, each once." },
	[MGCP_ENDPOINT] = { "endpoint", FACT_TEXT, false, NULL,
	    "The first endpoint that is named." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static bool		is_verb(const uint8_t *);
static bool		is_response(struct cursor);
static bool		take_endpoint(struct cursor, struct cursor *);
static size_t		count_digits(struct cursor *, size_t);
static void		feed(struct dissection *);

static enum probe_score
probe(struct probe *p)
{
	struct cursor endpoint;

	if (cursor_left(&p->own) < MGCP_VERB_SIZE)
		return PROBE_NO;
	if (is_verb(p->own.at))
		return take_endpoint(p->own, &endpoint) ? PROBE_SURE :
		    PROBE_NO;
	return p->is_on_port && is_response(p->own) ? PROBE_WEAK : PROBE_NO;
}

static bool
is_verb(const uint8_t *at)
{
	static const char verbs[] = "EPCFCRCXMDCXDLCXRQNTNTFYAUEPAUCXRSIP";

	for (size_t i = 0; i < sizeof verbs - 1; i += MGCP_VERB_SIZE) {
		if (memcmp(at, verbs + i, MGCP_VERB_SIZE) == 0)
			return true;
	}
	return false;
}

static bool
is_response(struct cursor c)
{
	return count_digits(&c, 3) == 3 && cursor_u8(&c) == ' ' &&
	    count_digits(&c, MGCP_TRANSACTION_MAX) > 0 &&
	    memchr(" \r\n", cursor_u8(&c), 3) != NULL;
}

/* From a whole first line of a command. Some end lines with CR alone. */
static bool
take_endpoint(struct cursor c, struct cursor *endpoint)
{
	static const char name[] = " MGCP ";
	const uint8_t *end;
	const uint8_t *at;

	cursor_skip(&c, MGCP_VERB_SIZE);
	if (cursor_u8(&c) != ' ' ||
	    count_digits(&c, MGCP_TRANSACTION_MAX) == 0 ||
	    cursor_u8(&c) != ' ')
		return false;
	end = memchr(c.at, '\n', cursor_left(&c));
	if (end == NULL)
		end = memchr(c.at, '\r', cursor_left(&c));
	if (end == NULL)
		return false;
	at = memchr(c.at, ' ', (size_t)(end - c.at));
	if (at == NULL || (size_t)(end - at) < sizeof name - 1 ||
	    memcmp(at, name, sizeof name - 1) != 0)
		return false;
	*endpoint = cursor_sub(&c, (size_t)(at - c.at));
	return true;
}

/* Takes digits, at most so many; returns how many there were. */
static size_t
count_digits(struct cursor *c, size_t most)
{
	size_t count = 0;

	while (count < most && cursor_left(c) > 0 && *c->at >= '0' &&
	    *c->at <= '9') {
		cursor_skip(c, 1);
		count++;
	}
	return count;
}

static void
feed(struct dissection *d)
{
	struct mgcp_state *state = d->state;
	struct cursor endpoint;

	if (cursor_left(&d->bytes) >= MGCP_VERB_SIZE &&
	    is_verb(d->bytes.at)) {
		dissection_item(d, MGCP_VERBS, d->bytes.at, MGCP_VERB_SIZE);
		if (take_endpoint(d->bytes, &endpoint))
			dissection_text(d, MGCP_ENDPOINT, endpoint.at,
			    cursor_left(&endpoint));
	}
	d->is_done = ++state->messages == MGCP_MESSAGES_MAX;
}

const struct application application_mgcp = {
	.name = "mgcp",
	.title = "Media Gateway Control Protocol",
	.source = "RFC 3435",
	.transports = APPLICATION_UDP,
	.udp_ports = { 2427, 2727 },
	.state_size = sizeof(struct mgcp_state),
	.starts = { { 'A', 'Z' + 1 } },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
