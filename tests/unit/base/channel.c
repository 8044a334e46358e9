/*
 * Pointers from one thread to another: their order, and who is woken when.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/channel.h"

enum { MANY = 50000, ROOM = 7 };

/* A thread that passes on what it takes, up to a NULL. */
struct relay {
	struct channel	from;
	struct channel	to;
};

static int	things[ROOM + 1];

static void *
pass_on(void *context)
{
	struct relay *relay = context;
	void *thing;

	do {
		thing = channel_take(&relay->from);
		channel_put(&relay->to, thing);
	} while (thing != NULL);
	return NULL;
}

static void
test_order(void **state)
{
	struct channel c;

	(void)state;
	channel_init(&c, ROOM);
	for (int turn = 0; turn < 3; turn++) {
		assert_int_equal(channel_wait(&c, 0), 0);
		for (int i = 0; i < ROOM; i++)
			channel_put(&c, &things[i]);
		assert_int_equal(channel_wait(&c, ROOM), ROOM);
		for (int i = 0; i < ROOM; i++)
			assert_ptr_equal(channel_take(&c), &things[i]);
		channel_put(&c, &things[ROOM]);
		assert_ptr_equal(channel_take(&c), &things[ROOM]);
	}
	channel_release(&c);
}

/* There and back, with as many on the way as there is room for. */
static void
test_threads(void **state)
{
	struct relay relay;
	pthread_t thread;
	uintptr_t sent = 0, back = 0;

	(void)state;
	channel_init(&relay.from, ROOM);
	channel_init(&relay.to, ROOM);
	assert_int_equal(pthread_create(&thread, NULL, pass_on, &relay), 0);
	while (back < MANY) {
		size_t wanted = back % ROOM + 1;

		while (sent < MANY && sent < back + ROOM)
			channel_put(&relay.from, (void *)++sent);
		if (wanted > sent - back)
			wanted = sent - back;
		assert_true(channel_wait(&relay.to, wanted) >= wanted);
		while (wanted-- > 0)
			assert_int_equal(channel_take(&relay.to), ++back);
	}
	channel_put(&relay.from, NULL);
	assert_null(channel_take(&relay.to));
	assert_int_equal(pthread_join(thread, NULL), 0);
	channel_release(&relay.from);
	channel_release(&relay.to);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
