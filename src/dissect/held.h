/*
 * Bytes of a flow's side that wait until there are more: mostly a few, so they
 * stand in a small buffer until they need a large one. A buffer is named by a
 * handle of 16 bits; 0 is none.
 */
#ifndef TALLYMAN_DISSECT_HELD_H
#define TALLYMAN_DISSECT_HELD_H

#include <stdbool.h>

#include "base/pool.h"

enum {
	HELD_SMALL = 504,
	HELD_LARGE = 4096
};

struct held_bytes {
	uint32_t	size;
	uint8_t		at[];
};

struct held {
	struct pool	small;
	struct pool	large;
};

void	held_init(struct held *);
void	held_release(struct held *);

/* Buffers that are out. */
uint32_t held_live(const struct held *);

/* An empty buffer for size bytes, HELD_LARGE at most; 0: none is left. */
uint16_t held_take(struct held *, size_t size);
void	held_give(struct held *, uint16_t handle);
struct held_bytes *held_at(const struct held *, uint16_t handle);

/* How many bytes the buffer has room for, those that it has included. */
size_t	held_capacity(uint16_t handle);

/* Moves the bytes to a large buffer; false when none is left. */
bool	held_grow(struct held *, uint16_t *handle);

#endif
