/*
 * How a plan is made; see json_plan.h.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "output/json_write.h"

/* Counters that are worth a step. */
enum { JSON_RUN_MIN = 4 };

static struct json_step	*json_plan_step(struct json_plan *, enum json_action,
			    const char *, size_t, const char *);
static struct json_step	*json_plan_join(struct json_plan *,
			    struct json_step *, const struct field *);
static void		 json_plan_value(struct json_plan *,
			    const struct field *);
static void		 json_plan_open(struct json_plan *,
			    const struct field *const *, size_t);
static void		 json_plan_close(struct json_plan *, const char *,
			    const char *);
static uint64_t		 json_needs(const struct field *const *, size_t,
			    size_t);
static void		 json_plan_fact(struct json_plan *,
			    const struct field *, bool);
static void		 json_plan_skip(struct json_plan *);
static const char	*json_last_word(const char *);
static size_t		 json_run_count(const struct field *const *, size_t);
static bool		 json_follows(const struct field *,
			    const struct field *);
static size_t		 json_counter_size(const struct field *);
static void		 json_plan_run(struct json_plan *,
			    const struct field *const *, size_t);

void *
json_plan_allocate(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (memory == NULL) {
		log_error("cannot allocate %zu bytes", count * size);
		abort();
	}
	return memory;
}

/* Appends a step whose text is made of a name's first bytes and a tail. */
static struct json_step *
json_plan_step(struct json_plan *plan, enum json_action action,
    const char *name, size_t size, const char *tail)
{
	struct json_step *step = &plan->steps[plan->count++];
	size_t tail_size = strlen(tail);

	assert(1 + size + tail_size <= sizeof step->text);
	step->action = (uint8_t)action;
	step->text[0] = '"';
	memcpy(step->text + 1, name, size);
	memcpy(step->text + 1 + size, tail, tail_size);
	step->text_size = (uint8_t)(1 + size + tail_size);
	plan->room += step->text_size + 1U;	/* a comma may follow */
	return step;
}

/* What all the fields need that share the first one's prefix. */
static uint64_t
json_needs(const struct field *const *fields, size_t count, size_t prefix)
{
	uint64_t needs = fields[0]->needs;

	for (size_t i = 1; i < count; i++) {
		if (strncmp(fields[0]->name, fields[i]->name, prefix) != 0)
			break;
		needs &= fields[i]->needs;
	}
	return needs;
}

/* Opens the objects that the first field stands in and that are not open. */
static void
json_plan_open(struct json_plan *plan, const struct field *const *fields,
    size_t count)
{
	const char *name = fields[0]->name;
	size_t prefix = plan->depth == 0 ? 0 : plan->prefix[plan->depth - 1];
	const char *dot;

	while ((dot = strchr(name + prefix, '.')) != NULL) {
		size_t size = (size_t)(dot - (name + prefix));

		assert(plan->depth < JSON_DEPTH_MAX);
		plan->opened[plan->depth] = plan->count;
		plan->prefix[plan->depth] = prefix + size + 1;
		plan->depth++;
		json_plan_step(plan, JSON_OPEN, name + prefix, size,
		    "\":{")->needs =
		    json_needs(fields, count, prefix + size + 1);
		prefix += size + 1;
	}
}

/* Closes the objects of one field that the next does not stand in. */
static void
json_plan_close(struct json_plan *plan, const char *name, const char *next)
{
	size_t opened;

	while (plan->depth > 0 && strncmp(name, next,
	    plan->prefix[plan->depth - 1]) != 0) {
		plan->depth--;
		opened = plan->opened[plan->depth];
		plan->steps[opened].skipped = (uint16_t)(plan->count -
		    opened);
		(void)json_plan_step(plan, plan->steps[opened].action ==
		    JSON_OPEN ? JSON_CLOSE_ANY : JSON_CLOSE, "", 0, "");
	}
}

/* An object's step takes the first value in, if it always has that one. */
static struct json_step *
json_plan_join(struct json_plan *plan, struct json_step *step,
    const struct field *field)
{
	struct json_step *open = step - 1;

	if (plan->count < 2 || open->action != JSON_OPEN ||
	    open->needs != field->needs || !field_is_certain(field) ||
	    (size_t)open->text_size + step->text_size > JSON_TEXT_MAX)
		return step;
	memcpy(open->text + open->text_size, step->text, step->text_size);
	open->text_size = (uint8_t)(open->text_size + step->text_size);
	open->action = JSON_VALUE;
	*step = (struct json_step){ 0 };
	plan->count--;
	return open;
}

static void
json_plan_value(struct json_plan *plan, const struct field *field)
{
	const char *name = json_last_word(field->name);
	struct json_step *step = json_plan_step(plan, JSON_VALUE, name,
	    strlen(name), json_write_is_quoted(field->type) ? "\":\"" :
	    "\":");

	assert(field->offset <= UINT16_MAX);
	step = json_plan_join(plan, step, field);
	step->type = (uint8_t)field->type;
	step->value = json_write_value(field->type);
	step->needs = field->needs;
	step->offset = (uint16_t)field->offset;
	plan->room += json_write_room(field->type);
}

void
json_plan_init(struct json_plan *plan, const struct field *const *fields,
    size_t count)
{
	size_t run_end = 0;

	*plan = (struct json_plan){ .room = SPELL_ROOM };
	plan->steps = json_plan_allocate(count * (2 + 2 * JSON_DEPTH_MAX) + 1,
	    sizeof *plan->steps);
	plan->facts = json_plan_allocate(fields_fact_count() + 1,
	    sizeof *plan->facts);
	for (size_t i = 0; i < count; i++) {
		const char *name = fields[i]->name;

		if (field_is_fact(fields[i])) {
			json_plan_fact(plan, fields[i],
			    i > 0 && field_is_fact(fields[i - 1]));
			continue;
		}
		json_plan_open(plan, fields + i, count - i);
		if (i >= run_end) {
			run_end = i + json_run_count(fields + i, count - i);
			json_plan_run(plan, fields + i, run_end - i);
		}
		json_plan_value(plan, fields[i]);
		json_plan_close(plan, name,
		    i + 1 == count ? "" : fields[i + 1]->name);
	}
	json_plan_skip(plan);
	plan->steps[plan->count].action = JSON_END;
}

/* The members of "app" stand last, and one step writes all there are. */
static void
json_plan_fact(struct json_plan *plan, const struct field *field,
    bool has_step)
{
	struct json_step *step;

	plan->facts[field->offset] = true;
	if (has_step)
		return;
	step = json_plan_step(plan, JSON_VALUE, "app", 3, "\":{");
	step->type = (uint8_t)field->type;
	step->value = json_write_value(field->type);
	step->needs = field->needs;
}

/* Steps that stand together and need the same are left out together. */
static void
json_plan_skip(struct json_plan *plan)
{
	for (size_t i = plan->count; i-- > 0;) {
		struct json_step *step = &plan->steps[i];
		const struct json_step *next = step + 1;

		if (step->action == JSON_OPEN || step->skipped > 0)
			continue;	/* it ends with its object */
		if (i + 1 < plan->count && next->needs == step->needs &&
		    (next->action == JSON_VALUE ||
		    next->action == JSON_RUN))
			step->skipped = (uint16_t)(next->skipped + 1);
	}
}

void
json_plan_release(struct json_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct json_run *run = plan->steps[i].run;

		if (run == NULL)
			continue;
		free(run->text);
		free(run->places);
		free(run);
	}
	free(plan->facts);
	free(plan->steps);
}

static const char *
json_last_word(const char *name)
{
	const char *last = strrchr(name, '.');

	return last == NULL ? name : last + 1;
}

/* 0: no counter. */
static size_t
json_counter_size(const struct field *field)
{
	switch (field->type) {
	case FIELD_U32:
		return sizeof(uint32_t);
	case FIELD_U64:
		return sizeof(uint64_t);
	default:
		return 0;
	}
}

/*
 * How many counters of one object stand together in memory, in the order of
 * the fields, beginning with the first; 1 if it is none.
 */
static size_t
json_run_count(const struct field *const *fields, size_t count)
{
	const char *name = fields[0]->name;
	size_t prefix = (size_t)(json_last_word(name) - name);
	size_t run = 1;

	while (run < count && json_counter_size(fields[run - 1]) > 0 &&
	    json_counter_size(fields[run]) > 0 &&
	    json_follows(fields[run - 1], fields[run]) &&
	    fields[run]->needs == fields[0]->needs &&
	    strncmp(fields[run]->name, name, prefix) == 0 &&
	    strchr(fields[run]->name + prefix, '.') == NULL)
		run++;
	return run;
}

/* No more lies between the two than what aligns the second. */
static bool
json_follows(const struct field *first, const struct field *second)
{
	size_t end = first->offset + json_counter_size(first);

	return second->offset >= end &&
	    second->offset - end < json_counter_size(second);
}

/* The memory of the run is looked at in words of 8 bytes. */
static void
json_plan_run(struct json_plan *plan, const struct field *const *fields,
    size_t count)
{
	const struct field *last = fields[count - 1];
	struct json_step *step;
	struct json_run *run;
	struct buffer text;

	if (count < JSON_RUN_MIN)
		return;
	run = json_plan_allocate(1, sizeof *run);
	run->places = json_plan_allocate(count, sizeof *run->places);
	run->count = count;
	run->offset = fields[0]->offset / 8 * 8;
	run->size = (last->offset + json_counter_size(last) + 7) / 8 * 8 -
	    run->offset;
	buffer_init(&text, 256);
	for (size_t i = 0; i < count; i++) {
		buffer_char(&text, '"');
		buffer_text(&text, json_last_word(fields[i]->name));
		buffer_text(&text, "\":0,");
		run->places[i] = text.size - 2;
	}
	run->text_size = text.size;
	run->text = json_plan_allocate(text.size, 1);
	memcpy(run->text, text.data, text.size);
	buffer_release(&text);
	step = json_plan_step(plan, JSON_RUN, "", 0, "");
	step->needs = fields[0]->needs;
	step->run = run;
}
