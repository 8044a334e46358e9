/*
 * Keeps the window full, of what the intake gives or of what its thread has
 * decoded ahead.
 */
#include "capture/file/stream.h"

#include <string.h>

enum {
	STREAM_MAGIC = 6,	/* bytes; the longest asked for */
	STREAM_WORTH = 8	/* an eighth of a window is worth a read */
};

static void			 stream_begin(struct stream *, size_t);
static void			 stream_discard(struct stream *);
static void			 stream_make_room(struct stream *, size_t);
static bool			 stream_has_room(const struct stream *, size_t);
static void			 stream_move(struct stream *, struct window *,
				    uint8_t *);
static enum stream_result	 stream_more(struct stream *);
static void			 stream_recognise(struct stream *);
static void			 stream_note_stored(struct stream *, uint64_t);
static void			 stream_start_ahead(struct stream *);
static enum stream_result	 stream_fill_ahead(struct stream *, size_t);
static void			 stream_join(struct stream *, size_t,
				    const struct ahead_piece *);

int
stream_open(struct stream *s, const char *path, size_t window,
    struct windows *windows, struct error *error)
{
	memset(s, 0, sizeof(*s));
	s->windows = windows;
	stream_begin(s, window);
	return intake_open(&s->intake, path, error);
}

void
stream_close(struct stream *s)
{
	stream_discard(s);
	intake_close(&s->intake);
	s->is_ended = true;
}

void
stream_rewind(struct stream *s, size_t window)
{
	stream_discard(s);
	intake_rewind(&s->intake);
	stream_begin(s, window);
}

/* The window is only taken when it is read into. */
static void
stream_begin(struct stream *s, size_t window)
{
	s->capacity = window;
	s->offset = 0;
	s->is_ended = false;
	s->is_recognised = false;
}

static void
stream_discard(struct stream *s)
{
	ahead_free(s->ahead, s->windows);
	s->ahead = NULL;
	windows_return(s->windows, s->window);
	s->window = NULL;
	s->at = s->end = NULL;
}

enum stream_result
stream_fill(struct stream *s, size_t need)
{
	if (stream_left(s) >= need && s->is_recognised)
		return STREAM_READY;
	if (s->is_ended)
		return STREAM_SHORT;
	if (s->is_threaded && s->intake.state != NULL)
		stream_start_ahead(s);
	if (s->ahead != NULL)
		return stream_fill_ahead(s, need);
	stream_make_room(s, need);
	while (!s->is_ended && (stream_left(s) < need || !s->is_recognised)) {
		if (stream_more(s) == STREAM_QUIET)
			return STREAM_QUIET;
		if (!s->is_recognised)
			stream_recognise(s);
	}
	return stream_left(s) >= need ? STREAM_READY : STREAM_SHORT;
}

/*
 * Moves what is left to the front of a window that holds at least need: the
 * same one, unless somebody still looks at what is in it.
 */
static void
stream_make_room(struct stream *s, size_t need)
{
	struct window *w = s->window;
	bool is_free = w != NULL && windows_is_free(s->windows, w);

	if (need > s->capacity)
		s->capacity = need;
	if (w != NULL && !is_free && stream_has_room(s, need))
		return;
	if (!is_free || w->size < s->capacity)
		w = windows_take(s->windows, s->capacity);
	stream_move(s, w, w->data);
}

/*
 * Whether it is worth while to read on behind what is there: pipes and
 * decoders give little at once, and a window for each piece is a waste.
 */
static bool
stream_has_room(const struct stream *s, size_t need)
{
	const struct window *w = s->window;
	size_t room = w->size - (size_t)(s->end - w->data);

	return room >= w->size / STREAM_WORTH && stream_left(s) + room >= need;
}

/* Moves what is left to a place in this window, which is ours from now on. */
static void
stream_move(struct stream *s, struct window *w, uint8_t *to)
{
	size_t left = stream_left(s);

	if (left > 0)
		memmove(to, s->at, left);
	if (s->window != w)
		windows_return(s->windows, s->window);
	s->window = w;
	s->at = to;
	s->end = to + left;
}

/* Adds at least one byte to the window, or ends the stream. */
static enum stream_result
stream_more(struct stream *s)
{
	size_t used = (size_t)(s->end - s->window->data), count;
	enum intake_result result;

	result = intake_read(&s->intake, s->window->data + used,
	    s->window->size - used, &count);
	s->is_ended = result == INTAKE_ENDED;
	s->end += count;
	s->offset += count;
	stream_note_stored(s, s->intake.stored);
	return result == INTAKE_QUIET ? STREAM_QUIET : STREAM_READY;
}

/* Once there are enough bytes, or no more will come. */
static void
stream_recognise(struct stream *s)
{
	if (stream_left(s) < STREAM_MAGIC && !s->is_ended)
		return;
	s->is_recognised = true;
	s->is_packed = intake_recognise(&s->intake, s->at, stream_left(s),
	    s->is_ended);
	if (!s->is_packed)
		return;
	s->at = s->end = s->window->data;
	s->offset = 0;
	s->is_ended = s->intake.state == NULL;
}

/* After a rewind the same bytes are read once more. */
static void
stream_note_stored(struct stream *s, uint64_t stored)
{
	if (stored > s->stored_most)
		s->stored_most = stored;
}

/* Without a thread the stream decodes as before. */
static void
stream_start_ahead(struct stream *s)
{
	if (s->ahead == NULL)
		s->ahead = ahead_new(&s->intake, s->windows);
	s->is_threaded = s->ahead != NULL;
}

static enum stream_result
stream_fill_ahead(struct stream *s, size_t need)
{
	struct ahead_piece piece;
	enum intake_result result;

	while (!s->is_ended && stream_left(s) < need) {
		result = ahead_take(s->ahead, s->windows, &piece);
		if (result == INTAKE_QUIET)
			return STREAM_QUIET;
		s->is_ended = result == INTAKE_ENDED;
		stream_note_stored(s, piece.stored);
		stream_join(s, need, &piece);
		s->end += piece.size;
		s->offset += piece.size;
	}
	return stream_left(s) >= need ? STREAM_READY : STREAM_SHORT;
}

/*
 * Puts the piece behind what is left: that is moved in front of it, or, when
 * it is too much, both into a window where the whole record has room.
 */
static void
stream_join(struct stream *s, size_t need, const struct ahead_piece *piece)
{
	struct window *from = piece->window, *w = s->window;
	size_t left = stream_left(s), room = 0;

	if (left <= AHEAD_FRONT) {
		stream_move(s, from, from->data + AHEAD_FRONT - left);
		return;
	}
	if (w != NULL)
		room = w->size - (size_t)(s->end - w->data);
	if (room < piece->size) {
		w = windows_take(s->windows, need + left + piece->size);
		stream_move(s, w, w->data);
	}
	memcpy(s->window->data + (s->end - s->window->data),
	    from->data + AHEAD_FRONT, piece->size);
	windows_return(s->windows, from);
}
