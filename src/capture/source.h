/*
 * Where frames come from. Every kind of source (saved captures, a live
 * interface) gives batches of frames through this one interface; who meters
 * them does not know which it is.
 */
#ifndef TALLYMAN_CAPTURE_SOURCE_H
#define TALLYMAN_CAPTURE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "capture/windows.h"
#include "packet/frame.h"

/* What a source knows of frames that it did not hand over. */
struct source_counts {
	uint64_t	filtered;	/* read, but refused by the filter */
	uint64_t	kernel_received;
	uint64_t	kernel_dropped;
	uint64_t	interface_dropped;
	uint64_t	bytes_read;	/* of the inputs as stored, for progress */
	uint64_t	bytes_total;	/* 0 when unknown (pipes) */
	bool		has_kernel;	/* the kernel members mean something */
	bool		is_damaged;	/* an input was cut off or unreadable */
};

enum source_result {
	SOURCE_END = 0,		/* no more frames will come */
	SOURCE_ERROR = -1,	/* *error says why; no more frames will come */
	SOURCE_QUIET = -2	/* nothing arrived for a while (live); call again */
};

struct source;

struct source_operations {
	/*
	 * Fills up to max frames, in time order as far as the inputs have
	 * one; returns how many, or a source_result. What the frames point to
	 * stays valid until it is released, their interfaces as long as the
	 * source. Frame numbers are the metering engine's to give.
	 */
	int	(*read)(struct source *, struct frame *frames, int max,
		    struct error *);
	void	(*counts)(struct source *, struct source_counts *);
	void	(*free)(struct source *);
};

/* First member of every kind of source. */
struct source {
	const struct source_operations	*operations;
	struct windows			 windows;
};

static inline int
source_read(struct source *s, struct frame *frames, int max, struct error *e)
{
	return s->operations->read(s, frames, max, e);
}

/* The mark of everything that was handed over so far. */
static inline uint64_t
source_mark(const struct source *s)
{
	return s->windows.mark;
}

/*
 * What was handed over up to the mark is no longer looked at. Marks may be
 * left out; they never go back. What is not released keeps its memory: about
 * as much as the frames have bytes, and up to a window more for each input.
 *
 * One thread alone reads, asks for marks and releases; who looks at frames in
 * another thread tells that one when he is done.
 */
static inline void
source_release(struct source *s, uint64_t mark)
{
	s->windows.released = mark;
}

/* For who holds no batch while he reads the next. */
static inline void
source_release_all(struct source *s)
{
	source_release(s, source_mark(s));
}

static inline void
source_counts(struct source *s, struct source_counts *counts)
{
	s->operations->counts(s, counts);
}

static inline void
source_free(struct source *s)
{
	if (s != NULL)
		s->operations->free(s);
}

#endif
