/*
 * Bytes that wait; see held.h. A handle is the buffer's number and, in its
 * lowest bit, whether it is a large one.
 */
#include <string.h>

#include "dissect/held.h"

enum {
	HELD_SMALL_COUNT = 32767,
	HELD_LARGE_COUNT = 4096
};

static struct pool	*pool_of(struct held *, uint16_t);

void
held_init(struct held *held)
{
	pool_init(&held->small, sizeof(struct held_bytes) + HELD_SMALL,
	    HELD_SMALL_COUNT);
	pool_init(&held->large, sizeof(struct held_bytes) + HELD_LARGE,
	    HELD_LARGE_COUNT);
}

void
held_release(struct held *held)
{
	pool_release(&held->small);
	pool_release(&held->large);
}

uint32_t
held_live(const struct held *held)
{
	return held->small.live + held->large.live;
}

static inline struct pool *
pool_of(struct held *held, uint16_t handle)
{
	return (handle & 1) != 0 ? &held->large : &held->small;
}

uint16_t
held_take(struct held *held, size_t size)
{
	uint32_t is_large = size > HELD_SMALL;
	uint32_t number = pool_take(is_large ? &held->large : &held->small);
	uint16_t handle;

	if (number == 0 && !is_large) {
		is_large = 1;
		number = pool_take(&held->large);
	}
	if (number == 0)
		return 0;
	handle = (uint16_t)(number << 1 | is_large);
	held_at(held, handle)->size = 0;
	return handle;
}

void
held_give(struct held *held, uint16_t handle)
{
	pool_give_used(pool_of(held, handle), handle >> 1);
}

struct held_bytes *
held_at(const struct held *held, uint16_t handle)
{
	return pool_at((handle & 1) != 0 ? &held->large : &held->small,
	    handle >> 1);
}

size_t
held_capacity(uint16_t handle)
{
	return (handle & 1) != 0 ? HELD_LARGE : HELD_SMALL;
}

bool
held_grow(struct held *held, uint16_t *handle)
{
	const struct held_bytes *from = held_at(held, *handle);
	uint16_t large = held_take(held, HELD_LARGE);

	if (large == 0)
		return false;
	memcpy(held_at(held, large), from, sizeof *from + from->size);
	held_give(held, *handle);
	*handle = large;
	return true;
}
