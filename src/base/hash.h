/*
 * Keyed hashing. XXH3 with 192 secret bytes from the kernel, drawn once a
 * run: unlike SipHash it costs under 5 ns for a 44-byte key, and since every
 * input word is mixed with secret words before it is multiplied, a sender
 * who does not know the secret cannot choose keys that collide. The hash
 * decides where a flow is stored, never what is written or in which order.
 */
#ifndef TALLYMAN_BASE_HASH_H
#define TALLYMAN_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

struct hash_secret {
	uint8_t	bytes[192];
};

/* Draws a secret from the kernel; aborts if there is no randomness. */
void	 hash_secret_draw(struct hash_secret *);

uint64_t hash_keyed(const struct hash_secret *, const void *key, size_t size);

/* A reversible mix of 64 bits (splitmix64's finaliser): no two collide. */
uint64_t hash_mix64(uint64_t value);

#endif
