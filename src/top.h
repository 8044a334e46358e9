/*
 * tallyman top: a run that is watched on a terminal instead of written.
 */
#ifndef TALLYMAN_TOP_H
#define TALLYMAN_TOP_H

#include "engine/engine.h"
#include "options.h"

/* Whether there is a terminal: 0, or -1 with the message. */
int	top_check(struct error *);

/*
 * Runs the engine in a thread of its own, whose source setup_source() made,
 * and shows it until somebody quits. Returns as engine_run() does.
 */
int	top_run(const struct options *, struct engine_options *,
	    struct error *);

#endif
