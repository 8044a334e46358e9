/*
 * A message whose parts come in datagrams, in any order, some of them twice.
 * The caller lends room of APPLICATION_HELD_MAX bytes (dissection_hold()),
 * and what does not fit into it is left out. All zero: no part has come.
 */
#ifndef TALLYMAN_DISSECT_ASSEMBLY_H
#define TALLYMAN_DISSECT_ASSEMBLY_H

#include "base/cursor.h"

enum { ASSEMBLY_RANGES_MAX = 10 };

struct assembly_range {
	uint16_t	from;
	uint16_t	to;
};

/* What has come: ranges in order, none of which touches another. */
struct assembly {
	uint16_t		count;
	struct assembly_range	ranges[ASSEMBLY_RANGES_MAX];
};

/* False when there are so many gaps that the part had to be dropped. */
bool	assembly_add(struct assembly *, uint8_t *room, uint64_t offset,
	    struct cursor part);

/* Bytes from the first on that have come without a gap. */
size_t	assembly_ready(const struct assembly *);

#endif
