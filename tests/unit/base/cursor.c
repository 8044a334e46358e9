/*
 * Bounded reading: at every size of input nothing is read past the end, the
 * first failure sticks, and numbers have the byte order of their names.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cursor.h"

static const uint8_t bytes[] = { 0xf1, 0x02, 0x83, 0x04, 0x85, 0x06, 0x87,
    0x08 };

static void
test_numbers(void **state)
{
	struct cursor c = cursor_over(bytes, sizeof(bytes));

	(void)state;
	assert_int_equal(bytes_be16(bytes), 0xf102);
	assert_int_equal(bytes_be24(bytes), 0xf10283);
	assert_int_equal(bytes_be32(bytes), 0xf1028304);
	assert_int_equal(bytes_be64(bytes), UINT64_C(0xf102830485068708));
	assert_int_equal(bytes_le16(bytes), 0x02f1);
	assert_int_equal(bytes_le32(bytes), 0x048302f1);
	assert_int_equal(bytes_le64(bytes), UINT64_C(0x08870685048302f1));
	assert_int_equal(cursor_u8(&c), 0xf1);
	assert_int_equal(cursor_be16(&c), 0x0283);
	assert_int_equal(cursor_be24(&c), 0x048506);
	assert_int_equal(cursor_le16(&c), 0x0887);
	assert_int_equal(cursor_left(&c), 0);
	assert_true(cursor_ok(&c));
	c = cursor_over(bytes, sizeof(bytes));
	assert_int_equal(cursor_be64(&c), UINT64_C(0xf102830485068708));
	c = cursor_over(bytes, sizeof(bytes));
	assert_int_equal(cursor_be32(&c), 0xf1028304);
	assert_int_equal(cursor_le32(&c), 0x08870685);
	assert_true(cursor_ok(&c));
}

/* All readers of numbers as one kind. */
static uint64_t
read_u8(struct cursor *c)
{
	return cursor_u8(c);
}

static uint64_t
read_be16(struct cursor *c)
{
	return cursor_be16(c);
}

static uint64_t
read_be24(struct cursor *c)
{
	return cursor_be24(c);
}

static uint64_t
read_be32(struct cursor *c)
{
	return cursor_be32(c);
}

static uint64_t
read_be64(struct cursor *c)
{
	return cursor_be64(c);
}

static uint64_t
read_le16(struct cursor *c)
{
	return cursor_le16(c);
}

static uint64_t
read_le32(struct cursor *c)
{
	return cursor_le32(c);
}

static const struct {
	uint64_t	(*read)(struct cursor *);
	size_t		size;
} readers[] = {
	{ read_u8, 1 }, { read_be16, 2 }, { read_be24, 3 }, { read_be32, 4 },
	{ read_be64, 8 }, { read_le16, 2 }, { read_le32, 4 }
};

enum { READERS = sizeof(readers) / sizeof(*readers) };

/* Inputs of their own exact size: the sanitizer sees a byte too many. */
static void
test_every_size(void **state)
{
	(void)state;
	for (size_t size = 0; size <= sizeof(bytes); size++) {
		uint8_t *input = malloc(size > 0 ? size : 1);

		assert_non_null(input);
		memcpy(input, bytes, size);
		for (int i = 0; i < READERS; i++) {
			struct cursor c = cursor_over(input, size);
			bool is_enough = size >= readers[i].size;
			uint64_t value = readers[i].read(&c);

			assert_int_equal(value != 0, is_enough);
			assert_int_equal(cursor_ok(&c), is_enough);
			assert_int_equal(cursor_left(&c), is_enough ?
			    size - readers[i].size : size);
		}
		free(input);
	}
}

static void
test_failure_sticks(void **state)
{
	(void)state;
	for (int i = 0; i < READERS; i++) {
		struct cursor c = cursor_over(bytes, sizeof(bytes));
		struct cursor sub;

		cursor_skip(&c, sizeof(bytes) + 1);
		assert_false(cursor_ok(&c));
		assert_int_equal(cursor_left(&c), sizeof(bytes));
		assert_int_equal(readers[i].read(&c), 0);
		assert_null(cursor_take(&c, 0));
		assert_null(cursor_take(&c, 1));
		assert_null(cursor_peek(&c, 1));
		sub = cursor_sub(&c, 1);
		assert_false(cursor_ok(&sub));
		assert_int_equal(cursor_left(&c), sizeof(bytes));
	}
}

static void
test_take_and_peek(void **state)
{
	struct cursor c = cursor_over(bytes, sizeof(bytes));

	(void)state;
	assert_ptr_equal(cursor_peek(&c, 8), bytes);
	assert_null(cursor_peek(&c, 9));
	assert_true(cursor_ok(&c));	/* to look costs nothing */
	assert_ptr_equal(cursor_take(&c, 3), bytes);
	assert_ptr_equal(cursor_take(&c, 0), bytes + 3);
	assert_ptr_equal(cursor_peek(&c, 1), bytes + 3);
	cursor_skip(&c, 1);
	assert_ptr_equal(cursor_take(&c, 4), bytes + 4);
	assert_ptr_equal(cursor_take(&c, 0), bytes + 8);
	assert_true(cursor_ok(&c));
	assert_null(cursor_take(&c, 1));
	assert_false(cursor_ok(&c));
}

/* A length that would wrap round an address. */
static void
test_huge(void **state)
{
	struct cursor c = cursor_over(bytes, sizeof(bytes));

	(void)state;
	assert_null(cursor_peek(&c, SIZE_MAX));
	cursor_limit(&c, SIZE_MAX);
	assert_int_equal(cursor_left(&c), sizeof(bytes));
	assert_null(cursor_take(&c, SIZE_MAX));
	assert_false(cursor_ok(&c));
}

static void
test_limit(void **state)
{
	struct cursor c = cursor_over(bytes, sizeof(bytes));

	(void)state;
	cursor_limit(&c, 9);
	assert_int_equal(cursor_left(&c), 8);
	cursor_limit(&c, 3);
	assert_int_equal(cursor_left(&c), 3);
	assert_int_equal(cursor_be24(&c), 0xf10283);
	assert_int_equal(cursor_u8(&c), 0);
	assert_false(cursor_ok(&c));
}

/* A part fails on its own, and fails its whole only when it is not there. */
static void
test_sub(void **state)
{
	struct cursor c = cursor_over(bytes, sizeof(bytes));
	struct cursor sub = cursor_sub(&c, 2);

	(void)state;
	assert_int_equal(cursor_be32(&sub), 0);
	assert_false(cursor_ok(&sub));
	assert_true(cursor_ok(&c));
	assert_int_equal(cursor_u8(&c), 0x83);
	sub = cursor_sub(&c, 0);
	assert_true(cursor_ok(&sub));
	assert_int_equal(cursor_left(&sub), 0);
	sub = cursor_sub(&c, 5);
	assert_int_equal(cursor_be32(&sub), 0x04850687);
	assert_int_equal(cursor_left(&c), 0);
	sub = cursor_sub(&c, 1);
	assert_false(cursor_ok(&sub));
	assert_int_equal(cursor_left(&sub), 0);
	assert_false(cursor_ok(&c));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_every_size),
		cmocka_unit_test(test_failure_sticks),
		cmocka_unit_test(test_take_and_peek),
		cmocka_unit_test(test_huge),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_sub),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
