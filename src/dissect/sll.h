/*
 * What both versions of the Linux cooked header mean by their fields.
 */
#ifndef TALLYMAN_DISSECT_SLL_H
#define TALLYMAN_DISSECT_SLL_H

#include "dissect/dissector.h"

/* The sender's address at bytes, of which 8 are there, if it is a MAC. */
void	sll_address(struct packet *, uint16_t size, const uint8_t *bytes);

/* Names what follows, by the device's ARPHRD_ type and the protocol. */
void	sll_follow(struct walk *, uint16_t device, uint16_t protocol);

#endif
