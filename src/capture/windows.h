/*
 * The buffers that the frames of a source point into. A window that frames
 * were handed over from is not written again until they are released; then
 * it is used again at once, so that it is still in the cache.
 *
 * Marks number the batches that were handed over, from 1. One thread alone
 * calls all of this; others may read what the frames point to.
 */
#ifndef TALLYMAN_CAPTURE_WINDOWS_H
#define TALLYMAN_CAPTURE_WINDOWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct window {
	struct window	*next;		/* idle, too */
	struct window	*next_used;	/* by the batch in the making, too */
	uint8_t		*data;		/* owned */
	size_t		 size;		/* bytes at data */
	uint64_t	 mark;		/* of the last batch pointing here */
	bool		 is_used;	/* by the batch in the making */
};

/* Begins as zeros. */
struct windows {
	struct window	*idle;		/* owned; some may not be free yet */
	struct window	*used;		/* by the batch in the making */
	uint64_t	 mark;		/* of the batch handed over last */
	uint64_t	 released;	/* and those before it */
};

/* Gives back the memory of all that are idle. */
void		 windows_release(struct windows *);

/* A free window of so many bytes, of the stock or a new one. */
struct window	*windows_take(struct windows *, size_t size);

/* The window (or NULL) is idle from now on, and the stock's. */
void		 windows_return(struct windows *, struct window *);

/* The batch in the making is given to the caller, with a new mark. */
void		 windows_hand_over(struct windows *);

/* The batch in the making is given to nobody. */
void		 windows_forget_batch(struct windows *);

/* Frames of the batch in the making point into the window. */
static inline void
windows_use(struct windows *all, struct window *w)
{
	if (w->is_used)
		return;
	w->is_used = true;
	w->next_used = all->used;
	all->used = w;
}

/* Whether nobody looks at what is in the window. */
static inline bool
windows_is_free(const struct windows *all, const struct window *w)
{
	return !w->is_used && w->mark <= all->released;
}

#endif
