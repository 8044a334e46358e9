/*
 * The pieces go round in a ring of slots. Who owns a slot follows from three
 * counts alone, which never decrease:
 *
 *	taken <= filled <= given <= taken + AHEAD_SLOTS
 *
 * From taken to filled are pieces that wait for the stream, from filled to
 * given are empty windows, the thread's.
 */
#include "capture/file/ahead.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

enum { AHEAD_SLOTS = 3 };

struct ahead {
	struct intake		*intake;	/* the thread's */
	pthread_t		 thread;
	pthread_mutex_t		 lock;		/* of all that follows */
	pthread_cond_t		 has_given;	/* or it must stop */
	pthread_cond_t		 has_filled;
	struct ahead_piece	 slots[AHEAD_SLOTS];	/* see above */
	uint64_t		 given;
	uint64_t		 filled;
	uint64_t		 taken;
	bool			 is_awaited;	/* by the stream */
	bool			 is_stopping;
};

static void	 ahead_init_lock(struct ahead *);
static void	 ahead_release_lock(struct ahead *);
static bool	 ahead_start(struct ahead *);
static void	 ahead_give(struct ahead *, struct window *);
static void	*ahead_run(void *);
static struct ahead_piece *ahead_next(struct ahead *);
static void	 ahead_fill(struct ahead *, struct ahead_piece *);
static bool	 ahead_is_enough(struct ahead *, const struct ahead_piece *);
static bool	 ahead_await(struct ahead *);

struct ahead *
ahead_new(struct intake *intake, struct windows *windows)
{
	struct ahead *a = calloc(1, sizeof(*a));
	int i;

	if (a == NULL)
		abort();
	a->intake = intake;
	ahead_init_lock(a);
	for (i = 0; i < AHEAD_SLOTS; i++)
		ahead_give(a, windows_take(windows, AHEAD_WINDOW));
	if (ahead_start(a))
		return a;
	while (a->taken < a->given)
		windows_return(windows,
		    a->slots[a->taken++ % AHEAD_SLOTS].window);
	ahead_release_lock(a);
	free(a);
	return NULL;
}

/* The stream waits by a clock that nobody sets. */
static void
ahead_init_lock(struct ahead *a)
{
	pthread_condattr_t attributes;

	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->has_given, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&a->has_filled, &attributes);
	pthread_condattr_destroy(&attributes);
}

static void
ahead_release_lock(struct ahead *a)
{
	pthread_cond_destroy(&a->has_filled);
	pthread_cond_destroy(&a->has_given);
	pthread_mutex_destroy(&a->lock);
}

/* Signals are for the thread that meters. */
static bool
ahead_start(struct ahead *a)
{
	sigset_t all, before;
	bool is_started;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	is_started = pthread_create(&a->thread, NULL, ahead_run, a) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return is_started;
}

/* A thread that waits for a silent pipe hears of it within its patience. */
void
ahead_free(struct ahead *a, struct windows *windows)
{
	if (a == NULL)
		return;
	pthread_mutex_lock(&a->lock);
	a->is_stopping = true;
	pthread_mutex_unlock(&a->lock);
	pthread_cond_signal(&a->has_given);
	pthread_join(a->thread, NULL);
	while (a->taken < a->given)
		windows_return(windows,
		    a->slots[a->taken++ % AHEAD_SLOTS].window);
	ahead_release_lock(a);
	free(a);
}

static void
ahead_give(struct ahead *a, struct window *window)
{
	pthread_mutex_lock(&a->lock);
	a->slots[a->given++ % AHEAD_SLOTS].window = window;
	pthread_mutex_unlock(&a->lock);
	pthread_cond_signal(&a->has_given);
}

static void *
ahead_run(void *argument)
{
	struct ahead *a = argument;
	struct ahead_piece *piece;
	bool is_last = false;

	while (!is_last && (piece = ahead_next(a)) != NULL) {
		ahead_fill(a, piece);
		is_last = piece->is_last;
		pthread_mutex_lock(&a->lock);
		a->filled++;
		pthread_mutex_unlock(&a->lock);
		pthread_cond_signal(&a->has_filled);
	}
	return NULL;
}

/* The next slot with an empty window; NULL when the thread must stop. */
static struct ahead_piece *
ahead_next(struct ahead *a)
{
	struct ahead_piece *piece = NULL;

	pthread_mutex_lock(&a->lock);
	while (!a->is_stopping && a->filled == a->given)
		pthread_cond_wait(&a->has_given, &a->lock);
	if (!a->is_stopping)
		piece = &a->slots[a->filled % AHEAD_SLOTS];
	pthread_mutex_unlock(&a->lock);
	return piece;
}

static void
ahead_fill(struct ahead *a, struct ahead_piece *piece)
{
	uint8_t *data = piece->window->data + AHEAD_FRONT;
	enum intake_result result;
	size_t count;

	piece->size = 0;
	do {
		result = intake_read(a->intake, data + piece->size,
		    AHEAD_BYTES - piece->size, &count);
		piece->size += count;
		piece->is_last = result == INTAKE_ENDED;
	} while (!piece->is_last && !ahead_is_enough(a, piece));
	piece->stored = a->intake->stored;
}

/* What little a pipe gives is not kept from a stream that waits for it. */
static bool
ahead_is_enough(struct ahead *a, const struct ahead_piece *piece)
{
	bool is_enough;

	if (piece->size == AHEAD_BYTES)
		return true;
	pthread_mutex_lock(&a->lock);
	is_enough = a->is_stopping || (a->is_awaited && piece->size > 0 &&
	    !a->intake->is_regular);
	pthread_mutex_unlock(&a->lock);
	return is_enough;
}

enum intake_result
ahead_take(struct ahead *a, struct windows *windows, struct ahead_piece *piece)
{
	bool is_there;

	pthread_mutex_lock(&a->lock);
	is_there = ahead_await(a);
	if (is_there)
		*piece = a->slots[a->taken++ % AHEAD_SLOTS];
	pthread_mutex_unlock(&a->lock);
	if (!is_there)
		return INTAKE_QUIET;
	if (piece->is_last)
		return INTAKE_ENDED;
	ahead_give(a, windows_take(windows, AHEAD_WINDOW));
	return INTAKE_READY;
}

/* Whether there is a piece before our patience ends. Holds the lock. */
static bool
ahead_await(struct ahead *a)
{
	struct timespec until;
	int failed = 0;

	if (a->taken < a->filled)
		return true;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += INTAKE_PATIENCE_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	a->is_awaited = true;
	while (a->taken == a->filled && failed == 0)
		failed = pthread_cond_timedwait(&a->has_filled, &a->lock,
		    &until);
	a->is_awaited = false;
	return a->taken < a->filled;
}
