/*
 * How flows end: by their timeouts, because memory is needed, and with the
 * input; see meter.h. What several meters do together is here too.
 */
#include <stdlib.h>

#include "flow/meter_state.h"
#include "tcp/connection.h"

/* A connection that is over has had its late segments after a second. */
#define METER_LINGER_NS INT64_C(1000000000)

/* Of more half-open connections than one flow in so many: a flood of SYNs. */
enum { METER_FLOOD_OF = 4 };

static int		 compare_left(const void *, const void *);
static struct flow	*choose_oldest(struct meter *const *, int,
			    enum flow_queue, uint64_t, struct meter_left *);
static void		 withdraw(struct meter *, struct flow *, uint32_t);
static enum flow_end	 end_of(const struct tcp *, enum flow_end);
static void		 describe(const struct meter *, uint32_t,
			    enum flow_end, struct meter_flow *);
static void		 describe_names(const struct meter *,
			    struct meter_flow *);

void
meter_end_due(struct meter *m, struct item_tick *tick)
{
	uint32_t number;

	(void)atomic_fetch_add_explicit(&tick->live, m->table.flows.live,
	    memory_order_relaxed);
	m->now_ns = tick->now_ns;
	m->order.position = tick->position * METER_EVENTS + METER_TICK;
	while ((number = flow_queues_due(&m->queues, &m->table.flows,
	    m->now_ns, &m->order.rank)) != 0) {
		uint32_t next = m->queues.links[number].next;

		meter_fetch(m, next);
		meter_end(m, number, FLOW_END_IDLE);
		meter_fetch_behind(m, next);
	}
}

void
meter_end(struct meter *m, uint32_t number, enum flow_end end)
{
	flow_table_read_end(&m->table, number);
	meter_write_part(m, number, end, true);
	flow_queues_remove(&m->queues, flow_table_at(&m->table, number),
	    number);
	flow_table_remove(&m->table, number);
}

/* A TCP flow that is over ended by its own doing, whatever came later. */
static enum flow_end
end_of(const struct tcp *tcp, enum flow_end end)
{
	if (tcp == NULL || end == FLOW_END_ACTIVE)
		return end;
	if (tcp_connection_is_reset(tcp))
		return FLOW_END_RST;
	return tcp_connection_is_closed(tcp) ? FLOW_END_FIN : end;
}

void
meter_write_part(struct meter *m, uint32_t number, enum flow_end end,
    bool is_final)
{
	struct meter_flow ended;

	if (m->carried_count > 0)
		meter_settle_carried(m);
	describe(m, number, end, &ended);
	ended.order = m->order;
	ended.is_final = is_final;
	m->options.write(m->options.context, &ended);
}

/* A flow with all that is kept of it, as it ends. */
static void
describe(const struct meter *m, uint32_t number, enum flow_end end,
    struct meter_flow *ended)
{
	const struct flow *flow = flow_table_at(&m->table, number);
	const struct tcp *tcp = flow_table_tcp(&m->table, number);
	uint32_t part = m->table.parts == NULL ? 0 :
	    m->table.parts[number].part;

	*ended = (struct meter_flow){
		.flow = flow,
		.origin = &m->table.origins[number],
		.oddities = flow->has_oddities ?
		    &m->table.oddities[number] : NULL,
		.tcp = tcp,
		.trouble = tcp == NULL ? NULL :
		    tcp_trouble_of(tcp, &m->table.troubles),
		.udp = flow->has_udp_state ?
		    &m->table.transports[number].udp : NULL,
		.labels = flow->has_labels ? &m->table.labels[number] : NULL,
		.totals = part == 0 ? NULL : m->table.parts[number].totals,
		.application = !flow->has_payload ||
		    m->table.applications == NULL ? NULL :
		    &m->table.payloads[number].application,
		.facts = m->table.applications == NULL ? NULL :
		    applications_facts(m->table.applications),
		.part = part,
		.end = end_of(tcp, end),
		.is_final = true
	};
	if (m->options.is_naming)
		describe_names(m, ended);
}

/* The names that the flow began with, or else those there are now. */
static void
describe_names(const struct meter *m, struct meter_flow *ended)
{
	const struct flow_key *key = &ended->flow->key;
	const struct address *addresses[2] = { &key->a, &key->b };

	for (int side = 0; side < 2; side++) {
		ended->names[side] = names_at(&m->names,
		    ended->origin->name[side]);
		if (ended->names[side] == NULL)
			ended->names[side] = names_at(&m->names,
			    names_find(&m->names, key->ip_version,
			    addresses[side], m->now_ns));
	}
}

int64_t
meter_room(struct meter *const *meters, int count)
{
	const struct meter *first = meters[0];

	return (int64_t)(first->bound + first->spare -
	    meter_live(meters, count));
}

/*
 * Connections that are over go first, then half-open ones if there are so many
 * that they must be a flood, but for what the last packet began, then what was
 * used least recently.
 */
size_t
meter_choose(struct meter *const *meters, int count,
    const struct items_maker *maker, struct meter_left *left)
{
	uint64_t packet = maker->position -
	    maker->position % PACKET_CONVERSATIONS_MAX;
	uint64_t live = meter_live(meters, count);
	uint64_t half_open = 0;
	size_t chosen = 0;

	for (int i = 0; i < count; i++)
		half_open += meters[i]->queues.ends[FLOW_QUEUE_TCP_OPEN].count;
	for (; live > meters[0]->bound; live--) {
		bool is_flood = half_open * METER_FLOOD_OF > live;
		struct meter_left *victim = &left[chosen++];
		struct flow *flow;

		flow = choose_oldest(meters, count, FLOW_QUEUE_TCP_CLOSE,
		    packet, victim);
		if (flow == NULL ||
		    maker->now_ns - flow->last_ns < METER_LINGER_NS)
			flow = !is_flood ? NULL : choose_oldest(meters, count,
			    FLOW_QUEUE_TCP_OPEN, packet, victim);
		if (flow == NULL)
			flow = choose_oldest(meters, count, FLOW_QUEUES,
			    UINT64_MAX, victim);
		half_open -= flow->queue == FLOW_QUEUE_TCP_OPEN;
		withdraw(meters[victim->worker], flow, victim->number);
	}
	return chosen;
}

/* Of all meters the flow that was queued first, before that position. */
static struct flow *
choose_oldest(struct meter *const *meters, int count, enum flow_queue queue,
    uint64_t before, struct meter_left *victim)
{
	struct flow *chosen = NULL;

	for (int i = 0; i < count; i++) {
		const struct flow_queues *queues = &meters[i]->queues;
		uint32_t oldest = flow_queues_oldest(queues, queue);

		if (oldest == 0 || queues->links[oldest].item >= before)
			continue;
		before = queues->links[oldest].item;
		victim->number = oldest;
		victim->worker = (uint32_t)i;
		fetch_to_read(&queues->links[queues->links[oldest].next],
		    sizeof *queues->links);
		fetch_to_read(flow_table_at(&meters[i]->table,
		    queues->links[oldest].next), FETCH_LINE);
		chosen = flow_table_at(&meters[i]->table, oldest);
	}
	return chosen;
}

/* What is evicted waits for nothing more. */
static void
withdraw(struct meter *m, struct flow *flow, uint32_t number)
{
	flow_table_read_end(&m->table, number);
	flow_queues_remove(&m->queues, flow, number);
	m->counts.evicted += end_of(flow_table_tcp(&m->table, number),
	    FLOW_END_RESOURCES) == FLOW_END_RESOURCES;
}

void
meter_forget(struct meter *m, uint32_t number)
{
	flow_table_remove(&m->table, number);
}

struct meter_order
meter_evicted_order(uint64_t position, uint64_t rank)
{
	return (struct meter_order){
		position * METER_EVENTS + METER_EVICTION, rank
	};
}

struct meter_order
meter_left_order(uint64_t rank)
{
	return (struct meter_order){ UINT64_MAX, rank };
}

uint64_t
meter_live(struct meter *const *meters, int count)
{
	uint64_t live = 0;

	for (int i = 0; i < count; i++)
		live += meters[i]->table.flows.live;
	return live;
}

uint64_t
meter_bounded(const struct meter *m, uint64_t live)
{
	return live < m->most ? live : m->most;
}

size_t
meter_list(struct meter *m, uint32_t worker, struct meter_left *left)
{
	size_t count = 0;
	uint32_t n = 0;

	while ((n = meter_next(m, n)) != 0) {
		const struct flow *flow = flow_table_at(&m->table, n);

		flow_table_read_end(&m->table, n);
		left[count++] = (struct meter_left){
			flow->start_ns, flow->id, n, worker
		};
	}
	return count;
}

/* What was given back has no id. */
uint32_t
meter_next(const struct meter *m, uint32_t number)
{
	do
		number = pool_next(&m->table.flows, number);
	while (number != 0 && flow_table_at(&m->table, number)->id == 0);
	return number;
}

void
meter_describe(const struct meter *m, uint32_t number,
    struct meter_flow *flow)
{
	describe(m, number, FLOW_END_ACTIVE, flow);
	flow->is_final = false;
}

static int
compare_left(const void *x, const void *y)
{
	const struct meter_left *a = x;
	const struct meter_left *b = y;

	if (a->start_ns != b->start_ns)
		return a->start_ns < b->start_ns ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

void
meter_sort(struct meter_left *left, size_t count)
{
	qsort(left, count, sizeof *left, compare_left);
}

void
meter_fetch(const struct meter *m, uint32_t number)
{
	flow_table_prefetch_end(&m->table, number);
}

void
meter_fetch_behind(const struct meter *m, uint32_t number)
{
	const struct flow *flow = flow_table_at(&m->table, number);
	const struct flow_origin *origin = &m->table.origins[number];

	if (flow->has_payload && m->table.applications != NULL)
		facts_fetch(applications_facts(m->table.applications),
		    m->table.payloads[number].application.facts);
	if (!m->options.is_naming)
		return;
	if (origin->name[0] == 0)
		names_fetch(&m->names, &flow->key.a);
	if (origin->name[1] == 0)
		names_fetch(&m->names, &flow->key.b);
}

void
meter_write(const struct meter *m, uint32_t number,
    const struct meter_order *order, enum flow_end end, void *context)
{
	struct meter_flow ended;

	describe(m, number, end, &ended);
	ended.order = *order;
	m->options.write(context, &ended);
}
