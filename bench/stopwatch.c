/*
 * A stopwatch; see stopwatch.h.
 */
#include <stdlib.h>
#include <time.h>

#include "held.h"
#include "stopwatch.h"

static int64_t	now(void);
static void	grow(struct laps *);

void
stopwatch_init(struct stopwatch *watch)
{
	watch->clock_ns = INT64_MAX;
	for (int i = 0; i < 1000; i++) {
		int64_t before_ns = now();
		int64_t passed_ns = now() - before_ns;

		if (passed_ns < watch->clock_ns)
			watch->clock_ns = passed_ns;
	}
}

void
stopwatch_start(struct stopwatch *watch)
{
	watch->since_ns = now();
}

void
stopwatch_stop(struct stopwatch *watch, struct laps *laps)
{
	int64_t spent_ns = now() - watch->since_ns - watch->clock_ns;

	if (laps->next == laps->room)
		grow(laps);
	if (laps->next == laps->count)
		laps->least_ns[laps->count++] = spent_ns;
	else if (spent_ns < laps->least_ns[laps->next])
		laps->least_ns[laps->next] = spent_ns;
	laps->next++;
	watch->since_ns = now();
}

int64_t
laps_sum(const struct laps *laps)
{
	int64_t sum = 0;

	for (size_t i = 0; i < laps->count; i++)
		sum += laps->least_ns[i];
	return sum;
}

void
laps_release(struct laps *laps)
{
	free(laps->least_ns);
	*laps = (struct laps){ 0 };
}

static int64_t
now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void
grow(struct laps *laps)
{
	laps->room = laps->room == 0 ? 1024 : 2 * laps->room;
	laps->least_ns = realloc(laps->least_ns,
	    laps->room * sizeof *laps->least_ns);
	if (laps->least_ns == NULL)
		bench_fail("memory", "there is not enough");
}
