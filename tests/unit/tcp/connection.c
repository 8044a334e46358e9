/*
 * A connection from hand-made segments: each conn_state, state and history
 * letter that the documents of connection.h name, the handshake's times, and
 * what a SYN announces.
 */
#include "../../lib/segments.h"
#include "tcp/connection.h"

static struct segments g;

static int
setup(void **state)
{
	(void)state;
	segments_init(&g, 0);
	return 0;
}

static void
send_all(const char *text)
{
	segments_send(&g, text);
}

static void
track(struct tcp_segment segment, bool is_from_originator)
{
	segments_track(&g, segment, is_from_originator);
}

static void
assert_history(const char *wanted)
{
	assert_int_equal(g.t.history[g.t.history_size], '\0');
	assert_string_equal(g.t.history, wanted);
}

struct example {
	const char	*segments;
	const char	*conn_state;
	const char	*state;
	const char	*history;
};

static void
assert_examples(const struct example *examples, size_t count)
{
	for (size_t i = 0; i < count * SEGMENTS_WAYS; i++) {
		const struct example *e = &examples[i / SEGMENTS_WAYS];

		segments_init(&g, (int)(i % SEGMENTS_WAYS));
		send_all(e->segments);
		if (strcmp(tcp_connection_conn_state(&g.t, g.src,
		    g.has_payload), e->conn_state) != 0 ||
		    strcmp(tcp_connection_state(&g.t, g.src), e->state) != 0)
			print_error("%s\n", e->segments);
		assert_string_equal(tcp_connection_conn_state(&g.t, g.src,
		    g.has_payload), e->conn_state);
		assert_string_equal(tcp_connection_state(&g.t, g.src),
		    e->state);
		assert_history(e->history);
	}
}

static void
test_conn_states(void **state)
{
	static const struct example examples[] = {
		{ "oS", "S0", "syn_sent", "S" },
		{ "oS oS oS", "S0", "syn_sent", "S" },
		{ "oS rSA0a1", "S1", "syn_received", "Sh" },
		{ HANDSHAKE, "S1", "established", "ShA" },
		{ HANDSHAKE DATA, "S1", "established", "ShADd" },
		{ HANDSHAKE DATA "oFA11a21 rFA21a12 oA12a22",
		    "SF", "time_wait", "ShADdFf" },
		{ HANDSHAKE DATA "oFA11a21 rA21a12 rFA21a12 oA12a22",
		    "SF", "time_wait", "ShADdFaf" },
		{ HANDSHAKE DATA "rFA21a11 oFA11a22 rA22a12",
		    "SF", "closed", "ShADdfFa" },
		{ "oS rRA0a1", "REJ", "reset", "Sr" },
		{ "oS rR0a1 oS5", "REJ", "reset", "SrS" },
		{ HANDSHAKE "oFA1a1", "S2", "fin_wait", "ShAF" },
		{ HANDSHAKE "oFA1a1 rA1a2", "S2", "fin_wait", "ShAFa" },
		{ HANDSHAKE "rFA1a1", "S3", "close_wait", "ShAf" },
		{ HANDSHAKE "rFA1a1 oA1a2", "S3", "close_wait", "ShAf" },
		{ HANDSHAKE DATA "oR11", "RSTO", "reset", "ShADdR" },
		{ HANDSHAKE "oFA1a1 oR2", "RSTO", "reset", "ShAFR" },
		{ HANDSHAKE DATA "rR21", "RSTR", "reset", "ShADdr" },
		{ "oS oR1", "RSTOS0", "reset", "SR" },
		{ "rSA0a1 rR1", "RSTRH", "reset", "hr" },
		{ "oS oFA1a1", "SH", "fin_wait", "SF" },
		{ "rSA0a1 rFA1a1", "SHR", "close_wait", "hf" },
		{ "oA1+10a1 rA1+5a11", "OTH", "established", "Dd" },
		{ "rSA0a1", "OTH", "syn_received", "h" },
		{ "oA1a1", "OTH", "established", "A" },
	};

	(void)state;
	assert_examples(examples, sizeof(examples) / sizeof(*examples));
}

/* What the two ends can be in when both have said FIN, by RFC 9293 3.5. */
static void
test_closing(void **state)
{
	static const struct example examples[] = {
		/* The FIN of the originator first. */
		{ HANDSHAKE "oFA1a1 rFA1a1", "SF", "closing", "ShAFf" },
		{ HANDSHAKE "oFA1a1 rFA1a2", "SF", "time_wait", "ShAFf" },
		{ HANDSHAKE "oFA1a1 rFA1a1 oA2a2", "SF", "closing", "ShAFf" },
		{ HANDSHAKE "oFA1a1 rFA1a1 rA2a2", "SF", "time_wait",
		    "ShAFfa" },
		/* The FIN of the responder first. */
		{ HANDSHAKE "rFA1a1 oFA1a2", "SF", "last_ack", "ShAfF" },
		{ HANDSHAKE "rFA1a1 oFA1a2 rA2a1", "SF", "last_ack",
		    "ShAfFa" },
		{ HANDSHAKE "rFA1a1 oFA1a2 rA2a2", "SF", "closed",
		    "ShAfFa" },
		/* Sent again, and past its last byte. */
		{ HANDSHAKE "oFA1+5a1 oFA1+5a1 rFA1a7 oA7a2", "SF",
		    "time_wait", "ShAFTf" },
		/* A RST after both FINs takes nothing back. */
		{ HANDSHAKE "oFA1a1 rFA1a2 oR2", "SF", "time_wait",
		    "ShAFfR" },
		{ HANDSHAKE "oFA1a1 rFA1a2 rR2", "SF", "time_wait",
		    "ShAFfr" },
		/* Nor does a FIN and RST that a FIN answers. */
		{ HANDSHAKE "oFA1a1 oR2 rFA1a2", "SF", "time_wait",
		    "ShAFRf" },
	};

	(void)state;
	assert_examples(examples, sizeof(examples) / sizeof(*examples));
}

static void
test_disorder(void **state)
{
	static const struct example examples[] = {
		/* Captured the other way round. */
		{ "rSA0a1 oS oA1a1", "S1", "established", "hSA" },
		/* Some stacks acknowledge a SYN before they answer it. */
		{ "oS rA0a1 rSA0a1 oA1a1", "S1", "established", "SahA" },
		/* Both begin at once, RFC 9293 3.5: one SYN each, twice. */
		{ "oS rS oSA0a1 rSA0a1", "S1", "syn_received", "Ss" },
		{ "oS rS oSA0a1 rSA0a1 rA1a1", "S1", "established", "Ssa" },
		/* Data before the handshake's end. */
		{ "oS rSA0a1 oA1+5a1", "S1", "established", "ShD" },
		/* Nothing is believed after a reset. */
		{ HANDSHAKE "oR1 oFA1a1 rFA1a1", "RSTO", "reset",
		    "ShARFf" },
	};

	(void)state;
	assert_examples(examples, sizeof(examples) / sizeof(*examples));
}

/* T, C and W come at the 1st, 10th, 100th, ... time. */
static void
test_repeats(void **state)
{
	static const struct {
		const char	*segment;
		const char	*letter;
	} kinds[] = {
		{ "oA1+10a1", "T" }, { "rA1+10a1", "t" },
		{ "oA1a1c", "C" }, { "rA1a1c", "c" },
		{ "oA1a1w0", "W" }, { "rA1a1w0", "w" }
	};

	(void)state;
	for (size_t kind = 0; kind < 6; kind++) {
		size_t noted = 0;

		(void)setup(NULL);
		send_all(HANDSHAKE DATA "rA21a11");
		assert_history("ShADda");
		for (int i = 1; i <= 1000; i++) {
			segments_send_one(&g, kinds[kind].segment);
			noted += i == 1 || i == 10 || i == 100 || i == 1000;
			assert_int_equal(g.t.history_size, 6 + noted);
			assert_int_equal(g.t.history[g.t.history_size - 1],
			    kinds[kind].letter[0]);
		}
	}
}

/* As far as 16 bits count. */
static void
test_many_repeats(void **state)
{
	(void)state;
	send_all("oA1a1c*9999");
	assert_history("CACCC");
	send_all("oA1a1c");
	assert_history("CACCCC");
	send_all("oA1a1c*190000");
	assert_history("CACCCC");
}

/* SYN, SYN+ACK, FIN and RST again only with another sequence number. */
static void
test_flags_again(void **state)
{
	(void)state;
	send_all("oS oS oS7 oS7 rSA0a1 rSA0a1 rSA9a1");
	assert_history("SShh");
	(void)setup(NULL);
	send_all(HANDSHAKE "oFA1a1 oFA1a1 oFA1+3a1 oR2 oR2 oR5");
	assert_history("ShAFFRR");
	(void)setup(NULL);
	send_all(HANDSHAKE "oA1a1 oA1a1 oPA1+3a1 oPA4+3a1 oA7a1");
	assert_history("ShAD");
}

static void
test_odd_flags(void **state)
{
	(void)state;
	send_all("oSF");
	assert_history("Q");
	send_all("oSR1 oFR2 rFRA1 rSFR2 rSR3 rSF4");
	assert_history("QIiq");
	(void)setup(NULL);
	send_all("o1");		/* no flag at all */
	assert_history("");
	send_all("oU1 oP1");
	assert_history("");
	send_all("oPU1+1");
	assert_history("D");
}

/* A window of zero in a RST says nothing, nor one once the peer closed. */
static void
test_zero_window(void **state)
{
	(void)state;
	send_all(HANDSHAKE "oRA1a1w0");
	assert_history("ShAR");
	(void)setup(NULL);
	send_all(HANDSHAKE "oFA1a1 rA1a2w0 rFA1a2w0");
	assert_history("ShAFaf");
	(void)setup(NULL);
	send_all(HANDSHAKE "rA1a1w0");
	assert_history("ShAaw");
}

/* After a turn the letters' case follows the new originator. */
static void
test_turn(void **state)
{
	(void)state;
	send_all("oA1+5a1");
	g.src = 1;
	tcp_connection_turn(&g.t);
	g.isn[1] = 1000;		/* what was the originator's */
	g.isn[0] = 500000;
	send_all("oS7 rSA7a8 oA8a8");
	assert_history("D^ShA");
	assert_string_equal(tcp_connection_state(&g.t, g.src), "established");
}

static void
test_history_is_bounded(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 200; i++) {
		g.isn[0] += 1000;
		segments_send_one(&g, "oS");
		if (i % 50 == 0)
			tcp_connection_turn(&g.t);
		assert_true(g.t.history_size < TCP_HISTORY_MAX);
		assert_int_equal(g.t.history[g.t.history_size], '\0');
	}
	assert_int_equal(g.t.history_size, TCP_HISTORY_MAX - 1);
	assert_int_equal(strlen(g.t.history), TCP_HISTORY_MAX - 1);
	for (int i = 0; i < 10; i++)
		tcp_connection_turn(&g.t);
	assert_int_equal(strlen(g.t.history), TCP_HISTORY_MAX - 1);
}

static void
assert_handshake(int64_t syn, int64_t syn_ack, int64_t ack)
{
	assert_int_equal(g.t.has_syn ? g.t.syn_ns : INT64_MIN, syn);
	assert_int_equal(g.t.has_syn_ack ? g.t.syn_ack_ns : INT64_MIN,
	    syn_ack);
	assert_int_equal(g.t.has_ack ? g.t.ack_ns : INT64_MIN, ack);
}

/*
 * Segments come a millisecond apart; what counts is the last SYN before the
 * first answer, that, and the first ACK of it.
 */
static void
test_handshake(void **state)
{
	const int64_t none = INT64_MIN;

	(void)state;
	assert_handshake(none, none, none);
	send_all("oS rSA0a1 oA1a1 oA1a1");
	assert_handshake(0, MS, 2 * MS);
	(void)setup(NULL);
	send_all("oS oS rSA0a1 rSA0a1 oA1a1");
	assert_handshake(MS, 2 * MS, 4 * MS);
	(void)setup(NULL);
	send_all("oS rSA0a1 oS oA1a1");
	assert_handshake(0, MS, 3 * MS);
	(void)setup(NULL);
	send_all("oS rSA0a1 oA1a0 rA1a1");	/* none of it */
	assert_handshake(0, MS, none);
	send_all("oA1+5a1");			/* with data */
	assert_handshake(0, MS, 4 * MS);
	(void)setup(NULL);
	send_all("oS rSA0a1 oFA1a1");
	assert_handshake(0, MS, 2 * MS);
	(void)setup(NULL);
	send_all("oS oA1a1 rA1a1 oSF rRA0a1");
	assert_handshake(0, none, MS);		/* the answer was not seen */
	(void)setup(NULL);
	send_all("oS rA1a1 oSF rRA0a1");
	assert_handshake(0, none, none);
	(void)setup(NULL);
	send_all("rSA0a1 rA1a1");		/* its own sender */
	assert_handshake(none, 0, none);
}

/* A part that ends within the handshake forgets nothing of it. */
static void
test_handshake_over_parts(void **state)
{
	(void)state;
	send_all("oS");
	tcp_restart(&g.t, segments_trouble(&g));
	send_all("rSA0a1");
	tcp_restart(&g.t, segments_trouble(&g));
	send_all("oA1a1");
	assert_handshake(0, MS, 2 * MS);
}

/* A time of 0 is a time. */
static void
test_handshake_at_the_epoch(void **state)
{
	(void)state;
	g.now_ns = -MS;
	send_all("oS rSA0a1 oA1a1");
	assert_handshake(-MS, 0, MS);
}

static bool
is_half_open_after(const char *segments)
{
	(void)setup(NULL);
	send_all(segments);
	return tcp_connection_is_half_open(&g.t);
}

static void
test_half_open(void **state)
{
	(void)state;
	assert_false(tcp_connection_is_half_open(&g.t));
	assert_true(is_half_open_after("oS"));
	assert_true(is_half_open_after("oS oS oS"));
	assert_true(is_half_open_after("rSA0a1"));
	assert_true(is_half_open_after("oS rSA0a1 rSA0a1"));
	assert_true(is_half_open_after("oS rSA0a1 oA1a0"));
	assert_false(is_half_open_after("oS oA1a1"));
	assert_false(is_half_open_after(HANDSHAKE));
	assert_false(is_half_open_after("oS rSA0a1 oA1+5a1"));
	assert_false(is_half_open_after("oS oA1+5a1"));
	assert_false(is_half_open_after("oA1a1"));
}

static void
assert_over(const char *segments, bool is_closed, bool is_reset, bool is_over)
{
	(void)setup(NULL);
	send_all(segments);
	assert_int_equal(tcp_connection_is_closed(&g.t), is_closed);
	assert_int_equal(tcp_connection_is_reset(&g.t), is_reset);
	assert_int_equal(tcp_connection_is_over(&g.t), is_over);
}

static void
test_over(void **state)
{
	(void)state;
	assert_over("oS", false, false, false);
	assert_over(HANDSHAKE, false, false, false);
	assert_over(HANDSHAKE "oFA1a1 rA1a2", false, false, false);
	assert_over(HANDSHAKE "oFA1a1 rFA1a2", true, false, true);
	assert_over(HANDSHAKE "oR1", false, true, true);
	assert_over(HANDSHAKE "rR1", false, true, true);
	/* One side alone was seen, and closed. */
	assert_over("oA1a1 oFA1a1", false, false, true);
	assert_over("rA1a1 rFA1a1", false, false, true);
	assert_over("oA1a1 rA1a1 rFA1a1", false, false, false);
}

static void
test_announced(void **state)
{
	(void)state;
	for (int shift = 0; shift < 256; shift++) {
		(void)setup(NULL);
		g.header = (struct tcp_header){ .flags = TCP_SYN, .seq = 7,
		    .mss = 1460, .window = 1, .window_scale = (uint8_t)shift,
		    .options = TCP_HAS_MSS | TCP_HAS_WINDOW_SCALE };
		track((struct tcp_segment){ 0 }, true);
		assert_int_equal(g.t.side[0].window_scale, shift);
		assert_int_equal(g.t.side[0].mss, 1460);
		assert_int_equal(g.t.side[0].isn, 7);
		assert_int_equal(g.t.side[0].options, g.header.options);
		assert_false(g.t.side[1].has_isn);
	}
	/* Sent again with fewer options, and another attempt. */
	g.header = (struct tcp_header){ .flags = TCP_SYN, .seq = 7,
	    .window = 1 };
	track((struct tcp_segment){ 0 }, true);
	assert_int_equal(g.t.side[0].mss, 1460);
	assert_int_equal(g.t.side[0].options,
	    TCP_HAS_MSS | TCP_HAS_WINDOW_SCALE);
	g.header.seq = 8;
	track((struct tcp_segment){ 0 }, true);
	assert_int_equal(g.t.side[0].isn, 8);
	assert_int_equal(g.t.side[0].options, 0);
}

/* What was agreed stays, whatever SYN comes later. */
static void
test_late_syn(void **state)
{
	(void)state;
	send_all(HANDSHAKE DATA);
	g.header = (struct tcp_header){ .flags = TCP_SYN, .seq = 99,
	    .options = TCP_HAS_MSS, .mss = 1, .window = 1 };
	track((struct tcp_segment){ 0 }, true);
	assert_int_equal(g.t.side[0].isn, 1000);
	assert_int_equal(g.t.side[0].options, 0);
	assert_string_equal(tcp_connection_state(&g.t, g.src), "established");
}

/* Sequence numbers pass 2^32 in the middle; the examples hold all the same. */
static void
test_wrap(void **state)
{
	(void)state;
	for (uint32_t back = 0; back < 40; back++) {
		(void)setup(NULL);
		g.isn[0] = 0 - back;
		g.isn[1] = 0 - back / 2;
		send_all(HANDSHAKE DATA "oA11+10a21 rA21a21 oFA21a21 "
		    "rFA21a22 oA22a22");
		assert_history("ShADdaFf");
		assert_int_equal(g.t.side[0].next_seq, g.isn[0] + 22);
		assert_int_equal(g.t.side[1].next_seq, g.isn[1] + 22);
		assert_string_equal(tcp_connection_state(&g.t, g.src),
		    "time_wait");
		send_all("oA11+10a22");
		assert_history("ShADdaFfT");
	}
}

/* A hole that is filled: not new bytes, so it is a T for the history. */
static void
test_sequence(void **state)
{
	(void)state;
	send_all(HANDSHAKE "oA11+10a1 oA1+10a1");
	assert_history("ShADT");
	assert_int_equal(g.t.side[0].next_seq, 1021);
	send_all("oA11+20a1");		/* partly new */
	assert_history("ShADT");
	assert_int_equal(g.t.side[0].next_seq, 1031);
	send_all("oA0a1");		/* keep-alive: no payload */
	assert_history("ShADT");
	send_all("oR4000000");		/* made up */
	assert_int_equal(g.t.side[0].next_seq, 1031);
}

static void
test_parts(void **state)
{
	struct tcp_trouble *trouble;

	(void)state;
	send_all("oS rSA0a1 oPA1+5a1 oPU6+5a1 oFA11a1 oR12 oS");
	assert_int_equal(g.t.measure[0].psh, 2);
	assert_int_equal(g.t.side[0].flags, TCP_SYN | TCP_PSH | TCP_ACK |
	    TCP_URG | TCP_FIN | TCP_RST);
	assert_int_equal(g.t.side[1].flags, TCP_SYN | TCP_ACK);
	trouble = segments_trouble(&g);
	assert_non_null(trouble);
	assert_int_equal(trouble->tally[0].more_syn, 1);
	assert_int_equal(trouble->tally[0].more_fin, 0);
	assert_int_equal(trouble->tally[0].more_rst, 0);
	assert_int_equal(trouble->tally[0].urg, 1);
	tcp_restart(&g.t, trouble);
	for (int side = 0; side < 2; side++) {
		assert_int_equal(g.t.side[side].flags, 0);
		assert_int_equal(g.t.measure[side].psh, 0);
		assert_int_equal(trouble->tally[side].more_syn, 0);
		assert_int_equal(trouble->tally[side].urg, 0);
		assert_true(g.t.side[side].has_isn);
	}
	assert_true(tcp_connection_is_reset(&g.t));
	assert_history("ShDFR");
	assert_int_equal(g.t.syn_ack_ns, MS);
}

/* Any segments in any order: a known word, a bounded history, one end. */
static void
test_at_random(void **state)
{
	static const char *const words[] = { "S0", "S1", "SF", "REJ", "S2",
	    "S3", "RSTO", "RSTR", "RSTOS0", "RSTRH", "SH", "SHR", "OTH" };
	uint64_t random = 1;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		const char *word;
		bool is_known = false;

		if (i % 10 == 0)
			(void)setup(NULL);
		random = random * UINT64_C(6364136223846793005) + 1;
		g.header = (struct tcp_header){
			.flags = (uint16_t)(random >> 33 & 0x3f),
			.seq = (uint32_t)(random >> 40 & 7),
			.ack = (uint32_t)(random >> 43 & 7),
			.window = (uint16_t)(random >> 46 & 1)
		};
		track((struct tcp_segment){ .payload_bytes =
		    (uint32_t)(random >> 50 & 1) }, random >> 60 & 1);
		word = tcp_connection_conn_state(&g.t, g.src, g.has_payload);
		for (size_t k = 0; k < 13; k++)
			is_known = is_known || strcmp(word, words[k]) == 0;
		assert_true(is_known);
		assert_int_equal(strcmp(tcp_connection_state(&g.t, g.src),
		    "reset") == 0, tcp_connection_is_reset(&g.t));
		assert_true(g.t.history_size < TCP_HISTORY_MAX);
	}
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_conn_states),
		TEST(test_closing),
		TEST(test_disorder),
		TEST(test_repeats),
		TEST(test_many_repeats),
		TEST(test_flags_again),
		TEST(test_odd_flags),
		TEST(test_zero_window),
		TEST(test_turn),
		TEST(test_history_is_bounded),
		TEST(test_handshake),
		TEST(test_handshake_over_parts),
		TEST(test_handshake_at_the_epoch),
		TEST(test_half_open),
		TEST(test_over),
		TEST(test_announced),
		TEST(test_late_syn),
		TEST(test_wrap),
		TEST(test_sequence),
		TEST(test_parts),
		TEST(test_at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
