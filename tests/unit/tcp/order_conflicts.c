/*
 * Bytes that come a second time and are others: what is compared, and what
 * can not be.
 */
#include "../../lib/segments.h"

#define URGENT	"oS rSA0a1 oUA1a1 "	/* something to remember with */

/* Bytes that come a second time, and are others. */
static void
test_conflicts(void **state)
{
	static const struct segments_example examples[] = {
		{ "oA1+10a1 oA1+10a1", "o.retransmitted=1" },
		{ "oA1+10a1 oA1+10=0a1", "o.conflicts=1 o.retransmitted=1" },
		{ "oA1+10a1 oA1+10=9a1", "o.conflicts=1 o.retransmitted=1" },
		{ "oA1+10a1 oA10+1=0a1", "o.keepalives=1" },
		/* The newest lies in it: with less before it, more behind. */
		{ "oA1+5a1 oA6+10a1 oA1+15=5a1",
		    "o.conflicts=1 o.retransmitted=1" },
		{ "oA1+5a1 oA6+10a1 oA1+15=4a1", "o.retransmitted=1" },
		{ "oA11+10a1 oA11+20=9a1~9ms",
		    "o.conflicts=1 o.retransmitted=1" },
		{ "oA11+10a1 oA11+20=10a1~9ms", "o.retransmitted=1" },
		{ "oA1+5a1 oA6+10a1 oA1+25=14a1~9ms",
		    "o.conflicts=1 o.retransmitted=1" },
		/* Where not all of it comes again nothing is known. */
		{ "oA11+10a1 oA11+9=0a1~9ms", "o.retransmitted=1" },
		{ "oA11+10a1 oA12+9=8a1~9ms", "o.retransmitted=1" },
		/* New ones are compared with none, nor another side's. */
		{ "oA11+10a1 oA21+10=0a1", "" },
		{ "oA11+10a1 oA22+10=0a1", "o.beyond=1" },
		{ "oA11+10a1 rA11+10=0a1", "" },
		/* The last that was the newest is known. */
		{ "oA1+10a1 oA1+20=3a1~9ms oA1+20=3a1",
		    "o.conflicts=1 o.retransmitted=2" },
		{ "oA1+10a1 oA1+20=3a1~9ms oA1+20a1",
		    "o.conflicts=2 o.retransmitted=2" },
		/* Late ones too. */
		{ "oUA1+10a1 oA11+10a1 oA1+10=5a1~1us", "o.urg=1 "
		    "o.out_of_order=1 o.conflicts=1" }
	};

	(void)state;
	SEGMENTS_CHECK(examples);
}

/* Some older than the newest, once there is trouble. */
static void
test_older_conflicts(void **state)
{
	static const struct segments_example examples[] = {
		{ HANDSHAKE "oA1+10a1 oA11+10a1 oA1+10=0a1~9ms",
		    "o.retransmitted=1" },
		{ URGENT "oA1+10a1 oA11+10a1 oA1+10=0a1~9ms",
		    "o.urg=1 o.conflicts=1 o.retransmitted=1" },
		{ URGENT "oA1+10a1 oA11+10a1 oA1+10a1~9ms",
		    "o.urg=1 o.retransmitted=1" },
		{ URGENT "oA1+10a1 oA11+10a1 oA21+10a1 oA1+10=0a1~9ms",
		    "o.urg=1 o.conflicts=1 o.retransmitted=1" },
		{ URGENT "oA1+10a1 oA11+10a1 oA21+10a1 oA11+10=0a1~9ms",
		    "o.urg=1 o.conflicts=1 o.retransmitted=1" },
		/* The oldest is forgotten. */
		{ URGENT "oA1+10a1 oA11+10a1 oA21+10a1 oA31+10a1 "
		    "oA1+10=0a1~9ms", "o.urg=1 o.retransmitted=1" },
		{ URGENT "oA1+10a1 oA11+10a1 oA21+10a1 oA31+10a1 "
		    "oA11+10=0a1~9ms",
		    "o.urg=1 o.conflicts=1 o.retransmitted=1" },
		/* One segment is one conflict, whatever lies in it. */
		{ URGENT "oA1+10a1 oA11+10a1 oA21+10a1 oA1+30=15a1~9ms",
		    "o.urg=1 o.conflicts=1 o.retransmitted=1" },
		/* A bare acknowledgement or FIN makes the newest an older. */
		{ URGENT "oA1+10a1 oFA11a1 oA1+10=0a1~9ms",
		    "o.urg=1 o.conflicts=1 o.retransmitted=1" },
		{ HANDSHAKE "oA1+10a1 oFA11a1 oA1+10=0a1~9ms",
		    "o.retransmitted=1" },
		{ URGENT "oFA1+10a1 oFA1+10=0a1~9ms",
		    "o.more_fin=1 o.urg=1 o.retransmitted=1" }
	};

	(void)state;
	SEGMENTS_CHECK(examples);
}

/* What can not be compared does not conflict. */
static void
test_comparable(void **state)
{
	static const struct segments_example examples[] = {
		/* Snapped, the first time or the second. */
		{ "oA1+10s9a1 oA1+10=0a1", "o.retransmitted=1" },
		{ "oA1+10a1 oA1+10s9=0a1", "o.retransmitted=1" },
		{ "oA1+10a1 oA1+10s0a1", "o.retransmitted=1" },
		/* The first 128 KiB of a side. */
		{ "oS oA131071+10a1 oA131071+10=0a1~9ms", "o.beyond=1 "
		    "o.conflicts=1 o.retransmitted=1" },
		{ "oS oA131072+10a1 oA131072+10=0a1~9ms", "o.beyond=1 "
		    "o.retransmitted=1" },
		{ "oA5+9a1 oA131076+10a1 oA131076+10=0a1~9ms", "o.beyond=1 "
		    "o.conflicts=1 o.retransmitted=1" },
		{ "oA5+9a1 oA131077+10a1 oA131077+10=0a1~9ms", "o.beyond=1 "
		    "o.retransmitted=1" },
		/* No segment is larger. */
		{ "oS oA1+65535a1 oA1+65535=9a1~9ms",
		    "o.conflicts=1 o.retransmitted=1" },
		{ "oS oA1+65536a1 oA1+65536=9a1~9ms", "o.retransmitted=1" },
		/* The byte of a probe is made up, taken or not. */
		{ HANDSHAKE "oA1+10a1 rA1a11w0 oA11+1=0a1 rA1a11 oA11+9a1",
		    "o.probes=1 r.zero_windows=1 r.window_updates=1" },
		{ HANDSHAKE "oA1+10a1 rA1a11w0 oA11+1=0a1 rA1a12 oA11+9a1",
		    "o.probes=1 r.zero_windows=1" },
		{ HANDSHAKE "oA1+10a1 rA1a11w0 oA11+1a1 rA1a12 oA1+20a1",
		    "o.probes=1 o.retransmitted=1 r.zero_windows=1" },
		/* With a SYN the payload begins one number later. */
		{ "oS oA1+10a1 oS+10=0a1~9ms", "o.more_syn=1 o.conflicts=1 "
		    "o.retransmitted=1" },
		{ "oS oA1+10a1 oS+10a1~9ms", "o.more_syn=1 "
		    "o.retransmitted=1" }
	};

	(void)state;
	SEGMENTS_CHECK(examples);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conflicts),
		cmocka_unit_test(test_older_conflicts),
		cmocka_unit_test(test_comparable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
