/*
 * Lines of text, and how they tell protocols apart; see line.h.
 */
#include <string.h>

#include "dissect/line.h"

enum { QUESTION_MAX = 256 };	/* bytes of a question of one line */

static uint8_t	lower(uint8_t);
static bool	is_blank(uint8_t);
static bool	is_same(const uint8_t *, const char *, size_t);
static bool	peer_begins(const struct probe *, const char *const *);
static enum probe_score probe_lines(const struct probe *,
		    const char *const *, const char *const *,
		    bool (*)(const struct line *, const char *));
static enum probe_score probe_middle(const struct probe *,
		    const struct line_greeting *);

static inline uint8_t
lower(uint8_t byte)
{
	return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte | 0x20) : byte;
}

static inline bool
is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t';
}

static bool
is_same(const uint8_t *bytes, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (lower(bytes[i]) != lower((uint8_t)text[i]))
			return false;
	}
	return true;
}

bool
line_take(struct cursor *c, struct line *line)
{
	size_t left = cursor_left(c);
	const uint8_t *end = left == 0 ? NULL : memchr(c->at, '\n', left);

	if (end == NULL)
		return false;
	line->at = c->at;
	line->size = (size_t)(end - c->at);
	cursor_skip(c, line->size + 1);
	if (line->size > 0 && line->at[line->size - 1] == '\r')
		line->size--;
	return true;
}

bool
line_next(struct dissection *d, struct line *line)
{
	if (d->is_done || d->has_inner)
		return false;
	if (d->is_behind_gap) {
		/* What is left of a line says nothing. */
		d->is_behind_gap = false;
		if (!line_take(&d->bytes, line)) {
			cursor_skip(&d->bytes, cursor_left(&d->bytes));
			return false;
		}
	}
	if (line_take(&d->bytes, line))
		return true;
	d->is_done = d->is_full;
	return false;
}

void
line_feed(struct dissection *d, line_taker *command, line_taker *reply)
{
	struct line line;

	while (line_next(d, &line)) {
		if (d->sender == ROLE_CLIENT)
			command(d, line);
		else
			reply(d, line);
	}
}

enum probe_score
line_probe_question(struct probe *p, bool may_be_empty)
{
	struct line line = { p->own.at, cursor_left(&p->own) };
	bool is_whole = line_take(&p->own, &line);

	if (!p->is_on_port || !p->is_start || line.size > QUESTION_MAX ||
	    !line_is_text(&line))
		return PROBE_NO;
	if (!is_whole)
		return PROBE_MORE;
	return cursor_left(&p->own) > 0 || (line.size == 0 && !may_be_empty) ?
	    PROBE_NO : PROBE_WEAK;
}

void
line_feed_question(struct dissection *d, unsigned int field)
{
	struct line line;

	if (d->sender == ROLE_SERVER) {
		d->is_done = true;
		return;
	}
	if (line_next(d, &line)) {
		line_note(d, field, line_trimmed(line));
		d->is_done = true;
	}
}

struct line
line_word(struct line *rest)
{
	struct line word;

	while (rest->size > 0 && is_blank(*rest->at)) {
		rest->at++;
		rest->size--;
	}
	word = (struct line){ rest->at, 0 };
	while (word.size < rest->size && !is_blank(rest->at[word.size]))
		word.size++;
	rest->at += word.size;
	rest->size -= word.size;
	return word;
}

struct line
line_until(struct line *rest, uint8_t end)
{
	const uint8_t *found = rest->size == 0 ? NULL :
	    memchr(rest->at, end, rest->size);
	struct line part = *rest;

	if (found == NULL) {
		rest->at += rest->size;
		rest->size = 0;
		return part;
	}
	part.size = (size_t)(found - rest->at);
	rest->at += part.size + 1;
	rest->size -= part.size + 1;
	return part;
}

struct line
line_trimmed(struct line line)
{
	while (line.size > 0 && is_blank(*line.at)) {
		line.at++;
		line.size--;
	}
	while (line.size > 0 && is_blank(line.at[line.size - 1]))
		line.size--;
	return line;
}

bool
line_is(const struct line *line, const char *text)
{
	return line->size == strlen(text) && line_begins(line, text);
}

bool
line_begins(const struct line *line, const char *text)
{
	size_t size = strlen(text);

	return line->size >= size && is_same(line->at, text, size);
}

bool
line_has(const struct line *line, const char *text)
{
	size_t size = strlen(text);

	for (size_t i = 0; i + size <= line->size; i++) {
		if (is_same(line->at + i, text, size))
			return true;
	}
	return false;
}

/*
 * Control characters are not text, but for a CR at the end, whose LF may be
 * to come; what is not ASCII may be.
 */
bool
line_is_text(const struct line *line)
{
	for (size_t i = 0; i < line->size; i++) {
		uint8_t byte = line->at[i];

		if ((byte < ' ' && byte != '\t' && (byte != '\r' ||
		    i + 1 < line->size)) || byte == 0x7f)
			return false;
	}
	return true;
}

bool
line_number(const struct line *line, uint32_t max, uint32_t *value)
{
	uint64_t number = 0;

	if (line->size == 0)
		return false;
	for (size_t i = 0; i < line->size; i++) {
		if (line->at[i] < '0' || line->at[i] > '9')
			return false;
		number = number * 10 + line->at[i] - '0';
		if (number > max)
			return false;
	}
	*value = (uint32_t)number;
	return true;
}

unsigned int
line_status(const struct line *line)
{
	struct line digits = { line->at, 3 };
	uint32_t status;

	if (line->size < 3 || (line->size > 3 && line->at[3] != ' ' &&
	    line->at[3] != '-') || !line_number(&digits, 999, &status) ||
	    status < 100)
		return 0;
	return status;
}

bool
line_field(const struct line *line, const char *name, struct line *value)
{
	size_t size = strlen(name);

	if (line->size <= size || !line_begins(line, name))
		return false;
	*value = (struct line){ line->at + size, line->size - size };
	while (value->size > 0 && is_blank(*value->at)) {
		value->at++;
		value->size--;
	}
	if (value->size == 0 || *value->at != ':')
		return false;
	value->at++;
	value->size--;
	*value = line_trimmed(*value);
	return true;
}

bool
line_begins_any(const struct line *line, const char *const *list)
{
	for (; *list != NULL; list++) {
		if (line_begins(line, *list))
			return true;
	}
	return false;
}

enum probe_score
line_begin(const struct cursor *c, const char *const *list)
{
	size_t left = cursor_left(c);
	enum probe_score best = PROBE_NO;

	for (; left > 0 && *list != NULL; list++) {
		size_t size;

		if (lower(*c->at) != lower((uint8_t)**list))
			continue;	/* as most do */
		size = strlen(*list);
		if (!is_same(c->at, *list, left < size ? left : size))
			continue;
		if (left >= size)
			return PROBE_SURE;
		best = PROBE_MORE;
	}
	return best;
}

/*
 * Who greets may be known by what it calls itself, or by what the client
 * answers; else by its port alone.
 */
enum probe_score
line_probe(struct probe *p, const struct line_greeting *greeting)
{
	enum probe_score fit = line_begin(&p->own, greeting->greetings);

	if (fit != PROBE_NO) {
		p->sender = ROLE_SERVER;
		return fit == PROBE_MORE ? (p->is_start ? PROBE_MORE :
		    PROBE_NO) : probe_lines(p, greeting->names,
		    greeting->commands, line_has);
	}
	fit = line_begin(&p->own, greeting->commands);
	if (fit != PROBE_NO) {
		p->sender = ROLE_CLIENT;
		return fit == PROBE_MORE ? (p->is_start ? PROBE_MORE :
		    PROBE_NO) : probe_lines(p, greeting->own_commands,
		    greeting->greetings, line_begins);
	}
	return p->is_start ? PROBE_NO : probe_middle(p, greeting);
}

/* A line of one side: what it says of itself, and what the other said. */
static enum probe_score
probe_lines(const struct probe *p, const char *const *own,
    const char *const *others,
    bool (*has)(const struct line *, const char *))
{
	struct cursor c = p->own;
	struct line line = { c.at, cursor_left(&c) };
	bool is_whole = line_take(&c, &line);

	if (!line_is_text(&line))
		return PROBE_NO;
	if (!is_whole)
		return p->is_start ? PROBE_MORE : PROBE_NO;
	for (; *own != NULL; own++) {
		if (has(&line, *own))
			return PROBE_LIKELY;
	}
	if (peer_begins(p, others))
		return PROBE_LIKELY;
	if (p->is_on_port)
		return PROBE_WEAK;
	return p->is_start ? PROBE_MORE : PROBE_NO;
}

static inline bool
peer_begins(const struct probe *p, const char *const *list)
{
	return line_begin(&p->peer, list) == PROBE_SURE;
}

/* In the middle of a conversation, a reply on a port of its own. */
static enum probe_score
probe_middle(const struct probe *p, const struct line_greeting *greeting)
{
	struct cursor c = p->own;
	struct line line;

	return p->is_on_port && greeting->has_status &&
	    line_take(&c, &line) && line_status(&line) != 0 &&
	    line_is_text(&line) ? PROBE_WEAK : PROBE_NO;
}

void
line_note(struct dissection *d, unsigned int field, struct line line)
{
	dissection_text(d, field, line.at, line.size);
}

void
line_note_item(struct dissection *d, unsigned int field, struct line line)
{
	dissection_item(d, field, line.at, line.size);
}
