/*
 * A segment's way through all that TCP promises: what is filled in of it, what
 * is kept of it for the next one, and that only trouble takes a place in the
 * pool.
 */
#include "../../lib/segments.h"

static struct segments g;

static int
setup(void **state)
{
	(void)state;
	segments_init(&g, 0);
	return 0;
}

/* The sequence number after it: SYN and FIN take one each. */
static void
test_end(void **state)
{
	static const struct {
		const char	*segment;
		uint32_t	 end;
	} examples[] = {
		{ "oA7a1", 7 }, { "oA7+10a1", 17 }, { "oS7", 8 },
		{ "oS7+10", 18 }, { "oFA7a1", 8 }, { "oFA7+10a1", 18 },
		{ "oSF7", 9 }, { "oR7", 7 }, { "oR7+10", 17 },
		{ "oA7+10s0a1", 17 }
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(*examples) *
	    SEGMENTS_WAYS; i++) {
		segments_init(&g, (int)(i % SEGMENTS_WAYS));
		segments_send(&g, examples[i / SEGMENTS_WAYS].segment);
		assert_int_equal(g.newest.end - g.isn[0],
		    examples[i / SEGMENTS_WAYS].end);
	}
}

/* What a segment is, is said anew of each, whatever the caller left there. */
static void
test_what(void **state)
{
	struct tcp_segment segment = { .what = UINT32_MAX, .end = 99 };

	(void)state;
	segments_send(&g, HANDSHAKE);
	g.header = (struct tcp_header){ .flags = TCP_RST,
	    .seq = g.isn[0] + 1 };
	segments_track(&g, segment, true);
	assert_int_equal(g.newest.what, 0);
	assert_int_equal(g.newest.end, g.isn[0] + 1);
}

static void
test_newest(void **state)
{
	const struct tcp_side *own = &g.t.side[0];
	const struct tcp_side *peer = &g.t.side[1];

	(void)state;
	segments_send(&g, HANDSHAKE "oA1+10a1@5ms");
	assert_int_equal(own->last_ns, 5 * MS);
	assert_int_equal(peer->last_ns, MS);
	segments_send(&g, "oA10a1@9ms");
	assert_true(own->was_keepalive);
	assert_false(own->was_probe || peer->was_keepalive);
	segments_send(&g, "rA1a11w0@10ms");
	assert_true(own->was_keepalive);	/* its newest one */
	segments_send(&g, "oA11+1a1@11ms");
	assert_true(own->was_probe);
	assert_false(own->was_keepalive);
	segments_send(&g, "oRA11a1@7ms");	/* back in time */
	assert_false(own->was_probe || own->was_keepalive);
	assert_int_equal(own->last_ns, 7 * MS);
	assert_int_equal(peer->last_ns, 10 * MS);
}

/* Most connections never need what counts troubles. */
static void
test_smooth(void **state)
{
	static const char *const smooth[] = {
		"oS", "oS rRA0a1", HANDSHAKE, HANDSHAKE DATA, "oA1+10a1",
		HANDSHAKE DATA "oFA11a21 rFA21a12 oA12a22",
		HANDSHAKE DATA "oR11", "oSECx7p rSAE0a1x7p oA1a1",
		HANDSHAKE DATA "|"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(smooth) / sizeof(*smooth); i++) {
		(void)setup(NULL);
		segments_send(&g, smooth[i]);
		assert_null(segments_trouble(&g));
		assert_null(g.newest.trouble);
		assert_int_equal(g.troubles.live, 0);
	}
}

/* And what does takes one, once, and is given it with each segment. */
static void
test_trouble(void **state)
{
	static const char *const rough[] = {
		"oA1a1c", "oA1a1w0", "oUA1a1", "oA1a1e", "oS oS", "oS+5",
		"oA1a1 oA2a1", "oA1+2a1 oA2a1", "oA1a1k1-2",
		"oA1+5a1 oA1+5a1", "oA1+5a1 rA1a7", "oFA1a1 oFA1a1",
		"oR1 oR1", "oAE1a1", "oAC1a1"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rough) / sizeof(*rough); i++) {
		(void)setup(NULL);
		segments_send(&g, rough[i]);
		assert_non_null(segments_trouble(&g));
		assert_ptr_equal(g.newest.trouble, segments_trouble(&g));
		assert_int_equal(g.troubles.live, 1);
		segments_send(&g, "oUA1a1 rUA1a1 |");
		assert_int_equal(g.troubles.live, 1);
		segments_send(&g, "rA1a1");
		assert_ptr_equal(g.newest.trouble, segments_trouble(&g));
	}
}

#define ROUGH	"oSEC rSAE0a1 oUPA1+10a1e rUPAE1+10a11w0 oA21+10a11k1-2 "  \
		"oA21+10a11 rA1+10a11 rA11a12"

/* A part begins with nothing counted, and forgets nothing of the rest. */
static void
test_parts(void **state)
{
	static const struct tcp_tally no_tally;
	struct segments before;

	(void)state;
	for (int way = 0; way < SEGMENTS_WAYS; way++) {
		segments_init(&g, way);
		segments_send(&g, ROUGH);
		before = g;
		assert_memory_not_equal(&segments_trouble(&g)->tally[0],
		    &no_tally, sizeof(no_tally));
		segments_send(&g, "|");
		for (int side = 0; side < 2; side++) {
			const struct tcp_measure *m = &g.t.measure[side];
			const struct tcp_side *own = &g.t.side[side];

			assert_memory_equal(&segments_trouble(&g)->
			    tally[side], &no_tally, sizeof(no_tally));
			assert_int_equal(own->flags, 0);
			assert_int_equal(m->psh, 0);
			assert_int_equal(m->rtt_samples, 0);
			assert_int_equal(m->in_flight_max, 0);
			assert_int_equal(m->initial_window, 0);
			assert_int_equal(m->application_ns, 0);
			assert_int_equal(m->network_rtt_ns, 0);
			assert_int_equal(own->isn, before.t.side[side].isn);
			assert_int_equal(own->next_seq,
			    before.t.side[side].next_seq);
			assert_int_equal(own->last_ack,
			    before.t.side[side].last_ack);
			assert_int_equal(own->end, before.t.side[side].end);
		}
		assert_string_equal(g.t.history, before.t.history);
		assert_int_equal(g.t.ecn, before.t.ecn);
		assert_int_equal(g.t.timed_count, before.t.timed_count);
	}
}

/*
 * Bare SYNs, be they sent again or anew, measure nothing: those lines of a
 * connection are not written, nor need they be cleared.
 */
static void
test_bare_syns(void **state)
{
	static const struct tcp none;
	static const struct {
		const char	*segments;
		bool		 is_measured;
	} examples[] = {
		{ "oS", false }, { "oS oS@1s", false },
		{ "oS oS999999@1s", false }, { "rS oS", false },
		{ "oS+10", true }, { "oPS", true }, { "oS rSA0a1", true },
		{ "oA1a1", true }, { "oS oR1", true }, { "oF1", true }
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(*examples) *
	    SEGMENTS_WAYS; i++) {
		segments_init(&g, (int)(i % SEGMENTS_WAYS));
		segments_send(&g, examples[i / SEGMENTS_WAYS].segments);
		assert_int_equal(g.t.is_measured,
		    examples[i / SEGMENTS_WAYS].is_measured);
		if (!g.t.is_measured)
			assert_memory_equal(g.t.measure, none.measure,
			    sizeof(none.measure));
		tcp_clear(&g.t);
		assert_memory_equal(&g.t, &none, sizeof(none));
	}
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_end),
		TEST(test_what),
		TEST(test_newest),
		TEST(test_smooth),
		TEST(test_trouble),
		TEST(test_parts),
		TEST(test_bare_syns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
