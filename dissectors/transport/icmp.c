/*
 * ICMP, RFC 792. What it shares with ICMPv6 is in dissect/icmp_message.c.
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

const struct dissector dissector_icmp = {
	.name = "icmp",
	.title = "Internet Control Message Protocol",
	.source = "RFC 792",
	.layer = LAYER_TRANSPORT,
	.keys = { { KEY_IP, PROTOCOL_ICMP } },
	.dissect = icmp_message_dissect,
};
