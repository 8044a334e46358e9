/*
 * Times of short pieces of work that are done again and again: of each piece
 * the least time counts.
 */
#ifndef TALLYMAN_BENCH_STOPWATCH_H
#define TALLYMAN_BENCH_STOPWATCH_H

#include <stddef.h>
#include <stdint.h>

struct stopwatch {
	int64_t	since_ns;	/* when it was started */
	int64_t	clock_ns;	/* that it takes to read the clock */
};

/* The least times of one kind of work, piece by piece. Zero-initialise. */
struct laps {
	int64_t	*least_ns;	/* owned */
	size_t	 count;
	size_t	 room;
	size_t	 next;		/* piece of this repetition */
};

/* Learns what it takes to read the clock. */
void	stopwatch_init(struct stopwatch *);
void	stopwatch_start(struct stopwatch *);

/* Notes the time since the start as the next piece's, and starts again. */
void	stopwatch_stop(struct stopwatch *, struct laps *);

/* Another repetition begins, of the same pieces. */
static inline void
laps_repeat(struct laps *laps)
{
	laps->next = 0;
}

int64_t	laps_sum(const struct laps *);
void	laps_release(struct laps *);

#endif
