/*
 * For tests of saved captures: builds pcap and pcapng in memory, in either
 * byte order, stores them in files of their own, and reads them back.
 */
#ifndef TALLYMAN_TESTS_STORED_H
#define TALLYMAN_TESTS_STORED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "capture/saved.h"

enum {
	STORED_FRAMES_MAX = 4096,
	STORED_PATH = 64
};

/* A file under construction; numbers are written in its byte order. */
struct stored {
	uint8_t	*data;		/* owned */
	size_t	 size;
	size_t	 capacity;
	bool	 is_big_endian;
};

/* What was read: the frames with the bytes that they pointed to. */
struct stored_frames {
	struct frame		 frames[STORED_FRAMES_MAX];
	size_t			 count;
	struct source_counts	 counts;
	struct source		*source;	/* owned */
};

/* Appends room for size bytes and says where. */
static inline uint8_t *
stored_room(struct stored *s, size_t size)
{
	if (s->size + size >= s->capacity) {
		s->capacity = (s->size + size) * 2 + 64;
		s->data = realloc(s->data, s->capacity);
		assert_non_null(s->data);
	}
	s->size += size;
	return s->data + s->size - size;
}

static inline void
stored_bytes(struct stored *s, const void *bytes, size_t size)
{
	uint8_t *room = stored_room(s, size);

	if (size > 0)
		memcpy(room, bytes, size);
}

static inline void
stored_fill(struct stored *s, uint8_t value, size_t size)
{
	memset(stored_room(s, size), value, size);
}

static inline void
stored_zeros(struct stored *s, size_t size)
{
	stored_fill(s, 0, size);
}

static inline void
stored_number(struct stored *s, uint64_t value, unsigned int size)
{
	unsigned int i, shift;
	uint8_t byte;

	for (i = 0; i < size; i++) {
		shift = s->is_big_endian ? size - 1 - i : i;
		byte = (uint8_t)(value >> (shift * 8));
		stored_bytes(s, &byte, 1);
	}
}

static inline void
stored_u16(struct stored *s, unsigned int value)
{
	stored_number(s, value, 2);
}

static inline void
stored_u32(struct stored *s, uint32_t value)
{
	stored_number(s, value, 4);
}

static inline void
stored_pcap(struct stored *s, uint32_t magic, uint32_t link_type)
{
	stored_u32(s, magic);
	stored_u16(s, 2);
	stored_u16(s, 4);
	stored_zeros(s, 8);
	stored_u32(s, 65535);
	stored_u32(s, link_type);
}

/* A record whose data are size bytes of the value fill. */
static inline void
stored_record(struct stored *s, uint32_t seconds, uint32_t fraction,
    uint32_t size, uint8_t fill)
{
	stored_u32(s, seconds);
	stored_u32(s, fraction);
	stored_u32(s, size);
	stored_u32(s, size);
	stored_fill(s, fill, size);
}

/* A pcapng block around a body, which is padded. */
static inline void
stored_block(struct stored *s, uint32_t type, const struct stored *body)
{
	size_t padding = (4 - body->size % 4) % 4;
	uint32_t size = (uint32_t)(body->size + padding + 12);

	stored_u32(s, type);
	stored_u32(s, size);
	stored_bytes(s, body->data, body->size);
	stored_zeros(s, padding);
	stored_u32(s, size);
}

static inline void
stored_section(struct stored *s)
{
	struct stored body = { .is_big_endian = s->is_big_endian };

	stored_u32(&body, 0x1a2b3c4d);
	stored_u16(&body, 1);
	stored_u16(&body, 0);
	stored_number(&body, UINT64_MAX, 8);
	stored_block(s, 0x0a0d0d0a, &body);
	free(body.data);
}

static inline void
stored_option(struct stored *body, unsigned int code, const void *value,
    size_t size)
{
	stored_u16(body, code);
	stored_u16(body, (unsigned int)size);
	stored_bytes(body, value, size);
	stored_zeros(body, (4 - size % 4) % 4);
}

/* An interface block; resolution and name may be left out: -1, NULL. */
static inline void
stored_interface(struct stored *s, unsigned int link_type, int resolution,
    const char *name)
{
	struct stored body = { .is_big_endian = s->is_big_endian };
	uint8_t byte = (uint8_t)resolution;

	stored_u16(&body, link_type);
	stored_u16(&body, 0);
	stored_u32(&body, 65535);
	if (name != NULL)
		stored_option(&body, 2, name, strlen(name));
	if (resolution >= 0)
		stored_option(&body, 9, &byte, 1);
	if (name != NULL || resolution >= 0)
		stored_option(&body, 0, NULL, 0);
	stored_block(s, 1, &body);
	free(body.data);
}

/* An enhanced packet block of size bytes of the value fill. */
static inline void
stored_packet(struct stored *s, uint32_t interface, uint64_t time,
    uint32_t size, uint8_t fill)
{
	struct stored body = { .is_big_endian = s->is_big_endian };

	stored_u32(&body, interface);
	stored_u32(&body, (uint32_t)(time >> 32));
	stored_u32(&body, (uint32_t)time);
	stored_u32(&body, size);
	stored_u32(&body, size);
	stored_fill(&body, fill, size);
	stored_block(s, 6, &body);
	free(body.data);
}

/* Writes the first size bytes to a new file and says its path. */
static inline void
stored_write(const void *data, size_t size, char path[STORED_PATH])
{
	int fd;

	snprintf(path, STORED_PATH, "stored.XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, size), (ssize_t)size);
	close(fd);
}

/*
 * Reads to the end in batches of max, copying each frame. The source is
 * kept for the interfaces' sake.
 */
static inline void
stored_read(struct stored_frames *all, const char *const *paths, size_t count,
    const char *filter, int max)
{
	struct frame batch[64];
	struct error error = { .text = "" };
	uint8_t *copy;
	int got, i;

	memset(all, 0, sizeof(*all));
	all->source = saved_open(paths, count, filter, &error);
	if (all->source == NULL)
		print_error("%s\n", error.text);
	assert_non_null(all->source);
	while ((got = source_read(all->source, batch, max, &error)) !=
	    SOURCE_END) {
		if (got == SOURCE_QUIET)
			continue;
		assert_in_range(got, 1, max);
		for (i = 0; i < got; i++) {
			copy = malloc(batch[i].captured + 1);
			assert_non_null(copy);
			memcpy(copy, batch[i].data, batch[i].captured);
			batch[i].data = copy;
			assert_true(all->count < STORED_FRAMES_MAX);
			all->frames[all->count++] = batch[i];
		}
		source_release_all(all->source);
	}
	source_counts(all->source, &all->counts);
}

static inline void
stored_release(struct stored_frames *all)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		free((void *)(uintptr_t)all->frames[i].data);
	source_free(all->source);
}

/* One file made of these bytes, read and removed. */
static inline void
stored_read_bytes(struct stored_frames *all, const void *data, size_t size)
{
	char path[STORED_PATH];
	const char *paths[1] = { path };

	stored_write(data, size, path);
	stored_read(all, paths, 1, NULL, 64);
	unlink(path);
}

/* All bytes of a frame are fill, and there are size of them. */
static inline void
stored_expect(const struct frame *frame, int64_t ts_ns, uint32_t size,
    uint8_t fill)
{
	uint32_t i, wrong = 0;

	assert_true(frame->ts_ns == ts_ns);
	assert_int_equal(frame->captured, size);
	assert_int_equal(frame->length, size);
	for (i = 0; i < size; i++)
		wrong += frame->data[i] != fill;
	assert_int_equal(wrong, 0);
}

#endif
