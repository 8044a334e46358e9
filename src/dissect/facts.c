/*
 * Facts of flows; see facts.h. A block begins with the bytes that are used of
 * it. An entry is the dissector, the field, the size and so many bytes.
 */
#include <string.h>

#include "dissect/facts.h"

enum {
	FACTS_HEAD = 2,		/* uint16_t: bytes in use, with these two */
	FACT_HEAD = 3,		/* dissector, field, size */
	FACTS_MEAN = 256,	/* bytes a flow may have on average */
	FACTS_BLOCKS_MAX = 1 << 28	/* numbers that a handle can name */
};

static size_t	 facts_used(const uint8_t *);
static void	 facts_set_used(uint8_t *, size_t);
static uint32_t	 facts_take(struct facts_store *, size_t);
static void	 facts_give(struct facts_store *, uint32_t);
static bool	 facts_grow(struct facts_store *, uint32_t *, size_t);

void
facts_init(struct facts_store *store, uint32_t flows)
{
	*store = (struct facts_store){
		.room = (uint64_t)flows * FACTS_MEAN +
		    facts_capacity(FACTS_CLASSES - 1)
	};
	for (unsigned int class = 0; class < FACTS_CLASSES; class++)
		pool_init(&store->blocks[class], facts_capacity(class),
		    flows < FACTS_BLOCKS_MAX ? flows : FACTS_BLOCKS_MAX);
}

void
facts_release(struct facts_store *store)
{
	for (unsigned int class = 0; class < FACTS_CLASSES; class++)
		pool_release(&store->blocks[class]);
}

size_t
facts_size(void)
{
	return FACTS_MEAN;
}

static inline size_t
facts_used(const uint8_t *block)
{
	return (size_t)block[0] << 8 | block[1];
}

static inline void
facts_set_used(uint8_t *block, size_t used)
{
	block[0] = (uint8_t)(used >> 8);
	block[1] = (uint8_t)used;
}

/* The smallest block that holds size bytes; 0: there is no room. */
static uint32_t
facts_take(struct facts_store *store, size_t size)
{
	unsigned int class = 0;
	uint32_t number;

	while (class < FACTS_CLASSES && facts_capacity(class) < size)
		class++;
	if (class == FACTS_CLASSES ||
	    store->used + facts_capacity(class) > store->room)
		return 0;
	number = pool_take(&store->blocks[class]);
	if (number == 0)
		return 0;
	store->used += facts_capacity(class);
	return number << FACTS_CLASS_BITS | class;
}

static void
facts_give(struct facts_store *store, uint32_t handle)
{
	store->used -= facts_capacity(facts_class(handle));
	pool_give_used(&store->blocks[facts_class(handle)],
	    handle >> FACTS_CLASS_BITS);
}

/* Moves to a block with room for more bytes, if this one has none. */
static bool
facts_grow(struct facts_store *store, uint32_t *handle, size_t more)
{
	size_t used = FACTS_HEAD;
	uint32_t larger;

	if (*handle != 0) {
		used = facts_used(facts_block(store, *handle));
		if (used + more <= facts_capacity(facts_class(*handle)))
			return true;
	}
	larger = facts_take(store, used + more);
	if (larger == 0)
		return false;
	if (*handle != 0) {
		memcpy(facts_block(store, larger),
		    facts_block(store, *handle), used);
		facts_give(store, *handle);
	}
	facts_set_used(facts_block(store, larger), used);
	*handle = larger;
	return true;
}

void
facts_add(struct facts_store *store, uint32_t *handle,
    const struct fact *fact)
{
	size_t size = FACT_HEAD + (size_t)fact->size;
	uint8_t *block;
	uint8_t *entry;

	if (!facts_grow(store, handle, size)) {
		store->dropped++;
		return;
	}
	block = facts_block(store, *handle);
	entry = block + facts_used(block);
	entry[0] = fact->application;
	entry[1] = fact->field;
	entry[2] = fact->size;
	if (fact->size > 0)
		memcpy(entry + FACT_HEAD, fact->bytes, fact->size);
	facts_set_used(block, facts_used(block) + size);
}

bool
facts_next(const struct facts_store *store, uint32_t handle, size_t *offset,
    struct fact *fact)
{
	const uint8_t *block;
	const uint8_t *entry;

	if (handle == 0)
		return false;
	block = facts_block(store, handle);
	if (*offset == 0)
		*offset = FACTS_HEAD;
	if (*offset >= facts_used(block))
		return false;
	entry = block + *offset;
	*fact = (struct fact){ entry[0], entry[1], entry[2],
	    entry + FACT_HEAD };
	*offset += FACT_HEAD + (size_t)fact->size;
	return true;
}

bool
facts_find(const struct facts_store *store, uint32_t handle,
    uint8_t application, uint8_t field, struct fact *fact)
{
	size_t offset = 0;

	while (facts_next(store, handle, &offset, fact)) {
		if (fact->application == application && fact->field == field)
			return true;
	}
	return false;
}

uint64_t
fact_number(const struct fact *fact)
{
	uint64_t value = 0;

	if (fact->size == sizeof value)
		memcpy(&value, fact->bytes, sizeof value);
	return value;
}

void
facts_overwrite(struct facts_store *store, uint32_t handle,
    const struct fact *fact, uint64_t value)
{
	uint8_t *block = facts_block(store, handle);

	if (fact->size == sizeof value)
		memcpy(block + (fact->bytes - block), &value, sizeof value);
}

void
facts_remove(struct facts_store *store, uint32_t handle,
    const struct fact *fact)
{
	uint8_t *block = facts_block(store, handle);
	size_t at = (size_t)(fact->bytes - block) - FACT_HEAD;
	size_t size = FACT_HEAD + (size_t)fact->size;
	size_t used = facts_used(block);

	memmove(block + at, block + at + size, used - at - size);
	facts_set_used(block, used - size);
}

void
facts_clear(struct facts_store *store, uint32_t *handle)
{
	if (*handle != 0)
		facts_give(store, *handle);
	*handle = 0;
}
