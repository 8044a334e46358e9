/*
 * IMAP, the Internet Message Access Protocol (RFC 9051, RFC 3501). Lines; the
 * server greets, the client commands, each behind a tag of its choice:
 *
 *   S: * OK ready           C: a1 LOGIN ann secret     S: a1 OK done
 *
 * Logging in is the last that is looked at.
 */
#include <string.h>

#include "dissect/line.h"

enum { IMAP_TAG_MAX = 16, IMAP_LINE_MAX = 512 };

enum imap_fact {
	IMAP_BANNER,
	IMAP_USER
};

struct imap_state {
	bool	is_asking_tls;
	bool	is_naming;	/* the user comes in the next line */
	uint8_t	tag_size;
	uint8_t	tag[IMAP_TAG_MAX];
};

static enum probe_score	probe(struct probe *);
static enum probe_score	probe_greeting(const struct probe *);
static enum probe_score	probe_command(const struct probe *);
static bool		is_begun(const struct cursor *);
static bool		is_command(const struct cursor *);
static void		feed(struct dissection *);
static void		take_command(struct dissection *, struct line);
static void		take_user(struct dissection *, struct line);
static void		take_reply(struct dissection *, struct line);

static const char *const greetings[] = { "* OK", "* PREAUTH", "* BYE",
    NULL };

static const struct fact_field fields[] = {
	[IMAP_BANNER] = { "banner", FACT_TEXT, false, NULL,
	    "The line with which the server greets." },
	[IMAP_USER] = { "user", FACT_TEXT, false, NULL,
	    "The user who logs in." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score
probe(struct probe *p)
{
	enum probe_score fit = line_begin(&p->own, greetings);

	if (fit == PROBE_NO) {
		p->sender = ROLE_CLIENT;
		return probe_command(p);
	}
	p->sender = ROLE_SERVER;
	if (fit == PROBE_MORE)
		return p->is_start ? PROBE_MORE : PROBE_NO;
	return probe_greeting(p);
}

static enum probe_score
probe_greeting(const struct probe *p)
{
	struct cursor c = p->own;
	struct line line;

	if (!line_take(&c, &line))
		return p->is_start ? PROBE_MORE : PROBE_NO;
	if (!line_is_text(&line))
		return PROBE_NO;
	if (line_has(&line, "imap") || is_command(&p->peer))
		return PROBE_LIKELY;
	if (p->is_on_port)
		return PROBE_WEAK;
	return p->is_start ? PROBE_MORE : PROBE_NO;
}

/* A client waits to be greeted, so that its line alone says little. */
static enum probe_score
probe_command(const struct probe *p)
{
	bool is_greeted = line_begin(&p->peer, greetings) == PROBE_SURE;

	if (!is_greeted && !p->is_on_port)
		return PROBE_NO;
	if (is_command(&p->own))
		return is_greeted ? PROBE_LIKELY : PROBE_WEAK;
	return p->is_start && is_begun(&p->own) ? PROBE_MORE : PROBE_NO;
}

/* A line without its end, of letters and the like. */
static bool
is_begun(const struct cursor *bytes)
{
	struct line line = { bytes->at, cursor_left(bytes) };

	return line.size > 0 && line.size < IMAP_LINE_MAX &&
	    *line.at > ' ' && *line.at <= 'z' && line_is_text(&line);
}

/* A tag, and a command that comes before the login or is that. */
static bool
is_command(const struct cursor *bytes)
{
	static const char *const commands[] = { "CAPABILITY", "LOGIN",
	    "AUTHENTICATE", "STARTTLS", "ID", "NOOP", "LOGOUT", NULL };
	struct cursor c = *bytes;
	struct line line, tag, word;

	if (cursor_left(&c) == 0 || *c.at <= ' ' || *c.at > 'z' ||
	    !line_take(&c, &line))
		return false;
	tag = line_word(&line);
	word = line_word(&line);
	if (tag.size == 0 || tag.size > IMAP_TAG_MAX || !line_is_text(&tag))
		return false;
	for (const char *const *one = commands; *one != NULL; one++) {
		if (line_is(&word, *one))
			return true;
	}
	return false;
}

static void
feed(struct dissection *d)
{
	line_feed(d, take_command, take_reply);
}

static void
take_command(struct dissection *d, struct line line)
{
	struct imap_state *state = d->state;
	struct line rest = line;
	struct line tag = line_word(&rest);
	struct line word = line_word(&rest);

	if (state->is_naming) {
		line_note(d, IMAP_USER, tag);
		d->is_done = true;
		return;
	}
	if (line_is(&word, "LOGIN"))
		take_user(d, line_trimmed(rest));
	else if (line_is(&word, "AUTHENTICATE"))
		d->is_done = true;
	state->is_asking_tls = line_is(&word, "STARTTLS") &&
	    tag.size <= IMAP_TAG_MAX;
	if (state->is_asking_tls) {
		state->tag_size = (uint8_t)tag.size;
		memcpy(state->tag, tag.at, tag.size);
	}
}

/* An atom, a quoted string, or a literal in the next line: "{3}". */
static void
take_user(struct dissection *d, struct line rest)
{
	struct imap_state *state = d->state;

	if (rest.size == 0)
		return;
	if (*rest.at == '{') {
		state->is_naming = true;
		return;
	}
	if (*rest.at == '"') {
		(void)line_until(&rest, '"');
		line_note(d, IMAP_USER, line_until(&rest, '"'));
	} else {
		line_note(d, IMAP_USER, line_word(&rest));
	}
	d->is_done = true;
}

static void
take_reply(struct dissection *d, struct line line)
{
	struct imap_state *state = d->state;
	struct line rest = line;
	struct line tag = line_word(&rest);
	struct line word = line_word(&rest);

	if (line_is(&tag, "*") && line_begins_any(&line, greetings))
		line_note(d, IMAP_BANNER, line_trimmed(rest));
	if (state->is_asking_tls && tag.size == state->tag_size &&
	    memcmp(tag.at, state->tag, tag.size) == 0) {
		state->is_asking_tls = false;
		if (line_is(&word, "OK"))
			dissection_switch(d, "tls");
	}
}

const struct application application_imap = {
	.name = "imap",
	.title = "Internet Message Access Protocol",
	.source = "RFC 9051, RFC 3501",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 143, 993 },
	.state_size = sizeof(struct imap_state),
	.probe = probe,
	.feed = feed,
	.fields = fields
};
