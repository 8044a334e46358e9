/*
 * SMTP and submission (RFC 5321, RFC 6409; RFC 3207 for TLS). Lines; the
 * server greets, the client commands:
 *
 *   S: 220 mail.example ESMTP   C: EHLO pc.example   S: 250-mail.example
 *   C: MAIL FROM:<a@b.example>  C: RCPT TO:<c@d.example>  C: DATA
 *
 * Whether the mail is taken (354) is the last that is read.
 */
#include "dissect/line.h"

enum smtp_fact {
	SMTP_BANNER,
	SMTP_HELO,
	SMTP_FROM,
	SMTP_TO,
	SMTP_STATUS
};

struct smtp_state {
	bool	is_asking_tls;
	bool	is_sending;	/* DATA or BDAT was said */
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static void		take_command(struct dissection *, struct line);
static void		take_reply(struct dissection *, struct line);
static struct line	path_of(struct line);

static const struct fact_field fields[] = {
	[SMTP_BANNER] = { "banner", FACT_TEXT, false, NULL,
	    "The first line with which the server greets." },
	[SMTP_HELO] = { "helo", FACT_TEXT, false, NULL,
	    "What the client calls itself." },
	[SMTP_FROM] = { "from", FACT_TEXT, false, NULL,
	    "The sender of the first mail's envelope." },
	[SMTP_TO] = { "to", FACT_LIST, false, NULL,
	    "The recipients of the first mail's envelope." },
	[SMTP_STATUS] = { "status", FACT_NUMBER, false, NULL,
	    "The server's last reply code before the first mail's text." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score
probe(struct probe *p)
{
	static const char *const greetings[] = { "220 ", "220-", "554 ",
	    "421 ", NULL };
	static const char *const names[] = { "smtp", "postfix", "sendmail",
	    "exim", NULL };
	static const char *const commands[] = { "EHLO ", "HELO ", NULL };
	static const struct line_greeting greeting = { greetings, names,
	    commands, commands, true };

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
	struct smtp_state *state = d->state;
	struct line rest = line;
	struct line word = line_word(&rest);

	state->is_asking_tls = line_is(&word, "STARTTLS");
	state->is_sending = line_is(&word, "DATA") || line_is(&word, "BDAT");
	if (line_is(&word, "EHLO") || line_is(&word, "HELO"))
		line_note(d, SMTP_HELO, line_trimmed(rest));
	else if (line_begins(&line, "MAIL FROM:"))
		line_note(d, SMTP_FROM, path_of(line));
	else if (line_begins(&line, "RCPT TO:"))
		line_note_item(d, SMTP_TO, path_of(line));
	else if (line_is(&word, "BDAT"))
		d->is_done = true;
}

static void
take_reply(struct dissection *d, struct line line)
{
	struct smtp_state *state = d->state;
	unsigned int status = line_status(&line);

	if (status == 0)
		return;
	if (status == 220 && line.size > 4)
		dissection_text(d, SMTP_BANNER, line.at + 4, line.size - 4);
	if (status == 220 && state->is_asking_tls) {
		dissection_switch(d, "tls");
		return;
	}
	dissection_set(d, SMTP_STATUS, status);
	d->is_done = state->is_sending || status == 221;
}

/* Between the angle brackets, or what stands there without them. */
static struct line
path_of(struct line line)
{
	struct line rest = line;
	struct line inside;

	(void)line_until(&rest, ':');
	inside = rest;
	(void)line_until(&inside, '<');
	if (inside.size > 0)
		return line_until(&inside, '>');
	return line_word(&rest);
}

const struct application application_smtp = {
	.name = "smtp",
	.title = "Simple Mail Transfer Protocol",
	.source = "RFC 5321, RFC 3207",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 25, 587, 465 },
	.state_size = sizeof(struct smtp_state),
	.probe = probe,
	.feed = feed,
	.fields = fields
};
