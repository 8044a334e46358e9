/*
 * Reassembly: any order, duplicates, overlaps, contradictions, bounds of
 * number, size and age, and the ledger of frames that stay unfinished.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "packet/fragments.h"

#define S INT64_C(1000000000)

static const struct address src = { { 10, 0, 0, 1 } };
static const struct address dst = { { 10, 0, 0, 2 } };

static struct fragments *fragments;
static struct packet packet;
static struct datagram whole;
static uint8_t pattern[65536];

static int
setup(void **state)
{
	static struct hash_secret secret;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(pattern); i++)
		pattern[i] = (uint8_t)(i * 31 + (i >> 8));
	fragments = fragments_new(&secret);
	memset(&packet, 0, sizeof(packet));
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	fragments_free(fragments);
	return 0;
}

/* A fragment of the pattern, of frames that are 14 bytes longer than IP. */
static struct fragment
part_of(uint8_t version, uint32_t identification, uint32_t offset,
    uint32_t size, bool is_last)
{
	return (struct fragment){
		.src = &src,
		.dst = &dst,
		.ip_version = version,
		.protocol = PROTOCOL_UDP,
		.identification = identification,
		.offset = offset,
		.is_last = is_last,
		.data = &pattern[offset],
		.captured = size,
		.size = size,
		.ip_bytes = size + 20,
		.frame_bytes = size + 34,
		.ts_ns = S,
		.is_outermost = true
	};
}

static bool
add(struct fragment part)
{
	packet.anomalies = 0;
	return fragments_add(fragments, &part, &packet, &whole);
}

static bool
add4(uint32_t identification, uint32_t offset, uint32_t size, bool is_last)
{
	return add(part_of(4, identification, offset, size, is_last));
}

static bool
add6(uint32_t identification, uint32_t offset, uint32_t size, bool is_last)
{
	return add(part_of(6, identification, offset, size, is_last));
}

static bool
has(enum anomaly what)
{
	return (packet.anomalies >> what & 1) != 0;
}

static void
assert_whole(uint32_t size, uint32_t count)
{
	assert_int_equal(whole.size, size);
	assert_int_equal(whole.captured, size);
	assert_int_equal(whole.fragments, count);
	assert_memory_equal(whole.data, pattern, size);
}

static void
assert_unfinished(uint64_t count)
{
	assert_int_equal(fragments_unfinished(fragments), count);
}

static void
test_in_order(void **state)
{
	struct fragment part;

	(void)state;
	assert_false(add4(1, 0, 1480, false));
	assert_unfinished(1);
	part = part_of(4, 1, 1480, 1480, false);
	part.ts_ns = 2 * S;
	assert_false(add(part));
	part = part_of(4, 1, 2960, 13, true);
	part.ts_ns = 3 * S;
	assert_true(add(part));
	assert_whole(2973, 3);
	assert_int_equal(whole.ip_bytes, 2973 + 60);
	assert_int_equal(whole.frame_bytes, 2973 + 102);
	assert_int_equal(whole.start_ns, S);
	assert_int_equal(whole.protocol, PROTOCOL_UDP);
	assert_unfinished(0);
	assert_int_equal(packet.anomalies, 0);
}

static void
test_any_order(void **state)
{
	static const uint32_t orders[][4] = {
		{ 0, 1, 2, 3 }, { 3, 2, 1, 0 }, { 1, 3, 0, 2 },
		{ 2, 0, 3, 1 }, { 3, 0, 1, 2 }, { 0, 3, 2, 1 },
	};
	uint32_t i, k, at;
	int version;

	(void)state;
	for (version = 4; version <= 6; version += 2) {
		for (i = 0; i < sizeof(orders) / sizeof(*orders); i++) {
			for (k = 0; k < 4; k++) {
				at = orders[i][k];
				assert_int_equal(add(part_of((uint8_t)version,
				    i, at * 8, at == 3 ? 5 : 8, at == 3)),
				    k == 3);
			}
			assert_whole(29, 4);
			assert_int_equal(packet.anomalies, 0);
		}
	}
	assert_unfinished(0);
}

/* 8192 fragments of 8 bytes, every second one first. */
static void
test_largest(void **state)
{
	uint32_t at;

	(void)state;
	for (at = 0; at < 65528; at += 16)
		assert_false(add6(1, at, 8, false));
	for (at = 8; at < 65528; at += 16)
		assert_false(add6(1, at, 8, false));
	assert_true(add6(1, 65528, 7, true));
	assert_whole(65535, 8192);
	assert_unfinished(0);
}

/* Fragments belong together by addresses, number, and IPv4's protocol. */
static void
test_keys(void **state)
{
	const struct address other = { { 10, 0, 0, 3 } };
	struct fragment part;

	(void)state;
	assert_false(add4(1, 0, 8, false));
	assert_false(add4(2, 8, 8, true));
	assert_false(add6(1, 8, 8, true));
	part = part_of(4, 1, 8, 8, true);
	part.protocol = PROTOCOL_TCP;
	assert_false(add(part));
	part = part_of(4, 1, 8, 8, true);
	part.src = &other;
	assert_false(add(part));
	part = part_of(4, 1, 8, 8, true);
	part.dst = &other;
	assert_false(add(part));
	part = part_of(4, 1, 8, 8, true);
	part.is_outermost = false;
	assert_false(add(part));
	assert_unfinished(6);
	assert_true(add4(1, 8, 8, true));
	assert_whole(16, 2);
	assert_unfinished(5);
	/* The first fragment names the protocol of an IPv6 datagram. */
	part = part_of(6, 1, 0, 8, false);
	part.protocol = PROTOCOL_ICMPV6;
	assert_true(add(part));
	assert_int_equal(whole.protocol, PROTOCOL_ICMPV6);
}

static void
test_duplicates(void **state)
{
	int version;

	(void)state;
	for (version = 4; version <= 6; version += 2) {
		assert_false(add(part_of((uint8_t)version, 1, 0, 16, false)));
		assert_false(add(part_of((uint8_t)version, 1, 16, 16,
		    false)));
		assert_false(add(part_of((uint8_t)version, 1, 0, 16, false)));
		assert_int_equal(packet.anomalies, 0);
		assert_false(add(part_of((uint8_t)version, 1, 16, 16,
		    false)));
		assert_int_equal(packet.anomalies, 0);
		assert_true(add(part_of((uint8_t)version, 1, 32, 3, true)));
		assert_whole(35, 5);
	}
	assert_unfinished(0);
}

/* The first bytes win, wherever the second come. */
static void
test_overlap_ipv4(void **state)
{
	struct fragment part;
	uint8_t other[64];

	(void)state;
	memset(other, 0xee, sizeof(other));
	assert_false(add4(1, 8, 16, false));
	part = part_of(4, 1, 0, 32, false);
	part.data = other;
	assert_false(add(part));
	assert_true(has(ANOMALY_FRAGMENT_OVERLAP));
	assert_true(add4(1, 32, 8, true));
	assert_int_equal(whole.size, 40);
	assert_memory_equal(whole.data, other, 8);
	assert_memory_equal(&whole.data[8], &pattern[8], 16);
	assert_memory_equal(&whole.data[24], other, 8);
	assert_memory_equal(&whole.data[32], &pattern[32], 8);
	assert_unfinished(0);
	/* The same bounds, yet other bytes. */
	assert_false(add4(2, 0, 16, false));
	part = part_of(4, 2, 0, 16, false);
	part.data = other;
	assert_false(add(part));
	assert_true(has(ANOMALY_FRAGMENT_OVERLAP));
	assert_true(add4(2, 16, 8, true));
	assert_whole(24, 3);
}

/* RFC 5722: the datagram is dropped, and so is what comes for it. */
static void
test_overlap_ipv6(void **state)
{
	(void)state;
	assert_false(add6(1, 0, 16, false));
	assert_false(add6(1, 8, 16, false));
	assert_true(has(ANOMALY_FRAGMENT_OVERLAP));
	assert_false(add6(1, 16, 8, true));
	assert_false(add6(1, 0, 16, false));
	assert_unfinished(4);
	/* The same bytes in other bounds overlap, too. */
	assert_false(add6(2, 0, 32, false));
	assert_false(add6(2, 0, 16, false));
	assert_true(has(ANOMALY_FRAGMENT_OVERLAP));
	assert_false(add6(3, 0, 16, false));
	assert_false(add6(3, 16, 16, false));
	assert_false(add6(3, 0, 32, false));
	assert_true(has(ANOMALY_FRAGMENT_OVERLAP));
	assert_false(add6(4, 0, 32, false));
	assert_false(add6(4, 16, 16, false));
	assert_true(has(ANOMALY_FRAGMENT_OVERLAP));
}

static void
test_lengths(void **state)
{
	(void)state;
	/* Past 65,535 bytes; nothing; a fragment that is not the last. */
	assert_false(add4(1, 65528, 8, true));
	assert_true(has(ANOMALY_FRAGMENT_LENGTH));
	assert_false(add4(1, 8, 0, true));
	assert_true(has(ANOMALY_FRAGMENT_LENGTH));
	assert_false(add6(1, 0, 12, false));
	assert_true(has(ANOMALY_FRAGMENT_LENGTH));
	assert_false(add4(1, 0, 7, false));
	assert_true(has(ANOMALY_FRAGMENT_LENGTH));
	assert_unfinished(4);
	/* IPv4 leaves the odd bytes out. */
	assert_false(add4(2, 0, 12, false));
	assert_true(has(ANOMALY_FRAGMENT_LENGTH));
	assert_true(add4(2, 8, 8, true));
	assert_whole(16, 2);
	assert_unfinished(4);
}

/* Two ends, bytes behind the end, an end before bytes that came. */
static void
test_contradictions(void **state)
{
	(void)state;
	assert_false(add4(1, 16, 8, true));
	assert_false(add4(1, 24, 8, true));
	assert_true(has(ANOMALY_FRAGMENT_LENGTH));
	assert_false(add4(1, 24, 8, false));
	assert_true(has(ANOMALY_FRAGMENT_LENGTH));
	assert_false(add4(1, 8, 8, true));
	assert_true(has(ANOMALY_FRAGMENT_LENGTH));
	assert_true(add4(1, 0, 16, false));
	assert_whole(24, 2);
	/* What contradicted is of no datagram. */
	assert_unfinished(3);
	assert_false(add4(2, 16, 8, false));
	assert_false(add4(2, 8, 8, true));
	assert_true(has(ANOMALY_FRAGMENT_LENGTH));
}

static void
test_snapped(void **state)
{
	struct fragment part;

	(void)state;
	assert_false(add4(1, 16, 8, true));
	part = part_of(4, 1, 0, 16, false);
	part.captured = 11;
	assert_true(add(part));
	assert_int_equal(whole.size, 24);
	assert_int_equal(whole.captured, 11);
	assert_memory_equal(whole.data, pattern, 11);
	part = part_of(4, 2, 8, 8, true);
	part.captured = 0;
	assert_false(add(part));
	assert_true(add4(2, 0, 8, false));
	assert_int_equal(whole.captured, 8);
	/* A snapped duplicate is one; so is the whole of a snapped one. */
	assert_false(add6(3, 0, 16, false));
	part = part_of(6, 3, 0, 16, false);
	part.captured = 3;
	assert_false(add(part));
	assert_int_equal(packet.anomalies, 0);
	assert_true(add6(3, 16, 8, true));
	assert_whole(24, 3);
	part = part_of(6, 4, 0, 16, false);
	part.captured = 3;
	assert_false(add(part));
	assert_false(add6(4, 0, 16, false));
	assert_int_equal(packet.anomalies, 0);
}

/* RFC 6946: one that is all of its datagram meets no others. */
static void
test_alone(void **state)
{
	(void)state;
	assert_false(add6(1, 8, 8, true));
	assert_true(add6(1, 0, 20, true));
	assert_whole(20, 1);
	assert_true(add6(1, 0, 0, true));
	assert_whole(0, 1);
	assert_unfinished(1);
	assert_true(add6(1, 0, 8, false));
	assert_whole(16, 2);
	assert_unfinished(0);
}

static void
test_age(void **state)
{
	struct fragment part;

	(void)state;
	assert_false(add4(1, 0, 8, false));
	assert_false(add4(2, 0, 8, false));
	part = part_of(4, 1, 8, 8, true);
	part.ts_ns = 31 * S;
	assert_true(add(part));
	part = part_of(4, 2, 8, 8, true);
	part.ts_ns = 31 * S + 1;
	assert_false(add(part));
	assert_unfinished(2);
	/* A frame from the past does not make anything younger. */
	assert_false(add4(3, 0, 8, false));
	part = part_of(4, 3, 8, 8, true);
	part.ts_ns = 61 * S + 2;
	assert_false(add(part));
	assert_unfinished(4);
}

/* Refused datagrams age like others. */
static void
test_age_refused(void **state)
{
	struct fragment part;

	(void)state;
	assert_false(add6(1, 0, 16, false));
	assert_false(add6(1, 8, 16, false));
	part = part_of(6, 1, 0, 16, false);
	part.ts_ns = 40 * S;
	assert_false(add(part));
	assert_int_equal(packet.anomalies, 0);
	part = part_of(6, 1, 16, 8, true);
	part.ts_ns = 40 * S;
	assert_true(add(part));
	assert_whole(24, 2);
	assert_unfinished(2);
}

/* One datagram more than there is room for pushes out the oldest. */
static void
test_number(void **state)
{
	uint32_t i;

	(void)state;
	for (i = 0; i <= FRAGMENTS_DATAGRAMS_MAX; i++)
		assert_false(add4(i, 0, 8, false));
	assert_unfinished(FRAGMENTS_DATAGRAMS_MAX + 1);
	assert_true(add4(2, 8, 8, true));
	assert_true(add4(FRAGMENTS_DATAGRAMS_MAX, 8, 8, true));
	assert_unfinished(FRAGMENTS_DATAGRAMS_MAX - 1);
	assert_false(add4(0, 8, 8, true));
	assert_unfinished(FRAGMENTS_DATAGRAMS_MAX);
}

/* 64 KiB each: about 250 have room, the youngest of them. */
static void
test_bytes(void **state)
{
	uint32_t i, kept = 0;

	(void)state;
	for (i = 0; i < 400; i++) {
		assert_false(add4(i, 0, 8, false));
		assert_false(add4(i, 65520, 15, true));
	}
	assert_unfinished(800);
	for (i = 400; i > 0; i--)
		if (add4(i - 1, 8, 65512, false))
			kept++;
	assert_in_range(kept, 240, FRAGMENTS_BYTES_MAX / 65536);
	fragments_recycle(fragments);
	assert_unfinished(1200 - 3 * kept);
}

/* Datagrams inside tunnels are not the ledger's. */
static void
test_inner(void **state)
{
	struct fragment part;

	(void)state;
	part = part_of(4, 1, 0, 8, false);
	part.is_outermost = false;
	assert_false(add(part));
	assert_unfinished(0);
	part = part_of(4, 1, 8, 8, true);
	part.is_outermost = false;
	assert_true(add(part));
	assert_whole(16, 2);
	assert_unfinished(0);
}

/* What was handed out stays readable until it is recycled. */
static void
test_borrowed(void **state)
{
	const uint8_t *first;

	(void)state;
	assert_false(add4(1, 0, 8, false));
	assert_true(add4(1, 8, 8, true));
	first = whole.data;
	assert_false(add4(1, 0, 8, false));
	assert_true(add4(1, 8, 8, true));
	assert_ptr_not_equal(first, whole.data);
	assert_memory_equal(first, pattern, 16);
	fragments_recycle(fragments);
	fragments_recycle(fragments);
}

/* Times at both ends of what 64 bits hold. */
static void
test_extreme_times(void **state)
{
	struct fragment part;

	(void)state;
	part = part_of(4, 1, 0, 8, false);
	part.ts_ns = INT64_MIN;
	assert_false(add(part));
	part = part_of(4, 1, 8, 8, true);
	part.ts_ns = INT64_MAX;
	assert_false(add(part));
	part = part_of(4, 1, 0, 8, false);
	part.ts_ns = INT64_MAX;
	assert_true(add(part));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_in_order),
		TEST(test_any_order),
		TEST(test_largest),
		TEST(test_keys),
		TEST(test_duplicates),
		TEST(test_overlap_ipv4),
		TEST(test_overlap_ipv6),
		TEST(test_lengths),
		TEST(test_contradictions),
		TEST(test_snapped),
		TEST(test_alone),
		TEST(test_age),
		TEST(test_age_refused),
		TEST(test_number),
		TEST(test_bytes),
		TEST(test_inner),
		TEST(test_borrowed),
		TEST(test_extreme_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
