/*
 * Streams of TCP that are made to cost or to confuse: holes without end,
 * segments that overlap, numbers, windows and times at random. Whatever
 * comes, a connection has its fixed memory and no count runs away.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tcp/connection.h"
#include "../../lib/tracked.h"

#define SECOND INT64_C(1000000000)
#define YEAR (365 * 86400 * SECOND)

/* A frame's time is no farther from the epoch. */
#define FARTHEST_NS (INT64_MAX / 2)

enum {
	PAYLOAD = 2048,		/* bytes that segments are cut from */
	MANY = 1000000,
	START = 1000		/* sequence number of side 0 */
};

static struct tcp		 t;
static struct pool		 troubles;
static const struct hash_secret	 secret;
static uint8_t			 payload[PAYLOAD];
static uint64_t			 given[2];
static int64_t			 now_ns;
static uint64_t			 random_state;

static uint32_t
random_u32(void)
{
	random_state = random_state * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);
	return (uint32_t)(random_state >> 32);
}

static uint32_t
random_below(uint32_t limit)
{
	return (uint32_t)((uint64_t)random_u32() * limit >> 32);
}

static bool
is_one_in(uint32_t count)
{
	return random_below(count) == 0;
}

static int
setup(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	pool_release(&troubles);
	pool_init(&troubles, sizeof(struct tcp_trouble), 2);
	memset(given, 0, sizeof(given));
	now_ns = 1772600767 * SECOND;
	random_state = 1;
	for (size_t i = 0; i < PAYLOAD; i++)
		payload[i] = (uint8_t)random_u32();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	pool_release(&troubles);
	return 0;
}

static struct tcp_trouble *
trouble(void)
{
	return tcp_trouble_of(&t, &troubles);
}

static void
assert_sane(void)
{
	const char *fault = tracked_fault(&t, &troubles, given);

	if (fault != NULL)
		fail_msg("%s, after %llu + %llu segments", fault,
		    (unsigned long long)given[0],
		    (unsigned long long)given[1]);
}

/* Sizes beyond the payload's are those of a snapped segment. */
static void
track(struct tcp_segment segment, const struct tcp_header *header, int side)
{
	segment.header = header;
	segment.side = side;
	segment.is_from_originator = side == 0;
	segment.ts_ns = now_ns;
	segment.secret = &secret;
	segment.troubles = &troubles;
	if (segment.payload == NULL)
		segment.payload = payload;
	tcp_track(&t, &segment);
	given[side]++;
	if (given[side] % 64 == 0)
		assert_sane();
}

static void
send_data(uint32_t seq, uint32_t size)
{
	struct tcp_header header = { .seq = seq, .ack = 1,
	    .flags = TCP_ACK, .window = 1000 };

	track((struct tcp_segment){ .payload_bytes = size,
	    .payload_captured = size < PAYLOAD ? size : PAYLOAD }, &header,
	    0);
}

static void
acknowledge(uint32_t ack)
{
	struct tcp_header header = { .seq = 1, .ack = ack,
	    .flags = TCP_ACK, .window = 1000 };

	track((struct tcp_segment){ 0 }, &header, 1);
}

static void
open_connection(void)
{
	struct tcp_header syn = { .seq = START - 1, .flags = TCP_SYN,
	    .window = 1000 };
	struct tcp_header answer = { .seq = 0, .ack = START,
	    .flags = TCP_SYN | TCP_ACK, .window = 1000 };

	track((struct tcp_segment){ 0 }, &syn, 0);
	track((struct tcp_segment){ 0 }, &answer, 1);
}

/* Each second byte: more holes than anybody remembers one by one. */
static void
test_hole_a_byte(void **state)
{
	(void)state;
	open_connection();
	for (uint32_t i = 0; i < MANY; i++) {
		send_data(START + 1 + 2 * i, 1);
		now_ns += 1000;
	}
	assert_int_equal(tcp_order_missed(&t, trouble(), 0), 0);
	acknowledge(START + 2 * MANY);
	assert_int_equal(tcp_order_missed(&t, trouble(), 0), MANY);
	assert_int_equal(trouble()->tally[0].beyond, MANY);
	assert_int_equal(trouble()->tally[1].unseen_acks, 1);
	assert_sane();
}

/* The same, acknowledged on the way. */
static void
test_hole_a_byte_acknowledged(void **state)
{
	(void)state;
	open_connection();
	for (uint32_t i = 0; i < MANY; i++) {
		send_data(START + 1 + 2 * i, 1);
		if (i % 16 != 15)
			continue;
		acknowledge(START + 2 + 2 * i);
		assert_int_equal(tcp_order_missed(&t, trouble(), 0), i + 1);
	}
	assert_int_equal(trouble()->tally[1].unseen_acks, MANY / 16);
	assert_sane();
}

/* The holes lie farther apart than half of the sequence space is wide. */
static void
test_holes_far_apart(void **state)
{
	const uint32_t size = 1 << 30;
	uint32_t seq = START;

	(void)state;
	open_connection();
	for (uint32_t i = 1; i <= 40; i++) {
		send_data(seq + 1, size);
		seq += 1 + size;
		acknowledge(seq);
		assert_int_equal(tcp_order_missed(&t, trouble(), 0), i);
		assert_sane();
	}
	assert_int_equal(trouble()->tally[1].unseen_acks, 40);
}

/* The holes are filled from the end, or from the middle. */
static void
test_holes_filled(void **state)
{
	enum { HOLES = 65536 };

	(void)state;
	open_connection();
	for (uint32_t i = 0; i < HOLES; i++)
		send_data(START + 1 + 2 * i, 1);
	for (uint32_t i = HOLES; i-- > 0; )
		send_data(START + 2 * i, 1);
	acknowledge(START + 2 * HOLES);
	assert_int_equal(tcp_order_missed(&t, trouble(), 0), 0);
	send_data(START + 2 * HOLES + 2 * HOLES, 1);
	for (uint32_t i = 0; i < HOLES; i++)
		send_data(START + 2 * HOLES + (i * 2 + 1) % (2 * HOLES), 1);
	acknowledge(START + 4 * HOLES + 1);
	assert_int_equal(tcp_order_missed(&t, trouble(), 0), HOLES);
	assert_sane();
}

/* Each begins a byte after the one before it, and ends as much later. */
static void
test_overlapping(void **state)
{
	enum { SIZE = 1000 };

	(void)state;
	open_connection();
	for (uint32_t i = 0; i < 65535; i++) {
		send_data(START + i, SIZE);
		now_ns += 1000;
		assert_sane();
	}
	acknowledge(START + 65534 + SIZE);
	assert_int_equal(tcp_order_missed(&t, trouble(), 0), 0);
	assert_int_equal(t.side[0].next_seq, START + 65534 + SIZE);
	/* The same the other way round: nothing of it is new. */
	for (uint32_t i = 65535; i-- > 0; )
		send_data(START + i, SIZE);
	assert_int_equal(trouble()->tally[0].retransmitted, 65535);
	assert_int_equal(trouble()->tally[0].spurious, 65535);
	assert_int_equal(t.side[0].next_seq, START + 65534 + SIZE);
	assert_sane();
}

/* Half of the space ahead, again and again: it wraps. */
static void
test_jumps(void **state)
{
	uint32_t seq = START;

	(void)state;
	open_connection();
	for (uint32_t i = 0; i < 100000; i++) {
		seq += INT32_MAX - i % 3;
		send_data(seq, i % 2);
		if (i % 1000 == 999)
			acknowledge(seq);
		assert_sane();
	}
}

/* A time that a frame can have, near the last one or not. */
static void
pass_time(bool may_step_back)
{
	switch (random_below(8)) {
	case 0:
		now_ns += random_u32();
		break;
	case 1:
		if (may_step_back)
			now_ns -= random_u32();
		break;
	case 2:
		if (may_step_back && is_one_in(4))
			now_ns = (int64_t)((uint64_t)random_u32() << 32) / 2;
		else if (!may_step_back && is_one_in(10000))
			now_ns += (int64_t)random_below(400) * 86400 * SECOND;
		break;
	default:
		now_ns += random_below(1000000);
		break;
	}
	if (now_ns > FARTHEST_NS)
		now_ns = FARTHEST_NS;
	if (now_ns < -FARTHEST_NS)
		now_ns = -FARTHEST_NS;
}

/* Near what the connection has come to, or anywhere. */
static uint32_t
random_number(uint32_t near)
{
	if (is_one_in(32))
		return random_u32();
	if (is_one_in(4))
		return near - random_below(5000);
	return is_one_in(4) ? near + random_below(5000) : near;
}

static void
fill_flags(struct tcp_header *header)
{
	header->flags = is_one_in(16) ? 0 : TCP_ACK;
	if (is_one_in(8))
		header->flags |= random_u32() & 0x1f8;
	if (is_one_in(256))
		header->flags |= TCP_SYN;
	if (is_one_in(512))
		header->flags |= TCP_FIN;
	if (is_one_in(1024))
		header->flags |= TCP_RST;
}

static void
fill_options(struct tcp_header *header)
{
	header->options = random_u32() & 0x7f;
	header->mss = (uint16_t)random_u32();
	header->window_scale = (uint8_t)random_u32();
	header->ts_value = random_u32();
	header->ts_echo = random_u32();
	if (!(header->options & TCP_HAS_SACK))
		return;
	header->sack_count = (uint8_t)(1 + random_below(4));
	for (uint8_t i = 0; i < header->sack_count; i++) {
		header->sack[i][0] = random_number(header->ack);
		header->sack[i][1] = random_number(header->sack[i][0]);
	}
}

static void
send_at_random(void)
{
	static const uint16_t windows[] = { 0, 1, 1000, 1000, UINT16_MAX };
	int side = (int)random_below(2);
	struct tcp_header header = {
		.seq = random_number(t.side[side].next_seq),
		.ack = random_number(t.side[!side].next_seq),
		.window = is_one_in(4) ? (uint16_t)random_u32() :
		    windows[random_below(5)]
	};
	struct tcp_segment segment = { 0 };
	uint32_t size = is_one_in(3) ? 0 : random_below(1500);

	fill_flags(&header);
	if (is_one_in(4))
		fill_options(&header);
	segment.payload_bytes = is_one_in(64) ? random_below(65536) : size;
	segment.payload_captured = segment.payload_bytes < PAYLOAD &&
	    !is_one_in(16) ? segment.payload_bytes :
	    random_below(segment.payload_bytes < PAYLOAD ?
	    segment.payload_bytes + 1 : PAYLOAD + 1);
	segment.payload = payload + random_below(PAYLOAD + 1 -
	    segment.payload_captured);
	segment.is_checksum_bad = is_one_in(64);
	segment.is_congested = is_one_in(32);
	track(segment, &header, side);
}

/* Now and then a new part or another connection, which is one for all. */
static void
change_at_random(void)
{
	if (is_one_in(3)) {
		memset(&t, 0, sizeof(t));
		pool_release(&troubles);
		pool_init(&troubles, sizeof(struct tcp_trouble), 2);
	} else if (is_one_in(2)) {
		tcp_restart(&t, trouble());
	} else {
		tcp_connection_turn(&t);
		return;
	}
	memset(given, 0, sizeof(given));
}

static void
test_at_random(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < MANY; i++) {
		pass_time(true);
		send_at_random();
		assert_sane();
		if (is_one_in(2000))
			change_at_random();
	}
}

/* A clock that goes on only: no time is charged twice. */
static void
test_charges(void **state)
{
	int64_t first_ns[2] = { 0, 0 };
	uint64_t before;

	(void)state;
	for (uint32_t i = 0; i < MANY; i++) {
		pass_time(false);
		before = given[0];
		send_at_random();
		if (first_ns[before == given[0]] == 0)
			first_ns[before == given[0]] = now_ns;
		for (int side = 0; side < 2; side++)
			assert_true(tracked_charged_ns(&t, trouble(), side) <=
			    now_ns - first_ns[side]);
	}
	assert_sane();
	assert_true(tracked_charged_ns(&t, trouble(), 0) > 0);
}

/* To the ends of time and back: sums of times stay what they are. */
static void
test_times_far_apart(void **state)
{
	struct tcp_header closed = { .seq = 1, .flags = TCP_ACK };

	(void)state;
	open_connection();
	for (uint32_t i = 0; i < 200000; i++) {
		uint32_t seq = START + 2 * i;

		now_ns = 0;
		send_data(seq, 2);
		now_ns = 38 * 3600 * SECOND;
		acknowledge(seq + 2);
		now_ns = -FARTHEST_NS;
		closed.ack = seq + 2;
		track((struct tcp_segment){ 0 }, &closed, 1);
		now_ns = FARTHEST_NS;
		track((struct tcp_segment){ 0 }, &closed, 1);
		assert_sane();
	}
	assert_true(t.measure[0].rtt_samples > 1000);
	assert_true(trouble()->tally[1].zero_window_ns > YEAR);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_hole_a_byte),
		TEST(test_hole_a_byte_acknowledged),
		TEST(test_holes_far_apart),
		TEST(test_holes_filled),
		TEST(test_overlapping),
		TEST(test_jumps),
		TEST(test_at_random),
		TEST(test_charges),
		TEST(test_times_far_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
