/*
 * Flows waiting for their timeout, least recently used first: one queue for
 * each kind of timeout. A flow is moved to its queue's end only when its
 * place is more than FLOW_QUEUE_GRAIN_NS old, so that a busy flow costs
 * nothing; whether it has really expired is always asked of the flow itself.
 */
#ifndef TALLYMAN_FLOW_QUEUE_H
#define TALLYMAN_FLOW_QUEUE_H

#include "base/pool.h"
#include "flow/flow.h"

#define FLOW_QUEUE_GRAIN_NS INT64_C(1000000000)

struct flow_queue_ends {
	uint32_t	head;		/* flow numbers, 0: empty */
	uint32_t	tail;
};

/* Puts the flow at the end of the queue that flow->queue names. */
void	flow_queue_append(struct flow_queue_ends *queues, const struct pool *,
	    uint32_t number, int64_t now_ns);

/* Takes the flow out of its queue. */
void	flow_queue_remove(struct flow_queue_ends *queues, const struct pool *,
	    uint32_t number);

#endif
