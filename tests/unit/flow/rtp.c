/*
 * Real-time streams: what is one and what is not, and its loss, order and
 * jitter against figures worked out by hand or by the RFC's own formula.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "flow/rtp.h"

enum { PCMU = 0, COMFORT_NOISE = 13, H263 = 34, DYNAMIC = 96, SSRC = 77 };

#define MS INT64_C(1000000)
#define START_NS (1000000 * MS)
/* Voice: a packet each 20 ms. */
#define AT(n) (START_NS + (n) * 20 * MS)

static struct rtp_stream stream;

static int
setup(void **state)
{
	(void)state;
	stream = (struct rtp_stream){ 0 };
	return 0;
}

static void
send_as(uint32_t ssrc, uint8_t type, uint16_t sequence, uint32_t timestamp,
    int64_t ts_ns)
{
	const struct rtp_packet packet = {
		.ts_ns = ts_ns,
		.ssrc = ssrc,
		.timestamp = timestamp,
		.sequence = sequence,
		.payload_type = type
	};

	rtp_track(&stream, &packet);
}

/* Packet n of a voice, in its time; numbers and timestamps wrap soon. */
static void
speak(int n)
{
	send_as(SSRC, PCMU, (uint16_t)(65530 + n),
	    UINT32_MAX - 500 + (uint32_t)n * 160, AT(n));
}

static void
speak_all(int from, int end)
{
	for (int n = from; n < end; n++)
		speak(n);
}

static void
assert_counts(uint32_t packets, uint32_t lost, uint32_t reordered,
    uint32_t duplicates)
{
	assert_true(rtp_is_found(&stream));
	assert_int_equal(stream.packets, packets);
	assert_int_equal(rtp_lost(&stream), lost);
	assert_int_equal(stream.reordered, reordered);
	assert_int_equal(stream.duplicates, duplicates);
}

static void
test_read(void **state)
{
	uint8_t head[RTP_HEADER_SIZE] = { 0x80, 0x88, 0x12, 0x34, 1, 2, 3, 4,
		5, 6, 7, 8 };
	struct rtp_packet packet;

	(void)state;
	assert_true(rtp_is_possible(head, 12));
	assert_false(rtp_is_possible(head, 11));
	assert_false(rtp_is_possible(NULL, 0));
	assert_true(rtp_read(&packet, head, 12, 12));
	assert_int_equal(packet.payload_type, 8);
	assert_int_equal(packet.sequence, 0x1234);
	assert_int_equal(packet.timestamp, 0x01020304);
	assert_int_equal(packet.ssrc, 0x05060708);
	assert_true(packet.is_usual);
	head[0] = 0x81;			/* one CSRC needs four bytes */
	assert_false(rtp_read(&packet, head, 12, 15));
	assert_true(rtp_read(&packet, head, 12, 16));
	assert_false(packet.is_usual);
	for (unsigned int version = 0; version < 4; version++) {
		head[0] = (uint8_t)(version << 6);
		assert_int_equal(rtp_is_possible(head, 12), version == 2);
	}
	head[0] = 0x80;
	for (unsigned int type = 0; type < 256; type++) {
		head[1] = (uint8_t)type;
		assert_int_equal(rtp_read(&packet, head, 12, 12),
		    (type & 0x7f) < 64 || (type & 0x7f) > 95);
	}
}

/* Five in sequence, and not before. */
static void
test_found(void **state)
{
	(void)state;
	speak_all(0, 4);
	assert_false(rtp_is_found(&stream));
	speak(4);
	assert_counts(5, 0, 0, 0);
	speak_all(5, 100);
	assert_counts(100, 0, 0, 0);
	assert_int_equal(stream.sources, 1);
	assert_int_equal(stream.ssrc, SSRC);
	assert_int_equal(stream.payload_type, PCMU);
}

/* What breaks a run: another type, a gap, a clock that stands or leaps. */
static void
test_not_found(void **state)
{
	(void)state;
	for (int n = 0; n < 10; n++)
		send_as(SSRC, (uint8_t)(n / 3), (uint16_t)n,
		    (uint32_t)n * 160, AT(n));
	assert_false(rtp_is_found(&stream));
	setup(NULL);
	for (int n = 0; n < 10; n++)
		send_as(SSRC, PCMU, (uint16_t)(2 * n), (uint32_t)n * 160,
		    AT(n));
	assert_false(rtp_is_found(&stream));
	setup(NULL);
	for (int n = 0; n < 10; n++)
		send_as(SSRC, PCMU, (uint16_t)n, 7, AT(n));
	assert_false(rtp_is_found(&stream));
	send_as(SSRC, PCMU, 10, 167, AT(10));	/* it was a large frame */
	assert_counts(11, 0, 0, 0);
	setup(NULL);
	for (int n = 0; n < 10; n++)		/* a second counter */
		send_as(SSRC, PCMU, (uint16_t)n, (uint32_t)n, AT(n));
	assert_false(rtp_is_found(&stream));
	setup(NULL);
	for (int n = 0; n < 10; n++)
		send_as(SSRC, PCMU, (uint16_t)n,
		    (uint32_t)hash_mix64((uint64_t)n + 1), AT(n));
	assert_false(rtp_is_found(&stream));
}

/* After enough that was none, a side is left alone. */
static void
test_given_up(void **state)
{
	(void)state;
	for (uint32_t n = 0; n < 100; n++)
		send_as(n, PCMU, 1, n * 1000, AT(n));
	speak_all(0, 100);
	assert_false(rtp_is_found(&stream));
}

/* A few packets of something else before the first cost nothing. */
static void
test_late_begin(void **state)
{
	(void)state;
	for (uint32_t n = 0; n < 5; n++)
		send_as(1000 + n, 18, 1, 5, AT(n));
	speak_all(5, 50);
	assert_counts(45, 0, 0, 0);
	assert_int_equal(stream.sources, 1);
	assert_int_equal(stream.ssrc, SSRC);
}

static void
test_lost(void **state)
{
	(void)state;
	speak_all(0, 10);
	speak_all(13, 20);
	assert_counts(17, 3, 0, 0);
	speak(11);			/* late */
	assert_counts(18, 2, 1, 0);
	speak(11);			/* and again */
	assert_counts(19, 1, 1, 1);
	speak(19);
	assert_counts(20, 0, 1, 2);
	speak(18);
	assert_counts(21, 0, 1, 3);	/* never below 0 */
}

/* Numbers that leap are a gap up to 3,000, and then a new beginning. */
static void
test_leap(void **state)
{
	(void)state;
	speak_all(0, 10);
	speak(10 + 2998);
	assert_counts(11, 2998, 0, 0);
	setup(NULL);
	speak_all(0, 10);
	speak(10 + 2999);		/* alone it is nothing */
	assert_counts(10, 0, 0, 0);
	speak(10 + 3000);
	assert_counts(12, 0, 0, 0);
	speak_all(3011, 3020);
	assert_counts(21, 0, 0, 0);
	assert_int_equal(stream.sources, 1);
	setup(NULL);
	speak_all(0, 200);
	speak(99);			/* 100 behind: late */
	assert_counts(201, 0, 1, 0);
	speak(98);
	assert_counts(201, 0, 1, 0);
}

/* A capture that has each packet twice. */
static void
test_twice(void **state)
{
	(void)state;
	for (int n = 0; n < 50; n++) {
		speak(n);
		speak(n);
	}
	assert_counts(100, 0, 0, 50);
}

/* RFC 3550 A.8 in floating point, beside ours in nanoseconds. */
static void
test_jitter(void **state)
{
	double jitter = 0;
	double sum = 0;
	double max = 0;
	int64_t before_ns = 0;
	int64_t mean_ns;

	(void)state;
	for (int n = 0; n < 1000; n++) {
		int64_t late_ns = (int64_t)(hash_mix64((uint64_t)n + 1) %
		    15000000);
		double d = (double)llabs(late_ns - before_ns);

		send_as(SSRC, PCMU, (uint16_t)n, (uint32_t)n * 160,
		    AT(n) + late_ns);
		before_ns = late_ns;
		if (n == 0)
			continue;
		jitter += (d - jitter) / 16;
		sum += jitter;
		max = jitter > max ? jitter : max;
	}
	assert_true(rtp_jitter(&stream, &mean_ns));
	assert_int_equal(stream.jitter_samples, 999);
	assert_in_range(mean_ns, (int64_t)(sum / 999) - 20,
	    (int64_t)(sum / 999) + 20);
	assert_in_range(stream.jitter_max_ns, (int64_t)max - 20,
	    (int64_t)max + 20);
}

/* Where packets keep to the clock there is none, gaps and wraps or not. */
static void
test_no_jitter(void **state)
{
	int64_t mean_ns;

	(void)state;
	speak_all(0, 10);
	speak_all(20, 30);
	assert_true(rtp_jitter(&stream, &mean_ns));
	assert_int_equal(mean_ns, 0);
	assert_int_equal(stream.jitter_max_ns, 0);
}

/* Times as far apart as times can be. */
static void
test_jitter_bounds(void **state)
{
	const int64_t far_ns = (INT64_C(1) << 62) - 1;

	(void)state;
	speak_all(0, 10);
	for (uint16_t n = 0; n < 100; n++)
		send_as(SSRC, PCMU, (uint16_t)(65540 + n), n * 0x7fffffffu,
		    n % 2 == 0 ? far_ns : -far_ns);
	assert_in_range(stream.jitter_max_ns, 4000 * MS, UINT32_MAX);
	assert_counts(110, 0, 0, 0);
}

/* A dynamic type's clock is told by a second of it. */
static void
test_clock(void **state)
{
	static const struct {
		uint32_t	step;	/* ticks in 20 ms */
		bool		is_known;
	} cases[] = {
		{ 160, true }, { 320, true }, { 480, true }, { 640, true },
		{ 882, true }, { 960, true }, { 1800, true },
		{ 164, true },		/* 2.5 per cent off */
		{ 20, false },		/* 1000 Hz is no clock of media */
		{ 400, false }
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int64_t mean_ns;

		setup(NULL);
		for (int n = 0; n < 50; n++)
			send_as(SSRC, DYNAMIC, (uint16_t)n,
			    (uint32_t)n * cases[i].step, AT(n));
		assert_true(rtp_is_found(&stream));
		assert_false(rtp_jitter(&stream, &mean_ns));
		for (int n = 50; n < 100; n++)
			send_as(SSRC, DYNAMIC, (uint16_t)n,
			    (uint32_t)n * cases[i].step, AT(n));
		assert_int_equal(rtp_jitter(&stream, &mean_ns),
		    cases[i].is_known);
		if (cases[i].is_known)
			assert_in_range(mean_ns, 0, MS);
	}
}

/* Noise and events in between have times of their own. */
static void
test_other_types(void **state)
{
	int64_t mean_ns;

	(void)state;
	for (int n = 0; n < 50; n++) {
		if (n % 10 == 7)
			send_as(SSRC, COMFORT_NOISE, (uint16_t)n, 99, AT(n));
		else
			send_as(SSRC, PCMU, (uint16_t)n, (uint32_t)n * 160,
			    AT(n));
	}
	assert_counts(50, 0, 0, 0);
	assert_int_equal(stream.payload_type, PCMU);
	assert_true(rtp_jitter(&stream, &mean_ns));
	assert_int_equal(mean_ns, 0);
}

/* Another source takes over when the first has been silent, whole. */
static void
test_sources(void **state)
{
	(void)state;
	speak_all(0, 50);
	for (int n = 50; n < 150; n++)
		send_as(5, H263, (uint16_t)n, (uint32_t)n * 1800, AT(n));
	assert_counts(150, 0, 0, 0);
	assert_int_equal(stream.sources, 2);
	assert_int_equal(stream.ssrc, 5);
	assert_int_equal(stream.payload_type, H263);
	for (int n = 150; n < 154; n++)	/* too few */
		send_as(6, H263, (uint16_t)n, (uint32_t)n * 1800,
		    AT(n + 100));
	assert_int_equal(stream.sources, 2);
	assert_counts(150, 0, 0, 0);
}

/* Two at a time: one is followed. */
static void
test_together(void **state)
{
	(void)state;
	for (int n = 0; n < 200; n++) {
		speak(n);
		send_as(5, H263, (uint16_t)n, (uint32_t)n * 1800, AT(n));
	}
	assert_counts(200, 0, 0, 0);
	assert_int_equal(stream.sources, 1);
	assert_int_equal(stream.ssrc, SSRC);
}

static void
test_restart(void **state)
{
	int64_t mean_ns;

	(void)state;
	speak_all(0, 20);
	speak_all(25, 30);
	assert_counts(25, 5, 0, 0);
	rtp_restart(&stream);
	assert_false(rtp_is_found(&stream));
	assert_false(rtp_jitter(&stream, &mean_ns));
	speak_all(31, 40);
	assert_counts(9, 1, 0, 0);
	assert_int_equal(stream.sources, 1);
}

/* Any bytes at all: a few of them regular, no assertion but the sanitizer. */
static void
test_any_bytes(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (int n = 0; n < 200000; n++) {
		uint8_t *bytes;
		uint32_t size;
		struct rtp_packet packet;

		seed = hash_mix64(seed + 1);
		size = (uint32_t)(seed >> 60) + 8;
		bytes = malloc(size);	/* its end is the allocation's */
		assert_non_null(bytes);
		for (uint32_t i = 0; i < size; i++)
			bytes[i] = (uint8_t)hash_mix64(seed + i % 8);
		if (seed % 4 != 0)
			bytes[0] = 0x80;
		if (rtp_is_possible(bytes, size) && rtp_read(&packet, bytes,
		    size, size + (uint32_t)(seed >> 8 & 7))) {
			packet.ts_ns = (int64_t)(seed >> 2) -
			    (INT64_C(1) << 61);
			if (n % 3 != 0)
				packet.ssrc = SSRC;
			if (n % 50 != 0)
				packet.sequence = (uint16_t)(n / 2);
			rtp_track(&stream, &packet);
		}
		if (n % 1000 == 0)
			setup(NULL);
		free(bytes);
	}
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		TEST(test_read),
		TEST(test_found),
		TEST(test_not_found),
		TEST(test_given_up),
		TEST(test_late_begin),
		TEST(test_lost),
		TEST(test_leap),
		TEST(test_twice),
		TEST(test_jitter),
		TEST(test_no_jitter),
		TEST(test_jitter_bounds),
		TEST(test_clock),
		TEST(test_other_types),
		TEST(test_sources),
		TEST(test_together),
		TEST(test_restart),
		TEST(test_any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
