/*
 * What a dissector tells of what it was fed; see application.h.
 */
#include <assert.h>
#include <string.h>

#include "dissect/applications_state.h"

enum { ITEMS_MAX = 16 };

static uint8_t	number_of(const struct dissection *);
static const struct fact_field *field_of(const struct dissection *,
		    unsigned int);
static bool	is_kept(const struct dissection *, unsigned int);
static void	add(struct dissection *, unsigned int, const void *, size_t);
static bool	find(const struct dissection *, unsigned int, struct fact *);

static inline uint8_t
number_of(const struct dissection *d)
{
	return d->flow->inner != 0 ? d->flow->inner : d->flow->outer;
}

static inline const struct fact_field *
field_of(const struct dissection *d, unsigned int field)
{
	return &applications_at(number_of(d))->fields[field];
}

static bool
is_kept(const struct dissection *d, unsigned int field)
{
	return !field_of(d, field)->is_secret ||
	    d->applications->options.is_revealing;
}

static void
add(struct dissection *d, unsigned int field, const void *bytes, size_t size)
{
	struct fact fact = {
		.application = number_of(d),
		.field = (uint8_t)field,
		.size = (uint8_t)(size < FACT_TEXT_MAX ? size :
		    FACT_TEXT_MAX),
		.bytes = bytes
	};

	if (is_kept(d, field))
		facts_add(&d->applications->facts, &d->flow->facts, &fact);
}

static bool
find(const struct dissection *d, unsigned int field, struct fact *fact)
{
	return facts_find(&d->applications->facts, d->flow->facts,
	    number_of(d), (uint8_t)field, fact);
}

bool
dissection_has(const struct dissection *d, unsigned int field)
{
	struct fact fact;

	return find(d, field, &fact);
}

void
dissection_text(struct dissection *d, unsigned int field, const void *bytes,
    size_t size)
{
	assert(field_of(d, field)->type == FACT_TEXT);
	if (size > 0 && !dissection_has(d, field))
		add(d, field, bytes, size);
}

void
dissection_word(struct dissection *d, unsigned int field, const char *text)
{
	dissection_text(d, field, text, strlen(text));
}

void
dissection_replace(struct dissection *d, unsigned int field,
    const void *bytes, size_t size)
{
	struct fact fact;

	assert(field_of(d, field)->type == FACT_TEXT);
	if (size == 0)
		return;
	if (find(d, field, &fact))
		facts_remove(&d->applications->facts, d->flow->facts, &fact);
	add(d, field, bytes, size);
}

void
dissection_item(struct dissection *d, unsigned int field, const void *bytes,
    size_t size)
{
	const struct facts_store *store = &d->applications->facts;
	struct fact fact;
	size_t offset = 0;
	int count = 0;

	assert(field_of(d, field)->type == FACT_LIST);
	if (size > FACT_TEXT_MAX)
		size = FACT_TEXT_MAX;
	while (facts_next(store, d->flow->facts, &offset, &fact)) {
		if (fact.application != number_of(d) || fact.field != field)
			continue;
		count++;
		if (fact.size == size && memcmp(fact.bytes, bytes, size) == 0)
			return;
	}
	if (size > 0 && count < ITEMS_MAX)
		add(d, field, bytes, size);
}

void
dissection_number(struct dissection *d, unsigned int field, uint64_t value)
{
	if (!dissection_has(d, field))
		add(d, field, &value, sizeof value);
}

void
dissection_set(struct dissection *d, unsigned int field, uint64_t value)
{
	struct fact fact;

	if (find(d, field, &fact))
		facts_overwrite(&d->applications->facts, d->flow->facts,
		    &fact, value);
	else
		add(d, field, &value, sizeof value);
}

void
dissection_count(struct dissection *d, unsigned int field, uint64_t more)
{
	struct fact fact;

	if (find(d, field, &fact))
		more += fact_number(&fact);
	dissection_set(d, field, more);
}

void
dissection_switch(struct dissection *d, const char *name)
{
	d->has_inner = true;
	d->inner = name == NULL ? 0 : applications_number(name);
}

/* Of a datagram nothing waits in the side's buffer. */
uint8_t *
dissection_hold(struct dissection *d)
{
	struct applications *a = d->applications;
	uint16_t *number = &d->flow->buffer[d->input->side];

	assert(d->is_datagram);
	if (*number == 0)
		*number = held_take(&a->held, HELD_LARGE);
	if (*number == 0) {
		a->counts.buffers_short++;
		return NULL;
	}
	return held_at(&a->held, *number)->at;
}

void
dissection_expect(struct dissection *d, const char *name,
    enum application_transport transport, bool to_receiver, uint16_t port)
{
	const struct applications_options *options =
	    &d->applications->options;
	struct application_expectation expected = {
		.number = applications_number(name),
		.is_datagram = transport == APPLICATION_UDP,
		.side = to_receiver ? !d->input->side : d->input->side,
		.port = port
	};

	assert(expected.number != 0);
	if (options->expect != NULL)
		options->expect(options->context, d->input, &expected);
}
