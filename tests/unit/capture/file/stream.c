/*
 * Streams: the same bytes plain and by every compression of this build, in
 * one member and in two, cut off, corrupt, through a small window, from a
 * pipe, and once more after a rewind; all without a thread and with one.
 */
#include "../../../lib/stored.h"

#ifdef HAVE_ZLIB
#include <zlib.h>
#endif
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif
#ifdef HAVE_LZ4
#include <lz4frame.h>
#endif
#ifdef HAVE_LZMA
#include <lzma.h>
#endif

#include "base/units.h"
#include "capture/file/stream.h"

enum {
	ORIGINAL = 300000,	/* bytes; more than one small window */
	PACKED_ROOM = 1 << 20
};

struct packer {
	const char	*name;
	size_t		(*pack)(const uint8_t *, size_t, uint8_t *);
};

static size_t	pack_plain(const uint8_t *, size_t, uint8_t *);
static size_t	pack_gzip(const uint8_t *, size_t, uint8_t *);
static size_t	pack_zstd(const uint8_t *, size_t, uint8_t *);
static size_t	pack_lz4(const uint8_t *, size_t, uint8_t *);
static size_t	pack_xz(const uint8_t *, size_t, uint8_t *);

static const struct packer packers[] = {
	{ "plain", pack_plain },
	{ "gzip", pack_gzip },
	{ "zstd", pack_zstd },
	{ "lz4", pack_lz4 },
	{ "xz", pack_xz }
};

#define PACKERS (sizeof(packers) / sizeof(*packers))

static struct windows	windows;
static bool		is_threaded;
static uint8_t		original[ORIGINAL];
static uint8_t		packed[PACKED_ROOM];

/* Bytes that compress by about half. */
static void
make_original(void)
{
	uint32_t random = 1;
	size_t i;

	for (i = 0; i < ORIGINAL; i++) {
		random = random * 1664525 + 1013904223;
		original[i] = (uint8_t)((random >> 24) & 15);
	}
}

static size_t
pack_plain(const uint8_t *data, size_t size, uint8_t *out)
{
	memcpy(out, data, size);
	return size;
}

/* Each packer returns 0 where the build has no such library. */
static size_t
pack_gzip(const uint8_t *data, size_t size, uint8_t *out)
{
#ifdef HAVE_ZLIB
	z_stream zlib = { .next_in = (Bytef *)(uintptr_t)data,
	    .avail_in = (uInt)size, .next_out = out,
	    .avail_out = PACKED_ROOM / 2 };

	assert_int_equal(deflateInit2(&zlib, 6, Z_DEFLATED, 15 + 16, 8,
	    Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&zlib, Z_FINISH), Z_STREAM_END);
	assert_int_equal(deflateEnd(&zlib), Z_OK);
	return zlib.total_out;
#else
	(void)data, (void)size, (void)out;
	return 0;
#endif
}

static size_t
pack_zstd(const uint8_t *data, size_t size, uint8_t *out)
{
#ifdef HAVE_ZSTD
	ZSTD_CCtx *context = ZSTD_createCCtx();
	size_t result;

	ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
	result = ZSTD_compress2(context, out, PACKED_ROOM / 2, data, size);
	ZSTD_freeCCtx(context);
	assert_false(ZSTD_isError(result));
	return result;
#else
	(void)data, (void)size, (void)out;
	return 0;
#endif
}

static size_t
pack_lz4(const uint8_t *data, size_t size, uint8_t *out)
{
#ifdef HAVE_LZ4
	LZ4F_preferences_t preferences = { .frameInfo.contentChecksumFlag =
	    LZ4F_contentChecksumEnabled };
	size_t result = LZ4F_compressFrame(out, PACKED_ROOM / 2, data, size,
	    &preferences);

	assert_false(LZ4F_isError(result));
	return result;
#else
	(void)data, (void)size, (void)out;
	return 0;
#endif
}

static size_t
pack_xz(const uint8_t *data, size_t size, uint8_t *out)
{
#ifdef HAVE_LZMA
	size_t result = 0;

	assert_int_equal(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, NULL,
	    data, size, out, &result, PACKED_ROOM / 2), LZMA_OK);
	return result;
#else
	(void)data, (void)size, (void)out;
	return 0;
#endif
}

/* A thread may be late, on a busy machine even with a regular file. */
static enum stream_result
fill(struct stream *s, size_t need)
{
	enum stream_result result;

	do
		result = stream_fill(s, need);
	while (result == STREAM_QUIET);
	return result;
}

/*
 * Reads to the end in steps of odd sizes; the bytes must be the original's
 * from its beginning. Returns how many came.
 */
static size_t
drain(struct stream *s)
{
	size_t total = 0, step = 1;
	enum stream_result result;

	for (;;) {
		result = fill(s, step);
		if (result == STREAM_SHORT)
			step = stream_left(s);
		assert_true(total + step <= ORIGINAL);
		assert_memory_equal(s->at, original + total, step);
		s->at += step;
		total += step;
		assert_int_equal(stream_position(s), total);
		if (result == STREAM_SHORT)
			return total;
		step = step * 3 % 1009 + 1;
	}
}

static void
open_bytes(const uint8_t *data, size_t size, size_t window, struct stream *s)
{
	char path[STORED_PATH];
	struct error error;

	stored_write(data, size, path);
	assert_int_equal(stream_open(s, path, window, &windows, &error), 0);
	unlink(path);
	assert_true(s->intake.is_regular);
	assert_int_equal(s->intake.size, size);
	s->is_threaded = is_threaded;
}

static size_t
drain_bytes(const uint8_t *data, size_t size, size_t window,
    struct stream *s)
{
	open_bytes(data, size, window, s);
	return drain(s);
}

static void
test_whole(void **state)
{
	static const size_t sizes[] = { 4096, STREAM_WINDOW_SMALL,
	    STREAM_WINDOW };
	struct stream s;
	size_t i, j, size;

	(void)state;
	for (i = 0; i < PACKERS; i++) {
		size = packers[i].pack(original, ORIGINAL, packed);
		for (j = 0; j < 3 && size > 0; j++) {
			assert_int_equal(drain_bytes(packed, size, sizes[j],
			    &s), ORIGINAL);
			assert_string_equal(stream_problem(&s), "");
			assert_int_equal(s.stored_most, size);
			stream_rewind(&s, 4096);
			assert_int_equal(drain(&s), ORIGINAL);
			stream_close(&s);
		}
	}
}

static void
test_members(void **state)
{
	const size_t first = ORIGINAL / 3;
	struct stream s;
	size_t i, size;

	(void)state;
	for (i = 0; i < PACKERS; i++) {
		size = packers[i].pack(original, first, packed);
		if (size == 0)
			continue;
		size += packers[i].pack(original + first, ORIGINAL - first,
		    packed + size);
		assert_int_equal(drain_bytes(packed, size, 4096, &s),
		    ORIGINAL);
		assert_string_equal(stream_problem(&s), "");
		stream_close(&s);
	}
}

/* gzip's last block may be filled with zeros. */
static void
test_padding(void **state)
{
	struct stream s;
	size_t size = pack_gzip(original, ORIGINAL, packed);

	(void)state;
	if (size == 0)
		skip();
	memset(packed + size, 0, 1000);
	assert_int_equal(drain_bytes(packed, size + 1000, 4096, &s), ORIGINAL);
	assert_string_equal(stream_problem(&s), "");
	stream_close(&s);
}

/* What was whole comes, then the place where it is cut off is named. */
static void
test_cut_off(void **state)
{
	struct stream s;
	size_t i, size, cut;
	char where[64], number[UNITS_SIZE];

	(void)state;
	for (i = 1; i < PACKERS; i++) {
		size = packers[i].pack(original, 2000, packed);
		for (cut = 6; cut < size; cut++) {
			assert_true(drain_bytes(packed, cut, 4096, &s) <= 2000);
			assert_non_null(strstr(stream_problem(&s), "data cut off"));
			units_count(number, sizeof(number), cut);
			snprintf(where, sizeof(where), "at byte %s", number);
			assert_non_null(strstr(stream_problem(&s), where));
			stream_close(&s);
		}
	}
}

static void
test_corrupt(void **state)
{
	struct stream s;
	size_t i, size;

	(void)state;
	for (i = 1; i < PACKERS; i++) {
		size = packers[i].pack(original, ORIGINAL, packed);
		if (size == 0)
			continue;
		/* Right after the magic. */
		memset(packed + 6, 0xff, 16);
		assert_int_equal(drain_bytes(packed, size, 4096, &s), 0);
		assert_non_null(strstr(stream_problem(&s), "corrupt "));
		assert_non_null(strstr(stream_problem(&s), packers[i].name));
		stream_close(&s);
	}
}

static void
test_bad_checksum(void **state)
{
	struct stream s;
	size_t i, size;

	(void)state;
	for (i = 1; i < PACKERS; i++) {
		size = packers[i].pack(original, ORIGINAL, packed);
		if (size == 0)
			continue;
		packed[size - 6] ^= 0x10;
		packed[size - 2] ^= 0x10;
		(void)drain_bytes(packed, size, 4096, &s);
		assert_string_not_equal(stream_problem(&s), "");
		stream_close(&s);
	}
}

/* Records that are longer than what a thread gives at once. */
static void
test_wide(void **state)
{
	static const size_t needs[] = { 1, 70000, 299999, 5 };
	struct stream s;
	size_t i, j, size;

	(void)state;
	for (i = 0; i < PACKERS; i++) {
		size = packers[i].pack(original, ORIGINAL, packed);
		if (size == 0)
			continue;
		open_bytes(packed, size, 4096, &s);
		for (j = 0; j < 4; j++) {
			assert_int_equal(fill(&s, needs[j]), STREAM_READY);
			assert_true(stream_left(&s) >= needs[j]);
			assert_memory_equal(s.at, original, needs[j]);
		}
		assert_int_equal(s.ahead != NULL, is_threaded && i > 0);
		assert_int_equal(fill(&s, ORIGINAL + 1), STREAM_SHORT);
		assert_int_equal(drain(&s), ORIGINAL);
		stream_close(&s);
	}
}

/* What is held stays as it was, to the end and after the stream's. */
static void
test_held(void **state)
{
	const size_t step = 700, count = ORIGINAL / step;
	const uint8_t *held[ORIGINAL / 700];
	struct stream s;
	size_t i, j, size;

	(void)state;
	for (i = 0; i < PACKERS; i++) {
		size = packers[i].pack(original, ORIGINAL, packed);
		if (size == 0)
			continue;
		open_bytes(packed, size, 4096, &s);
		for (j = 0; j < count; j++) {
			assert_int_equal(fill(&s, step), STREAM_READY);
			windows_use(&windows, s.window);
			windows_hand_over(&windows);
			held[j] = s.at;
			s.at += step;
		}
		stream_close(&s);
		for (j = 0; j < count; j++)
			assert_memory_equal(held[j], original + j * step,
			    step);
		windows.released = windows.mark;
	}
}

/* Closed or rewound before its end, at any place. */
static void
test_left_early(void **state)
{
	struct stream s;
	size_t i, need, size;

	(void)state;
	for (i = 0; i < PACKERS; i++) {
		size = packers[i].pack(original, ORIGINAL, packed);
		for (need = 1; need < ORIGINAL && size > 0; need *= 7) {
			open_bytes(packed, size, 4096, &s);
			assert_int_equal(fill(&s, 1), STREAM_READY);
			assert_int_equal(fill(&s, need), STREAM_READY);
			stream_rewind(&s, 4096);
			assert_int_equal(fill(&s, need), STREAM_READY);
			assert_memory_equal(s.at, original, need);
			stream_close(&s);
		}
	}
}

/* A pipe that gives a byte at first still shows its compression. */
static void
test_pipe(void **state)
{
	int ends[2], saved_stdin = dup(STDIN_FILENO);
	struct error error;
	struct stream s;
	size_t i, size;

	(void)state;
	for (i = 0; i < PACKERS; i++) {
		size = packers[i].pack(original, 2000, packed);
		if (size == 0)
			continue;
		assert_int_equal(pipe(ends), 0);
		assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
		close(ends[0]);
		assert_int_equal(stream_open(&s, "-", 4096, &windows,
		    &error), 0);
		s.is_threaded = is_threaded;
		assert_false(s.intake.is_regular);
		assert_int_equal(s.intake.size, 0);
		assert_int_equal(stream_fill(&s, 1), STREAM_QUIET);
		assert_int_equal(write(ends[1], packed, 1), 1);
		assert_int_equal(stream_fill(&s, 1), STREAM_QUIET);
		assert_int_equal(write(ends[1], packed + 1, size - 1),
		    (ssize_t)size - 1);
		close(ends[1]);
		assert_int_equal(drain(&s), 2000);
		assert_string_equal(stream_problem(&s), "");
		stream_close(&s);
	}
	dup2(saved_stdin, STDIN_FILENO);
	close(saved_stdin);
}

/* Whoever closes does not wait for a pipe that stays silent. */
static void
test_silent_pipe(void **state)
{
	int ends[2], saved_stdin = dup(STDIN_FILENO);
	size_t size = pack_gzip(original, ORIGINAL, packed);
	struct error error;
	struct stream s;

	(void)state;
	if (size == 0)
		skip();
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	close(ends[0]);
	assert_int_equal(stream_open(&s, "-", 4096, &windows, &error), 0);
	s.is_threaded = is_threaded;
	assert_int_equal(write(ends[1], packed, 5000), 5000);
	assert_int_equal(fill(&s, 5001), STREAM_READY);
	assert_memory_equal(s.at, original, 5001);
	assert_int_equal(stream_fill(&s, ORIGINAL), STREAM_QUIET);
	assert_int_equal(s.ahead != NULL, is_threaded);
	stream_close(&s);
	dup2(saved_stdin, STDIN_FILENO);
	close(saved_stdin);
	close(ends[1]);
}

static void
test_missing(void **state)
{
	struct error error;
	struct stream s;

	(void)state;
	assert_int_equal(stream_open(&s, "there/is no such file", 4096,
	    &windows, &error), -1);
	assert_string_equal(error.text,
	    "cannot open 'there/is no such file': no such file");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_padding),
		cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_corrupt),
		cmocka_unit_test(test_bad_checksum),
		cmocka_unit_test(test_wide),
		cmocka_unit_test(test_held),
		cmocka_unit_test(test_left_early),
		cmocka_unit_test(test_pipe),
		cmocka_unit_test(test_silent_pipe),
		cmocka_unit_test(test_missing)
	};
	int failed;

	make_original();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	is_threaded = true;
	failed += cmocka_run_group_tests_name("with a thread", tests, NULL,
	    NULL);
	windows_release(&windows);
	return failed;
}
