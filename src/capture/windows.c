/*
 * The stock of windows: those that are idle, the one used last in front,
 * where the scan for a free one begins.
 */
#include "capture/windows.h"

#include <stdlib.h>

/* Under AddressSanitizer, whoever looks at released frames is told. */
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(data, size) ((void)(data), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(data, size) ((void)(data), (void)(size))
#endif

enum {
	WINDOWS_SPARE = 16,		/* free ones kept beyond what is asked */
	WINDOWS_SIZE_MAX = 2 << 20	/* bytes of one that is kept */
};

static struct window	*windows_new(size_t);
static void		 windows_free(struct window *);

void
windows_release(struct windows *all)
{
	struct window *w;

	while ((w = all->idle) != NULL) {
		all->idle = w->next;
		windows_free(w);
	}
}

static struct window *
windows_new(size_t size)
{
	struct window *w = calloc(1, sizeof(*w));

	if (w == NULL || (w->data = malloc(size)) == NULL)
		abort();
	w->size = size;
	return w;
}

static void
windows_free(struct window *w)
{
	ASAN_UNPOISON_MEMORY_REGION(w->data, w->size);
	free(w->data);
	free(w);
}

/* Very large ones, or too many, are given up on the way. */
struct window *
windows_take(struct windows *all, size_t size)
{
	struct window **at = &all->idle, *w, *taken = NULL;
	int spare = 0;

	while ((w = *at) != NULL) {
		if (!windows_is_free(all, w)) {
			at = &w->next;
		} else if (w->size == size && taken == NULL) {
			*at = w->next;
			taken = w;
		} else if (w->size > WINDOWS_SIZE_MAX ||
		    spare == WINDOWS_SPARE) {
			*at = w->next;
			windows_free(w);
		} else {
			ASAN_POISON_MEMORY_REGION(w->data, w->size);
			spare++;
			at = &w->next;
		}
	}
	if (taken == NULL)
		return windows_new(size);
	ASAN_UNPOISON_MEMORY_REGION(taken->data, taken->size);
	return taken;
}

void
windows_return(struct windows *all, struct window *w)
{
	if (w == NULL)
		return;
	w->next = all->idle;
	all->idle = w;
	if (windows_is_free(all, w))
		ASAN_POISON_MEMORY_REGION(w->data, w->size);
}

void
windows_hand_over(struct windows *all)
{
	struct window *w;

	all->mark++;
	for (w = all->used; w != NULL; w = w->next_used)
		w->mark = all->mark;
	windows_forget_batch(all);
}

void
windows_forget_batch(struct windows *all)
{
	struct window *w;

	for (w = all->used; w != NULL; w = w->next_used)
		w->is_used = false;
	all->used = NULL;
}
