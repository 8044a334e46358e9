/*
 * ICMPv6, RFC 4443. What it shares with ICMP is in dissect/icmp_message.c.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +---------------+---------------+-------------------------------+
 *   |     Type      |     Code      |           Checksum            |
 *   +---------------+---------------+-------------------------------+
 *   |         depends on the type, then the quoted packet           |
 *   +---------------------------------------------------------------+
 */
#include "dissect/icmp_message.h"

const struct dissector dissector_icmpv6 = {
	.name = "icmpv6",
	.title = "Internet Control Message Protocol for IPv6",
	.source = "RFC 4443",
	.layer = LAYER_TRANSPORT,
	.keys = { { KEY_IP, PROTOCOL_ICMPV6 } },
	.dissect = icmp_message_dissect,
};
