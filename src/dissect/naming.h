/*
 * Names that packets give to addresses: answers of DNS and its kin, leases of
 * DHCP, registrations of NetBIOS. Each datagram is looked at by itself, where
 * packets are still in the order of the capture, so that what a name is good
 * for does not depend on who meters which flow.
 */
#ifndef TALLYMAN_DISSECT_NAMING_H
#define TALLYMAN_DISSECT_NAMING_H

#include <stdbool.h>
#include <stdint.h>

#include "packet/packet.h"

/* Who gave the name; the words for it in a record. */
#define NAMING_SOURCES(X)						\
	X(NAMING_DNS, "dns")						\
	X(NAMING_MDNS, "mdns")						\
	X(NAMING_LLMNR, "llmnr")					\
	X(NAMING_DHCP, "dhcp")						\
	X(NAMING_NETBIOS, "netbios")					\
	X(NAMING_SNI, "sni")						\
	X(NAMING_HTTP, "http")

enum naming_source {
#define NAMING_ENUM(id, word) id,
	NAMING_SOURCES(NAMING_ENUM)
#undef NAMING_ENUM
	NAMING_COUNT
};

enum { NAMING_TEXT_MAX = 255 };

/* A name for an address. */
struct naming {
	struct address	address;
	uint8_t		ip_version;
	uint8_t		source;		/* enum naming_source */
	uint8_t		size;		/* of the text */
	char		text[NAMING_TEXT_MAX + 1]; /* foreign bytes, none of
						      them 0, and a 0 */
};

typedef void naming_found(void *context, const struct naming *);

enum {
	NAMING_PORT_DNS = 53,
	NAMING_PORT_DHCP_SERVER = 67,
	NAMING_PORT_DHCP_CLIENT = 68,
	NAMING_PORT_NETBIOS = 137,
	NAMING_PORT_MDNS = 5353,
	NAMING_PORT_LLMNR = 5355
};

/* Whether there may be names in it. Inline: each packet asks. */
static inline bool
naming_is_possible(const struct conversation *t)
{
	if (t->protocol != PROTOCOL_UDP)
		return false;
	switch (t->src_port) {
	case NAMING_PORT_DNS:
	case NAMING_PORT_DHCP_SERVER:
	case NAMING_PORT_DHCP_CLIENT:
	case NAMING_PORT_NETBIOS:
	case NAMING_PORT_MDNS:
	case NAMING_PORT_LLMNR:
		return true;
	default:
		return false;
	}
}

/* Calls found for each name in the datagram. */
void	naming_look(const struct conversation *, naming_found *found,
	    void *context);

/* "dns", ... */
const char *naming_source_name(enum naming_source);

#endif
