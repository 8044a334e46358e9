/*
 * Frames when their time has come; see paced.h. A batch of the inner source
 * is held and given out piece by piece; it is released with its last piece.
 */
#include "capture/paced.h"

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"

enum { PACED_BATCH = 64, PACED_QUIET_MS = 20 };

/* At once or not: what one read gives spans no more of the capture. */
#define PACED_SPAN_NS INT64_C(1000000000)
#define PACED_SECOND_NS 1e9

struct paced {
	struct source	 source;
	struct source	*inner;		/* owned */
	double		 speed;		/* 0: at once */
	struct frame	 held[PACED_BATCH];
	int		 held_count;
	int		 given;		/* of those held */
	int		 result;	/* of the inner source, below 1: told
					   when nothing is held */
	struct error	 failure;
	bool		 has_begun;
	int64_t		 first_ns;	/* capture time of the first frame */
	int64_t		 newest_ns;	/* likewise, given out so far */
	int64_t		 begin_ns;	/* steady clock then */
};

static int	paced_read(struct source *, struct frame *, int,
		    struct error *);
static void	paced_counts(struct source *, struct source_counts *);
static void	paced_free(struct source *);
static bool	paced_fill(struct paced *);
static int	paced_give(struct paced *, struct frame *, int);
static int64_t	paced_clock(const struct paced *);
static void	paced_wait(const struct paced *);

static const struct source_operations paced_operations = {
	.read = paced_read,
	.counts = paced_counts,
	.free = paced_free
};

struct source *
paced_new(struct source *inner, double speed)
{
	struct paced *paced = calloc(1, sizeof *paced);

	if (paced == NULL) {
		log_error("cannot allocate %zu bytes", sizeof *paced);
		abort();
	}
	paced->source.operations = &paced_operations;
	paced->inner = inner;
	paced->speed = speed;
	return &paced->source;
}

static int
paced_read(struct source *source, struct frame *frames, int max,
    struct error *error)
{
	struct paced *paced = (struct paced *)source;
	int count;

	if (!paced_fill(paced)) {
		if (paced->result == SOURCE_ERROR)
			*error = paced->failure;
		return paced->result;
	}
	count = paced_give(paced, frames, max);
	if (count > 0)
		return count;
	paced_wait(paced);
	count = paced_give(paced, frames, max);
	return count > 0 ? count : SOURCE_QUIET;
}

/* Whether there are frames to give, now or later. */
static bool
paced_fill(struct paced *paced)
{
	int count;

	if (paced->given < paced->held_count)
		return true;
	source_release(paced->inner, paced->source.windows.released);
	count = source_read(paced->inner, paced->held, PACED_BATCH,
	    &paced->failure);
	paced->result = count;
	paced->given = 0;
	paced->held_count = count > 0 ? count : 0;
	if (count > 0 && !paced->has_begun) {
		paced->has_begun = true;
		paced->first_ns = paced->newest_ns = paced->held[0].ts_ns;
		paced->begin_ns = clock_ns(CLOCK_MONOTONIC);
	}
	return count > 0;
}

/* Those whose time has come. The mark moves on with the last one held. */
static int
paced_give(struct paced *paced, struct frame *frames, int max)
{
	int64_t now_ns = paced_clock(paced);
	int64_t begin_ns = paced->held[paced->given].ts_ns;
	int count = 0;

	while (count < max && paced->given < paced->held_count) {
		const struct frame *frame = &paced->held[paced->given];

		if (frame->ts_ns > now_ns ||
		    (count > 0 && frame->ts_ns - PACED_SPAN_NS > begin_ns))
			break;
		if (frame->ts_ns > paced->newest_ns)
			paced->newest_ns = frame->ts_ns;
		frames[count++] = *frame;
		paced->given++;
	}
	if (paced->given == paced->held_count)
		paced->source.windows.mark = source_mark(paced->inner);
	return count;
}

/* Up to which time of the capture frames are due. */
static int64_t
paced_clock(const struct paced *paced)
{
	double passed_ns;

	if (paced->speed <= 0)
		return INT64_MAX;
	passed_ns = (double)(clock_ns(CLOCK_MONOTONIC) - paced->begin_ns) * paced->speed;
	if (passed_ns >= (double)(INT64_MAX - 1) - (double)paced->first_ns)
		return INT64_MAX;
	return paced->first_ns + (int64_t)passed_ns;
}

int64_t
paced_now(const struct source *source)
{
	const struct paced *paced = (const struct paced *)source;
	int64_t now_ns;

	if (!paced->has_begun)
		return 0;
	now_ns = paced_clock(paced);
	if (now_ns == INT64_MAX || now_ns < paced->newest_ns)
		return paced->newest_ns;
	return now_ns;
}

/* Until the next frame is due, but not for long; a signal ends it. */
static void
paced_wait(const struct paced *paced)
{
	double due_ns = (double)(paced->held[paced->given].ts_ns -
	    paced_clock(paced)) / paced->speed;
	struct timespec wait = { 0 };

	if (!(due_ns > 0))
		return;
	wait.tv_nsec = (long)fmin(due_ns, PACED_QUIET_MS *
	    PACED_SECOND_NS / 1000);
	(void)nanosleep(&wait, NULL);
}

static void
paced_counts(struct source *source, struct source_counts *counts)
{
	source_counts(((struct paced *)source)->inner, counts);
}

static void
paced_free(struct source *source)
{
	struct paced *paced = (struct paced *)source;

	windows_release(&paced->source.windows);
	source_free(paced->inner);
	free(paced);
}
