/*
 * Why a transfer was slow, in words: each cause, with and without what
 * explains it, what is too short or too small a share, and bytes in doubt.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "output/text_slow.h"

#include "../../lib/sample.h"

#define MS INT64_C(1000000)

static struct record	 r;

static int
setup(void **state)
{
	(void)state;
	r = sample_tcp();
	r.duration_ns = 5000 * MS;
	for (int i = 0; i < 2; i++) {
		struct record_side *side = i == 0 ? &r.src : &r.dst;

		memset(&side->tcp, 0, sizeof(side->tcp));
		side->counts.packets = 1000;
	}
	return 0;
}

static void
limit(struct record_side *side, const char *word, int at, int64_t ns)
{
	side->tcp.limited_by = word;
	side->tcp.limited_ns[at] = ns;
}

static void
expect(const char *note, const char *lines)
{
	struct buffer b;

	buffer_init(&b, 64);
	text_slow_note(&r, &b);
	buffer_char(&b, '\0');
	assert_string_equal(b.data, note);
	assert_int_equal(text_slow_is_slow(&r), note[0] != '\0');
	buffer_reset(&b);
	text_slow_lines(&r, &b);
	buffer_char(&b, '\0');
	assert_string_equal(b.data, lines);
	buffer_release(&b);
}

static void
test_window(void **state)
{
	(void)state;
	limit(&r.src, "receiver_window", 1, 4100 * MS);
	expect("slow: 4.1 s receiver window", "from the originator: "
	    "slow: 4.1 s of 5.0 s waiting for the receiver's window\n");
	r.dst.tcp.zero_windows = 3;
	expect("slow: 4.1 s receiver window", "from the originator: "
	    "slow: 4.1 s of 5.0 s waiting for the receiver's window "
	    "(zero 3 times)\n");
	r.dst.tcp.zero_windows = 1;
	r.src.tcp.window_full = 2;
	expect("slow: 4.1 s receiver window", "from the originator: "
	    "slow: 4.1 s of 5.0 s waiting for the receiver's window "
	    "(zero once, full 2 times)\n");
	r.dst.tcp.zero_windows = 0;
	r.dst.tcp.window_max = 8000;
	expect("slow: 4.1 s receiver window", "from the originator: "
	    "slow: 4.1 s of 5.0 s waiting for the receiver's window "
	    "(full 2 times, at most 8.0 kB)\n");
	r.src.tcp.window_full = 0;
	expect("slow: 4.1 s receiver window", "from the originator: "
	    "slow: 4.1 s of 5.0 s waiting for the receiver's window "
	    "(at most 8.0 kB)\n");
}

static void
test_loss(void **state)
{
	(void)state;
	limit(&r.dst, "network_loss", 2, 2600 * MS);
	r.dst.tcp.retransmitted_packets = 1;
	expect("slow: 2.6 s loss", "from the responder: slow: 2.6 s of "
	    "5.0 s making up for loss (0.1 % sent again: 1 of 1,000 "
	    "packets)\n");
	r.dst.tcp.retransmitted_packets = 20;
	r.dst.tcp.timeout_retransmissions = 4;
	r.dst.tcp.spurious_retransmissions = 1;
	expect("slow: 2.6 s loss", "from the responder: slow: 2.6 s of "
	    "5.0 s making up for loss (2.0 % sent again: 20 of 1,000 "
	    "packets, 4 after a timeout, 1 needlessly)\n");
	r.dst.tcp.retransmitted_packets = 0;
	expect("slow: 2.6 s loss", "from the responder: slow: 2.6 s of "
	    "5.0 s making up for loss\n");
	r.src.tcp.duplicate_acks = 5;
	expect("slow: 2.6 s loss", "from the responder: slow: 2.6 s of "
	    "5.0 s making up for loss (asked for again 5 times)\n");
}

static void
test_round_trip(void **state)
{
	(void)state;
	limit(&r.src, "network_rtt", 3, 4000 * MS);
	expect("slow: 4.0 s round trips", "from the originator: slow: "
	    "4.0 s of 5.0 s waiting for the round trip\n");
	r.src.tcp.rtt_samples = 2;
	r.src.tcp.rtt_mean_ns = 210 * MS;
	r.src.tcp.bytes_in_flight_max = 14600;
	expect("slow: 4.0 s round trips", "from the originator: slow: "
	    "4.0 s of 5.0 s waiting for the round trip (210 ms on average, "
	    "at most 14.6 kB on their way)\n");
}

static void
test_not_slow(void **state)
{
	(void)state;
	expect("", "");
	limit(&r.src, "application", 0, 4900 * MS);
	limit(&r.dst, "unknown", 1, 4900 * MS);
	expect("", "from the originator: 4.9 s of 5.0 s with nothing to "
	    "send\n");
	limit(&r.src, "receiver_window", 1, 2500 * MS);	/* half */
	expect("", "");
	r.duration_ns = 1000 * MS;
	limit(&r.src, "receiver_window", 1, 999 * MS);	/* short */
	expect("", "");
	limit(&r.src, "receiver_window", 1, 1000 * MS);
	expect("slow: 1.0 s receiver window", "from the originator: "
	    "slow: 1.0 s of 1.0 s waiting for the receiver's window\n");
	r.has &= ~RECORD_TCP;
	expect("", "");
}

/* The note is of the side that was held back for longer. */
static void
test_both_slow(void **state)
{
	(void)state;
	limit(&r.src, "network_loss", 2, 2600 * MS);
	limit(&r.dst, "network_rtt", 3, 3000 * MS);
	expect("slow: 3.0 s round trips", "from the originator: slow: 2.6 s "
	    "of 5.0 s making up for loss\nfrom the responder: slow: 3.0 s "
	    "of 5.0 s waiting for the round trip\n");
	limit(&r.src, "network_loss", 2, 3100 * MS);
	expect("slow: 3.1 s loss", "from the originator: slow: 3.1 s of "
	    "5.0 s making up for loss\nfrom the responder: slow: 3.0 s of "
	    "5.0 s waiting for the round trip\n");
}

/* What is worth a line though nothing was slow. */
static void
test_not_smooth(void **state)
{
	(void)state;
	r.src.tcp.retransmitted_packets = 12;
	r.src.tcp.out_of_order_packets = 1;
	r.src.tcp.ecn_ce = 2;
	r.src.tcp.keepalives = 3;
	r.src.tcp.zero_windows = 1;
	expect("", "from the originator: 1.2 % sent again: 12 of 1,000 "
	    "packets; 1 packet out of order; 2 packets marked for "
	    "congestion; 3 keep-alives\nfrom the responder: the receiver's "
	    "window was zero once\n");
}

static void
test_doubts(void **state)
{
	(void)state;
	r.src.tcp.missed_bytes = 1460;
	r.dst.tcp.overlaps_conflicting = 1;
	expect("", "from the originator: 1.5 kB never seen though "
	    "acknowledged\nfrom the responder: the same bytes came twice "
	    "and differed\n");
	r.src.tcp.overlaps_conflicting = 2;
	r.dst.tcp.overlaps_conflicting = 0;
	limit(&r.src, "network_loss", 2, 3000 * MS);
	expect("slow: 3.0 s loss", "from the originator: slow: 3.0 s of "
	    "5.0 s making up for loss; 1.5 kB never seen though "
	    "acknowledged; the same bytes came twice and differed (2 times)"
	    "\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_window, setup),
		cmocka_unit_test_setup(test_loss, setup),
		cmocka_unit_test_setup(test_round_trip, setup),
		cmocka_unit_test_setup(test_not_slow, setup),
		cmocka_unit_test_setup(test_both_slow, setup),
		cmocka_unit_test_setup(test_not_smooth, setup),
		cmocka_unit_test_setup(test_doubts, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
