/*
 * Messages in parts; see assembly.h.
 */
#include <string.h>

#include "dissect/application.h"
#include "dissect/assembly.h"

static bool	insert(struct assembly *, struct assembly_range);

bool
assembly_add(struct assembly *assembly, uint8_t *room, uint64_t offset,
    struct cursor part)
{
	struct assembly_range range;

	if (offset >= APPLICATION_HELD_MAX || cursor_left(&part) == 0)
		return true;
	cursor_limit(&part, (size_t)(APPLICATION_HELD_MAX - offset));
	range.from = (uint16_t)offset;
	range.to = (uint16_t)(offset + cursor_left(&part));
	if (!insert(assembly, range))
		return false;
	memcpy(room + offset, part.at, cursor_left(&part));
	return true;
}

/* Those that it touches become one with it. */
static bool
insert(struct assembly *assembly, struct assembly_range range)
{
	struct assembly_range *ranges = assembly->ranges;
	uint16_t first = 0;
	uint16_t last;

	while (first < assembly->count && ranges[first].to < range.from)
		first++;
	for (last = first; last < assembly->count &&
	    ranges[last].from <= range.to; last++) {
		if (ranges[last].from < range.from)
			range.from = ranges[last].from;
		if (ranges[last].to > range.to)
			range.to = ranges[last].to;
	}
	if (first == last && assembly->count == ASSEMBLY_RANGES_MAX)
		return false;
	memmove(ranges + first + 1, ranges + last,
	    (size_t)(assembly->count - last) * sizeof *ranges);
	ranges[first] = range;
	assembly->count = (uint16_t)(assembly->count - (last - first) + 1);
	return true;
}

size_t
assembly_ready(const struct assembly *assembly)
{
	return assembly->count > 0 && assembly->ranges[0].from == 0 ?
	    assembly->ranges[0].to : 0;
}
