/*
 * Keyed hashing with XXH3; see hash.h for the choice.
 */
#include <sys/random.h>

#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/hash.h"
#include "base/log.h"

void
hash_secret_draw(struct hash_secret *secret)
{
	if (getrandom(secret->bytes, sizeof secret->bytes, 0) !=
	    (ssize_t)sizeof secret->bytes) {
		log_error("cannot draw random bytes from the kernel");
		abort();
	}
}

uint64_t
hash_keyed(const struct hash_secret *secret, const void *key, size_t size)
{
	return XXH3_64bits_withSecret(key, size, secret->bytes,
	    sizeof secret->bytes);
}

uint64_t
hash_mix64(uint64_t value)
{
	value ^= value >> 30;
	value *= UINT64_C(0xbf58476d1ce4e5b9);
	value ^= value >> 27;
	value *= UINT64_C(0x94d049bb133111eb);
	value ^= value >> 31;
	return value;
}
