/*
 * Header compression: the examples of RFC 7541, Appendix C, blocks that are
 * cut or damaged, and random bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "dissect/hpack.h"

struct wanted {
	const char	*name;
	const char	*value;
};

/* In memory of just its size, so that ASan sees all; returns how many. */
static int
take_all(const void *bytes, size_t size, struct hpack_field *fields, int max)
{
	uint8_t *copy = malloc(size + (size == 0));
	struct cursor c;
	int count = 0;

	assert_non_null(copy);
	memcpy(copy, bytes, size);
	c = cursor_over(copy, size);
	while (count < max && hpack_take(&c, &fields[count]))
		count++;
	free(copy);
	return count;
}

static void
expect(const void *bytes, size_t size, const struct wanted *wanted, int count)
{
	struct hpack_field fields[8];

	assert_int_equal(take_all(bytes, size, fields, 8), count);
	for (int i = 0; i < count; i++) {
		assert_string_equal(fields[i].name, wanted[i].name);
		assert_string_equal(fields[i].value, wanted[i].value);
		assert_int_equal(fields[i].value_size,
		    strlen(wanted[i].value));
	}
	/* Of what is cut, the whole fields that are left. */
	for (size_t cut = 0; cut < size; cut++)
		assert_true(take_all(bytes, cut, fields, 8) < count);
}

#define EXPECT(bytes, ...) do {						\
	static const struct wanted wanted[] = { __VA_ARGS__ };		\
	expect(bytes, sizeof(bytes) - 1, wanted,			\
	    (int)(sizeof(wanted) / sizeof(*wanted)));			\
} while (0)

/* C.2: a literal of each kind, and a field of the table. */
static void
test_kinds(void **state)
{
	(void)state;
	EXPECT("\x40\x0a" "custom-key\x0d" "custom-header",
	    { "custom-key", "custom-header" });
	EXPECT("\x04\x0c/sample/path", { ":path", "/sample/path" });
	EXPECT("\x10\x08password\x06secret", { "password", "secret" });
	EXPECT("\x82", { ":method", "GET" });
}

/* C.4.1 and C.6.1: in Huffman's code. */
static void
test_packed(void **state)
{
	(void)state;
	EXPECT("\x82\x86\x84\x41\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90"
	    "\xf4\xff", { ":method", "GET" }, { ":scheme", "http" },
	    { ":path", "/" }, { ":authority", "www.example.com" });
	EXPECT("\x48\x82\x64\x02\x58\x85\xae\xc3\x77\x1a\x4b\x61\x96\xd0\x7a"
	    "\xbe\x94\x10\x54\xd4\x44\xa8\x20\x05\x95\x04\x0b\x81\x66\xe0\x82"
	    "\xa6\x2d\x1b\xff\x6e\x91\x9d\x29\xad\x17\x18\x63\xc7\x8f\x0b\x97"
	    "\xc8\xe9\xae\x82\xae\x43\xd3", { ":status", "302" },
	    { "cache-control", "private" },
	    { "date", "Mon, 21 Oct 2013 20:13:21 GMT" },
	    { "location", "https://www.example.com" });
}

/* C.5: a size of the table before a field; what the table got is not kept. */
static void
test_table(void **state)
{
	struct hpack_field field;

	(void)state;
	EXPECT("\x3f\xe1\x1f\x88", { ":status", "200" });
	EXPECT("\xbe\x82", { "", "" }, { ":method", "GET" });
	EXPECT("\x7e\x01" "a", { "", "a" });
	assert_int_equal(take_all("\x80", 1, &field, 1), 1);
	assert_string_equal(field.name, "");
}

/* Numbers without end, and a text that is longer than what is kept of it. */
static void
test_damaged(void **state)
{
	enum { SIZE = 127 + 300 };
	uint8_t large[4 + SIZE] = { 0x04, 0x7f, 300 % 128 + 128, 300 / 128 };
	struct hpack_field field;

	(void)state;
	assert_int_equal(take_all("\xff\xff\xff\xff\xff\xff\x0f", 7, &field,
	    1), 0);
	assert_int_equal(take_all("\x04\x7f\xff\xff\xff\xff\x0f" "a", 8,
	    &field, 1), 0);
	memset(large + 4, 'a', SIZE);
	assert_int_equal(take_all(large, sizeof(large) - 1, &field, 1), 0);
	assert_int_equal(take_all(large, sizeof(large), &field, 1), 1);
	assert_int_equal(field.value_size, HPACK_VALUE_MAX);
	assert_int_equal(strlen(field.value), HPACK_VALUE_MAX);
}

static void
test_random(void **state)
{
	struct hpack_field fields[8];
	uint64_t words[16];

	(void)state;
	for (uint64_t seed = 1; seed < 20000; seed++) {
		for (size_t i = 0; i < 16; i++)
			words[i] = hash_mix64(seed * 16 + i);
		(void)take_all(words, seed % (sizeof(words) + 1), fields, 8);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_packed),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
