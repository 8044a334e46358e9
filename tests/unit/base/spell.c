/*
 * What spell.c remembers and spoils: the last second, in whatever order
 * seconds come, and no byte past the room it asks for. The values themselves
 * are held by the tests of buffer.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/spell.h"

#define S INT64_C(1000000000)

/* The C library's word for the same time, to nanoseconds. */
static void
wanted_time(int64_t ns, char *text, size_t size)
{
	int64_t fraction = (ns % S + S) % S;
	time_t second = (time_t)(ns / S - (ns % S < 0 ? 1 : 0));
	struct tm tm;
	size_t length;

	assert_non_null(gmtime_r(&second, &tm));
	length = strftime(text, size, "%Y-%m-%dT%H:%M:%S", &tm);
	(void)snprintf(text + length, size - length, ".%09dZ",
	    (int)fraction);
}

/* Checks both numbers of digits; the second asks for a remembered one. */
static void
assert_time(int64_t ns, struct spell_second *last)
{
	char wanted[64];
	char text[SPELL_ROOM + 1];

	wanted_time(ns, wanted, sizeof wanted);
	*spell_time(text, ns, 9, last) = '\0';
	assert_string_equal(text, wanted);
	*spell_time(text, ns, 6, last) = '\0';
	memcpy(wanted + 26, "Z", 2);
	assert_string_equal(text, wanted);
}

/* Each after each other: there and back over every edge. */
static void
test_seconds_in_turn(void **state)
{
	static const int64_t edges[] = {
		0, -1, 1, S, -S, S - 1, -S - 1, -S + 1,
		INT64_C(951782399) * S + 999999999,	/* 2000-02-28 */
		INT64_C(951782400) * S,			/* 2000-02-29 */
		INT64_C(951868800) * S,			/* 2000-03-01 */
		INT64_C(4107542400) * S - 1,		/* 2100-02-28 */
		INT64_C(4107542400) * S,		/* 2100-03-01 */
		INT64_C(1798761599) * S + 999999,	/* 2026-12-31 */
		INT64_C(1798761600) * S,		/* 2027-01-01 */
		INT64_C(-2208988800) * S - 1,		/* 1899-12-31 */
		INT64_MAX, INT64_MIN
	};
	const size_t count = sizeof edges / sizeof edges[0];
	struct spell_second last = { 0 };

	(void)state;
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < count; j++) {
			assert_time(edges[i], &last);
			assert_time(edges[j], &last);
			last = (struct spell_second){ 0 };
			assert_time(edges[j], &last);
		}
	}
}

static void
test_seconds_at_random(void **state)
{
	struct spell_second last = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 200000; i++)
		assert_time((int64_t)(hash_mix64(i / 3) % 4000000000) * S -
		    2000000000 * S + (int64_t)(hash_mix64(i) % 2000000000),
		    &last);
}

static void
assert_within(const char *room, const char *end)
{
	assert_true(end > room && end <= room + SPELL_ROOM);
	for (int i = 0; i < 16; i++)
		assert_int_equal(room[SPELL_ROOM + i], '#');
}

/* The longest of each kind. */
static void
test_room(void **state)
{
	static const uint8_t high[16] = { 255, 255, 255, 255, 255, 255, 255,
	    255, 255, 255, 255, 255, 255, 255, 255, 255 };
	struct spell_second last = { 0 };
	char room[SPELL_ROOM + 16];

	(void)state;
	memset(room, '#', sizeof room);
	assert_within(room, spell_u64(room, UINT64_MAX));
	assert_within(room, spell_hex64(room, UINT64_MAX));
	assert_within(room, spell_seconds(room, INT64_MIN, 9));
	assert_within(room, spell_time(room, INT64_MAX, 9, &last));
	assert_within(room, spell_mac(room, high));
	assert_within(room, spell_ipv4(room, high));
	assert_within(room, spell_ipv6(room, high));
}

/* A text goes over by pieces that depend on its size. */
static void
test_bytes(void **state)
{
	char text[65];
	char copy[66];

	(void)state;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)('0' + i);
	for (size_t size = 0; size <= sizeof text; size++) {
		memset(copy, '#', sizeof copy);
		assert_ptr_equal(spell_bytes(copy, text, size), copy + size);
		assert_memory_equal(copy, text, size);
		assert_int_equal(copy[size], '#');
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seconds_in_turn),
		cmocka_unit_test(test_seconds_at_random),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_bytes)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
