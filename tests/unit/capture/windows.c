/*
 * Frames that are held while their source reads on: what they point to stays
 * as it was, and what is released is used again.
 */
#include "../../lib/stored.h"

#ifdef HAVE_ZLIB
#include <zlib.h>
#endif

#include "base/log.h"
#include "capture/file/stream.h"

enum {
	HELD_FILES = 18,	/* more than get large windows */
	HELD_FRAMES = 200,	/* in each file */
	HELD_BATCH = 3,
	HELD_ALL = HELD_FILES * HELD_FRAMES
};

/* Batches in the order of their marks, until they are released. */
struct held {
	struct frame	frames[HELD_ALL][HELD_BATCH];
	int		counts[HELD_ALL];
	uint64_t	first;		/* that is not released */
};

static struct held	held;

static uint32_t
size_of(int second, int file)
{
	return 20 + (uint32_t)(second * 977 + file * 31) % 16000;
}

/* A frame's bytes all follow from its time. */
static void
build(struct stored *s, int file)
{
	int i;

	*s = (struct stored){ .data = NULL };
	stored_pcap(s, 0xa1b2c3d4, 1);
	for (i = 0; i < HELD_FRAMES; i++)
		stored_record(s, (uint32_t)i, (uint32_t)file,
		    size_of(i, file), (uint8_t)(i + file));
}

static void
expect_batch(uint64_t mark)
{
	const struct frame *frame;
	int i, second, file;

	for (i = 0; i < held.counts[mark]; i++) {
		frame = &held.frames[mark][i];
		second = (int)(frame->ts_ns / 1000000000);
		file = (int)(frame->ts_ns % 1000000000 / 1000);
		stored_expect(frame, frame->ts_ns, size_of(second, file),
		    (uint8_t)(second + file));
	}
}

/* Reads all with so many batches held, and how many frames there were. */
static int
read_held(struct source *source, uint64_t most)
{
	struct error error;
	uint64_t mark = 0;
	int got, count = 0;

	held.first = 1;
	for (;;) {
		if (mark >= most) {
			for (; held.first <= mark - most; held.first++)
				expect_batch(held.first);
			source_release(source, mark - most);
		}
		got = source_read(source, held.frames[mark + 1], HELD_BATCH,
		    &error);
		if (got == SOURCE_END)
			break;
		if (got == SOURCE_QUIET)
			continue;
		assert_in_range(got, 1, HELD_BATCH);
		assert_int_equal(source_mark(source), mark + 1);
		held.counts[++mark] = got;
		count += got;
	}
	for (; held.first <= mark; held.first++)
		expect_batch(held.first);
	return count;
}

static int
count_idle(const struct source *source)
{
	const struct window *w;
	int count = 0;

	for (w = source->windows.idle; w != NULL; w = w->next)
		count++;
	return count;
}

/* False where the build has no compression for it. */
static bool
write_packed(const struct stored *s, char path[STORED_PATH])
{
#ifdef HAVE_ZLIB
	gzFile file;

	stored_write("", 0, path);
	file = gzopen(path, "wb1");
	assert_non_null(file);
	assert_int_equal(gzwrite(file, s->data, (unsigned int)s->size),
	    s->size);
	assert_int_equal(gzclose(file), Z_OK);
	return true;
#else
	(void)s, (void)path;
	return false;
#endif
}

/*
 * Reads so many files with each number of batches held in turn. When packed,
 * every other one is compressed, and threads decode.
 */
static void
read_files(size_t files, bool is_packed, const char *filter, int frames)
{
	static const uint64_t most[] = { 0, 1, 2, 10, 100, HELD_ALL };
	char paths[HELD_FILES][STORED_PATH];
	const char *names[HELD_FILES];
	struct source *source;
	struct error error;
	struct stored s;
	size_t i;

	for (i = 0; i < files; i++) {
		build(&s, (int)i);
		if (!is_packed || i % 2 != 0 || !write_packed(&s, paths[i]))
			stored_write(s.data, s.size, paths[i]);
		names[i] = paths[i];
		free(s.data);
	}
	for (i = 0; i < sizeof(most) / sizeof(*most); i++) {
		source = saved_open(names, files, filter, &error);
		assert_non_null(source);
		if (is_packed)
			saved_decode_ahead(source);
		assert_int_equal(read_held(source, most[i]), frames);
		if (most[i] == 0 && !is_packed)
			assert_true(count_idle(source) <= (int)files);
		source_free(source);
	}
	for (i = 0; i < files; i++)
		unlink(paths[i]);
}

static void
test_one_file(void **state)
{
	(void)state;
	read_files(1, false, NULL, HELD_FRAMES);
	read_files(1, true, NULL, HELD_FRAMES);
}

static void
test_many_files(void **state)
{
	(void)state;
	read_files(HELD_FILES, false, NULL, HELD_ALL);
	read_files(HELD_FILES, true, NULL, HELD_ALL);
}

/* Batches that are refused as a whole hold nothing up. */
static void
test_filter(void **state)
{
	int i, wanted = 0;

	(void)state;
	for (i = 0; i < HELD_ALL; i++)
		wanted += size_of(i / HELD_FILES, i % HELD_FILES) > 15000;
	assert_true(wanted > 0);
	read_files(HELD_FILES, false, "len > 15000", wanted);
	read_files(HELD_FILES, false, "len > 20000", 0);
}

/* Reads pieces through small windows, which widen as they must. */
static void
test_bytes(void **state)
{
	static struct windows windows;
	static uint8_t bytes[20100];
	const uint8_t *pieces[200];
	char path[STORED_PATH];
	struct error error;
	struct stream s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * i / 7);
	stored_write(bytes, sizeof(bytes), path);
	assert_int_equal(stream_open(&s, path, 16, &windows, &error), 0);
	for (i = 0; i < 200; i++) {
		assert_int_equal(stream_fill(&s, i + 1), STREAM_READY);
		pieces[i] = s.at;
		s.at += i + 1;
		windows_use(&windows, s.window);
		windows_hand_over(&windows);
		assert_int_equal(windows.mark, i + 1);
	}
	for (i = 0; i < 200; i++)
		assert_memory_equal(pieces[i], bytes + i * (i + 1) / 2, i + 1);
	stream_close(&s);
	for (i = 0; i < 200; i++)
		assert_memory_equal(pieces[i], bytes + i * (i + 1) / 2, i + 1);
	windows_release(&windows);
	unlink(path);
}

/* A window comes back once its last batch is released, not before. */
static void
test_stock(void **state)
{
	static struct windows windows;
	struct window *one = windows_take(&windows, 100), *two;

	(void)state;
	windows_use(&windows, one);
	assert_false(windows_is_free(&windows, one));
	windows_forget_batch(&windows);
	assert_true(windows_is_free(&windows, one));
	windows_use(&windows, one);
	windows_hand_over(&windows);
	windows_return(&windows, one);
	two = windows_take(&windows, 100);
	assert_ptr_not_equal(one, two);
	windows_return(&windows, two);
	windows.released = windows.mark;
	two = windows_take(&windows, 100);
	assert_non_null(windows.idle);
	windows_return(&windows, two);
	two = windows_take(&windows, 200);
	assert_int_equal(two->size, 200);
	assert_non_null(windows.idle);
	windows_return(&windows, two);
	windows_release(&windows);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stock),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_one_file),
		cmocka_unit_test(test_many_files),
		cmocka_unit_test(test_filter)
	};

	log_set_level(LOG_LEVEL_QUIET);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
