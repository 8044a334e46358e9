/*
 * tallyman top; see top.h. The engine runs in a thread of its own and shows
 * what it meters to a model; this one has the terminal, the keys and all
 * signals. The model is under a lock that neither holds for long.
 */
#include "top.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "capture/paced.h"
#include "engine/signals.h"
#include "top/screen.h"
#include "top/terminal.h"

#define TOP_INTERVAL_NS INT64_C(1000000000)

enum { TOP_WAIT_MS = 50 };

struct top {
	const struct options	*options;
	struct engine_options	 engine;
	struct watcher		 watcher;
	char			 input[256];	/* what is watched */
	pthread_mutex_t		 lock;		/* of the model */
	struct model		*model;
	int			 status;	/* of the engine, at its end */
	struct error		 error;		/* likewise */
	atomic_bool		 is_over;	/* it ended */

	/* The screen's own. */
	struct model		*held;		/* shown when paused; or NULL */
	struct listing		 listing;
	struct controls		 controls;
	struct scene		 scene;
	uint64_t		 shown;		/* round */
	bool			 was_over;
};

static volatile sig_atomic_t	is_suspended;

static void	name_input(struct top *);
static int	show(struct top *, struct error *);
static void	*engine_thread(void *);
static void	install_signals(void);
static void	suspend(int);
static bool	begin_engine(struct top *, pthread_t *, struct error *);
static void	attend(struct top *);
static bool	is_finished(const struct top *);
static void	press(struct top *, int, int);
static void	hold(struct top *);
static void	draw(struct top *, int, int);
static int64_t	now_of(const struct top *);
static int64_t	see_clock(void *);
static void	see_open(void *, const struct record *);
static void	see_ended(void *, const struct record *);
static void	see_round(void *, const struct stats *, uint64_t);

int
top_check(struct error *error)
{
	return screen_check(error);
}

int
top_run(const struct options *options, struct engine_options *engine,
    struct error *error)
{
	struct top *top = calloc(1, sizeof *top);
	int status;

	if (top == NULL) {
		log_error("cannot allocate %zu bytes", sizeof *top);
		abort();
	}
	top->options = options;
	top->engine = *engine;
	top->engine.watcher = &top->watcher;
	top->engine.workers = 1;
	top->engine.is_progress_wanted = false;
	top->watcher = (struct watcher){
		.context = top,
		.interval_ns = TOP_INTERVAL_NS,
		.clock = see_clock,
		.open = see_open,
		.ended = see_ended,
		.round = see_round
	};
	name_input(top);
	top->model = model_new();
	(void)pthread_mutex_init(&top->lock, NULL);
	status = show(top, error);
	(void)pthread_mutex_destroy(&top->lock);
	model_free(top->model);
	model_free(top->held);
	listing_release(&top->listing);
	scene_release(&top->scene);
	free(top);
	return status;
}

/* "eth0", "eth0 eth1", or the last part of a file's path. */
static void
name_input(struct top *top)
{
	const struct options *o = top->options;
	bool is_live = o->input_count == 0;
	size_t count = is_live ? o->interface_count : o->input_count;
	size_t used = 0;

	for (size_t i = 0; i < count && used < sizeof top->input; i++) {
		const char *name = is_live ? o->interfaces[i] : o->inputs[i];
		const char *slash = strrchr(name, '/');

		if (!is_live && slash != NULL && slash[1] != '\0')
			name = slash + 1;
		used += (size_t)snprintf(top->input + used,
		    sizeof top->input - used, "%s%s", i > 0 ? " " : "", name);
	}
}

static int
show(struct top *top, struct error *error)
{
	pthread_t thread;
	int status = -1;

	install_signals();
	if (screen_open(error) < 0)
		return -1;
	if (begin_engine(top, &thread, error)) {
		while (!is_finished(top))
			attend(top);
		signals_ask_stop();
		screen_close();
		(void)pthread_join(thread, NULL);
		status = top->status;
		*error = top->error;
	}
	screen_close();
	return status;
}

/* A hangup is the end, and a second signal leaves the terminal in order. */
static void
install_signals(void)
{
	struct sigaction action;

	signals_for_terminal(terminal_give_back_at_once);
	memset(&action, 0, sizeof action);
	(void)sigemptyset(&action.sa_mask);
	action.sa_handler = suspend;
	(void)sigaction(SIGTSTP, &action, NULL);
}

static void
suspend(int number)
{
	(void)number;
	is_suspended = 1;
}

/* Signals are for the thread with the terminal. */
static bool
begin_engine(struct top *top, pthread_t *thread, struct error *error)
{
	sigset_t all, before;
	int failure;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	failure = pthread_create(thread, NULL, engine_thread, top);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failure == 0)
		return true;
	error_set(error, "cannot begin a thread: %s", strerror(failure));
	return false;
}

static void *
engine_thread(void *context)
{
	struct top *top = context;

	top->status = engine_run(&top->engine, &top->error);
	atomic_store(&top->is_over, true);
	return NULL;
}

/* A file that ended stays on the screen; else there is something to say. */
static bool
is_finished(const struct top *top)
{
	if (top->controls.is_over || signals_stop() || screen_is_lost())
		return true;
	return atomic_load(&top->is_over) &&
	    (top->engine.is_live || top->status < 0);
}

/* Waits for a key, for a moment; shows what is new. */
static void
attend(struct top *top)
{
	int key = screen_key(TOP_WAIT_MS);
	int width, height;
	bool is_other = screen_size(&width, &height);
	bool is_over = atomic_load(&top->is_over);
	bool is_due;

	if (is_suspended) {
		is_suspended = 0;
		screen_suspend();
		is_other = true;
	}
	(void)pthread_mutex_lock(&top->lock);
	if (key != 0)
		press(top, key, height);
	is_due = key != 0 || is_other || is_over != top->was_over ||
	    (top->held == NULL && top->shown != top->model->round);
	if (is_due)
		draw(top, width, height);
	(void)pthread_mutex_unlock(&top->lock);
	top->was_over = is_over;
	if (is_due && !top->controls.is_over)
		screen_show(&top->scene);
}

static void
press(struct top *top, int key, int height)
{
	const struct model *model = top->held != NULL ? top->held : top->model;

	controls_key(&top->controls, key, model, &top->listing,
	    (size_t)scene_lines(height), top->scene.details);
	if (top->controls.is_paused != (top->held != NULL))
		hold(top);
}

static void
hold(struct top *top)
{
	if (top->controls.is_paused) {
		top->held = model_copy(top->model);
		return;
	}
	model_free(top->held);
	top->held = NULL;
}

static void
draw(struct top *top, int width, int height)
{
	const struct model *model = top->held != NULL ? top->held : top->model;
	const struct scene_facts facts = {
		.input = top->input,
		.is_live = top->engine.is_live,
		.is_over = atomic_load(&top->is_over),
		.message = terminal_message()
	};
	struct listing_options options = controls_listing(&top->controls);

	listing_make(&top->listing, model, &options);
	controls_follow(&top->controls, model, &top->listing,
	    (size_t)scene_lines(height));
	scene_draw(&top->scene, model, &top->listing, &top->controls, &facts,
	    width, height);
	top->shown = top->model->round;
}

/* Of a saved capture its own time. */
static int64_t
now_of(const struct top *top)
{
	return top->engine.is_live ? clock_ns(CLOCK_REALTIME) :
	    paced_now(top->engine.source);
}

static int64_t
see_clock(void *context)
{
	return now_of(context);
}

static void
see_open(void *context, const struct record *record)
{
	struct top *top = context;

	(void)pthread_mutex_lock(&top->lock);
	model_record(top->model, record, true, now_of(top));
	(void)pthread_mutex_unlock(&top->lock);
}

/* A part that ends is not the end of its flow. */
static void
see_ended(void *context, const struct record *record)
{
	struct top *top = context;

	(void)pthread_mutex_lock(&top->lock);
	model_record(top->model, record, !record->is_final, now_of(top));
	(void)pthread_mutex_unlock(&top->lock);
}

static void
see_round(void *context, const struct stats *stats, uint64_t flows_open)
{
	struct top *top = context;

	(void)pthread_mutex_lock(&top->lock);
	model_round(top->model, stats, flows_open, now_of(top));
	(void)pthread_mutex_unlock(&top->lock);
}
