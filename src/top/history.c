/*
 * A minute of seconds; see history.h.
 */
#include "top/history.h"

#include <string.h>

#define SECOND_NS INT64_C(1000000000)

enum { LEVELS = 9 };

static void	advance(struct history *, int64_t);
static int64_t	second_of(int64_t);
static double	mean_of(const struct history *, int64_t, int, int);

static const char *const wide_levels[LEVELS] = {
	" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"
};
static const char *const plain_levels[LEVELS] = {
	" ", ".", ".", ":", "-", "=", "+", "*", "#"
};

void
history_add(struct history *h, int64_t from_ns, int64_t to_ns,
    uint64_t amount)
{
	int64_t last = second_of(to_ns);
	int64_t first;
	double total_ns;

	advance(h, last);
	if (amount == 0 || h->newest - last >= HISTORY_SECONDS)
		return;
	if (from_ns >= to_ns)
		from_ns = to_ns - 1;
	total_ns = (double)to_ns - (double)from_ns;
	first = second_of(from_ns);
	if (first <= last - HISTORY_SECONDS)
		first = last - HISTORY_SECONDS + 1;
	for (int64_t second = first; second <= last; second++) {
		int64_t begin_ns = second * SECOND_NS;
		int64_t end_ns = second == last ? to_ns :
		    begin_ns + SECOND_NS;

		if (begin_ns < from_ns)
			begin_ns = from_ns;
		if (end_ns <= begin_ns || second < 0 ||
		    h->newest - second >= HISTORY_SECONDS)
			continue;
		h->amounts[second % HISTORY_SECONDS] += (float)
		    ((double)amount * (double)(end_ns - begin_ns) / total_ns);
	}
}

/* The seconds that the clock went on by are empty so far. */
static void
advance(struct history *h, int64_t second)
{
	int64_t gone = second - h->newest;

	if (gone <= 0)
		return;
	if (gone >= HISTORY_SECONDS) {
		memset(h->amounts, 0, sizeof h->amounts);
	} else {
		for (int64_t s = h->newest + 1; s <= second; s++)
			h->amounts[s % HISTORY_SECONDS] = 0;
	}
	h->newest = second;
}

static int64_t
second_of(int64_t ns)
{
	return ns < 0 ? 0 : ns / SECOND_NS;
}

double
history_at(const struct history *h, int64_t second)
{
	if (second < 0 || second > h->newest ||
	    h->newest - second >= HISTORY_SECONDS)
		return 0;
	return (double)h->amounts[second % HISTORY_SECONDS];
}

/* Of the column's seconds; a minute is no multiple of every width. */
static double
mean_of(const struct history *h, int64_t second, int column, int columns)
{
	int from = column * HISTORY_SECONDS / columns;
	int to = (column + 1) * HISTORY_SECONDS / columns;
	double sum = 0;

	for (int i = from; i < to; i++)
		sum += history_at(h, second - HISTORY_SECONDS + 1 + i);
	return sum / (to - from);
}

/* Something, little as it may be, is not shown as nothing. */
void
history_write(const struct history *h, int64_t second, int columns,
    bool is_wide, struct buffer *b)
{
	const char *const *levels = is_wide ? wide_levels : plain_levels;
	double highest = 0;

	if (columns > HISTORY_SECONDS)
		columns = HISTORY_SECONDS;
	for (int i = 0; i < columns; i++) {
		double mean = mean_of(h, second, i, columns);

		if (mean > highest)
			highest = mean;
	}
	for (int i = 0; i < columns; i++) {
		double mean = mean_of(h, second, i, columns);
		int level = mean <= 0 ? 0 :
		    1 + (int)(mean / highest * (LEVELS - 2) + 0.5);

		buffer_text(b, levels[level < LEVELS ? level : LEVELS - 1]);
	}
}
