/*
 * The bytes of one input, decompressed when they are compressed, in a window
 * that moves forward. Plain files cost one large read(2) a window; frames
 * point into the window and are never copied. A window that frames still
 * point into stays as it is, and the stream goes on in another.
 *
 * Invariant: [at, end) are the bytes read and not yet taken; offset counts
 * all bytes before end since the input began.
 */
#ifndef TALLYMAN_CAPTURE_FILE_STREAM_H
#define TALLYMAN_CAPTURE_FILE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "capture/file/ahead.h"
#include "capture/file/intake.h"
#include "capture/windows.h"

enum {
	STREAM_WINDOW = 1 << 20,	/* bytes; usual */
	STREAM_WINDOW_SMALL = 64 << 10	/* bytes; one of very many inputs */
};

enum stream_result {
	STREAM_READY,		/* at least what was asked for is at at */
	STREAM_SHORT,		/* the input ends, or fails, before that */
	STREAM_QUIET		/* a pipe has nothing yet; ask again */
};

struct stream {
	const uint8_t	*at;
	const uint8_t	*end;
	uint64_t	 offset;	/* of end */

	struct windows	*windows;	/* the source's */
	struct window	*window;	/* owned; NULL at first */
	size_t		 capacity;	/* bytes of a window */
	uint64_t	 stored_most;	/* bytes of the file, read so far */
	bool		 is_ended;	/* nothing follows end */
	bool		 is_recognised;	/* is_packed is known */
	bool		 is_packed;	/* compressed; also after a rewind */
	bool		 is_threaded;	/* decoding may have a thread */

	/* While there is a thread, what it changes in the intake is its own. */
	struct intake	 intake;
	struct ahead	*ahead;		/* owned; NULL without a thread */
};

/*
 * Opens path ("-" is standard input) with a window of so many bytes, which is
 * taken from windows and given back to them. 0, or -1 with the message.
 */
int	stream_open(struct stream *, const char *path, size_t window,
	    struct windows *windows, struct error *);
void	stream_close(struct stream *);

/*
 * Sees that at least need bytes are at at. Moves the window: what was read
 * from it before is gone, but for what was handed over from it and is not
 * released. Less than need may be there after STREAM_SHORT. With is_threaded
 * set, the next call that finds the input compressed starts its thread.
 */
enum stream_result	stream_fill(struct stream *, size_t need);

/*
 * Back to the beginning, without a window and without a thread. Regular files
 * alone.
 */
void	stream_rewind(struct stream *, size_t window);

/* Why the stream ended early, or "". */
static inline const char *
stream_problem(const struct stream *s)
{
	return s->is_ended ? s->intake.problem : "";
}

/* Bytes taken so far: the offset of at. */
static inline uint64_t
stream_position(const struct stream *s)
{
	return s->offset - (uint64_t)(s->end - s->at);
}

static inline size_t
stream_left(const struct stream *s)
{
	return (size_t)(s->end - s->at);
}

#endif
