/*
 * Pools of objects; see pool.h.
 */
#include <sys/mman.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/pool.h"

static bool	has_fresh(const struct pool *);
static uint32_t	take_freed(struct pool *, uint32_t *);

void *
pool_map(size_t size)
{
	void *memory;

	memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED) {
		log_error("cannot reserve %zu bytes of memory", size);
		abort();
	}
	/* A hint: without huge pages all works, with more TLB misses. */
	(void)madvise(memory, size, MADV_HUGEPAGE);
	return memory;
}

void
pool_unmap(void *memory, size_t size)
{
	if (memory != NULL)
		(void)munmap(memory, size);
}

void
pool_init(struct pool *pool, size_t object_size, uint32_t capacity)
{
	size_t stride = pool_stride(object_size);

	*pool = (struct pool){ .stride = stride, .capacity = capacity };
	pool->base = pool_map(stride * ((size_t)capacity + 1));
}

void
pool_release(struct pool *pool)
{
	pool_unmap(pool->base, pool->stride * ((size_t)pool->capacity + 1));
	pool->base = NULL;
}

uint32_t
pool_take(struct pool *pool)
{
	if (pool->free != 0)
		return take_freed(pool, &pool->free);
	if (!has_fresh(pool))
		return take_freed(pool, &pool->free_high);
	pool->live++;
	return ++pool->used;	/* fresh memory is zero */
}

uint32_t
pool_take_high(struct pool *pool)
{
	if (pool->free_high != 0)
		return take_freed(pool, &pool->free_high);
	if (!has_fresh(pool))
		return take_freed(pool, &pool->free);
	pool->live++;
	return pool->capacity - pool->used_high++;
}

static bool
has_fresh(const struct pool *pool)
{
	return pool->used < pool->capacity - pool->used_high;
}

/* A free object is zero but for its first bytes: the next free one's number. */
static uint32_t
take_freed(struct pool *pool, uint32_t *list)
{
	uint32_t number = *list;
	void *object = pool_at(pool, number);

	if (number == 0)
		return 0;
	memcpy(list, object, sizeof *list);
	memset(object, 0, sizeof *list);
	pool->live++;
	return number;
}

/* Cleared here, while the caches still hold it. */
void
pool_give(struct pool *pool, uint32_t number)
{
	memset(pool_at(pool, number), 0, pool->stride);
	pool_give_used(pool, number);
}

void
pool_give_used(struct pool *pool, uint32_t number)
{
	void *object = pool_at(pool, number);
	uint32_t *list = number > pool->capacity - pool->used_high ?
	    &pool->free_high : &pool->free;

	memcpy(object, list, sizeof *list);
	*list = number;
	pool->live--;
}
