/*
 * The progress line of a long run, on stderr.
 */
#ifndef TALLYMAN_ENGINE_PROGRESS_H
#define TALLYMAN_ENGINE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool	is_wanted;
	bool	is_shown;	/* a line stands on the terminal */
	int64_t	begin_ns;	/* of the run, monotonic */
	int64_t	last_ns;	/* when the line was last written */
};

/* What the line shows. */
struct progress_facts {
	uint64_t	bytes_read;
	uint64_t	bytes_total;	/* 0: unknown */
	uint64_t	frames;
	uint64_t	flows;
};

/*
 * Whether it is time for a new line: at most four a second, and none in the
 * first second of a run.
 */
bool	progress_is_due(const struct progress *, int64_t now_ns);

/* Writes the line over the last one. */
void	progress_show(struct progress *, const struct progress_facts *,
	    int64_t now_ns);

/* Takes the line away, so that what is printed next starts clean. */
void	progress_clear(struct progress *);

#endif
