/*
 * Doubly linked queues over flow numbers; see queue.h.
 */
#include "flow/queue.h"

void
flow_queue_append(struct flow_queue_ends *queues, const struct pool *flows,
    uint32_t number, int64_t now_ns)
{
	struct flow *flow = pool_at(flows, number);
	struct flow_queue_ends *queue = &queues[flow->queue];

	flow->queued_ns = now_ns;
	flow->queue_previous = queue->tail;
	flow->queue_next = 0;
	if (queue->tail != 0) {
		struct flow *last = pool_at(flows, queue->tail);

		last->queue_next = number;
	} else {
		queue->head = number;
	}
	queue->tail = number;
}

void
flow_queue_remove(struct flow_queue_ends *queues, const struct pool *flows,
    uint32_t number)
{
	struct flow *flow = pool_at(flows, number);
	struct flow_queue_ends *queue = &queues[flow->queue];

	if (flow->queue_previous != 0) {
		struct flow *previous = pool_at(flows, flow->queue_previous);

		previous->queue_next = flow->queue_next;
	} else {
		queue->head = flow->queue_next;
	}
	if (flow->queue_next != 0) {
		struct flow *next = pool_at(flows, flow->queue_next);

		next->queue_previous = flow->queue_previous;
	} else {
		queue->tail = flow->queue_previous;
	}
}
