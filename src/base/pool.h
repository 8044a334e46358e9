/*
 * Objects of one size in one reserved stretch of memory, named by a 32-bit
 * number so that links between them cost half a pointer. Number 0 is never
 * given out and means "none". Memory is reserved at start and paid for only
 * when touched; freed objects are handed out again, the newest first.
 *
 * Numbers are given out from 1 upwards, and to who asks for high ones from
 * capacity downwards: so a table beside the pool that only one of two kinds
 * of objects needs has no gaps. When one end is out of numbers it gives out
 * what was freed of the other.
 */
#ifndef TALLYMAN_BASE_POOL_H
#define TALLYMAN_BASE_POOL_H

#include <stddef.h>
#include <stdint.h>

struct pool {
	uint8_t		*base;		/* owned; object n at n * stride */
	size_t		 stride;	/* bytes, a multiple of 64 */
	uint32_t	 capacity;	/* objects */
	uint32_t	 used;		/* numbers ever given out */
	uint32_t	 free;		/* head of the free list */
	uint32_t	 used_high;	/* the same of the high ones */
	uint32_t	 free_high;
	uint32_t	 live;		/* given out and not given back */
};

enum { POOL_ALIGNMENT = 64 };

/* Bytes from one object to the next. */
static inline size_t
pool_stride(size_t object_size)
{
	return (object_size + POOL_ALIGNMENT - 1) / POOL_ALIGNMENT *
	    POOL_ALIGNMENT;
}

/* Reserves room for capacity objects; aborts when the system refuses. */
void	 pool_init(struct pool *, size_t object_size, uint32_t capacity);
void	 pool_release(struct pool *);

/* A zeroed object's number, or 0 when the pool is full. */
uint32_t pool_take(struct pool *);
uint32_t pool_take_high(struct pool *);
void	 pool_give(struct pool *, uint32_t number);

/* The same for who needs no zeros: it is not cleared, but for its head. */
void	 pool_give_used(struct pool *, uint32_t number);

static inline void *
pool_at(const struct pool *pool, uint32_t number)
{
	return pool->base + (size_t)number * pool->stride;
}

/* The number after this one that was ever given out, from 0 to 0. */
static inline uint32_t
pool_next(const struct pool *pool, uint32_t number)
{
	if (number == pool->used)
		number = pool->capacity - pool->used_high;
	return number == pool->capacity ? 0 : number + 1;
}

/* Memory for tables: zeroed, page-aligned, huge pages where there are some. */
void	*pool_map(size_t size);
void	 pool_unmap(void *, size_t size);

#endif
