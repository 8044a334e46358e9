/*
 * The Internet checksum (RFC 1071), and the transports' use of it.
 */
#ifndef TALLYMAN_DISSECT_CHECKSUM_H
#define TALLYMAN_DISSECT_CHECKSUM_H

#include <stdbool.h>
#include <stddef.h>

#include "dissect/dissector.h"

/* True when the bytes, checksum included, sum to what a sound block does. */
bool	checksum_is_good(const uint8_t *data, size_t size);

/*
 * Where checksums are checked and all covered bytes were captured: verifies
 * the first covered bytes at the cursor, for the newest conversation, and
 * notes a wrong one. With is_pseudo the addresses, the protocol and the
 * length are covered too (RFC 9293 3.1, RFC 8200 8.1).
 */
void	checksum_transport(struct walk *, const struct cursor *,
	    uint32_t covered, uint32_t length, bool is_pseudo);

#endif
