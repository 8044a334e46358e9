/*
 * The flow control of TCP: how windows are scaled by what was seen of the
 * handshake, their range, windows of zero and their time, and what fills one.
 */
#include "../../lib/segments.h"
#include "tcp/flow_control.h"

static struct segments g;

static int
setup(void **state)
{
	(void)state;
	segments_init(&g, 0);
	return 0;
}

static void
say_windows(char who, struct segments_text *to)
{
	static const char *const names[] = {
		[TCP_SCALING_UNKNOWN] = "unknown",
		[TCP_SCALING_UNUSED] = "unused",
		[TCP_SCALING_USED] = "used"
	};
	int side = segments_side(&g, who);
	const struct tcp_side *own = &g.t.side[side];
	int size = snprintf(to->bytes + to->size,
	    sizeof(to->bytes) - to->size, "%s%c %s", to->size == 0 ? "" :
	    ", ", who, names[own->scaling]);

	assert_true(size > 0);
	to->size += (size_t)size;
	if (own->has_range)
		size = snprintf(to->bytes + to->size,
		    sizeof(to->bytes) - to->size, "<<%u %u-%u", own->shift,
		    (uint32_t)own->window_min << own->shift,
		    (uint32_t)own->window_max << own->shift);
	else
		size = 0;
	to->size += (size_t)size;
}

/* How both sides' windows are scaled, and their range if they have one. */
struct windows {
	const char	*segments;
	const char	*wanted;
};

static void
assert_windows(const struct windows *examples, size_t count)
{
	for (size_t i = 0; i < count * SEGMENTS_WAYS; i++) {
		const struct windows *e = &examples[i / SEGMENTS_WAYS];
		struct segments_text got = { .size = 0 };

		segments_init(&g, (int)(i % SEGMENTS_WAYS));
		segments_send(&g, e->segments);
		say_windows('o', &got);
		say_windows('r', &got);
		if (strcmp(got.bytes, e->wanted) != 0)
			fail_msg("%s: %s, not %s", e->segments, got.bytes,
			    e->wanted);
	}
}

#define ASSERT_WINDOWS(examples)					\
	assert_windows((examples), sizeof(examples) / sizeof(*(examples)))

#define TALK "oA1a1w40 rA1a1w50"

/* Which SYNs were seen, and whether they had the option: RFC 7323 2.2. */
static void
test_scaling(void **state)
{
	static const struct windows examples[] = {
		{ TALK, "o unknown<<0 40-40, r unknown<<0 50-50" },
		/* The SYN alone. */
		{ "oSw4 " TALK, "o unused<<0 4-40, r unused<<0 50-50" },
		{ "oSx2w4 " TALK, "o unknown<<0 40-40, r unknown<<0 50-50" },
		/* The answer alone. */
		{ "rSA0a1w5 " TALK, "o unused<<0 40-40, r unused<<0 5-50" },
		{ "rSA0a1x3w5 " TALK, "o unknown<<0 40-40, r used<<3 400-400"
		},
		/* Both. */
		{ "oSw4 rSA0a1w5 " TALK,
		    "o unused<<0 4-40, r unused<<0 5-50" },
		{ "oSx2w4 rSA0a1w5 " TALK,
		    "o unused<<0 4-40, r unused<<0 5-50" },
		{ "oSw4 rSA0a1x3w5 " TALK,
		    "o unused<<0 4-40, r unused<<0 5-50" },
		{ "oSx2w4 rSA0a1x3w5 " TALK,
		    "o used<<2 160-160, r used<<3 400-400" },
		{ "oSx0w4 rSA0a1x3w5 " TALK,
		    "o used<<0 40-40, r used<<3 400-400" },
		/* In the other order. */
		{ "rSA0a1w5 oSw4 " TALK,
		    "o unused<<0 4-40, r unused<<0 5-50" },
		{ "rSA0a1w5 oSx2w4 " TALK,
		    "o unused<<0 4-40, r unused<<0 5-50" },
		{ "rSA0a1x3w5 oSx2w4 " TALK,
		    "o used<<2 160-160, r used<<3 400-400" }
	};

	(void)state;
	ASSERT_WINDOWS(examples);
}

static void
test_syns(void **state)
{
	static const struct windows examples[] = {
		/* Nothing but SYNs. */
		{ "oSw4", "o unused<<0 4-4, r unused" },
		{ "oSx2w4", "o unknown, r unknown" },
		{ "oSx2w4 rSA0a1w5", "o unused<<0 4-4, r unused<<0 5-5" },
		{ "oSx2w4 rSA0a1x3w5", "o used, r used" },
		/* Sent again without options, as some do. */
		{ "oSx2w4 oSw4 rSA0a1x3w5 " TALK,
		    "o used<<2 160-160, r used<<3 400-400" },
		/* Another attempt is another word. */
		{ "oSx2w4 oS9w4 rSA0a10x3w5 " TALK,
		    "o unused<<0 4-40, r unused<<0 5-50" },
		{ "oSw4 oS9x2w4 rSA0a10x3w5 oA1a1w60", "o used<<2 240-240, "
		    "r used" },
		/* RFC 7323 2.3: 14 at most. */
		{ "oSx14 rSA0a1x15 oA1a1w65535 rA1a1w65535",
		    "o used<<14 1073725440-1073725440, "
		    "r used<<14 1073725440-1073725440" },
		{ "oSx255 rSA0a1x1 oA1a1w1",
		    "o used<<14 16384-16384, r used" },
		/* Stored behind windows that could not be scaled then. */
		{ "rSA0a1x3w5 oA1a1w40 oSx2w4 oA1a1w41",
		    "o used<<2 164-164, r used" },
		{ "rSA0a1w5 oA1a1w40 oSx2w4 oA1a1w41",
		    "o unused<<0 4-41, r unused<<0 5-5" },
		/* Once agreed it stays. */
		{ "oSx2w4 rSA0a1x3w5 " TALK " oS9w4 oA1a1w41",
		    "o used<<2 160-164, r used<<3 400-400" }
	};

	(void)state;
	ASSERT_WINDOWS(examples);
}

static void
test_range(void **state)
{
	static const struct windows examples[] = {
		{ "oA1a1w3 oA1a1w2 oA1a1w9 oA1a1w5",
		    "o unknown<<0 2-9, r unknown" },
		{ "oA1a1w3 oA1a1w0 oA1a1w65535",
		    "o unknown<<0 0-65535, r unknown" },
		{ "oA1a1w0", "o unknown<<0 0-0, r unknown" },
		/* That of a RST says nothing. */
		{ "oA1a1w3 oRA1a1w0 oR1w9", "o unknown<<0 3-3, r unknown" },
		{ "oR1w9", "o unknown, r unknown" },
		/* A part has its own; the scale goes on. */
		{ "oSx2w4 rSA0a1x3w5 " TALK " |", "o used, r used" },
		{ "oSx2w4 rSA0a1x3w5 " TALK " | oA1a1w40 rA1a1w7",
		    "o used<<2 160-160, r used<<3 56-56" },
		{ "oA1a1w3 oA1a1w9 | oA1a1w9", "o unknown<<0 9-9, r unknown" }
	};

	(void)state;
	ASSERT_WINDOWS(examples);
}

static void
test_zero_windows(void **state)
{
	static const struct segments_example examples[] = {
		{ HANDSHAKE "rA1a1w0", "r.zero_windows=1" },
		{ HANDSHAKE "rA1+5a1w0 rA6a1w0", "r.zero_windows=2" },
		{ "rA1a1w0 rA1a1w0", "r.zero_windows=2" },
		/* Not of a SYN, FIN, RST or probe. */
		{ "oSw0 rSA0a1w0", "" },
		{ HANDSHAKE "rFA1a1w0", "" },
		{ HANDSHAKE "rRA1a1w0", "" },
		{ HANDSHAKE "oA1a1w0 rA1+1a1w0",
		    "o.zero_windows=1 r.probes=1" }
	};

	(void)state;
	SEGMENTS_CHECK(examples);
}

/* From the segment that closed it to the side's next one, and so on. */
static void
test_zero_window_time(void **state)
{
	static const struct {
		const char	*segments;
		int64_t		 ns;		/* of the responder */
	} examples[] = {
		{ HANDSHAKE "rA1a1w0", 0 },
		{ HANDSHAKE "rA1a1w0@9ms rA1a1@10000001ns", MS + 1 },
		{ HANDSHAKE "rA1a1w0@9ms rA1a1w0@12ms rA1a1w9@20ms", 11 * MS },
		{ HANDSHAKE "rA1a1w0@9ms rA1a1@12ms rA1a1@20ms", 3 * MS },
		{ HANDSHAKE "rA1a1w0@9ms rA1a1@9ms rA1a1w0@10ms rA1a1@15ms",
		    5 * MS },
		/* The peer's segments do not end it. */
		{ HANDSHAKE "rA1a1w0@9ms oA1+1a1@12ms", 0 },
		{ HANDSHAKE "rA1a1w0@9ms oA1+1a1@12ms rFA1a1@20ms", 11 * MS },
		/* No scale need be known. */
		{ "rA1a1w0@9ms rA1a1@12ms", 3 * MS },
		/* A clock that stepped back. */
		{ HANDSHAKE "rA1a1w0@9ms rA1a1@8ms", 0 },
		{ HANDSHAKE "rA1a1w0@9ms rA1a1w0@2ms rA1a1@12ms", 10 * MS },
		/* A part counts its own. */
		{ HANDSHAKE "rA1a1w0@9ms rA1a1w0@12ms |", 0 },
		{ HANDSHAKE "rA1a1w0@9ms rA1a1w0@12ms | rA1a1@13ms", MS }
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		(void)setup(NULL);
		segments_send(&g, examples[i].segments);
		if (segments_trouble(&g)->tally[1].zero_window_ns !=
		    examples[i].ns)
			fail_msg("%s: %lld", examples[i].segments,
			    (long long)segments_trouble(&g)->
			    tally[1].zero_window_ns);
		assert_int_equal(segments_trouble(&g)->tally[0]
		    .zero_window_ns, 0);
	}
}

/* The segment ends where the window does. */
static void
test_window_full(void **state)
{
	static const struct segments_example examples[] = {
		{ HANDSHAKE "rA1a1w30 oA1+30a1",
		    "o.window_full=1 r.window_updates=1" },
		{ HANDSHAKE "rA1a1w30 oA1+29a1", "r.window_updates=1" },
		{ HANDSHAKE "rA1a1w30 oA1+31a1", "r.window_updates=1" },
		{ HANDSHAKE "rA1a1w30 oA1+20a1 oA21+10a1",
		    "o.window_full=1 r.window_updates=1" },
		{ HANDSHAKE "oA1+10a1 rA1a11w30 oA11+30a1",
		    "o.window_full=1" },
		/* By a window that was scaled. */
		{ "oSx1 rSA0a1x3 rA1a1w4 oA1+32a1",
		    "o.window_full=1 r.window_updates=1" },
		{ "oSx1 rSA0a1x3 rA1a1w4 oA1+8a1", "r.window_updates=1" },
		{ "rSA0a1x3 rA1a1w4 oA1+32a1",
		    "o.window_full=1 r.window_updates=1" },
		/* That of a SYN is not: RFC 7323 2.2. */
		{ "oSx1 rSA0a1x3w40 oA1+40a1", "o.window_full=1" },
		{ "oSx1 rSA0a1x3w40 oA1+320a1", "" },
		/* A scale that is not known. */
		{ "rA1a1w30 oA1+30a1", "" },
		{ "oSx1 rA1a1w30 oA1+30a1", "" },
		/* Nothing was acknowledged. */
		{ "oS r1w30 oA1+30a1", "" },
		/* A bare acknowledgement, a FIN. */
		{ HANDSHAKE "oA1+30a1 rA1a1w30 oA31a1",
		    "o.duplicate_acks=1 r.window_updates=1" },
		{ HANDSHAKE "rA1a1w30 oFA1+30a1", "r.window_updates=1" },
		{ HANDSHAKE "rA1a1w31 oFA1+30a1", "r.window_updates=1" },
		/* A probe exceeds it. */
		{ HANDSHAKE "rA1a1w0 oA1+1a1",
		    "o.probes=1 r.zero_windows=1" }
	};

	(void)state;
	SEGMENTS_CHECK(examples);
}

/* Nothing but another window. */
static void
test_window_update(void **state)
{
	static const struct segments_example examples[] = {
		{ HANDSHAKE "rA1a1w999", "r.window_updates=1" },
		{ HANDSHAKE "rA1a1w999 rA1a1w1000", "r.window_updates=2" },
		{ HANDSHAKE "rA1a1w0 rA1a1w9",
		    "r.zero_windows=1 r.window_updates=1" },
		/* The same one, or none at all. */
		{ HANDSHAKE "rA1a1w1000", "r.duplicate_acks=1" },
		{ HANDSHAKE "rA1a1w0", "r.zero_windows=1" },
		/* It says more. */
		{ HANDSHAKE "rA1+5a1w999", "" },
		{ HANDSHAKE "oA1+5a1 rA1a6w999", "" },
		{ HANDSHAKE "rFA1a1w999", "" },
		{ HANDSHAKE "rSA1a1w999", "r.more_syn=1" },
		{ HANDSHAKE "rRA1a1w999", "" },
		{ HANDSHAKE "r1a1w999", "" },
		/* It stands elsewhere. */
		{ HANDSHAKE "rA2a1w999", "r.beyond=1" },
		{ HANDSHAKE "rA0a1w999", "r.keepalives=1" },
		/* The first of a side. */
		{ "rA1a1w999", "" },
		{ "oSw9 rSA0a1 oA1a1w8", "" }
	};

	(void)state;
	SEGMENTS_CHECK(examples);
}

static int64_t
window_of(char who)
{
	uint32_t window;

	return tcp_flow_control_window(&g.t.side[!segments_side(&g, who)],
	    &window) ? (int64_t)window : -1;
}

static int64_t
room_of(char who)
{
	int side = segments_side(&g, who);
	uint32_t room;

	return tcp_flow_control_room(&g.t.side[side], &g.t.side[!side],
	    &room) ? (int64_t)room : -1;
}

/* What the responder offers, and what is left of it; -1: not known. */
static void
test_room(void **state)
{
	static const struct {
		const char	*segments;
		int64_t		 window;
		int64_t		 room;
	} examples[] = {
		{ "oA1+10a1", -1, -1 },
		{ "rA1a1w30", -1, -1 },
		{ "rA1a1w0", 0, -1 },
		{ "oA1+10a1 rA1a1w0", 0, 0 },
		{ "rSA0a1w30", 30, -1 },
		{ "oS rSA0a1w30", 30, 30 },
		{ "oS rSA0a1w30 oA1+10a1", 30, 20 },
		{ "oS rSA0a1w30 oA1+30a1", 30, 0 },
		{ "oS rSA0a1w30 oA1+40a1", 30, 0 },
		{ "oS rSA0a1w30 oA1+30a1 rA1a11w30", 30, 10 },
		{ "oS rSA0a1w30 oA1+30a1 rA1a11w10", 10, 0 },
		{ "oSx1 rSA0a1x3w30 oA1+10a1", 30, 20 },
		{ "oSx1 rSA0a1x3w30 oA1+10a1 rA1a1w30", 240, 230 },
		{ "oSx1 rSA0a1x3w30 oA1+10a1 rA1a1w30 rSA0a1x3w30", 30, 20 },
		{ "oSx1 rSA0a1x3w30 oA1+10a1 rA1a1w0", 0, 0 },
		/* It acknowledged bytes that were not seen. */
		{ "oS rSA0a1w30 rA1a50w30", 30, 30 },
		/* A window without an acknowledgement. */
		{ "oS r1w30 oA1+10a1", 30, -1 }
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		for (int way = 0; way < SEGMENTS_WAYS; way++) {
			segments_init(&g, way);
			segments_send(&g, examples[i].segments);
			if (window_of('o') != examples[i].window ||
			    room_of('o') != examples[i].room)
				fail_msg("%s: %lld, %lld",
				    examples[i].segments,
				    (long long)window_of('o'),
				    (long long)room_of('o'));
		}
	}
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_scaling),
		TEST(test_syns),
		TEST(test_range),
		TEST(test_zero_windows),
		TEST(test_zero_window_time),
		TEST(test_window_full),
		TEST(test_window_update),
		TEST(test_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
