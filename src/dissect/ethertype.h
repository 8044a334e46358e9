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

/* The field is below any type: its length holds, and LLC follows. */
void	ethertype_limit(struct walk *, struct cursor *, uint16_t length);

/* Names what follows a type or length field that was just read. */
static inline void
ethertype_follow(struct walk *w, struct cursor *c, uint16_t field)
{
	if (field >= ETHERTYPE_MIN)
		walk_next(w, KEY_ETHERTYPE, field);
	else
		ethertype_limit(w, c, field);
}

/*
 * The type of the IP packet that the cursor begins with, by its version; 0
 * when that is neither 4, with an IHL that can be, nor 6.
 */
uint16_t	ethertype_of_ip(const struct cursor *);

#endif
