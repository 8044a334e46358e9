/*
 * All outputs of a run; see outputs.h.
 */
#include <stdlib.h>

#include "base/log.h"
#include "engine/outputs.h"

static void	outputs_lose(struct outputs *, size_t, const struct error *);

void
outputs_init(struct outputs *o, struct output **outputs, size_t count)
{
	*o = (struct outputs){ .outputs = outputs, .count = count };
	o->failures = calloc(count + 1, sizeof *o->failures);
	if (o->failures == NULL) {
		log_error("cannot allocate memory for outputs");
		abort();
	}
}

void
outputs_release(struct outputs *o)
{
	free(o->failures);
}

void
outputs_record(struct outputs *o, const struct record *record)
{
	for (size_t i = 0; i < o->count; i++) {
		struct error error;

		if (!outputs_is_lost(o, i) &&
		    output_record(o->outputs[i], record, &error) < 0)
			outputs_lose(o, i, &error);
	}
}

void
outputs_stats(struct outputs *o, const struct stats *stats, bool is_last)
{
	for (size_t i = 0; i < o->count; i++) {
		struct error error;

		if (!outputs_is_lost(o, i) &&
		    output_stats(o->outputs[i], stats, is_last, &error) < 0)
			outputs_lose(o, i, &error);
	}
}

void
outputs_flush(struct outputs *o)
{
	for (size_t i = 0; i < o->count; i++) {
		struct error error;

		if (!outputs_is_lost(o, i) &&
		    output_flush(o->outputs[i], &error) < 0)
			outputs_lose(o, i, &error);
	}
}

void
outputs_pieces(struct outputs *o, size_t index, struct iovec *pieces,
    int count)
{
	struct error error;

	if (!outputs_is_lost(o, index) &&
	    output_pieces(o->outputs[index], pieces, count, &error) < 0)
		outputs_lose(o, index, &error);
}

bool
outputs_tell(struct outputs *o, struct error *error)
{
	for (size_t i = 0; i < o->count; i++) {
		struct outputs_failure *failure = &o->failures[i];

		if (failure->is_told || !outputs_is_lost(o, i))
			continue;
		failure->is_told = true;
		*error = failure->error;
		return true;
	}
	return false;
}

bool
outputs_are_lost(const struct outputs *o)
{
	for (size_t i = 0; i < o->count; i++) {
		if (!outputs_is_lost(o, i))
			return false;
	}
	return o->count > 0;
}

bool
outputs_is_lost(const struct outputs *o, size_t index)
{
	return atomic_load_explicit(&o->failures[index].is_lost,
	    memory_order_acquire);
}

static void
outputs_lose(struct outputs *o, size_t index, const struct error *error)
{
	o->failures[index].error = *error;
	atomic_store_explicit(&o->failures[index].is_lost, true,
	    memory_order_release);
}
