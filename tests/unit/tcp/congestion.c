/*
 * The congestion control of TCP: which acknowledgements give a round trip,
 * what is on its way, with how much a side begins, and ECN.
 */
#include "../../lib/segments.h"
#include "tcp/congestion.h"

static struct segments g;

static int
setup(void **state)
{
	(void)state;
	segments_init(&g, 0);
	return 0;
}

/* Times are whole microseconds here: a float holds them. */
struct round_trips {
	const char	*segments;
	uint32_t	 samples[2];	/* of originator, responder */
	int64_t		 sum_us[2];
};

static void
assert_round_trips(const struct round_trips *examples, size_t count)
{
	for (size_t i = 0; i < count * SEGMENTS_WAYS; i++) {
		const struct round_trips *e = &examples[i / SEGMENTS_WAYS];
		const struct tcp_measure *m = g.t.measure;

		segments_init(&g, (int)(i % SEGMENTS_WAYS));
		segments_send(&g, e->segments);
		for (int k = 0; k < 2; k++) {
			int side = k == 0 ? g.src : !g.src;

			if (m[side].rtt_samples != e->samples[k] ||
			    m[side].rtt_sum != e->sum_us[k] * US)
				fail_msg("%s: %c has %u of %lld ns",
				    e->segments, "or"[k], m[side].rtt_samples,
				    (long long)m[side].rtt_sum);
		}
	}
}

#define ASSERT_ROUND_TRIPS(examples)					\
	assert_round_trips((examples), sizeof(examples) /		\
	    sizeof(*(examples)))

/* From a segment to the acknowledgement of exactly its end. */
static void
test_samples(void **state)
{
	static const struct round_trips examples[] = {
		{ "oS", { 0 }, { 0 } },
		{ "oS rSA0a1~7us", { 1, 0 }, { 7, 0 } },
		{ "oS rSA0a1~7us oA1a1~5us", { 1, 1 }, { 7, 5 } },
		{ "oS rRA0a1~7us", { 1, 0 }, { 7, 0 } },
		{ "oA1+10a1 rA1a11~7us", { 1, 0 }, { 7, 0 } },
		{ "oA1+10a1 rA1+5a11~7us oA11a6~9us", { 1, 1 }, { 7, 9 } },
		{ "oFA1a1 rA1a2~7us", { 1, 0 }, { 7, 0 } },
		{ "oFA1+10a1 rA1a12~7us", { 1, 0 }, { 7, 0 } },
		{ "oFA1+10a1 rA1a11~7us rA1a12~7us", { 1, 0 }, { 14, 0 } },
		/* Of none before and none beyond. */
		{ "oA1+10a1 rA1a10~7us", { 0 }, { 0 } },
		{ "oA1+10a1 rA1a12~7us", { 0 }, { 0 } },
		{ "oA1+10a1 r1a11~7us", { 0 }, { 0 } },
		/* What only acknowledges is not acknowledged. */
		{ "oA1a1 rA1a1~7us", { 0 }, { 0 } },
		/* Once, by the first that does. */
		{ "oA1+10a1 rA1a11~7us rA1a11~7us", { 1, 0 }, { 7, 0 } },
		{ "oA1+10a1 rA1+5a11~7us rA6a11~7us", { 1, 0 }, { 7, 0 } },
		/* One for both: it is that of the last. */
		{ "oA1+10a1 oA11+10a1~2us rA1a21~7us", { 1, 0 }, { 7, 0 } },
		{ "oA1+10a1 oA11+10a1~2us rA1a11~7us rA1a21~7us", { 2, 0 },
		    { 9 + 14, 0 } },
		/* A clock that stepped back measures nothing; none is 0. */
		{ "oA1+10a1@9us rA1a11@8us", { 0 }, { 0 } },
		{ "oA1+10a1@9us rA1a11@9us", { 1, 0 }, { 0, 0 } },
		/* The time of a side is that to the point of capture. */
		{ "oA1+10a1@9us rA1a11@9us rA1+5a11@10us oA11a6@20us",
		    { 1, 1 }, { 0, 10 } },
		/* A RST acknowledges nothing but a SYN. */
		{ "oA1+10a1 rRA1a11~7us", { 0 }, { 0 } },
		{ HANDSHAKE "oA1+10a1 rRA1a11~7us", { 1, 1 },
		    { 1000, 1000 } },
		{ "oS rR0a1~7us", { 0 }, { 0 } },
		/* A day later, and as late as 48 bits can tell. */
		{ "oA1+10a1 rA1a11~86400s", { 1, 0 }, { 86400000000, 0 } },
		{ "oA1+10a1 rA1a11~140000s", { 1, 0 }, { 140000000000, 0 } },
		/* A time before 1970, or one that passes it. */
		{ "oA1+10a1@-9us rA1a11@2us", { 1, 0 }, { 11, 0 } }
	};

	(void)state;
	ASSERT_ROUND_TRIPS(examples);
}

/* Karn's rule: what was sent twice is not known by its acknowledgement. */
static void
test_ambiguous(void **state)
{
	static const struct round_trips examples[] = {
		{ "oA1+10a1 oA1+10a1~9ms rA1a11", { 0 }, { 0 } },
		{ "oA1+10a1 oA1+9a1~9ms rA1a11", { 0 }, { 0 } },
		{ "oA1+10a1 oA6+5a1~9ms rA1a11", { 0 }, { 0 } },
		{ "oS oS rSA0a1", { 0 }, { 0 } },
		{ "oFA1a1 oFA1a1~9ms rA1a2", { 0 }, { 0 } },
		/* With one before it, which it waited for. */
		{ "oA1+10a1 oA11+10a1 oA1+10a1~9ms rA1a21", { 0 }, { 0 } },
		{ "oA1+10a1 oA11+10a1 oA11+10a1~9ms rA1a11~7us rA1a21",
		    { 1, 0 }, { 10007, 0 } },
		/* One that brings new bytes with old ones. */
		{ "oA1+10a1 oA6+10a1~9ms rA1a16", { 0 }, { 0 } },
		/* Late. */
		{ "oA1+10a1 oA21+10a1 oA11+10a1~1us rA1a31", { 0 }, { 0 } },
		/* The next one is certain again. */
		{ "oA1+10a1 oA1+10a1~9ms oA11+10a1 rA1a21~7us", { 1, 0 },
		    { 7, 0 } },
		{ "oA1+10a1 oA1+10a1~9ms rA1a11 oA11+10a1 rA1a21~7us",
		    { 1, 0 }, { 7, 0 } },
		/* What is missing before it is waited for. */
		{ HANDSHAKE "oA11+10a1 rA1a21", { 1, 1 }, { 1000, 1000 } },
		/* Not if it was acknowledged: it was never captured. */
		{ HANDSHAKE "rA1a11 oA11+10a1 rA1a21~7us", { 2, 1 },
		    { 1007, 1000 } },
		{ HANDSHAKE "rA1a10 oA11+10a1 rA1a21~7us", { 1, 1 },
		    { 1000, 1000 } },
		{ HANDSHAKE "rA1a31 oA21+20a1 rA1a41~7us", { 2, 1 },
		    { 1007, 1000 } },
		/* Another side's number is another one. */
		{ "oA1+10a1 rA1+10a1 rA1+10a1~9ms rA11a11~7us", { 1, 0 },
		    { 10007, 0 } },
		/* Keep-alives and probes. */
		{ HANDSHAKE "oA1+10a1 rA1a11 oA10+1a1 rA1a11",
		    { 2, 1 }, { 2000, 1000 } },
		{ HANDSHAKE "rA1a1w0 oA1+1a1 rA1a2", { 1, 1 },
		    { 1000, 1000 } }
	};

	(void)state;
	ASSERT_ROUND_TRIPS(examples);
}

#define FOUR	"oA1+10a1@0us oA11+10a1@1us oA21+10a1@2us oA31+10a1@3us "
#define EIGHT	FOUR "oA41+10a1@4us oA51+10a1@5us oA61+10a1@6us "	\
		"oA71+10a1@7us "

/* TCP_TIMED of both sides, and as many again once there is trouble. */
static void
test_timed(void **state)
{
	static const struct round_trips examples[] = {
		{ FOUR "rA1a11@10us rA1a21@10us rA1a31@10us rA1a41@10us",
		    { 4, 0 }, { 10 + 9 + 8 + 7, 0 } },
		{ FOUR "rA1a41@10us", { 1, 0 }, { 7, 0 } },
		{ EIGHT "rA1a11@10us rA1a41@10us rA1a71@10us rA1a81@10us",
		    { 4, 0 }, { 10 + 7 + 4 + 3, 0 } },
		/* One more gives none, until there is room. */
		{ EIGHT "oA81+10a1@8us rA1a91@10us", { 0 }, { 0 } },
		{ EIGHT "oA81+10a1@8us rA1a81@10us rA1a91@11us", { 1, 0 },
		    { 3, 0 } },
		{ EIGHT "rA1a11@8us oA81+10a1@8us rA1a91@10us", { 2, 0 },
		    { 8 + 2, 0 } },
		/* Both sides in one list. */
		{ "oA1+10a1@0us rA1+10a1@1us oA11+10a1@2us rA11+10a1@3us "
		    "oA21+10a1@4us rA21+10a1@5us oA31a11@10us oA31a31@11us "
		    "rA31a21@12us rA31a31@12us",
		    { 2, 2 }, { 10 + 8, 9 + 6 } },
		/* Spoiled in the second half as in the first. */
		{ EIGHT "oA61+10a1@9ms rA1a61@10ms rA1a71@10ms rA1a81@10ms",
		    { 1, 0 }, { 9995, 0 } },
		{ EIGHT "oA21+10a1@9ms rA1a21@10ms rA1a31@10ms rA1a81@10ms",
		    { 1, 0 }, { 9999, 0 } }
	};

	(void)state;
	ASSERT_ROUND_TRIPS(examples);
	(void)setup(NULL);
	segments_send(&g, FOUR);
	assert_null(segments_trouble(&g));
	segments_send(&g, "oA41+10a1");
	assert_non_null(segments_trouble(&g));
}

/* What is told of the samples, and that a part has its own. */
static void
test_statistics(void **state)
{
	const struct tcp_measure *m = &g.t.measure[0];

	(void)state;
	segments_send(&g, "oA1+10a1@0us rA1a11@8us oA11+10a1@10us "
	    "rA1a21@12us oA21+10a1@20us rA1a31@25us");
	assert_int_equal(m->rtt_samples, 3);
	assert_int_equal(m->rtt_sum, 15 * US);
	assert_true(m->rtt_min == 2e3f);
	assert_true(m->rtt_max == 8e3f);
	assert_true(m->rtt_squares == 64e6 + 4e6 + 25e6);
	/* One that was sent in the part before is this one's. */
	segments_send(&g, "oA31+10a1@30us |");
	assert_int_equal(m->rtt_samples, 0);
	assert_int_equal(m->rtt_sum, 0);
	assert_true(m->rtt_min == 0 && m->rtt_max == 0);
	assert_true(m->rtt_squares == 0);
	segments_send(&g, "rA1a41@37us");
	assert_int_equal(m->rtt_samples, 1);
	assert_true(m->rtt_min == 7e3f && m->rtt_max == 7e3f);
}

/* Most bytes on their way, of originator and responder. */
static void
test_in_flight(void **state)
{
	static const struct {
		const char	*segments;
		uint32_t	 most[2];
		uint32_t	 now[2];
	} examples[] = {
		{ HANDSHAKE, { 0 }, { 0 } },
		{ HANDSHAKE "oA1+10a1", { 10, 0 }, { 10, 0 } },
		{ HANDSHAKE "oA1+10a1 oA11+10a1 rA1a11",
		    { 20, 0 }, { 10, 0 } },
		{ HANDSHAKE "oA1+10a1 rA1a11 oA11+9a1 rA1+30a20",
		    { 10, 30 }, { 0, 30 } },
		{ HANDSHAKE "oA1+10a1 oA1+10a1", { 10, 0 }, { 10, 0 } },
		/* What is missing is on its way too; a FIN is no byte. */
		{ HANDSHAKE "oA11+10a1", { 20, 0 }, { 20, 0 } },
		{ HANDSHAKE "oA1+10a1 oFA11a1", { 10, 0 }, { 11, 0 } },
		/* Acknowledged beyond what was seen. */
		{ HANDSHAKE "oA1+10a1 rA1a50", { 10, 0 }, { 0 } },
		/* Nothing was acknowledged yet: it is not known. */
		{ "oA1+10a1 oA11+10a1", { 0 }, { 0 } },
		{ "oA1+10a1 rA1+5a1", { 0, 5 }, { 10, 5 } },
		/* A part has its own. */
		{ HANDSHAKE "oA1+10a1 oA11+10a1 rA1a21 |", { 0 }, { 0 } },
		{ HANDSHAKE "oA1+10a1 rA1a11 | oA11+5a1", { 5, 0 }, { 5, 0 } }
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(*examples) *
	    SEGMENTS_WAYS; i++) {
		segments_init(&g, (int)(i % SEGMENTS_WAYS));
		segments_send(&g, examples[i / SEGMENTS_WAYS].segments);
		for (int k = 0; k < 2; k++) {
			int side = k == 0 ? g.src : !g.src;
			uint32_t most = g.t.measure[side].in_flight_max;
			uint32_t now = tcp_congestion_in_flight(&g.t.side[side]);

			if (most != examples[i / SEGMENTS_WAYS].most[k] ||
			    now != examples[i / SEGMENTS_WAYS].now[k])
				fail_msg("%s: %c %u %u", examples[i /
				    SEGMENTS_WAYS].segments, "or"[k], most,
				    now);
		}
	}
}

/* Segments with payload before the first of it was acknowledged. */
static void
test_initial_window(void **state)
{
	static const struct {
		const char	*segments;
		uint8_t		 count;		/* of the originator */
	} examples[] = {
		{ HANDSHAKE, 0 },
		{ HANDSHAKE "oA1+10a1", 1 },
		{ HANDSHAKE "oA1+10a1 oA11+10a1 oA21+10a1", 3 },
		{ HANDSHAKE "oA1+10a1 oA11a1 oA11+10a1", 2 },
		{ HANDSHAKE "oA1+10a1 oA11+10a1 rA1a11 oA21+10a1", 2 },
		{ HANDSHAKE "oA1+10a1 rA1a1 oA11+10a1", 2 },
		{ HANDSHAKE "oA1+10a1 oA1+10a1 oA11+10a1", 2 },
		{ HANDSHAKE "oA1+10a1 oA21+10a1", 2 },
		{ HANDSHAKE "oA1+10a1 oFA11+10a1 oA22a1", 2 },
		{ "oS+10 rSA0a11 oA11+10a1", 1 },
		/* The SYN+ACK was not seen, or nothing was acknowledged. */
		{ "oS oA1+10a1 oA11+10a1", 2 },
		/* It must have been there from the first. */
		{ "oA1+10a1 oA11+10a1", 0 },
		{ "rSA0a1 oA1+10a1 oA11+10a1", 0 },
		/* Keep-alives and probes are none of it. */
		{ HANDSHAKE "rA1a1w0 oA1+1a1 rA1a1 oA1+10a1", 1 }
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(*examples) *
	    SEGMENTS_WAYS; i++) {
		segments_init(&g, (int)(i % SEGMENTS_WAYS));
		segments_send(&g, examples[i / SEGMENTS_WAYS].segments);
		if (g.t.measure[g.src].initial_window !=
		    examples[i / SEGMENTS_WAYS].count)
			fail_msg("%s: %u", examples[i / SEGMENTS_WAYS]
			    .segments, g.t.measure[g.src].initial_window);
	}
}

static void
test_largest(void **state)
{
	(void)state;
	segments_send(&g, HANDSHAKE);
	for (uint32_t i = 0; i < 300; i++) {
		char text[32];

		(void)snprintf(text, sizeof(text), "oA%u+10a1", 1 + 10 * i);
		segments_send(&g, text);
	}
	assert_int_equal(g.t.measure[0].initial_window, UINT8_MAX);
	assert_int_equal(g.t.side[0].segment_max, 10);
	segments_send(&g, "oA3001+65535a1");
	assert_int_equal(g.t.side[0].segment_max, 65535);
	segments_send(&g, "oA68536+70000s0a1");
	assert_int_equal(g.t.side[0].segment_max, 65535);
	assert_int_equal(g.t.measure[0].in_flight_max, 138535);
}

/* RFC 3168 6.1.1; RFC 9768 3.1.1, table 2: the SYN and its answer. */
static void
test_ecn(void **state)
{
	static const struct {
		const char	*asks;
		enum tcp_ecn	 answered[8];	/* by AE, CWR, ECE as bits */
	} examples[] = {
		/* CWR and ECE ask for classic ECN, of which AE is no bit. */
		{ "oSEC", { [1] = TCP_ECN_CLASSIC, [5] = TCP_ECN_CLASSIC } },
		/* With AE for accurate: 5 is reserved for more of it. */
		{ "oSECN", { [1] = TCP_ECN_CLASSIC, [2] = TCP_ECN_ACCURATE,
		    [3] = TCP_ECN_ACCURATE, [4] = TCP_ECN_ACCURATE,
		    [5] = TCP_ECN_ACCURATE, [6] = TCP_ECN_ACCURATE } },
		{ "oS", { 0 } }, { "oSE", { 0 } }, { "oSC", { 0 } },
		{ "oSN", { 0 } }, { "oSEN", { 0 } }, { "oSCN", { 0 } },
		/* Asked and then not, as after a loss: RFC 3168 6.1.1.1. */
		{ "oSECN oS", { 0 } },
		{ "oSECN oSEC", { [1] = TCP_ECN_CLASSIC,
		    [5] = TCP_ECN_CLASSIC } },
		{ "oS oSEC", { [1] = TCP_ECN_CLASSIC,
		    [5] = TCP_ECN_CLASSIC } }
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		for (unsigned bits = 0; bits < 8; bits++) {
			char answer[32];

			(void)snprintf(answer, sizeof(answer),
			    "rSA%s%s%s0a1 oA1a1", bits & 1 ? "E" : "",
			    bits & 2 ? "C" : "", bits & 4 ? "N" : "");
			(void)setup(NULL);
			segments_send(&g, examples[i].asks);
			segments_send(&g, answer);
			if (g.t.ecn != examples[i].answered[bits])
				fail_msg("%s %s: %u", examples[i].asks,
				    answer, g.t.ecn);
		}
	}
}

/* The first answer counts, and no late SYN changes it. */
static void
test_ecn_again(void **state)
{
	static const struct {
		const char	*segments;
		enum tcp_ecn	 agreed;
	} examples[] = {
		{ "oSECN rSAC0a1 rSAC0a1 oA1a1", TCP_ECN_ACCURATE },
		{ "oSECN rSAC0a1 rSA0a1 oA1a1", TCP_ECN_ACCURATE },
		{ "oSEC rSAE0a1 rSA0a1 oA1a1", TCP_ECN_CLASSIC },
		{ "oSEC rSA0a1 rSAE0a1 oA1a1", TCP_ECN_NONE },
		{ "oSECN rSAC0a1 oSECN rSAC0a1 oA1a1", TCP_ECN_ACCURATE },
		{ "oSECN rSAC0a1 oSEC rSAE0a1 oA1a1", TCP_ECN_CLASSIC },
		{ "oSECN rSAC0a1 oA1a1 oSECN", TCP_ECN_ACCURATE },
		{ "oSEC rSAE0a1 oA1a1 oS", TCP_ECN_CLASSIC },
		{ "oSEC oA1a1 rSAE0a1", TCP_ECN_CLASSIC },
		{ "oSEC rSAE0a1 oA1a1 |", TCP_ECN_CLASSIC }
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		(void)setup(NULL);
		segments_send(&g, examples[i].segments);
		if (g.t.ecn != examples[i].agreed)
			fail_msg("%s: %u", examples[i].segments, g.t.ecn);
	}
}

#define CLASSIC		"oSEC rSAE0a1 oA1a1 "
#define ACCURATE	"oSECN rSAC0a1 oA1a1 "

/* Marks are counted always; echoes where they are no counter. */
static void
test_marks(void **state)
{
	static const struct segments_example examples[] = {
		{ CLASSIC "oA1+10a1e rAE1a11 oAC11+10a1",
		    "o.ce=1 o.cwr=1 r.ece=1" },
		{ CLASSIC "rAEC1+5a1", "r.ece=1 r.cwr=1" },
		{ ACCURATE "oA1+10a1e rAECN1a11 rAE1a12 rAC1a13",
		    "o.ce=1 o.missed=2 r.unseen_acks=1" },
		/* Without a handshake the bits are taken for echoes. */
		{ "oA1+10a1e rAE1a11 oAC11+10a1",
		    "o.ce=1 o.cwr=1 r.ece=1" },
		/* Those of a SYN ask or answer. */
		{ "oSECe rSAE0a1e", "o.ce=1 r.ce=1" },
		{ "oS rSA0a1 oA1a1 rAE1+5a1", "r.ece=1" },
		/* Of a RST too, and of a bare acknowledgement. */
		{ "oS rSA0a1 oA1a1e rRAE1a1e", "o.ce=1 r.ce=1 r.ece=1" },
		/* Asked for and not answered yet. */
		{ "oSECN oAE1+5a1", "o.ece=1" },
		/* A part counts its own; what was agreed stays. */
		{ CLASSIC "rAE1+5a1 | rAE6+5a1 rA11+5a1e",
		    "r.ce=1 r.ece=1" },
		{ ACCURATE "| rAE6+5a1", "r.beyond=1" }
	};

	(void)state;
	SEGMENTS_CHECK(examples);
}

/* The whole round trip: of the handshake, else of both sides' samples. */
static void
test_round(void **state)
{
	static const struct {
		const char	*segments;
		int64_t		 us;
	} examples[] = {
		{ "oS rSA0a1~7us", 0 },
		{ "oS rSA0a1~7us oA1a1~5us", 12 },
		{ "oS rSA0a1~7us oA1a1~5us oA1+5a1 rA1+5a6~2us oA6a6~1us",
		    12 },
		{ "oS oA1a1~5us", 5 },
		{ "rSA0a1 oA1a1~5us", 0 },
		{ "rSA0a1 oA1a1~5us oA1+5a1 rA1a6~2us", 7 },
		{ "oA1+5a1 rA1a6~2us", 0 },
		{ "oA1+5a1 rA1+5a6~2us oA6a6~1us", 3 },
		{ "oA1+5a1 rA1+5a6~9us oA6+5a6~9us rA6+5a11~1us oA11a11~3us",
		    4 },
		/* A clock that stepped back. */
		{ "oS@9us rSA0a1@8us oA1a1@9us", 0 },
		{ "oS@9us rSA0a1@10us oA1a1@8us oA1+5a1@9us rA1a6@20us", 0 },
		/* The handshake is not of a part. */
		{ "oS rSA0a1~7us oA1a1~5us |", 12 },
		{ "oA1+5a1 rA1+5a6~2us oA6a6~1us |", 0 }
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(*examples) *
	    SEGMENTS_WAYS; i++) {
		int64_t round;

		segments_init(&g, (int)(i % SEGMENTS_WAYS));
		segments_send(&g, examples[i / SEGMENTS_WAYS].segments);
		round = tcp_congestion_round_ns(&g.t);
		if (round != examples[i / SEGMENTS_WAYS].us * US)
			fail_msg("%s: %lld", examples[i / SEGMENTS_WAYS]
			    .segments, (long long)round);
	}
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_samples),
		TEST(test_ambiguous),
		TEST(test_timed),
		TEST(test_statistics),
		TEST(test_in_flight),
		TEST(test_initial_window),
		TEST(test_largest),
		TEST(test_ecn),
		TEST(test_ecn_again),
		TEST(test_marks),
		TEST(test_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
