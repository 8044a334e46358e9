/*
 * Community ID, version 1. What is hashed: seed (16 bits), the lesser
 * endpoint's address, the other's, protocol, a zero byte, and the two ports
 * in the same order; all numbers big-endian. The SHA-1 of that, in Base64
 * (RFC 4648, 4), follows "1:". The whole costs one block of SHA-1.
 */
#include "flow/community.h"
#include "packet/icmp.h"

#include <stddef.h>
#include <string.h>

#include "base/sha1.h"

enum {
	INPUT_MAX = 2 + 2 * 16 + 2 + 2 * 2
};

static bool	is_port_hashed(uint8_t protocol);
static size_t	be16_append(uint8_t *, size_t at, uint16_t value);
static void	base64_digest(const uint8_t *digest, char *text);

void
community_id(uint16_t seed, int ip_version, uint8_t protocol,
    const struct address *a, const struct address *b, uint16_t a_port,
    uint16_t b_port, bool is_one_way, char text[COMMUNITY_ID_SIZE])
{
	uint8_t input[INPUT_MAX], digest[SHA1_DIGEST_SIZE];
	size_t at, address_size = ip_version == 4 ? 4 : 16;
	bool has_ports = is_port_hashed(protocol), is_swapped;
	int order;

	order = memcmp(a->bytes, b->bytes, address_size);
	is_swapped = !is_one_way &&
	    (order > 0 || (order == 0 && a_port > b_port));

	at = be16_append(input, 0, seed);
	memcpy(&input[at], (is_swapped ? b : a)->bytes, address_size);
	at += address_size;
	memcpy(&input[at], (is_swapped ? a : b)->bytes, address_size);
	at += address_size;
	input[at++] = protocol;
	input[at++] = 0;
	if (has_ports) {
		at = be16_append(input, at, is_swapped ? b_port : a_port);
		at = be16_append(input, at, is_swapped ? a_port : b_port);
	}

	sha1_digest(input, at, digest);
	text[0] = '1';
	text[1] = ':';
	base64_digest(digest, &text[2]);
}

bool
community_is_one_way(uint8_t protocol, uint16_t src_port, uint16_t dst_port)
{
	uint8_t counterpart;

	if (protocol != PROTOCOL_ICMP && protocol != PROTOCOL_ICMPV6)
		return false;
	return icmp_role(protocol, (uint8_t)src_port, &counterpart) ==
	    ICMP_ONE_WAY || dst_port != counterpart;
}

/* The specification names these five; all others are hashed without. */
static bool
is_port_hashed(uint8_t protocol)
{
	return protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP ||
	    protocol == PROTOCOL_SCTP || protocol == PROTOCOL_ICMP ||
	    protocol == PROTOCOL_ICMPV6;
}

/* Writes the number at its place and returns the place after it. */
static size_t
be16_append(uint8_t *input, size_t at, uint16_t value)
{
	input[at] = (uint8_t)(value >> 8);
	input[at + 1] = (uint8_t)value;
	return at + 2;
}

/* 20 bytes are six groups of three and a last one of two. */
static void
base64_digest(const uint8_t *digest, char *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t at = 0;

	for (size_t i = 0; i < SHA1_DIGEST_SIZE; i += 3) {
		bool is_last = i + 2 == SHA1_DIGEST_SIZE;
		uint32_t group = (uint32_t)digest[i] << 16 |
		    (uint32_t)digest[i + 1] << 8 |
		    (is_last ? 0U : digest[i + 2]);

		text[at++] = letters[group >> 18];
		text[at++] = letters[group >> 12 & 63];
		text[at++] = letters[group >> 6 & 63];
		text[at++] = is_last ? '=' : letters[group & 63];
	}
	text[at] = '\0';
}
