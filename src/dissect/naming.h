/*
 * Names that packets give to addresses: answers of DNS and its kin, leases of
 * DHCP, registrations of NetBIOS, and what clients call who they ask, with TLS
 * and HTTP. Each packet is looked at by itself, where packets are still in the
 * order of the capture, so that what a name is good for does not depend on who
 * meters which flow.
 */
#ifndef TALLYMAN_DISSECT_NAMING_H
#define TALLYMAN_DISSECT_NAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "packet/packet.h"

/*
 * Who gave the name; the words for it in a record. From NAMING_SNI on it is
 * what a client calls a server, which many may share.
 */
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
	NAMING_PORT_LLMNR = 5355,

	NAMING_TLS_HANDSHAKE = 22,	/* RFC 8446, 5.1 */
	NAMING_REQUEST_MIN = 16		/* bytes */
};

/* Where clients ask a server with TLS from the start, or with HTTP. */
static inline bool
naming_is_server(uint16_t port)
{
	switch (port) {
	case 80:
	case 443:
	case 465:	/* submissions */
	case 636:	/* ldaps */
	case 853:	/* domain-s */
	case 990:	/* ftps */
	case 993:	/* imaps */
	case 995:	/* pop3s */
	case 5061:	/* sips */
	case 8080:
	case 8443:
		return true;
	default:
		return false;
	}
}

/* Whether there may be names in it. Inline: each packet asks. */
static inline bool
naming_is_possible(const struct conversation *t)
{
	if (t->protocol == PROTOCOL_TCP)
		return naming_is_server(t->dst_port) &&
		    t->payload_captured >= NAMING_REQUEST_MIN &&
		    (*t->payload == NAMING_TLS_HANDSHAKE ||
		    (*t->payload >= 'A' && *t->payload <= 'Z'));
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

/* Calls found for each name in the packet. */
void	naming_look(const struct conversation *, naming_found *found,
	    void *context);

/*
 * The bytes of a host that are its name, without the port behind it; 0 when
 * it is no name but an address (RFC 3986, 3.2.2).
 */
size_t	naming_host_size(const uint8_t *text, size_t size);

/* "dns", ... */
const char *naming_source_name(enum naming_source);

#endif
