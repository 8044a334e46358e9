/*
 * Copies of records; see kept.h. The table of fields says which members are
 * foreign texts, so a field that is added is kept without a word here.
 */
#include "top/kept.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "record/fields.h"

/* Where the next piece of memory begins. */
struct place {
	char	*at;
};

static size_t	 text_fields(void);
static size_t	 size_of(const struct record *);
static const char *text_of(const struct field *, const struct record *);
static void	 take_text(struct kept *, const struct field *,
		    struct place *);
static void	 take_facts(struct kept *, struct place *);

void
kept_set(struct kept *kept, const struct record *record)
{
	size_t head = offsetof(struct record, facts);
	size_t size = size_of(record);
	struct place place;

	if (kept->room < size) {
		char *memory = realloc(kept->memory, size);

		if (memory == NULL) {
			log_error("cannot allocate %zu bytes", size);
			abort();
		}
		kept->memory = memory;
		kept->room = size;
	}
	memcpy(&kept->record, record, head);
	memcpy(kept->record.facts, record->facts,
	    record->fact_count * sizeof record->facts[0]);
	place.at = kept->memory;
	for (size_t i = 0; i < text_fields(); i++)
		take_text(kept, &fields_all[i], &place);
	take_facts(kept, &place);
}

void
kept_release(struct kept *kept)
{
	free(kept->memory);
	kept->memory = NULL;
	kept->room = 0;
}

/* The facts of payloads come last, and are no members. */
static size_t
text_fields(void)
{
	return fields_count - fields_fact_count();
}

/* One byte more: no allocation is of nothing. */
static size_t
size_of(const struct record *record)
{
	size_t size = 1;

	for (size_t i = 0; i < text_fields(); i++) {
		const char *text = text_of(&fields_all[i], record);

		if (text != NULL)
			size += strlen(text) + 1;
	}
	for (uint32_t i = 0; i < record->fact_count; i++)
		size += record->facts[i].size;
	return size;
}

/* The text of a member, NULL where it has none. */
static const char *
text_of(const struct field *field, const struct record *record)
{
	const char *text;

	if (field->type != FIELD_TEXT)
		return NULL;
	memcpy(&text, (const char *)record + field->offset, sizeof text);
	return text;
}

static void
take_text(struct kept *kept, const struct field *field, struct place *place)
{
	const char *text = text_of(field, &kept->record);
	size_t size;

	if (text == NULL)
		return;
	size = strlen(text) + 1;
	memcpy(place->at, text, size);
	memcpy((char *)&kept->record + field->offset, &place->at,
	    sizeof place->at);
	place->at += size;
}

static void
take_facts(struct kept *kept, struct place *place)
{
	for (uint32_t i = 0; i < kept->record.fact_count; i++) {
		struct record_fact *fact = &kept->record.facts[i];

		memcpy(place->at, fact->bytes, fact->size);
		fact->bytes = (const uint8_t *)place->at;
		place->at += fact->size;
	}
}
