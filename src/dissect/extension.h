/*
 * IPv6 extension headers that are passed on the way to the transport, by
 * IANA's list of IPv6 Extension Header Types.
 */
#ifndef TALLYMAN_DISSECT_EXTENSION_H
#define TALLYMAN_DISSECT_EXTENSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"

enum {
	EXTENSION_HOP_BY_HOP = 0,	/* RFC 8200 4.3 */
	EXTENSION_ROUTING = 43,		/* RFC 8200 4.4 */
	EXTENSION_FRAGMENT = 44,	/* RFC 8200 4.5 */
	EXTENSION_AUTHENTICATION = 51,	/* RFC 4302 */
	EXTENSION_NONE = 59,		/* RFC 8200 4.7: nothing follows */
	EXTENSION_DESTINATION = 60,	/* RFC 8200 4.6 */
	EXTENSION_MOBILITY = 135,	/* RFC 6275 */
	EXTENSION_HIP = 139,		/* RFC 7401 */
	EXTENSION_SHIM6 = 140,		/* RFC 5533 */
	EXTENSIONS_MAX = 64		/* in one packet; our own bound */
};

/* ESP hides what follows and is a protocol of its own here. */
bool		extension_is(uint8_t protocol);

/* Takes the header of this type whole; failed when it is cut off. */
struct cursor	extension_take(struct cursor *, uint8_t type);

#endif
