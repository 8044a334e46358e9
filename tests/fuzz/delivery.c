/*
 * Fuzz target: delivery in order, of a few streams that share little memory.
 * The input is a list of calls, each a byte that says which and of which
 * stream, and what it needs: distances, sizes. The bytes of a stream follow
 * from their numbers, so the reader knows what it must be given.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/cursor.h"
#include "tcp/delivery.h"

enum { STREAMS = 4, SLOTS = 48, SLOT = 2112, SEGMENT_MAX = 5000 };

/* A stream and what its reader expects. */
struct fuzzed {
	struct tcp_stream	stream;
	uint32_t		next;	/* the number told next */
	bool			is_told;	/* next is valid */
	bool			is_unwanted;
	bool			has_ended;
	bool			has_conflicts;	/* bytes may be others */
	uint8_t			patience;	/* calls until it has enough */
};

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void	fuzz_call(struct tcp_delivery *, struct fuzzed *,
		    struct cursor *, uint8_t);
static void	fuzz_segment(struct tcp_delivery *, struct fuzzed *,
		    const struct tcp_reader *, struct cursor *, uint8_t);
static void	fuzz_check(const struct tcp_delivery *,
		    const struct fuzzed *);
static bool	fuzz_joined(void *, int);
static bool	fuzz_data(void *, int, const uint8_t *, size_t);
static bool	fuzz_gap(void *, int, uint32_t);
static void	fuzz_end(void *, int);

static const struct tcp_reader_operations operations = {
	.joined = fuzz_joined,
	.data = fuzz_data,
	.gap = fuzz_gap,
	.end = fuzz_end
};

static inline void
require(bool is_so)
{
	if (!is_so)
		abort();
}

static inline uint8_t
byte_of(uint32_t seq)
{
	return (uint8_t)(seq * 167 >> 3 ^ seq);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_over(data, size);
	struct fuzzed fuzzed[STREAMS] = { { .is_told = false } };
	struct tcp_delivery *delivery = tcp_delivery_new(SLOTS * SLOT);
	uint8_t call;

	while (cursor_left(&c) > 0) {
		call = cursor_u8(&c);
		fuzz_call(delivery, &fuzzed[call % STREAMS], &c,
		    call / STREAMS);
		fuzz_check(delivery, fuzzed);
		if (!cursor_ok(&c))
			break;
	}
	for (int i = 0; i < STREAMS; i++)
		tcp_delivery_release(delivery, &fuzzed[i].stream);
	require(tcp_delivery_held(delivery) == 0);
	tcp_delivery_free(delivery);
	return 0;
}

static void
fuzz_call(struct tcp_delivery *delivery, struct fuzzed *f, struct cursor *c,
    uint8_t call)
{
	struct tcp_reader reader = {
		.operations = &operations, .context = f, .side = 1
	};
	uint32_t next = f->stream.next_seq;

	switch (call % 8) {
	case 0:
		tcp_delivery_start(&f->stream, cursor_be32(c));
		f->next = f->stream.next_seq;
		f->is_told = f->stream.has_started;
		break;
	case 1:
		tcp_delivery_acknowledge(delivery, &f->stream, &reader,
		    next + cursor_be16(c));
		break;
	case 2:
		tcp_delivery_end(delivery, &f->stream, &reader,
		    next + cursor_be16(c));
		break;
	case 3:
		if (call / 8 % 2 == 0)
			tcp_delivery_flush(delivery, &f->stream, &reader);
		tcp_delivery_release(delivery, &f->stream);
		*f = (struct fuzzed){ .patience = cursor_u8(c) };
		break;
	default:
		fuzz_segment(delivery, f, &reader, c, call);
		break;
	}
}

/* In memory of just its size, so that no byte past it is read unnoticed. */
static void
fuzz_segment(struct tcp_delivery *delivery, struct fuzzed *f,
    const struct tcp_reader *reader, struct cursor *c, uint8_t call)
{
	struct tcp_payload payload = { .seq = f->stream.next_seq };
	uint8_t *bytes;
	bool has_other = call % 8 == 7 && call / 8 % 4 == 0;

	payload.seq += call % 8 == 6 ? cursor_be32(c) :
	    (uint32_t)cursor_be16(c) - 4096;
	payload.captured = cursor_be16(c) % SEGMENT_MAX;
	payload.size = payload.captured;
	if (call % 8 == 5)
		payload.size += cursor_be32(c) >> cursor_u8(c) % 32;
	if (payload.size < payload.captured)
		payload.size = payload.captured;
	bytes = malloc(payload.captured > 0 ? payload.captured : 1);
	require(bytes != NULL);
	for (uint32_t i = 0; i < payload.captured; i++)
		bytes[i] = (uint8_t)(byte_of(payload.seq + i) + has_other);
	f->has_conflicts |= has_other;
	payload.bytes = bytes;
	if (tcp_delivery_segment(delivery, &f->stream, reader, &payload))
		require(f->has_conflicts);
	free(bytes);
}

/* What holds between two calls. */
static void
fuzz_check(const struct tcp_delivery *delivery, const struct fuzzed *fuzzed)
{
	uint32_t held = 0;

	for (int i = 0; i < STREAMS; i++) {
		const struct tcp_stream *s = &fuzzed[i].stream;

		held += s->held;
		require(s->held <= TCP_DELIVERY_SLOTS_MAX);
		require((s->held == 0) == (s->first == 0));
		require(!s->is_finished || s->held == 0);
		require(!fuzzed[i].has_ended || s->is_finished);
		require(!fuzzed[i].is_unwanted || s->is_finished);
		require(!fuzzed[i].is_told || fuzzed[i].next == s->next_seq);
	}
	require(held == tcp_delivery_held(delivery));
	require(held <= SLOTS);
}

/* A reader of patience 0 has never enough. */
static bool
fuzz_wants_more(struct fuzzed *f)
{
	require(!f->has_ended && !f->is_unwanted);
	f->is_unwanted = f->patience > 0 && --f->patience == 0;
	return !f->is_unwanted;
}

static bool
fuzz_joined(void *context, int side)
{
	struct fuzzed *f = context;

	require(side == 1 && !f->is_told);
	f->next = f->stream.next_seq;
	f->is_told = true;
	return fuzz_wants_more(f);
}

static bool
fuzz_data(void *context, int side, const uint8_t *bytes, size_t size)
{
	struct fuzzed *f = context;

	require(side == 1 && f->is_told && size > 0);
	for (size_t i = 0; i < size; i++, f->next++)
		require(bytes[i] == byte_of(f->next) || (f->has_conflicts &&
		    bytes[i] == (uint8_t)(byte_of(f->next) + 1)));
	return fuzz_wants_more(f);
}

static bool
fuzz_gap(void *context, int side, uint32_t missing)
{
	struct fuzzed *f = context;

	require(side == 1 && f->is_told && missing > 0);
	f->next += missing;
	return fuzz_wants_more(f);
}

static void
fuzz_end(void *context, int side)
{
	struct fuzzed *f = context;

	require(side == 1 && f->is_told);
	require(!f->has_ended && !f->is_unwanted);
	f->has_ended = true;
}
