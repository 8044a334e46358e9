/*
 * The Internet checksum (RFC 1071), and the transports' use of it.
 */
#ifndef TALLYMAN_DISSECT_CHECKSUM_H
#define TALLYMAN_DISSECT_CHECKSUM_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "dissect/dissector.h"

/*
 * True when a header of so many 32-bit words, at least five, its checksum
 * included, sums to what a sound one does. Inline, since every IPv4 packet
 * asks.
 */
static inline bool
checksum_is_good_header(const uint8_t *data, unsigned int words)
{
	uint32_t head[5];
	uint64_t sum;
	uint32_t word;
	unsigned int i;

	memcpy(head, data, sizeof(head));
	sum = (uint64_t)head[0] + head[1] + head[2] + head[3] + head[4];
	for (i = 5; i < words; i++) {
		memcpy(&word, &data[(size_t)i * sizeof(word)], sizeof(word));
		sum += word;
	}
	/* Folding to 16 bits keeps the remainder by 0xffff. */
	return sum != 0 && sum % 0xffff == 0;
}

/*
 * Where all covered bytes were captured: verifies the first covered bytes at
 * the cursor, for the newest conversation, and notes a wrong one. With
 * is_pseudo the addresses, the protocol and the length are covered too (RFC
 * 9293 3.1, RFC 8200 8.1).
 */
void	checksum_verify(struct walk *, const struct cursor *,
	    uint32_t covered, uint32_t length, bool is_pseudo);

/* The same where checksums are checked. */
static inline void
checksum_transport(struct walk *w, const struct cursor *c, uint32_t covered,
    uint32_t length, bool is_pseudo)
{
	if (w->is_checking)
		checksum_verify(w, c, covered, length, is_pseudo);
}

#endif
