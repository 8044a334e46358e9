/*
 * Pools: numbers from both ends, zeroed objects, freed ones again and the
 * newest first, and a full pool.
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
#include "base/pool.h"

enum { CAPACITY = 1000, OBJECT_SIZE = 100 };

static struct pool pool;

static int
setup(void **state)
{
	(void)state;
	pool_init(&pool, OBJECT_SIZE, CAPACITY);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	pool_release(&pool);
	assert_null(pool.base);
	return 0;
}

static void
assert_zero(uint32_t number)
{
	const uint8_t *object = pool_at(&pool, number);

	for (size_t i = 0; i < pool.stride; i++)
		assert_int_equal(object[i], 0);
}

static void
test_fresh(void **state)
{
	(void)state;
	assert_int_equal(pool.stride, 128);
	for (uint32_t number = 1; number <= CAPACITY; number++) {
		assert_int_equal(pool_take(&pool), number);
		assert_int_equal((uintptr_t)pool_at(&pool, number) % 64, 0);
		assert_zero(number);
		memset(pool_at(&pool, number), 0xff, pool.stride);
		assert_int_equal(pool.live, number);
	}
	assert_int_equal(pool_take(&pool), 0);
	assert_int_equal(pool.live, CAPACITY);
	assert_int_equal(pool.used, CAPACITY);
}

static void
test_newest_first(void **state)
{
	(void)state;
	for (uint32_t number = 1; number <= 3; number++) {
		assert_int_equal(pool_take(&pool), number);
		memset(pool_at(&pool, number), 0xff, pool.stride);
	}
	pool_give(&pool, 1);
	pool_give(&pool, 3);
	pool_give(&pool, 2);
	assert_int_equal(pool.live, 0);
	assert_int_equal(pool_take(&pool), 2);
	assert_zero(2);
	assert_int_equal(pool_take(&pool), 3);
	assert_zero(3);
	assert_int_equal(pool_take(&pool), 1);
	assert_zero(1);
	assert_int_equal(pool_take(&pool), 4);
}

/* Full, one back, full again: for ever. */
static void
test_full(void **state)
{
	(void)state;
	while (pool_take(&pool) != 0)
		;
	for (uint32_t number = 1; number <= CAPACITY; number++) {
		pool_give(&pool, number);
		assert_int_equal(pool_take(&pool), number);
		assert_int_equal(pool_take(&pool), 0);
	}
	assert_int_equal(pool.used, CAPACITY);
}

/* Two kinds of objects, from both ends until they meet. */
static void
test_both_ends(void **state)
{
	uint32_t number = 0;

	(void)state;
	assert_int_equal(pool_next(&pool, 0), 0);
	assert_int_equal(pool_take_high(&pool), CAPACITY);
	assert_int_equal(pool_take_high(&pool), CAPACITY - 1);
	assert_int_equal(pool_next(&pool, 0), CAPACITY - 1);
	assert_int_equal(pool_take(&pool), 1);
	assert_int_equal(pool_next(&pool, 0), 1);
	assert_int_equal(pool_next(&pool, 1), CAPACITY - 1);
	assert_int_equal(pool_next(&pool, CAPACITY - 1), CAPACITY);
	assert_int_equal(pool_next(&pool, CAPACITY), 0);
	memset(pool_at(&pool, CAPACITY), 0xff, pool.stride);
	pool_give(&pool, CAPACITY);
	assert_int_equal(pool_take(&pool), 2);
	assert_int_equal(pool_take_high(&pool), CAPACITY);
	assert_zero(CAPACITY);
	while (pool_take(&pool) != 0)
		number++;
	assert_int_equal(number, CAPACITY - 4);
	assert_int_equal(pool_take_high(&pool), 0);
	for (number = 1; number <= CAPACITY; number++)
		assert_int_equal(pool_next(&pool, number - 1), number);
	assert_int_equal(pool_next(&pool, CAPACITY), 0);
	pool_give(&pool, CAPACITY);	/* to who asks next, of either end */
	assert_int_equal(pool_take(&pool), CAPACITY);
	pool_give(&pool, 1);
	assert_int_equal(pool_take_high(&pool), 1);
	assert_int_equal(pool.live, CAPACITY);
}

/* No number is out twice, and each object keeps what its owner wrote. */
static void
test_at_random(void **state)
{
	static uint32_t taken[CAPACITY];
	static bool is_out[CAPACITY + 1];
	uint32_t count = 0;

	(void)state;
	memset(is_out, 0, sizeof(is_out));
	for (uint64_t i = 0; i < 100000; i++) {
		uint64_t dice = hash_mix64(i);
		uint32_t number;
		size_t at;

		if (count < CAPACITY && (count == 0 || dice % 100 < 52)) {
			number = dice / 100 % 3 == 0 ? pool_take_high(&pool) :
			    pool_take(&pool);
			assert_in_range(number, 1, CAPACITY);
			assert_false(is_out[number]);
			assert_zero(number);
			memset(pool_at(&pool, number), (int)(number % 255 + 1),
			    pool.stride);
			is_out[number] = true;
			taken[count++] = number;
		} else {
			at = dice / 100 % count;
			number = taken[at];
			for (size_t k = 0; k < pool.stride; k++)
				assert_int_equal(((uint8_t *)pool_at(&pool,
				    number))[k], number % 255 + 1);
			is_out[number] = false;
			taken[at] = taken[--count];
			pool_give(&pool, number);
		}
		assert_int_equal(pool.live, count);
	}
}

/* More than there is memory for: only what is touched is paid for. */
static void
test_reserved(void **state)
{
	struct pool large;

	(void)state;
	pool_init(&large, 64, UINT32_C(1) << 28);
	assert_int_equal(pool_take(&large), 1);
	*(uint8_t *)pool_at(&large, large.capacity) = 1;
	pool_release(&large);
}

static void
test_map(void **state)
{
	const size_t size = 3 << 20;
	uint8_t *memory = pool_map(size);

	(void)state;
	assert_int_equal((uintptr_t)memory % 4096, 0);
	for (size_t i = 0; i < size; i++)
		assert_int_equal(memory[i], 0);
	memset(memory, 1, size);
	pool_unmap(memory, size);
	pool_unmap(NULL, size);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_fresh),
		TEST(test_newest_first),
		TEST(test_full),
		TEST(test_both_ends),
		TEST(test_at_random),
		TEST(test_reserved),
		TEST(test_map),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
