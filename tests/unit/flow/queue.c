/*
 * Queues over flow numbers, against a plain array that does the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "flow/queue.h"

enum { FLOWS = 40 };

static struct pool		 flows;
static struct flow_queue_ends	 queues[FLOW_QUEUES];

static int
setup(void **state)
{
	(void)state;
	pool_init(&flows, sizeof(struct flow), FLOWS);
	memset(queues, 0, sizeof(queues));
	for (int i = 0; i < FLOWS; i++)
		(void)pool_take(&flows);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	pool_release(&flows);
	return 0;
}

static struct flow *
at(uint32_t number)
{
	return pool_at(&flows, number);
}

static void
append(uint32_t number, enum flow_queue queue, int64_t now_ns)
{
	at(number)->queue = (uint8_t)queue;
	flow_queue_append(queues, &flows, number, now_ns);
}

/* Forwards and backwards the queue holds just these. */
static void
assert_queue(enum flow_queue queue, const uint32_t *numbers, size_t count)
{
	uint32_t number = queues[queue].head;

	for (size_t i = 0; i < count; i++) {
		assert_int_equal(number, numbers[i]);
		number = at(number)->queue_next;
	}
	assert_int_equal(number, 0);
	number = queues[queue].tail;
	for (size_t i = count; i-- > 0; ) {
		assert_int_equal(number, numbers[i]);
		number = at(number)->queue_previous;
	}
	assert_int_equal(number, 0);
}

static void
test_one(void **state)
{
	(void)state;
	append(7, FLOW_QUEUE_UDP, 5);
	assert_queue(FLOW_QUEUE_UDP, (uint32_t[]){ 7 }, 1);
	assert_queue(FLOW_QUEUE_TCP, NULL, 0);
	assert_int_equal(at(7)->queued_ns, 5);
	flow_queue_remove(queues, &flows, 7);
	assert_queue(FLOW_QUEUE_UDP, NULL, 0);
}

static void
test_ends_and_middle(void **state)
{
	(void)state;
	for (uint32_t n = 1; n <= 4; n++)
		append(n, FLOW_QUEUE_TCP, n);
	assert_queue(FLOW_QUEUE_TCP, (uint32_t[]){ 1, 2, 3, 4 }, 4);
	flow_queue_remove(queues, &flows, 2);
	assert_queue(FLOW_QUEUE_TCP, (uint32_t[]){ 1, 3, 4 }, 3);
	flow_queue_remove(queues, &flows, 1);
	assert_queue(FLOW_QUEUE_TCP, (uint32_t[]){ 3, 4 }, 2);
	flow_queue_remove(queues, &flows, 4);
	assert_queue(FLOW_QUEUE_TCP, (uint32_t[]){ 3 }, 1);
	append(1, FLOW_QUEUE_TCP, 9);
	assert_queue(FLOW_QUEUE_TCP, (uint32_t[]){ 3, 1 }, 2);
}

/* Flows go from queue to queue; arrays say where they must stand. */
static void
test_at_random(void **state)
{
	uint32_t wanted[FLOW_QUEUES][FLOWS];
	size_t counts[FLOW_QUEUES] = { 0 };
	bool is_queued[FLOWS + 1] = { false };

	(void)state;
	for (uint64_t i = 0; i < 20000; i++) {
		uint64_t dice = hash_mix64(i);
		uint32_t number = (uint32_t)(dice % FLOWS) + 1;
		enum flow_queue to = (enum flow_queue)(dice >> 32) %
		    FLOW_QUEUES;

		if (is_queued[number]) {
			enum flow_queue from =
			    (enum flow_queue)at(number)->queue;
			size_t k = 0;

			while (wanted[from][k] != number)
				k++;
			counts[from]--;
			memmove(&wanted[from][k], &wanted[from][k + 1],
			    (counts[from] - k) * sizeof(**wanted));
			flow_queue_remove(queues, &flows, number);
		}
		is_queued[number] = dice >> 40 & 3;
		if (is_queued[number]) {
			wanted[to][counts[to]++] = number;
			append(number, to, (int64_t)i);
		}
		for (int q = 0; q < FLOW_QUEUES; q++)
			assert_queue((enum flow_queue)q, wanted[q],
			    counts[q]);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_one),
		TEST(test_ends_and_middle),
		TEST(test_at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
