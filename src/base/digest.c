/*
 * Digests; see digest.h.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "base/digest.h"

#ifdef HAVE_LIBCRYPTO
#include <openssl/crypto.h>
#include <openssl/evp.h>

/* Written by digest_start() alone: to find them costs as much as a flow. */
static const EVP_MD	*algorithms[2];

void
digest_start(void)
{
	/* No configuration file: the program may not open any by then. */
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
	algorithms[DIGEST_MD5] = EVP_MD_fetch(NULL, "MD5", NULL);
	algorithms[DIGEST_SHA256] = EVP_MD_fetch(NULL, "SHA256", NULL);
#else
	algorithms[DIGEST_MD5] = EVP_md5();
	algorithms[DIGEST_SHA256] = EVP_sha256();
#endif
}

/* Where a system allows no MD5, the fingerprint is left out. */
void
digest_init(struct digest *digest, enum digest_kind kind)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	digest->context = context;
	if (context != NULL && (algorithms[kind] == NULL ||
	    EVP_DigestInit_ex(context, algorithms[kind], NULL) != 1)) {
		EVP_MD_CTX_free(context);
		digest->context = NULL;
	}
}

void
digest_add(struct digest *digest, const void *bytes, size_t size)
{
	if (digest->context != NULL)
		(void)EVP_DigestUpdate(digest->context, bytes, size);
}

bool
digest_text(struct digest *digest, char *text)
{
	static const char hex[] = "0123456789abcdef";
	uint8_t sum[EVP_MAX_MD_SIZE];
	unsigned int size = 0;

	if (digest->context == NULL ||
	    EVP_DigestFinal_ex(digest->context, sum, &size) != 1)
		size = 0;
	EVP_MD_CTX_free(digest->context);
	digest->context = NULL;
	for (unsigned int i = 0; i < size; i++) {
		*text++ = hex[sum[i] >> 4];
		*text++ = hex[sum[i] & 15];
	}
	*text = '\0';
	return size > 0;
}

#else

void
digest_start(void)
{
}

void
digest_init(struct digest *digest, enum digest_kind kind)
{
	(void)kind;
	digest->context = NULL;
}

void
digest_add(struct digest *digest, const void *bytes, size_t size)
{
	(void)digest;
	(void)bytes;
	(void)size;
}

bool
digest_text(struct digest *digest, char *text)
{
	(void)digest;
	*text = '\0';
	return false;
}
#endif
