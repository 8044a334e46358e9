/*
 * The bytes of a direction in order: every order and overlap against a plain
 * array of bytes, and each bound.
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
#include "tcp/delivery.h"

enum {
	STREAM_MAX = 1 << 18,	/* bytes that a test sends */
	SEGMENT = 100,
	GAP = 256,		/* in place of a byte */
	SLOT = 2112		/* memory that a slot takes */
};

/* What a reader was told; a byte or GAP for each number. */
struct told {
	uint16_t	at[STREAM_MAX];
	uint32_t	size;		/* of at */
	uint64_t	missing;	/* also those that at has no room for */
	int		side;
	int		calls;
	int		gaps;
	int		joins;
	int		ends;
	int		calls_wanted;	/* then no more; 0 is for ever */
	const uint8_t	*last;		/* borrowed, not read */
};

static bool	told_joined(void *, int);
static bool	told_data(void *, int, const uint8_t *, size_t);
static bool	told_gap(void *, int, uint32_t);
static void	told_end(void *, int);

static const struct tcp_reader_operations operations = {
	.joined = told_joined,
	.data = told_data,
	.gap = told_gap,
	.end = told_end
};

static struct tcp_delivery *delivery;
static struct tcp_stream stream;
static struct told told;
static struct tcp_reader reader = {
	.operations = &operations, .context = &told, .side = 1
};
static uint8_t sent[STREAM_MAX];
static uint32_t base;		/* number of sent[0] */

static bool
told_more(struct told *t, int side)
{
	assert_int_equal(side, t->side);
	assert_int_equal(t->ends, 0);
	t->calls++;
	assert_true(t->calls_wanted == 0 || t->calls <= t->calls_wanted);
	return t->calls != t->calls_wanted;
}

static bool
told_joined(void *context, int side)
{
	struct told *t = context;

	assert_int_equal(t->calls, 0);
	t->joins++;
	return told_more(t, side);
}

static bool
told_data(void *context, int side, const uint8_t *bytes, size_t size)
{
	struct told *t = context;

	assert_int_not_equal(size, 0);
	for (size_t i = 0; i < size && t->size < STREAM_MAX; i++)
		t->at[t->size++] = bytes[i];
	t->last = bytes;
	return told_more(t, side);
}

static bool
told_gap(void *context, int side, uint32_t missing)
{
	struct told *t = context;

	assert_int_not_equal(missing, 0);
	t->gaps++;
	t->missing += missing;
	for (uint32_t i = 0; i < missing && t->size < STREAM_MAX; i++)
		t->at[t->size++] = GAP;
	return told_more(t, side);
}

static void
told_end(void *context, int side)
{
	struct told *t = context;

	assert_int_equal(t->ends, 0);
	assert_int_equal(side, t->side);
	t->ends++;
}

/* A new stream whose first byte has this number. */
static void
begin(uint32_t seq)
{
	tcp_delivery_release(delivery, &stream);
	stream = (struct tcp_stream){ 0 };
	told = (struct told){ .side = 1 };
	base = seq;
	tcp_delivery_start(&stream, seq);
}

static int
setup(void **state)
{
	(void)state;
	delivery = tcp_delivery_new(TCP_DELIVERY_SIZE);
	for (uint32_t i = 0; i < STREAM_MAX; i++)
		sent[i] = (uint8_t)hash_mix64(i);
	stream = (struct tcp_stream){ 0 };
	begin(1000);
	return 0;
}

/* No slot is ever lost. */
static int
teardown(void **state)
{
	(void)state;
	assert_int_equal(tcp_delivery_held(delivery), stream.held);
	tcp_delivery_release(delivery, &stream);
	assert_int_equal(tcp_delivery_held(delivery), 0);
	tcp_delivery_free(delivery);
	return 0;
}

static bool
add_snapped(uint32_t from, uint32_t captured, uint32_t size)
{
	struct tcp_payload payload = {
		.seq = base + from,
		.size = size,
		.captured = captured,
		.bytes = captured > 0 ? &sent[from] : NULL
	};

	return tcp_delivery_segment(delivery, &stream, &reader, &payload);
}

static bool
add(uint32_t from, uint32_t size)
{
	return add_snapped(from, size, size);
}

/* Other bytes than those in sent. */
static bool
add_bytes(uint32_t from, const char *text)
{
	uint32_t size = (uint32_t)strlen(text);
	struct tcp_payload payload = {
		.seq = base + from,
		.size = size,
		.captured = size,
		.bytes = (const uint8_t *)text
	};

	return tcp_delivery_segment(delivery, &stream, &reader, &payload);
}

static void
acknowledge(uint32_t until)
{
	tcp_delivery_acknowledge(delivery, &stream, &reader, base + until);
}

static void
end_at(uint32_t at)
{
	tcp_delivery_end(delivery, &stream, &reader, base + at);
}

/* The next size numbers that the reader was told of are bytes, all as sent. */
static void
assert_sent(uint32_t from, uint32_t size)
{
	assert_in_range(from + size, 0, told.size);
	for (uint32_t i = from; i < from + size; i++)
		assert_int_equal(told.at[i], sent[i]);
}

static void
assert_gap(uint32_t from, uint32_t size)
{
	assert_in_range(from + size, 0, told.size);
	for (uint32_t i = from; i < from + size; i++)
		assert_int_equal(told.at[i], GAP);
}

static void
assert_text(const char *text)
{
	assert_int_equal(told.size, strlen(text));
	for (uint32_t i = 0; i < told.size; i++)
		assert_int_equal(told.at[i], told.at[i] == GAP ? (text[i] ==
		    '_' ? GAP : -1) : text[i]);
}

/* Straight from the segment, one call each, and no slot. */
static void
test_in_order(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		assert_false(add(i * SEGMENT, SEGMENT));
		assert_ptr_equal(told.last, &sent[i * SEGMENT]);
		assert_int_equal(told.calls, i + 1);
		assert_int_equal(tcp_delivery_held(delivery), 0);
	}
	assert_int_equal(told.size, 1000 * SEGMENT);
	assert_sent(0, told.size);
	assert_false(add(0, 0));
	end_at(told.size);
	assert_int_equal(told.ends, 1);
	assert_int_equal(told.gaps + told.joins, 0);
	/* Behind the end there is nothing. */
	assert_false(add(told.size, SEGMENT));
	end_at(told.size);
	assert_int_equal(told.size, 1000 * SEGMENT);
}

/* A permutation of 5 by its number. */
static void
permute(int number, uint32_t order[5])
{
	uint32_t swapped;
	int at;

	for (uint32_t i = 0; i < 5; i++)
		order[i] = i;
	for (int i = 4; i > 0; i--) {
		at = number % (i + 1);
		number /= i + 1;
		swapped = order[at];
		order[at] = order[i];
		order[i] = swapped;
	}
}

/* Every order of 5 segments, the FIN at any place, large segments and small. */
static void
test_permutations(void **state)
{
	const uint32_t sizes[] = { 1, SEGMENT, 2048, 2049, 7000 };
	uint32_t order[5], size;

	(void)state;
	for (int round = 0; round < 5 * 120 * 6; round++) {
		begin(UINT32_MAX - 3);
		size = sizes[round / 720];
		permute(round % 120, order);
		for (int i = 0; i < 6; i++) {
			if (i == round / 120 % 6)
				end_at(5 * size);
			if (i < 5)
				assert_false(add(order[i] * size, size));
		}
		assert_int_equal(told.ends, 1);
		assert_int_equal(told.size, 5 * size);
		assert_sent(0, told.size);
		assert_int_equal(told.gaps, 0);
		assert_int_equal(tcp_delivery_held(delivery), 0);
	}
}

/* Each kind of overlap with "MIDDLE" held from 10 to 16: the first wins. */
static void
test_overlaps(void **state)
{
	static const struct {
		uint32_t	from;
		const char	*text;
		const char	*want;		/* from 8 on */
		bool		has_conflict;
	} cases[] = {
		{ 8, "abMI", "abMIDDLE", false },
		{ 8, "abcd", "abMIDDLE", true },
		{ 8, "ab", "abMIDDLE", false },
		{ 14, "LEyz", "__MIDDLEyz", false },
		{ 14, "wxyz", "__MIDDLEyz", true },
		{ 16, "yz", "__MIDDLEyz", false },
		{ 11, "IDD", "__MIDDLE", false },
		{ 12, "iD", "__MIDDLE", true },
		{ 10, "MIDDLE", "__MIDDLE", false },
		{ 15, "e", "__MIDDLE", true },
		{ 8, "abMIDDLEyz", "abMIDDLEyz", false },
		{ 8, "abMIDDLeyz", "abMIDDLEyz", true },
		{ 8, "abcdefghyz", "abMIDDLEyz", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin(8);
		base = 0;
		assert_false(add_bytes(10, "MIDDLE"));
		assert_int_equal(add_bytes(cases[i].from, cases[i].text),
		    cases[i].has_conflict);
		tcp_delivery_flush(delivery, &stream, &reader);
		assert_text(cases[i].want);
	}
}

/* One segment over three that are held, in order or early itself. */
static void
test_overlap_several(void **state)
{
	(void)state;
	for (uint32_t from = 0; from < 2; from++) {
		for (int has_conflict = 0; has_conflict < 2; has_conflict++) {
			begin(0);
			assert_false(add_bytes(10, "JK"));
			assert_false(add_bytes(6, "GH"));
			assert_false(add_bytes(2, "C"));
			assert_int_equal(add_bytes(from, &(has_conflict ?
			    "abCdefGHijjklm" : "abCdefGHijJKlm")[from]),
			    has_conflict);
			/* The same again: what is held is as it was. */
			assert_int_equal(add_bytes(from, &(has_conflict ?
			    "abCdefGHijjklm" : "abCdefGHijJKlm")[from]),
			    from == 0 ? 0 : has_conflict);
			tcp_delivery_flush(delivery, &stream, &reader);
			assert_text(from == 0 ? "abCdefGHijJKlm" :
			    "_bCdefGHijJKlm");
		}
	}
}

/* What the reader has is dropped, what is new behind it is not. */
static void
test_repeated(void **state)
{
	(void)state;
	assert_false(add(0, 100));
	assert_false(add(0, 100));
	assert_false(add(99, 1));
	assert_int_equal(told.calls, 1);
	assert_false(add(50, 100));
	assert_int_equal(told.size, 150);
	assert_ptr_equal(told.last, &sent[100]);
	assert_sent(0, 150);
	/* It can't be compared with what is not kept. */
	assert_false(add_bytes(0, "other bytes"));
	assert_int_equal(told.size, 150);
}

static void
test_acknowledged(void **state)
{
	(void)state;
	assert_false(add(0, 10));
	assert_false(add(20, 10));
	assert_false(add(40, 10));
	acknowledge(10);
	acknowledge(19);
	assert_int_equal(told.gaps, 0);
	acknowledge(30);
	assert_int_equal(told.gaps, 1);
	assert_int_equal(told.size, 30);
	assert_gap(10, 10);
	assert_sent(20, 10);
	acknowledge(0);		/* an old one */
	acknowledge(UINT32_C(1) << 31);
	assert_int_equal(told.size, 30);
	acknowledge(50);
	assert_int_equal(told.size, 50);
	assert_gap(30, 10);
	assert_sent(40, 10);
	assert_int_equal(tcp_delivery_held(delivery), 0);
	/* What fills it now comes too late. */
	assert_false(add(30, 10));
	assert_int_equal(told.size, 50);
	assert_int_equal(told.missing, 20);
}

/* An acknowledgement that was captured before its bytes loses none of them. */
static void
test_acknowledged_first(void **state)
{
	(void)state;
	acknowledge(30);
	assert_false(add(0, 10));
	assert_false(add(10, 10));
	assert_int_equal(told.gaps, 0);
	assert_sent(0, 20);
	/* 20 to 25 was seen by nobody but the peer. */
	assert_false(add(25, 10));
	assert_ptr_equal(told.last, &sent[25]);
	assert_int_equal(told.size, 35);
	assert_gap(20, 5);
	assert_sent(25, 10);
	/* Behind what was acknowledged there is hope. */
	assert_false(add(40, 10));
	assert_int_equal(told.size, 35);
	assert_int_equal(stream.held, 1);
	/* The tail is missing when all is over. */
	acknowledge(60);
	assert_int_equal(told.size, 50);
	tcp_delivery_flush(delivery, &stream, &reader);
	assert_int_equal(told.size, 60);
	assert_gap(50, 10);
	assert_int_equal(told.missing, 20);
	assert_int_equal(told.ends, 0);
}

static void
test_acknowledged_end(void **state)
{
	(void)state;
	assert_false(add(0, 10));
	end_at(20);
	assert_int_equal(told.ends, 0);
	acknowledge(21);	/* the FIN has a number */
	assert_int_equal(told.ends, 1);
	assert_int_equal(told.size, 20);
	assert_gap(10, 10);
}

/* The FIN is where the bytes end; the nearest, and none in the past. */
static void
test_end(void **state)
{
	(void)state;
	assert_false(add(0, 10));
	end_at(9);
	end_at(UINT32_C(1) << 30);
	end_at(20);
	end_at(30);
	assert_int_equal(told.ends, 0);
	assert_false(add(5, 30));
	assert_int_equal(told.ends, 1);
	assert_int_equal(told.size, 20);
	assert_sent(0, 20);
	assert_int_equal(told.gaps, 0);
	assert_true(stream.is_finished);
	begin(5);
	end_at(0);
	assert_int_equal(told.ends, 1);
	assert_int_equal(told.calls, 0);
	/* On the other side of the circle is not in the past. */
	begin(5);
	end_at(UINT32_C(1) << 31);
	tcp_delivery_flush(delivery, &stream, &reader);
	assert_int_equal(told.ends, 1);
	assert_int_equal(told.missing, UINT32_C(1) << 31);
}

/* 32 slots are held; a 33rd costs the first hole, and only that. */
static void
test_window(void **state)
{
	const uint32_t stride = TCP_DELIVERY_SLOT_SIZE + 10;
	uint32_t slots = TCP_DELIVERY_SLOTS_MAX;

	(void)state;
	for (uint32_t i = 0; i < slots; i++)
		assert_false(add(10 + i * stride, TCP_DELIVERY_SLOT_SIZE));
	assert_int_equal(told.calls, 0);
	assert_int_equal(stream.held, slots);
	assert_false(add(10 + slots * stride, 1));
	assert_int_equal(stream.held, slots);
	assert_int_equal(told.size, stride);
	assert_gap(0, 10);
	assert_sent(10, TCP_DELIVERY_SLOT_SIZE);
	assert_int_equal(tcp_delivery_counts(delivery)->stream_full, 1);
	/* Bytes in the first hole need no slot when that is given up. */
	assert_false(add(stride + 5, 3));
	assert_int_equal(told.size, stride + 8);
	assert_gap(stride, 5);
	assert_sent(stride + 5, 3);
	assert_int_equal(stream.held, slots);
	/* The others can still be filled. */
	for (uint32_t i = 1; i <= slots; i++)
		assert_false(add(i * stride, 10));
	assert_int_equal(stream.held, 0);
	assert_int_equal(told.size, 10 + slots * stride + 1);
	assert_sent(stride + 5, told.size - stride - 5);
	assert_int_equal(told.missing, 15);
	assert_int_equal(tcp_delivery_counts(delivery)->stream_full, 2);
	assert_int_equal(tcp_delivery_counts(delivery)->memory_full, 0);
}

/* One segment that is larger than all that may be held. */
static void
test_window_large(void **state)
{
	uint32_t size = (TCP_DELIVERY_SLOTS_MAX + 3) * TCP_DELIVERY_SLOT_SIZE;

	(void)state;
	assert_false(add(10, size));
	assert_int_equal(told.size, 10 + size);
	assert_gap(0, 10);
	assert_sent(10, size);
	assert_int_equal(stream.held, 0);
}

/* What was cut off needs a slot of its own where no bytes stand before it. */
static void
test_window_snapped(void **state)
{
	uint32_t slots = TCP_DELIVERY_SLOTS_MAX;

	(void)state;
	for (uint32_t i = 1; i <= slots; i++)
		assert_false(add_snapped(i * 20, 0, 10));
	assert_int_equal(stream.held, slots);
	assert_int_equal(told.calls, 0);
	assert_false(add_snapped(20 * slots + 20, 0, 10));
	assert_int_equal(stream.held, slots);
	assert_int_equal(told.size, 30);
	assert_int_equal(told.missing, 30);
	/* Before all that are held: next as soon as its hole is given up. */
	assert_false(add_snapped(35, 0, 5));
	assert_int_equal(stream.held, slots - 1);
	assert_int_equal(told.missing, 50);
	assert_int_equal(tcp_delivery_counts(delivery)->stream_full, 2);
	acknowledge(20 * slots + 30);
	assert_int_equal(told.missing, 20 * slots + 30);
	assert_int_equal(stream.held, 0);
}

/* Small segments share slots. */
static void
test_small(void **state)
{
	(void)state;
	for (uint32_t i = 1; i < 5000; i++)
		assert_false(add(i, 1));
	assert_int_equal(stream.held, 3);
	assert_int_equal(told.calls, 0);
	assert_false(add(0, 1));
	assert_int_equal(told.size, 5000);
	assert_sent(0, 5000);
}

/* Without a free slot each stream gives up a hole of its own. */
static void
test_memory(void **state)
{
	enum { STREAMS = 10, SLOTS = 50 };
	static struct told tolds[STREAMS];
	struct tcp_delivery *small = tcp_delivery_new(SLOTS * SLOT);
	struct tcp_stream streams[STREAMS] = { { 0 } };
	struct tcp_reader own = reader;
	struct tcp_payload payload = { .size = 1, .captured = 1 };

	(void)state;
	for (uint32_t i = 0; i < STREAMS * 8; i++) {
		own.context = &tolds[i % STREAMS];
		tolds[i % STREAMS].side = own.side;
		if (i < STREAMS)
			tcp_delivery_start(&streams[i], 0);
		payload.seq = 1 + i / STREAMS * 2;
		payload.bytes = &sent[payload.seq];
		assert_false(tcp_delivery_segment(small, &streams[i % STREAMS],
		    &own, &payload));
		assert_int_equal(tcp_delivery_held(small), i < SLOTS ? i + 1 :
		    SLOTS);
	}
	assert_int_equal(tcp_delivery_counts(small)->memory_full, 30);
	for (uint32_t i = 0; i < STREAMS; i++) {
		assert_int_equal(streams[i].held, 5);
		assert_int_equal(tolds[i].size, 6);
		assert_int_equal(tolds[i].missing, 3);
		assert_int_equal(tolds[i].at[1], sent[1]);
		tcp_delivery_release(small, &streams[i]);
		assert_int_equal(tcp_delivery_held(small), SLOTS - 5 * i - 5);
	}
	tcp_delivery_free(small);
}

/* No memory at all: what comes early is next at once. */
static void
test_no_memory(void **state)
{
	struct tcp_delivery *none = tcp_delivery_new(0);
	struct tcp_payload payload = {
		.seq = base + 10, .size = 30, .captured = 20,
		.bytes = &sent[10]
	};

	(void)state;
	assert_false(tcp_delivery_segment(none, &stream, &reader, &payload));
	assert_int_equal(told.size, 40);
	assert_gap(0, 10);
	assert_sent(10, 20);
	assert_gap(30, 10);
	tcp_delivery_free(none);
}

static void
test_wrap(void **state)
{
	(void)state;
	for (uint32_t before = 0; before <= 40; before++) {
		begin(0 - before);
		assert_false(add(30, 10));
		assert_false(add(10, 15));
		acknowledge(8);
		assert_false(add(0, 10));
		assert_int_equal(told.size, 25);
		end_at(40);
		acknowledge(41);
		assert_int_equal(told.ends, 1);
		assert_sent(0, 25);
		assert_gap(25, 5);
		assert_sent(30, 10);
	}
}

/* Far ahead, on the other side of the circle, far behind: each ends. */
static void
test_jumps(void **state)
{
	const uint32_t jumps[] = { 1 << 30, UINT32_C(1) << 31,
	    UINT32_MAX - (1 << 30) };
	uint8_t byte = 'x';
	struct tcp_payload payload = {
		.size = UINT32_MAX, .captured = 1, .bytes = &byte
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		begin(1000);
		payload.seq = base + jumps[i];
		assert_false(tcp_delivery_segment(delivery, &stream, &reader,
		    &payload));
		assert_int_equal(stream.held, 1);
		assert_int_equal(told.calls, 0);
		/* The stream itself goes on. */
		assert_false(add(0, 100));
		assert_false(add(200, 100));
		acknowledge(300);
		assert_int_equal(told.size, 300);
		assert_int_equal(stream.held, 1);
		tcp_delivery_flush(delivery, &stream, &reader);
		assert_int_equal(told.gaps, 3);
		assert_int_equal(told.missing, 100 + (jumps[i] - 300) +
		    ((UINT32_C(1) << 30) - 2));
	}
	begin(1000);
	payload.seq = base + (UINT32_C(3) << 30);	/* 1 GiB behind */
	payload.size = 1;
	assert_false(tcp_delivery_segment(delivery, &stream, &reader,
	    &payload));
	assert_int_equal(stream.held, 0);
	assert_int_equal(told.calls, 0);
}

/* Old marks do not look ahead after a jump of more than a window. */
static void
test_jumps_behind(void **state)
{
	struct tcp_payload payload = {
		.size = 1, .captured = 1, .bytes = sent
	};

	(void)state;
	payload.seq = base + (UINT32_C(5) << 29);	/* 2.5 GiB */
	acknowledge(5);
	assert_false(tcp_delivery_segment(delivery, &stream, &reader,
	    &payload));
	for (uint32_t i = 1; i <= TCP_DELIVERY_SLOTS_MAX; i++) {
		payload.seq += 2;
		assert_false(tcp_delivery_segment(delivery, &stream, &reader,
		    &payload));
	}
	assert_int_equal(told.missing, UINT32_C(5) << 29);
	base = payload.seq;
	acknowledge(1);
	assert_int_equal(stream.held, 0);
	assert_int_equal(stream.next_seq, base + 1);
	/* No hole is taken for acknowledged but by what was said since. */
	assert_false(add(10, 5));
	assert_int_equal(stream.held, 1);
	acknowledge(15);
	assert_int_equal(stream.held, 0);
}

static void
test_snapped(void **state)
{
	(void)state;
	assert_false(add_snapped(0, 40, 100));
	assert_int_equal(told.size, 100);
	assert_sent(0, 40);
	assert_gap(40, 60);
	/* Nothing captured at all, in order and early. */
	assert_false(add_snapped(100, 0, 50));
	assert_int_equal(told.size, 150);
	assert_gap(100, 50);
	assert_false(add_snapped(200, 0, 50));
	assert_int_equal(stream.held, 1);
	assert_false(add(150, 50));
	assert_int_equal(told.size, 250);
	assert_sent(150, 50);
	assert_gap(200, 50);
	/* Held, and its cut tail brought by another while it waits. */
	assert_false(add_snapped(260, 10, 40));
	assert_false(add(280, 10));
	assert_false(add(250, 10));
	assert_int_equal(told.size, 300);
	assert_sent(250, 20);
	assert_gap(270, 10);
	assert_sent(280, 10);
	assert_gap(290, 10);
	/* A segment sent again, cut off at what the reader has or before. */
	assert_false(add_snapped(290, 5, 20));
	assert_int_equal(told.size, 310);
	assert_gap(300, 10);
	assert_false(add_snapped(300, 15, 20));
	assert_int_equal(told.size, 320);
	assert_sent(310, 5);
	assert_gap(315, 5);
	assert_int_equal(told.missing, 60 + 50 + 50 + 20 + 10 + 5);
	assert_int_equal(stream.held, 0);
}

/* A tail cut off, and bytes held inside and behind it. */
static void
test_snapped_over_held(void **state)
{
	(void)state;
	assert_false(add(50, 10));
	assert_false(add(120, 10));
	assert_false(add_snapped(0, 20, 100));
	assert_int_equal(told.size, 100);
	assert_sent(0, 20);
	assert_gap(20, 30);
	assert_sent(50, 10);
	assert_gap(60, 40);
	assert_int_equal(stream.held, 1);
	assert_false(add(100, 20));
	assert_int_equal(told.size, 130);
	assert_sent(100, 30);
}

/* The stream joined in the middle starts where it was first seen. */
static void
test_joined(void **state)
{
	(void)state;
	stream = (struct tcp_stream){ 0 };
	acknowledge(500);
	assert_false(stream.has_started);
	assert_false(add(1000, 0));
	assert_int_equal(told.joins, 0);
	assert_false(add(1000, 10));
	assert_int_equal(told.joins, 1);
	assert_int_equal(told.size, 10);
	/* What was sent before, a late SYN among it, changes nothing. */
	assert_false(add(990, 15));
	tcp_delivery_start(&stream, base + 900);
	assert_int_equal(told.size, 10);
	assert_false(add(1010, 10));
	assert_int_equal(told.size, 20);
	assert_int_equal(told.gaps, 0);
	/* Nothing but a FIN. */
	begin(0);
	stream = (struct tcp_stream){ 0 };
	end_at(10);
	assert_int_equal(told.joins, 1);
	assert_int_equal(told.ends, 1);
	/* Not wanted from the middle. */
	begin(0);
	stream = (struct tcp_stream){ 0 };
	told.calls_wanted = 1;
	assert_false(add(10, 10));
	assert_int_equal(told.joins, 1);
	assert_int_equal(told.size, 0);
	assert_true(stream.is_finished);
}

/* Only a SYN behind which nothing was seen is forgotten for another. */
static void
test_started_again(void **state)
{
	(void)state;
	tcp_delivery_start(&stream, 77);
	base = 77;
	assert_false(add(5, 5));
	tcp_delivery_start(&stream, 1000);
	assert_false(add(0, 5));
	tcp_delivery_start(&stream, 1000);
	assert_int_equal(told.size, 10);
	assert_sent(0, 10);
	assert_int_equal(told.joins, 0);
	begin(7);
	end_at(1);
	tcp_delivery_start(&stream, 8);
	assert_false(add(0, 1));
	assert_int_equal(told.ends, 1);
}

/* At each call the reader may have had enough: nothing comes behind it. */
static void
test_unwanted(void **state)
{
	(void)state;
	for (int wanted = 1; wanted <= 5; wanted++) {
		begin(1);
		told.calls_wanted = wanted;
		assert_false(add(20, 10));
		assert_false(add(40, 10));
		acknowledge(30);		/* gap, bytes */
		assert_false(add(30, 10));	/* bytes, bytes */
		assert_false(add(50, 10));
		assert_int_equal(told.calls, wanted);
		assert_true(stream.is_finished);
		assert_int_equal(stream.held, 0);
		assert_int_equal(tcp_delivery_held(delivery), 0);
		assert_false(add_bytes(40, "other"));
		end_at(70);
		acknowledge(70);
		tcp_delivery_flush(delivery, &stream, &reader);
		assert_int_equal(told.calls, wanted);
		assert_int_equal(told.ends, 0);
	}
}

static void
test_released(void **state)
{
	(void)state;
	for (uint32_t i = 1; i <= TCP_DELIVERY_SLOTS_MAX; i++)
		assert_false(add(i * 10, 5));
	assert_int_equal(tcp_delivery_held(delivery), TCP_DELIVERY_SLOTS_MAX);
	tcp_delivery_release(delivery, &stream);
	tcp_delivery_release(delivery, &stream);
	assert_int_equal(tcp_delivery_held(delivery), 0);
	assert_false(add(0, 10));
	assert_int_equal(told.calls, 0);
}

static void
test_flushed(void **state)
{
	(void)state;
	assert_false(add(10, 10));
	assert_false(add_snapped(30, 5, 10));
	end_at(60);
	tcp_delivery_flush(delivery, &stream, &reader);
	assert_int_equal(told.size, 60);
	assert_gap(0, 10);
	assert_sent(10, 10);
	assert_gap(20, 10);
	assert_sent(30, 5);
	assert_gap(35, 25);
	assert_int_equal(told.ends, 1);
	/* Nothing was seen: nothing is told. */
	begin(0);
	stream = (struct tcp_stream){ 0 };
	acknowledge(10);
	tcp_delivery_flush(delivery, &stream, &reader);
	assert_int_equal(told.calls, 0);
	assert_true(stream.is_finished);
}

/* The plain array: what is known of each number, and what was told. */
struct model {
	uint16_t	at[4096];
	uint32_t	next;
	uint32_t	acknowledged;
	uint32_t	end;
};

enum { UNKNOWN = 512, LOST = GAP };

static bool
model_add(struct model *m, uint32_t from, uint32_t captured, uint32_t size,
    const uint8_t *bytes)
{
	bool has_conflict = false;

	for (uint32_t i = from; i < from + size; i++) {
		if (i < m->next)
			continue;
		if (i >= from + captured) {
			if (m->at[i] == UNKNOWN)
				m->at[i] = LOST;
		} else if (m->at[i] >= GAP) {
			m->at[i] = bytes[i - from];
		} else {
			has_conflict |= m->at[i] != bytes[i - from];
		}
	}
	return has_conflict;
}

/* Goes on, over holes that are acknowledged up to something that is known. */
static void
model_proceed(struct model *m)
{
	uint32_t known = m->next;

	while (known < m->end) {
		if (m->at[known] != UNKNOWN) {
			m->next = ++known;
			continue;
		}
		while (known < m->end && m->at[known] == UNKNOWN)
			known++;
		if (known > m->acknowledged || known == m->end)
			return;
		for (; m->next < known; m->next++)
			m->at[m->next] = LOST;
	}
}

static void
assert_model(const struct model *m)
{
	assert_int_equal(told.size, m->next);
	for (uint32_t i = 0; i < m->next; i++)
		assert_int_equal(told.at[i], m->at[i]);
}

static uint64_t
dice(void)
{
	static uint64_t state;

	return hash_mix64(++state) >> 8;
}

/* One segment, to both; now and then with other bytes, or cut off. */
static void
model_step(struct model *m)
{
	uint32_t length = 1 + (uint32_t)(dice() % 200);
	uint32_t from = (uint32_t)(dice() % (m->end - length + 1));
	uint32_t captured = dice() % 8 == 0 ? (uint32_t)(dice() %
	    (length + 1)) : length;
	uint8_t *bytes = malloc(captured + 1);
	struct tcp_payload payload = {
		.seq = base + from, .size = length, .captured = captured,
		.bytes = bytes
	};

	assert_non_null(bytes);
	for (uint32_t i = 0; i < captured; i++)
		bytes[i] = sent[from + i];
	if (captured > 0 && dice() % 8 == 0)
		bytes[dice() % captured] ^= 1;
	assert_int_equal(tcp_delivery_segment(delivery, &stream, &reader,
	    &payload), model_add(m, from, captured, length, bytes));
	free(bytes);
}

/*
 * Random segmentations of up to 30 segments, which never hold more than 30
 * slots: after each the reader was told what the array says.
 */
static void
test_model(void **state)
{
	struct model m;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		begin(dice() % 2 == 0 ? (uint32_t)dice() :
		    0 - (uint32_t)(dice() % 1000));
		m = (struct model){ .end = 200 + (uint32_t)(dice() % 1000) };
		for (uint32_t i = 0; i < m.end; i++)
			m.at[i] = UNKNOWN;
		for (int step = 0; step < 30; step++) {
			if (dice() % 8 == 0) {
				m.acknowledged = (uint32_t)(dice() % m.end);
				if (stream.acknowledged - base <
				    m.acknowledged)
					acknowledge(m.acknowledged);
				else
					m.acknowledged = stream.acknowledged -
					    base;
			} else {
				model_step(&m);
			}
			model_proceed(&m);
			assert_model(&m);
			assert_int_equal(tcp_delivery_held(delivery),
			    stream.held);
		}
		assert_int_equal(tcp_delivery_counts(delivery)->stream_full,
		    0);
	}
}

/*
 * Long streams, far out of order, in little memory: whatever is given up,
 * each number is told once, and each byte is the one that was sent.
 */
static void
test_bounds_at_random(void **state)
{
	struct tcp_delivery *large = delivery;
	uint32_t head, length, end = STREAM_MAX - 4096;

	(void)state;
	delivery = tcp_delivery_new(20 * SLOT);
	for (int round = 0; round < 200; round++) {
		if (round == 100) {
			tcp_delivery_free(delivery);
			delivery = tcp_delivery_new(40 * SLOT);
		}
		begin((uint32_t)dice());
		for (head = 0; head < end; head += (uint32_t)(dice() % 3000)) {
			length = 1 + (uint32_t)(dice() % 4096);
			add_snapped(head, dice() % 4 == 0 ? length / 2 :
			    length, length);
			if (dice() % 4 == 0)
				add(head - head % 3001 / 2, 100);
			if (dice() % 50 == 0)
				acknowledge(head);
			assert_in_range(stream.held, 0, 32);
			assert_int_equal(tcp_delivery_held(delivery),
			    stream.held);
			assert_int_equal(stream.next_seq - base, told.size);
		}
		end_at(STREAM_MAX);
		tcp_delivery_flush(delivery, &stream, &reader);
		assert_int_equal(told.ends, 1);
		assert_int_equal(told.size, STREAM_MAX);
		for (uint32_t i = 0; i < STREAM_MAX; i++)
			assert_true(told.at[i] == GAP ||
			    told.at[i] == sent[i]);
		assert_int_equal(tcp_delivery_held(delivery), 0);
	}
	assert_true(tcp_delivery_counts(delivery)->stream_full > 100);
	tcp_delivery_free(delivery);
	delivery = large;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_in_order),
		TEST(test_permutations),
		TEST(test_overlaps),
		TEST(test_overlap_several),
		TEST(test_repeated),
		TEST(test_acknowledged),
		TEST(test_acknowledged_first),
		TEST(test_acknowledged_end),
		TEST(test_end),
		TEST(test_window),
		TEST(test_window_large),
		TEST(test_window_snapped),
		TEST(test_small),
		TEST(test_memory),
		TEST(test_no_memory),
		TEST(test_wrap),
		TEST(test_jumps),
		TEST(test_jumps_behind),
		TEST(test_snapped),
		TEST(test_snapped_over_held),
		TEST(test_joined),
		TEST(test_started_again),
		TEST(test_unwanted),
		TEST(test_released),
		TEST(test_flushed),
		TEST(test_model),
		TEST(test_bounds_at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
