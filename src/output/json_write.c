/*
 * One pass over a plan: see json_plan.h. Room for all that has a bound is
 * made once a record, so that a step only copies; what has none (foreign
 * text, the closing record's objects) makes its own and the rest's anew.
 */
#include <string.h>

#include "output/json_counts.h"
#include "output/json_facts.h"
#include "output/json_write.h"

static char	*write_run(const struct json_writer *,
		    const struct json_step *, char *);
static bool	 is_zero(const char *, size_t);
static char	*write_close(char *, char *);
static char	*end_number(char *);
static char	*end_quoted(char *);
static void	 grow_begin(struct json_writer *, const char *);
static char	*grow_end(struct json_writer *);
static char	*quote_long(struct json_writer *, const char *, size_t, char *);
static char	*quote_ours(struct json_writer *, const char *, char *);
static char	*quote_foreign(struct json_writer *, const char *, char *);

static json_value	value_u8;
static json_value	value_u16;
static json_value	value_u32;
static json_value	value_u64;
static json_value	value_bool;
static json_value	value_seconds;
static json_value	value_word;
static json_value	value_text;
static json_value	value_chars;
static json_value	value_id;
static json_value	value_time;
static json_value	value_ip;
static json_value	value_mac;
static json_value	value_bits;
static json_value	value_list;
static json_value	value_tcp_flags;
static json_value	value_words;
static json_value	value_facts;
static json_value	value_links;
static json_value	value_anomalies;
static json_value	value_rate;

/*
 * The room is that of the value and what is spoilt behind it. A quoted
 * value's first quote stands in the text of its step.
 */
static const struct {
	json_value	*value;
	size_t		 room;
	bool		 is_quoted;
} types[] = {
	[FIELD_WORD] = { value_word, JSON_WORD_MAX + 3, true },
	[FIELD_TEXT] = { value_text, JSON_WORD_MAX + 3, true },
	[FIELD_CHARS] = { value_chars, JSON_WORD_MAX + 3, true },
	[FIELD_BOOL] = { value_bool, 8, false },
	[FIELD_U8] = { value_u8, 4, false },
	[FIELD_U16] = { value_u16, 6, false },
	[FIELD_U32] = { value_u32, 11, false },
	[FIELD_U64] = { value_u64, 21, false },
	[FIELD_ID] = { value_id, 18, true },
	[FIELD_TIME] = { value_time, SPELL_ROOM, true },
	[FIELD_SECONDS] = { value_seconds, SPELL_ROOM, false },
	[FIELD_IP] = { value_ip, SPELL_ROOM, true },
	[FIELD_MAC] = { value_mac, SPELL_ROOM, true },
	[FIELD_BITS] = { value_bits, 2 + 64 * 3, false },
	[FIELD_LIST] = { value_list, 2 + PACKET_MPLS_MAX * 11, false },
	[FIELD_TCP_FLAGS] = { value_tcp_flags, 18, true },
	[FIELD_WORDS] = { value_words, 0, false },
	[FIELD_FACT_TEXT] = { value_facts, 0, false },
	[FIELD_FACT_LIST] = { value_facts, 0, false },
	[FIELD_FACT_NUMBER] = { value_facts, 0, false },
	[FIELD_FACT_BOOL] = { value_facts, 0, false },
	[FIELD_FACT_SECONDS] = { value_facts, 0, false },
	[FIELD_FACT_TIME] = { value_facts, 0, false },
	[FIELD_LINK_COUNTS] = { value_links, 0, false },
	[FIELD_ANOMALY_COUNTS] = { value_anomalies, 0, false },
	[FIELD_RATE] = { value_rate, SPELL_ROOM, false }
};

json_value *
json_write_value(enum field_type type)
{
	return types[type].value;
}

size_t
json_write_room(enum field_type type)
{
	return types[type].room;
}

bool
json_write_is_quoted(enum field_type type)
{
	return types[type].is_quoted;
}

void
json_write(struct json_writer *w, const struct json_plan *plan)
{
	size_t opened[JSON_DEPTH_MAX] = { 0 };	/* places of the objects */
	const struct json_step *step = plan->steps;
	uint64_t lacks = ~w->has;
	int depth = 0;
	char *next;
	char *at;

	w->room = plan->room;
	w->plan = plan;
	buffer_reserve(w->buffer, w->room);
	at = w->buffer->data + w->buffer->size;
	for (; step->action != JSON_END; step++) {
		if ((step->needs & lacks) != 0) {
			step += step->skipped;
			continue;
		}
		if (step->action == JSON_VALUE) {
			memcpy(at, step->text, sizeof step->text);
			next = step->value(w, step, at + step->text_size);
			at = next == NULL ? at : next;
		} else if (step->action == JSON_RUN) {
			next = write_run(w, step, at);
			step += next == NULL ? 0 : step->run->count;
			at = next == NULL ? at : next;
		} else if (step->action == JSON_OPEN) {
			opened[depth++] = (size_t)(at - w->buffer->data);
			memcpy(at, step->text, sizeof step->text);
			at += step->text_size;
		} else if (step->action == JSON_CLOSE) {
			memcpy(at - 1, "},", 2);
			at++;
		} else {
			at = write_close(at, w->buffer->data +
			    opened[--depth]);
		}
	}
	if (at[-1] == ',')
		at--;
	memcpy(at, "}\n", 2);
	buffer_end(w->buffer, at + 2);
}

/* Ends an object, or takes it back when nothing was written into it. */
static char *
write_close(char *at, char *opened)
{
	if (at[-1] == '{')
		return opened;
	at[-1] = '}';
	*at = ',';
	return at + 1;
}

/* NULL if a counter has more than one digit. */
static char *
write_run(const struct json_writer *w, const struct json_step *step, char *at)
{
	const struct json_run *run = step->run;

	memcpy(at, run->text, run->text_size);
	if (is_zero(w->base + run->offset, run->size))
		return at + run->text_size;
	for (size_t i = 0; i < run->count; i++) {
		const void *from = w->base + step[i + 1].offset;
		uint64_t value = step[i + 1].type == FIELD_U64 ?
		    *(const uint64_t *)from : *(const uint32_t *)from;

		if (value > 9)
			return NULL;
		at[run->places[i]] = (char)('0' + value);
	}
	return at + run->text_size;
}

/* size is a multiple of 8. */
static bool
is_zero(const char *at, size_t size)
{
	uint64_t any = 0;

	for (size_t i = 0; i < size; i += sizeof any) {
		uint64_t word;

		memcpy(&word, at + i, sizeof word);
		any |= word;
	}
	return any == 0;
}

static inline char *
end_number(char *at)
{
	*at = ',';
	return at + 1;
}

static inline char *
end_quoted(char *at)
{
	memcpy(at, "\",", 2);
	return at + 2;
}

/* Between the two, the buffer is written to by its own functions. */
static void
grow_begin(struct json_writer *w, const char *at)
{
	buffer_end(w->buffer, at);
}

static char *
grow_end(struct json_writer *w)
{
	buffer_char(w->buffer, ',');
	buffer_reserve(w->buffer, w->room);
	return w->buffer->data + w->buffer->size;
}

static char *
value_u8(struct json_writer *w, const struct json_step *step, char *at)
{
	return end_number(spell_u64(at,
	    *(const uint8_t *)(w->base + step->offset)));
}

static char *
value_u16(struct json_writer *w, const struct json_step *step, char *at)
{
	const void *from = w->base + step->offset;

	return end_number(spell_u64(at, *(const uint16_t *)from));
}

static char *
value_u32(struct json_writer *w, const struct json_step *step, char *at)
{
	const void *from = w->base + step->offset;

	return end_number(spell_u64(at, *(const uint32_t *)from));
}

static char *
value_u64(struct json_writer *w, const struct json_step *step, char *at)
{
	const void *from = w->base + step->offset;

	return end_number(spell_u64(at, *(const uint64_t *)from));
}

static char *
value_bool(struct json_writer *w, const struct json_step *step, char *at)
{
	bool is_set = *(const bool *)(w->base + step->offset);

	memcpy(at, is_set ? "true,  " : "false, ", 7);
	return at + (is_set ? 5 : 6);
}

static char *
value_seconds(struct json_writer *w, const struct json_step *step, char *at)
{
	const void *from = w->base + step->offset;

	return end_number(spell_seconds(at, *(const int64_t *)from,
	    w->time_digits));
}

/* Any text; its first quote stands there already. */
static char *
quote_long(struct json_writer *w, const char *text, size_t size, char *at)
{
	grow_begin(w, at - 1);
	buffer_json_string(w->buffer, text, size);
	return grow_end(w);
}

/* Text of ours has no character to escape. */
static char *
quote_ours(struct json_writer *w, const char *text, char *at)
{
	size_t size = strlen(text);

	if (size > JSON_WORD_MAX)
		return quote_long(w, text, size, at);
	return end_quoted(spell_bytes(at, text, size));
}

static char *
value_word(struct json_writer *w, const struct json_step *step, char *at)
{
	const void *from = w->base + step->offset;
	const char *text = *(const char *const *)from;

	return text == NULL ? NULL : quote_ours(w, text, at);
}

static char *
value_chars(struct json_writer *w, const struct json_step *step, char *at)
{
	const char *text = w->base + step->offset;

	return *text == '\0' ? NULL : quote_ours(w, text, at);
}

/* Most names are plain letters, which need no look at UTF-8. */
static char *
quote_foreign(struct json_writer *w, const char *text, char *at)
{
	size_t size = 0;

	while (size < JSON_WORD_MAX &&
	    spell_is_plain[(unsigned char)text[size]]) {
		at[size] = text[size];
		size++;
	}
	if (text[size] == '\0')
		return end_quoted(at + size);
	return quote_long(w, text, strlen(text), at);
}

static char *
value_text(struct json_writer *w, const struct json_step *step, char *at)
{
	const void *from = w->base + step->offset;
	const char *text = *(const char *const *)from;

	return text == NULL ? NULL : quote_foreign(w, text, at);
}

static char *
value_id(struct json_writer *w, const struct json_step *step, char *at)
{
	const void *from = w->base + step->offset;

	return end_quoted(spell_hex64(at, *(const uint64_t *)from));
}

static char *
value_time(struct json_writer *w, const struct json_step *step, char *at)
{
	const void *from = w->base + step->offset;

	return end_quoted(spell_time(at, *(const int64_t *)from,
	    w->time_digits, &w->buffer->last_second));
}

static char *
value_ip(struct json_writer *w, const struct json_step *step, char *at)
{
	const void *from = w->base + step->offset;
	const struct address *address = from;

	return end_quoted(w->ip_version == 4 ?
	    spell_ipv4(at, address->bytes) : spell_ipv6(at, address->bytes));
}

static char *
value_mac(struct json_writer *w, const struct json_step *step, char *at)
{
	const void *from = w->base + step->offset;

	return end_quoted(spell_mac(at, from));
}

static char *
value_bits(struct json_writer *w, const struct json_step *step, char *at)
{
	const void *from = w->base + step->offset;
	uint64_t bits = *(const uint64_t *)from;

	if (bits == 0)
		return NULL;
	*at++ = '[';
	for (; bits != 0; bits &= bits - 1)
		at = end_number(spell_u64(at,
		    (uint64_t)__builtin_ctzll(bits)));
	at[-1] = ']';
	return end_number(at);
}

static char *
value_list(struct json_writer *w, const struct json_step *step, char *at)
{
	const void *from = w->base + step->offset;
	const struct record_list *list = from;

	if (list->count == 0)
		return NULL;
	*at++ = '[';
	for (uint32_t i = 0; i < list->count; i++)
		at = end_number(spell_u64(at, list->items[i]));
	at[-1] = ']';
	return end_number(at);
}

static char *
value_tcp_flags(struct json_writer *w, const struct json_step *step, char *at)
{
	const void *from = w->base + step->offset;
	unsigned int flags = *(const uint16_t *)from;

	for (flags &= FIELD_TCP_FLAGS_NAMED; flags != 0; flags &= flags - 1)
		*at++ = field_tcp_flags[__builtin_ctz(flags)];
	return end_quoted(at);
}

static char *
value_words(struct json_writer *w, const struct json_step *step, char *at)
{
	const void *from = w->base + step->offset;
	const char *const *words = from;

	if (words[0] == NULL)
		return NULL;
	grow_begin(w, at);
	for (size_t i = 0; words[i] != NULL; i++) {
		buffer_char(w->buffer, i == 0 ? '[' : ',');
		buffer_json_string(w->buffer, words[i], strlen(words[i]));
	}
	buffer_char(w->buffer, ']');
	return grow_end(w);
}

static char *
value_facts(struct json_writer *w, const struct json_step *step, char *at)
{
	(void)step;
	if (!json_facts_has(w->record, w->plan->facts))
		return NULL;
	grow_begin(w, at);
	json_facts(w->record, w->plan->facts, w->buffer);
	return grow_end(w);
}

static char *
value_links(struct json_writer *w, const struct json_step *step, char *at)
{
	(void)step;
	if (w->stats->link_count == 0)
		return NULL;
	grow_begin(w, at);
	json_counts_links(w->stats, w->buffer);
	return grow_end(w);
}

static char *
value_anomalies(struct json_writer *w, const struct json_step *step, char *at)
{
	(void)step;
	if (!json_counts_has_anomalies(w->stats))
		return NULL;
	grow_begin(w, at);
	json_counts_anomalies(w->stats, w->buffer);
	return grow_end(w);
}

/* To thousandths, so that a quiet interface does not read as a dead one. */
static char *
value_rate(struct json_writer *w, const struct json_step *step, char *at)
{
	const struct stats *stats = w->stats;
	double thousandths;

	(void)step;
	if (stats->elapsed_ns <= 0)
		return NULL;
	thousandths = (double)stats->read * 1e12 / (double)stats->elapsed_ns;
	if (thousandths > 9e12)
		return NULL;	/* nine thousand million a second: no clock */
	return end_number(spell_seconds(at, (int64_t)thousandths * 1000000,
	    6));
}
