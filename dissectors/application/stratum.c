/*
 * Stratum, by which miners of coins are given work: objects of JSON, one a
 * line (Bitcoin wiki, "Stratum mining protocol"). A miner begins with one of
 *
 *   {"id":1,"method":"mining.subscribe","params":["agent/1.0"]}
 *   {"id":1,"method":"login","params":{"login":"...","agent":"..."}}
 *
 * The name of the worker is mostly the account that is paid.
 */
#include <string.h>

#include "dissect/application.h"

enum {
	STRATUM_LINE_MAX = 2048,
	STRATUM_LINES_MAX = 16		/* that are looked at of a flow */
};

enum stratum_fact {
	STRATUM_METHODS,
	STRATUM_USER,
	STRATUM_AGENT
};

struct stratum_state {
	uint8_t	lines;
};

static const struct fact_field fields[] = {
	[STRATUM_METHODS] = { "methods", FACT_LIST, false, NULL,
	    "Methods in the first 16 lines, each once." },
	[STRATUM_USER] = { "user", FACT_TEXT, false, NULL,
	    "Worker or account that mines." },
	[STRATUM_AGENT] = { "agent", FACT_TEXT, false, NULL,
	    "What the miner's program calls itself." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static bool		is_mining(struct cursor, const struct cursor *);
static bool		find(struct cursor, const char *, struct cursor *);
static bool		take_string(struct cursor *, struct cursor *);
static bool		is_text(const struct cursor *, const char *);
static void		feed(struct dissection *);
static void		note_line(struct dissection *, struct cursor);

/* A whole line that names a method of mining. */
static enum probe_score
probe(struct probe *p)
{
	const uint8_t *end;
	struct cursor line;
	struct cursor method;

	if (*p->own.at != '{')
		return PROBE_NO;
	end = memchr(p->own.at, '\n', cursor_left(&p->own));
	if (end == NULL)
		return cursor_left(&p->own) < STRATUM_LINE_MAX ? PROBE_MORE :
		    PROBE_NO;
	line = cursor_sub(&p->own, (size_t)(end - p->own.at));
	if (!find(line, "\"method\"", &method) || !is_mining(line, &method))
		return PROBE_NO;
	p->sender = is_text(&method, "mining.notify") ||
	    is_text(&method, "mining.set_difficulty") ? ROLE_SERVER :
	    ROLE_CLIENT;
	return PROBE_SURE;
}

/* "login" is a common word: with it come a login and an agent. */
static bool
is_mining(struct cursor line, const struct cursor *method)
{
	static const char prefix[] = "mining.";
	struct cursor value;

	if (cursor_left(method) > sizeof prefix - 1 &&
	    memcmp(method->at, prefix, sizeof prefix - 1) == 0)
		return true;
	return is_text(method, "login") && find(line, "\"agent\"", &value) &&
	    find(line, "\"pass\"", &value);
}

/* The string behind a name, which is given with its quotes. */
static bool
find(struct cursor line, const char *name, struct cursor *value)
{
	size_t size = strlen(name);

	while (cursor_left(&line) > size) {
		const uint8_t *at = memchr(line.at, '"', cursor_left(&line));

		if (at == NULL || (size_t)(line.end - at) <= size)
			return false;
		line.at = at;
		if (memcmp(at, name, size) == 0) {
			cursor_skip(&line, size);
			return take_string(&line, value);
		}
		cursor_skip(&line, 1);
	}
	return false;
}

/* The next string, before which only blanks, colons and brackets may be. */
static bool
take_string(struct cursor *c, struct cursor *value)
{
	const uint8_t *end;

	while (cursor_left(c) > 0 && *c->at != '\0' &&
	    strchr(" :[{,\t", *c->at) != NULL)
		cursor_skip(c, 1);
	if (cursor_u8(c) != '"')
		return false;
	end = cursor_left(c) == 0 ? NULL :
	    memchr(c->at, '"', cursor_left(c));
	if (end == NULL)
		return false;
	*value = cursor_sub(c, (size_t)(end - c->at));
	cursor_skip(c, 1);
	return true;
}

static bool
is_text(const struct cursor *value, const char *text)
{
	return cursor_left(value) == strlen(text) &&
	    memcmp(value->at, text, strlen(text)) == 0;
}

static void
feed(struct dissection *d)
{
	struct stratum_state *state = d->state;
	const uint8_t *end;

	while (!d->is_done && cursor_left(&d->bytes) > 0 &&
	    (end = memchr(d->bytes.at, '\n', cursor_left(&d->bytes))) !=
	    NULL) {
		note_line(d, cursor_sub(&d->bytes,
		    (size_t)(end - d->bytes.at)));
		cursor_skip(&d->bytes, 1);
		d->is_done = ++state->lines == STRATUM_LINES_MAX;
	}
	if (d->is_full)
		d->is_side_done = true;
}

static void
note_line(struct dissection *d, struct cursor line)
{
	struct cursor method;
	struct cursor value;

	if (!find(line, "\"method\"", &method))
		return;
	dissection_item(d, STRATUM_METHODS, method.at, cursor_left(&method));
	if (is_text(&method, "mining.subscribe") &&
	    find(line, "\"params\"", &value))
		dissection_text(d, STRATUM_AGENT, value.at,
		    cursor_left(&value));
	if (is_text(&method, "mining.authorize") &&
	    find(line, "\"params\"", &value))
		dissection_text(d, STRATUM_USER, value.at,
		    cursor_left(&value));
	if (!is_text(&method, "login"))
		return;
	if (find(line, "\"agent\"", &value))
		dissection_text(d, STRATUM_AGENT, value.at,
		    cursor_left(&value));
	if (find(line, "\"params\"", &method) &&
	    is_text(&method, "login") && find(line, "\"login\"", &value))
		dissection_text(d, STRATUM_USER, value.at,
		    cursor_left(&value));
}

const struct application application_stratum = {
	.name = "stratum",
	.title = "Stratum mining",
	.source = "Bitcoin wiki, Stratum mining protocol",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 0 },
	.state_size = sizeof(struct stratum_state),
	.probe = probe,
	.feed = feed,
	.fields = fields
};
