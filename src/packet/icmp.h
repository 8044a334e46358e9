/*
 * Which ICMP and ICMPv6 messages ask and which answer. A message with a
 * counterpart has its own type and the counterpart's in the place of ports,
 * so that both directions of one exchange are one 5-tuple (the rule of
 * Community ID); any other has its type and its code.
 */
#ifndef TALLYMAN_PACKET_ICMP_H
#define TALLYMAN_PACKET_ICMP_H

#include <stdint.h>

enum icmp_role {
	ICMP_ONE_WAY,
	ICMP_REQUEST,
	ICMP_REPLY
};

/*
 * The role of a message type; protocol is PROTOCOL_ICMP or PROTOCOL_ICMPV6.
 * *counterpart is set unless the message is one-way.
 */
enum icmp_role	icmp_role(uint8_t protocol, uint8_t type,
		    uint8_t *counterpart);

#endif
