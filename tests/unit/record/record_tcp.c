/*
 * From a connection to the TCP half of a record: each member that may be
 * absent, there and not there, and each count in its place.
 */
#include "../../lib/made.h"
#include "../../lib/segments.h"
#include "dissect/services.h"
#include "flow/meter.h"
#include "record/fields.h"
#include "record/record.h"

static struct segments	 g;
static struct interface	 interface;
static struct flow	 flow;
static struct flow_origin	 origin;
static struct meter_flow ended;
static struct record	 record;

/* A flow of what was sent, that ends when its newest segment came. */
static void
fill(void)
{
	memset(&flow, 0, sizeof(flow));
	interface.time_digits = 9;
	flow.key.a = made_address(4, 1);
	flow.key.b = made_address(4, 2);
	flow.key.protocol = PROTOCOL_TCP;
	flow.key.ip_version = 4;
	flow.src_side = g.src & 1;
	flow.evidence = FLOW_BY_SYN;
	origin.interface = &interface;
	flow.end_ns = g.now_ns - g.step_ns;
	for (int side = 0; side < 2; side++)
		flow.counts[side].payload_bytes =
		    g.t.side[side].segment_max;
	ended = (struct meter_flow){ .flow = &flow, .origin = &origin,
	    .end = FLOW_END_EOF, .is_final = true, .tcp = &g.t,
	    .trouble = segments_trouble(&g) };
	memset(&record, 0xa5, sizeof(record));	/* all must be written */
	record_fill(&record, &ended, 0);
}

static void
send_and_fill(int way, const char *segments)
{
	segments_init(&g, way);
	segments_send(&g, segments);
	fill();
}

/* The bits of one side, and of both together. */
#define OF_SIDE(name) { #name, RECORD_SRC_ ## name }
#define OF_BOTH(name) { #name, RECORD_ ## name }
struct bit {
	const char	*name;
	uint64_t	 bit;
};
static const struct bit side_bits[] = {
	OF_SIDE(ISN), OF_SIDE(MSS), OF_SIDE(WINDOW_SCALE),
	OF_SIDE(SYN_OPTIONS), OF_SIDE(SCALING), OF_SIDE(RTT),
	OF_SIDE(WINDOW), OF_SIDE(ZERO_WINDOW), OF_SIDE(IN_FLIGHT),
	OF_SIDE(BEGINNING), OF_SIDE(DETAIL), OF_SIDE(LIMITED),
	OF_SIDE(TRANSFER)
};
static const struct bit both_bits[] = {
	OF_BOTH(SYN_SYNACK), OF_BOTH(SYNACK_ACK), OF_BOTH(ECN),
	OF_BOTH(ECN_AGREED), OF_BOTH(FAST_OPEN)
};

static void
say_bits(struct segments_text *to, char who, const struct bit *bits,
    size_t count, uint64_t shift)
{
	for (size_t i = 0; i < count; i++)
		segments_say(to, who, bits[i].name,
		    (record.has & bits[i].bit << shift) != 0);
}

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Some segments, and all that the record says of TCP because of them. */
static void
assert_presence(const struct segments_example *examples, size_t count)
{
	for (size_t i = 0; i < count * SEGMENTS_WAYS; i++) {
		const struct segments_example *e =
		    &examples[i / SEGMENTS_WAYS];
		struct segments_text said = { .size = 0 };

		send_and_fill((int)(i % SEGMENTS_WAYS), e->segments);
		assert_true(record.has & RECORD_TCP);
		say_bits(&said, 'o', side_bits, COUNT(side_bits), 0);
		say_bits(&said, 'r', side_bits, COUNT(side_bits), 8);
		say_bits(&said, 'b', both_bits, COUNT(both_bits), 0);
		if (strcmp(said.bytes, e->counted) != 0)
			fail_msg("%s: %s, not %s", e->segments, said.bytes,
			    e->counted);
	}
}

static void
test_presence(void **state)
{
	static const struct segments_example examples[] = {
		{ "oS", "o.ISN=1 o.SYN_OPTIONS=1 o.SCALING=1 o.WINDOW=1" },
		{ "oSm9x2", "o.ISN=1 o.MSS=1 o.WINDOW_SCALE=1 "
		    "o.SYN_OPTIONS=1" },
		{ "rSA0a1m9", "r.ISN=1 r.MSS=1 r.SYN_OPTIONS=1 r.SCALING=1 "
		    "r.WINDOW=1" },
		{ "oS rSA0a1", "o.ISN=1 o.SYN_OPTIONS=1 o.SCALING=1 o.RTT=1 "
		    "o.WINDOW=1 r.ISN=1 r.SYN_OPTIONS=1 r.SCALING=1 "
		    "r.WINDOW=1 b.SYN_SYNACK=1" },
		{ "oS rSA0a1@-1ms", "o.ISN=1 o.SYN_OPTIONS=1 o.SCALING=1 "
		    "o.WINDOW=1 r.ISN=1 r.SYN_OPTIONS=1 r.SCALING=1 "
		    "r.WINDOW=1" },
		{ "rSA0a1 oA1a1", "o.SCALING=1 o.WINDOW=1 r.ISN=1 "
		    "r.SYN_OPTIONS=1 r.SCALING=1 r.RTT=1 r.WINDOW=1 "
		    "b.SYNACK_ACK=1" },
		/* Joined in the middle: no scale, and so no bytes. */
		{ "oA1a1", "o.SCALING=1" },
		{ "oR1", "" },
		{ "oA1+5a1", "o.SCALING=1 o.TRANSFER=1" },
		{ "oA1a1 rA1+5a1", "o.SCALING=1 r.SCALING=1 r.IN_FLIGHT=1 "
		    "r.TRANSFER=1" },
		{ "oA1a1w0 rA1a1w0", "o.SCALING=1 o.ZERO_WINDOW=1 "
		    "r.SCALING=1 r.ZERO_WINDOW=1" },
		{ "oA1+5a1 rA1a6", "o.SCALING=1 o.RTT=1 o.TRANSFER=1 "
		    "r.SCALING=1" },
		{ "oA1+5a1 rA1a6 oA6+5a1", "o.SCALING=1 o.RTT=1 "
		    "o.IN_FLIGHT=1 o.LIMITED=1 o.TRANSFER=1 r.SCALING=1" },
		{ "oS oA1+5a1", "o.ISN=1 o.SYN_OPTIONS=1 o.SCALING=1 "
		    "o.WINDOW=1 o.BEGINNING=1 o.TRANSFER=1" },
		/* What went wrong, of some kinds. */
		{ "oA1+5a1 oA1+5a1", "o.SCALING=1 o.LIMITED=1 o.TRANSFER=1" },
		{ "oA1+5a1 oA1+5a1~1s", "o.SCALING=1 o.DETAIL=1 o.LIMITED=1 "
		    "o.TRANSFER=1" },
		{ "rA1a1 rA2a1", "r.SCALING=1 r.DETAIL=1" }
	};

	(void)state;
	assert_presence(examples, COUNT(examples));
}

/* Marks, and what was agreed when the connection opened. */
static void
test_presence_by_handshake(void **state)
{
	static const struct segments_example examples[] = {
		{ "oA1a1e", "o.SCALING=1 b.ECN=1" },
		{ "rAE1a1", "r.SCALING=1 b.ECN=1" },
		{ "rAC1a1", "r.SCALING=1 b.ECN=1" },
		{ "oSEC", "o.ISN=1 o.SYN_OPTIONS=1 o.SCALING=1 o.WINDOW=1" },
		{ "oSEC rSAE0a1", "o.ISN=1 o.SYN_OPTIONS=1 o.SCALING=1 "
		    "o.RTT=1 o.WINDOW=1 r.ISN=1 r.SYN_OPTIONS=1 r.SCALING=1 "
		    "r.WINDOW=1 b.SYN_SYNACK=1 b.ECN=1 b.ECN_AGREED=1" },
		{ "oS+5", "o.ISN=1 o.SYN_OPTIONS=1 o.SCALING=1 o.WINDOW=1 "
		    "o.BEGINNING=1 o.TRANSFER=1 b.FAST_OPEN=1" },
		{ "rSA0+5a1", "r.ISN=1 r.SYN_OPTIONS=1 r.SCALING=1 "
		    "r.WINDOW=1 r.BEGINNING=1 r.TRANSFER=1 b.FAST_OPEN=1" }
	};

	(void)state;
	assert_presence(examples, COUNT(examples));
}

/* Some of the details alone are reason enough to say them all. */
static void
test_detail(void **state)
{
	static const size_t details[] = {
		offsetof(struct tcp_tally, timeouts),
		offsetof(struct tcp_tally, tail_probes),
		offsetof(struct tcp_tally, probes),
		offsetof(struct tcp_tally, beyond),
		offsetof(struct tcp_tally, unseen_acks),
		offsetof(struct tcp_tally, sacks),
		offsetof(struct tcp_tally, dsacks),
		offsetof(struct tcp_tally, window_updates),
		offsetof(struct tcp_tally, stalls)
	};
	const uint32_t one = 1;

	(void)state;
	for (size_t i = 0; i < COUNT(details); i++) {
		segments_init(&g, 0);
		segments_send(&g, "oUA1a1");
		fill();
		assert_false(record.has & RECORD_SRC_DETAIL);
		memcpy((char *)&segments_trouble(&g)->tally[0] + details[i],
		    &one, sizeof(one));
		fill();
		assert_true(record.has & RECORD_SRC_DETAIL);
		assert_false(record.has & RECORD_DST_DETAIL);
	}
}

static void
assert_tally(const struct record_tcp_side *to)
{
	assert_int_equal(to->retransmitted_packets, 1);
	assert_int_equal(to->retransmitted_bytes, 1ull << 33);
	assert_int_equal(to->fast_retransmissions, 2);
	assert_int_equal(to->spurious_retransmissions, 3);
	assert_int_equal(to->out_of_order_packets, 4);
	assert_int_equal(to->duplicate_acks, 5);
	assert_int_equal(to->keepalives, 6);
	assert_int_equal(to->missed_bytes, 1ull << 34);
	assert_int_equal(to->overlaps_conflicting, 7);
	assert_int_equal(to->zero_windows, 8);
	assert_int_equal(to->window_full, 9);
	assert_int_equal(to->timeout_retransmissions, 10);
	assert_int_equal(to->tail_loss_probes, 11);
	assert_int_equal(to->zero_window_probes, 12);
	assert_int_equal(to->lost_segments, 13);
	assert_int_equal(to->unseen_acks, 14);
	assert_int_equal(to->sacks, 15);
	assert_int_equal(to->dsacks, 16);
	assert_int_equal(to->window_updates, 17);
	assert_int_equal(to->stalls, 18);
	assert_int_equal(to->ecn_ce, 19);
	assert_int_equal(to->ecn_ece, 20);
	assert_int_equal(to->ecn_cwr, 21);
	assert_int_equal(to->urg, 22);
	assert_int_equal(to->syn, 1 + 23);
	assert_int_equal(to->fin, 1 + 24);
	assert_int_equal(to->rst, 1 + 25);
	assert_int_equal(to->psh, 1);
}

/* Each count in its place, of either side. */
static void
test_tally(void **state)
{
	static const struct tcp_tally tally = {
		.retransmitted = 1, .fast = 2, .spurious = 3,
		.out_of_order = 4, .duplicate_acks = 5, .keepalives = 6,
		.conflicts = 7, .zero_windows = 8, .window_full = 9,
		.timeouts = 10, .tail_probes = 11, .probes = 12,
		.beyond = 13, .unseen_acks = 14, .sacks = 15, .dsacks = 16,
		.window_updates = 17, .stalls = 18, .ce = 19, .ece = 20,
		.cwr = 21, .urg = 22, .more_syn = 23, .more_fin = 24,
		.more_rst = 25, .retransmitted_bytes = 1ull << 33,
		.missed_bytes = 1ull << 34
	};

	(void)state;
	for (int way = 0; way < SEGMENTS_WAYS; way++) {
		segments_init(&g, way);
		segments_send(&g, "oUPS oFA1a1 oR2 rUPSA0a1 rFA1a1 rR2");
		segments_trouble(&g)->tally[g.src] = tally;
		segments_trouble(&g)->tally[!g.src] = (struct tcp_tally){ 0 };
		fill();
		assert_tally(&record.src.tcp);
		assert_int_equal(record.dst.tcp.retransmitted_packets, 0);
		assert_int_equal(record.dst.tcp.stalls, 0);
		segments_trouble(&g)->tally[!g.src] = tally;
		fill();
		assert_tally(&record.dst.tcp);
	}
}

static void
test_round_trip(void **state)
{
	const struct record_tcp_side *to = &record.src.tcp;

	(void)state;
	send_and_fill(0, "oA1+10a1@0us rA1a11@7us");
	assert_int_equal(to->rtt_samples, 1);
	assert_int_equal(to->rtt_min_ns, 7 * US);
	assert_int_equal(to->rtt_mean_ns, 7 * US);
	assert_int_equal(to->rtt_max_ns, 7 * US);
	assert_int_equal(to->rtt_deviation_ns, 0);
	/* 8, 2 and 5 us: the deviation is the root of 6. */
	send_and_fill(0, "oA1+10a1@0us rA1a11@8us oA11+10a1@10us "
	    "rA1a21@12us oA21+10a1@20us rA1a31@25us");
	assert_int_equal(to->rtt_samples, 3);
	assert_int_equal(to->rtt_min_ns, 2 * US);
	assert_int_equal(to->rtt_mean_ns, 5 * US);
	assert_int_equal(to->rtt_max_ns, 8 * US);
	assert_int_equal(to->rtt_deviation_ns, 2449);
	/* What a float rounds does not pass the mean. */
	send_and_fill(0, "oA1+10a1@0us rA1a11@100000001ns");
	assert_int_equal(to->rtt_mean_ns, 100000001);
	assert_true(to->rtt_min_ns <= to->rtt_mean_ns);
	assert_true(to->rtt_max_ns >= to->rtt_mean_ns);
}

static void
test_window(void **state)
{
	(void)state;
	send_and_fill(0, "oSx2w9 rSA0a1x3w9 oA1a1w5 rA1a1w7 rA1a1w6");
	assert_string_equal(record.src.tcp.window_scaling, "used");
	assert_int_equal(record.src.tcp.window_min, 20);
	assert_int_equal(record.src.tcp.window_max, 20);
	assert_int_equal(record.src.tcp.window_scale, 2);
	assert_int_equal(record.dst.tcp.window_min, 48);
	assert_int_equal(record.dst.tcp.window_max, 56);
	send_and_fill(0, "oSw9 rSA0a1w8 oA1a1w5");
	assert_string_equal(record.src.tcp.window_scaling, "unused");
	assert_int_equal(record.src.tcp.window_min, 5);
	assert_int_equal(record.src.tcp.window_max, 9);
	send_and_fill(0, "oA1a1w5");
	assert_string_equal(record.src.tcp.window_scaling, "unknown");
}

/* A window that stays zero is so until the flow's newest packet. */
static void
test_zero_window(void **state)
{
	static const struct {
		const char	*segments;
		int64_t		 ns;		/* of the responder */
	} examples[] = {
		{ HANDSHAKE "rA1a1w0@9ms rA1a1@12ms", 3 * MS },
		{ HANDSHAKE "rA1a1w0@9ms rA1a1@12ms oA1a1@90ms", 3 * MS },
		{ HANDSHAKE "rA1a1w0@9ms oA1a1@90ms", 81 * MS },
		{ HANDSHAKE "rA1a1w0@9ms rA1a1w0@12ms oA1a1@90ms", 81 * MS },
		{ HANDSHAKE "rA1a1w0@9ms", 0 },
		{ HANDSHAKE "rA1a1w0@9ms oA1a1@8ms", 0 },
		/* Whoever closed needs none. */
		{ HANDSHAKE "rA1a1w0@9ms oFA1a1@10ms rFA1a2w0@11ms "
		    "oA2a2@90ms", 2 * MS },
		{ HANDSHAKE "rA1a1w0@9ms oR1@90ms", 0 }
	};

	(void)state;
	for (size_t i = 0; i < COUNT(examples) * SEGMENTS_WAYS; i++) {
		send_and_fill((int)(i % SEGMENTS_WAYS),
		    examples[i / SEGMENTS_WAYS].segments);
		assert_true(record.has & RECORD_DST_ZERO_WINDOW);
		assert_false(record.has & RECORD_SRC_ZERO_WINDOW);
		if (record.dst.tcp.zero_window_ns !=
		    examples[i / SEGMENTS_WAYS].ns)
			fail_msg("%s: %lld", examples[i / SEGMENTS_WAYS]
			    .segments,
			    (long long)record.dst.tcp.zero_window_ns);
	}
}

static void
test_ecn(void **state)
{
	(void)state;
	send_and_fill(0, "oSEC rSAE0a1");
	assert_string_equal(record.tcp_ecn, "classic");
	send_and_fill(0, "oSECN rSAC0a1");
	assert_string_equal(record.tcp_ecn, "accurate");
	send_and_fill(0, "oSEC rSA0a1");
	assert_null(record.tcp_ecn);
	send_and_fill(0, "oSECN oA1+9a1e");
	assert_null(record.tcp_ecn);
	assert_int_equal(record.src.tcp.ecn_ce, 1);
}

static void
test_fast_open(void **state)
{
	(void)state;
	send_and_fill(0, "oS+5 rSA0a6");
	assert_true(record.tcp_fast_open);
	send_and_fill(0, "oS rSA0+5a1");
	assert_true(record.tcp_fast_open);
	send_and_fill(0, "oUS rSA0a1 oA1+5a1");
	assert_false(record.tcp_fast_open);
}

/* The cause in a word, and the time of each. */
static void
test_limits(void **state)
{
	static const char link[] = "oSm100@0ms rSA0a1m100@6ms oA1a1@10ms ";
	static const struct {
		const char	*segments;
		const char	*word;
		enum tcp_limit	 cause;
		int64_t		 ns;
	} examples[] = {
		{ "oA1+50a1@20ms rA1a51@60ms", "application",
		    TCP_LIMIT_APPLICATION, 40 * MS },
		{ "rA1a1w199@11ms oA1+100a1@20ms rA1a101w199@60ms",
		    "receiver_window", TCP_LIMIT_RECEIVER_WINDOW, 40 * MS },
		{ "oA1+100a1@20ms oA1+100a1@60ms", "network_loss",
		    TCP_LIMIT_NETWORK_LOSS, 40 * MS },
		{ "oA1+100a1@20ms rA1a101@60ms", "network_rtt",
		    TCP_LIMIT_NETWORK_RTT, 40 * MS },
		{ "oA1+100a1@20ms rA1a101@40ms", "unknown",
		    TCP_LIMIT_NETWORK_RTT, 20 * MS }
	};

	(void)state;
	for (size_t i = 0; i < COUNT(examples) * SEGMENTS_WAYS; i++) {
		size_t e = i / SEGMENTS_WAYS;

		segments_init(&g, (int)(i % SEGMENTS_WAYS));
		segments_send(&g, link);
		segments_send(&g, examples[e].segments);
		fill();
		assert_string_equal(record.src.tcp.limited_by,
		    examples[e].word);
		assert_int_equal((record.has & RECORD_SRC_LIMITED) != 0,
		    strcmp(examples[e].word, "unknown") != 0);
		for (int cause = 0; cause < TCP_LIMITS; cause++)
			assert_int_equal(record.src.tcp.limited_ns[cause],
			    cause == (int)examples[e].cause ?
			    examples[e].ns : 0);
		assert_false(record.has & RECORD_DST_TRANSFER);
		assert_null(record.dst.tcp.limited_by);
	}
}

static void
test_beginning(void **state)
{
	(void)state;
	send_and_fill(0, HANDSHAKE "oA1+10a1 oA11+10a1 rA1a21 oA21+5a1");
	assert_int_equal(record.src.tcp.initial_window, 2);
	assert_int_equal(record.src.tcp.bytes_in_flight_max, 20);
	assert_int_equal(record.dst.tcp.initial_window, 0);
}

static int
load(void **state)
{
	struct error error;

	(void)state;
	return services_load(NULL, &error);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_presence),
		cmocka_unit_test(test_presence_by_handshake),
		cmocka_unit_test(test_detail),
		cmocka_unit_test(test_tally),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_zero_window),
		cmocka_unit_test(test_ecn),
		cmocka_unit_test(test_fast_open),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_beginning),
	};

	fields_init();
	return cmocka_run_group_tests(tests, load, NULL);
}
