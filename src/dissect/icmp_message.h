/*
 * What ICMP and ICMPv6 do alike: type and code in the place of ports, and
 * the packet that an error quotes.
 */
#ifndef TALLYMAN_DISSECT_ICMP_MESSAGE_H
#define TALLYMAN_DISSECT_ICMP_MESSAGE_H

#include "dissect/dissector.h"

/* Reads a message into the newest conversation, whose protocol says which. */
void	icmp_message_dissect(struct walk *, struct cursor *);

#endif
