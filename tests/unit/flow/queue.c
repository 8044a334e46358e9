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
static struct flow_queues	 queues;

static struct flow *
at(uint32_t number)
{
	return pool_at(&flows, number);
}

static int
setup(void **state)
{
	(void)state;
	pool_init(&flows, sizeof(struct flow), FLOWS);
	flow_queues_init(&queues, FLOWS);
	for (int i = 0; i < FLOWS; i++)
		at(pool_take(&flows))->queue = FLOW_QUEUES;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	flow_queues_release(&queues);
	pool_release(&flows);
	return 0;
}

/* The flow's packet at that time moves it. */
static void
move(uint32_t number, enum flow_queue queue, int64_t now_ns, uint64_t item)
{
	at(number)->last_ns = now_ns;
	flow_queues_move(&queues, at(number), number, queue, item);
}

/* Forwards and backwards the queue holds just these. */
static void
assert_queue(enum flow_queue queue, const uint32_t *numbers, size_t count)
{
	uint32_t number = queues.ends[queue].head;

	for (size_t i = 0; i < count; i++) {
		assert_int_equal(number, numbers[i]);
		number = queues.links[number].next;
	}
	assert_int_equal(number, 0);
	number = queues.ends[queue].tail;
	for (size_t i = count; i-- > 0; ) {
		assert_int_equal(number, numbers[i]);
		number = queues.links[number].previous;
	}
	assert_int_equal(number, 0);
}

static void
test_one(void **state)
{
	(void)state;
	move(7, FLOW_QUEUE_UDP, 0, 5);
	assert_queue(FLOW_QUEUE_UDP, (uint32_t[]){ 7 }, 1);
	assert_queue(FLOW_QUEUE_TCP, NULL, 0);
	assert_int_equal(queues.links[7].item, 5);
	flow_queues_remove(&queues, at(7), 7);
	assert_queue(FLOW_QUEUE_UDP, NULL, 0);
	assert_int_equal(at(7)->queue, FLOW_QUEUES);
}

static void
test_ends_and_middle(void **state)
{
	(void)state;
	for (uint32_t n = 1; n <= 4; n++)
		move(n, FLOW_QUEUE_TCP, 0, n);
	assert_queue(FLOW_QUEUE_TCP, (uint32_t[]){ 1, 2, 3, 4 }, 4);
	flow_queues_remove(&queues, at(2), 2);
	assert_queue(FLOW_QUEUE_TCP, (uint32_t[]){ 1, 3, 4 }, 3);
	move(1, FLOW_QUEUE_TCP, 0, 5);
	assert_queue(FLOW_QUEUE_TCP, (uint32_t[]){ 3, 4, 1 }, 3);
	move(4, FLOW_QUEUE_UDP, 0, 6);
	assert_queue(FLOW_QUEUE_TCP, (uint32_t[]){ 3, 1 }, 2);
	assert_queue(FLOW_QUEUE_UDP, (uint32_t[]){ 4 }, 1);
}

/* All of an epoch are due when its last moment has timed out. */
static void
test_due(void **state)
{
	const int64_t epoch = FLOW_QUEUE_EPOCH_NS;
	uint64_t rank, later;

	(void)state;
	queues.timeouts[FLOW_QUEUE_TCP] = 10 * epoch;
	queues.timeouts[FLOW_QUEUE_UDP] = 9 * epoch;
	assert_int_equal(flow_queues_due(&queues, &flows, INT64_MAX, &rank),
	    0);
	move(1, FLOW_QUEUE_OTHER, -5 * epoch, 1);	/* never */
	move(2, FLOW_QUEUE_TCP, 2 * epoch, 2);
	move(3, FLOW_QUEUE_TCP, 3 * epoch - 1, 3);
	move(4, FLOW_QUEUE_UDP, 3 * epoch, 4);
	assert_int_equal(flow_queues_due(&queues, &flows, 13 * epoch - 1,
	    &rank), 0);
	assert_int_equal(flow_queues_due(&queues, &flows, 13 * epoch, &rank),
	    2);
	flow_queues_remove(&queues, at(2), 2);
	assert_int_equal(flow_queues_due(&queues, &flows, 13 * epoch,
	    &later), 3);
	assert_true(later > rank);
	flow_queues_remove(&queues, at(3), 3);
	rank = later;
	assert_int_equal(flow_queues_due(&queues, &flows, 13 * epoch,
	    &later), 4);
	assert_true(later > rank);
	flow_queues_remove(&queues, at(4), 4);
	assert_int_equal(flow_queues_due(&queues, &flows, INT64_MAX - 1,
	    &rank), 0);
}

static void
test_oldest(void **state)
{
	(void)state;
	assert_int_equal(flow_queues_oldest(&queues, FLOW_QUEUES), 0);
	move(1, FLOW_QUEUE_UDP, 0, 30);
	move(2, FLOW_QUEUE_TCP, 0, 20);
	assert_int_equal(flow_queues_oldest(&queues, FLOW_QUEUES), 2);
	assert_int_equal(flow_queues_oldest(&queues,
	    FLOW_QUEUE_TCP_OPEN), 0);
	move(3, FLOW_QUEUE_TCP_OPEN, 0, 40);
	move(2, FLOW_QUEUE_TCP, 0, 50);
	assert_int_equal(flow_queues_oldest(&queues, FLOW_QUEUES), 1);
	assert_int_equal(flow_queues_oldest(&queues,
	    FLOW_QUEUE_TCP_OPEN), 3);
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
			flow_queues_remove(&queues, at(number), number);
		}
		is_queued[number] = dice >> 40 & 3;
		if (is_queued[number]) {
			wanted[to][counts[to]++] = number;
			move(number, to, (int64_t)i, i);
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
		TEST(test_due),
		TEST(test_oldest),
		TEST(test_at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
