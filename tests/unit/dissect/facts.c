/*
 * What was learned of flows: blocks that grow, their order, and that room is
 * bounded, counted and given back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dissect/facts.h"

enum { FACT_HEAD = 3, BLOCK_HEAD = 2, BLOCK_MAX = 1024 };

static struct facts_store store;

static int
setup(void **state)
{
	(void)state;
	facts_init(&store, 64);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	facts_release(&store);
	return 0;
}

static void
add_text(uint32_t *handle, uint8_t field, const char *text, size_t size)
{
	const struct fact fact = {
		.application = 7,
		.field = field,
		.size = (uint8_t)size,
		.bytes = (const uint8_t *)text
	};

	facts_add(&store, handle, &fact);
}

static uint32_t
live(void)
{
	uint32_t sum = 0;

	for (int class = 0; class < FACTS_CLASSES; class++)
		sum += store.blocks[class].live;
	return sum;
}

static int
count(uint32_t handle)
{
	struct fact fact;
	size_t offset = 0;
	int facts = 0;

	while (facts_next(&store, handle, &offset, &fact))
		facts++;
	return facts;
}

static void
test_nothing(void **state)
{
	struct fact fact;
	size_t offset = 0;
	uint32_t handle = 0;

	(void)state;
	assert_false(facts_next(&store, 0, &offset, &fact));
	assert_false(facts_find(&store, 0, 7, 0, &fact));
	facts_clear(&store, &handle);
	assert_int_equal(handle, 0);
	assert_int_equal(live(), 0);
	assert_int_equal(store.used, 0);
}

/* Facts keep their order and their bytes in blocks of every size. */
static void
test_growth(void **state)
{
	uint32_t handle = 0;
	struct fact fact;
	size_t offset = 0;
	int facts = 0;
	char text[16];

	(void)state;
	while (store.dropped == 0) {
		(void)snprintf(text, sizeof(text), "fact %03d", facts);
		add_text(&handle, (uint8_t)facts, text, 8);
		if (store.dropped == 0)
			facts++;
		assert_int_equal(live(), 1);
	}
	assert_int_equal(facts, (BLOCK_MAX - BLOCK_HEAD) / (FACT_HEAD + 8));
	assert_int_equal(store.used, BLOCK_MAX);
	for (int i = 0; i < facts; i++) {
		assert_true(facts_next(&store, handle, &offset, &fact));
		(void)snprintf(text, sizeof(text), "fact %03d", i);
		assert_int_equal(fact.application, 7);
		assert_int_equal(fact.field, i);
		assert_int_equal(fact.size, 8);
		assert_memory_equal(fact.bytes, text, 8);
	}
	assert_false(facts_next(&store, handle, &offset, &fact));
	facts_clear(&store, &handle);
	assert_int_equal(handle, 0);
	assert_int_equal(live(), 0);
	assert_int_equal(store.used, 0);
}

/* A block is filled to its last byte before a larger one is taken. */
static void
test_class_edges(void **state)
{
	static const char bytes[FACT_TEXT_MAX] = { 'x' };

	(void)state;
	for (int class = 0; class < 3; class++) {
		size_t room = ((size_t)FACTS_SIZE_MIN << class) -
		    BLOCK_HEAD - FACT_HEAD;
		uint32_t handle = 0;

		add_text(&handle, 0, bytes, room);
		assert_int_equal(store.blocks[class].live, 1);
		facts_clear(&store, &handle);
		add_text(&handle, 0, bytes, room + 1);
		assert_int_equal(store.blocks[class].live, 0);
		assert_int_equal(store.blocks[class + 1].live, 1);
		facts_clear(&store, &handle);
	}
	assert_int_equal(live(), 0);
}

/* A smaller fact may still fit where a larger one was dropped. */
static void
test_full_block(void **state)
{
	static const char bytes[FACT_TEXT_MAX] = { 'x' };
	uint32_t handle = 0;

	(void)state;
	for (int i = 0; i < 3; i++)
		add_text(&handle, 1, bytes, FACT_TEXT_MAX);
	add_text(&handle, 1, bytes, FACT_TEXT_MAX);
	assert_int_equal(store.dropped, 1);
	add_text(&handle, 2, "short", 5);
	assert_int_equal(store.dropped, 1);
	assert_int_equal(count(handle), 4);
	facts_clear(&store, &handle);
}

static void
test_found_by_field(void **state)
{
	uint32_t handle = 0;
	struct fact fact;

	(void)state;
	add_text(&handle, 1, "first", 5);
	add_text(&handle, 2, "other", 5);
	add_text(&handle, 1, "second", 6);
	assert_true(facts_find(&store, handle, 7, 1, &fact));
	assert_memory_equal(fact.bytes, "first", 5);
	assert_true(facts_find(&store, handle, 7, 2, &fact));
	assert_false(facts_find(&store, handle, 7, 3, &fact));
	assert_false(facts_find(&store, handle, 8, 1, &fact));
	facts_clear(&store, &handle);
}

/* A number is written over; a text of another size has none. */
static void
test_numbers(void **state)
{
	uint64_t value = 41;
	uint32_t handle = 0;
	struct fact fact;

	(void)state;
	add_text(&handle, 1, (const char *)&value, sizeof(value));
	add_text(&handle, 2, "text", 4);
	assert_true(facts_find(&store, handle, 7, 1, &fact));
	assert_int_equal(fact_number(&fact), 41);
	facts_overwrite(&store, handle, &fact, UINT64_MAX);
	assert_true(facts_find(&store, handle, 7, 1, &fact));
	assert_true(fact_number(&fact) == UINT64_MAX);
	assert_true(facts_find(&store, handle, 7, 2, &fact));
	assert_int_equal(fact_number(&fact), 0);
	facts_overwrite(&store, handle, &fact, 1);
	assert_memory_equal(fact.bytes, "text", 4);
	facts_clear(&store, &handle);
}

/* All flows together have so much; what was dropped is counted. */
static void
test_room(void **state)
{
	static const char bytes[FACT_TEXT_MAX] = { 'x' };
	uint32_t handles[64] = { 0 };
	uint64_t dropped;

	(void)state;
	for (int i = 0; i < 64; i++) {
		for (int j = 0; j < 3; j++)
			add_text(&handles[i], 1, bytes, FACT_TEXT_MAX);
		assert_true(store.used <= store.room);
	}
	dropped = store.dropped;
	assert_true(dropped > 0);
	for (int i = 0; i < 64; i++)
		dropped += (uint64_t)count(handles[i]);
	assert_int_equal(dropped, 3 * 64);
	for (int i = 0; i < 64; i++)
		facts_clear(&store, &handles[i]);
	assert_int_equal(store.used, 0);
	assert_int_equal(live(), 0);
	add_text(&handles[0], 1, bytes, FACT_TEXT_MAX);
	assert_int_equal(count(handles[0]), 1);
	facts_clear(&store, &handles[0]);
}

/* A block that was given back has nothing of the flow before. */
static void
test_clean(void **state)
{
	uint32_t handle = 0;
	uint32_t again = 0;
	struct fact fact;

	(void)state;
	add_text(&handle, 1, "secret", 6);
	facts_clear(&store, &handle);
	add_text(&again, 1, "", 0);
	assert_true(facts_find(&store, again, 7, 1, &fact));
	assert_int_equal(fact.size, 0);
	assert_int_equal(count(again), 1);
	facts_clear(&store, &again);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nothing, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_growth, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_class_edges, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_full_block, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_found_by_field, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_numbers, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_room, setup, teardown),
		cmocka_unit_test_setup_teardown(test_clean, setup, teardown)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
