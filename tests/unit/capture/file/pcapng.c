/*
 * pcapng: blocks of every kind in both byte orders, sections, interfaces,
 * clocks, cuts at every byte, and blocks that contradict themselves.
 */
#include "../../../lib/stored.h"

#include "base/log.h"

#define SECOND INT64_C(1000000000)

static void	expect_damaged(const struct stored *, size_t);
static void	expect_time(int, const char *, uint64_t, int64_t, int);

/* A section with two interfaces and blocks of every kind. */
static void
build(struct stored *s, bool is_big_endian)
{
	struct stored body = { .is_big_endian = is_big_endian };
	uint32_t type;

	*s = (struct stored){ .is_big_endian = is_big_endian };
	stored_section(s);
	stored_interface(s, 1, -1, "eth0");
	stored_interface(s, 101, 9, NULL);
	stored_packet(s, 0, 1700000000000001, 61, 0x11);
	stored_packet(s, 1, 1700000000000000002, 2, 0x22);
	/* Names, statistics, secrets, a custom and an unknown block. */
	stored_bytes(&body, "whatever", 8);
	for (type = 4; type <= 5; type++)
		stored_block(s, type, &body);
	stored_block(s, 10, &body);
	stored_block(s, 0xbad, &body);
	stored_block(s, 0x777, &body);
	/* A simple packet: length alone. */
	body.size = 0;
	stored_u32(&body, 3);
	stored_bytes(&body, "\x33\x33\x33", 3);
	stored_block(s, 3, &body);
	/* An obsolete packet: interface and drops of 16 bits. */
	body.size = 0;
	stored_u16(&body, 1);
	stored_u16(&body, 9);
	stored_u32(&body, 0);
	stored_u32(&body, 4);
	stored_u32(&body, 1);
	stored_u32(&body, 1);
	stored_bytes(&body, "\x44", 1);
	stored_block(s, 2, &body);
	free(body.data);
}

static void
expect_built(const struct frame *frames)
{
	stored_expect(&frames[0], INT64_C(1700000000000001000), 61, 0x11);
	assert_int_equal(frames[0].interface->link_type, 1);
	assert_int_equal(frames[0].interface->time_digits, 6);
	assert_string_equal(frames[0].interface->name, "eth0");
	stored_expect(&frames[1], INT64_C(1700000000000000002), 2, 0x22);
	assert_int_equal(frames[1].interface->link_type, 101);
	assert_int_equal(frames[1].interface->time_digits, 9);
	assert_null(frames[1].interface->name);
	stored_expect(&frames[2], INT64_C(1700000000000000002), 3, 0x33);
	assert_ptr_equal(frames[2].interface, frames[0].interface);
	stored_expect(&frames[3], 4, 1, 0x44);
	assert_ptr_equal(frames[3].interface, frames[1].interface);
}

static void
test_blocks(void **state)
{
	struct stored_frames all;
	struct stored s;
	int big;

	(void)state;
	for (big = 0; big < 2; big++) {
		build(&s, big);
		stored_read_bytes(&all, s.data, s.size);
		assert_int_equal(all.count, 4);
		expect_built(all.frames);
		assert_false(all.counts.is_damaged);
		stored_release(&all);
		free(s.data);
	}
}

/* Each section has its own byte order and its own interfaces. */
static void
test_sections(void **state)
{
	struct stored_frames all;
	struct stored s, big;

	(void)state;
	build(&s, false);
	build(&big, true);
	stored_bytes(&s, big.data, big.size);
	s.is_big_endian = true;
	stored_section(&s);
	stored_interface(&s, 228, -1, "eth0");
	stored_packet(&s, 0, 5, 1, 0x55);
	stored_read_bytes(&all, s.data, s.size);
	assert_int_equal(all.count, 9);
	expect_built(all.frames);
	expect_built(all.frames + 4);
	stored_expect(&all.frames[8], 5000, 1, 0x55);
	assert_int_equal(all.frames[8].interface->link_type, 228);
	/* The same interface described again is the same. */
	assert_ptr_equal(all.frames[4].interface, all.frames[0].interface);
	assert_false(all.counts.is_damaged);
	stored_release(&all);

	/* An interface of the section before is not one of this. */
	stored_packet(&s, 1, 6, 1, 0x66);
	expect_damaged(&s, 9);
	free(big.data);
	free(s.data);
}

static void
expect_damaged(const struct stored *s, size_t frames)
{
	struct stored_frames all;

	stored_read_bytes(&all, s->data, s->size);
	assert_int_equal(all.count, frames);
	assert_true(all.counts.is_damaged);
	stored_release(&all);
}

/* One packet at a time of an interface with this clock. */
static void
expect_time(int resolution, const char *offset, uint64_t time,
    int64_t wanted_ns, int digits)
{
	struct stored s = { .data = NULL }, body = { .data = NULL };
	struct stored_frames all;
	uint8_t byte = (uint8_t)resolution;

	stored_section(&s);
	stored_u16(&body, 1);
	stored_u16(&body, 0);
	stored_u32(&body, 0);
	stored_option(&body, 9, &byte, 1);
	if (offset != NULL)
		stored_option(&body, 14, offset, 8);
	stored_block(&s, 1, &body);
	stored_packet(&s, 0, time, 1, 1);
	stored_read_bytes(&all, s.data, s.size);
	assert_int_equal(all.count, 1);
	stored_expect(&all.frames[0], wanted_ns, 1, 1);
	assert_int_equal(all.frames[0].interface->time_digits, digits);
	stored_release(&all);
	free(body.data);
	free(s.data);
}

static void
test_clocks(void **state)
{
	const char *hour = "\x10\x0e\0\0\0\0\0\0";
	const char *back = "\xff\xff\xff\xff\xff\xff\xff\xff";
	const char *first = "\0\0\0\0\0\0\0\x80";
	const char *last = "\xff\xff\xff\xff\xff\xff\xff\x7f";

	(void)state;
	expect_time(0, NULL, 7, 7 * SECOND, 6);
	expect_time(3, NULL, 7001, 7001 * INT64_C(1000000), 6);
	expect_time(6, hour, 5, 3600 * SECOND + 5000, 6);
	expect_time(6, back, 5, 5000 - SECOND, 6);
	expect_time(7, NULL, 5, 500, 9);
	expect_time(9, NULL, 5, 5, 9);
	expect_time(12, NULL, 5999, 5, 9);
	expect_time(127, hour, UINT64_MAX, 3600 * SECOND, 9);
	expect_time(0x80, NULL, 3, 3 * SECOND, 6);
	expect_time(0x80 | 10, NULL, 1024 + 512, SECOND + SECOND / 2, 6);
	expect_time(0x80 | 20, back, 1 << 20, 0, 9);
	expect_time(0x80 | 32, NULL, (UINT64_C(7) << 32) + (1u << 31),
	    7 * SECOND + SECOND / 2, 9);
	expect_time(0x80 | 63, NULL, UINT64_C(1) << 62, SECOND / 2, 9);
	expect_time(0x80 | 127, NULL, UINT64_MAX, 0, 9);
	/* Beyond what 64 bits of nanoseconds hold. */
	expect_time(0, NULL, UINT64_MAX, INT64_MAX, 6);
	expect_time(6, NULL, UINT64_MAX, INT64_MAX, 6);
	expect_time(9, NULL, UINT64_MAX, INT64_MAX, 9);
	expect_time(9, last, 1, INT64_MAX, 9);
	expect_time(9, first, 1, INT64_MIN + 1, 9);
	expect_time(0x80, last, UINT64_MAX, INT64_MAX, 6);
	expect_time(0x80 | 1, NULL, UINT64_MAX, INT64_MAX, 6);
}

/* Where the block at an offset ends; counts it when it has a frame. */
static size_t
find_end(const struct stored *s, size_t at, size_t *frames)
{
	uint32_t type, size;

	if (at == s->size)
		return SIZE_MAX;
	memcpy(&type, s->data + at, 4);
	memcpy(&size, s->data + at + 4, 4);
	*frames += type == 2 || type == 3 || type == 6;
	return at + size;
}

/* All whole frames come; a cut between blocks is no damage. */
static void
test_cut_everywhere(void **state)
{
	struct stored_frames all;
	struct stored s;
	size_t size, end, frames = 0, next_frames = 0;
	bool is_between;

	(void)state;
	build(&s, false);
	end = find_end(&s, 0, &next_frames);
	for (size = 12; size <= s.size; size++) {
		is_between = size == end;
		if (is_between) {
			frames = next_frames;
			end = find_end(&s, end, &next_frames);
		}
		stored_read_bytes(&all, s.data, size);
		assert_int_equal(all.count, frames);
		assert_int_equal(all.counts.is_damaged, !is_between);
		stored_release(&all);
	}
	assert_int_equal(frames, 4);
	free(s.data);
}

/* Changes four bytes at an offset from the end of a sound capture. */
static void
expect_refused(size_t from_end, uint32_t value, size_t frames)
{
	struct stored s;
	size_t i, at;

	build(&s, false);
	at = s.size - from_end;
	for (i = 0; i < 4; i++)
		s.data[at + i] = (uint8_t)(value >> (i * 8));
	expect_damaged(&s, frames);
	free(s.data);
}

static void
test_contradictions(void **state)
{
	/* The last block is an obsolete packet's, of 36 bytes. */
	const size_t block = 36;

	(void)state;
	expect_refused(4, 40, 3);
	expect_refused(block - 4, 35, 3);
	expect_refused(block - 4, 8, 3);
	expect_refused(block - 4, 0, 3);
	expect_refused(block - 4, 0x7ffffffc, 3);
	expect_refused(block - 8, 2, 3);		/* interface */
	expect_refused(block - 20, 5, 3);		/* captured */
	expect_refused(block - 20, UINT32_MAX, 3);
}

static void
test_short_bodies(void **state)
{
	static const uint32_t types[] = { 0x0a0d0d0a, 1, 2, 3, 6 };
	struct stored s, body = { .data = NULL };
	size_t i;

	(void)state;
	stored_u32(&body, 0x1a2b3c4d);
	for (i = 0; i < sizeof(types) / sizeof(*types); i++) {
		build(&s, false);
		body.size = types[i] == 3 ? 0 : 4;
		stored_block(&s, types[i], &body);
		expect_damaged(&s, 4);
		free(s.data);
	}
	free(body.data);
}

static void
test_no_interface(void **state)
{
	struct stored s = { .data = NULL };

	(void)state;
	stored_section(&s);
	stored_packet(&s, 0, 0, 1, 1);
	expect_damaged(&s, 0);
	free(s.data);
}

/* A simple packet may be cut by the interface's snap length. */
static void
test_simple_snaplen(void **state)
{
	struct stored s = { .data = NULL }, body = { .data = NULL };
	struct stored_frames all;

	(void)state;
	stored_section(&s);
	stored_u16(&body, 1);
	stored_u16(&body, 0);
	stored_u32(&body, 2);
	stored_block(&s, 1, &body);
	body.size = 0;
	stored_u32(&body, 90);
	stored_bytes(&body, "\x33\x33\0\0", 4);
	stored_block(&s, 3, &body);
	stored_read_bytes(&all, s.data, s.size);
	assert_int_equal(all.count, 1);
	assert_int_equal(all.frames[0].captured, 2);
	assert_int_equal(all.frames[0].length, 90);
	assert_int_equal(all.frames[0].data[1], 0x33);
	stored_release(&all);
	free(body.data);
	free(s.data);
}

/* An option that runs out of its block: the ones before it count. */
static void
test_broken_options(void **state)
{
	struct stored s = { .data = NULL }, body = { .data = NULL };
	struct stored_frames all;

	(void)state;
	stored_section(&s);
	stored_u16(&body, 1);
	stored_u16(&body, 0);
	stored_u32(&body, 0);
	stored_option(&body, 2, "lan", 3);
	stored_u16(&body, 9);
	stored_u16(&body, 4000);
	stored_block(&s, 1, &body);
	stored_packet(&s, 0, 1, 1, 1);
	stored_read_bytes(&all, s.data, s.size);
	assert_int_equal(all.count, 1);
	assert_string_equal(all.frames[0].interface->name, "lan");
	assert_false(all.counts.is_damaged);
	stored_release(&all);
	free(body.data);
	free(s.data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_clocks),
		cmocka_unit_test(test_cut_everywhere),
		cmocka_unit_test(test_contradictions),
		cmocka_unit_test(test_short_bodies),
		cmocka_unit_test(test_no_interface),
		cmocka_unit_test(test_simple_snaplen),
		cmocka_unit_test(test_broken_options)
	};

	log_set_level(LOG_LEVEL_QUIET);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
