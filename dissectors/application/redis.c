/*
 * Redis, by its published serialization protocol (RESP): the client sends
 * arrays of texts, each behind its size; the server answers with values that
 * a first byte tells apart.
 *
 *   C: "*2\r\n" "$3\r\nGET\r\n" "$4\r\nname\r\n"     S: "$3\r\nann\r\n"
 *
 * A person may type a command as a line. A bounded number of commands is
 * read, of their words the name alone: the rest may be secret.
 */
#include <string.h>

#include "dissect/line.h"

enum {
	REDIS_WORDS_MAX = 1024 * 1024,		/* of a command */
	REDIS_TEXT_MAX = 512 * 1024 * 1024,
	REDIS_HELD_MAX = 256,		/* of a text that is looked at */
	REDIS_NAME_MAX = 24,
	REDIS_COMMANDS_MAX = 32
};

enum redis_fact {
	REDIS_COMMANDS,
	REDIS_USER
};

struct redis_state {
	uint32_t	words_left;	/* of the command that is read */
	uint32_t	words;
	uint32_t	place;		/* of the next among them */
	uint8_t		commands;
	bool		is_login;	/* AUTH */
};

static enum probe_score	probe(struct probe *);
static enum probe_score	probe_array(const struct probe *);
static bool		take_count(struct cursor *, uint8_t, uint32_t,
			    uint32_t *);
static bool		is_name(const struct line *);
static enum probe_score	probe_line(struct probe *);
static void		feed(struct dissection *);
static bool		take_command(struct dissection *);
static bool		take_word(struct dissection *);
static void		note_word(struct dissection *, struct line);
static void		note_name(struct dissection *, struct line);

static const struct fact_field fields[] = {
	[REDIS_COMMANDS] = { "commands", FACT_LIST, false, NULL,
	    "The commands that the client gave, each once." },
	[REDIS_USER] = { "user", FACT_TEXT, false, NULL,
	    "The user who logs in." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score
probe(struct probe *p)
{
	if (cursor_left(&p->own) == 0)
		return PROBE_NO;
	if (*p->own.at == '*') {
		enum probe_score fit = probe_array(p);

		if (fit == PROBE_LIKELY)
			p->sender = ROLE_CLIENT;
		return fit == PROBE_MORE && !p->is_start ? PROBE_NO : fit;
	}
	return p->is_on_port ? probe_line(p) : PROBE_NO;
}

/* "*2\r\n$3\r\nGET\r\n". */
static enum probe_score
probe_array(const struct probe *p)
{
	struct cursor c = p->own;
	struct line name;
	uint32_t count, size;

	for (const uint8_t *at = c.at + 1; at < c.end && *at != '\r'; at++) {
		if (*at < '0' || *at > '9')
			return PROBE_NO;
	}
	if (!take_count(&c, '*', REDIS_WORDS_MAX, &count))
		return cursor_left(&p->own) < REDIS_NAME_MAX ? PROBE_MORE :
		    PROBE_NO;
	if (count == 0)
		return PROBE_NO;
	if (!take_count(&c, '$', REDIS_NAME_MAX, &size))
		return cursor_left(&c) < 5 && (cursor_left(&c) == 0 ||
		    *c.at == '$') ? PROBE_MORE : PROBE_NO;
	if (size == 0)
		return PROBE_NO;
	if (cursor_left(&c) < size + 2)
		return PROBE_MORE;
	name = (struct line){ cursor_take(&c, size), size };
	return is_name(&name) && c.at[0] == '\r' && c.at[1] == '\n' ?
	    PROBE_LIKELY : PROBE_NO;
}

/* The mark, a number, and the end of the line. */
static bool
take_count(struct cursor *c, uint8_t mark, uint32_t max, uint32_t *count)
{
	struct cursor rest = *c;
	struct line line;

	if (cursor_u8(&rest) != mark || !line_take(&rest, &line) ||
	    !line_number(&line, max, count))
		return false;
	*c = rest;
	return true;
}

static bool
is_name(const struct line *word)
{
	if (word->size == 0 || word->size > REDIS_NAME_MAX)
		return false;
	for (size_t i = 0; i < word->size; i++) {
		uint8_t letter = word->at[i] & 0xdf;

		if ((letter < 'A' || letter > 'Z') && word->at[i] != '.' &&
		    word->at[i] != '_' && word->at[i] != '-')
			return false;
	}
	return true;
}

/* A line of the server, or one that a person types. */
static enum probe_score
probe_line(struct probe *p)
{
	struct line line, word;
	uint8_t first;

	if (!line_take(&p->own, &line) || line.size == 0 ||
	    !line_is_text(&line))
		return PROBE_NO;
	first = *line.at;
	word = line_word(&line);
	return strchr("+-:$", first) != NULL || is_name(&word) ?
	    PROBE_WEAK : PROBE_NO;
}

static void
feed(struct dissection *d)
{
	struct redis_state *state = d->state;

	if (d->sender == ROLE_SERVER) {
		d->is_side_done = true;
		return;
	}
	while (!d->is_done && (state->words_left > 0 ? take_word(d) :
	    take_command(d)))
		continue;
	if (d->is_full && cursor_left(&d->bytes) >= APPLICATION_HELD_MAX)
		d->is_done = true;
}

/* The array's head, or a whole line; false when more is needed. */
static bool
take_command(struct dissection *d)
{
	struct redis_state *state = d->state;
	struct line line;

	if (cursor_left(&d->bytes) == 0)
		return false;
	if (*d->bytes.at != '*') {
		if (!line_next(d, &line))
			return false;
		note_name(d, line_word(&line));
	} else if (take_count(&d->bytes, '*', REDIS_WORDS_MAX,
	    &state->words)) {
		state->words_left = state->words;
		state->place = 0;
	} else {
		struct cursor c = d->bytes;

		/* A whole line that is no count is not this protocol's. */
		d->is_done = line_take(&c, &line);
		return false;
	}
	if (++state->commands == REDIS_COMMANDS_MAX)
		d->is_done = true;
	return true;
}

/* What is long is stepped over. */
static bool
take_word(struct dissection *d)
{
	struct redis_state *state = d->state;
	struct cursor c = d->bytes;
	struct line line;
	uint32_t size;

	if (!take_count(&c, '$', REDIS_TEXT_MAX, &size)) {
		d->is_done = line_take(&c, &line);
		return false;
	}
	if (size > REDIS_HELD_MAX && cursor_left(&c) < size + 2) {
		d->skip = size + 2 - (uint32_t)cursor_left(&c);
		cursor_skip(&c, cursor_left(&c));
	} else {
		struct line word = { c.at, size };

		cursor_skip(&c, size + 2);
		if (!cursor_ok(&c))
			return false;
		note_word(d, word);
	}
	d->bytes = c;
	state->words_left--;
	state->place++;
	return d->skip == 0;
}

/* AUTH has a user where two words follow. */
static void
note_word(struct dissection *d, struct line word)
{
	struct redis_state *state = d->state;

	if (state->place == 0) {
		state->is_login = line_is(&word, "AUTH") &&
		    state->words == 3;
		note_name(d, word);
	} else if (state->place == 1 && state->is_login) {
		line_note(d, REDIS_USER, word);
	}
}

static void
note_name(struct dissection *d, struct line word)
{
	char name[REDIS_NAME_MAX];

	if (!is_name(&word))
		return;
	for (size_t i = 0; i < word.size; i++)
		name[i] = (char)(word.at[i] >= 'a' && word.at[i] <= 'z' ?
		    word.at[i] & 0xdf : word.at[i]);
	dissection_item(d, REDIS_COMMANDS, name, word.size);
}

const struct application application_redis = {
	.name = "redis",
	.title = "Redis",
	.source = "Redis serialization protocol",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 6379 },
	.state_size = sizeof(struct redis_state),
	.probe = probe,
	.feed = feed,
	.fields = fields
};
