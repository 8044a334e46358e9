/*
 * Doubly linked queues over flow numbers; see queue.h.
 */
#include "flow/queue.h"

static void	append(struct flow_queues *, uint32_t, int, uint64_t);
static void	unlink_from(struct flow_queues *, uint32_t, int);
static int64_t	due_of(const struct flow_queues *, const struct flow *, int);
static size_t	links_size(const struct flow_queues *);

void
flow_queues_init(struct flow_queues *queues, uint32_t capacity)
{
	*queues = (struct flow_queues){
		.capacity = capacity, .due_ns = INT64_MAX
	};
	queues->links = pool_map(links_size(queues));
}

void
flow_queues_release(struct flow_queues *queues)
{
	pool_unmap(queues->links, links_size(queues));
	queues->links = NULL;
}

void
flow_queues_move(struct flow_queues *queues, struct flow *flow,
    uint32_t number, enum flow_queue queue, uint64_t item)
{
	int64_t due_ns;

	if (flow->queue != FLOW_QUEUES)
		unlink_from(queues, number, flow->queue);
	flow->queue = (uint8_t)queue;
	append(queues, number, (int)queue, item);
	due_ns = due_of(queues, flow, (int)queue);
	if (due_ns < queues->due_ns)
		queues->due_ns = due_ns;
}

void
flow_queues_remove(struct flow_queues *queues, struct flow *flow,
    uint32_t number)
{
	unlink_from(queues, number, flow->queue);
	flow->queue = FLOW_QUEUES;
}

static void
append(struct flow_queues *queues, uint32_t number, int queue, uint64_t item)
{
	struct flow_queue_ends *ends = &queues->ends[queue];

	queues->links[number] = (struct flow_link){ item, ends->tail, 0 };
	if (ends->tail != 0)
		queues->links[ends->tail].next = number;
	else
		ends->head = number;
	ends->tail = number;
	ends->count++;
}

static void
unlink_from(struct flow_queues *queues, uint32_t number, int queue)
{
	struct flow_queue_ends *ends = &queues->ends[queue];
	struct flow_link link = queues->links[number];

	if (link.previous != 0)
		queues->links[link.previous].next = link.next;
	else
		ends->head = link.next;
	if (link.next != 0)
		queues->links[link.next].previous = link.previous;
	else
		ends->tail = link.previous;
	ends->count--;
}

/* The heads are only asked when one of them may be due. */
uint32_t
flow_queues_due(struct flow_queues *queues, const struct pool *flows,
    int64_t now_ns, uint64_t *rank)
{
	int64_t next_ns = INT64_MAX;

	if (now_ns < queues->due_ns)
		return 0;
	for (int q = 0; q < FLOW_QUEUES; q++) {
		uint32_t head = queues->ends[q].head;
		int64_t due_ns;

		if (head == 0)
			continue;
		due_ns = due_of(queues, pool_at(flows, head), q);
		if (due_ns <= now_ns) {
			/* Positions are below 2^61. */
			*rank = (uint64_t)q << 61 | queues->links[head].item;
			return head;
		}
		if (due_ns < next_ns)
			next_ns = due_ns;
	}
	queues->due_ns = next_ns;
	return 0;
}

/* When a flow, with all others of its epoch, has surely timed out. */
static int64_t
due_of(const struct flow_queues *queues, const struct flow *flow, int queue)
{
	int64_t end_ns = (flow_queue_epoch(flow->last_ns) + 1) *
	    FLOW_QUEUE_EPOCH_NS;
	int64_t timeout = queues->timeouts[queue];

	return timeout == 0 || end_ns > INT64_MAX - timeout ? INT64_MAX :
	    end_ns + timeout;
}

uint32_t
flow_queues_oldest(const struct flow_queues *queues, enum flow_queue queue)
{
	uint32_t oldest = 0;

	if (queue != FLOW_QUEUES)
		return queues->ends[queue].head;
	for (int q = 0; q < FLOW_QUEUES; q++) {
		uint32_t head = queues->ends[q].head;

		if (head != 0 && (oldest == 0 ||
		    queues->links[head].item < queues->links[oldest].item))
			oldest = head;
	}
	return oldest;
}

static size_t
links_size(const struct flow_queues *queues)
{
	return ((size_t)queues->capacity + 1) * sizeof *queues->links;
}
