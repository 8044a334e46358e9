/*
 * A capture that is held in memory, so that what is done with its frames can
 * be timed without reading them. Whatever goes wrong ends the program.
 */
#ifndef TALLYMAN_BENCH_HELD_H
#define TALLYMAN_BENCH_HELD_H

#include <stddef.h>
#include <stdint.h>

#include "capture/source.h"

struct held {
	const char	*path;		/* borrowed */
	struct source	*source;	/* owned; has the interfaces */
	struct frame	*frames;	/* owned, numbered from 1 */
	uint8_t		*bytes;		/* owned; of all frames */
	size_t		 count;		/* frames */
	size_t		 size;		/* bytes */
	uint64_t	 touched;	/* a sum, so that touching is done */
};

void	held_load(struct held *, const char *path);
void	held_release(struct held *);

/* Brings frames into the caches, as who just read them from the file. */
void	held_touch(struct held *, size_t first, size_t count);

/* The capture itself; and up to max frames of it, 0 at the end. */
struct source	*held_open(const char *path);
int		 held_read(const char *path, struct source *, struct frame *,
		    int max);

/* Says what failed, and why, and exits. */
void	bench_fail(const char *what, const char *why)
	    __attribute__((noreturn));

#endif
