/*
 * Fuzz target: segments of one connection. The input is a list of them, each
 * a byte that says what it has and then that: its numbers relative to what
 * the connection has come to, or any. Other calls begin a new part or turn
 * the connection round.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "tcp/connection.h"
#include "../lib/tracked.h"

/* What the first byte of a segment says. */
enum {
	HAS_SIDE = 0x01,
	HAS_ANY_NUMBERS = 0x02,
	HAS_PAYLOAD = 0x04,
	HAS_OPTIONS = 0x08,
	HAS_WINDOW = 0x10,
	HAS_TIME = 0x20,
	IS_CALL = 0x40,
	IS_CONGESTED = 0x80
};

/* Times are within INT64_MAX / 2 of the epoch, as those of frames. */
struct fuzzed {
	struct tcp	 t;
	struct pool	 troubles;
	uint64_t	 given[2];
	int64_t		 now_ns;
	uint16_t	 window;	/* of the segment before */
};

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void	fuzz_call(struct fuzzed *, uint8_t);
static void	fuzz_segment(struct fuzzed *, struct cursor *, uint8_t);
static void	fuzz_numbers(const struct fuzzed *, struct tcp_header *,
		    struct cursor *, uint8_t);
static void	fuzz_options(struct tcp_header *, struct cursor *);
static void	fuzz_payload(struct fuzzed *, struct tcp_segment *,
		    struct cursor *);
static void	fuzz_track(struct fuzzed *, struct tcp_segment *);

static const struct hash_secret secret;

static inline void
require(bool is_so)
{
	if (!is_so)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_over(data, size);
	struct fuzzed fuzzed = { .window = 1000 };

	pool_init(&fuzzed.troubles, sizeof(struct tcp_trouble), 2);
	while (cursor_ok(&c) && cursor_left(&c) > 0) {
		uint8_t what = cursor_u8(&c);

		if (what & IS_CALL)
			fuzz_call(&fuzzed, what);
		else
			fuzz_segment(&fuzzed, &c, what);
		require(tracked_fault(&fuzzed.t, &fuzzed.troubles,
		    fuzzed.given) == NULL);
	}
	pool_release(&fuzzed.troubles);
	return 0;
}

static void
fuzz_call(struct fuzzed *f, uint8_t what)
{
	if (what & HAS_SIDE) {
		tcp_connection_turn(&f->t);
		return;
	}
	tcp_restart(&f->t, tcp_trouble_of(&f->t, &f->troubles));
	memset(f->given, 0, sizeof(f->given));
}

static void
fuzz_segment(struct fuzzed *f, struct cursor *c, uint8_t what)
{
	uint16_t flags = cursor_be16(c);
	struct tcp_header header = { .flags = flags & 0x1ff };
	struct tcp_segment segment = {
		.header = &header,
		.side = what & HAS_SIDE,
		.is_from_originator = (flags & 0x8000) != 0,
		.is_checksum_bad = (flags & 0x4000) != 0,
		.is_congested = (what & IS_CONGESTED) != 0
	};

	fuzz_numbers(f, &header, c, what);
	if (what & HAS_OPTIONS)
		fuzz_options(&header, c);
	if (what & HAS_WINDOW)
		f->window = cursor_be16(c);
	header.window = f->window;
	if (what & HAS_TIME)
		f->now_ns = (int64_t)cursor_be64(c) / 2;
	else if (f->now_ns < INT64_MAX / 2 - UINT32_MAX)
		f->now_ns += (int64_t)cursor_be16(c) << 14;
	if (what & HAS_PAYLOAD)
		fuzz_payload(f, &segment, c);
	else
		fuzz_track(f, &segment);
}

static void
fuzz_numbers(const struct fuzzed *f, struct tcp_header *header,
    struct cursor *c, uint8_t what)
{
	const struct tcp_side *own = &f->t.side[what & HAS_SIDE];
	const struct tcp_side *peer = &f->t.side[!(what & HAS_SIDE)];

	if (what & HAS_ANY_NUMBERS) {
		header->seq = cursor_be32(c);
		header->ack = cursor_be32(c);
		return;
	}
	header->seq = own->next_seq + cursor_u8(c) - 64;
	header->ack = peer->next_seq + cursor_u8(c) - 192;
}

static void
fuzz_options(struct tcp_header *header, struct cursor *c)
{
	header->options = cursor_u8(c) & 0x7f;
	header->mss = cursor_be16(c);
	header->window_scale = cursor_u8(c);
	if (!(header->options & TCP_HAS_SACK))
		return;
	header->sack_count = (uint8_t)(1 + cursor_u8(c) % 4);
	for (int i = 0; i < header->sack_count; i++) {
		header->sack[i][0] = header->ack + cursor_be16(c) - 4096;
		header->sack[i][1] = header->ack + cursor_be16(c) - 4096;
	}
}

/* In memory of just its size, so that no byte past it is read unnoticed. */
static void
fuzz_payload(struct fuzzed *f, struct tcp_segment *segment, struct cursor *c)
{
	uint8_t captured = cursor_u8(c) % 64;
	uint16_t missing = cursor_be16(c);
	uint8_t *bytes = malloc(captured > 0 ? captured : 1);

	require(bytes != NULL);
	memset(bytes, missing >> 8, captured);
	segment->payload = bytes;
	segment->payload_captured = captured;
	segment->payload_bytes = captured;
	if (missing & 1)
		segment->payload_bytes += missing;
	fuzz_track(f, segment);
	free(bytes);
}

static void
fuzz_track(struct fuzzed *f, struct tcp_segment *segment)
{
	segment->ts_ns = f->now_ns;
	segment->secret = &secret;
	segment->troubles = &f->troubles;
	f->given[segment->side]++;
	tcp_track(&f->t, segment);
}
