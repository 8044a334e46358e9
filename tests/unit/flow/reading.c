/*
 * Payload on its way from packets through the meter to a reader: in order,
 * with gaps told, to the end of the flow.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "flow/meter.h"

#include "../../lib/made.h"

#define S MADE_SECOND

enum { CLIENT = 1, SERVER = 2, PORT = 40000 };

static struct meter		*meter;
static struct hash_secret	 secret;
static struct made		 made;
static char			 heard[2][256];	/* by the side's port */
static int			 token;
static uint64_t			 frames;
static uint32_t			 conflicts;
static bool			 wants_more;

/* Appends to what was heard of the client or of the server. */
static bool
hear(void *context, int side, const char *text, size_t size)
{
	const struct flow_read *read = context;
	uint16_t port = side == 0 ? read->flow->key.a_port :
	    read->flow->key.b_port;
	char *to = heard[port == PORT ? 0 : 1];
	size_t used = strlen(to);

	assert_ptr_equal(read->context, &token);
	assert_true(used + size < sizeof(heard[0]));
	memcpy(to + used, text, size);
	return wants_more;
}

static bool
joined(void *context, int side)
{
	return hear(context, side, "|", 1);
}

static bool
data(void *context, int side, const uint8_t *bytes, size_t size)
{
	return hear(context, side, (const char *)bytes, size);
}

static bool
gap(void *context, int side, uint32_t missing)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "(%u)", (unsigned int)missing);
	return hear(context, side, text, strlen(text));
}

static void
end(void *context, int side)
{
	(void)hear(context, side, ".", 1);
}

static void
keep(void *context, const struct meter_flow *ended)
{
	(void)context;
	for (int side = 0; ended->trouble != NULL && side < 2; side++)
		conflicts += ended->trouble->tally[side].conflicts;
}

static int
setup(void **state)
{
	static const struct tcp_reader_operations reader = {
		.joined = joined, .data = data, .gap = gap, .end = end
	};
	const struct meter_options options = {
		.timeouts = { .tcp_ns = 300 * S, .tcp_open_ns = 30 * S,
		    .tcp_close_ns = 5 * S },
		.memory = 1 << 20,
		.secret = &secret,
		.write = keep,
		.reader = &reader,
		.reader_context = &token
	};
	struct error error;

	(void)state;
	meter_free(meter);
	meter = meter_new(&options, &error);
	assert_non_null(meter);
	memset(heard, 0, sizeof(heard));
	frames = 0;
	conflicts = 0;
	wants_more = true;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	meter_free(meter);
	meter = NULL;
	return 0;
}

static void
give(bool is_client, uint16_t flags, uint32_t seq, uint32_t ack,
    const char *text)
{
	struct conversation t = is_client ?
	    made_tcp(CLIENT, PORT, SERVER, 80, flags) :
	    made_tcp(SERVER, 80, CLIENT, PORT, flags);

	t.tcp.seq = seq;
	t.tcp.ack = ack;
	t.payload = (const uint8_t *)text;
	t.payload_bytes = (uint32_t)strlen(text);
	t.payload_captured = t.payload_bytes;
	frames++;
	meter_packets(meter, made_packet(&made, t, (int64_t)frames * S,
	    frames), 1);
}

static void
shake_hands(void)
{
	give(true, TCP_SYN, 99, 0, "");
	give(false, TCP_SYN | TCP_ACK, 999, 100, "");
	give(true, TCP_ACK, 100, 1000, "");
}

static void
test_in_order(void **state)
{
	(void)state;
	shake_hands();
	give(true, TCP_ACK, 103, 1000, "def");	/* early */
	give(true, TCP_ACK, 100, 1000, "abc");
	give(true, TCP_ACK, 100, 1000, "abc");	/* again */
	give(false, TCP_ACK, 1000, 106, "xyz");
	give(true, TCP_FIN | TCP_ACK, 106, 1003, "g");
	assert_string_equal(heard[0], "abcdefg.");
	assert_string_equal(heard[1], "xyz");
	meter_finish(meter, FLOW_END_EOF);
	assert_string_equal(heard[1], "xyz");
	assert_int_equal(conflicts, 0);
}

/* The peer has what was not captured. */
static void
test_gap(void **state)
{
	(void)state;
	shake_hands();
	give(true, TCP_ACK, 100, 1000, "abc");
	give(true, TCP_ACK, 108, 1000, "def");
	assert_string_equal(heard[0], "abc");
	give(false, TCP_ACK, 1000, 111, "");
	assert_string_equal(heard[0], "abc(5)def");
}

/* What is held when the flow ends is told before its record is written. */
static void
test_reset(void **state)
{
	(void)state;
	shake_hands();
	give(true, TCP_ACK, 102, 1000, "cd");
	give(false, TCP_RST, 1000, 0, "");
	assert_string_equal(heard[0], "(2)cd");
}

static void
test_joined(void **state)
{
	(void)state;
	give(true, TCP_ACK, 500, 1000, "ab");
	meter_finish(meter, FLOW_END_EOF);
	assert_string_equal(heard[0], "|ab");
	assert_string_equal(heard[1], "");
}

/* Held bytes that differ are one conflict, however it is found. */
static void
test_conflict(void **state)
{
	(void)state;
	shake_hands();
	give(true, TCP_ACK, 103, 1000, "def");
	give(true, TCP_ACK, 103, 1000, "dEf");
	give(true, TCP_ACK, 102, 1000, "xDx");	/* overlaps in part */
	give(true, TCP_ACK, 100, 1000, "ab");
	assert_string_equal(heard[0], "abxdef");
	meter_finish(meter, FLOW_END_EOF);
	assert_int_equal(conflicts, 2);
}

static void
test_enough(void **state)
{
	(void)state;
	wants_more = false;
	shake_hands();
	give(true, TCP_ACK, 100, 1000, "abc");
	give(true, TCP_ACK, 103, 1000, "def");
	meter_finish(meter, FLOW_END_EOF);
	assert_string_equal(heard[0], "abc");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_in_order, setup),
		cmocka_unit_test_setup(test_gap, setup),
		cmocka_unit_test_setup(test_reset, setup),
		cmocka_unit_test_setup(test_joined, setup),
		cmocka_unit_test_setup(test_conflict, setup),
		cmocka_unit_test_setup(test_enough, setup),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
