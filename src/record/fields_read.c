/*
 * What a record says in a field, as text.
 */
#include <string.h>

#include "record/fields.h"

static void	field_text_list(const struct record_list *, struct buffer *);
static void	field_text_bits(uint64_t, struct buffer *);
static void	field_text_flags(uint16_t, struct buffer *);
static const struct record_fact *field_fact(const struct field *,
		    const struct record *);
static void	field_text_facts(const struct field *,
		    const struct record *, struct buffer *);
static void	field_text_fact(const struct record_fact *, int,
		    struct buffer *);
static void	field_text_words(const char *const *, struct buffer *);
static uint64_t	field_number(enum field_type, const void *);

bool
field_is_certain(const struct field *field)
{
	if (field_is_fact(field))
		return false;
	switch (field->type) {
	case FIELD_WORD:
		return field->words != NULL;
	case FIELD_TEXT:
	case FIELD_CHARS:
	case FIELD_LINK_COUNTS:
	case FIELD_ANOMALY_COUNTS:
	case FIELD_RATE:
	case FIELD_WORDS:
		return false;
	default:
		return true;
	}
}

bool
field_is_present(const struct field *field, const struct record *record)
{
	const char *at = (const char *)record +
	    (field_is_fact(field) ? 0 : field->offset);

	if ((record->has & field->needs) != field->needs)
		return false;
	switch (field->type) {
	case FIELD_WORD:
	case FIELD_TEXT:
		return *(const char *const *)(const void *)at != NULL;
	case FIELD_CHARS:
		return at[0] != '\0';
	case FIELD_BITS:
		return *(const uint64_t *)(const void *)at != 0;
	case FIELD_LIST:
		return ((const struct record_list *)(const void *)at)->count >
		    0;
	case FIELD_WORDS:
		return *(const char *const *)(const void *)at != NULL;
	default:
		return !field_is_fact(field) ||
		    field_fact(field, record) != NULL;
	}
}

/* The first of that field; NULL when the record has none. */
static const struct record_fact *
field_fact(const struct field *field, const struct record *record)
{
	for (uint32_t i = 0; i < record->fact_count; i++) {
		if (record->facts[i].field == field)
			return &record->facts[i];
	}
	return NULL;
}

/* All values of the field, separated by blanks. */
static void
field_text_facts(const struct field *field, const struct record *record,
    struct buffer *b)
{
	const struct record_fact *first = field_fact(field, record);

	for (const struct record_fact *fact = first;
	    fact < record->facts + record->fact_count &&
	    fact->field == field; fact++) {
		if (fact != first)
			buffer_char(b, ' ');
		field_text_fact(fact, record->time_digits, b);
	}
}

static void
field_text_fact(const struct record_fact *fact, int time_digits,
    struct buffer *b)
{
	uint64_t number = record_fact_number(fact);

	switch (fact->field->type) {
	case FIELD_FACT_NUMBER:
		buffer_u64(b, number);
		break;
	case FIELD_FACT_BOOL:
		buffer_text(b, number != 0 ? "true" : "false");
		break;
	case FIELD_FACT_SECONDS:
		buffer_seconds(b, (int64_t)number, time_digits);
		break;
	case FIELD_FACT_TIME:
		buffer_time(b, (int64_t)number, time_digits);
		break;
	default:
		buffer_bytes(b, fact->bytes, fact->size);
		break;
	}
}

static void
field_text_words(const char *const *words, struct buffer *b)
{
	for (size_t i = 0; words[i] != NULL; i++) {
		if (i > 0)
			buffer_char(b, ' ');
		buffer_text(b, words[i]);
	}
}

uint64_t
record_fact_number(const struct record_fact *fact)
{
	uint64_t number = 0;

	if (fact->size == sizeof number)
		memcpy(&number, fact->bytes, sizeof number);
	return number;
}

static void
field_text_list(const struct record_list *list, struct buffer *b)
{
	for (uint32_t i = 0; i < list->count; i++) {
		if (i > 0)
			buffer_char(b, ' ');
		buffer_u64(b, list->items[i]);
	}
}

static void
field_text_bits(uint64_t bits, struct buffer *b)
{
	bool is_first = true;

	for (unsigned int bit = 0; bit < 64; bit++) {
		if ((bits >> bit & 1) == 0)
			continue;
		if (!is_first)
			buffer_char(b, ' ');
		is_first = false;
		buffer_u64(b, bit);
	}
}

static void
field_text_flags(uint16_t flags, struct buffer *b)
{
	for (unsigned int bit = 0; field_tcp_flags[bit] != '\0'; bit++) {
		if ((flags >> bit & 1) != 0)
			buffer_char(b, field_tcp_flags[bit]);
	}
}

static uint64_t
field_number(enum field_type type, const void *at)
{
	switch (type) {
	case FIELD_U8:
		return *(const uint8_t *)at;
	case FIELD_U16:
		return *(const uint16_t *)at;
	case FIELD_U32:
		return *(const uint32_t *)at;
	default:
		return *(const uint64_t *)at;
	}
}

void
field_text(const struct field *field, const struct record *record,
    struct buffer *b)
{
	/* Of a fact the offset says nothing, and is not used. */
	const void *at = (const char *)record +
	    (field_is_fact(field) ? 0 : field->offset);
	const struct address *address = at;

	switch (field->type) {
	case FIELD_WORD:
	case FIELD_TEXT:
		buffer_text(b, *(const char *const *)at);
		break;
	case FIELD_CHARS:
		buffer_text(b, at);
		break;
	case FIELD_BOOL:
		buffer_text(b, *(const bool *)at ? "true" : "false");
		break;
	case FIELD_U8:
	case FIELD_U16:
	case FIELD_U32:
	case FIELD_U64:
		buffer_u64(b, field_number(field->type, at));
		break;
	case FIELD_ID:
		buffer_hex64(b, *(const uint64_t *)at);
		break;
	case FIELD_TIME:
		buffer_time(b, *(const int64_t *)at, record->time_digits);
		break;
	case FIELD_SECONDS:
		buffer_seconds(b, *(const int64_t *)at, record->time_digits);
		break;
	case FIELD_IP:
		if (record->ip_version == 4)
			buffer_ipv4(b, address->bytes);
		else
			buffer_ipv6(b, address->bytes);
		break;
	case FIELD_MAC:
		buffer_mac(b, at);
		break;
	case FIELD_BITS:
		field_text_bits(*(const uint64_t *)at, b);
		break;
	case FIELD_LIST:
		field_text_list(at, b);
		break;
	case FIELD_TCP_FLAGS:
		field_text_flags(*(const uint16_t *)at, b);
		break;
	case FIELD_WORDS:
		field_text_words(at, b);
		break;
	case FIELD_FACT_TEXT:
	case FIELD_FACT_LIST:
	case FIELD_FACT_NUMBER:
	case FIELD_FACT_BOOL:
	case FIELD_FACT_SECONDS:
	case FIELD_FACT_TIME:
		field_text_facts(field, record, b);
		break;
	case FIELD_LINK_COUNTS:
	case FIELD_ANOMALY_COUNTS:
	case FIELD_RATE:
		break;		/* not in a flow record */
	}
}
