/*
 * The ledger: every frame in one column, every record in the sum, and both
 * in balance or not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/ledger.h"

#include "../../lib/made.h"

static struct stats	 stats;
static struct interface	 interface;

static int
setup(void **state)
{
	(void)state;
	memset(&stats, 0, sizeof(stats));
	interface = (struct interface){ .link_type = 1, .time_digits = 6 };
	return 0;
}

static void
add_frame(int64_t ts_ns, uint32_t length)
{
	struct frame frame = { .ts_ns = ts_ns, .length = length,
	    .captured = 1, .interface = &interface };

	ledger_frame(&stats, &frame);
}

static void
add_packet(enum packet_outcome outcome, uint32_t frames, uint64_t anomalies)
{
	struct packet p;

	memset(&p, 0, sizeof(p));
	p.outcome = outcome;
	p.frames = frames;
	p.anomalies = anomalies;
	ledger_packet(&stats, &p);
}

static void
add_record(uint64_t has, uint64_t src_packets, uint64_t dst_packets,
    const char *conn_state, bool is_final)
{
	struct record r;

	memset(&r, 0, sizeof(r));
	r.has = has;
	r.src.counts.packets = src_packets;
	r.dst.counts.packets = dst_packets;
	r.tcp_conn_state = conn_state;
	r.is_final = is_final;
	ledger_record(&stats, &r);
}

static void
test_frames(void **state)
{
	(void)state;
	add_frame(50, 100);
	assert_int_equal(stats.start_ns, 50);
	assert_int_equal(stats.end_ns, 50);
	add_frame(70, 200);
	add_frame(-30, 300);
	add_frame(60, 0);
	assert_int_equal(stats.read, 4);
	assert_int_equal(stats.bytes, 600);
	assert_int_equal(stats.start_ns, -30);
	assert_int_equal(stats.end_ns, 70);
	assert_int_equal(stats.time_digits, 6);
	interface.time_digits = 9;
	add_frame(60, 0);
	interface.time_digits = 6;
	add_frame(60, 0);
	assert_int_equal(stats.time_digits, 9);
}

/* Frames that a filter refused have been counted, and have no time. */
static void
test_filtered_before(void **state)
{
	(void)state;
	stats.read = 5;
	stats.filtered = 5;
	add_frame(100, 1);
	assert_int_equal(stats.start_ns, 100);
	assert_int_equal(stats.end_ns, 100);
	assert_int_equal(stats.read, 6);
}

/* More link types than there is room for are counted as the last. */
static void
test_links(void **state)
{
	uint64_t frames = 0;

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (int type = 0; type < STATS_LINKS_MAX + 20; type++) {
			interface.link_type = type;
			add_frame(1, 1);
		}
	}
	assert_int_equal(stats.link_count, STATS_LINKS_MAX);
	for (int i = 0; i < STATS_LINKS_MAX - 1; i++) {
		assert_int_equal(stats.links[i].link_type, i);
		assert_int_equal(stats.links[i].frames, 2);
	}
	for (int i = 0; i < STATS_LINKS_MAX; i++)
		frames += stats.links[i].frames;
	assert_int_equal(frames, stats.read);
}

/* A fragment is counted when its datagram is whole. */
static void
test_outcomes(void **state)
{
	(void)state;
	add_packet(PACKET_IN_FLOW, 1, 0);
	add_packet(PACKET_FRAGMENT, 1, 0);
	add_packet(PACKET_FRAGMENT, 1, 0);
	add_packet(PACKET_IN_FLOW, 3, 0);
	add_packet(PACKET_NOT_IP, 1, 0);
	add_packet(PACKET_MALFORMED, 1, 1);
	add_packet(PACKET_MALFORMED, 2, 1);
	assert_int_equal(stats.in_flows, 4);
	assert_int_equal(stats.not_ip, 1);
	assert_int_equal(stats.malformed, 3);
	assert_int_equal(stats.fragments_unfinished, 0);
}

static void
test_anomalies(void **state)
{
	(void)state;
	add_packet(PACKET_IN_FLOW, 1, 0);
	for (int i = 0; i < ANOMALY_COUNT; i++)
		add_packet(PACKET_IN_FLOW, 1, UINT64_C(1) << i);
	add_packet(PACKET_IN_FLOW, 1, UINT64_C(1) << ANOMALY_LINK_SHORT |
	    UINT64_C(1) << (ANOMALY_COUNT - 1));
	for (int i = 0; i < ANOMALY_COUNT; i++)
		assert_int_equal(stats.anomalies[i],
		    i == ANOMALY_LINK_SHORT || i == ANOMALY_COUNT - 1 ? 2 :
		    1);
}

/* What is carried was counted with what carries it. */
static void
test_records(void **state)
{
	(void)state;
	add_record(0, 3, 4, NULL, true);
	add_record(RECORD_PARENT | RECORD_TUNNEL, 30, 40, NULL, true);
	add_record(RECORD_TUNNEL, 1, 0, NULL, true);
	assert_int_equal(stats.record_packets, 8);
	add_record(RECORD_TCP, 1, 1, "REJ", true);
	add_record(RECORD_TCP, 1, 0, "S0", true);
	add_record(RECORD_TCP, 1, 0, "S0", false);
	add_record(RECORD_TCP, 1, 0, "SF", true);
	assert_int_equal(stats.refused, 1);
	assert_int_equal(stats.unanswered, 1);
	assert_int_equal(stats.record_packets, 13);
}

/* Each column is missed when it is wrong by one, either way. */
static void
test_balance(void **state)
{
	static const size_t columns[] = {
		offsetof(struct stats, read),
		offsetof(struct stats, in_flows),
		offsetof(struct stats, not_ip),
		offsetof(struct stats, malformed),
		offsetof(struct stats, fragments_unfinished),
		offsetof(struct stats, filtered),
		offsetof(struct stats, record_packets)
	};

	(void)state;
	assert_true(ledger_is_balanced(&stats));
	stats.read = 1000;
	stats.in_flows = 940;
	stats.not_ip = 40;
	stats.malformed = 4;
	stats.fragments_unfinished = 6;
	stats.filtered = 10;
	stats.record_packets = 940;
	assert_true(ledger_is_balanced(&stats));
	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++) {
		uint64_t *column = (uint64_t *)((char *)&stats + columns[i]);

		++*column;
		assert_false(ledger_is_balanced(&stats));
		*column -= 2;
		assert_false(ledger_is_balanced(&stats));
		++*column;
	}
	assert_true(ledger_is_balanced(&stats));
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_frames),
		TEST(test_filtered_before),
		TEST(test_links),
		TEST(test_outcomes),
		TEST(test_anomalies),
		TEST(test_records),
		TEST(test_balance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
