/*
 * Flows waiting for their timeout, least recently used first: one queue for
 * each kind of timeout. A flow stands in its queue by the epoch of its last
 * packet, an epoch being FLOW_QUEUE_EPOCH_NS of the capture clock: it moves to
 * the end with the first packet of another epoch, so that a busy flow costs
 * nothing. All flows of an epoch are due together. When a flow is due then
 * depends on that flow alone, not on who stands beside it: so it is the same
 * whether one meter has all flows or many share them.
 *
 * The links stand in a table of their own: to move a flow its neighbours'
 * links are written, and these are four to a cache line.
 */
#ifndef TALLYMAN_FLOW_QUEUE_H
#define TALLYMAN_FLOW_QUEUE_H

#include "base/pool.h"
#include "flow/flow.h"

/* About a second, and a power of two. */
enum { FLOW_QUEUE_EPOCH_BITS = 30 };
#define FLOW_QUEUE_EPOCH_NS (INT64_C(1) << FLOW_QUEUE_EPOCH_BITS)

/* A flow's place, by flow number. */
struct flow_link {
	uint64_t	item;		/* position of what put it here */
	uint32_t	previous;	/* flow numbers, 0: none */
	uint32_t	next;
};

struct flow_queue_ends {
	uint32_t	head;		/* flow numbers, 0: empty */
	uint32_t	tail;
	uint32_t	count;
};

struct flow_queues {
	struct flow_queue_ends	 ends[FLOW_QUEUES];
	int64_t			 timeouts[FLOW_QUEUES];	/* ns; 0: never */
	int64_t			 due_ns;	/* nothing is due before */
	struct flow_link	*links;		/* owned */
	uint32_t		 capacity;	/* the highest flow number */
};

static inline int64_t
flow_queue_epoch(int64_t now_ns)
{
	return now_ns >> FLOW_QUEUE_EPOCH_BITS;
}

/* The timeouts are the caller's to fill in. */
void	 flow_queues_init(struct flow_queues *, uint32_t capacity);
void	 flow_queues_release(struct flow_queues *);

/*
 * Puts the flow at the end of a queue, and takes it out of the one that it
 * stands in (FLOW_QUEUES: in none). flow->last_ns is set; item is the position
 * of the item that moves it.
 */
void	 flow_queues_move(struct flow_queues *, struct flow *, uint32_t number,
	    enum flow_queue, uint64_t item);

/* Takes the flow out of its queue. */
void	 flow_queues_remove(struct flow_queues *, struct flow *,
	    uint32_t number);

/*
 * The next flow that has timed out, which the caller takes out; 0: none. Of
 * many that are due by the same clock the rank, which rises, is the order.
 */
uint32_t flow_queues_due(struct flow_queues *, const struct pool *flows,
	    int64_t now_ns, uint64_t *rank);

/* The flow that was queued first, of one queue or (FLOW_QUEUES) of all; 0:
   none. */
uint32_t flow_queues_oldest(const struct flow_queues *, enum flow_queue);

#endif
