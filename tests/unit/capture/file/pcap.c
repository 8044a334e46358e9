/*
 * pcap: every magic in both byte orders, old orders of the lengths, cuts at
 * every byte, and lengths that cannot be.
 */
#include "../../../lib/stored.h"

#include "base/log.h"

enum {
	FILE_HEADER = 24,
	RECORD = 16
};

#define SECOND INT64_C(1000000000)

static const uint32_t micro = 0xa1b2c3d4, nano = 0xa1b23c4d,
    kuznetzov = 0xa1b2cd34;

/* Three frames of 1, 60 and 0 bytes. */
static void
build(struct stored *s, uint32_t magic, bool is_big_endian)
{
	*s = (struct stored){ .is_big_endian = is_big_endian };
	stored_pcap(s, magic, 1);
	stored_record(s, 100, 5, 1, 0x11);
	stored_record(s, 99, 999999, 60, 0x22);
	stored_record(s, UINT32_MAX, 0, 0, 0x33);
}

static void
expect_built(const struct stored *s, int64_t unit_ns, int digits)
{
	struct stored_frames all;

	stored_read_bytes(&all, s->data, s->size);
	assert_int_equal(all.count, 3);
	stored_expect(&all.frames[0], 100 * SECOND + 5 * unit_ns, 1, 0x11);
	stored_expect(&all.frames[1], 99 * SECOND + 999999 * unit_ns, 60,
	    0x22);
	stored_expect(&all.frames[2], UINT32_MAX * SECOND, 0, 0x33);
	assert_false(all.counts.is_damaged);
	assert_int_equal(all.counts.bytes_read, s->size);
	assert_int_equal(all.counts.bytes_total, s->size);
	assert_int_equal(all.frames[0].interface->link_type, 1);
	assert_int_equal(all.frames[0].interface->time_digits, digits);
	assert_int_equal(all.frames[0].interface->snaplen, 65535);
	assert_null(all.frames[0].interface->name);
	stored_release(&all);
}

static void
test_byte_orders(void **state)
{
	struct stored s;
	int big;

	(void)state;
	for (big = 0; big < 2; big++) {
		build(&s, micro, big);
		expect_built(&s, 1000, 6);
		free(s.data);
		build(&s, nano, big);
		expect_built(&s, 1, 9);
		free(s.data);
	}
}

static void
test_kuznetzov(void **state)
{
	struct stored s;
	struct stored_frames all;
	int big;

	(void)state;
	for (big = 0; big < 2; big++) {
		s = (struct stored){ .is_big_endian = big };
		stored_pcap(&s, kuznetzov, 1);
		stored_u32(&s, 7);
		stored_u32(&s, 8);
		stored_u32(&s, 2);
		stored_u32(&s, 90);
		stored_bytes(&s, "\0\0\0\2\10\0\0\0hi", 10);
		stored_read_bytes(&all, s.data, s.size);
		assert_int_equal(all.count, 1);
		assert_true(all.frames[0].ts_ns == 7 * SECOND + 8000);
		assert_int_equal(all.frames[0].captured, 2);
		assert_int_equal(all.frames[0].length, 90);
		assert_memory_equal(all.frames[0].data, "hi", 2);
		assert_false(all.counts.is_damaged);
		stored_release(&all);
		free(s.data);
	}
}

static void
test_link_type(void **state)
{
	struct stored s = { .data = NULL };
	struct stored_frames all;

	(void)state;
	stored_pcap(&s, micro, 0x54000000 | 276);
	stored_record(&s, 1, 0, 4, 0);
	stored_read_bytes(&all, s.data, s.size);
	assert_int_equal(all.count, 1);
	assert_int_equal(all.frames[0].interface->link_type, 276);
	stored_release(&all);
	free(s.data);
}

/* Version 2.2 has the lengths the other way; 2.3 both ways. */
static void
test_old_versions(void **state)
{
	static const struct {
		uint8_t		major;
		uint8_t		minor;
		uint32_t	first;
		uint32_t	second;
	} cases[] = {
		{ 2, 2, 90, 3 }, { 2, 3, 90, 3 }, { 2, 3, 3, 90 },
		{ 2, 4, 3, 90 }
	};
	struct stored_frames all;
	struct stored s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		s = (struct stored){ .data = NULL };
		stored_pcap(&s, micro, 1);
		s.data[4] = cases[i].major;
		s.data[6] = cases[i].minor;
		stored_u32(&s, 1);
		stored_u32(&s, 0);
		stored_u32(&s, cases[i].first);
		stored_u32(&s, cases[i].second);
		stored_bytes(&s, "abc", 3);
		stored_read_bytes(&all, s.data, s.size);
		assert_int_equal(all.count, 1);
		assert_int_equal(all.frames[0].captured, 3);
		assert_int_equal(all.frames[0].length, 90);
		assert_false(all.counts.is_damaged);
		stored_release(&all);
		free(s.data);
	}
}

static void
test_unknown_version(void **state)
{
	struct stored_frames all;
	struct stored s;

	(void)state;
	build(&s, micro, false);
	s.data[4] = 3;
	stored_read_bytes(&all, s.data, s.size);
	assert_int_equal(all.count, 0);
	assert_true(all.counts.is_damaged);
	stored_release(&all);
	free(s.data);
}

/* Whole frames come, the file is damaged unless the cut is between two. */
static void
test_cut_everywhere(void **state)
{
	const size_t ends[] = { FILE_HEADER, FILE_HEADER + RECORD + 1,
	    FILE_HEADER + 2 * RECORD + 61, FILE_HEADER + 3 * RECORD + 61 };
	struct stored_frames all;
	struct stored s;
	size_t size, i, whole;
	bool is_between;

	(void)state;
	build(&s, micro, false);
	assert_int_equal(s.size, ends[3]);
	for (size = 4; size <= s.size; size++) {
		is_between = false;
		whole = 0;
		for (i = 0; i < 4; i++) {
			is_between |= size == ends[i];
			whole += i > 0 && size >= ends[i];
		}
		stored_read_bytes(&all, s.data, size);
		assert_int_equal(all.count, whole);
		assert_int_equal(all.counts.is_damaged, !is_between);
		stored_release(&all);
	}
	free(s.data);
}

static void
test_absurd_length(void **state)
{
	struct stored_frames all;
	struct stored s;

	(void)state;
	build(&s, micro, false);
	stored_record(&s, 1, 0, 0, 0);
	memcpy(s.data + s.size - 8, "\1\0\0\1\1\0\0\1", 8);
	stored_record(&s, 2, 0, 4, 0x44);
	stored_read_bytes(&all, s.data, s.size);
	assert_int_equal(all.count, 3);
	assert_true(all.counts.is_damaged);
	stored_release(&all);
	free(s.data);
}

/* 1 MiB is longer than the snap length and than the window that is left. */
static void
test_long_frame(void **state)
{
	const uint32_t size = 1 << 20;
	struct stored_frames all;
	struct stored s;

	(void)state;
	build(&s, micro, false);
	stored_record(&s, 4, 0, size, 0x44);
	stored_record(&s, 5, 0, 3 * size, 0x55);
	stored_record(&s, 6, 0, 6, 0x66);
	stored_read_bytes(&all, s.data, s.size);
	assert_int_equal(all.count, 6);
	stored_expect(&all.frames[3], 4 * SECOND, size, 0x44);
	stored_expect(&all.frames[4], 5 * SECOND, 3 * size, 0x55);
	stored_expect(&all.frames[5], 6 * SECOND, 6, 0x66);
	assert_false(all.counts.is_damaged);
	stored_release(&all);
	free(s.data);
}

static void
test_odd_values(void **state)
{
	struct stored s = { .data = NULL };
	struct stored_frames all;

	(void)state;
	stored_pcap(&s, micro, 1);
	stored_record(&s, 10, 2500000, 2, 0x77);
	stored_record(&s, UINT32_MAX, UINT32_MAX, 0, 0);
	/* Captured more than there was on the wire. */
	memcpy(s.data + FILE_HEADER + 12, "\1\0\0\0", 4);
	stored_read_bytes(&all, s.data, s.size);
	assert_int_equal(all.count, 2);
	stored_expect(&all.frames[0], 12 * SECOND + SECOND / 2, 2, 0x77);
	stored_expect(&all.frames[1],
	    UINT32_MAX * SECOND + UINT32_MAX * INT64_C(1000), 0, 0);
	assert_false(all.counts.is_damaged);
	stored_release(&all);
	free(s.data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_byte_orders),
		cmocka_unit_test(test_kuznetzov),
		cmocka_unit_test(test_link_type),
		cmocka_unit_test(test_old_versions),
		cmocka_unit_test(test_unknown_version),
		cmocka_unit_test(test_cut_everywhere),
		cmocka_unit_test(test_absurd_length),
		cmocka_unit_test(test_long_frame),
		cmocka_unit_test(test_odd_values)
	};

	log_set_level(LOG_LEVEL_QUIET);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
