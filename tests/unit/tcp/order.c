/*
 * The order of TCP: what a segment is by its place, late against sent again,
 * what is missing and what became of it. order_conflicts.c has the bytes that
 * contradict those before.
 */
#include "../../lib/segments.h"

/* Numbers for which a segment is placed; the kinds of what it is. */
#define PLACES	(TCP_IS_NEXT | TCP_IS_NEW | TCP_IS_BEYOND |		\
    TCP_IS_KEEPALIVE | TCP_IS_PROBE | TCP_IS_OUT_OF_ORDER |		\
    TCP_IS_RETRANSMISSION)

/* A handshake whose round trip takes 20 ms. */
#define SLOW	"oS rSA0a1~15ms oA1a1~5ms "

static struct segments g;

static int
setup(void **state)
{
	(void)state;
	segments_init(&g, 0);
	return 0;
}

/* The next number of one side, counted from its first. */
static uint32_t
next_of(char who)
{
	return g.t.side[segments_side(&g, who)].next_seq -
	    g.isn[who == 'r'];
}

/* What the last of the segments is, and where its side stands then. */
struct place {
	const char	*segments;
	uint32_t	 what;
	uint32_t	 next;		/* of the originator */
};

static void
assert_places(const struct place *places, size_t count)
{
	for (size_t i = 0; i < count * SEGMENTS_WAYS; i++) {
		const struct place *p = &places[i / SEGMENTS_WAYS];

		segments_init(&g, (int)(i % SEGMENTS_WAYS));
		segments_send(&g, p->segments);
		if ((g.newest.what & PLACES) != p->what ||
		    next_of('o') != p->next)
			fail_msg("%s: %#x at %u, not %#x at %u", p->segments,
			    g.newest.what & PLACES, next_of('o'), p->what,
			    p->next);
	}
}

#define ASSERT_PLACES(places)						\
	assert_places((places), sizeof(places) / sizeof(*(places)))

static void
test_places(void **state)
{
	static const struct place places[] = {
		/* The first of a side stands nowhere but at its own end. */
		{ "oS", TCP_IS_NEXT | TCP_IS_NEW, 1 },
		{ "oA1a1", TCP_IS_NEXT, 1 },
		{ "oA1+10a1", TCP_IS_NEXT | TCP_IS_NEW, 11 },
		{ "oFA1a1", TCP_IS_NEXT | TCP_IS_NEW, 2 },
		{ "oS oA1a1", TCP_IS_NEXT, 1 },
		{ "oS oA1+10a1", TCP_IS_NEXT | TCP_IS_NEW, 11 },
		{ "oS oFA1+10a1", TCP_IS_NEXT | TCP_IS_NEW, 12 },
		/* Behind a gap, with payload or without. */
		{ "oS oA2+10a1", TCP_IS_BEYOND | TCP_IS_NEW, 12 },
		{ "oS oA5a1", TCP_IS_BEYOND | TCP_IS_NEW, 5 },
		{ "oS oFA5a1", TCP_IS_BEYOND | TCP_IS_NEW, 6 },
		/* Some of it was seen. */
		{ "oS oA1+10a1 oA6+10a1", TCP_IS_RETRANSMISSION | TCP_IS_NEW,
		    16 },
		/* Nothing of it is new. */
		{ "oS oA1+10a1 oA1+10a1", TCP_IS_RETRANSMISSION, 11 },
		{ "oS oA1+10a1 oA1+5a1~1us", TCP_IS_OUT_OF_ORDER, 11 },
		{ "oS oA1+10a1 oFA11a1 oFA11a1", TCP_IS_RETRANSMISSION, 12 },
		{ "oS oS", TCP_IS_RETRANSMISSION, 1 },
		/* An acknowledgement from before. */
		{ "oS oA1+10a1 oA1a1", 0, 11 },
		/* The numbers of a RST do not count. */
		{ "oS oA1+10a1 oRA5000a1", 0, 11 },
		{ "oS oA1+10a1 oR1+5", 0, 11 }
	};

	(void)state;
	ASSERT_PLACES(places);
}

/* RFC 9293 3.8.4: one number back, a byte or none. */
static void
test_keepalive(void **state)
{
	static const struct place places[] = {
		{ "oS oA1+10a1 oA10a1", TCP_IS_KEEPALIVE, 11 },
		{ "oS oA1+10a1 oA10+1a1", TCP_IS_KEEPALIVE, 11 },
		{ "oS oA1+10a1 oA9a1", 0, 11 },
		{ "oS oA1+10a1 oA9+1a1~1us", TCP_IS_OUT_OF_ORDER, 11 },
		/* The SYN's number, before there was data. */
		{ "oS oA1a1 oA0a1", TCP_IS_KEEPALIVE, 1 },
		/* A SYN or FIN is none, nor is what brings more. */
		{ "oS oS", TCP_IS_RETRANSMISSION, 1 },
		{ "oS oFA1a1 oFA1a1", TCP_IS_RETRANSMISSION, 2 },
		{ "oS oA1+10a1 oA10+2a1", TCP_IS_NEW, 12 }
	};
	static const struct segments_example examples[] = {
		{ HANDSHAKE DATA "oA10a21 rA21a11", "o.keepalives=1" },
		{ HANDSHAKE DATA "oA10+1a21*3 rA20a11", "o.keepalives=3 "
		    "r.keepalives=1" },
		/* Though its byte was acknowledged it is not sent again. */
		{ HANDSHAKE DATA "rA21a11 oA10+1a21", "o.keepalives=1 "
		    "r.duplicate_acks=1" }
	};

	(void)state;
	ASSERT_PLACES(places);
	SEGMENTS_CHECK(examples);
}

/* One byte into a window of zero, that mostly is not taken. */
static void
test_probe(void **state)
{
	static const struct place places[] = {
		{ "oS oA1+10a1 rA1a11w0 oA11+1a1", TCP_IS_NEXT | TCP_IS_PROBE,
		    11 },
		/* Two bytes, or a window that is not zero or not known. */
		{ "oS oA1+10a1 rA1a11w0 oA11+2a1", TCP_IS_NEXT | TCP_IS_NEW,
		    13 },
		{ "oS oA1+10a1 rA1a11w1 oA11+1a1", TCP_IS_NEXT | TCP_IS_NEW,
		    12 },
		{ "oS oA1+10a1 oA11+1a1", TCP_IS_NEXT | TCP_IS_NEW, 12 },
		{ "oS oA1+10a1 rA1a11w0 oA12+1a1",
		    TCP_IS_BEYOND | TCP_IS_NEW, 13 },
		/* Probed again, and the byte in front of what follows. */
		{ "oS oA1+10a1 rA1a11w0 oA11+1a1 oA11+1a1",
		    TCP_IS_NEXT | TCP_IS_PROBE, 11 },
		{ "oS oA1+10a1 rA1a11w0 oA11+1a1 rA1a11 oA11+10a1",
		    TCP_IS_NEXT | TCP_IS_NEW, 21 },
		/* The byte was taken: what follows begins behind it. */
		{ "oS oA1+10a1 rA1a11w0 oA11+1a1 rA1a12 oA12+10a1",
		    TCP_IS_NEXT | TCP_IS_NEW, 22 },
		{ "oS oA1+10a1 rA1a11w0 oA11+1a1 rA1a12w0 oA12+1a1",
		    TCP_IS_NEXT | TCP_IS_PROBE, 12 }
	};
	static const struct segments_example examples[] = {
		{ HANDSHAKE DATA "rA21a11w0 oA11+1a21 rA21a11w0",
		    "o.probes=1 r.zero_windows=2" },
		{ HANDSHAKE DATA "rA21a11w0 oA11+1a21*4 rA21a12w0",
		    "o.probes=4 r.zero_windows=2" },
		/* More than a probe's byte is acknowledged: it was missed. */
		{ HANDSHAKE DATA "rA21a11w0 oA11+1a21 rA21a13",
		    "o.probes=1 o.missed=2 r.unseen_acks=1 r.zero_windows=1"
		}
	};

	(void)state;
	ASSERT_PLACES(places);
	SEGMENTS_CHECK(examples);
}

/* Late: the highest segment is more recent than a round trip. */
static void
test_late(void **state)
{
	static const struct segments_example examples[] = {
		/* 3 ms where no handshake was seen. */
		{ "oA1+10a1 oA21+10a1 oA11+10a1~2999999ns",
		    "o.out_of_order=1 o.beyond=1" },
		{ "oA1+10a1 oA21+10a1 oA11+10a1~3ms",
		    "o.beyond=1 o.retransmitted=1" },
		/* From the highest one, whatever came since. */
		{ "oA1+10a1 oA21+10a1~90ms oA11+5a1~2ms oA16+5a1~999999ns",
		    "o.out_of_order=2 o.beyond=1" },
		{ "oA1+10a1 oA21+10a1~90ms oA11+5a1~2ms oA16+5a1~1ms",
		    "o.out_of_order=1 o.beyond=1 o.retransmitted=1" },
		/* Otherwise its round trip. */
		{ SLOW "oA11+10a1 oA1+10a1~19999999ns",
		    "o.out_of_order=1 o.beyond=1" },
		{ SLOW "oA11+10a1 oA1+10a1~20ms",
		    "o.beyond=1 o.retransmitted=1" },
		{ SLOW "rA11+10a1 rA1+10a1~19999999ns",
		    "r.out_of_order=1 r.beyond=1" },
		{ SLOW "rA11+10a1 rA1+10a1~20ms",
		    "r.beyond=1 r.retransmitted=1" },
		{ "oS rSA0a1~1us oA1a1~1us oA11+10a1 oA1+10a1~1999ns",
		    "o.out_of_order=1 o.beyond=1" },
		{ "oS rSA0a1~1us oA1a1~1us oA11+10a1 oA1+10a1~2us",
		    "o.beyond=1 o.retransmitted=1" },
		/* Half of a handshake is none. */
		{ "oS rA1+10a1~9ms rA21+10a1 rA11+10a1~2ms",
		    "r.out_of_order=1 r.beyond=1" },
		{ "rSA0a1 oA1a1~9ms oA11+10a1 oA1+10a1~3ms",
		    "o.beyond=1 o.retransmitted=1" },
		/* One whose clock stepped back is none. */
		{ "oS@9ms rSA0a1@8ms oA1a1@7ms oA11+10a1 oA1+10a1~2ms",
		    "o.out_of_order=1 o.beyond=1" },
		{ "oS@9ms rSA0a1@8ms oA1a1@7ms oA11+10a1 oA1+10a1~3ms",
		    "o.beyond=1 o.retransmitted=1" }
	};

	(void)state;
	SEGMENTS_CHECK(examples);
}

/* What is sent again, however close behind. */
static void
test_not_late(void **state)
{
	static const struct segments_example examples[] = {
		/* The highest segment itself, or the end of it. */
		{ SLOW "oA1+10a1 oA1+10a1~1us", "o.retransmitted=1" },
		{ SLOW "oA1+10a1 oA6+5a1~1us", "o.retransmitted=1" },
		{ SLOW "oA1+10a1 oA1+5a1~1us", "o.out_of_order=1" },
		/* A clock that stepped back. */
		{ SLOW "oA11+10a1@50ms oA1+10a1@50ms",
		    "o.out_of_order=1 o.beyond=1" },
		{ SLOW "oA11+10a1@50ms oA1+10a1@49ms",
		    "o.beyond=1 o.retransmitted=1" },
		/* Acknowledged before: never seen, yet it had arrived. */
		{ SLOW "oA11+10a1 rA1a21 oA1+10a1",
		    "o.beyond=1 o.retransmitted=1 o.spurious=1 "
		    "r.unseen_acks=1" },
		/* Asked for. */
		{ SLOW "oA11+10a1 rA1a1*2 oA1+10a1",
		    "o.beyond=1 o.retransmitted=1 o.fast=1 "
		    "r.duplicate_acks=2" },
		/* The last byte again with more behind: after a probe. */
		{ SLOW "oA1+10a1 oA10+5a1~20ms", "" },
		{ SLOW "oA1+10a1 oA9+5a1~20ms", "o.retransmitted=1" },
		/* Pure acknowledgements are neither. */
		{ SLOW "oA1+10a1 oA1a1 oA5a1", "" }
	};

	(void)state;
	SEGMENTS_CHECK(examples);
}

static void
test_syn(void **state)
{
	static const struct place places[] = {
		/* Another attempt begins anew, before or behind. */
		{ "oS oS5", TCP_IS_NEXT | TCP_IS_NEW, 6 },
		{ "oS1000000 oS", TCP_IS_NEXT | TCP_IS_NEW, 1 },
		{ "oS70000 oS", TCP_IS_NEXT | TCP_IS_NEW, 1 },
		/* The same one: the number, or one with data before it. */
		{ "oS oS oS", TCP_IS_RETRANSMISSION, 1 },
		{ "oS+20 oS", TCP_IS_OUT_OF_ORDER, 21 },
		{ "oS+20 oS+20", TCP_IS_RETRANSMISSION, 21 },
		{ "oS+65535 oS", TCP_IS_OUT_OF_ORDER, 65536 },
		/* Data of a SYN, RFC 7413: acknowledged, or sent again. */
		{ "oS+20 rSA0a21 oA21+5a1", TCP_IS_NEXT | TCP_IS_NEW, 26 },
		{ "oS+20 rSA0a1 oA1+20a1", TCP_IS_RETRANSMISSION, 21 }
	};
	static const struct segments_example examples[] = {
		/* A hole of the attempt before is forgotten. */
		{ "oS oA11+5 oS100 rSA0a101", "o.more_syn=1 o.beyond=1" },
		{ "oS oA11+5 rSA0a101", "o.beyond=1 o.missed=95 "
		    "r.unseen_acks=1" },
		/* Into a connection that stands: RFC 5961 4. */
		{ HANDSHAKE DATA "oS5000 oA11+10a21 rA21a21",
		    "o.more_syn=1" },
		{ HANDSHAKE DATA "oS11 oA11+10a21 rA21a21", "o.more_syn=1" },
		/* Behind its answer, or before it. */
		{ "rSA0a1 oS oA1a1", "" },
		{ "oA1+10a1 oS", "o.out_of_order=1" }
	};

	(void)state;
	ASSERT_PLACES(places);
	SEGMENTS_CHECK(examples);
}

static void
test_fast_open(void **state)
{
	(void)state;
	segments_send(&g, "oS");
	assert_null(segments_trouble(&g));
	segments_send(&g, "rSA0+5a1");
	assert_false(segments_trouble(&g)->past[0].has_fast_open);
	assert_true(segments_trouble(&g)->past[1].has_fast_open);
	segments_send(&g, "| oA1+5a6");
	assert_true(segments_trouble(&g)->past[1].has_fast_open);
}

/* What a side's holes are: left-right, and the bytes missing of them. */
struct holes {
	const char	*segments;
	uint32_t	 holes[TCP_HOLES][3];
};

static void
assert_hole(const char *segments, int i, const struct tcp_hole *hole,
    const uint32_t wanted[3])
{
	uint32_t left = hole->left - g.isn[0];
	uint32_t right = hole->right - g.isn[0];

	if (hole->missing == 0 && wanted[2] == 0)
		return;
	if (left != wanted[0] || right != wanted[1] ||
	    hole->missing != wanted[2])
		fail_msg("%s: hole %d is %u-%u with %u, not %u-%u with %u",
		    segments, i, left, right, hole->missing, wanted[0],
		    wanted[1], wanted[2]);
}

/* Of the originator. */
static void
assert_holes(const struct holes *examples, size_t count)
{
	for (size_t i = 0; i < count * SEGMENTS_WAYS; i++) {
		const struct holes *e = &examples[i / SEGMENTS_WAYS];
		const struct tcp_past *past;

		segments_init(&g, (int)(i % SEGMENTS_WAYS));
		segments_send(&g, e->segments);
		assert_non_null(segments_trouble(&g));
		past = &segments_trouble(&g)->past[g.src];
		for (int k = 0; k < TCP_HOLES; k++)
			assert_hole(e->segments, k, &past->holes[k],
			    e->holes[k]);
	}
}

#define ASSERT_HOLES(examples)						\
	assert_holes((examples), sizeof(examples) / sizeof(*(examples)))

static void
test_holes(void **state)
{
	static const struct holes examples[] = {
		{ "oS oA11+10a1", { { 1, 11, 10 } } },
		{ "oS oA11a1", { { 1, 11, 10 } } },
		{ "oS oFA11a1", { { 1, 11, 10 } } },
		{ "oS oA2+1a1", { { 1, 2, 1 } } },
		{ "oS oA11+10a1 oA31+10a1", { { 1, 11, 10 }, { 21, 31, 10 } }
		},
		/* Filled from the left, from the right, in the middle. */
		{ "oS oA21+10a1 oA1+5a1", { { 6, 21, 15 } } },
		{ "oS oA21+10a1 oA16+5a1", { { 1, 16, 15 } } },
		{ "oS oA21+10a1 oA6+5a1", { { 1, 6, 5 }, { 11, 21, 10 } } },
		{ "oS oA21+10a1 oA2+18a1", { { 1, 2, 1 }, { 20, 21, 1 } } },
		/* Wholly, exactly and with more than was missing. */
		{ "oS oA21+10a1 oA1+20a1", { { 0 } } },
		{ "oS oA21+10a1 oA1+40a1", { { 0 } } },
		{ "oS oA1+10a1 oA21+10a1 oA5+20a1", { { 0 } } },
		{ "oS oA1+10a1 oA21+10a1 oA5+10a1", { { 15, 21, 6 } } },
		{ "oS oA21+10a1 oA16+10a1", { { 1, 16, 15 } } },
		/* What was seen fills nothing. */
		{ "oS oA1+10a1 oA21+10a1 oA1+10a1", { { 11, 21, 10 } } },
		{ "oS oA1+10a1 oA21+10a1 oA21+10a1", { { 11, 21, 10 } } },
		/* Several by one segment, and the others stay in order. */
		{ "oS oA11+10a1 oA31+10a1 oA51+10a1 oA5+30a1",
		    { { 1, 5, 4 }, { 41, 51, 10 } } },
		{ "oS oA11+10a1 oA31+10a1 oA51+10a1 oA21+10a1",
		    { { 1, 11, 10 }, { 41, 51, 10 } } },
		{ "oS oA11+10a1 oA31+10a1 oA51+10a1 oA1+60a1", { { 0 } } },
		{ "oS oA11+10a1 oA31+10a1 oA3+5a1",
		    { { 1, 3, 2 }, { 8, 11, 3 }, { 21, 31, 10 } } }
	};

	(void)state;
	ASSERT_HOLES(examples);
}

#define FOUR	"oS oA11+10a1 oA31+10a1 oA51+10a1 oA71+10a1 "

/* More than there is room for. */
static void
test_many_holes(void **state)
{
	static const struct holes examples[] = {
		{ FOUR, { { 1, 11, 10 }, { 21, 31, 10 }, { 41, 51, 10 },
		    { 61, 71, 10 } } },
		/* The newest two become one. */
		{ FOUR "oA91+10a1", { { 1, 11, 10 }, { 21, 31, 10 },
		    { 41, 51, 10 }, { 61, 91, 20 } } },
		{ FOUR "oA91+10a1 oA111+10a1", { { 1, 11, 10 },
		    { 21, 31, 10 }, { 41, 51, 10 }, { 61, 111, 30 } } },
		/* Where all of it is filled nothing is missing. */
		{ FOUR "oA91+10a1 oA61+30a1", { { 1, 11, 10 },
		    { 21, 31, 10 }, { 41, 51, 10 } } },
		{ FOUR "oA91+10a1 oA61+10a1", { { 1, 11, 10 },
		    { 21, 31, 10 }, { 41, 51, 10 }, { 71, 91, 10 } } },
		{ FOUR "oA91+10a1 oA81+10a1", { { 1, 11, 10 },
		    { 21, 31, 10 }, { 41, 51, 10 }, { 61, 81, 10 } } },
		/* In its middle it stays one. */
		{ FOUR "oA91+10a1 oA66+2a1", { { 1, 11, 10 },
		    { 21, 31, 10 }, { 41, 51, 10 }, { 61, 91, 18 } } },
		/* No room for two of one: less is missing of it. */
		{ FOUR "oA4+3a1", { { 1, 11, 7 }, { 21, 31, 10 },
		    { 41, 51, 10 }, { 61, 71, 10 } } },
		{ FOUR "oA4+3a1 oA1+10a1", { { 21, 31, 10 }, { 41, 51, 10 },
		    { 61, 71, 10 } } },
		{ FOUR "oA91+10a1 oA1+10a1 oA66+2a1", { { 21, 31, 10 },
		    { 41, 51, 10 }, { 61, 91, 18 } } },
		/* What was acknowledged makes room. */
		{ FOUR "rA1a35 oA91+10a1", { { 41, 51, 10 }, { 61, 71, 10 },
		    { 81, 91, 10 } } }
	};

	(void)state;
	ASSERT_HOLES(examples);
}

/* Bytes that are missing and acknowledged, and the history's "g". */
static void
test_missed(void **state)
{
	static const struct segments_example examples[] = {
		/* Beyond all that was seen. */
		{ HANDSHAKE "rA1a11", "o.missed=10 r.unseen_acks=1" },
		{ HANDSHAKE "oA1+10a1 rA1a12", "o.missed=1 r.unseen_acks=1" },
		{ HANDSHAKE "oA1+10a1 rA1a11", "" },
		{ HANDSHAKE "rA1a11 rA1a21", "o.missed=20 r.unseen_acks=1" },
		{ HANDSHAKE "oFA1a1 rA1a2", "" },
		/* A hole: not before it is acknowledged, and as far. */
		{ HANDSHAKE "oA11+10a1 rA1a1*2", "o.beyond=1 "
		    "r.duplicate_acks=2" },
		{ HANDSHAKE "oA11+10a1 rA1a2", "o.beyond=1 o.missed=1 "
		    "r.unseen_acks=1" },
		{ HANDSHAKE "oA11+10a1 rA1a11", "o.beyond=1 o.missed=10 "
		    "r.unseen_acks=1" },
		{ HANDSHAKE "oA11+10a1 rA1a21", "o.beyond=1 o.missed=10 "
		    "r.unseen_acks=1" },
		{ HANDSHAKE "oA11+10a1 rA1a22", "o.beyond=1 o.missed=11 "
		    "r.unseen_acks=1" },
		/* One is told of once, another again. */
		{ HANDSHAKE "oA11+10a1 rA1a6 rA1a11 rA1a21", "o.beyond=1 "
		    "o.missed=10 r.unseen_acks=1" },
		{ HANDSHAKE "oA11+10a1 oA31+10a1 rA1a21 rA1a41", "o.beyond=2 "
		    "o.missed=20 r.unseen_acks=2" },
		{ HANDSHAKE "oA11+10a1 oA31+10a1 rA1a41", "o.beyond=2 "
		    "o.missed=20 r.unseen_acks=1" },
		/* Filled, before or after the acknowledgement. */
		{ HANDSHAKE "oA11+10a1 oA1+10a1~100us rA1a21",
		    "o.out_of_order=1 o.beyond=1" },
		{ HANDSHAKE "oA11+10a1 oA1+4a1~100us rA1a21",
		    "o.out_of_order=1 o.beyond=1 o.missed=6 r.unseen_acks=1"
		},
		{ HANDSHAKE "oA11+10a1 rA1a21 oA1+10a1", "o.beyond=1 "
		    "o.retransmitted=1 o.spurious=1 r.unseen_acks=1" },
		{ HANDSHAKE "oA11+10a1 rA1a21 oA1+4a1", "o.beyond=1 "
		    "o.retransmitted=1 o.spurious=1 o.missed=6 "
		    "r.unseen_acks=1" },
		/* More than TCP_HOLES. */
		{ FOUR "oA91+10a1 rA1a101", "o.beyond=5 o.missed=50 "
		    "r.unseen_acks=1" },
		{ FOUR "oA91+10a1 rA1a90", "o.beyond=5 o.missed=30 "
		    "r.unseen_acks=1" },
		{ FOUR "oA91+10a1 rA1a91", "o.beyond=5 o.missed=50 "
		    "r.unseen_acks=1" },
		{ FOUR "rA1a35 oA91+10a1 rA1a101", "o.beyond=5 o.missed=50 "
		    "r.unseen_acks=2" },
		/* A side of which nothing was seen is no gap. */
		{ "rA1a11 rA1a21", "" },
		/* It begins where it begins. */
		{ "rA1a11 oA21+10a1 rA1a31", "" },
		/* Of a RST nothing is believed. */
		{ HANDSHAKE "rRA1a11", "" }
	};

	(void)state;
	SEGMENTS_CHECK(examples);
}

/* Far behind the acknowledgement a hole is counted and no longer kept. */
static void
test_far_holes(void **state)
{
	(void)state;
	for (int way = 0; way < SEGMENTS_WAYS; way++) {
		segments_init(&g, way);
		segments_send(&g, HANDSHAKE "oA11+10a1 rA1a21");
		for (uint32_t at = 21; at < 21 + 40 * (1u << 27);
		    at += 1u << 27) {
			char text[64];

			(void)snprintf(text, sizeof(text),
			    "oA%u+134217728s0a1 rA1a%u", at,
			    at + (1u << 27));
			segments_send(&g, text);
			assert_string_equal(segments_counted(&g).bytes,
			    "o.beyond=1 o.missed=10 r.unseen_acks=1");
		}
	}
}

static void
assert_history(const char *segments, const char *history)
{
	for (int way = 0; way < SEGMENTS_WAYS; way++) {
		segments_init(&g, way);
		segments_send(&g, segments);
		assert_string_equal(g.t.history, history);
	}
}

/* In the case of who sent what was missed; the 1st, 10th, ... time. */
static void
test_history(void **state)
{
	(void)state;
	assert_history(HANDSHAKE "rA1a11", "ShAaG");
	assert_history(HANDSHAKE "oA1a11", "ShAg");
	assert_history(HANDSHAKE "oA11+10a1 rA1a11 rA1a21", "ShADaG");
	assert_history(HANDSHAKE "rA1a11 oA12a1 rA1a12 oA13a1 rA1a13 "
	    "oA14a1 rA1a14", "ShAaG");
	(void)setup(NULL);
	segments_send(&g, HANDSHAKE);
	for (uint32_t i = 1; i <= 100; i++) {
		char text[32];

		(void)snprintf(text, sizeof(text), "oA%ua1 rA1a%u", 2 * i,
		    2 * i + 1);
		segments_send(&g, text);
		assert_string_equal(g.t.history, i < 10 ? "ShAaG" :
		    i < 100 ? "ShAaGG" : "ShAaGGG");
	}
}

/* What was counted stays with the part before; what is open stays open. */
static void
test_parts(void **state)
{
	static const struct segments_example examples[] = {
		{ HANDSHAKE "oA11+10a1 oA10+10a1 rA1a21 |", "" },
		{ HANDSHAKE "oA11+10a1 rA1a21 | rA1a21", "r.duplicate_acks=1"
		},
		{ HANDSHAKE "oA11+10a1 | rA1a21", "o.missed=10 "
		    "r.unseen_acks=1" },
		{ HANDSHAKE "oA11+10a1 | oA1+10a1~9ms rA1a21",
		    "o.retransmitted=1" },
		{ HANDSHAKE "oA11+10a1 oA31+10a1 rA1a21 | rA1a41",
		    "o.missed=10 r.unseen_acks=1" },
		/* Of a hole acknowledged halfway the rest is the new one's. */
		{ HANDSHAKE "oA11+10a1 rA1a6 |", "" },
		{ HANDSHAKE "oA11+10a1 rA1a6 | rA1a21", "o.missed=5 "
		    "r.unseen_acks=1" },
		{ HANDSHAKE "oA11+10a1 rA1a6 | oA1+10a1~9ms rA1a21",
		    "o.retransmitted=1" },
		/* Of one made of several it is not known which half. */
		{ FOUR "oA91+10a1 rA1a70 |", "" },
		{ FOUR "oA91+10a1 rA1a70 | rA1a101", "o.missed=20 "
		    "r.unseen_acks=1" },
		/* Acknowledged and not seen at all. */
		{ HANDSHAKE "rA1a11 |", "" },
		{ HANDSHAKE "rA1a11 | rA1a21", "o.missed=10 "
		    "r.unseen_acks=1" },
		{ HANDSHAKE "rA1a11 | oA11+10a1 rA1a21", "" },
		{ HANDSHAKE "rA1a11 | oA21+10a1 rA1a31", "o.beyond=1 "
		    "o.missed=10 r.unseen_acks=1" },
		/* Bytes can contradict those of the part before. */
		{ "oA1+10a1 | oA1+10=0a1~9ms", "o.conflicts=1 "
		    "o.retransmitted=1" },
		{ "oUA1+10a1 oA11+9a1 | oA1+10=0a1~9ms", "o.conflicts=1 "
		    "o.retransmitted=1" },
		{ HANDSHAKE "oA1+10a1 rA1a15 | oA5+20a1~9ms",
		    "o.retransmitted=1" }
	};

	(void)state;
	SEGMENTS_CHECK(examples);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_places),
		TEST(test_keepalive),
		TEST(test_probe),
		TEST(test_late),
		TEST(test_not_late),
		TEST(test_syn),
		TEST(test_fast_open),
		TEST(test_holes),
		TEST(test_many_holes),
		TEST(test_missed),
		TEST(test_far_holes),
		TEST(test_history),
		TEST(test_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
