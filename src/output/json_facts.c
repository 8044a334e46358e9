/*
 * What the payload told, in JSON; see json_facts.h. The facts are sorted by
 * field, so those of one dissector stand together, and so do the items of a
 * list.
 */
#include <string.h>

#include "output/json_facts.h"

static void	put_member(const struct record_fact **,
		    const struct record_fact *, int, struct buffer *);
static void	put_value(const struct record_fact *, int, struct buffer *);
static size_t	object_size(const char *);

enum { APP_SIZE = sizeof "app." - 1 };

bool
json_facts_has(const struct record *record, const bool *chosen)
{
	for (uint32_t i = 0; i < record->fact_count; i++) {
		if (chosen[record->facts[i].field->offset])
			return true;
	}
	return false;
}

/* Bytes of a dissector's name, in the name of a field without "app.". */
static size_t
object_size(const char *name)
{
	return strcspn(name, ".");
}

void
json_facts(const struct record *record, const bool *chosen, struct buffer *b)
{
	const struct record_fact *fact = record->facts;
	const struct record_fact *end = fact + record->fact_count;
	const char *object = NULL;
	size_t size = 0;

	while (fact < end) {
		const char *name = fact->field->name + APP_SIZE;

		if (!chosen[fact->field->offset]) {
			fact++;
			continue;
		}
		if (object != NULL && strncmp(object, name, size + 1) == 0) {
			buffer_char(b, ',');
		} else {
			buffer_text(b, object != NULL ? "},\"" : "\"");
			object = name;
			size = object_size(name);
			buffer_bytes(b, name, size);
			buffer_bytes(b, "\":{", 3);
		}
		put_member(&fact, end, record->time_digits, b);
	}
	buffer_text(b, "}}");
}

/* A member, with all its values if it is a list. */
static void
put_member(const struct record_fact **at, const struct record_fact *end,
    int time_digits, struct buffer *b)
{
	const struct record_fact *first = *at;
	const char *name = first->field->name + APP_SIZE;
	bool is_list = first->field->type == FIELD_FACT_LIST;

	name += object_size(name) + 1;
	buffer_char(b, '"');
	buffer_bytes(b, name, strlen(name));
	buffer_bytes(b, "\":[", is_list ? 3 : 2);
	put_value(first, time_digits, b);
	for (++*at; *at < end && (*at)->field == first->field; ++*at) {
		buffer_char(b, ',');
		put_value(*at, time_digits, b);
	}
	if (is_list)
		buffer_char(b, ']');
}

static void
put_value(const struct record_fact *fact, int time_digits, struct buffer *b)
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
		buffer_char(b, '"');
		buffer_time(b, (int64_t)number, time_digits);
		buffer_char(b, '"');
		break;
	default:
		buffer_json_string(b, (const char *)fact->bytes, fact->size);
		break;
	}
}
