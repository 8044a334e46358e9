/*
 * NNTP, network news (RFC 3977; RFC 4642 for TLS, RFC 4643 for users).
 * Lines; the server greets, the client commands:
 *
 *   S: 200 news.example ready    C: MODE READER    C: GROUP misc.test
 *
 * The first group, or an article, is the last that is looked at.
 */
#include "dissect/line.h"

enum nntp_fact {
	NNTP_BANNER,
	NNTP_USER,
	NNTP_GROUP
};

struct nntp_state {
	bool	is_asking_tls;
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static void		take_command(struct dissection *, struct line);
static void		take_reply(struct dissection *, struct line);

static const struct fact_field fields[] = {
	[NNTP_BANNER] = { "banner", FACT_TEXT, false, NULL,
	    "The line with which the server greets." },
	[NNTP_USER] = { "user", FACT_TEXT, false, NULL,
	    "The user who logs in." },
	[NNTP_GROUP] = { "group", FACT_TEXT, false, NULL,
	    "The first newsgroup that is read." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score
probe(struct probe *p)
{
	static const char *const greetings[] = { "200 ", "201 ", NULL };
	static const char *const names[] = { "nntp", "nnrp",
	    "internetnews", NULL };
	static const char *const commands[] = { "MODE READER",
	    "MODE STREAM", "CAPABILITIES\r", "GROUP ", "AUTHINFO ",
	    "IHAVE <", "CHECK <", "LIST\r", "LIST ", "ARTICLE ",
	    "XOVER ", "NEWNEWS ", "NEWGROUPS ", "STARTTLS\r", NULL };
	static const char *const own_commands[] = { "MODE READER",
	    "MODE STREAM", "AUTHINFO USER ", NULL };
	static const struct line_greeting greeting = { greetings, names,
	    commands, own_commands, true };

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
	static const char *const articles[] = { "ARTICLE", "BODY", "HEAD",
	    "IHAVE", "TAKETHIS", "CHECK", "POST", "QUIT", NULL };
	struct nntp_state *state = d->state;
	struct line rest = line;
	struct line word = line_word(&rest);

	state->is_asking_tls = line_is(&word, "STARTTLS");
	if (line_begins(&line, "AUTHINFO USER ")) {
		(void)line_word(&rest);
		line_note(d, NNTP_USER, line_word(&rest));
	} else if (line_is(&word, "GROUP")) {
		line_note(d, NNTP_GROUP, line_word(&rest));
		d->is_done = true;
	} else {
		d->is_done = line_begins_any(&word, articles);
	}
}

static void
take_reply(struct dissection *d, struct line line)
{
	struct nntp_state *state = d->state;
	unsigned int status = line_status(&line);

	if ((status == 200 || status == 201) && line.size > 4)
		dissection_text(d, NNTP_BANNER, line.at + 4, line.size - 4);
	else if (status == 382 && state->is_asking_tls)
		dissection_switch(d, "tls");
}

const struct application application_nntp = {
	.name = "nntp",
	.title = "Network News Transfer Protocol",
	.source = "RFC 3977, RFC 4642",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 119, 563, 433 },
	.state_size = sizeof(struct nntp_state),
	.probe = probe,
	.feed = feed,
	.fields = fields
};
