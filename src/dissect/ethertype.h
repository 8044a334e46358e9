/*
 * The two bytes that end an Ethernet header or a VLAN tag: a type, or a
 * length with an LLC header behind it (IEEE 802.3 3.2.6).
 */
#ifndef TALLYMAN_DISSECT_ETHERTYPE_H
#define TALLYMAN_DISSECT_ETHERTYPE_H

#include "dissect/dissector.h"

enum {
	ETHERTYPE_LENGTH_MAX = 1500,
	ETHERTYPE_MIN = 0x0600,
	ETHERTYPE_IPV4 = 0x0800,
	ETHERTYPE_TRANSPARENT = 0x6558,	/* a whole Ethernet frame */
	ETHERTYPE_IPV6 = 0x86dd,
	ETHERTYPE_PPP = 0x880b
};

/* Names what follows a type or length field that was just read. */
void	ethertype_follow(struct walk *, struct cursor *, uint16_t field);

/*
 * The type of the IP packet that the cursor begins with, by its version; 0
 * when that is neither 4, with an IHL that can be, nor 6.
 */
uint16_t	ethertype_of_ip(const struct cursor *);

#endif
