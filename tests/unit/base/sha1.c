/*
 * SHA-1: the published examples, every length around the end of a block, and
 * the processor's own instructions against plain C.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/sha1.h"

static int	failures;

static void	digest_expect(const char *what, const void *data, size_t size,
		    const char *hex);
static void	test_published(void);
static void	test_lengths(void);
static void	test_block(void);
static void	test_native(void);

int
main(void)
{
	test_published();
	test_lengths();
	test_block();
	test_native();
	return failures == 0 ? 0 : 1;
}

static void
digest_expect(const char *what, const void *data, size_t size,
    const char *hex)
{
	uint8_t digest[SHA1_DIGEST_SIZE];
	char text[2 * SHA1_DIGEST_SIZE + 1];

	sha1_digest(data, size, digest);
	for (size_t i = 0; i < sizeof digest; i++)
		snprintf(&text[2 * i], 3, "%02x", digest[i]);
	if (strcmp(text, hex) != 0) {
		fprintf(stderr, "%s: %s, expected %s\n", what, text, hex);
		failures++;
	}
}

/* RFC 3174, 7.3, and FIPS 180's examples. */
static void
test_published(void)
{
	static uint8_t million[1000000];

	digest_expect("empty", "", 0,
	    "da39a3ee5e6b4b0d3255bfef95601890afd80709");
	digest_expect("abc", "abc", 3,
	    "a9993e364706816aba3e25717850c26c9cd0d89d");
	digest_expect("two blocks",
	    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
	    "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
	memset(million, 'a', sizeof million);
	digest_expect("a million times a", million, sizeof million,
	    "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

/*
 * The digests of 0 to 200 bytes, hashed together: a wrong padding at any
 * length changes the result, which Python's hashlib gave.
 */
static void
test_lengths(void)
{
	uint8_t data[200], all[201 * SHA1_DIGEST_SIZE];

	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(7 * i + 1);
	for (size_t size = 0; size <= sizeof data; size++)
		sha1_digest(data, size, &all[size * SHA1_DIGEST_SIZE]);
	digest_expect("all lengths", all, sizeof all,
	    "2002bd1c15bf88eb87c8352720e5f83a250d3cfb");
}

/* The block's own way, at every length it takes. */
static void
test_block(void)
{
	uint8_t data[SHA1_SHORT_MAX];

	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(7 * i + 1);
	for (size_t size = 0; size <= sizeof data; size++) {
		uint8_t block[SHA1_BLOCK_SIZE] = { 0 };
		uint8_t digest[SHA1_DIGEST_SIZE], wanted[SHA1_DIGEST_SIZE];

		memcpy(block, data, size);
		sha1_digest_block(block, size, digest);
		sha1_digest(data, size, wanted);
		if (memcmp(digest, wanted, sizeof digest) != 0) {
			fprintf(stderr, "a block of %zu bytes differs\n",
			    size);
			failures++;
		}
	}
}

static void
test_native(void)
{
	sha1_compress *native = sha1_compress_native();
	uint32_t one[5] = { 1, 2, 3, 4, 5 }, other[5] = { 1, 2, 3, 4, 5 };
	uint8_t block[SHA1_BLOCK_SIZE];
	uint32_t random = 1;

	if (native == NULL) {
		printf("no SHA instructions here: plain C alone was tested\n");
		return;
	}
	for (int round = 0; round < 10000; round++) {
		for (size_t i = 0; i < sizeof block; i++) {
			random = random * 1664525 + 1013904223;
			block[i] = (uint8_t)(random >> 24);
		}
		sha1_compress_portable(one, block);
		native(other, block);
		if (memcmp(one, other, sizeof one) != 0) {
			fprintf(stderr, "block %d differs\n", round);
			failures++;
			return;
		}
	}
}
