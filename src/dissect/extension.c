/*
 * Sizes of IPv6 extension headers:
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +---------------+---------------+-------------------------------+
 *   |  Next Header  |  Hdr Ext Len  |  the type's own content ...   |
 *   +---------------+---------------+-------------------------------+
 */
#include "dissect/extension.h"

bool
extension_is(uint8_t protocol)
{
	switch (protocol) {
	case EXTENSION_HOP_BY_HOP:
	case EXTENSION_ROUTING:
	case EXTENSION_FRAGMENT:
	case EXTENSION_AUTHENTICATION:
	case EXTENSION_DESTINATION:
	case EXTENSION_MOBILITY:
	case EXTENSION_HIP:
	case EXTENSION_SHIM6:
		return true;
	default:
		return false;
	}
}

/*
 * The length counts units of 8 bytes after the first 8, but units of 4 after
 * the first 8 in the Authentication Header (RFC 4302 2.2); a Fragment header
 * has 8 bytes always.
 */
struct cursor
extension_take(struct cursor *c, uint8_t type)
{
	const uint8_t *head = cursor_peek(c, 2);
	size_t size;

	if (head == NULL)
		return cursor_sub(c, 8);
	if (type == EXTENSION_FRAGMENT)
		size = 8;
	else if (type == EXTENSION_AUTHENTICATION)
		size = 8 + (size_t)head[1] * 4;
	else
		size = 8 + (size_t)head[1] * 8;
	return cursor_sub(c, size);
}
