/*
 * Digests that published fingerprints are made of, by libcrypto. They protect
 * nothing here. Without the library there are none: digest_text() says so.
 */
#ifndef TALLYMAN_BASE_DIGEST_H
#define TALLYMAN_BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum digest_kind {
	DIGEST_MD5,
	DIGEST_SHA256
};

enum {
	DIGEST_SIZE_MAX = 32,
	DIGEST_MD5_TEXT = 33,		/* room for the text, with its NUL */
	DIGEST_SHA256_TEXT = 65
};

/* Between digest_init() and digest_text() it owns memory. */
struct digest {
	void	*context;	/* owned; NULL: there is no library */
};

/* Loads what the library needs, before the program locks itself in. */
void	digest_start(void);

void	digest_init(struct digest *, enum digest_kind);
void	digest_add(struct digest *, const void *bytes, size_t size);

/*
 * Ends it with its hexadecimal text, NUL at the end. False, and the text is
 * empty, when it could not be made.
 */
bool	digest_text(struct digest *, char *text);

#endif
