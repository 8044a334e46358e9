/*
 * Header fields as HTTP/2 packs them (RFC 7541), for who wants to know what a
 * first block of a connection says. What the peers agree upon in it for later
 * blocks is not kept, so a field that refers to that has no name or value.
 */
#ifndef TALLYMAN_DISSECT_HPACK_H
#define TALLYMAN_DISSECT_HPACK_H

#include "base/cursor.h"

enum { HPACK_NAME_MAX = 32, HPACK_VALUE_MAX = 255 };

/* Texts end with a 0, and are cut at their maximum; empty: not known. */
struct hpack_field {
	size_t	value_size;
	char	name[HPACK_NAME_MAX + 1];
	char	value[HPACK_VALUE_MAX + 1];	/* foreign bytes */
};

/* Takes the next field of a block; false at its end, or where it is damaged. */
bool	hpack_take(struct cursor *block, struct hpack_field *);

#endif
