/*
 * A capture in memory; see held.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/saved.h"
#include "flow/items.h"
#include "held.h"

enum { HELD_BATCH = 64 };

static void	*allocate(size_t, size_t);
static void	measure(struct held *);
static void	hold(struct held *, const struct frame *, size_t, size_t *);

/* Reads twice: to learn how much there is, and to keep it. */
void
held_load(struct held *held, const char *path)
{
	struct frame batch[HELD_BATCH];
	size_t frames = 0, size = 0;
	int count;

	*held = (struct held){ .path = path };
	measure(held);
	held->frames = allocate(held->count, sizeof *held->frames);
	held->bytes = allocate(held->size, 1);
	held->source = held_open(path);
	while ((count = held_read(path, held->source, batch,
	    HELD_BATCH)) > 0) {
		for (int i = 0; i < count; i++)
			hold(held, &batch[i], frames++, &size);
	}
	held->count = frames;
}

void
held_release(struct held *held)
{
	source_free(held->source);
	free(held->frames);
	free(held->bytes);
}

void
held_touch(struct held *held, size_t first, size_t count)
{
	for (size_t i = first; i < first + count && i < held->count; i++) {
		const struct frame *frame = &held->frames[i];

		for (uint32_t at = 0; at < frame->captured; at += 64)
			held->touched += frame->data[at];
	}
}

struct source *
held_open(const char *path)
{
	struct error error;
	struct source *source = saved_open(&path, 1, NULL, &error);

	if (source == NULL)
		bench_fail("capture", error.text);
	return source;
}

int
held_read(const char *path, struct source *source, struct frame *frames,
    int max)
{
	struct error error;
	int count;

	source_release_all(source);
	do {
		count = source_read(source, frames, max, &error);
	} while (count == SOURCE_QUIET);
	if (count == SOURCE_ERROR)
		bench_fail(path, error.text);
	return count;
}

void
bench_fail(const char *what, const char *why)
{
	fprintf(stderr, "stages: %s: %s\n", what, why);
	exit(1);
}

/* Zeroed memory. */
static void *
allocate(size_t count, size_t size)
{
	void *memory = calloc(count == 0 ? 1 : count, size);

	if (memory == NULL)
		bench_fail("memory", "there is not enough");
	return memory;
}

static void
measure(struct held *held)
{
	struct frame batch[HELD_BATCH];
	struct source *source = held_open(held->path);
	int count;

	while ((count = held_read(held->path, source, batch,
	    HELD_BATCH)) > 0) {
		held->count += (size_t)count;
		for (int i = 0; i < count; i++)
			held->size += batch[i].captured;
	}
	source_free(source);
}

/* Copies the frame behind those that are held; *size bytes are taken. */
static void
hold(struct held *held, const struct frame *frame, size_t which, size_t *size)
{
	if (which >= held->count || frame->captured > held->size - *size)
		bench_fail(held->path, "it grows while it is read");
	if (frame->ts_ns > ITEMS_TIME_MAX || frame->ts_ns < -ITEMS_TIME_MAX)
		bench_fail(held->path, "it has times out of all bounds");
	held->frames[which] = *frame;
	held->frames[which].number = which + 1;
	held->frames[which].data = memcpy(held->bytes + *size, frame->data,
	    frame->captured);
	*size += frame->captured;
}
