/*
 * UDP's side of a flow: questions and answers, what is wrong with headers,
 * when its state is written, and parts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "flow/account.h"

#include "../../lib/made.h"

#define S MADE_SECOND

static struct flow_table	 table;
static uint32_t			 number;
static struct flow		*flow;
static union flow_transport	*transport;
static struct made		 made;
static uint8_t			 payload[172];

static int
setup(void **state)
{
	struct flow_key key = { .protocol = PROTOCOL_UDP, .ip_version = 4 };
	const struct hash_secret secret = { { 0 } };

	(void)state;
	flow_table_release(&table);
	memset(payload, 0, sizeof(payload));
	flow_table_init(&table, 1, true, &secret);
	number = flow_table_add(&table, &key, flow_table_hash(&table, &key));
	flow = flow_table_at(&table, number);
	transport = &table.transports[number];
	return 0;
}

/* A datagram of one side, as the meter accounts it. */
static void
take(struct conversation t, int sender, int64_t ts_ns)
{
	struct packet *p = made_packet(&made, t, ts_ns, 1);
	struct item item = {
		.packet = p, .conversation = p->conversations,
		.sender = (uint8_t)sender, .ts_ns = ts_ns, .now_ns = ts_ns
	};

	if (flow->counts[0].packets + flow->counts[1].packets == 0 &&
	    table.parts[number].part == 0)
		account_begin(&table, number, &item, 0);
	account_packet(&table, number, &item);
}

static void
ask(int64_t ts_ns)
{
	take(made_udp(1, 50000, 2, 53), 0, ts_ns);
}

static void
answer(int64_t ts_ns)
{
	take(made_udp(2, 53, 1, 50000), 1, ts_ns);
}

/* Packet n of a stream from side 0; the frame may be cut. */
static void
stream(int n, uint16_t port, uint8_t first, uint32_t captured)
{
	struct conversation t = made_udp(1, 40000, 2, port);

	payload[0] = first;
	payload[3] = (uint8_t)n;
	payload[6] = (uint8_t)n;		/* 256 ticks each */
	t.payload = payload;
	t.payload_captured = captured;
	t.payload_bytes = sizeof(payload);
	take(t, 0, S + n * 20000000);
}

static void
test_exchange(void **state)
{
	int64_t ns = -1;

	(void)state;
	ask(S);
	ask(S + 1);
	assert_false(udp_is_answered(flow));
	assert_false(udp_first_exchange(flow, &ns));
	assert_int_equal(flow->exchanges, 0);
	answer(S + 30);
	assert_true(udp_is_answered(flow));
	assert_true(udp_first_exchange(flow, &ns));
	assert_int_equal(ns, 30);
	assert_int_equal(flow->exchanges, 1);
	answer(S + 31);
	assert_int_equal(flow->exchanges, 1);
	ask(S + 40);
	answer(S + 50);
	assert_int_equal(flow->exchanges, 3);
	assert_true(udp_first_exchange(flow, &ns));
	assert_int_equal(ns, 30);
	assert_false(flow->has_udp_state);
}

/* The answer was captured first: no time, and none below 0. */
static void
test_answer_first(void **state)
{
	int64_t ns;

	(void)state;
	answer(S);
	assert_int_equal(flow->src_side, 0);	/* by the service */
	assert_int_equal(flow->exchanges, 0);
	ask(S + 5);
	assert_int_equal(flow->exchanges, 1);
	assert_true(udp_is_answered(flow));
	assert_false(udp_first_exchange(flow, &ns));
}

/* Cut off in the header, a datagram still takes its turn. */
static void
test_short_header(void **state)
{
	struct conversation t = made_udp(2, 53, 1, 50000);

	(void)state;
	ask(S);
	t.has_transport = false;
	memset(&t.udp, 0, sizeof(t.udp));
	take(t, 1, S + 1);
	assert_int_equal(flow->exchanges, 1);
	assert_false(flow->has_udp_state);
}

static void
test_checksum_zero(void **state)
{
	struct conversation t = made_udp(1, 50000, 2, 53);

	(void)state;
	t.udp.checksum = 0;
	ask(S);
	take(t, 0, S);
	take(t, 0, S);
	assert_true(flow->has_udp_state);
	assert_int_equal(transport->udp.checksum_zero, 2);
	assert_int_equal(transport->udp.length_mismatch, 0);
	assert_false(flow->has_oddities);
}

static void
test_checksum_bad(void **state)
{
	struct conversation t = made_udp(2, 53, 1, 50000);

	(void)state;
	ask(S);
	t.checksum = CHECKSUM_BAD;
	take(t, 1, S);
	assert_true(flow->has_oddities);
	assert_int_equal(table.oddities[number].checksum_bad[0], 0);
	assert_int_equal(table.oddities[number].checksum_bad[1], 1);
	assert_false(flow->has_udp_state);
}

static void
test_length_mismatch(void **state)
{
	struct conversation t = made_udp(1, 50000, 2, 53);

	(void)state;
	t.udp.is_length_odd = true;
	take(t, 0, S);
	ask(S);
	assert_true(flow->has_udp_state);
	assert_int_equal(transport->udp.length_mismatch, 1);
	assert_int_equal(transport->udp.checksum_zero, 0);
}

static void
test_stream(void **state)
{
	(void)state;
	for (int n = 0; n < 20; n++)
		stream(n, 5004, 0x80, sizeof(payload));
	assert_true(rtp_is_found(&transport->udp.stream[0]));
	assert_false(rtp_is_found(&transport->udp.stream[1]));
	assert_int_equal(transport->udp.stream[0].packets, 20);
}

/* Well-known ports and rare headers begin with a side's fifth packet. */
static void
test_stream_late(void **state)
{
	(void)state;
	for (int n = 0; n < 4; n++)
		stream(n, 443, 0x80, sizeof(payload));
	assert_false(flow->has_udp_state);
	for (int n = 4; n < 20; n++)
		stream(n, 443, 0x80, sizeof(payload));
	assert_true(rtp_is_found(&transport->udp.stream[0]));
	assert_int_equal(transport->udp.stream[0].packets, 16);
	setup(NULL);
	for (int n = 0; n < 20; n++)
		stream(n, 5004, 0x82, sizeof(payload));
	assert_true(rtp_is_found(&transport->udp.stream[0]));
	assert_int_equal(transport->udp.stream[0].packets, 16);
}

/* What is cut off before the header's end is no stream; after it, it is. */
static void
test_stream_cut(void **state)
{
	(void)state;
	for (int n = 0; n < 20; n++)
		stream(n, 5004, 0x80, RTP_HEADER_SIZE - 1);
	assert_false(flow->has_udp_state);
	setup(NULL);
	for (int n = 0; n < 20; n++)
		stream(n, 5004, 0x80, RTP_HEADER_SIZE);
	assert_int_equal(transport->udp.stream[0].packets, 20);
}

/* Counts start again, what is known stays. */
static void
test_parts(void **state)
{
	struct conversation t = made_udp(2, 5004, 1, 40000);
	int64_t ns;

	(void)state;
	for (int n = 0; n < 20; n++)
		stream(n, 5004, 0x80, sizeof(payload));
	t.udp.checksum = 0;
	t.udp.is_length_odd = true;
	take(t, 1, 2 * S);
	assert_int_equal(flow->exchanges, 1);
	account_next_part(&table, number);
	assert_int_equal(flow->exchanges, 0);
	assert_int_equal(transport->udp.checksum_zero, 0);
	assert_int_equal(transport->udp.length_mismatch, 0);
	assert_false(rtp_is_found(&transport->udp.stream[0]));
	for (int n = 20; n < 23; n++)
		stream(n, 5004, 0x80, sizeof(payload));
	assert_true(rtp_is_found(&transport->udp.stream[0]));
	assert_int_equal(transport->udp.stream[0].packets, 3);
	assert_int_equal(flow->exchanges, 1);
	assert_true(udp_first_exchange(flow, &ns));
	assert_int_equal(ns, S);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		TEST(test_exchange),
		TEST(test_answer_first),
		TEST(test_short_header),
		TEST(test_checksum_zero),
		TEST(test_checksum_bad),
		TEST(test_length_mismatch),
		TEST(test_stream),
		TEST(test_stream_late),
		TEST(test_stream_cut),
		TEST(test_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
