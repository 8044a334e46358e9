/*
 * Questions and answers of ICMP; see icmp.h.
 */
#include <stddef.h>

#include "packet/icmp.h"
#include "packet/packet.h"

static const struct {
	uint8_t	protocol;
	uint8_t	request;
	uint8_t	reply;
} pairs[] = {
	{ PROTOCOL_ICMP, 8, 0 },	/* echo */
	{ PROTOCOL_ICMP, 10, 9 },	/* router solicitation */
	{ PROTOCOL_ICMP, 13, 14 },	/* timestamp */
	{ PROTOCOL_ICMP, 15, 16 },	/* information */
	{ PROTOCOL_ICMP, 17, 18 },	/* address mask */
	{ PROTOCOL_ICMPV6, 128, 129 },	/* echo */
	{ PROTOCOL_ICMPV6, 130, 131 },	/* multicast listener */
	{ PROTOCOL_ICMPV6, 133, 134 },	/* router solicitation */
	{ PROTOCOL_ICMPV6, 135, 136 },	/* neighbour solicitation */
	{ PROTOCOL_ICMPV6, 139, 140 },	/* node information */
	{ PROTOCOL_ICMPV6, 144, 145 }	/* home agent address discovery */
};

enum icmp_role
icmp_role(uint8_t protocol, uint8_t type, uint8_t *counterpart)
{
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		if (pairs[i].protocol != protocol)
			continue;
		if (pairs[i].request == type) {
			*counterpart = pairs[i].reply;
			return ICMP_REQUEST;
		}
		if (pairs[i].reply == type) {
			*counterpart = pairs[i].request;
			return ICMP_REPLY;
		}
	}
	return ICMP_ONE_WAY;
}
