/*
 * The bytes of one input: from read(2), through a decoder where the first
 * bytes ask for one, into a window.
 */
#include "capture/file/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/file/decoder.h"
#include "capture/file/words.h"

enum {
	STREAM_MAGIC = 6,		/* the longest asked for */
	STREAM_PATIENCE_MS = 200,	/* how long a pipe may be quiet */
	STREAM_WORTH = 8		/* an eighth of a window is */
};

static void			 stream_begin(struct stream *, size_t);
static void			 stream_discard(struct stream *);
static void			 stream_make_room(struct stream *, size_t);
static bool			 stream_has_room(const struct stream *, size_t);
static enum stream_result	 stream_more(struct stream *);
static enum stream_result	 stream_read(struct stream *, uint8_t *,
				    size_t, size_t *);
static enum stream_result	 stream_await(struct stream *);
static void			 stream_recognise(struct stream *);
static void			 stream_start_decoder(struct stream *,
				    const struct decoder *);
static enum stream_result	 stream_unpack(struct stream *);
static bool			 stream_decode(struct stream *, bool *);
static void			 stream_fail(struct stream *, const char *,
				    const char *);
static void			 stream_fail_read(struct stream *);
static void			 stream_fail_decode(struct stream *,
				    const char *);
static void			 stream_fail_cut_off(struct stream *);

/* A new kind of compression is one file and one row. */
static const struct decoder *const stream_decoders[] = {
	&gzip_decoder,
	&lz4_decoder,
	&xz_decoder,
	&zstd_decoder
};

int
stream_open(struct stream *s, const char *path, size_t window,
    struct windows *windows, struct error *error)
{
	struct stat status;
	bool is_stdin = strcmp(path, "-") == 0;

	memset(s, 0, sizeof(*s));
	s->windows = windows;
	s->fd = is_stdin ? dup(STDIN_FILENO) :
	    open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (s->fd == -1 || fstat(s->fd, &status) == -1) {
		error_set(error, "cannot open '%s': %s", path,
		    words_errno(errno).text);
		stream_close(s);
		return -1;
	}
	s->begin = lseek(s->fd, 0, SEEK_CUR);
	s->is_regular = S_ISREG(status.st_mode) && s->begin >= 0;
	if (s->is_regular && status.st_size > s->begin)
		s->size = (uint64_t)(status.st_size - s->begin);
	stream_begin(s, window);
	return 0;
}

void
stream_close(struct stream *s)
{
	stream_discard(s);
	if (s->fd != -1)
		close(s->fd);
	s->fd = -1;
	s->is_ended = true;
}

void
stream_rewind(struct stream *s, size_t window)
{
	stream_discard(s);
	if (lseek(s->fd, s->begin, SEEK_SET) == -1)
		stream_fail_read(s);
	stream_begin(s, window);
}

/* The window is only taken when it is read into. */
static void
stream_begin(struct stream *s, size_t window)
{
	s->capacity = window;
	s->stored = 0;
	s->offset = 0;
	s->is_ended = false;
	s->is_packed_ended = false;
	s->is_recognised = false;
}

static void
stream_discard(struct stream *s)
{
	if (s->decoder_state != NULL)
		s->decoder->free(s->decoder_state);
	windows_return(s->windows, s->window);
	windows_return(s->windows, s->packed);
	s->decoder = NULL;
	s->decoder_state = NULL;
	s->window = NULL;
	s->packed = NULL;
	s->at = s->end = s->packed_at = NULL;
	s->packed_left = 0;
}

enum stream_result
stream_fill(struct stream *s, size_t need)
{
	if (stream_left(s) >= need && s->is_recognised)
		return STREAM_READY;
	if (s->is_ended)
		return STREAM_SHORT;
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
	size_t left = stream_left(s);
	struct window *old = s->window;

	if (need > s->capacity)
		s->capacity = need;
	if (old != NULL && !windows_is_free(s->windows, old) &&
	    stream_has_room(s, need))
		return;
	if (old == NULL || old->size < s->capacity ||
	    !windows_is_free(s->windows, old))
		s->window = windows_take(s->windows, s->capacity);
	if (left > 0)
		memmove(s->window->data, s->at, left);
	if (s->window != old)
		windows_return(s->windows, old);
	s->at = s->window->data;
	s->end = s->window->data + left;
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

/* Adds at least one byte to the window, or ends the stream. */
static enum stream_result
stream_more(struct stream *s)
{
	size_t used, count = 0;
	enum stream_result result;

	if (s->decoder != NULL)
		return stream_unpack(s);
	used = (size_t)(s->end - s->window->data);
	result = stream_read(s, s->window->data + used,
	    s->window->size - used, &count);
	if (result == STREAM_SHORT)
		s->is_ended = true;
	s->end += count;
	s->offset += count;
	return result;
}

/* One read(2). STREAM_SHORT at the end and after an error. */
static enum stream_result
stream_read(struct stream *s, uint8_t *data, size_t room, size_t *count)
{
	ssize_t got;

	if (!s->is_regular && stream_await(s) == STREAM_QUIET)
		return STREAM_QUIET;
	got = read(s->fd, data, room);
	if (got == -1 && (errno == EINTR || errno == EAGAIN))
		return STREAM_QUIET;
	if (got == -1)
		stream_fail_read(s);
	if (got <= 0)
		return STREAM_SHORT;
	*count = (size_t)got;
	s->stored += *count;
	if (s->stored > s->stored_most)
		s->stored_most = s->stored;
	return STREAM_READY;
}

/* So that whoever reads a silent pipe still hears signals and timers. */
static enum stream_result
stream_await(struct stream *s)
{
	struct pollfd waiting = { .fd = s->fd, .events = POLLIN };

	return poll(&waiting, 1, STREAM_PATIENCE_MS) > 0 ?
	    STREAM_READY : STREAM_QUIET;
}

/* Asks the decoders once there are enough bytes, or no more will come. */
static void
stream_recognise(struct stream *s)
{
	size_t i, left = stream_left(s);

	if (left < STREAM_MAGIC && !s->is_ended)
		return;
	s->is_recognised = true;
	for (i = 0; i < sizeof(stream_decoders) / sizeof(*stream_decoders); i++)
		if (stream_decoders[i]->recognise(s->at, left)) {
			stream_start_decoder(s, stream_decoders[i]);
			return;
		}
}

/* What was read so far was compressed: it changes its place. */
static void
stream_start_decoder(struct stream *s, const struct decoder *decoder)
{
	size_t left = stream_left(s);

	s->decoder = decoder;
	s->is_packed_ended = s->is_ended;
	s->packed = s->window;
	s->packed_at = s->at;
	s->packed_left = left;
	s->offset = 0;
	s->window = windows_take(s->windows, s->capacity);
	s->at = s->end = s->window->data;
	if (decoder->new == NULL) {
		snprintf(s->problem, sizeof(s->problem),
		    "compressed with %s, which this build cannot read",
		    decoder->name);
		s->is_ended = true;
		return;
	}
	s->decoder_state = decoder->new();
	s->is_ended = false;
}

/* Decodes until the window grew or the compressed input ended. */
static enum stream_result
stream_unpack(struct stream *s)
{
	enum stream_result result;
	bool is_stuck = false;
	size_t count = 0;

	for (;;) {
		if (stream_decode(s, &is_stuck) || s->is_ended)
			return STREAM_READY;
		if (s->packed_left > 0 && !is_stuck)
			continue;
		if (s->packed_left > 0 || s->is_packed_ended)
			break;
		result = stream_read(s, s->packed->data, s->packed->size,
		    &count);
		if (result == STREAM_QUIET)
			return STREAM_QUIET;
		s->is_packed_ended = result == STREAM_SHORT;
		s->packed_at = s->packed->data;
		s->packed_left = s->is_packed_ended ? 0 : count;
	}
	s->is_ended = true;
	if (s->packed_left > 0)
		stream_fail_decode(s, "broken data");
	else if (!s->decoder->is_complete(s->decoder_state))
		stream_fail_cut_off(s);
	return STREAM_SHORT;
}

/* One step of the decoder; whether it gave anything. */
static bool
stream_decode(struct stream *s, bool *is_stuck)
{
	size_t used = (size_t)(s->end - s->window->data);
	struct decoding step = {
		.in = s->packed_at,
		.in_size = s->packed_left,
		.out = s->window->data + used,
		.out_size = s->window->size - used,
		.is_last = s->is_packed_ended
	};
	size_t room = step.out_size, given;
	const char *problem = s->decoder->decode(s->decoder_state, &step);

	given = room - step.out_size;
	*is_stuck = given == 0 && step.in_size == s->packed_left;
	s->packed_at = step.in;
	s->packed_left = step.in_size;
	s->end += given;
	s->offset += given;
	if (problem != NULL) {
		stream_fail_decode(s, problem);
		s->is_ended = true;
	}
	return given > 0;
}

/* The input ends here for a reason that is not its end; the first counts. */
static void
stream_fail(struct stream *s, const char *what, const char *why)
{
	uint64_t offset = s->stored - s->packed_left;

	if (s->problem[0] == '\0')
		snprintf(s->problem, sizeof(s->problem), "%s at byte %s%s%s",
		    what, words_number(offset).text,
		    why != NULL ? ": " : "", why != NULL ? why : "");
}

static void
stream_fail_read(struct stream *s)
{
	stream_fail(s, "cannot be read", words_errno(errno).text);
}

static void
stream_fail_decode(struct stream *s, const char *why)
{
	char what[48];

	snprintf(what, sizeof(what), "corrupt %s data", s->decoder->name);
	stream_fail(s, what, words_lower(why).text);
}

static void
stream_fail_cut_off(struct stream *s)
{
	char what[48];

	snprintf(what, sizeof(what), "%s data cut off", s->decoder->name);
	stream_fail(s, what, NULL);
}
