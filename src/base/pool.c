/*
 * Pools of objects; see pool.h.
 */
#include <sys/mman.h>

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/pool.h"

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

/* A free object is zero but for its first bytes: the next free one's number. */
uint32_t
pool_take(struct pool *pool)
{
	uint32_t number = pool->free;

	if (number != 0) {
		void *object = pool_at(pool, number);

		memcpy(&pool->free, object, sizeof pool->free);
		memset(object, 0, sizeof pool->free);
	} else if (pool->used < pool->capacity) {
		number = ++pool->used;	/* fresh memory is zero */
	} else {
		return 0;
	}
	pool->live++;
	return number;
}

/* Cleared here, while the caches still hold it. */
void
pool_give(struct pool *pool, uint32_t number)
{
	void *object = pool_at(pool, number);

	memset(object, 0, pool->stride);
	memcpy(object, &pool->free, sizeof pool->free);
	pool->free = number;
	pool->live--;
}
