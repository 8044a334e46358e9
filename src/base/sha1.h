/*
 * SHA-1 (RFC 3174), for identifiers that a public specification builds on
 * it, such as the Community ID. It protects nothing here.
 */
#ifndef TALLYMAN_BASE_SHA1_H
#define TALLYMAN_BASE_SHA1_H

#include <stddef.h>
#include <stdint.h>

enum {
	SHA1_DIGEST_SIZE = 20,
	SHA1_BLOCK_SIZE = 64,
	SHA1_SHORT_MAX = 55	/* bytes that cost one block */
};

/* Hashes size bytes; up to SHA1_SHORT_MAX of them cost one block. */
void	sha1_digest(const void *data, size_t size,
	    uint8_t digest[SHA1_DIGEST_SIZE]);

/*
 * The same for the first size bytes of a block, SHA1_SHORT_MAX at most,
 * where all that follow are zero. The block is spoilt.
 */
void	sha1_digest_block(uint8_t block[SHA1_BLOCK_SIZE], size_t size,
	    uint8_t digest[SHA1_DIGEST_SIZE]);

/* Folds one block into the five words of the state. */
typedef void sha1_compress(uint32_t state[5],
	    const uint8_t block[SHA1_BLOCK_SIZE]);

/* The two ways to do so; sha1_digest() takes the faster one there is. */
sha1_compress	sha1_compress_portable;

/* The processor's own instructions, or NULL where it has none. */
sha1_compress	*sha1_compress_native(void);

#endif
