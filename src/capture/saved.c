/*
 * Saved captures as a source: finds the files, opens them, and merges their
 * frames by time. Each input keeps its own order; the merge only chooses
 * whose turn it is. Reading one input needs no merge and copies nothing.
 *
 * Of several files each is asleep, without memory, until the time of its
 * first frame comes: a directory of hourly captures costs as much as one.
 */
#include "capture/saved.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/log.h"
#include "capture/file/input.h"
#include "capture/file/paths.h"
#include "capture/filter.h"

enum {
	SAVED_MANY = 16,	/* beyond, each input has a smaller window */
	SAVED_QUEUE = 64,	/* frames taken from an input at once */
	SAVED_SPARE_FILES = 64,	/* descriptors for everything else */
	SAVED_THREADS = 8,	/* that decode, at a time */
	SAVED_PATIENCE = 4096	/* batches without a frame before we return */
};

/* An input that waits for its turn. */
struct saved_lane {
	struct input	 input;
	struct frame	*queue;		/* owned; NULL when asleep */
	int		 next;		/* in queue */
	int		 queued;
	int64_t		 first_ts_ns;	/* valid when asleep */
	size_t		 order;		/* as given */
	bool		 is_begun;	/* its first frame's time is known */
	bool		 is_asleep;
	bool		 has_thread;	/* one of the source's */
};

struct saved {
	struct source		  source;
	struct saved_lane	**lanes;	/* owned */
	size_t			  lane_count;
	size_t			  begun;	/* the first so many lanes */
	size_t			  window;	/* bytes, of a lane awake */
	struct saved_lane	**heap;		/* owned; the earliest first */
	size_t			  heap_count;
	struct filter		 *filter;	/* owned, or NULL */
	int			  threads;	/* of lanes awake */
	bool			  is_threaded;
	bool			  is_damaged;	/* beside the lanes' damage */
};

static bool	 saved_open_lanes(struct saved *, struct paths *,
		    struct error *);
static void	 saved_raise_limit(size_t);
static struct saved_lane *saved_open_lane(struct saved *,
		    const struct path *, size_t, struct error *);
static bool	 saved_check_directories(const struct paths *,
		    const char *const *, size_t, struct error *);
static int	 saved_read(struct source *, struct frame *, int,
		    struct error *);
static int	 saved_next(struct saved *, struct frame *, int);
static void	 saved_counts(struct source *, struct source_counts *);
static void	 saved_free(struct source *);
static bool	 saved_begin(struct saved *);
static bool	 saved_begin_lane(struct saved *, struct saved_lane *);
static bool	 saved_recognise(struct saved_lane *);
static void	 saved_put_to_sleep(struct saved *, struct saved_lane *);
static int	 saved_merge(struct saved *, struct frame *, int);
static int	 saved_refill(struct saved *, struct saved_lane *, bool);
static void	 saved_wake(struct saved *, struct saved_lane *);
static int	 saved_take(struct saved *, struct frame *, int);
static int64_t	 saved_time(const struct saved_lane *);
static bool	 saved_precedes(const struct saved_lane *,
		    const struct saved_lane *);
static void	 saved_push(struct saved *, struct saved_lane *);
static void	 saved_sink(struct saved *);
static void	 saved_drop(struct saved *);

static const struct source_operations saved_operations = {
	.read = saved_read,
	.counts = saved_counts,
	.free = saved_free
};

struct source *
saved_open(const char *const *paths, size_t count, const char *filter,
    struct error *error)
{
	struct saved *s = calloc(1, sizeof(*s));
	struct paths files = { .count = 0 };
	bool is_open = false;
	size_t i;

	if (s == NULL)
		abort();
	s->source.operations = &saved_operations;
	if (filter != NULL) {
		s->filter = filter_new(filter, error);
		if (s->filter == NULL)
			goto out;
	}
	for (i = 0; i < count; i++)
		if (paths_add(&files, paths[i], i, error) == -1)
			goto out;
	s->is_damaged = files.is_damaged;
	is_open = saved_open_lanes(s, &files, error) &&
	    saved_check_directories(&files, paths, count, error);
out:
	paths_release(&files);
	if (is_open)
		return &s->source;
	saved_free(&s->source);
	return NULL;
}

static bool
saved_open_lanes(struct saved *s, struct paths *files,
    struct error *error)
{
	struct saved_lane *lane;
	size_t i;

	s->lanes = calloc(files->count + 1, sizeof(*s->lanes));
	s->heap = calloc(files->count + 1, sizeof(*s->heap));
	if (s->lanes == NULL || s->heap == NULL)
		abort();
	saved_raise_limit(files->count);
	s->window = files->count > SAVED_MANY ? STREAM_WINDOW_SMALL :
	    STREAM_WINDOW;
	for (i = 0; i < files->count; i++) {
		lane = saved_open_lane(s, &files->paths[i],
		    files->count > 1 ? STREAM_WINDOW_SMALL : STREAM_WINDOW,
		    error);
		if (lane == NULL && !files->paths[i].is_found)
			return false;
		if (lane == NULL)
			continue;
		files->paths[i].is_capture = true;
		lane->order = s->lane_count;
		s->lanes[s->lane_count++] = lane;
		if (files->count > 1 && lane->input.stream.intake.is_regular)
			saved_begin_lane(s, lane);
	}
	return true;
}

/* All inputs are open at once; the open ones are few, the usual limit low. */
static void
saved_raise_limit(size_t files)
{
	struct rlimit limit;
	rlim_t want = (rlim_t)files + SAVED_SPARE_FILES;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1 || limit.rlim_cur >= want)
		return;
	limit.rlim_cur = want < limit.rlim_max ? want : limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) == -1)
		log_verbose("cannot raise the limit of open files");
}

/*
 * NULL with the message, but for a file found below a directory: that is left
 * out, and the log says why.
 */
static struct saved_lane *
saved_open_lane(struct saved *s, const struct path *path, size_t window,
    struct error *error)
{
	struct saved_lane *lane = calloc(1, sizeof(*lane));
	struct stream *stream;

	if (lane == NULL)
		abort();
	if (input_open(&lane->input, path->name, window, &s->source.windows,
	    error) == -1) {
		if (path->is_found)
			log_error("%s", error->text);
		s->is_damaged |= path->is_found;
		free(lane);
		return NULL;
	}
	stream = &lane->input.stream;
	if (path->is_found && stream->intake.size == 0)
		log_notice("'%s': empty file, left out", path->name);
	else if (!stream->intake.is_regular ||
	    input_recognise(&lane->input, error) == 1)
		return lane;
	else if (path->is_found)
		log_notice("%s, left out", error->text);
	input_close(&lane->input);
	free(lane);
	return NULL;
}

static bool
saved_check_directories(const struct paths *files, const char *const *paths,
    size_t count, struct error *error)
{
	size_t i, given;

	for (given = 0, i = 0; given < count; given++) {
		bool has_capture = false;

		for (; i < files->count && files->paths[i].given == given; i++)
			has_capture |= files->paths[i].is_capture;
		if (!has_capture) {
			error_set(error, "'%s': no captures below this "
			    "directory", paths[given]);
			return false;
		}
	}
	return true;
}

void
saved_decode_ahead(struct source *source)
{
	struct saved *s = (struct saved *)source;

	s->is_threaded = true;
	if (s->lane_count == 1)
		s->lanes[0]->input.stream.is_threaded = true;
}

static int
saved_read(struct source *source, struct frame *frames, int max,
    struct error *error)
{
	struct saved *s = (struct saved *)source;
	int count, patience;

	(void)error;
	for (patience = 0; patience < SAVED_PATIENCE; patience++) {
		count = saved_next(s, frames, max);
		if (count > 0 && s->filter != NULL)
			count = filter_frames(s->filter, frames, count);
		else if (count <= 0)
			return count;
		if (count > 0) {
			windows_hand_over(&source->windows);
			return count;
		}
		windows_forget_batch(&source->windows);
	}
	return SOURCE_QUIET;
}

static int
saved_next(struct saved *s, struct frame *frames, int max)
{
	struct saved_lane *lane;
	int count;

	if (s->begun < s->lane_count && !saved_begin(s))
		return SOURCE_QUIET;
	if (s->lane_count != 1)
		return saved_merge(s, frames, max);
	lane = s->lanes[0];
	count = input_read(&lane->input, frames, max, true);
	if (count > 0)
		windows_use(&s->source.windows, lane->input.stream.window);
	return count == INPUT_QUIET ? SOURCE_QUIET : count;
}

/* Learns the time of every lane's first frame; false while a pipe is quiet. */
static bool
saved_begin(struct saved *s)
{
	for (; s->begun < s->lane_count; s->begun++) {
		if (s->lane_count == 1) {
			if (!saved_recognise(s->lanes[0]))
				return false;
		} else if (!saved_begin_lane(s, s->lanes[s->begun]))
			return false;
	}
	return true;
}

/* False while the lane is a pipe that has nothing yet. */
static bool
saved_begin_lane(struct saved *s, struct saved_lane *lane)
{
	struct frame first;
	int count;

	if (lane->is_begun)
		return true;
	if (!saved_recognise(lane))
		return false;
	if (lane->input.stream.intake.is_regular)
		count = input_read(&lane->input, &first, 1, true);
	else
		count = saved_refill(s, lane, true);
	if (count == INPUT_QUIET)
		return false;
	lane->is_begun = true;
	if (count == INPUT_END) {
		input_finish(&lane->input);
		return true;
	}
	if (lane->input.stream.intake.is_regular) {
		lane->first_ts_ns = first.ts_ns;
		saved_put_to_sleep(s, lane);
	}
	saved_push(s, lane);
	return true;
}

/* False while a pipe has too little to tell. No capture: that is damage. */
static bool
saved_recognise(struct saved_lane *lane)
{
	struct error error;
	int known = input_recognise(&lane->input, &error);

	if (known == -1) {
		log_error("%s", error.text);
		lane->input.is_damaged = lane->input.is_ended = true;
	}
	return known != 0;
}

static void
saved_put_to_sleep(struct saved *s, struct saved_lane *lane)
{
	input_rewind(&lane->input, s->window);
	lane->is_asleep = true;
}

/*
 * The earliest lane gives until another is earlier or it must move its
 * window: within a batch that would cost a second one.
 */
static int
saved_merge(struct saved *s, struct frame *frames, int max)
{
	struct saved_lane *lane;
	int count = 0, result;

	while (count < max && s->heap_count > 0) {
		lane = s->heap[0];
		if (lane->next < lane->queued) {
			count += saved_take(s, frames + count, max - count);
			continue;
		}
		result = saved_refill(s, lane, count == 0 ||
		    lane->is_asleep);
		if (result > 0)
			saved_sink(s);
		else if (count > 0)
			break;
		else if (result == INPUT_QUIET)
			return SOURCE_QUIET;
		else
			saved_drop(s);
	}
	return count;
}

/* Fills the lane's empty queue. An input_result, or how many frames. */
static int
saved_refill(struct saved *s, struct saved_lane *lane, bool may_fill)
{
	int count;

	if (lane->queue == NULL)
		saved_wake(s, lane);
	count = input_read(&lane->input, lane->queue, SAVED_QUEUE, may_fill);
	lane->next = 0;
	lane->queued = count > 0 ? count : 0;
	if (count > 0)
		lane->is_asleep = false;
	return count;
}

/* Gives a lane a queue, and leave to have a thread if few have one. */
static void
saved_wake(struct saved *s, struct saved_lane *lane)
{
	struct stream *stream = &lane->input.stream;

	lane->queue = malloc(SAVED_QUEUE * sizeof(*lane->queue));
	if (lane->queue == NULL)
		abort();
	lane->has_thread = stream->is_packed && s->is_threaded &&
	    s->threads < SAVED_THREADS;
	stream->is_threaded = lane->has_thread;
	s->threads += lane->has_thread;
}

/* From the first lane, as long as it is the earliest. */
static int
saved_take(struct saved *s, struct frame *frames, int max)
{
	struct saved_lane *lane = s->heap[0], *rival = NULL;
	int count = 0;

	if (s->heap_count > 1)
		rival = s->heap[1];
	if (s->heap_count > 2 && saved_precedes(s->heap[2], rival))
		rival = s->heap[2];
	do
		frames[count++] = lane->queue[lane->next++];
	while (count < max && lane->next < lane->queued &&
	    (rival == NULL || saved_precedes(lane, rival)));
	windows_use(&s->source.windows, lane->input.stream.window);
	if (lane->next < lane->queued)
		saved_sink(s);
	return count;
}

static int64_t
saved_time(const struct saved_lane *lane)
{
	return lane->is_asleep ? lane->first_ts_ns :
	    lane->queue[lane->next].ts_ns;
}

static bool
saved_precedes(const struct saved_lane *a, const struct saved_lane *b)
{
	int64_t a_ns = saved_time(a), b_ns = saved_time(b);

	return a_ns < b_ns || (a_ns == b_ns && a->order < b->order);
}

/* Adds a lane to the heap. */
static void
saved_push(struct saved *s, struct saved_lane *lane)
{
	size_t at = s->heap_count++, above;

	for (; at > 0; at = above) {
		above = (at - 1) / 2;
		if (!saved_precedes(lane, s->heap[above]))
			break;
		s->heap[at] = s->heap[above];
	}
	s->heap[at] = lane;
}

/* Puts the first lane where its time belongs. */
static void
saved_sink(struct saved *s)
{
	struct saved_lane *lane = s->heap[0];
	size_t at = 0, below;

	for (below = 1; below < s->heap_count; below = at * 2 + 1) {
		if (below + 1 < s->heap_count &&
		    saved_precedes(s->heap[below + 1], s->heap[below]))
			below++;
		if (!saved_precedes(s->heap[below], lane))
			break;
		s->heap[at] = s->heap[below];
		at = below;
	}
	s->heap[at] = lane;
}

/* The first lane has ended. No frame of it is in the batch. */
static void
saved_drop(struct saved *s)
{
	struct saved_lane *lane = s->heap[0];

	input_finish(&lane->input);
	s->threads -= lane->has_thread;
	free(lane->queue);
	lane->queue = NULL;
	s->heap[0] = s->heap[--s->heap_count];
	if (s->heap_count > 0)
		saved_sink(s);
}

static void
saved_counts(struct source *source, struct source_counts *counts)
{
	const struct saved *s = (const struct saved *)source;
	const struct stream *stream;
	bool is_total_known = true;
	size_t i;

	memset(counts, 0, sizeof(*counts));
	counts->is_damaged = s->is_damaged;
	if (s->filter != NULL) {
		counts->filtered = filter_refused(s->filter);
		counts->is_damaged |= filter_is_unfit(s->filter);
	}
	for (i = 0; i < s->lane_count; i++) {
		stream = &s->lanes[i]->input.stream;
		counts->bytes_read += stream->stored_most;
		counts->bytes_total += stream->intake.size;
		is_total_known &= stream->intake.is_regular;
		counts->is_damaged |= s->lanes[i]->input.is_damaged;
	}
	if (!is_total_known)
		counts->bytes_total = 0;
}

static void
saved_free(struct source *source)
{
	struct saved *s = (struct saved *)source;
	size_t i;

	for (i = 0; i < s->lane_count; i++) {
		input_close(&s->lanes[i]->input);
		free(s->lanes[i]->queue);
		free(s->lanes[i]);
	}
	windows_release(&s->source.windows);
	filter_free(s->filter);
	free(s->lanes);
	free(s->heap);
	free(s);
}
