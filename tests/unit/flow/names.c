/*
 * Names of addresses: the newest counts, numbers stay good until the ring has
 * gone round, and an hour is too old.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "flow/names.h"

#define SECOND INT64_C(1000000000)

static struct names	names;

static int
setup(void **state)
{
	struct hash_secret secret;

	(void)state;
	hash_secret_draw(&secret);
	names_init(&names, &secret);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	names_release(&names);
	return 0;
}

/* 10.0.x.y for the number. */
static struct address
address_of(unsigned int number)
{
	struct address address = { { 10, 0, (uint8_t)(number >> 8),
	    (uint8_t)number } };

	return address;
}

static void
learn_from(enum naming_source source, unsigned int number, const char *text,
    int64_t now_ns)
{
	struct naming naming = { .address = address_of(number),
	    .ip_version = 4, .source = (uint8_t)source,
	    .size = (uint8_t)strlen(text) };

	memcpy(naming.text, text, strlen(text) + 1);
	names_learn(&names, &naming, now_ns);
}

static void
learn(unsigned int number, const char *text, int64_t now_ns)
{
	learn_from(NAMING_DNS, number, text, now_ns);
}

static uint32_t
find(unsigned int number, int64_t now_ns)
{
	struct address address = address_of(number);

	return names_find(&names, 4, &address, now_ns);
}

static void
assert_named(uint32_t number, const char *text)
{
	const struct naming *naming = names_at(&names, number);

	assert_non_null(naming);
	assert_string_equal(naming->text, text);
}

static void
test_newest(void **state)
{
	uint32_t old;

	(void)state;
	assert_int_equal(find(1, 0), 0);
	learn(1, "one.test", 0);
	old = find(1, 0);
	assert_named(old, "one.test");
	assert_int_equal(find(2, 0), 0);
	learn(1, "other.test", SECOND);
	assert_named(find(1, SECOND), "other.test");
	/* Who began under the old name keeps it. */
	assert_named(old, "one.test");
}

/* What a client calls a server does not displace what DNS said of it. */
static void
test_weaker(void **state)
{
	(void)state;
	learn_from(NAMING_SNI, 1, "shared.test", 0);
	assert_named(find(1, 0), "shared.test");
	learn_from(NAMING_HTTP, 1, "other.test", SECOND);
	assert_named(find(1, SECOND), "other.test");
	learn(1, "host.test", 2 * SECOND);
	learn_from(NAMING_SNI, 1, "shared.test", 3 * SECOND);
	assert_named(find(1, 3 * SECOND), "host.test");
	/* Unless that is too old. */
	learn_from(NAMING_SNI, 1, "shared.test", 3603 * SECOND);
	assert_named(find(1, 3603 * SECOND), "shared.test");
	/* The same name from who knows it better is better known. */
	learn(1, "shared.test", 3604 * SECOND);
	assert_int_equal(names_at(&names, find(1, 3604 * SECOND))->source,
	    NAMING_DNS);
}

static void
test_versions(void **state)
{
	struct address address = address_of(1);

	(void)state;
	learn(1, "four.test", 0);
	assert_int_equal(names_find(&names, 6, &address, 0), 0);
}

static void
test_age(void **state)
{
	uint32_t number;

	(void)state;
	learn(1, "one.test", 0);
	number = find(1, 3600 * SECOND);
	assert_int_not_equal(number, 0);
	assert_int_equal(find(1, 3601 * SECOND), 0);
	/* The same again makes it young, and no second one. */
	learn(1, "one.test", 3601 * SECOND);
	assert_int_equal(find(1, 7000 * SECOND), number);
}

static void
test_full(void **state)
{
	char text[32];
	uint32_t first;

	(void)state;
	learn(0, "first.test", 0);
	first = find(0, 0);
	for (unsigned int i = 1; i < NAMES_MAX; i++) {
		(void)snprintf(text, sizeof text, "n%u.test", i);
		learn(i, text, 0);
	}
	assert_named(first, "first.test");
	learn(NAMES_MAX, "last.test", 0);
	assert_null(names_at(&names, first));
	assert_int_equal(find(0, 0), 0);
	assert_named(find(NAMES_MAX, 0), "last.test");
	assert_named(find(1, 0), "n1.test");
	assert_named(find(NAMES_MAX - 1, 0), "n8191.test");
}

/* A ring that goes round many times, with addresses that come again. */
static void
test_many(void **state)
{
	char text[32];

	(void)state;
	for (unsigned int i = 0; i < 5 * NAMES_MAX; i++) {
		(void)snprintf(text, sizeof text, "n%u.test", i);
		learn(i * 7 % 3000, text, 0);
		assert_named(find(i * 7 % 3000, 0), text);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_newest),
		TEST(test_weaker),
		TEST(test_versions),
		TEST(test_age),
		TEST(test_full),
		TEST(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
