/*
 * Which dissector takes which number of which space. The list is generated
 * at build time from the files in dissectors/.
 */
#ifndef TALLYMAN_DISSECT_REGISTRY_H
#define TALLYMAN_DISSECT_REGISTRY_H

#include <stddef.h>

#include "dissect/dissector.h"

enum { REGISTRY_NUMBERS = 65536 };

/* All dissectors, in the order of their file names; ends with NULL. */
extern const struct dissector *const registry_dissectors[];

/*
 * For each number space one byte a number: the index of the dissector that
 * takes it plus one. Written by registry_init() alone.
 */
extern uint8_t registry_table[KEY_SPACES][REGISTRY_NUMBERS];

/* The dissectors by that byte; 0 has none. */
extern const struct dissector *registry_taker[UINT8_MAX + 1];

/*
 * Builds the dense tables; call once before the first walk. Two dissectors
 * that claim one key are a bug and abort.
 */
void	registry_init(void);

/* NULL when nobody claims the key. Inline: each layer of a frame asks. */
static inline const struct dissector *
registry_at(enum key_space space, uint16_t value)
{
	return registry_taker[registry_table[space][value]];
}

static inline const struct dissector *
registry_find(struct dissector_key key)
{
	return registry_at(key.space, key.value);
}

#endif
