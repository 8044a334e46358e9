/*
 * What it takes to open packets whose keys everybody can derive, as the first
 * of QUIC are (RFC 9001, section 5.2), by libcrypto. Nothing secret is
 * handled. Without the library every function says false.
 */
#ifndef TALLYMAN_BASE_CIPHER_H
#define TALLYMAN_BASE_CIPHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"

enum {
	CIPHER_HASH_SIZE = 32,		/* of SHA-256 */
	CIPHER_BLOCK_SIZE = 16,		/* of AES, as its key with 128 bits */
	CIPHER_NONCE_SIZE = 12,
	CIPHER_TAG_SIZE = 16,
	CIPHER_LABEL_MAX = 32,
	CIPHER_KEY_MAX = 64		/* a block of SHA-256 */
};

/* Finds what the library has, before the program locks itself in. */
void	cipher_start(void);

/* RFC 5869, section 2.2: HKDF-Extract with SHA-256; the salt has at most
   CIPHER_KEY_MAX bytes. */
bool	cipher_extract(struct cursor salt, struct cursor from,
	    uint8_t secret[CIPHER_HASH_SIZE]);

/*
 * RFC 8446, section 7.1: HKDF-Expand-Label with SHA-256 and no context; size
 * is at most CIPHER_HASH_SIZE, the label at most CIPHER_LABEL_MAX.
 */
bool	cipher_expand(const uint8_t secret[CIPHER_HASH_SIZE],
	    const char *label, uint8_t *bytes, size_t size);

/* One block by AES-128. */
bool	cipher_block(const uint8_t key[CIPHER_BLOCK_SIZE],
	    const uint8_t in[CIPHER_BLOCK_SIZE],
	    uint8_t out[CIPHER_BLOCK_SIZE]);

/*
 * Opens what AES-128-GCM has sealed, its tag of CIPHER_TAG_SIZE at the end,
 * into out, which has room for the rest. False when it was not sealed so.
 */
bool	cipher_open(const uint8_t key[CIPHER_BLOCK_SIZE],
	    const uint8_t nonce[CIPHER_NONCE_SIZE], struct cursor header,
	    struct cursor sealed, uint8_t *out);

#endif
