/*
 * TLS and DTLS: what hellos and certificates say, however they are cut into
 * records, segments and fragments, and what is none of them.
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

#include "base/digest.h"
#include "dissect/assembly.h"
#include "../../lib/hellos.h"

/* The bytes in records of at most so many. */
static void
put_records(struct made_bytes *m, const struct made_bytes *from,
    size_t largest)
{
	for (size_t at = 0; at < from->size;) {
		size_t size = from->size - at < largest ? from->size - at :
		    largest;

		put(m, 22, 1);
		put(m, 0x0301, 2);
		put(m, (unsigned int)size, 2);
		put_bytes(m, from->at + at, size);
		at += size;
	}
}

static struct made_bytes
client_stream(size_t padding, size_t largest)
{
	struct made_bytes body = { 0 };
	struct made_bytes message = { 0 };
	struct made_bytes stream = { 0 };

	put_client(&body, false, padding);
	put_message(&message, 1, &body);
	put_records(&stream, &message, largest);
	return stream;
}

static struct made_bytes
server_stream(unsigned int version, size_t other, size_t largest)
{
	struct made_bytes hello = { 0 };
	struct made_bytes certificates = { 0 };
	struct made_bytes messages = { 0 };
	struct made_bytes stream = { 0 };

	put_server(&hello, version);
	put_message(&messages, 2, &hello);
	if (version != 0x0304) {
		put_certificates(&certificates, other);
		put_message(&messages, 11, &certificates);
	}
	put_records(&stream, &messages, largest);
	return stream;
}

/* Says it in segments of at most so many bytes. */
static void
say_parts(struct dissected *d, int side, const struct made_bytes *m,
    size_t largest)
{
	for (size_t at = 0; at < m->size; at += largest) {
		size_t left = m->size - at;

		(void)say(d, side, m->at + at, left < largest ? left :
		    largest);
	}
}

static void
expect_client(struct dissected *d)
{
	char ja4[64];

	(void)snprintf(ja4, sizeof(ja4), "t13d0306h2_%s", ja4_tail);
	assert_string_equal(dissected_name(d), "tls");
	expect_text(d, "tls", "sni", "www.example.org");
	expect_digest(d, "tls", "ja3", ja3);
	expect_digest(d, "tls", "ja4", ja4);
}

static void
expect_certificate(struct dissected *d, const char *name)
{
	expect_text(d, name, "subject",
	    "CN=www.example.org,O=Example\\, Inc,C=NL");
	expect_text(d, name, "issuer",
	    "CN=www.example.org,O=Example\\, Inc,C=NL");
	assert_int_equal(dissected_number(d, name, "not_before"),
	    INT64_C(1704164645) * 1000000000);
	assert_int_equal(dissected_number(d, name, "not_after"),
	    INT64_C(2556241445) * 1000000000);
}

/* However small the records and the segments are. */
static void
test_tls(void **state)
{
	static const size_t records[] = { 1, 2, 3, 7, 64, 1000, ROOM };
	static const size_t segments[] = { 2, 3, 4, 9, 70, 1000, ROOM };
	struct dissected d;

	(void)state;
	dissected_init(&d, false, 443);
	for (size_t i = 0; i < 7; i++) {
		for (size_t j = 0; j < 7; j++) {
			struct made_bytes client = client_stream(0, records[i]);
			struct made_bytes server = server_stream(0x0303, 100,
			    records[i]);

			dissected_restart(&d, false, j % 2 == 0 ? 443 : 81);
			say_parts(&d, CLIENT_SAYS, &client, segments[j]);
			expect_text(&d, "tls", "alpn", "h2");
			say_parts(&d, SERVER_SAYS, &server, segments[j]);
			expect_client(&d);
			expect_text(&d, "tls", "alpn", "http/1.1");
			expect_text(&d, "tls", "version", "tls1.2");
			expect_text(&d, "tls", "cipher",
			    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
			expect_digest(&d, "tls", "ja3s", ja3s);
			expect_certificate(&d, "tls");
			assert_true(d.flow.is_done);
		}
	}
	dissected_release(&d);
}

static void
test_tls13(void **state)
{
	struct dissected d;
	struct made_bytes client = client_stream(0, ROOM);
	struct made_bytes server = server_stream(0x0304, 0, ROOM);

	(void)state;
	dissected_init(&d, false, 8443);
	(void)say(&d, CLIENT_SAYS, client.at, client.size);
	(void)say(&d, SERVER_SAYS, server.at, server.size);
	expect_text(&d, "tls", "version", "tls1.3");
	expect_text(&d, "tls", "cipher", "TLS_AES_128_GCM_SHA256");
	expect_text(&d, "tls", "alpn", "h2");
	expect_text(&d, "tls", "subject", "");
	expect_digest(&d, "tls", "ja3s", "cce84e7a8b742462e40afb585a3e3ccc");
	assert_true(d.flow.is_done);
	dissected_release(&d);
}

/*
 * What cannot wait as a whole: of a certificate's chain the leaf is read, of
 * a hello what comes first.
 */
static void
test_large(void **state)
{
	struct dissected d;
	struct made_bytes server = server_stream(0x0303, 6000, ROOM);
	struct made_bytes client = client_stream(1800, ROOM);
	struct made_bytes hello, certificates = { 0 }, stream = { 0 };

	(void)state;
	dissected_init(&d, false, 443);
	say_parts(&d, CLIENT_SAYS, &client, 1400);
	say_parts(&d, SERVER_SAYS, &server, 1400);
	expect_text(&d, "tls", "sni", "www.example.org");
	assert_int_equal(strlen(dissected_text(&d, "tls", "ja4")),
	    strlen(dissected_text(&d, "tls", "ja3")) == 32 ? 36 : 0);
	expect_certificate(&d, "tls");
	assert_true(d.flow.is_done);
	/* A segment so large, of which but the end must wait. */
	dissected_restart(&d, false, 443);
	server.size = 0;
	put_server(&server, 0x0303);
	hello = server;
	server.size = 0;
	put_message(&server, 2, &hello);
	put(&server, 22, 1);
	put(&server, 4500, 3);
	put_zeros(&server, 4500);
	put_certificates(&certificates, 20);
	put_message(&server, 11, &certificates);
	put_records(&stream, &server, ROOM);
	(void)say(&d, CLIENT_SAYS, client.at, client.size);
	(void)say(&d, SERVER_SAYS, stream.at, stream.size - 200);
	(void)say(&d, SERVER_SAYS, stream.at + stream.size - 200, 200);
	expect_certificate(&d, "tls");
	dissected_restart(&d, false, 443);
	client = client_stream(6000, ROOM);
	say_parts(&d, CLIENT_SAYS, &client, 1400);
	assert_string_equal(dissected_name(&d), "tls");
	expect_text(&d, "tls", "ja3", "");
	assert_int_equal(d.flow.buffer[0], 0);
	dissected_release(&d);
}

/* Nothing else comes of a part of it, and nothing is left behind. */
static void
test_truncations(void **state)
{
	struct dissected d;
	struct made_bytes client = client_stream(0, 50);
	struct made_bytes server = server_stream(0x0303, 10, 70);

	(void)state;
	dissected_init(&d, false, 443);
	for (size_t size = 0; size < client.size + server.size; size++) {
		size_t of_client = size < client.size ? size : client.size;

		dissected_restart(&d, false, 443);
		(void)say(&d, CLIENT_SAYS, client.at, of_client);
		(void)say(&d, SERVER_SAYS, server.at, size - of_client);
		assert_string_equal(dissected_name(&d), of_client < 11 ?
		    "?" : "tls");
	}
	dissected_restart(&d, false, 443);
	assert_int_equal(dissected_live(&d), 0);
	dissected_release(&d);
}

/* The hello of SSL 2.0, a size of whose ciphers is then no multiple of 3. */
static void
test_ssl2(void **state)
{
	static const uint8_t hello[] = { 0x80, 0x1c, 1, 3, 1, 0, 3, 0, 0, 0,
	    0x10, 0, 0, 0x2f, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
	    15, 16 };
	struct made_bytes server = server_stream(0x0301, 0, ROOM);
	uint8_t bad[sizeof(hello)];
	struct dissected d;

	(void)state;
	dissected_init(&d, false, 443);
	(void)say(&d, CLIENT_SAYS, hello, sizeof(hello));
	(void)say(&d, SERVER_SAYS, server.at, server.size);
	assert_string_equal(dissected_name(&d), "tls");
	expect_text(&d, "tls", "version", "tls1.0");
	memcpy(bad, hello, sizeof(bad));
	bad[6] = 4;
	dissected_restart(&d, false, 443);
	(void)say(&d, CLIENT_SAYS, bad, sizeof(bad));
	assert_string_equal(dissected_name(&d), "?");
	dissected_release(&d);
}

/* Records from anywhere: two heads anywhere, one only at home. */
static void
test_joined(void **state)
{
	static const uint8_t two[] = { 23, 3, 1, 0, 3, 9, 9, 9, 23, 3, 1, 1,
	    0 };
	static const uint8_t one[] = { 23, 3, 3, 1, 0, 9, 9, 9 };
	static const uint8_t none[] = { 23, 3, 3, 0, 2, 9, 9, 9, 9 };
	struct dissected d;

	(void)state;
	dissected_init(&d, false, 81);
	d.is_joined = true;
	(void)say(&d, CLIENT_SAYS, two, sizeof(two));
	assert_string_equal(dissected_name(&d), "tls");
	expect_text(&d, "tls", "version", "tls1.0");
	dissected_restart(&d, false, 81);
	(void)say(&d, CLIENT_SAYS, one, sizeof(one));
	assert_string_equal(dissected_name(&d), "?");
	dissected_restart(&d, false, 443);
	(void)say(&d, CLIENT_SAYS, one, sizeof(one));
	assert_string_equal(dissected_name(&d), "tls");
	dissected_restart(&d, false, 443);
	(void)say(&d, CLIENT_SAYS, none, sizeof(none));
	assert_string_equal(dissected_name(&d), "?");
	dissected_release(&d);
}

/* A datagram with the part of a message from one offset to another. */
static struct made_bytes
dtls_part(unsigned int type, unsigned int number,
    const struct made_bytes *body, size_t from, size_t to)
{
	struct made_bytes m = { 0 };

	put(&m, 22, 1);
	put(&m, 0xfeff, 2);
	put_zeros(&m, 8);
	put(&m, (unsigned int)(12 + to - from), 2);
	put(&m, type, 1);
	put(&m, (unsigned int)body->size, 3);
	put(&m, number, 2);
	put(&m, (unsigned int)from, 3);
	put(&m, (unsigned int)(to - from), 3);
	put_bytes(&m, body->at + from, to - from);
	return m;
}

static void
say_dtls(struct dissected *d, int side, unsigned int type,
    const struct made_bytes *body, size_t from, size_t to)
{
	struct made_bytes m = dtls_part(type, type, body, from, to);

	(void)say(d, side, m.at, m.size);
}

static void
expect_dtls(struct dissected *d)
{
	char ja4[64];

	(void)snprintf(ja4, sizeof(ja4), "dd2d0306h2_%s", ja4_tail);
	assert_string_equal(dissected_name(d), "dtls");
	expect_text(d, "dtls", "sni", "www.example.org");
	expect_digest(d, "dtls", "ja3", "4dfb5568ca33918cbf443f2ac76b6b83");
	expect_digest(d, "dtls", "ja4", ja4);
	expect_text(d, "dtls", "version", "dtls1.2");
	expect_certificate(d, "dtls");
	assert_true(d->flow.is_done);
}

/* Whole, and with the fragments of each message the wrong way round. */
static void
test_dtls(void **state)
{
	struct made_bytes client = { 0 };
	struct made_bytes server = { 0 };
	struct made_bytes certificates = { 0 };
	struct dissected d;

	(void)state;
	put_client(&client, true, 0);
	put_server(&server, 0xfefd);
	put_certificates(&certificates, 30);
	dissected_init(&d, true, 5684);
	for (int is_cut = 0; is_cut < 2; is_cut++) {
		size_t cut = is_cut == 0 ? 0 : 60;

		dissected_restart(&d, true, is_cut == 0 ? 5684 : 999);
		say_dtls(&d, CLIENT_SAYS, 1, &client, cut, client.size);
		if (is_cut != 0)
			say_dtls(&d, CLIENT_SAYS, 1, &client, 0, cut);
		say_dtls(&d, SERVER_SAYS, 2, &server, 0, server.size);
		say_dtls(&d, SERVER_SAYS, 11, &certificates, cut,
		    certificates.size);
		if (is_cut != 0)
			say_dtls(&d, SERVER_SAYS, 11, &certificates, 0, cut);
		expect_dtls(&d);
	}
	dissected_restart(&d, true, 999);
	assert_int_equal(dissected_live(&d), 0);
	dissected_release(&d);
}

static void
test_dtls_near(void **state)
{
	struct made_bytes client = { 0 };
	struct made_bytes m;
	struct dissected d;

	(void)state;
	put_client(&client, true, 0);
	m = dtls_part(1, 0, &client, 0, client.size);
	dissected_init(&d, true, 5684);
	for (size_t size = 0; size < m.size; size++) {
		dissected_restart(&d, true, 5684);
		(void)say(&d, CLIENT_SAYS, m.at, size);
		assert_string_equal(dissected_name(&d), "?");
	}
	m.at[2] = 0xfc;		/* no version */
	dissected_restart(&d, true, 5684);
	(void)say(&d, CLIENT_SAYS, m.at, m.size);
	assert_string_equal(dissected_name(&d), "?");
	dissected_release(&d);
}

/* In an order in which ranges begin, grow, touch and become one. */
static void
test_assembly(void **state)
{
	static const uint8_t parts[][2] = { { 8, 10 }, { 4, 5 }, { 0, 2 },
	    { 6, 7 }, { 9, 12 }, { 1, 6 }, { 7, 8 } };
	static const size_t ready[] = { 0, 0, 2, 2, 2, 7, 12 };
	static const uint8_t text[] = "abcdefghijkl";
	uint8_t room[APPLICATION_HELD_MAX];
	struct assembly a = { 0 };

	(void)state;
	for (size_t i = 0; i < 7; i++) {
		assert_true(assembly_add(&a, room, parts[i][0],
		    cursor_over(text + parts[i][0],
		    (size_t)(parts[i][1] - parts[i][0]))));
		assert_int_equal(assembly_ready(&a), ready[i]);
	}
	assert_int_equal(a.count, 1);
	assert_memory_equal(room, text, 12);
	assert_true(assembly_add(&a, room, APPLICATION_HELD_MAX - 1,
	    cursor_over(text, 12)));
	assert_true(assembly_add(&a, room, UINT64_MAX,
	    cursor_over(text, 12)));
	assert_int_equal(a.count, 2);
	for (size_t i = 2; i < ASSEMBLY_RANGES_MAX; i++)
		assert_true(assembly_add(&a, room, i * 10,
		    cursor_over(text, 1)));
	assert_false(assembly_add(&a, room, 1000, cursor_over(text, 1)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tls),
		cmocka_unit_test(test_tls13),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_truncations),
		cmocka_unit_test(test_ssl2),
		cmocka_unit_test(test_joined),
		cmocka_unit_test(test_dtls),
		cmocka_unit_test(test_dtls_near),
		cmocka_unit_test(test_assembly)
	};

	digest_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
