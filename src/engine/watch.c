/*
 * Shows open flows to a watcher; see watch.h. A million of them take a second
 * to show, and frames do not wait: a round is made of small steps, between
 * which the run goes on.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/attribution.h"
#include "engine/engine.h"
#include "engine/watch.h"

enum {
	WATCH_STEP = 256,		/* flows between two batches */
	WATCH_STEP_QUIET = 32768,	/* when nothing arrives */
	WATCH_REST = 9			/* times the work of a round */
};

struct watch {
	const struct engine_options *options;
	const struct watcher	*watcher;	/* theirs */
	struct meter		*meter;
	bool			 is_looking;	/* a round is under way */
	uint32_t		 number;	/* of the flow shown last */
	int64_t			 began_wall_ns;	/* the last round */
	int64_t			 began_clock_ns;
	int64_t			 ended_ns;	/* likewise, by the wall */
	int64_t			 spent_ns;	/* on it */
};

static bool	is_due(const struct watch *, int64_t);
static bool	show(struct watch *, int);
static int64_t	clock_of(const struct watch *, int64_t);

struct watch *
watch_new(const struct engine_options *options, struct meter *meter)
{
	struct watch *w;

	if (options->watcher == NULL)
		return NULL;
	w = calloc(1, sizeof *w);
	if (w == NULL) {
		log_error("cannot allocate %zu bytes", sizeof *w);
		abort();
	}
	w->options = options;
	w->watcher = options->watcher;
	w->meter = meter;
	w->began_wall_ns = clock_ns(CLOCK_MONOTONIC);
	w->began_clock_ns = clock_of(w, w->began_wall_ns);
	w->ended_ns = w->began_wall_ns;
	return w;
}

void
watch_free(struct watch *w)
{
	free(w);
}

bool
watch_advance(struct watch *w, bool is_quiet)
{
	int64_t now_ns;
	bool is_over;

	if (w == NULL)
		return false;
	now_ns = clock_ns(CLOCK_MONOTONIC);
	if (!w->is_looking) {
		if (!is_due(w, now_ns))
			return false;
		w->is_looking = true;
		w->number = 0;
		w->spent_ns = 0;
		w->began_wall_ns = now_ns;
		w->began_clock_ns = clock_of(w, now_ns);
	}
	is_over = show(w, is_quiet ? WATCH_STEP_QUIET : WATCH_STEP);
	w->ended_ns = clock_ns(CLOCK_MONOTONIC);
	w->spent_ns += w->ended_ns - now_ns;
	w->is_looking = !is_over;
	return is_over;
}

static bool
is_due(const struct watch *w, int64_t now_ns)
{
	int64_t interval_ns = w->watcher->interval_ns;

	if (now_ns - w->ended_ns < w->spent_ns * WATCH_REST)
		return false;
	return now_ns - w->began_wall_ns >= interval_ns ||
	    clock_of(w, now_ns) - w->began_clock_ns >= interval_ns;
}

/* The next flows; true behind the last. */
static bool
show(struct watch *w, int count)
{
	struct meter_flow flow;
	struct record record;

	while (count-- > 0) {
		w->number = meter_next(w->meter, w->number);
		if (w->number == 0)
			return true;
		meter_describe(w->meter, w->number, &flow);
		record_fill(&record, &flow, w->options->community_seed);
		attribution_fill(w->options->programs, &record);
		w->watcher->open(w->watcher->context, &record);
	}
	return false;
}

void
watch_round(struct watch *w, const struct stats *stats)
{
	w->watcher->round(w->watcher->context, stats,
	    meter_live(&w->meter, 1));
}

void
watch_end(struct watch *w, const struct stats *stats)
{
	if (w != NULL)
		w->watcher->round(w->watcher->context, stats, 0);
}

void
watch_ended(struct watch *w, const struct record *record)
{
	if (w != NULL)
		w->watcher->ended(w->watcher->context, record);
}

static int64_t
clock_of(const struct watch *w, int64_t now_ns)
{
	return w->watcher->clock == NULL ? now_ns :
	    w->watcher->clock(w->watcher->context);
}
