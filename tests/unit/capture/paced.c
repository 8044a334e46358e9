/*
 * The pace of saved frames: each is given when its time has come and not
 * before, windows are released behind the last frame of a batch, and between
 * frames the clock goes on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "capture/paced.h"

#define MS INT64_C(1000000)
#define BEGIN_NS INT64_C(1772600767000000000)

/* Frames by their times, in batches of three; every batch has a mark. */
struct timed {
	struct source	 source;
	const int64_t	*times;		/* ms since the first */
	int		 count;
	int		 given;
	bool		 is_failing;
};

static int	timed_read(struct source *, struct frame *, int,
		    struct error *);
static void	timed_counts(struct source *, struct source_counts *);
static void	timed_free(struct source *);

static const struct source_operations timed_operations = {
	.read = timed_read, .counts = timed_counts, .free = timed_free
};
static struct timed timed;

static int
timed_read(struct source *source, struct frame *frames, int max,
    struct error *error)
{
	struct timed *t = (struct timed *)source;
	int count = 0;

	assert_true(max >= 3);
	while (count < 3 && t->given < t->count)
		frames[count++] = (struct frame){
			.ts_ns = BEGIN_NS + t->times[t->given++] * MS
		};
	if (count > 0)
		source->windows.mark++;
	else if (t->is_failing)
		return error_set(error, "cut off");
	return count;
}

static void
timed_counts(struct source *source, struct source_counts *counts)
{
	*counts = (struct source_counts){
		.bytes_read = (uint64_t)((struct timed *)source)->given
	};
}

static void
timed_free(struct source *source)
{
	(void)source;
}

static struct source *
begin(const int64_t *times, int count, double speed)
{
	timed = (struct timed){ .source.operations = &timed_operations,
	    .times = times, .count = count };
	return paced_new(&timed.source, speed);
}

static int64_t
steady_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* No frame before its time, and none is lost; a read is never long. */
static void
expect_pace(double speed, const int64_t *times, int count)
{
	struct source *source = begin(times, count, speed);
	struct frame frames[8];
	struct error error;
	int64_t begin_ns = steady_ns(), before_ns = begin_ns;
	int seen = 0, quiet = 0, got;

	while ((got = source_read(source, frames, 8, &error)) != SOURCE_END) {
		int64_t now_ns = steady_ns();

		assert_true(now_ns - before_ns < 90 * MS);
		before_ns = now_ns;
		assert_true(got == SOURCE_QUIET || got > 0);
		quiet += got == SOURCE_QUIET;
		for (int i = 0; i < got; i++, seen++) {
			assert_int_equal(frames[i].ts_ns,
			    BEGIN_NS + times[seen] * MS);
			assert_true((double)(now_ns - begin_ns) * speed >=
			    (double)(frames[i].ts_ns - BEGIN_NS));
		}
		assert_true(paced_now(source) >= BEGIN_NS);
	}
	assert_int_equal(seen, count);
	assert_true(quiet > 0);
	source_free(source);
}

static void
test_pace(void **state)
{
	static const int64_t times[] = { 0, 1, 30, 90, 90, 50, 150 };

	(void)state;
	expect_pace(1, times, 7);
	expect_pace(0.8, times, 5);
	expect_pace(2, times, 7);
}

/* At once, but no more than a second of the capture in one read. */
static void
test_at_once(void **state)
{
	static const int64_t times[] = { 0, 400, 1200, 86400000, 86400001 };
	struct source *source = begin(times, 5, 0);
	struct frame frames[8];
	struct error error;

	(void)state;
	assert_int_equal(paced_now(source), 0);
	assert_int_equal(source_read(source, frames, 8, &error), 2);
	assert_int_equal(paced_now(source), BEGIN_NS + 400 * MS);
	assert_int_equal(source_mark(source), 0);
	assert_int_equal(source_read(source, frames, 8, &error), 1);
	assert_int_equal(source_mark(source), 1);
	source_release_all(source);
	assert_int_equal(source_read(source, frames, 1, &error), 1);
	assert_int_equal(timed.source.windows.released, 1);
	assert_int_equal(source_mark(source), 1);
	assert_int_equal(source_read(source, frames, 1, &error), 1);
	assert_int_equal(source_mark(source), 2);
	assert_int_equal(paced_now(source), BEGIN_NS + 86400001 * MS);
	timed.is_failing = true;
	assert_int_equal(source_read(source, frames, 8, &error),
	    SOURCE_ERROR);
	assert_string_equal(error.text, "cut off");
	source_free(source);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pace),
		cmocka_unit_test(test_at_once)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
