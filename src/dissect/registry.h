/*
 * Which dissector takes which number of which space. The list is generated
 * at build time from the files in dissectors/.
 */
#ifndef TALLYMAN_DISSECT_REGISTRY_H
#define TALLYMAN_DISSECT_REGISTRY_H

#include <stddef.h>

#include "dissect/dissector.h"

/* All dissectors, in the order of their file names; ends with NULL. */
extern const struct dissector *const registry_dissectors[];

/*
 * Builds the dense tables; call once before the first walk. Two dissectors
 * that claim one key are a bug and abort.
 */
void	registry_init(void);

/* NULL when nobody claims the key. */
const struct dissector	*registry_at(enum key_space, uint16_t value);

static inline const struct dissector *
registry_find(struct dissector_key key)
{
	return registry_at(key.space, key.value);
}

#endif
