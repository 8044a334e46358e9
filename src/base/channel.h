/*
 * A ring of pointers from one thread to another.
 *
 * One thread puts and one takes. There is room for all that ever travel, so
 * only taking waits. What was written before a pointer was put is seen by who
 * took it. A lock guards the ring: what travels are batches, each the work of
 * a tenth of a millisecond and more, beside which a lock that two threads
 * share is nothing, and who waits sleeps.
 */
#ifndef TALLYMAN_BASE_CHANNEL_H
#define TALLYMAN_BASE_CHANNEL_H

#include <pthread.h>
#include <stddef.h>

struct channel {
	pthread_mutex_t	  lock;
	pthread_cond_t	  filled;
	void		**ring;		/* owned */
	size_t		  capacity;
	size_t		  first;
	size_t		  count;
	size_t		  wanted;	/* who takes sleeps until there are */
};

/* Aborts without memory. */
void	 channel_init(struct channel *, size_t capacity);
void	 channel_release(struct channel *);

/* There must be room. */
void	 channel_put(struct channel *, void *);

/* Waits until there is something. */
void	*channel_take(struct channel *);

/* How many there are, after waiting until there are so many (0: at once). */
size_t	 channel_wait(struct channel *, size_t wanted);

#endif
