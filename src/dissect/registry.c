/*
 * How the dense tables behind registry_at() are filled; see registry.h.
 */
#include <stdlib.h>

#include "base/log.h"
#include "dissect/applications.h"
#include "dissect/registry.h"

enum { REGISTRY_DISSECTORS_MAX = 255 };

uint8_t			 registry_table[KEY_SPACES][REGISTRY_NUMBERS];
const struct dissector	*registry_taker[UINT8_MAX + 1];

static void	registry_claim(struct dissector_key, size_t);

void
registry_init(void)
{
	applications_index();
	for (size_t i = 0; registry_dissectors[i] != NULL; i++) {
		const struct dissector_key *keys = registry_dissectors[i]->keys;

		if (i == REGISTRY_DISSECTORS_MAX) {
			log_error("more than %d dissectors",
			    REGISTRY_DISSECTORS_MAX);
			abort();
		}
		for (int k = 0; k < DISSECTOR_KEYS_MAX &&
		    keys[k].space != KEY_NONE; k++)
			registry_claim(keys[k], i);
	}
}

static void
registry_claim(struct dissector_key key, size_t index)
{
	uint8_t *entry = &registry_table[key.space][key.value];

	if (*entry != 0 && *entry != index + 1) {
		log_error("dissectors %s and %s both claim key %d of space %d",
		    registry_dissectors[*entry - 1]->name,
		    registry_dissectors[index]->name, key.value, key.space);
		abort();
	}
	*entry = (uint8_t)(index + 1);
	registry_taker[*entry] = registry_dissectors[index];
}
