/*
 * What clients call who they ask: hellos of TLS and requests of HTTP, whole
 * and cut at every byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../lib/hellos.h"
#include "dissect/naming.h"

static struct naming	found;
static int		count;

static void
note(void *context, const struct naming *naming)
{
	(void)context;
	found = *naming;
	count++;
}

/* A segment in memory of just its size, so that ASan sees all. */
static void
look(uint16_t port, const void *bytes, size_t size)
{
	uint8_t *copy = malloc(size + (size == 0));
	struct conversation t = { .protocol = PROTOCOL_TCP, .ip_version = 4,
	    .src_port = 50000, .dst_port = port,
	    .dst = { { 192, 0, 2, 1 } }, .payload = copy,
	    .payload_bytes = (uint32_t)size,
	    .payload_captured = (uint32_t)size };

	assert_non_null(copy);
	memcpy(copy, bytes, size);
	count = 0;
	if (naming_is_possible(&t))
		naming_look(&t, note, NULL);
	free(copy);
}

static void
expect(const char *text, enum naming_source source)
{
	static const uint8_t address[] = { 192, 0, 2, 1 };

	assert_int_equal(count, 1);
	assert_string_equal(found.text, text);
	assert_int_equal(found.size, strlen(text));
	assert_int_equal(found.source, source);
	assert_int_equal(found.ip_version, 4);
	assert_memory_equal(found.address.bytes, address, 4);
}

static void
test_hello(void **state)
{
	struct made_bytes body = { 0 };
	struct made_bytes record = { 0 };
	size_t named_at = 0;

	(void)state;
	put_client(&body, false, 0);
	put(&record, 0x160301, 3);
	put(&record, (unsigned int)body.size + 4, 2);
	put_message(&record, 1, &body);
	look(443, record.at, record.size);
	expect("www.example.org", NAMING_SNI);
	/* As soon as all of the name is there, and not before. */
	for (size_t cut = 0; cut < record.size; cut++) {
		look(443, record.at, cut);
		if (count == 1)
			expect("www.example.org", NAMING_SNI);
		else
			named_at = cut + 1;
	}
	assert_true(named_at > 80 && named_at < record.size);
	look(4433, record.at, record.size);
	assert_int_equal(count, 0);
	record.at[5] = 2;	/* the server's */
	look(443, record.at, record.size);
	assert_int_equal(count, 0);
}

#define ASK(text) look(80, text, sizeof(text) - 1)

static void
test_request(void **state)
{
	static const char request[] = "GET /index.html HTTP/1.1\r\n"
	    "Accept: */*\r\nHOST: www.example.org:8080\r\n\r\n";

	(void)state;
	ASK(request);
	expect("www.example.org", NAMING_HTTP);
	for (size_t cut = 0; cut < sizeof(request) - 3; cut++) {
		look(80, request, cut);
		assert_int_equal(count, 0);
	}
	look(3128, request, sizeof(request) - 1);
	assert_int_equal(count, 0);
}

/* What is asked of a proxy, addresses, and what is no request. */
static void
test_nameless(void **state)
{
	static const char *const requests[] = {
		"GET http://www.example.org/ HTTP/1.1\r\nHost: a.test\r\n\r\n",
		"CONNECT www.example.org:443 HTTP/1.1\r\nHost: a.test\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: 192.0.2.1\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n\r\n",
		"GET / HTTP/1.1\r\nAccept: */*\r\n\r\nHost: a.test\r\n",
		"GET / HTTP/1.1\r\nHost:\r\n\r\n",
		"Garbage in the middle of a stream\r\nHost: a.test\r\n\r\n"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
		look(80, requests[i], strlen(requests[i]));
		if (count != 0)
			fail_msg("'%s' names %s", requests[i], found.text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hello),
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_nameless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
