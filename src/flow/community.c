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

_Static_assert((int)INPUT_MAX <= (int)SHA1_SHORT_MAX,
    "the whole costs one block");

static bool	is_after(int ip_version, const struct address *a,
		    const struct address *b, uint16_t a_port,
		    uint16_t b_port);
static size_t	address_append(uint8_t *, size_t at, int ip_version,
		    const struct address *);
static bool	is_port_hashed(uint8_t protocol);
static size_t	be16_append(uint8_t *, size_t at, uint16_t value);
static void	base64_digest(const uint8_t *digest, char *text);

void
community_id(uint16_t seed, int ip_version, uint8_t protocol,
    const struct address *a, const struct address *b, uint16_t a_port,
    uint16_t b_port, bool is_one_way, char text[COMMUNITY_ID_SIZE])
{
	uint8_t input[SHA1_BLOCK_SIZE] = { 0 };
	uint8_t digest[SHA1_DIGEST_SIZE];
	size_t at;

	if (!is_one_way && is_after(ip_version, a, b, a_port, b_port)) {
		const struct address *address = a;
		uint16_t port = a_port;

		a = b;
		b = address;
		a_port = b_port;
		b_port = port;
	}
	at = be16_append(input, 0, seed);
	at = address_append(input, at, ip_version, a);
	at = address_append(input, at, ip_version, b);
	input[at] = protocol;
	at += 2;
	if (is_port_hashed(protocol)) {
		at = be16_append(input, at, a_port);
		at = be16_append(input, at, b_port);
	}
	sha1_digest_block(input, at, digest);
	memcpy(text, "1:", 2);
	base64_digest(digest, &text[2]);
}

/* Whether the first endpoint is the greater. */
static bool
is_after(int ip_version, const struct address *a, const struct address *b,
    uint16_t a_port, uint16_t b_port)
{
	int order = ip_version == 4 ? memcmp(a->bytes, b->bytes, 4) :
	    memcmp(a->bytes, b->bytes, 16);

	return order > 0 || (order == 0 && a_port > b_port);
}

static size_t
address_append(uint8_t *input, size_t at, int ip_version,
    const struct address *address)
{
	if (ip_version == 4) {
		memcpy(&input[at], address->bytes, 4);
		return at + 4;
	}
	memcpy(&input[at], address->bytes, 16);
	return at + 16;
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
	uint32_t group;

	for (int i = 0; i < 6; i++) {
		group = (uint32_t)digest[0] << 16 |
		    (uint32_t)digest[1] << 8 | digest[2];
		text[0] = letters[group >> 18];
		text[1] = letters[group >> 12 & 63];
		text[2] = letters[group >> 6 & 63];
		text[3] = letters[group & 63];
		digest += 3;
		text += 4;
	}
	group = (uint32_t)digest[0] << 16 | (uint32_t)digest[1] << 8;
	text[0] = letters[group >> 18];
	text[1] = letters[group >> 12 & 63];
	text[2] = letters[group >> 6 & 63];
	text[3] = '=';
	text[4] = '\0';
}
