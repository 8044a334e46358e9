/*
 * What held a side's sending back: each cause made by hand, to the nanosecond.
 *
 * LINK has segments of 100 bytes and a round trip of 10 ms, of which the
 * originator's half takes 4 ms: it answers within 6 ms, a quarter of the half
 * and 1 ms later, and the responder within 8.5 ms.
 */
#include "../../lib/segments.h"
#include "tcp/limits.h"

#define LINK	"oSm100@0ms rSA0a1m100@6ms oA1a1@10ms "

static struct segments g;

/* The time that is charged to each cause, and the one with the most of it. */
struct limits {
	const char	*segments;
	enum tcp_limit	 cause;
	int64_t		 application;
	int64_t		 receiver_window;
	int64_t		 network_loss;
	int64_t		 network_rtt;
};

static bool
is_as_wanted(const struct limits *wanted, int side)
{
	int64_t ns[TCP_LIMITS];
	enum tcp_limit cause = tcp_limits_cause(&g.t, segments_trouble(&g),
	    side, ns);

	if (cause == wanted->cause &&
	    ns[TCP_LIMIT_APPLICATION] == wanted->application &&
	    ns[TCP_LIMIT_RECEIVER_WINDOW] == wanted->receiver_window &&
	    ns[TCP_LIMIT_NETWORK_LOSS] == wanted->network_loss &&
	    ns[TCP_LIMIT_NETWORK_RTT] == wanted->network_rtt)
		return true;
	print_error("%s: cause %d, %lld, %lld, %lld, %lld\n",
	    wanted->segments, cause, (long long)ns[TCP_LIMIT_APPLICATION],
	    (long long)ns[TCP_LIMIT_RECEIVER_WINDOW],
	    (long long)ns[TCP_LIMIT_NETWORK_LOSS],
	    (long long)ns[TCP_LIMIT_NETWORK_RTT]);
	return false;
}

/* Of the originator, or the responder. */
static void
assert_limits(const struct limits *examples, size_t count, char who)
{
	for (size_t i = 0; i < count * SEGMENTS_WAYS; i++) {
		const struct limits *e = &examples[i / SEGMENTS_WAYS];

		segments_init(&g, (int)(i % SEGMENTS_WAYS));
		segments_send(&g, e->segments);
		assert_true(is_as_wanted(e, segments_side(&g, who)));
	}
}

#define ASSERT_LIMITS(examples, who)					\
	assert_limits((examples), sizeof(examples) / sizeof(*(examples)), \
	    (who))

/* Full segments wait for their acknowledgements. */
static void
test_network_rtt(void **state)
{
	static const struct limits examples[] = {
		{ LINK "oA1+100a1@20ms rA1a101@60ms", TCP_LIMIT_NETWORK_RTT,
		    .network_rtt = 40 * MS },
		{ LINK "oA1+100a1@20ms oA101+100a1@30ms rA1a101@60ms "
		    "rA1a201@70000001ns", TCP_LIMIT_NETWORK_RTT,
		    .network_rtt = 50 * MS + 1 },
		{ LINK "oA1+100a1@20ms rA1a101@60ms oA101+100a1@60ms "
		    "rA1a201@90ms", TCP_LIMIT_NETWORK_RTT,
		    .network_rtt = 70 * MS },
		/* An event of the peer that acknowledges nothing cuts too. */
		{ LINK "oA1+100a1@20ms rA1+10a1@60ms", TCP_LIMIT_NETWORK_RTT,
		    .network_rtt = 40 * MS },
		/* Seven eighths of a segment are a full one. */
		{ LINK "oA1+100a1@20ms oA101+84a1@20ms rA1a185@60ms",
		    TCP_LIMIT_NETWORK_RTT, .network_rtt = 40 * MS },
		/* The MSS counts where the network card cuts. */
		{ LINK "oA1+500a1@20ms oA501+84a1@20ms rA1a585@60ms",
		    TCP_LIMIT_NETWORK_RTT, .network_rtt = 40 * MS }
	};

	(void)state;
	ASSERT_LIMITS(examples, 'o');
}

/* Its newest payload was less than seven eighths of a full segment. */
static void
test_application(void **state)
{
	static const struct limits examples[] = {
		{ LINK "oA1+100a1@20ms oA101+83a1@20ms rA1a184@60ms",
		    TCP_LIMIT_APPLICATION, .application = 40 * MS },
		{ LINK "oA1+500a1@20ms oA501+83a1@20ms rA1a584@60ms",
		    TCP_LIMIT_APPLICATION, .application = 40 * MS },
		{ LINK "oA1+100a1@20ms rA1a101@30ms oA101+50a1@30ms "
		    "rA1a151@60ms", TCP_LIMIT_APPLICATION,
		    .application = 30 * MS, .network_rtt = 10 * MS },
		{ LINK "oA1+100a1@20ms rA1a101@30ms oA101+50a1@30ms "
		    "oA151+100a1@35ms rA1a251@60ms", TCP_LIMIT_NETWORK_RTT,
		    .application = 5 * MS, .network_rtt = 35 * MS },
		{ LINK "oA1+83a1@20ms rA1a84@60ms", TCP_LIMIT_APPLICATION,
		    .application = 40 * MS },
		/* No host has an MSS of less than 536. */
		{ "rA1a1@9ms oA1+468a1@20ms rA1a469@60ms",
		    TCP_LIMIT_APPLICATION, .application = 40 * MS },
		{ "rA1a1@9ms oA1+469a1@20ms rA1a470@60ms",
		    TCP_LIMIT_NETWORK_RTT, .network_rtt = 40 * MS },
		/* The MSS of the peer and not its own. */
		{ "oSm9@0ms rSA0a1m100@6ms oA1a1@10ms oA1+200a1@20ms "
		    "oA201+50a1@20ms rA1a251@60ms", TCP_LIMIT_APPLICATION,
		    .application = 40 * MS },
		{ "oSm100@0ms rSA0a1m9@6ms oA1a1@10ms oA1+200a1@20ms "
		    "oA201+50a1@20ms rA1a251@60ms", TCP_LIMIT_NETWORK_RTT,
		    .network_rtt = 40 * MS }
	};

	(void)state;
	ASSERT_LIMITS(examples, 'o');
}

/* With nothing on its way the old cause holds as long as an answer takes. */
static void
test_idle(void **state)
{
	static const struct limits examples[] = {
		{ LINK "oA1+100a1@20ms rA1a101@60ms oA101+100a1@66ms",
		    TCP_LIMIT_NETWORK_RTT, .network_rtt = 46 * MS },
		{ LINK "oA1+100a1@20ms rA1a101@60ms oA101+100a1@66000001ns",
		    TCP_LIMIT_NETWORK_RTT, .application = 1,
		    .network_rtt = 46 * MS },
		{ LINK "oA1+100a1@20ms rA1a101@60ms oA101+100a1@160ms",
		    TCP_LIMIT_APPLICATION, .application = 94 * MS,
		    .network_rtt = 46 * MS },
		/* From the last acknowledgement, whatever the peer says. */
		{ LINK "oA1+100a1@20ms rA1a101@60ms rA1+50a101@100ms "
		    "oA101+100a51@160ms", TCP_LIMIT_APPLICATION,
		    .application = 94 * MS, .network_rtt = 46 * MS },
		/* Without a handshake 1 ms is left, or half a sample too. */
		{ "rA1a1@9ms oA1+600a1@20ms rA1a601@60ms oA601+600a1@70ms",
		    TCP_LIMIT_NETWORK_RTT, .application = 9 * MS,
		    .network_rtt = 41 * MS },
		{ "rA1+9a1@0ms oA1a10@4ms oA1+600a10@10ms rA10a601@60ms "
		    "oA601+600a10@70ms", TCP_LIMITS,
		    .application = 4 * MS, .network_rtt = 56 * MS },
		{ "rSA0a1m100@6ms oA1a1@10ms oA1+100a1@20ms rA1a101@60ms "
		    "oA101+100a1@70ms", TCP_LIMITS,
		    .application = 4 * MS, .network_rtt = 46 * MS }
	};
	static const struct limits responder[] = {
		{ LINK "rA1+100a1@20ms oA1a101@60ms rA101+100a1@68500us",
		    TCP_LIMIT_NETWORK_RTT, .network_rtt = 48500 * US },
		{ LINK "rA1+100a1@20ms oA1a101@60ms rA101+100a1@70ms",
		    TCP_LIMIT_NETWORK_RTT, .application = 1500 * US,
		    .network_rtt = 48500 * US }
	};

	(void)state;
	ASSERT_LIMITS(examples, 'o');
	ASSERT_LIMITS(responder, 'r');
}

/* No room for another full segment. */
static void
test_receiver_window(void **state)
{
	static const struct limits examples[] = {
		{ LINK "rA1a1w199@11ms oA1+100a1@20ms rA1a101w199@60ms",
		    TCP_LIMIT_RECEIVER_WINDOW, .receiver_window = 40 * MS },
		{ LINK "rA1a1w200@11ms oA1+100a1@20ms rA1a101w200@60ms",
		    TCP_LIMIT_NETWORK_RTT, .network_rtt = 40 * MS },
		/* Rather than its short segment. */
		{ LINK "rA1a1w160@11ms oA1+100a1@20ms oA101+10a1@20ms "
		    "rA1a111w160@60ms", TCP_LIMIT_RECEIVER_WINDOW,
		    .receiver_window = 40 * MS },
		/* The last of a flight came back, the next one follows. */
		{ LINK "rA1a1w199@11ms oA1+100a1@20ms rA1a101w199@60ms "
		    "oA101+100a1@63ms", TCP_LIMIT_RECEIVER_WINDOW,
		    .receiver_window = 43 * MS },
		{ LINK "rA1a1w199@11ms oA1+100a1@20ms rA1a101w199@60ms "
		    "oA101+100a1@70ms", TCP_LIMIT_RECEIVER_WINDOW,
		    .application = 4 * MS, .receiver_window = 46 * MS },
		/* Closed, and what counts is when it opens again. */
		{ LINK "oA1+100a1@20ms rA1a101w0@60ms rA1a101@160ms "
		    "oA101+100a1@164ms", TCP_LIMIT_RECEIVER_WINDOW,
		    .receiver_window = 104 * MS, .network_rtt = 40 * MS },
		{ LINK "oA1+100a1@20ms rA1a101w0@60ms rA1a101@160ms "
		    "oA101+100a1@200ms", TCP_LIMIT_RECEIVER_WINDOW,
		    .application = 34 * MS, .receiver_window = 106 * MS,
		    .network_rtt = 40 * MS },
		{ LINK "oA1+100a1@20ms rA1a101w0@60ms rA1a101@160ms "
		    "oA101+100a1@160ms", TCP_LIMIT_RECEIVER_WINDOW,
		    .receiver_window = 100 * MS, .network_rtt = 40 * MS },
		{ LINK "oA1+100a1@20ms rA1a101w0@60ms oA101+1a1@100ms "
		    "rA1a101w0@101ms rA1a101@160ms oA101+100a1@164ms",
		    TCP_LIMIT_RECEIVER_WINDOW, .receiver_window = 104 * MS,
		    .network_rtt = 40 * MS },
		/* A window of zero needs no scale. */
		{ "rA1a1@9ms oA1+600a1@20ms rA1a601w0@60ms rA1a601@160ms "
		    "oA601+600a1@160ms", TCP_LIMIT_RECEIVER_WINDOW,
		    .receiver_window = 100 * MS, .network_rtt = 40 * MS },
		{ "rA1a1w9@11ms oA1+600a1@20ms rA1a601w9@60ms",
		    TCP_LIMIT_NETWORK_RTT, .network_rtt = 40 * MS }
	};

	(void)state;
	ASSERT_LIMITS(examples, 'o');
}

/*
 * The capture near the receiver, where all is acknowledged at once: a side
 * that sends at the rate of a window in each round trip but for a quarter, as
 * that is less here than three segments.
 */
#define NEAR	"oSm100@0ms rSA0a1m100@0ms oA1a1@10ms "
#define SMALL	"oSm100@0ms rSA0a1m100w300@0ms oA1a1@10ms "

static void
test_whole_round(void **state)
{
	static const struct limits examples[] = {
		{ NEAR "oA1+750a1@20ms rA1a751@20ms oA751+750a1@30ms "
		    "rA1a1501@30ms oA1501+750a1@40ms rA1a2251@40ms "
		    "oA2251+750a1@50ms", TCP_LIMIT_RECEIVER_WINDOW,
		    .receiver_window = 20 * MS, .network_rtt = 10 * MS },
		{ NEAR "oA1+749a1@20ms rA1a750@20ms oA750+749a1@30ms "
		    "rA1a1499@30ms oA1499+749a1@40ms rA1a2248@40ms "
		    "oA2248+749a1@50ms", TCP_LIMIT_NETWORK_RTT,
		    .network_rtt = 30 * MS },
		/* In several segments, until it sends less. */
		{ NEAR "oA1+300a1@20ms oA301+450a1@21ms rA1a751@21ms "
		    "oA751+100a1@30ms rA1a851@30ms oA851+100a1@40ms "
		    "rA1a951@40ms oA951+100a1@52ms", TCP_LIMIT_NETWORK_RTT,
		    .receiver_window = 10 * MS, .network_rtt = 22 * MS },
		/* The round is not over before seven eighths of it. */
		{ NEAR "oA1+750a1@20ms rA1a751@20ms oA751+750a1@28749us "
		    "rA1a1501@28749us oA1501+100a1@34ms rA1a1601@34ms "
		    "oA1601+100a1@50ms", TCP_LIMIT_NETWORK_RTT,
		    .application = 2500 * US,
		    .receiver_window = 13500 * US, .network_rtt = 14 * MS },
		/* Two halves of a window in a late round are no window. */
		{ NEAR "oA1+500a1@20ms rA1a501@20ms oA501+500a1@28749us "
		    "rA1a1001@28749us oA1001+500a1@40ms rA1a1501@40ms "
		    "oA1501+500a1@50ms", TCP_LIMIT_NETWORK_RTT,
		    .network_rtt = 30 * MS },
		/* A window of three segments, of which half is used. */
		{ SMALL "oA1+150a1@20ms rA1a151w300@20ms oA151+150a1@30ms "
		    "rA1a301w300@30ms oA301+150a1@40ms rA1a451w300@40ms "
		    "oA451+150a1@50ms", TCP_LIMIT_NETWORK_RTT,
		    .network_rtt = 30 * MS },
		/* And of which all but a quarter is. */
		{ SMALL "oA1+100a1@20ms rA1a101w300@20ms oA101+100a1@21ms "
		    "rA1a201w300@21ms oA201+100a1@22ms rA1a301w300@22ms "
		    "oA301+100a1@30ms rA1a401w300@30ms oA401+100a1@40ms",
		    TCP_LIMITS, .receiver_window = 10 * MS,
		    .network_rtt = 10 * MS }
	};

	(void)state;
	ASSERT_LIMITS(examples, 'o');
}

/* Until what was sent when the loss was seen is acknowledged. */
static void
test_network_loss(void **state)
{
	static const struct limits examples[] = {
		{ LINK "oA1+100a1@20ms oA101+100a1@30ms oA1+100a1@250ms "
		    "rA1a201@290ms", TCP_LIMIT_NETWORK_LOSS,
		    .network_loss = 260 * MS, .network_rtt = 10 * MS },
		/* Part of it does not end the recovery, new bytes neither. */
		{ LINK "oA1+100a1@20ms oA101+100a1@30ms oA1+100a1@250ms "
		    "rA1a101@260ms oA201+100a1@270ms rA1a200@280ms "
		    "rA1a201@290ms rA1a301@300ms", TCP_LIMIT_NETWORK_LOSS,
		    .network_loss = 260 * MS, .network_rtt = 20 * MS },
		/* Lost again: what was sent until then. */
		{ LINK "oA1+100a1@20ms oA1+100a1@250ms oA101+100a1@260ms "
		    "oA1+100a1@500ms rA1a101@520ms rA1a201@530ms "
		    "oA201+100a1@530ms rA1a301@600ms",
		    TCP_LIMIT_NETWORK_LOSS, .network_loss = 510 * MS,
		    .network_rtt = 70 * MS },
		/* Asked for three times. */
		{ LINK "oA1+100a1@20ms oA101+100a1@20ms rA1a1*3@30ms "
		    "rA1a201@60ms", TCP_LIMIT_NETWORK_LOSS,
		    .network_loss = 28 * MS, .network_rtt = 12 * MS },
		{ LINK "oA1+100a1@20ms oA101+100a1@20ms rA1a1*2@30ms "
		    "rA1a201@60ms", TCP_LIMIT_NETWORK_RTT,
		    .network_rtt = 40 * MS },
		/* The loss of what was acknowledged is seen too. */
		{ LINK "oA1+100a1@20ms rA1a101@30ms oA1+100a1@260ms",
		    TCP_LIMIT_NETWORK_LOSS, .network_loss = 230 * MS,
		    .network_rtt = 10 * MS },
		/* Rather than the window. */
		{ LINK "rA1a1w199@11ms oA1+100a1@20ms oA1+100a1@250ms "
		    "rA1a101w199@290ms", TCP_LIMIT_NETWORK_LOSS,
		    .network_loss = 270 * MS },
		/* Late ones were not lost. */
		{ LINK "oA101+100a1@20ms oA1+100a1@21ms rA1a201@60ms",
		    TCP_LIMIT_NETWORK_RTT, .network_rtt = 40 * MS }
	};

	(void)state;
	ASSERT_LIMITS(examples, 'o');
}

/* Less than three round trips. */
static void
test_unknown(void **state)
{
	static const struct limits examples[] = {
		{ LINK "oA1+100a1@20ms rA1a101@49999999ns", TCP_LIMITS,
		    .network_rtt = 30 * MS - 1 },
		{ LINK "oA1+100a1@20ms rA1a101@50ms", TCP_LIMIT_NETWORK_RTT,
		    .network_rtt = 30 * MS },
		/* Of all causes together. */
		{ LINK "oA1+100a1@20ms rA1a101@30ms oA101+100a1@50ms",
		    TCP_LIMIT_NETWORK_RTT, .application = 14 * MS,
		    .network_rtt = 16 * MS },
		/* No round trip is known. */
		{ "rA1a1@9ms oA1+600a1@20ms rA1a601@20000001ns",
		    TCP_LIMIT_NETWORK_RTT, .network_rtt = 1 },
		{ "rA1a1@9ms oA1+600a1@20ms rA1a601@20ms",
		    .cause = TCP_LIMITS },
		/* Nothing is charged before its payload, or behind it. */
		{ LINK "oA1+100a1@900ms", .cause = TCP_LIMITS },
		{ LINK "oA1+100a1@20ms rA1a101@40ms rA1a101@900ms "
		    "oFA101a1@901ms rA1a102@902ms", TCP_LIMITS,
		    .network_rtt = 20 * MS },
		/* It sent no payload. */
		{ LINK "rA1+100a1@20ms oA1a101@60ms oFA1a101@70ms "
		    "rA101a2@900ms", .cause = TCP_LIMITS },
		{ LINK "oA0+1a1@20ms oA0+1a1@60ms oA0+1a1@90ms",
		    .cause = TCP_LIMITS },
		{ LINK "rA1a1w0@20ms oA1+1a1@60ms rA1a1w0@70ms "
		    "oA1+1a1@90ms rA1a1w0@99ms", .cause = TCP_LIMITS },
		/* A RST is no event. */
		{ LINK "oA1+100a1@20ms rRA1a101@90ms", .cause = TCP_LIMITS },
		{ LINK "oA1+100a1@20ms oRA101+9a1@90ms", .cause = TCP_LIMITS }
	};

	(void)state;
	ASSERT_LIMITS(examples, 'o');
}

/* Time that the clock takes back is not charged, nor charged twice. */
static void
test_clock(void **state)
{
	static const struct limits examples[] = {
		{ LINK "oA1+100a1@20ms rA1a101@15ms", .cause = TCP_LIMITS },
		{ LINK "oA1+100a1@50ms oA101+100a1@20ms rA1a201@90ms",
		    TCP_LIMIT_NETWORK_RTT, .network_rtt = 40 * MS },
		{ LINK "oA1+100a1@50ms rA1a101@80ms oA101+100a1@20ms "
		    "rA1a201@90ms", TCP_LIMIT_NETWORK_RTT,
		    .network_rtt = 40 * MS }
	};

	(void)state;
	ASSERT_LIMITS(examples, 'o');
}

/* A part has its own time; what held the side back goes on. */
static void
test_parts(void **state)
{
	static const struct limits examples[] = {
		{ LINK "oA1+100a1@20ms rA1a101@60ms |", .cause = TCP_LIMITS },
		{ LINK "oA1+100a1@20ms rA1a1@30ms | rA1a101@60ms",
		    TCP_LIMIT_NETWORK_RTT, .network_rtt = 30 * MS },
		{ LINK "rA1a1w199@11ms oA1+100a1@20ms | rA1a101@60ms",
		    TCP_LIMIT_RECEIVER_WINDOW, .receiver_window = 40 * MS },
		{ LINK "oA1+100a1@20ms oA101+100a1@30ms oA1+100a1@250ms | "
		    "rA1a101@260ms rA1a201@290ms oA201+100a1@290ms "
		    "rA1a301@300ms", TCP_LIMIT_NETWORK_LOSS,
		    .network_loss = 40 * MS, .network_rtt = 10 * MS }
	};

	(void)state;
	ASSERT_LIMITS(examples, 'o');
}

/* Both sides at once, each by its own. */
static void
test_both_sides(void **state)
{
	static const char segments[] = LINK "oA1+100a1@20ms rA1+40a1@30ms "
	    "rA41+100a101@50ms rA141+50a101@50ms oA101+100a191@110ms "
	    "rA191a201@150ms";
	const struct limits originator = { segments, TCP_LIMIT_NETWORK_RTT,
	    .application = 54 * MS, .network_rtt = 76 * MS };
	const struct limits responder = { segments, TCP_LIMIT_APPLICATION,
	    .application = 80 * MS };

	(void)state;
	assert_limits(&originator, 1, 'o');
	assert_limits(&responder, 1, 'r');
}

/* Bytes on their way, and nothing said for 200 ms and two round trips. */
static void
test_stalls(void **state)
{
	static const struct {
		const char	*segments;
		uint32_t	 stalls;
	} examples[] = {
		{ LINK "oA1+100a1@20ms rA1a101@220ms", 0 },
		{ LINK "oA1+100a1@20ms rA1a101@220000001ns", 1 },
		{ LINK "oA1+100a1@20ms oA101+100a1@230ms rA1a201@440ms", 2 },
		{ LINK "oA1+100a1@20ms oA1+100a1@250ms", 1 },
		{ LINK "oA1+100a1@20ms rA1a1@120ms rA1a101@320ms", 0 },
		/* Nothing was on its way. */
		{ LINK "oA1+100a1@20ms rA1a101@30ms oA101+100a1@330ms", 0 },
		{ LINK "oA1+100a1@20ms rA1a101@30ms rA1a101@330ms", 0 },
		/* A long path. */
		{ "oS@0ms rSA0a1@90ms oA1a1@150ms oA1+100a1@200ms "
		    "rA1a101@500ms", 0 },
		{ "oS@0ms rSA0a1@90ms oA1a1@150ms oA1+100a1@200ms "
		    "rA1a101@500000001ns", 1 },
		/* A part counts its own. */
		{ LINK "oA1+100a1@20ms oA101+100a1@230ms | rA1a201@440ms", 1 }
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(*examples) *
	    SEGMENTS_WAYS; i++) {
		const char *segments = examples[i / SEGMENTS_WAYS].segments;
		const struct tcp_trouble *trouble;
		uint32_t stalls;

		segments_init(&g, (int)(i % SEGMENTS_WAYS));
		segments_send(&g, segments);
		trouble = segments_trouble(&g);
		stalls = trouble == NULL ? 0 : trouble->tally[g.src].stalls;
		if (stalls != examples[i / SEGMENTS_WAYS].stalls)
			fail_msg("%s: %u", segments, stalls);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_network_rtt),
		cmocka_unit_test(test_application),
		cmocka_unit_test(test_idle),
		cmocka_unit_test(test_receiver_window),
		cmocka_unit_test(test_whole_round),
		cmocka_unit_test(test_network_loss),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_both_sides),
		cmocka_unit_test(test_stalls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
