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
