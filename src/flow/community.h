/*
 * Community ID, version 1: the identifier by which Zeek, Suricata,
 * Wireshark and others name the same conversation.
 * Source: https://github.com/corelight/community-id-spec
 */
#ifndef TALLYMAN_FLOW_COMMUNITY_H
#define TALLYMAN_FLOW_COMMUNITY_H

#include <stdbool.h>
#include <stdint.h>

#include "packet/packet.h"

/* "1:", 28 characters of Base64, and the closing zero byte. */
enum { COMMUNITY_ID_SIZE = 31 };

/*
 * Writes the identifier of the conversation of a and b, the same whichever
 * of them comes first. With is_one_way they keep their places, a being the
 * sender. Only TCP, UDP, SCTP, ICMP and ICMPv6 have ports in it; those of
 * ICMP are the type and its counterpart, or the type and the code. Of an
 * IPv4 address the first four bytes count.
 */
void	community_id(uint16_t seed, int ip_version, uint8_t protocol,
	    const struct address *a, const struct address *b,
	    uint16_t a_port, uint16_t b_port, bool is_one_way,
	    char text[COMMUNITY_ID_SIZE]);

/*
 * Whether these are the ports of an ICMP or ICMPv6 message that has no
 * counterpart, so that src_port is its type and dst_port its code.
 */
bool	community_is_one_way(uint8_t protocol, uint16_t src_port,
	    uint16_t dst_port);

#endif
