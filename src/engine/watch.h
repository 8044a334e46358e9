/*
 * Whoever watches a run while it goes on, a screen for one: the engine shows
 * him all open flows as records, round after round, and each record that
 * ends. He is called from the thread that owns the meter, between batches;
 * what he is shown is as it would be written now, and looking changes nothing.
 */
#ifndef TALLYMAN_ENGINE_WATCH_H
#define TALLYMAN_ENGINE_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "flow/meter.h"
#include "record/record.h"
#include "record/stats.h"

struct watcher {
	void	*context;

	/*
	 * A round begins when so much time has passed since the last began,
	 * by the wall or by his own clock (in ns; NULL: the wall's alone), but
	 * not before the run had nine times as long for itself as that took.
	 */
	int64_t	 interval_ns;
	int64_t	(*clock)(void *context);

	/*
	 * A flow that is open, its end_reason "active"; or a record that ends.
	 * What it points to is borrowed for the call.
	 */
	void	(*open)(void *context, const struct record *);
	void	(*ended)(void *context, const struct record *);

	/* A round is over: all flows that were open meanwhile were shown. */
	void	(*round)(void *context, const struct stats *,
		    uint64_t flows_open);
};

struct engine_options;
struct watch;

/* NULL when the options have no watcher. Both are borrowed. */
struct watch	*watch_new(const struct engine_options *, struct meter *);
void		 watch_free(struct watch *);

/*
 * Shows some of the flows, more when there is nothing else to do. Returns
 * whether that ended a round: then watch_round() is due, with the counts.
 */
bool		 watch_advance(struct watch *, bool is_quiet);
void		 watch_round(struct watch *, const struct stats *);

/* A record ends; and the run does, when all records have ended. */
void		 watch_ended(struct watch *, const struct record *);
void		 watch_end(struct watch *, const struct stats *);

#endif
