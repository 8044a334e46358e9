/*
 * What application dissectors learned of a flow: a few values, each with the
 * dissector and the field that it belongs to, packed into a block that grows
 * from 64 bytes to 1 KiB. A flow that nothing is known of has none.
 */
#ifndef TALLYMAN_DISSECT_FACTS_H
#define TALLYMAN_DISSECT_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fetch.h"
#include "base/pool.h"

enum {
	FACT_TEXT_MAX = 255,	/* bytes of a text; more is cut off */
	FACTS_SIZE_MIN = 64,
	FACTS_CLASSES = 5,	/* 64, 128, 256, 512, 1024 bytes */
	FACTS_CLASS_BITS = 3,	/* the lowest of a handle: which pool */
	FACTS_FETCHED_MAX = 512	/* bytes of a block */
};

enum fact_type {
	FACT_TEXT,	/* foreign bytes */
	FACT_LIST,	/* several of them */
	FACT_NUMBER,
	FACT_BOOL,
	FACT_SECONDS,	/* nanoseconds, written as seconds */
	FACT_TIME	/* nanoseconds since 1970, written as a time */
};

/* A member of a dissector's object in "app". */
struct fact_field {
	const char	*name;		/* "query" */
	enum fact_type	 type;
	bool		 is_secret;	/* kept with --reveal-secrets alone */
	const char	*unit;		/* or NULL */
	const char	*meaning;	/* one sentence */
};

/* Where the facts of all flows of a meter are. */
struct facts_store {
	struct pool	blocks[FACTS_CLASSES];
	uint64_t	room;		/* bytes that may be in use */
	uint64_t	used;
	uint64_t	dropped;	/* facts there was no room for */
};

/*
 * The block of a handle, which is its number in its pool and, in the lowest
 * bits, which pool that is.
 */
static inline unsigned int
facts_class(uint32_t handle)
{
	return handle & ((1U << FACTS_CLASS_BITS) - 1);
}

static inline size_t
facts_capacity(unsigned int class)
{
	return (size_t)FACTS_SIZE_MIN << class;
}

static inline uint8_t *
facts_block(const struct facts_store *store, uint32_t handle)
{
	return pool_at(&store->blocks[facts_class(handle)],
	    handle >> FACTS_CLASS_BITS);
}

/* The facts are to be read soon. */
static inline __attribute__((always_inline)) void
facts_fetch(const struct facts_store *store, uint32_t handle)
{
	size_t size = facts_capacity(facts_class(handle));

	if (handle != 0)
		fetch_to_read(facts_block(store, handle),
		    size < FACTS_FETCHED_MAX ? size : FACTS_FETCHED_MAX);
}

/* One fact as it is read; bytes are borrowed from the block. */
struct fact {
	uint8_t		 application;	/* index in the registry */
	uint8_t		 field;		/* index in its table */
	uint8_t		 size;
	const uint8_t	*bytes;
};

/* Room for so many flows, and for what their facts take at most together. */
void	facts_init(struct facts_store *, uint32_t flows);
void	facts_release(struct facts_store *);

/* Bytes that are to be counted for a flow. */
size_t	facts_size(void);

/*
 * Adds one to the block of this handle, which may become another; 0: there is
 * none yet. Without room the fact is dropped and counted.
 */
void	facts_add(struct facts_store *, uint32_t *handle,
	    const struct fact *);

/*
 * The fact at an offset, 0 for the first, which then is the next one's; false
 * behind the last.
 */
bool	facts_next(const struct facts_store *, uint32_t handle,
	    size_t *offset, struct fact *);

/* The first fact of a field. */
bool	facts_find(const struct facts_store *, uint32_t handle,
	    uint8_t application, uint8_t field, struct fact *);

/* A fact of 8 bytes as a number, and another number over it. */
uint64_t fact_number(const struct fact *);
void	facts_overwrite(struct facts_store *, uint32_t handle,
	    const struct fact *, uint64_t value);

/* Forgets one; what was found of others does not hold any more. */
void	facts_remove(struct facts_store *, uint32_t handle,
	    const struct fact *);

/* Forgets them all; the handle becomes 0. */
void	facts_clear(struct facts_store *, uint32_t *handle);

#endif
