/*
 * POP3, the Post Office Protocol (RFC 1939; RFC 2595 for TLS). Lines; the
 * server greets, the client commands:
 *
 *   S: +OK ready            C: USER ann            S: +OK
 *
 * The password is the last that is looked at.
 */
#include "dissect/line.h"

enum pop3_fact {
	POP3_BANNER,
	POP3_USER
};

struct pop3_state {
	bool	is_asking_tls;
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static void		take_command(struct dissection *, struct line);
static void		take_reply(struct dissection *, struct line);

static const struct fact_field fields[] = {
	[POP3_BANNER] = { "banner", FACT_TEXT, false, NULL,
	    "The line with which the server greets." },
	[POP3_USER] = { "user", FACT_TEXT, false, NULL,
	    "The user who logs in." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score
probe(struct probe *p)
{
	static const char *const greetings[] = { "+OK ", "+OK\r", "-ERR ",
	    NULL };
	static const char *const names[] = { "pop3", "pop server",
	    "dovecot", NULL };
	static const char *const commands[] = { "USER ", "APOP ", "CAPA\r",
	    "CAPA\n", "AUTH\r", "AUTH ", "STLS\r", NULL };
	static const char *const own_commands[] = { "APOP ", NULL };
	static const struct line_greeting greeting = { greetings, names,
	    commands, own_commands, false };

	return line_probe(p, &greeting);
}

static void
feed(struct dissection *d)
{
	line_feed(d, take_command, take_reply);
}

static void
take_command(struct dissection *d, struct line line)
{
	struct pop3_state *state = d->state;
	struct line rest = line;
	struct line word = line_word(&rest);

	state->is_asking_tls = line_is(&word, "STLS");
	if (line_is(&word, "USER"))
		line_note(d, POP3_USER, line_trimmed(rest));
	else if (line_is(&word, "APOP"))
		line_note(d, POP3_USER, line_word(&rest));
	d->is_done = line_is(&word, "APOP") || line_is(&word, "PASS") ||
	    (line_is(&word, "AUTH") && line_trimmed(rest).size > 0);
}

static void
take_reply(struct dissection *d, struct line line)
{
	struct pop3_state *state = d->state;

	if (!line_begins(&line, "+OK")) {
		state->is_asking_tls = false;
		return;
	}
	if (state->is_asking_tls)
		dissection_switch(d, "tls");
	else if (line.size > 4)
		dissection_text(d, POP3_BANNER, line.at + 4, line.size - 4);
}

const struct application application_pop3 = {
	.name = "pop3",
	.title = "Post Office Protocol",
	.source = "RFC 1939, RFC 2595",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 110, 995 },
	.state_size = sizeof(struct pop3_state),
	.probe = probe,
	.feed = feed,
	.fields = fields
};
