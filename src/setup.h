/*
 * From the options to the parts of a run: its source, its outputs, and what
 * the engine needs to know.
 */
#ifndef TALLYMAN_SETUP_H
#define TALLYMAN_SETUP_H

#include "engine/engine.h"
#include "host/programs.h"
#include "options.h"

enum { SETUP_OUTPUTS_MAX = 16 };

/* The captures of -r, or the interfaces of -i; NULL with the message. */
struct source	*setup_source(const struct options *, struct error *);

/*
 * Opens each -o; without one, text on a terminal and JSON elsewhere. *count
 * says how many are open, also after a failure. Returns 0, or -1 with the
 * message.
 */
int	setup_outputs(const struct options *, struct output **outputs,
	    size_t *count, struct error *);

/*
 * Makes the collector of programs for a live capture, which needs all rights;
 * *programs is NULL where they are not wanted. Returns 0, or -1 with the
 * message.
 */
int	setup_programs(const struct options *, struct programs **programs,
	    struct error *);

/* Borrows the source and the outputs. */
void	setup_engine(const struct options *, struct source *,
	    struct output **outputs, size_t count, struct engine_options *);

#endif
