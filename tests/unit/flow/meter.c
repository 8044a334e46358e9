/*
 * The meter, fed with packets made by hand: where flows begin and end, to
 * the nanosecond; parts, reuse, eviction, and that nothing is lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissect/services.h"
#include "flow/meter.h"
#include "flow/queue.h"

#include "../../lib/made.h"

#define S MADE_SECOND

enum { SEEN_MAX = 4096 };

/* A flow as it was written, copied. */
struct seen {
	struct flow		flow;
	struct tcp		tcp;
	struct flow_labels	labels;
	struct flow_oddities	oddities;
	struct flow_counts	totals[2];
	uint32_t		part;
	enum flow_end		end;
	bool			is_final;
	bool			has_totals;
	bool			has_labels;
};

static struct seen		 seen[SEEN_MAX];
static size_t			 seen_count;
static struct meter		*meter;
static struct meter_options	 options;
static struct hash_secret	 secret;
static struct made		 made;
static uint64_t			 frames;

static void
keep(void *context, const struct meter_flow *ended)
{
	struct seen *s = &seen[seen_count++ % SEEN_MAX];

	assert_ptr_equal(context, &seen_count);
	assert_in_range(seen_count, 1, SEEN_MAX);
	memset(s, 0, sizeof(*s));
	s->flow = *ended->flow;
	s->part = ended->part;
	s->end = ended->end;
	s->is_final = ended->is_final;
	assert_int_equal(ended->tcp != NULL,
	    ended->flow->key.protocol == PROTOCOL_TCP);
	if (ended->tcp != NULL)
		s->tcp = *ended->tcp;
	if (ended->oddities != NULL)
		s->oddities = *ended->oddities;
	s->has_labels = ended->labels != NULL;
	if (s->has_labels)
		s->labels = *ended->labels;
	s->has_totals = ended->totals != NULL;
	if (s->has_totals)
		memcpy(s->totals, ended->totals, sizeof(s->totals));
}

/* What the record contract names as defaults, and no parts. */
static int
setup(void **state)
{
	(void)state;
	options = (struct meter_options){
		.timeouts = {
			.tcp_open_ns = 30 * S,
			.tcp_ns = 300 * S,
			.tcp_close_ns = 5 * S,
			.udp_ns = 60 * S,
			.other_ns = 60 * S
		},
		.memory = 1 << 20,
		.secret = &secret,
		.write = keep,
		.context = &seen_count
	};
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

/* A new meter with the options as they are. */
static void
begin(void)
{
	struct error error;

	meter_free(meter);
	meter = meter_new(&options, &error);
	assert_non_null(meter);
	seen_count = 0;
	frames = 0;
}

static void
give_made(void)
{
	meter_packets(meter, &made.packet, 1);
}

static void
give(struct conversation t, int64_t ts_ns)
{
	(void)made_packet(&made, t, ts_ns, ++frames);
	give_made();
}

static void
give_udp(uint8_t client, int64_t ts_ns)
{
	give(made_udp(client, 50000, 200, 53), ts_ns);
}

/* From the client to 10.0.0.200, or with its name as dst back again. */
static void
give_tcp(uint8_t src, uint8_t dst, uint16_t flags, uint32_t seq,
    uint32_t payload_bytes, int64_t ts_ns)
{
	struct conversation t = made_tcp(src, src == 200 ? 80 : 50000, dst,
	    dst == 200 ? 80 : 50000, flags);

	t.tcp.seq = seq;
	t.payload_bytes = payload_bytes;
	give(t, ts_ns);
}

/* Opened by client 1 and closed by both, ending at the given time. */
static void
give_closed(int64_t ts_ns)
{
	give_tcp(1, 200, TCP_SYN, 100, 0, ts_ns);
	give_tcp(200, 1, TCP_SYN | TCP_ACK, 900, 0, ts_ns);
	give_tcp(1, 200, TCP_FIN | TCP_ACK, 101, 0, ts_ns);
	give_tcp(200, 1, TCP_FIN | TCP_ACK, 901, 0, ts_ns);
}

static uint64_t
packets_of(const struct seen *s)
{
	return s->flow.counts[0].packets + s->flow.counts[1].packets;
}

static uint8_t
client_of(const struct seen *s)
{
	return s->flow.key.a.bytes[3];
}

static void
assert_written(size_t count)
{
	assert_int_equal(seen_count, count);
}

static void
assert_end(size_t at, enum flow_end end, uint64_t packets)
{
	assert_true(at < seen_count);
	assert_int_equal(seen[at].end, end);
	assert_int_equal(packets_of(&seen[at]), packets);
	assert_int_equal(seen[at].is_final, end != FLOW_END_ACTIVE);
}

/* Silent for just the timeout is not yet too long; a nanosecond more is. */
static void
test_idle(void **state)
{
	(void)state;
	begin();
	give_udp(1, 7);
	give_udp(1, 7 + 60 * S);
	assert_written(0);
	give_udp(1, 7 + 120 * S + 1);
	assert_written(1);
	assert_end(0, FLOW_END_IDLE, 2);
	assert_int_equal(seen[0].flow.start_ns, 7);
	assert_int_equal(seen[0].flow.end_ns, 7 + 60 * S);
	meter_finish(meter, FLOW_END_EOF);
	assert_written(2);
	assert_end(1, FLOW_END_EOF, 1);
}

/* Each kind of flow has its own timeout. */
static void
test_timeouts(void **state)
{
	static const struct {
		const char	*kind;
		int64_t		 timeout_ns;
	} kinds[] = {
		{ "half-open", 30 * S }, { "open", 300 * S },
		{ "closed", 5 * S }, { "reset", 5 * S }, { "udp", 60 * S },
		{ "other", 60 * S }
	};

	(void)state;
	for (int i = 0; i < 6; i++) {
		begin();
		if (i == 2)
			give_closed(S);
		else if (i < 4)
			give_tcp(1, 200, TCP_SYN, 1, 0, S);
		if (i == 1)
			give_tcp(1, 200, TCP_ACK, 2, 5, S);
		if (i == 3)
			give_tcp(200, 1, TCP_RST | TCP_ACK, 0, 0, S);
		if (i == 4)
			give_udp(1, S);
		if (i == 5)
			give(made_conversation(PROTOCOL_GRE, 1, 0, 2, 0), S);
		meter_tick(meter, S + kinds[i].timeout_ns);
		assert_written(0);
		meter_tick(meter, S + kinds[i].timeout_ns +
		    FLOW_QUEUE_EPOCH_NS);
		assert_written(1);
		assert_int_equal(seen[0].end, i == 2 ? FLOW_END_FIN :
		    i == 3 ? FLOW_END_RST : FLOW_END_IDLE);
	}
}

/*
 * A flow that was busy shortly after it was queued is written when its own
 * timeout is over and its epoch, not another timeout later.
 */
static void
test_written_in_time(void **state)
{
	(void)state;
	begin();
	give_udp(1, 0);
	give_udp(1, S / 2);
	meter_tick(meter, 60 * S + S / 5);
	assert_written(0);
	meter_tick(meter, 60 * S + S / 2);
	assert_written(0);
	meter_tick(meter, 60 * S + S / 2 + FLOW_QUEUE_EPOCH_NS);
	assert_written(1);
	assert_end(0, FLOW_END_IDLE, 2);
}

/* Busy flows stay; what is behind them waits a second at most. */
static void
test_written_within_a_second(void **state)
{
	(void)state;
	begin();
	for (int64_t ms = 0; ms < 200000; ms += 37) {
		int64_t now = ms * 1000000;
		uint8_t client = (uint8_t)(2 + ms / 37 % 100);

		give_udp(1, now);
		if (ms < 100000)
			give_udp(client, now);
		for (size_t i = 0; i < seen_count; i++)
			assert_int_not_equal(client_of(&seen[i]), 1);
	}
	assert_written(100);
	begin();
	for (int64_t ms = 0; ms < 100000; ms += 100) {
		give_udp(1, ms * 1000000);
		if (ms <= 900)
			give_udp(2, ms * 1000000);
		assert_int_equal(seen_count, ms > 61900 ? 1 :
		    ms <= 60900 ? 0 : seen_count);
	}
	assert_end(0, FLOW_END_IDLE, 10);
}

static void
test_never(void **state)
{
	(void)state;
	options.timeouts = (struct meter_timeouts){ 0 };
	begin();
	give_udp(1, 0);
	give_tcp(1, 200, TCP_SYN, 1, 0, 0);
	give(made_conversation(PROTOCOL_GRE, 1, 0, 2, 0), 0);
	give_udp(1, INT64_C(1) << 61);
	give_tcp(1, 200, TCP_ACK, 2, 0, INT64_C(1) << 61);
	meter_tick(meter, ITEMS_TIME_MAX);
	assert_written(0);
	meter_finish(meter, FLOW_END_SHUTDOWN);
	assert_written(3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(seen[i].end, FLOW_END_SHUTDOWN);
	assert_int_equal(packets_of(&seen[0]) + packets_of(&seen[1]) +
	    packets_of(&seen[2]), 5);
}

static void
test_extreme_times(void **state)
{
	(void)state;
	options.timeouts.part_ns = 300 * S;
	begin();
	give_udp(1, -ITEMS_TIME_MAX);
	give_udp(1, ITEMS_TIME_MAX);
	give_udp(1, -ITEMS_TIME_MAX);
	meter_tick(meter, INT64_MIN);
	meter_finish(meter, FLOW_END_EOF);
	assert_written(2);
	assert_end(0, FLOW_END_IDLE, 1);
	assert_end(1, FLOW_END_EOF, 2);
	assert_int_equal(seen[1].flow.start_ns, ITEMS_TIME_MAX);
}

/* Late segments belong to the flow that closed, for five seconds. */
static void
test_linger(void **state)
{
	(void)state;
	begin();
	give_closed(S);
	give_tcp(1, 200, TCP_ACK, 102, 0, 6 * S);
	assert_written(0);
	give_tcp(200, 1, TCP_FIN | TCP_ACK, 901, 0, 11 * S);
	assert_written(0);
	give_tcp(1, 200, TCP_ACK, 102, 0, 16 * S + 1);
	assert_written(1);
	assert_end(0, FLOW_END_FIN, 6);
	meter_finish(meter, FLOW_END_EOF);
	assert_end(1, FLOW_END_EOF, 1);
}

/* Before the end a SYN, even with another number, belongs to the old flow. */
static void
test_no_reuse_while_open(void **state)
{
	(void)state;
	begin();
	give_tcp(1, 200, TCP_SYN, 100, 0, S);
	give_tcp(1, 200, TCP_SYN, 500, 0, S);
	give_tcp(200, 1, TCP_SYN | TCP_ACK, 900, 0, S);
	give_tcp(1, 200, TCP_ACK, 501, 10, S);
	give_tcp(1, 200, TCP_SYN, 700, 0, S);
	give_tcp(200, 1, TCP_FIN | TCP_ACK, 901, 0, S);
	give_tcp(1, 200, TCP_SYN, 800, 0, S);
	assert_written(0);
	meter_finish(meter, FLOW_END_EOF);
	assert_written(1);
	assert_end(0, FLOW_END_EOF, 7);
}

static void
test_reuse_after_close(void **state)
{
	(void)state;
	begin();
	give_closed(S);
	give_tcp(1, 200, TCP_SYN, 100, 0, 2 * S);	/* the old one again */
	give_tcp(200, 1, TCP_SYN | TCP_ACK, 7, 0, 2 * S);
	give_tcp(1, 200, TCP_SYN | TCP_RST, 7, 0, 2 * S);
	give_tcp(1, 200, TCP_ACK, 102, 0, 2 * S);
	assert_written(0);
	give_tcp(1, 200, TCP_SYN, 5000, 0, 2 * S);
	assert_written(1);
	assert_end(0, FLOW_END_FIN, 8);
	give_tcp(1, 200, TCP_SYN, 5000, 0, 3 * S);
	meter_finish(meter, FLOW_END_EOF);
	assert_written(2);
	assert_end(1, FLOW_END_EOF, 2);
	assert_int_not_equal(seen[0].flow.id, seen[1].flow.id);
	assert_int_equal(seen[1].tcp.side[0].isn, 5000);
	assert_string_equal(seen[1].tcp.history, "S");
}

/* The old responder may begin the new one. */
static void
test_reuse_after_reset(void **state)
{
	(void)state;
	begin();
	give_tcp(1, 200, TCP_SYN, 100, 0, S);
	give_tcp(200, 1, TCP_RST | TCP_ACK, 0, 0, S);
	give_tcp(1, 200, TCP_SYN, 100, 0, S);
	assert_written(0);
	give_tcp(200, 1, TCP_SYN, 33, 0, S);
	assert_written(1);
	assert_end(0, FLOW_END_RST, 3);
	meter_finish(meter, FLOW_END_EOF);
	assert_end(1, FLOW_END_EOF, 1);
	assert_int_equal(seen[1].flow.src_side, 1);
}

/* Of the old flow just one side was seen, and it closed: reuse says so. */
static void
test_reuse_of_one_side(void **state)
{
	(void)state;
	begin();
	give_tcp(1, 200, TCP_ACK, 100, 5, S);
	give_tcp(1, 200, TCP_FIN | TCP_ACK, 105, 0, S);
	give_tcp(1, 200, TCP_SYN, 9000, 0, 2 * S);
	assert_written(1);
	assert_end(0, FLOW_END_REUSE, 2);
}

/* A late SYN turns the flow round; every counter is the new src's or dst's. */
static void
test_late_syn(void **state)
{
	const struct flow *flow;
	struct conversation t;

	(void)state;
	begin();
	for (int i = 0; i < 3; i++) {
		t = made_tcp(9, 50000, 1, 50001, TCP_ACK);
		t.payload_bytes = 10;
		t.tcp.seq = 10 * (uint32_t)i;
		give(t, S + i);
	}
	t = made_tcp(1, 50001, 9, 50000, TCP_SYN);
	t.ttl = 33;
	give(t, 2 * S);
	meter_finish(meter, FLOW_END_EOF);
	assert_written(1);
	flow = &seen[0].flow;
	assert_int_equal(flow->evidence, FLOW_BY_SYN);
	assert_int_equal(flow->src_side, 0);
	assert_int_equal(flow->key.a.bytes[3], 1);
	assert_int_equal(flow->counts[0].packets, 1);
	assert_int_equal(flow->counts[0].payload_bytes, 0);
	assert_int_equal(flow->counts[1].packets, 3);
	assert_int_equal(flow->counts[1].payload_bytes, 30);
	assert_int_equal(flow->ttl_min[0], 33);
	assert_int_equal(flow->ttl_min[1], 64);
	assert_string_equal(seen[0].tcp.history, "D^S");
}

static void
test_late_syn_ack(void **state)
{
	(void)state;
	begin();
	give(made_tcp(9, 50000, 1, 50001, TCP_ACK), S);
	give(made_tcp(9, 50000, 1, 50001, TCP_SYN | TCP_ACK), S);
	meter_finish(meter, FLOW_END_EOF);
	assert_int_equal(seen[0].flow.evidence, FLOW_BY_SYNACK);
	assert_int_equal(seen[0].flow.src_side, 0);
	/* A second SYN of the other side changes nothing. */
	begin();
	give(made_tcp(1, 50001, 9, 50000, TCP_SYN), S);
	give(made_tcp(9, 50000, 1, 50001, TCP_SYN), S);
	meter_finish(meter, FLOW_END_EOF);
	assert_written(1);
	assert_int_equal(seen[0].flow.evidence, FLOW_BY_SYN);
	assert_int_equal(seen[0].flow.src_side, 0);
}

static void
test_parts(void **state)
{
	uint64_t packets = 0;

	(void)state;
	options.timeouts.part_ns = 300 * S;
	begin();
	for (int64_t second = 0; second <= 900; second += 50) {
		give_udp(1, second * S);
		if (second % 100 == 0)
			give(made_udp(200, 53, 1, 50000), second * S);
	}
	meter_finish(meter, FLOW_END_EOF);
	assert_written(4);
	for (size_t i = 0; i < 4; i++) {
		const struct seen *s = &seen[i];

		assert_end(i, i < 3 ? FLOW_END_ACTIVE : FLOW_END_EOF,
		    i < 3 ? 9 : 2);
		assert_int_equal(s->part, i);
		assert_int_equal(s->flow.id, seen[0].flow.id);
		assert_int_equal(s->flow.start_ns, (int64_t)i * 300 * S);
		assert_int_equal(s->flow.end_ns, i < 3 ?
		    (int64_t)i * 300 * S + 250 * S : 900 * S);
		/* The totals are of the parts before this one. */
		assert_int_equal(s->has_totals, i > 0);
		assert_int_equal(s->totals[0].packets +
		    s->totals[1].packets, packets);
		assert_int_equal(s->totals[0].bytes + s->totals[1].bytes,
		    100 * packets);
		packets += packets_of(s);
	}
	assert_int_equal(packets, 29);
}

/* A part ends with the first packet that is too late for it. */
static void
test_part_boundary(void **state)
{
	(void)state;
	options.timeouts.part_ns = 10 * S;
	begin();
	give_udp(1, 3);
	give_udp(1, 10 * S + 2);
	assert_written(0);
	give_udp(1, 10 * S + 3);
	assert_written(1);
	assert_end(0, FLOW_END_ACTIVE, 2);
	meter_finish(meter, FLOW_END_EOF);
	assert_end(1, FLOW_END_EOF, 1);
	assert_int_equal(seen[1].flow.start_ns, 10 * S + 3);
}

/* A clock that steps back does not make a part of every packet. */
static void
test_parts_and_the_past(void **state)
{
	(void)state;
	options.timeouts.part_ns = 10 * S;
	begin();
	give_udp(1, 3600 * S);
	for (int64_t second = 0; second < 5; second++)
		give_udp(1, second * S);
	give_udp(1, 3610 * S);
	assert_written(1);
	assert_end(0, FLOW_END_ACTIVE, 6);
	for (int64_t second = 5; second < 10; second++)
		give_udp(1, second * S);
	assert_written(1);
	meter_finish(meter, FLOW_END_EOF);
	assert_end(1, FLOW_END_EOF, 6);
}

/* A later part that begins with a datagram of fragments out of their time. */
static void
test_part_of_fragments(void **state)
{
	struct conversation t = made_udp(1, 5000, 200, 53);
	struct made m;

	(void)state;
	options.timeouts.part_ns = 10 * S;
	begin();
	give(t, 0);
	give(made_udp(2, 5000, 200, 53), 30 * S);
	(void)made_packet(&m, t, 20 * S, 9);
	m.conversations[0].start_ns = 25 * S;
	meter_packets(meter, &m.packet, 1);
	meter_finish(meter, FLOW_END_EOF);
	assert_written(3);
	for (size_t i = 0; i < 3; i++)
		assert_true(seen[i].flow.end_ns >= seen[i].flow.start_ns);
}

/* A number that was a flow in parts begins again without totals. */
static void
test_parts_are_forgotten(void **state)
{
	(void)state;
	options.timeouts.part_ns = 10 * S;
	options.max_flows = 1;
	begin();
	give_udp(1, 0);
	give_udp(1, 10 * S);
	give_udp(2, 10 * S);
	assert_written(2);
	assert_end(1, FLOW_END_RESOURCES, 1);
	give_udp(2, 20 * S);
	meter_finish(meter, FLOW_END_EOF);
	assert_written(4);
	assert_false(seen[2].has_totals);
	assert_int_equal(seen[3].totals[0].packets +
	    seen[3].totals[1].packets, 1);
}

/* TCP's counts are of the part, its states of the whole. */
static void
test_parts_of_tcp(void **state)
{
	(void)state;
	options.timeouts.part_ns = 10 * S;
	begin();
	give_tcp(1, 200, TCP_SYN, 100, 0, 0);
	give_tcp(200, 1, TCP_SYN | TCP_ACK, 900, 0, S);
	give_tcp(1, 200, TCP_ACK | TCP_PSH, 101, 5, 20 * S);
	meter_finish(meter, FLOW_END_EOF);
	assert_written(2);
	assert_int_equal(seen[0].tcp.side[0].flags, TCP_SYN);
	assert_int_equal(seen[1].tcp.measure[0].psh, 1);
	assert_int_equal(seen[1].tcp.side[0].flags, TCP_ACK | TCP_PSH);
	assert_int_equal(seen[1].tcp.side[0].isn, 100);
	assert_string_equal(seen[1].tcp.history, "ShD");
}

static void
test_evict_least_recent(void **state)
{
	struct meter_counts counts;

	(void)state;
	options.max_flows = 3;
	begin();
	give_udp(1, 0);
	give_udp(2, 2 * S);
	give_udp(3, 4 * S);
	give_udp(1, 6 * S);
	give_udp(4, 8 * S);
	assert_written(1);
	assert_end(0, FLOW_END_RESOURCES, 1);
	assert_int_equal(client_of(&seen[0]), 2);
	give_udp(5, 8 * S);
	assert_int_equal(client_of(&seen[1]), 3);
	give_udp(6, 8 * S);
	assert_end(2, FLOW_END_RESOURCES, 2);
	assert_int_equal(client_of(&seen[2]), 1);
	meter_counts(meter, &counts);
	assert_int_equal(counts.evicted, 3);
	assert_int_equal(counts.flows, 6);
	assert_int_equal(counts.flows_udp, 6);
	assert_int_equal(counts.active_peak, 3);
}

/* Half-open connections go first, however new; a flood evicts itself. */
static void
test_evict_half_open(void **state)
{
	(void)state;
	options.max_flows = 4;
	begin();
	give_udp(1, 0);
	give_tcp(2, 200, TCP_ACK, 5, 10, S);
	give_tcp(3, 200, TCP_SYN, 1, 0, 4 * S);
	give_tcp(4, 200, TCP_SYN, 1, 0, 5 * S);
	for (uint8_t i = 10; i < 110; i++)
		give_tcp(i, 200, TCP_SYN, 1, 0, 6 * S);
	assert_written(100);
	for (size_t i = 0; i < 100; i++) {
		assert_end(i, FLOW_END_RESOURCES, 1);
		assert_int_equal(client_of(&seen[i]), i < 2 ? 3 + i : 8 + i);
	}
	meter_finish(meter, FLOW_END_EOF);
	assert_int_equal(client_of(&seen[100]), 1);
	assert_int_equal(client_of(&seen[101]), 2);
}

/* What closed by itself says so even when its place is needed. */
static void
test_evict_closed(void **state)
{
	(void)state;
	options.max_flows = 1;
	begin();
	give_closed(0);
	give_udp(2, S);
	assert_written(1);
	assert_end(0, FLOW_END_FIN, 4);
}

static void
test_icmp_error(void **state)
{
	struct conversation error = made_conversation(PROTOCOL_ICMP, 99, 3, 1,
	    3);

	(void)state;
	error.icmp.type = 3;
	error.icmp.code = 3;
	error.icmp.has_quote = true;
	error.icmp.quoted_protocol = PROTOCOL_UDP;
	error.icmp.quoted_src = made_address(4, 1);
	error.icmp.quoted_dst = made_address(4, 200);
	error.icmp.quoted_src_port = 50000;
	error.icmp.quoted_dst_port = 53;
	begin();
	give(error, 0);			/* of a flow that is not known */
	give_udp(1, 0);
	give_udp(2, 0);
	give(error, S);
	give(error, S);
	error.icmp.quoted_dst_port = 54;
	give(error, S);
	error.icmp.quoted_dst_port = 53;
	error.icmp.has_quote = false;
	give(error, S);
	meter_finish(meter, FLOW_END_EOF);
	assert_written(3);
	for (size_t i = 0; i < 3; i++) {
		bool is_error = seen[i].flow.key.protocol == PROTOCOL_ICMP;

		assert_int_equal(packets_of(&seen[i]), is_error ? 5 : 1);
		assert_int_equal(seen[i].oddities.icmp_errors,
		    !is_error && client_of(&seen[i]) == 1 ? 2 : 0);
	}
}

/* A frame from the past counts, and neither the clock nor idle time moves. */
static void
test_clock_never_goes_back(void **state)
{
	(void)state;
	begin();
	give_udp(1, 100 * S);
	give_udp(1, 10 * S);
	give_udp(2, 11 * S);		/* now is 100 s */
	give_udp(1, 160 * S);
	assert_written(0);
	give_udp(3, 160 * S + FLOW_QUEUE_EPOCH_NS);
	assert_written(1);
	assert_int_equal(client_of(&seen[0]), 2);
	assert_int_equal(seen[0].flow.start_ns, 11 * S);
	meter_tick(meter, S);
	meter_finish(meter, FLOW_END_EOF);
	assert_written(3);
	assert_int_equal(client_of(&seen[1]), 1);
	assert_int_equal(seen[1].flow.end_ns, 160 * S);
	assert_true(seen[1].flow.start_ns <= seen[1].flow.end_ns);
}

static void
test_tunnel(void **state)
{
	(void)state;
	begin();
	for (int i = 0; i < 2; i++) {
		(void)made_packet(&made, made_udp(8, 50000, 9, 4789), i * S,
		    ++frames);
		made_carry(&made, made_udp(1, 50000, 200, 53), TUNNEL_VXLAN);
		made.conversations[1].tunnel_id = 42;
		made.conversations[1].has_tunnel_id = true;
		give_made();
	}
	give_udp(1, S);		/* the same outside is another */
	meter_finish(meter, FLOW_END_EOF);
	assert_written(3);
	for (size_t i = 0; i < 3; i++) {
		const struct seen *s = &seen[i];

		assert_int_equal(packets_of(s), s->flow.key.is_carried ||
		    client_of(s) == 8 ? 2 : 1);
		assert_int_equal(s->has_labels, s->flow.key.is_carried);
		if (!s->has_labels)
			continue;
		assert_int_equal(s->labels.tunnel, TUNNEL_VXLAN);
		assert_int_equal(s->labels.tunnel_id, 42);
		assert_true(s->labels.has_tunnel_id);
		for (size_t k = 0; k < 3; k++)
			assert_int_equal(seen[k].flow.id ==
			    s->labels.parent_id, client_of(&seen[k]) == 8);
	}
}

/* A labelled flow behind a tunnel in the same batch is carried by nothing. */
static void
test_no_parent(void **state)
{
	static struct made tagged;
	struct packet packets[2];

	(void)state;
	begin();
	(void)made_packet(&made, made_udp(8, 50000, 9, 4789), 0, 1);
	made_carry(&made, made_udp(1, 50000, 200, 53), TUNNEL_VXLAN);
	(void)made_packet(&tagged, made_udp(1, 50000, 200, 53), 0, 2);
	tagged.packet.vlan_count = 1;
	tagged.packet.vlan[0] = 10;
	packets[0] = made.packet;
	packets[1] = tagged.packet;
	meter_packets(meter, packets, 2);
	meter_finish(meter, FLOW_END_EOF);
	assert_written(3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(seen[i].labels.parent_id != 0,
		    seen[i].flow.key.is_carried);
}

/* How many flows four packets are that differ in VLAN and tunnel id. */
static size_t
flows_with(bool has_vlan, bool has_tunnel)
{
	options.key = (struct flow_key_options){ has_vlan, has_tunnel };
	begin();
	for (uint32_t i = 0; i < 4; i++) {
		(void)made_packet(&made, made_udp(8, 50000, 9, 4789), 0,
		    ++frames);
		made.packet.vlan_count = 1;
		made.packet.vlan[0] = (uint16_t)(10 + i % 2);
		made_carry(&made, made_udp(1, 50000, 200, 53), TUNNEL_VXLAN);
		made.conversations[1].tunnel_id = 7 + i / 2;
		give_made();
	}
	meter_finish(meter, FLOW_END_EOF);
	return seen_count;
}

static void
test_key_options(void **state)
{
	(void)state;
	assert_int_equal(flows_with(false, false), 2);
	assert_int_equal(flows_with(true, false), 4);
	assert_int_equal(flows_with(false, true), 3);
	assert_int_equal(flows_with(true, true), 6);
}

/* The last flows are written in the order in which they began. */
static void
test_finish_order(void **state)
{
	(void)state;
	begin();
	for (uint64_t i = 0; i < 100; i++)
		give_udp((uint8_t)(i + 1), (int64_t)(hash_mix64(i) % 20) * S);
	for (uint64_t i = 100; i-- > 0; )
		give_udp((uint8_t)(i + 1), 20 * S);
	meter_finish(meter, FLOW_END_EOF);
	assert_written(100);
	for (size_t i = 1; i < 100; i++) {
		assert_true(seen[i - 1].flow.start_ns <=
		    seen[i].flow.start_ns);
		assert_true(seen[i - 1].flow.start_ns <
		    seen[i].flow.start_ns ||
		    seen[i - 1].flow.id < seen[i].flow.id);
	}
}

static void
test_nothing(void **state)
{
	struct meter_counts counts;

	(void)state;
	begin();
	meter_tick(meter, S);
	meter_finish(meter, FLOW_END_EOF);
	meter_counts(meter, &counts);
	assert_written(0);
	assert_int_equal(counts.flows, 0);
	assert_int_equal(counts.active_peak, 0);
}

static void
test_no_memory(void **state)
{
	struct error error;

	(void)state;
	options.memory = 100;
	assert_null(meter_new(&options, &error));
	assert_string_equal(error.text, "a memory of 100 bytes holds no flow");
}

/* A conversation of any kind; seldom the frame has another one inside. */
static void
make_any(struct made *m, uint64_t seed, uint64_t number)
{
	static const uint16_t flags[] = { TCP_SYN, TCP_SYN | TCP_ACK, TCP_ACK,
	    TCP_FIN | TCP_ACK, TCP_RST, TCP_ACK | TCP_PSH };
	uint64_t dice = hash_mix64(seed);
	uint8_t client = (uint8_t)(1 + dice % 40);
	int64_t ts_ns = (int64_t)number * S / 7 -
	    (int64_t)(dice >> 56) * 10000000;
	bool is_back = dice >> 16 & 1;
	struct conversation t;

	if (dice >> 17 & 1)
		t = made_tcp(is_back ? 200 : client, is_back ? 80 : 50000,
		    is_back ? client : 200, is_back ? 50000 : 80,
		    flags[(dice >> 20) % 6]);
	else
		t = made_udp(is_back ? 200 : client, is_back ? 53 : 50000,
		    is_back ? client : 200, is_back ? 50000 : 53);
	if (t.protocol == PROTOCOL_TCP)
		t.tcp.seq = dice >> 30 & 3;
	t.payload_bytes = dice >> 40 & 63;
	(void)made_packet(m, t, ts_ns, number);
	if ((dice >> 50) % 8 == 0)
		made_carry(m, made_udp(client, 50000, 201, 53), TUNNEL_GRE);
}

enum { ANY = 3000, ANY_BATCH = 64 };

/* The same packets in batches of any size; returns how many were written. */
static size_t
meter_any(int batch, struct seen *to)
{
	static struct made many[ANY_BATCH];
	static struct interface interface = { .time_digits = 6 };
	static struct packet packets[ANY_BATCH];

	begin();
	for (uint64_t i = 0; i < ANY; ) {
		int count = 0;

		while (count < batch && i < ANY) {
			make_any(&many[count], i, i + 1);
			packets[count] = many[count].packet;
			packets[count].frame.interface = &interface;
			count++;
			i++;
		}
		meter_packets(meter, packets, count);
	}
	meter_finish(meter, FLOW_END_EOF);
	memcpy(to, seen, seen_count * sizeof(*seen));
	return seen_count;
}

/* The pointers of a queue say nothing of the flow. */
static bool
is_same(const struct seen *x, const struct seen *y)
{
	return x->flow.id == y->flow.id && x->part == y->part &&
	    x->end == y->end && x->is_final == y->is_final &&
	    x->flow.src_side == y->flow.src_side &&
	    x->flow.start_ns == y->flow.start_ns &&
	    x->flow.end_ns == y->flow.end_ns &&
	    memcmp(&x->flow.key, &y->flow.key, sizeof(x->flow.key)) == 0 &&
	    memcmp(x->flow.counts, y->flow.counts,
	    sizeof(x->flow.counts)) == 0 &&
	    memcmp(x->totals, y->totals, sizeof(x->totals)) == 0 &&
	    memcmp(&x->labels, &y->labels, sizeof(x->labels)) == 0 &&
	    memcmp(&x->tcp, &y->tcp, sizeof(x->tcp)) == 0;
}

static void
tight(void)
{
	options.timeouts.part_ns = 20 * S;
	options.max_flows = 20;
}

static void
test_any_batch(void **state)
{
	static const int batches[] = { 2, 3, 7, 50, 64 };
	static struct seen wanted[SEEN_MAX];
	static struct seen got[SEEN_MAX];
	size_t count;

	(void)state;
	tight();
	count = meter_any(1, wanted);
	assert_true(count > 500);
	for (size_t i = 0; i < sizeof(batches) / sizeof(*batches); i++) {
		/* The secret decides where flows are stored, no more. */
		secret.bytes[0] ^= (uint8_t)(i + 1);
		assert_int_equal(meter_any(batches[i], got), count);
		for (size_t k = 0; k < count; k++)
			assert_true(is_same(&wanted[k], &got[k]));
	}
}

/* Each packet is in one record of one flow that nothing carries. */
static void
test_nothing_is_lost(void **state)
{
	static struct seen all[SEEN_MAX];
	struct meter_counts counts;
	uint64_t packets = 0;
	uint64_t finals = 0;
	size_t count;

	(void)state;
	tight();
	count = meter_any(32, all);
	for (size_t i = 0; i < count; i++) {
		if (!all[i].has_labels || all[i].labels.parent_id == 0)
			packets += packets_of(&all[i]);
		finals += all[i].is_final;
		assert_true(all[i].flow.start_ns <= all[i].flow.end_ns);
		assert_true(packets_of(&all[i]) > 0);
		for (size_t k = 0; k < i; k++)
			assert_false(all[k].flow.id == all[i].flow.id &&
			    (all[k].part >= all[i].part ||
			    all[k].is_final));
	}
	assert_int_equal(packets, ANY);
	meter_counts(meter, &counts);
	assert_int_equal(counts.flows, finals);
	assert_int_equal(counts.flows, counts.flows_tcp + counts.flows_udp +
	    counts.flows_other);
	assert_int_equal(counts.active_peak, 20);
	assert_true(counts.evicted > 0);
}

static int
load(void **state)
{
	struct error error;

	(void)state;
	return services_load(NULL, &error);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_idle),
		TEST(test_timeouts),
		TEST(test_written_in_time),
		TEST(test_written_within_a_second),
		TEST(test_never),
		TEST(test_extreme_times),
		TEST(test_linger),
		TEST(test_no_reuse_while_open),
		TEST(test_reuse_after_close),
		TEST(test_reuse_after_reset),
		TEST(test_reuse_of_one_side),
		TEST(test_late_syn),
		TEST(test_late_syn_ack),
		TEST(test_parts),
		TEST(test_part_boundary),
		TEST(test_parts_and_the_past),
		TEST(test_part_of_fragments),
		TEST(test_parts_are_forgotten),
		TEST(test_parts_of_tcp),
		TEST(test_evict_least_recent),
		TEST(test_evict_half_open),
		TEST(test_evict_closed),
		TEST(test_icmp_error),
		TEST(test_clock_never_goes_back),
		TEST(test_tunnel),
		TEST(test_no_parent),
		TEST(test_key_options),
		TEST(test_finish_order),
		TEST(test_nothing),
		TEST(test_no_memory),
		TEST(test_any_batch),
		TEST(test_nothing_is_lost),
	};

	return cmocka_run_group_tests(tests, load, NULL);
}
