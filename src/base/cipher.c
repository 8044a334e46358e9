/*
 * Keys and ciphers; see cipher.h.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "base/cipher.h"

#ifdef HAVE_LIBCRYPTO
#include <openssl/crypto.h>
#include <openssl/evp.h>

static bool	authenticate(struct cursor, struct cursor,
		    uint8_t[CIPHER_HASH_SIZE]);
static bool	hash(EVP_MD_CTX *, const uint8_t *, struct cursor,
		    uint8_t[CIPHER_HASH_SIZE]);

/* Written by cipher_start() alone: to find them costs more than to use them. */
static const EVP_MD	*sha256;
static const EVP_CIPHER	*aes_128_ecb;
static const EVP_CIPHER	*aes_128_gcm;

void
cipher_start(void)
{
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	aes_128_ecb = EVP_CIPHER_fetch(NULL, "AES-128-ECB", NULL);
	aes_128_gcm = EVP_CIPHER_fetch(NULL, "AES-128-GCM", NULL);
#else
	sha256 = EVP_sha256();
	aes_128_ecb = EVP_aes_128_ecb();
	aes_128_gcm = EVP_aes_128_gcm();
#endif
}

bool
cipher_extract(struct cursor salt, struct cursor from,
    uint8_t secret[CIPHER_HASH_SIZE])
{
	return authenticate(salt, from, secret);
}

/* HMAC (RFC 2104), with a key that is no longer than a block. */
static bool
authenticate(struct cursor key, struct cursor text,
    uint8_t sum[CIPHER_HASH_SIZE])
{
	EVP_MD_CTX *context;
	uint8_t inner[CIPHER_KEY_MAX] = { 0 };
	uint8_t outer[CIPHER_KEY_MAX];
	size_t size = cursor_left(&key);
	bool is_done;

	if (sha256 == NULL || size > CIPHER_KEY_MAX)
		return false;
	if (size > 0)
		memcpy(inner, key.at, size);
	for (size_t i = 0; i < CIPHER_KEY_MAX; i++) {
		outer[i] = inner[i] ^ 0x5c;
		inner[i] ^= 0x36;
	}
	context = EVP_MD_CTX_new();
	is_done = context != NULL && hash(context, inner, text, sum) &&
	    hash(context, outer, cursor_over(sum, CIPHER_HASH_SIZE), sum);
	EVP_MD_CTX_free(context);
	return is_done;
}

/* A block, and what follows it. */
static bool
hash(EVP_MD_CTX *context, const uint8_t *block, struct cursor text,
    uint8_t sum[CIPHER_HASH_SIZE])
{
	return EVP_DigestInit_ex(context, sha256, NULL) == 1 &&
	    EVP_DigestUpdate(context, block, CIPHER_KEY_MAX) == 1 &&
	    EVP_DigestUpdate(context, text.at, cursor_left(&text)) == 1 &&
	    EVP_DigestFinal_ex(context, sum, NULL) == 1;
}

/* The first of HKDF-Expand's blocks is enough. */
bool
cipher_expand(const uint8_t secret[CIPHER_HASH_SIZE], const char *label,
    uint8_t *bytes, size_t size)
{
	static const char prefix[] = "tls13 ";
	uint8_t info[sizeof prefix + CIPHER_LABEL_MAX + 4];
	uint8_t block[CIPHER_HASH_SIZE];
	size_t prefix_size = sizeof prefix - 1;
	size_t label_size = strlen(label);
	size_t info_size = 0;

	if (size > CIPHER_HASH_SIZE || label_size > CIPHER_LABEL_MAX)
		return false;
	info[info_size++] = 0;
	info[info_size++] = (uint8_t)size;
	info[info_size++] = (uint8_t)(prefix_size + label_size);
	memcpy(info + info_size, prefix, prefix_size);
	info_size += prefix_size;
	memcpy(info + info_size, label, label_size);
	info_size += label_size;
	info[info_size++] = 0;		/* no context */
	info[info_size++] = 1;		/* the first block */
	if (!authenticate(cursor_over(secret, CIPHER_HASH_SIZE),
	    cursor_over(info, info_size), block))
		return false;
	memcpy(bytes, block, size);
	return true;
}

bool
cipher_block(const uint8_t key[CIPHER_BLOCK_SIZE],
    const uint8_t in[CIPHER_BLOCK_SIZE], uint8_t out[CIPHER_BLOCK_SIZE])
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	uint8_t room[2 * CIPHER_BLOCK_SIZE];
	int size = 0;
	bool is_done = context != NULL && aes_128_ecb != NULL &&
	    EVP_EncryptInit_ex(context, aes_128_ecb, NULL, key, NULL) == 1 &&
	    EVP_EncryptUpdate(context, room, &size, in,
	    CIPHER_BLOCK_SIZE) == 1 && size == CIPHER_BLOCK_SIZE;

	if (is_done)
		memcpy(out, room, CIPHER_BLOCK_SIZE);
	EVP_CIPHER_CTX_free(context);
	return is_done;
}

bool
cipher_open(const uint8_t key[CIPHER_BLOCK_SIZE],
    const uint8_t nonce[CIPHER_NONCE_SIZE], struct cursor header,
    struct cursor sealed, uint8_t *out)
{
	EVP_CIPHER_CTX *context;
	uint8_t tag[CIPHER_TAG_SIZE];
	size_t size = cursor_left(&sealed);
	int written = 0;
	bool is_open;

	if (size < CIPHER_TAG_SIZE || size > INT32_MAX)
		return false;
	size -= CIPHER_TAG_SIZE;
	memcpy(tag, sealed.at + size, sizeof tag);
	context = EVP_CIPHER_CTX_new();
	is_open = context != NULL && aes_128_gcm != NULL &&
	    EVP_DecryptInit_ex(context, aes_128_gcm, NULL, key, nonce) == 1 &&
	    EVP_DecryptUpdate(context, NULL, &written, header.at,
	    (int)cursor_left(&header)) == 1 &&
	    EVP_DecryptUpdate(context, out, &written, sealed.at,
	    (int)size) == 1 &&
	    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG,
	    CIPHER_TAG_SIZE, tag) == 1 &&
	    EVP_DecryptFinal_ex(context, out + size, &written) == 1;
	EVP_CIPHER_CTX_free(context);
	return is_open;
}

#else

void
cipher_start(void)
{
}

bool
cipher_extract(struct cursor salt, struct cursor from,
    uint8_t secret[CIPHER_HASH_SIZE])
{
	(void)salt;
	(void)from;
	(void)secret;
	return false;
}

bool
cipher_expand(const uint8_t secret[CIPHER_HASH_SIZE], const char *label,
    uint8_t *bytes, size_t size)
{
	(void)secret;
	(void)label;
	(void)bytes;
	(void)size;
	return false;
}

bool
cipher_block(const uint8_t key[CIPHER_BLOCK_SIZE],
    const uint8_t in[CIPHER_BLOCK_SIZE], uint8_t out[CIPHER_BLOCK_SIZE])
{
	(void)key;
	(void)in;
	(void)out;
	return false;
}

bool
cipher_open(const uint8_t key[CIPHER_BLOCK_SIZE],
    const uint8_t nonce[CIPHER_NONCE_SIZE], struct cursor header,
    struct cursor sealed, uint8_t *out)
{
	(void)key;
	(void)nonce;
	(void)header;
	(void)sealed;
	(void)out;
	return false;
}
#endif
