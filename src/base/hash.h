/*
 * Keyed hashing. XXH3 with 192 secret bytes from the kernel, drawn once a
 * run, for what has any length; and its way with short inputs, in line, for
 * the keys of flows. Unlike SipHash that costs under 5 ns a key, and since
 * every input word is mixed with secret words before it is multiplied, a
 * sender who does not know the secret cannot choose keys that collide. The
 * hash decides where a flow is stored and who works on it, never what is
 * written or in which order.
 */
#ifndef TALLYMAN_BASE_HASH_H
#define TALLYMAN_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct hash_secret {
	uint8_t	bytes[192];
};

/* Draws a secret from the kernel; aborts if there is no randomness. */
void	 hash_secret_draw(struct hash_secret *);

uint64_t hash_keyed(const struct hash_secret *, const void *key, size_t size);

/* A reversible mix of 64 bits (splitmix64's finaliser): no two collide. */
static inline uint64_t
hash_mix64(uint64_t value)
{
	value ^= value >> 30;
	value *= UINT64_C(0xbf58476d1ce4e5b9);
	value ^= value >> 27;
	value *= UINT64_C(0x94d049bb133111eb);
	value ^= value >> 31;
	return value;
}

/* The halves of a product of 128 bits, one on the other. */
static inline uint64_t
hash_fold(uint64_t x, uint64_t y)
{
#ifdef __SIZEOF_INT128__
	__extension__ unsigned __int128 product = x;

	product *= y;
	return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
	uint64_t low = (x & UINT32_MAX) * (y & UINT32_MAX);
	uint64_t middle = (x >> 32) * (y & UINT32_MAX) + (low >> 32);
	uint64_t carry = (x & UINT32_MAX) * (y >> 32) +
	    (middle & UINT32_MAX);

	return (carry << 32 | (low & UINT32_MAX)) ^
	    ((x >> 32) * (y >> 32) + (middle >> 32) + (carry >> 32));
#endif
}

/*
 * What 16 bytes add to a hash in the making, as in XXH3: for what is hashed
 * with every packet. at is their place in the key, below 192. The sum of them
 * all goes through hash_mix64().
 */
static inline uint64_t
hash_part(const struct hash_secret *secret, size_t at, const void *part)
{
	uint64_t mask[2];
	uint64_t words[2];

	memcpy(mask, &secret->bytes[at], sizeof mask);
	memcpy(words, part, sizeof words);
	return hash_fold(words[0] ^ mask[0], words[1] ^ mask[1]);
}

#endif
