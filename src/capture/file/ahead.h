/*
 * A thread that reads and decodes an intake ahead of the stream that it
 * belongs to. The stream gives it empty windows and takes full ones back, in
 * the same order; the intake is the thread's until ahead_free().
 */
#ifndef TALLYMAN_CAPTURE_FILE_AHEAD_H
#define TALLYMAN_CAPTURE_FILE_AHEAD_H

#include "capture/file/intake.h"
#include "capture/windows.h"

/*
 * Large enough that handing over costs nothing, small enough that the bytes
 * are still in the cache that the threads share.
 */
enum {
	AHEAD_FRONT = 64 << 10,		/* left free for what came before */
	AHEAD_BYTES = 256 << 10,	/* decoded into a window */
	AHEAD_WINDOW = AHEAD_FRONT + AHEAD_BYTES
};

struct ahead;

/* What the thread put into a window, at AHEAD_FRONT. */
struct ahead_piece {
	struct window	*window;
	size_t		 size;		/* bytes */
	uint64_t	 stored;	/* of the input, read until then */
	bool		 is_last;	/* the intake ended after it */
};

/* NULL when the system has no thread for us: then the intake is as it was. */
struct ahead		*ahead_new(struct intake *, struct windows *);

/* Ends the thread; its windows go back. */
void			 ahead_free(struct ahead *, struct windows *);

/*
 * The next piece, for whose window another is taken from the stock. The
 * window is the caller's from then on. Not after the last one.
 */
enum intake_result	 ahead_take(struct ahead *, struct windows *,
			    struct ahead_piece *);

#endif
