/*
 * Port numbers: what IANA's registry promises about one, and its class.
 */
#ifndef TALLYMAN_DISSECT_SERVICES_H
#define TALLYMAN_DISSECT_SERVICES_H

#include <stdint.h>

#include "base/error.h"

/* RFC 6335, 6: 0-1023, 1024-49151, 49152-65535. */
enum port_class {
	PORT_WELL_KNOWN,
	PORT_REGISTERED,
	PORT_DYNAMIC
};

static inline enum port_class
services_class(uint16_t port)
{
	if (port < 1024)
		return PORT_WELL_KNOWN;
	return port < 49152 ? PORT_REGISTERED : PORT_DYNAMIC;
}

/* "well-known", "registered", "dynamic". */
const char	*services_class_name(enum port_class);

/*
 * Builds the tables from the built-in registry, then, where file is not
 * NULL, lets its lines (as in services(5): name port/protocol) replace or
 * add to them. Returns 0, or -1 with the message naming file and line.
 */
int		 services_load(const char *file, struct error *);

/*
 * The name of a service by transport (an IANA protocol number; TCP, UDP,
 * SCTP and DCCP have registries, UDP-Lite uses UDP's) and port. NULL when
 * none is registered. The text lives as long as the program.
 */
const char	*services_name(uint8_t protocol, uint16_t port);

#endif
