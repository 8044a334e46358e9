/*
 * From one thread to another; see channel.h.
 */
#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/channel.h"
#include "base/log.h"

static void	channel_sleep(struct channel *, size_t);

void
channel_init(struct channel *c, size_t capacity)
{
	*c = (struct channel){ .capacity = capacity };
	c->ring = calloc(capacity, sizeof *c->ring);
	if (c->ring == NULL || pthread_mutex_init(&c->lock, NULL) != 0 ||
	    pthread_cond_init(&c->filled, NULL) != 0) {
		log_error("cannot allocate what threads share");
		abort();
	}
}

void
channel_release(struct channel *c)
{
	(void)pthread_cond_destroy(&c->filled);
	(void)pthread_mutex_destroy(&c->lock);
	free(c->ring);
}

/* Who sleeps is woken when there is what he wants, not before. */
void
channel_put(struct channel *c, void *pointer)
{
	bool is_wanted;

	(void)pthread_mutex_lock(&c->lock);
	assert(c->count < c->capacity);
	c->ring[(c->first + c->count++) % c->capacity] = pointer;
	is_wanted = c->wanted != 0 && c->count >= c->wanted;
	(void)pthread_mutex_unlock(&c->lock);
	if (is_wanted)
		(void)pthread_cond_signal(&c->filled);
}

void *
channel_take(struct channel *c)
{
	void *pointer;

	(void)pthread_mutex_lock(&c->lock);
	channel_sleep(c, 1);
	pointer = c->ring[c->first];
	c->first = (c->first + 1) % c->capacity;
	c->count--;
	(void)pthread_mutex_unlock(&c->lock);
	return pointer;
}

size_t
channel_wait(struct channel *c, size_t wanted)
{
	size_t count;

	(void)pthread_mutex_lock(&c->lock);
	channel_sleep(c, wanted);
	count = c->count;
	(void)pthread_mutex_unlock(&c->lock);
	return count;
}

/* With the lock. */
static void
channel_sleep(struct channel *c, size_t wanted)
{
	c->wanted = wanted;
	while (c->count < wanted)
		(void)pthread_cond_wait(&c->filled, &c->lock);
	c->wanted = 0;
}
