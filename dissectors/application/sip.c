/*
 * SIP, the Session Initiation Protocol (RFC 3261): requests and responses
 * like those of HTTP, over UDP and TCP.
 *
 *   INVITE sip:bob@example.org SIP/2.0     SIP/2.0 200 OK
 *   From: "Ann" <sip:ann@example.org>;tag=1
 *
 * A body's lines look like no header's, so that lines are all that is read,
 * up to the final response or a bounded number of messages.
 */
#include "dissect/line.h"

enum { SIP_MESSAGES_MAX = 16, SIP_FINAL = 200 };

enum sip_fact {
	SIP_METHOD,
	SIP_FROM,
	SIP_TO,
	SIP_USER_AGENT,
	SIP_STATUS
};

struct sip_state {
	uint8_t	messages;
	bool	is_response;	/* the message that is read */
	bool	is_final;
};

static enum probe_score	probe(struct probe *);
static bool		is_request(const struct line *);
static void		feed(struct dissection *);
static void		take_line(struct dissection *, const struct line *);
static void		take_header(struct dissection *,
			    const struct line *);
static struct line	address_of(struct line);

static const char *const methods[] = { "INVITE ", "REGISTER ", "OPTIONS ",
    "ACK ", "BYE ", "CANCEL ", "SUBSCRIBE ", "NOTIFY ", "PUBLISH ",
    "MESSAGE ", "INFO ", "REFER ", "UPDATE ", "PRACK ", NULL };

static const struct fact_field fields[] = {
	[SIP_METHOD] = { "method", FACT_TEXT, false, NULL,
	    "The method of the first request." },
	[SIP_FROM] = { "from", FACT_TEXT, false, NULL,
	    "The address of who asks." },
	[SIP_TO] = { "to", FACT_TEXT, false, NULL,
	    "The address of who is asked." },
	[SIP_USER_AGENT] = { "user_agent", FACT_TEXT, false, NULL,
	    "The program of who asks." },
	[SIP_STATUS] = { "status", FACT_NUMBER, false, NULL,
	    "The last response's status." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score
probe(struct probe *p)
{
	static const char *const responses[] = { "SIP/2.0 ", NULL };
	enum probe_score more = p->is_start && !p->is_datagram ? PROBE_MORE :
	    PROBE_NO;
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
	if (!line_take(&p->own, &line) && !p->is_datagram)
		return line_is_text(&line) ? more : PROBE_NO;
	p->sender = ROLE_CLIENT;
	return is_request(&line) ? PROBE_SURE : PROBE_NO;
}

/* Of a datagram that was cut off, the end of the line may be missing. */
static bool
is_request(const struct line *line)
{
	static const char *const schemes[] = { "sip:", "sips:", "tel:",
	    "urn:", NULL };
	struct line rest = *line;
	struct line word;

	(void)line_word(&rest);
	word = line_word(&rest);
	if (!line_begins_any(&word, schemes))
		return false;
	return rest.size == 0 || line_is(&rest, " SIP/2.0");
}

static void
feed(struct dissection *d)
{
	struct sip_state *state = d->state;
	struct line line;

	while (line_next(d, &line)) {
		take_line(d, &line);
		if (line.size == 0 && state->messages > 0)
			d->is_done = state->is_final ||
			    state->messages >= SIP_MESSAGES_MAX;
	}
	if (d->is_datagram && state->messages >= SIP_MESSAGES_MAX)
		d->is_done = true;
}

static void
take_line(struct dissection *d, const struct line *line)
{
	struct sip_state *state = d->state;
	struct line rest = *line;
	struct line word;
	uint32_t status;

	if (line_begins(line, "SIP/2.0 ")) {
		(void)line_word(&rest);
		word = line_word(&rest);
		if (!line_number(&word, 699, &status))
			return;
		dissection_set(d, SIP_STATUS, status);
		state->is_response = true;
		/* Who must say who he is (401, 407) asks again. */
		state->is_final = status >= SIP_FINAL && status != 401 &&
		    status != 407;
		state->messages++;
	} else if (line_begins_any(line, methods) && is_request(line)) {
		line_note(d, SIP_METHOD, line_word(&rest));
		state->is_response = false;
		state->is_final = false;
		state->messages++;
	} else {
		take_header(d, line);
	}
}

/* The short names are those of section 7.3.3. */
static void
take_header(struct dissection *d, const struct line *line)
{
	struct sip_state *state = d->state;
	struct line value;

	if (line_field(line, "From", &value) ||
	    line_field(line, "f", &value))
		line_note(d, SIP_FROM, address_of(value));
	else if (line_field(line, "To", &value) ||
	    line_field(line, "t", &value))
		line_note(d, SIP_TO, address_of(value));
	else if (!state->is_response &&
	    line_field(line, "User-Agent", &value))
		line_note(d, SIP_USER_AGENT, value);
}

/* Without the name before it and the parameters behind it. */
static struct line
address_of(struct line value)
{
	struct line inside = value;

	(void)line_until(&inside, '<');
	if (inside.size > 0)
		return line_until(&inside, '>');
	return line_trimmed(line_until(&value, ';'));
}

const struct application application_sip = {
	.name = "sip",
	.title = "Session Initiation Protocol",
	.source = "RFC 3261",
	.transports = APPLICATION_TCP | APPLICATION_UDP,
	.tcp_ports = { 5060, 5061 },
	.udp_ports = { 5060 },
	.state_size = sizeof(struct sip_state),
	.starts = { { 'A', 'Z' + 1 }, { 'a', 'z' + 1 } },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
