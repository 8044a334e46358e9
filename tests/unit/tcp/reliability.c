/*
 * The reliability of TCP: each kind of retransmission at its edges, which
 * acknowledgements are duplicates, and blocks of SACK.
 */
#include "../../lib/segments.h"

/* Both may use SACK; the round trip takes 20 ms. */
#define WITH_SACK "oSp rSA0a1p~15ms oA1a1~5ms "

static struct segments g;

static int
setup(void **state)
{
	(void)state;
	segments_init(&g, 0);
	return 0;
}

#define THREE "oA1+10a1 oA11+10a1 oA21+10a1 "

/* Within 20 ms of two duplicate ACKs that ask for it. */
static void
test_fast(void **state)
{
	static const struct segments_example examples[] = {
		{ HANDSHAKE THREE "rA1a1*2 oA1+10a1~19999999ns",
		    "o.retransmitted=1 o.fast=1 r.duplicate_acks=2" },
		{ HANDSHAKE THREE "rA1a1*2 oA1+10a1~20ms",
		    "o.retransmitted=1 r.duplicate_acks=2" },
		{ HANDSHAKE THREE "rA1a1*2 oA1+10a1~0ns",
		    "o.retransmitted=1 o.fast=1 r.duplicate_acks=2" },
		{ HANDSHAKE THREE "rA1a1*9 oA1+10a1~9ms",
		    "o.retransmitted=1 o.fast=1 r.duplicate_acks=9" },
		/* One is too few. */
		{ HANDSHAKE THREE "rA1a1 oA1+10a1~9ms",
		    "o.retransmitted=1 r.duplicate_acks=1" },
		/* The 20 ms count from the last of them. */
		{ HANDSHAKE THREE "rA1a1*2 rA1a1~90ms oA1+10a1~19ms",
		    "o.retransmitted=1 o.fast=1 r.duplicate_acks=3" },
		/* Another segment than they ask for, or a later one. */
		{ HANDSHAKE THREE "rA1a1*2 oA11+10a1~9ms",
		    "o.retransmitted=1 r.duplicate_acks=2" },
		{ HANDSHAKE THREE "rA1a1*2 rA1a11 oA1+10a1~9ms",
		    "o.retransmitted=1 o.spurious=1 r.duplicate_acks=2" },
		{ HANDSHAKE THREE "rA1a1*2 rA1a11 oA11+10a1~9ms",
		    "o.retransmitted=1 r.duplicate_acks=2" },
		{ HANDSHAKE THREE "rA1a11*3 oA11+10a1~9ms",
		    "o.retransmitted=1 o.fast=1 r.duplicate_acks=2" },
		/* Less or more of it, and new payload at that place. */
		{ HANDSHAKE THREE "rA1a1*2 oA1+25a1~9ms",
		    "o.retransmitted=1 o.fast=1 r.duplicate_acks=2" },
		{ HANDSHAKE THREE "rA1a31*3 oA31+10a1~9ms",
		    "r.duplicate_acks=2" },
		/* They came before it was sent at all. */
		{ HANDSHAKE "rA1a1*2 oA1+10a1 oA1+10a1~9ms",
		    "o.retransmitted=1 r.duplicate_acks=2" },
		/* A clock that stepped back. */
		{ HANDSHAKE THREE "rA1a1*2@90ms oA1+10a1@91ms",
		    "o.retransmitted=1 o.fast=1 r.duplicate_acks=2" },
		{ HANDSHAKE THREE "rA1a1*2@90ms oA1+10a1@90ms",
		    "o.retransmitted=1 r.duplicate_acks=2" }
	};

	(void)state;
	SEGMENTS_CHECK(examples);
}

/* All of it had been acknowledged. */
static void
test_spurious(void **state)
{
	static const struct segments_example examples[] = {
		{ HANDSHAKE THREE "rA1a11 oA1+10a1",
		    "o.retransmitted=1 o.spurious=1" },
		{ HANDSHAKE THREE "rA1a11 oA1+9a1",
		    "o.retransmitted=1 o.spurious=1" },
		{ HANDSHAKE THREE "rA1a11 oA1+11a1~9ms",
		    "o.retransmitted=1" },
		{ HANDSHAKE THREE "rA1a10 oA1+10a1~9ms",
		    "o.retransmitted=1" },
		/* Nothing else, however long or soon after. */
		{ HANDSHAKE THREE "rA1a11 oA1+10a1~9s",
		    "o.retransmitted=1 o.spurious=1" },
		{ HANDSHAKE THREE "rA1a31*4 oA21+10a1",
		    "o.retransmitted=1 o.spurious=1 r.duplicate_acks=3" },
		{ WITH_SACK THREE "rA1a31 oA21+10a1~90ms",
		    "o.retransmitted=1 o.spurious=1" },
		/* The first of a side that is seen. */
		{ "rA1a11 oA1+10a1", "o.retransmitted=1 o.spurious=1" },
		{ "rA1a10 oA1+10a1", "" },
		/* By the acknowledgement of a FIN. */
		{ HANDSHAKE "oFA1+10a1 rA1a12 oFA1+10a1",
		    "o.more_fin=1 o.retransmitted=1 o.spurious=1" }
	};

	(void)state;
	SEGMENTS_CHECK(examples);
}

/* The oldest segment after 200 ms of silence. */
static void
test_timeout(void **state)
{
	static const struct segments_example examples[] = {
		{ HANDSHAKE THREE "oA1+10a1~200ms",
		    "o.retransmitted=1 o.timeouts=1" },
		{ HANDSHAKE THREE "oA1+10a1~199999999ns",
		    "o.retransmitted=1" },
		{ HANDSHAKE THREE "oA1+10a1~200ms oA1+10a1~400ms",
		    "o.retransmitted=2 o.timeouts=2" },
		/* Not the oldest, until it is. */
		{ HANDSHAKE THREE "oA11+10a1~300ms", "o.retransmitted=1" },
		{ HANDSHAKE THREE "rA1a11 oA11+10a1~300ms",
		    "o.retransmitted=1 o.timeouts=1" },
		{ HANDSHAKE THREE "rA1a6 oA1+10a1~300ms",
		    "o.retransmitted=1 o.timeouts=1" },
		/* It did not keep silent. */
		{ HANDSHAKE THREE "oA31a1~150ms oA1+10a1~150ms",
		    "o.retransmitted=1 o.duplicate_acks=1" },
		{ HANDSHAKE THREE "rA1a1~150ms oA1+10a1~150ms",
		    "o.retransmitted=1 o.timeouts=1 r.duplicate_acks=1" },
		/* What the peer acknowledged was not seen. */
		{ "oA1+10a1 oA1+10a1~200ms",
		    "o.retransmitted=1 o.timeouts=1" },
		{ "oA1+10a1 oA11+10a1 oA11+10a1~200ms",
		    "o.retransmitted=1 o.timeouts=1" },
		/* SYN and FIN. */
		{ "oS oS~1s", "o.more_syn=1 o.retransmitted=1 o.timeouts=1" },
		{ "oS oS~199ms", "o.more_syn=1 o.retransmitted=1" },
		{ "oS rSA0a1 rSA0a1~1s",
		    "r.more_syn=1 r.retransmitted=1 r.timeouts=1" },
		{ HANDSHAKE "oFA1a1 oFA1a1~300ms",
		    "o.more_fin=1 o.retransmitted=1 o.timeouts=1" },
		/* A clock that stepped back. */
		{ HANDSHAKE THREE "oA1+10a1@-9s", "o.retransmitted=1" }
	};

	(void)state;
	SEGMENTS_CHECK(examples);
}

/* The newest segment, after a round trip. */
static void
test_tail_probe(void **state)
{
	static const struct segments_example examples[] = {
		{ WITH_SACK THREE "oA21+10a1~20ms",
		    "o.retransmitted=1 o.tail_probes=1" },
		{ WITH_SACK THREE "oA21+10a1~19999999ns",
		    "o.retransmitted=1" },
		/* The end of it is enough. */
		{ WITH_SACK THREE "oA26+5a1~20ms",
		    "o.retransmitted=1 o.tail_probes=1" },
		{ WITH_SACK THREE "oA21+9a1~20ms", "o.retransmitted=1" },
		{ WITH_SACK THREE "oA11+10a1~20ms", "o.retransmitted=1" },
		/* Before a timeout, or with older ones on their way. */
		{ WITH_SACK "oA1+10a1 oA1+10a1~199999999ns",
		    "o.retransmitted=1 o.tail_probes=1" },
		{ WITH_SACK "oA1+10a1 oA1+10a1~200ms",
		    "o.retransmitted=1 o.timeouts=1" },
		{ WITH_SACK THREE "oA21+10a1~5s",
		    "o.retransmitted=1 o.tail_probes=1" },
		{ WITH_SACK THREE "rA1a21 oA21+10a1~5s",
		    "o.retransmitted=1 o.timeouts=1" },
		/* One for each tail. */
		{ WITH_SACK THREE "oA21+10a1~90ms oA21+10a1~90ms",
		    "o.retransmitted=2 o.tail_probes=1" },
		{ WITH_SACK THREE "oA1+10a1~300ms oA21+10a1~90ms",
		    "o.retransmitted=2 o.timeouts=1" },
		{ WITH_SACK "oA1+10a1 oA1+10a1~90ms oA11+10a1 "
		    "oA11+10a1~90ms", "o.retransmitted=2 o.tail_probes=2" },
		/* Duplicate ACKs would have told of a loss. */
		{ WITH_SACK THREE "rA1a1 oA21+10a1~90ms",
		    "o.retransmitted=1 r.duplicate_acks=1" },
		/* Both must have SACK, RFC 8985 7.3. */
		{ "oSp rSA0a1 oA1a1 oA1+10a1 oA1+10a1~90ms",
		    "o.retransmitted=1" },
		{ "oS rSA0a1p oA1a1 oA1+10a1 oA1+10a1~90ms",
		    "o.retransmitted=1" },
		/* No payload, no probe. */
		{ WITH_SACK "oFA1a1 oFA1a1~90ms",
		    "o.more_fin=1 o.retransmitted=1" },
		{ WITH_SACK "oFA1+5a1 oFA1+5a1~90ms",
		    "o.more_fin=1 o.retransmitted=1 o.tail_probes=1" }
	};

	(void)state;
	SEGMENTS_CHECK(examples);
}

/* RFC 5681 2, one condition after the other. */
static void
test_duplicate_acks(void **state)
{
	static const struct segments_example examples[] = {
		{ HANDSHAKE "oA1+10a1 rA1a11", "" },
		{ HANDSHAKE "oA1+10a1 rA1a11 rA1a11", "r.duplicate_acks=1" },
		{ HANDSHAKE "oA1+10a1 rA1a11 rA1a11*300",
		    "r.duplicate_acks=300" },
		{ HANDSHAKE "oA1+10a1 rA1a11 oA11+10a1 rA1a11",
		    "r.duplicate_acks=1" },
		{ HANDSHAKE "oA1+10a1 rA1a11 rPA1a11", "r.duplicate_acks=1" },
		/* It brings payload. */
		{ HANDSHAKE "oA1+10a1 rA1a11 rA1+5a11", "" },
		/* Another acknowledgement, more or less. */
		{ HANDSHAKE "oA1+10a1 rA1a11 rA1a10", "" },
		{ HANDSHAKE "oA1+10a1 rA1a10 rA1a11", "" },
		/* Another window, or none. */
		{ HANDSHAKE "oA1+10a1 rA1a11 rA1a11w999",
		    "r.window_updates=1" },
		{ HANDSHAKE "oA1+10a1 rA1a11w0 rA1a11w0",
		    "r.zero_windows=2" },
		/* Not the number that comes next. */
		{ HANDSHAKE "oA1+10a1 rA1a11 rA2a11", "r.beyond=1" },
		{ HANDSHAKE "oA1+10a1 rA1+9a11 rA5a11", "" },
		{ HANDSHAKE "oA1+10a1 rA1a11 rA0a11", "r.keepalives=1" },
		/* SYN, FIN, RST, and what does not acknowledge at all. */
		{ HANDSHAKE "oA1+10a1 rA1a11 rFA1a11", "" },
		{ HANDSHAKE "oA1+10a1 rA1a11 rSA1a11", "r.more_syn=1" },
		{ HANDSHAKE "oA1+10a1 rA1a11 rRA1a11", "" },
		{ HANDSHAKE "oA1+10a1 rA1a11 r1a11", "" },
		/* The answer to a keep-alive. */
		{ HANDSHAKE "oA1+10a1 rA1a11 oA10a1 rA1a11",
		    "o.keepalives=1" },
		{ HANDSHAKE "oA1+10a1 rA1a11 oA10+1a1 rA1a11",
		    "o.keepalives=1" },
		{ HANDSHAKE "oA1+10a1 rA1a11 oA10a1 oA11+5a1 rA1a11",
		    "o.keepalives=1 r.duplicate_acks=1" }
	};

	(void)state;
	SEGMENTS_CHECK(examples);
}

/* How many duplicates that ask for more, as far as a byte counts. */
static void
test_run(void **state)
{
	static const struct {
		const char	*segments;
		uint8_t		 run;
	} examples[] = {
		{ "rA1a11", 0 },
		{ "rA1a11 rA1a11*2", 2 },
		{ "rA1a11 rA1a11*255", 255 },
		{ "rA1a11 rA1a11*600", 255 },
		/* What is no duplicate does not end it, another ACK does. */
		{ "rA1a11 rA1a11*3 rA1+5a11 rA6a11", 4 },
		{ "rA1a11 rA1a11*3 rA1a11w9 rA1a11w9", 4 },
		{ "rA1a11 rA1a11*3 rA1a12", 0 },
		{ "rA1a11 rA1a11*3 rA1a10", 0 },
		{ "rA1a11 rA1a11*3 |", 3 },
		/* Nothing is on its way: RFC 5681 2 (a). */
		{ "rA1a21 rA1a21*3", 0 },
		{ "rA1a21 rA1a21*3 oA21+5a1 rA1a21*2", 2 }
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		(void)setup(NULL);
		segments_send(&g, HANDSHAKE "oA1+20a1");
		segments_send(&g, examples[i].segments);
		if (g.t.side[1].ack_run != examples[i].run)
			fail_msg("%s: %u", examples[i].segments,
			    g.t.side[1].ack_run);
	}
}

/* RFC 2018 3, and what arrived twice: RFC 2883 4. */
static void
test_sack(void **state)
{
	static const struct segments_example examples[] = {
		{ HANDSHAKE THREE "rA1a11k21-31",
		    "r.sacks=1" },
		{ HANDSHAKE THREE "rA1a11k21-31 rA1a11k21-31",
		    "r.duplicate_acks=1 r.sacks=2" },
		{ HANDSHAKE THREE "rA1+5a11k21-31", "r.sacks=1" },
		/* The first block is acknowledged. */
		{ HANDSHAKE THREE "rA1a21k1-11", "r.sacks=1 r.dsacks=1" },
		{ HANDSHAKE THREE "rA1a21k11-21", "r.sacks=1 r.dsacks=1" },
		{ HANDSHAKE THREE "rA1a21k11-22", "r.sacks=1" },
		{ HANDSHAKE THREE "rA1a11k1-6k21-31",
		    "r.sacks=1 r.dsacks=1" },
		/* Only the first one tells. */
		{ HANDSHAKE THREE "rA1a11k21-31k1-6", "r.sacks=1" },
		/* It lies in the second. */
		{ HANDSHAKE THREE "rA1a1k15-20k11-31",
		    "r.duplicate_acks=1 r.sacks=1 r.dsacks=1" },
		{ HANDSHAKE THREE "rA1a2k11-31k11-31",
		    "r.sacks=1 r.dsacks=1" },
		{ HANDSHAKE THREE "rA1a2k11-21k11-31",
		    "r.sacks=1 r.dsacks=1" },
		{ HANDSHAKE THREE "rA1a2k21-31k11-31",
		    "r.sacks=1 r.dsacks=1" },
		{ HANDSHAKE THREE "rA1a2k10-21k11-31", "r.sacks=1" },
		{ HANDSHAKE THREE "rA1a2k21-32k11-31", "r.sacks=1" },
		{ HANDSHAKE THREE "rA1a2k25-31k11-21k5-9", "r.sacks=1" },
		{ HANDSHAKE THREE "rA1a2k25-26k11-21k5-31", "r.sacks=1" },
		/* Of both sides. */
		{ HANDSHAKE DATA "oA11a21k1-6 rA21a11k1-6",
		    "o.sacks=1 o.dsacks=1 r.duplicate_acks=1 r.sacks=1 "
		    "r.dsacks=1" },
		/* Of a RST nothing is counted. */
		{ HANDSHAKE THREE "rRA1a11k21-31", "" }
	};

	(void)state;
	SEGMENTS_CHECK(examples);
}

static uint64_t
retransmitted_bytes(const char *segments)
{
	(void)setup(NULL);
	segments_send(&g, segments);
	return segments_trouble(&g)->tally[0].retransmitted_bytes;
}

/* Payload bytes of all kinds, also those of it that are new. */
static void
test_bytes(void **state)
{
	(void)state;
	assert_int_equal(retransmitted_bytes("oS oS"), 0);
	assert_int_equal(retransmitted_bytes(HANDSHAKE THREE
	    "oA1+10a1~9ms oA11+10a1~9ms"), 20);
	assert_int_equal(retransmitted_bytes(HANDSHAKE THREE
	    "rA1a31 oA1+10a1 oA1+10a1"), 20);
	assert_int_equal(retransmitted_bytes(HANDSHAKE THREE
	    "oA21+30a1~9ms"), 30);
	assert_int_equal(retransmitted_bytes(HANDSHAKE THREE
	    "oA21+10s0a1"), 10);
	assert_int_equal(retransmitted_bytes(HANDSHAKE
	    "oA11+10a1 oA1+10a1~1us"), 0);	/* late */
	assert_int_equal(retransmitted_bytes(HANDSHAKE THREE
	    "oA21+10a1 | oA21+9a1~9ms"), 9);
}

/* What is learned of an acknowledgement goes on, what is counted does not. */
static void
test_parts(void **state)
{
	static const struct segments_example examples[] = {
		{ HANDSHAKE THREE "rA1a1*2 oA1+10a1 |", "" },
		{ HANDSHAKE THREE "rA1a1*2 | oA1+10a1",
		    "o.retransmitted=1 o.fast=1" },
		{ HANDSHAKE THREE "rA1a11 | oA1+10a1",
		    "o.retransmitted=1 o.spurious=1" },
		{ HANDSHAKE THREE "| oA1+10a1~300ms",
		    "o.retransmitted=1 o.timeouts=1" },
		{ WITH_SACK THREE "| oA21+10a1~90ms",
		    "o.retransmitted=1 o.tail_probes=1" },
		{ WITH_SACK THREE "oA21+10a1~90ms | oA21+10a1~90ms",
		    "o.retransmitted=1" },
		{ HANDSHAKE THREE "rA1a11 | rA1a11", "r.duplicate_acks=1" }
	};

	(void)state;
	SEGMENTS_CHECK(examples);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_fast),
		TEST(test_spurious),
		TEST(test_timeout),
		TEST(test_tail_probe),
		TEST(test_duplicate_acks),
		TEST(test_run),
		TEST(test_sack),
		TEST(test_bytes),
		TEST(test_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
