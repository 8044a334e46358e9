/*
 * rlogin (RFC 1282): the client says four texts that each end with a zero
 * byte, the first of them empty; the server answers with a zero byte.
 *
 *   "\0" "local user\0" "remote user\0" "terminal/speed\0"
 */
#include <string.h>

#include "dissect/line.h"

enum { RLOGIN_SIZE_MAX = 256 };

enum rlogin_fact {
	RLOGIN_LOCAL_USER,
	RLOGIN_USER,
	RLOGIN_TERMINAL
};

static enum probe_score	probe(struct probe *);
static bool		take_text(struct line *, struct line *);
static void		feed(struct dissection *);

static const struct fact_field fields[] = {
	[RLOGIN_LOCAL_USER] = { "local_user", FACT_TEXT, false, NULL,
	    "The user at the client." },
	[RLOGIN_USER] = { "user", FACT_TEXT, false, NULL,
	    "The user who logs in." },
	[RLOGIN_TERMINAL] = { "terminal", FACT_TEXT, false, NULL,
	    "The type of the client's terminal, and its speed." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

/* The first byte may come alone. */
static enum probe_score
probe(struct probe *p)
{
	struct line rest = { p->own.at, cursor_left(&p->own) };
	struct line text;

	if (!p->is_on_port || !p->is_start || rest.size == 0 ||
	    *rest.at != 0 || rest.size > RLOGIN_SIZE_MAX)
		return PROBE_NO;
	(void)line_until(&rest, 0);
	for (int i = 0; i < 3; i++) {
		if (memchr(rest.at, 0, rest.size) == NULL)
			return PROBE_MORE;
		if (!take_text(&rest, &text))
			return PROBE_NO;
	}
	p->sender = ROLE_CLIENT;
	return rest.size == 0 ? PROBE_WEAK : PROBE_NO;
}

static bool
take_text(struct line *rest, struct line *text)
{
	*text = line_until(rest, 0);
	return text->size > 0 && line_is_text(text);
}

static void
feed(struct dissection *d)
{
	struct line rest = { d->bytes.at, cursor_left(&d->bytes) };

	if (d->sender == ROLE_CLIENT) {
		(void)line_until(&rest, 0);
		line_note(d, RLOGIN_LOCAL_USER, line_until(&rest, 0));
		line_note(d, RLOGIN_USER, line_until(&rest, 0));
		line_note(d, RLOGIN_TERMINAL, line_until(&rest, 0));
	}
	d->is_done = true;
}

const struct application application_rlogin = {
	.name = "rlogin",
	.title = "Remote login",
	.source = "RFC 1282",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 513 },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
