/*
 * QUIC: packets that are sealed here are opened there, whatever the order of
 * the frames in them, and what is none of them is not.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#ifdef HAVE_LIBCRYPTO
#include <openssl/evp.h>
#endif

#include "base/cipher.h"
#include "base/digest.h"
#include "../../lib/hellos.h"

#ifdef HAVE_LIBCRYPTO
/* RFC 9001, appendix A.1. */
static void
test_keys(void **state)
{
	static const uint8_t salt[] = { 0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59,
	    0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc,
	    0xbb, 0x7f, 0x0a };
	static const uint8_t id[] = { 0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51,
	    0x57, 0x08 };
	static const uint8_t key[] = { 0x1f, 0x36, 0x96, 0x13, 0xdd, 0x76,
	    0xd5, 0x46, 0x77, 0x30, 0xef, 0xcb, 0xe3, 0xb1, 0xa2, 0x2d };
	static const uint8_t nonce[] = { 0xfa, 0x04, 0x4b, 0x2f, 0x42, 0xa3,
	    0xfd, 0x3b, 0x46, 0xfb, 0x25, 0x5c };
	uint8_t secret[CIPHER_HASH_SIZE];
	uint8_t out[CIPHER_BLOCK_SIZE];

	(void)state;
	assert_true(cipher_extract(cursor_over(salt, sizeof(salt)),
	    cursor_over(id, sizeof(id)), secret));
	assert_true(cipher_expand(secret, "client in", secret,
	    sizeof(secret)));
	assert_true(cipher_expand(secret, "quic key", out, sizeof(key)));
	assert_memory_equal(out, key, sizeof(key));
	assert_true(cipher_expand(secret, "quic iv", out, sizeof(nonce)));
	assert_memory_equal(out, nonce, sizeof(nonce));
}

/* What a packet is to be. */
struct quic_made {
	unsigned int	version;
	const char	*prefix;	/* of labels */
	uint8_t		salt[20];
	unsigned int	first;		/* byte of an Initial */
};

static const struct quic_made quic_1 = { 1, "quic", { 0x38, 0x76, 0x2c, 0xf7,
    0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad,
    0xcc, 0xbb, 0x7f, 0x0a }, 0xc1 };
static const struct quic_made quic_2 = { 0x6b3343cf, "quicv2", { 0x0d, 0xed,
    0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93, 0x81, 0xbe, 0x6e, 0x26,
    0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9 }, 0xd1 };

static void
expand(const uint8_t *secret, const char *prefix, const char *suffix,
    uint8_t *out, size_t size)
{
	char label[CIPHER_LABEL_MAX];

	(void)snprintf(label, sizeof(label), "%s %s", prefix, suffix);
	assert_true(cipher_expand(secret, label, out, size));
}

/* Seals frames as the RFC says, by the library itself. */
static void
put_initial(struct made_bytes *m, const struct quic_made *made,
    const char *role, unsigned int number, const struct made_bytes *frames)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	uint8_t secret[32], key[16], nonce[12], mask[16];
	size_t start = m->size;
	size_t at;
	int size;

	assert_true(cipher_extract(cursor_over(made->salt, 20),
	    cursor_over((const uint8_t *)"8 bytes!", 8), secret));
	assert_true(cipher_expand(secret, role, secret, sizeof(secret)));
	expand(secret, made->prefix, "key", key, sizeof(key));
	expand(secret, made->prefix, "iv", nonce, sizeof(nonce));
	expand(secret, made->prefix, "hp", mask, sizeof(mask));
	put(m, made->first, 1);
	put(m, made->version, 4);
	put(m, 8, 1);
	put_bytes(m, "8 bytes!", 8);
	put(m, 0, 2);		/* no source, no token */
	put(m, (unsigned int)(0x4000 + 2 + frames->size + 16), 2);
	at = m->size;
	put(m, number, 2);
	nonce[11] ^= (uint8_t)number;
	assert_int_equal(EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), NULL,
	    key, nonce), 1);
	assert_int_equal(EVP_EncryptUpdate(context, NULL, &size,
	    m->at + start, (int)(m->size - start)), 1);
	assert_int_equal(EVP_EncryptUpdate(context, m->at + m->size, &size,
	    frames->at, (int)frames->size), 1);
	m->size += frames->size;
	assert_int_equal(EVP_EncryptFinal_ex(context, m->at + m->size,
	    &size), 1);
	assert_int_equal(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG,
	    16, m->at + m->size), 1);
	m->size += 16;
	EVP_CIPHER_CTX_free(context);
	assert_true(cipher_block(mask, m->at + at + 4, mask));
	m->at[start] ^= mask[0] & 0x0f;
	m->at[at] ^= mask[1];
	m->at[at + 1] ^= mask[2];
}

/* A CRYPTO frame with a part of a message, and others around it. */
static void
put_crypto(struct made_bytes *m, const struct made_bytes *message,
    size_t from, size_t to)
{
	put_bytes(m, "\x01\x02\x05\0\x01\0\0\0\0\0", 10);
	put(m, 6, 1);
	put(m, (unsigned int)(0x4000 + from), 2);
	put(m, (unsigned int)(0x4000 + to - from), 2);
	put_bytes(m, message->at + from, to - from);
}

/* The client's hello in two packets of one datagram and one of another. */
static void
say_quic(struct dissected *d, const struct quic_made *made)
{
	struct made_bytes body = { 0 }, message = { 0 }, first = { 0 },
	    second = { 0 }, frames = { 0 };

	put_client(&body, false, 0);
	put_message(&message, 1, &body);
	put_crypto(&frames, &message, 100, message.size);
	put_initial(&first, made, "client in", 0, &frames);
	frames.size = 0;
	put_crypto(&frames, &message, 30, 50);
	put_crypto(&frames, &message, 0, 20);
	put_initial(&first, made, "client in", 1, &frames);
	frames.size = 0;
	put_crypto(&frames, &message, 10, 101);
	put_initial(&second, made, "client in", 2, &frames);
	(void)say(d, CLIENT_SAYS, first.at, first.size);
	assert_int_not_equal(d->flow.buffer[0], 0);
	(void)say(d, CLIENT_SAYS, second.at, second.size);
	body.size = message.size = frames.size = first.size = 0;
	put_server(&body, 0x0304);
	put_message(&message, 2, &body);
	put_crypto(&frames, &message, 0, message.size);
	put_initial(&first, made, "server in", 0, &frames);
	(void)say(d, SERVER_SAYS, first.at, first.size);
}

static void
test_quic(void **state)
{
	const struct quic_made *versions[] = { &quic_1, &quic_2 };
	struct dissected d;
	char ja4[64];

	(void)state;
	(void)snprintf(ja4, sizeof(ja4), "q13d0306h2_%s", ja4_tail);
	dissected_init(&d, true, 443);
	for (int i = 0; i < 2; i++) {
		dissected_restart(&d, true, i == 0 ? 443 : 999);
		say_quic(&d, versions[i]);
		assert_string_equal(dissected_name(&d), "quic");
		expect_text(&d, "quic", "sni", "www.example.org");
		expect_text(&d, "quic", "alpn", "h2");
		expect_digest(&d, "quic", "ja3", ja3);
		expect_digest(&d, "quic", "ja4", ja4);
		expect_text(&d, "quic", "version", "tls1.3");
		expect_text(&d, "quic", "cipher", "TLS_AES_128_GCM_SHA256");
		assert_true(d.flow.is_done);
		assert_int_equal(d.flow.buffer[0], 0);
	}
	dissected_release(&d);
}

/* A packet that was sealed otherwise tells nothing, cut off or not. */
static void
test_quic_broken(void **state)
{
	struct made_bytes body = { 0 }, message = { 0 }, frames = { 0 },
	    m = { 0 };
	struct dissected d;

	(void)state;
	put_client(&body, false, 0);
	put_message(&message, 1, &body);
	put_crypto(&frames, &message, 0, message.size);
	put_initial(&m, &quic_1, "client in", 0, &frames);
	dissected_init(&d, true, 443);
	for (size_t size = 0; size < m.size; size++) {
		dissected_restart(&d, true, 443);
		(void)say_cut(&d, CLIENT_SAYS, m.at, size, m.size);
		assert_string_equal(dissected_name(&d), size < 18 ? "?" :
		    "quic");
		expect_text(&d, "quic", "sni", "");
		dissected_restart(&d, true, 443);
		m.at[size] ^= 1;
		(void)say(&d, CLIENT_SAYS, m.at, m.size);
		m.at[size] ^= 1;
		expect_text(&d, "quic", "sni", "");
	}
	dissected_restart(&d, true, 443);
	(void)say(&d, CLIENT_SAYS, m.at, m.size);
	expect_text(&d, "quic", "sni", "www.example.org");
	dissected_release(&d);
}
#endif

static void
test_gquic(void **state)
{
	static const char hello[] = "\x0d" "8 bytes!Q039\x01" "12 byte hash"
	    "\xa0\x01\x00\x23" "CHLO\x02\0\0\0PAD\0\x04\0\0\0SNI\0\x0b\0\0\0"
	    "----w.x.org";
	struct dissected d;

	(void)state;
	dissected_init(&d, true, 443);
	for (size_t size = 0; size < sizeof(hello); size++) {
		dissected_restart(&d, true, 443);
		(void)say(&d, CLIENT_SAYS, hello, size);
		assert_string_equal(dissected_name(&d), size < 14 ? "?" :
		    "quic");
	}
	expect_text(&d, "quic", "sni", "w.x.org");
	expect_text(&d, "quic", "version", "Q039");
	assert_true(d.flow.is_done);
	dissected_release(&d);
}

/* RFC 9000, section 6: a server that knows only other versions. */
static void
test_negotiation(void **state)
{
	static const char text[] = "\x80\0\0\0\0\0\x08" "8 bytes!\0\0\0\x01";
	struct dissected d;

	(void)state;
	dissected_init(&d, true, 999);
	(void)say(&d, SERVER_SAYS, text, sizeof(text) - 1);
	assert_string_equal(dissected_name(&d), "quic");
	dissected_restart(&d, true, 999);
	(void)say(&d, SERVER_SAYS, text, sizeof(text) - 2);
	assert_string_equal(dissected_name(&d), "?");
	dissected_release(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#ifdef HAVE_LIBCRYPTO
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_quic),
		cmocka_unit_test(test_quic_broken),
#endif
		cmocka_unit_test(test_gquic),
		cmocka_unit_test(test_negotiation)
	};

	digest_start();
	cipher_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
