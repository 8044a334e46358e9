/*
 * The meter; see meter.h. The cost of a million flows is memory latency, so
 * items are gone through in stages that run behind each other: one is fetched,
 * the slot of an earlier one, the flow behind the slot of one before that, and
 * then a flow is updated. How flows end is in meter_ends.c.
 */
#include <assert.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/fetch.h"
#include "base/log.h"
#include "flow/account.h"
#include "flow/meter_state.h"
#include "tcp/connection.h"

/*
 * A slot is fetched so many items before the item is tallied, and the flow
 * behind it so many: as many as the processor fetches at once, a few lines
 * each.
 */
enum {
	METER_AHEAD_ITEM = 24,
	METER_AHEAD_SLOT = 16,
	METER_AHEAD = 8,
	METER_AHEAD_PAYLOAD = 3
};

/*
 * How many flows may begin between two looks at what memory is left, of the
 * flows that it holds one in so many: room that is made is made for many.
 */
#define METER_FLOWS_MAX (UINT32_MAX / 4)
enum { METER_SPARE_OF = 8, METER_FEW = 1024 };

static void		 reserve(struct meter *, int);
static void		 settle_room(struct meter *, uint64_t);
static size_t		 victims_size(const struct meter *);
static void		 tally_all(struct meter *);
static void		 note_peak(struct meter *, uint64_t);
static inline void	 fetch_slot(const struct meter *, int);
static inline void	 fetch_flow(const struct meter *, int);
static inline void	 fetch_payload(const struct meter *, int);
static int		 collect(struct meter *, struct items *, int);
static inline void	 learn(struct meter *, const struct items *, size_t *,
			    uint64_t);
static void		 tally(struct meter *, struct item *);
static uint32_t		 find_flow(struct meter *, const struct item *);
static uint32_t		 begin_flow(struct meter *, const struct item *);
static void		 name_flow(struct meter *, uint32_t);
static uint64_t		 carrier_of(struct meter *, uint32_t,
			    const struct item *);
static void		 part_flow(struct meter *, uint32_t);
static bool		 is_expired(const struct meter *,
			    const struct flow *);
static bool		 is_reused(const struct meter *, uint32_t,
			    const struct item *);
static void		 queue_flow(struct meter *, uint32_t,
			    const struct item *, int64_t);
static enum flow_queue	 queue_of(const struct flow *,
			    const struct tcp *);
static void		 credit_error(struct meter *, const struct item *);
static void		 make_room(struct meter *);

struct meter *
meter_new(const struct meter_options *options, struct error *error)
{
	const struct meter_timeouts *t = &options->timeouts;
	struct meter *m = calloc(1, sizeof *m);
	uint64_t flows;

	if (m == NULL) {
		log_error("cannot allocate %zu bytes", sizeof *m);
		abort();
	}
	m->options = *options;
	m->part_ns = t->part_ns;
	m->now_ns = -ITEMS_TIME_MAX;
	flows = options->memory / (flow_table_size(t->part_ns != 0,
	    options->is_dissecting) + sizeof(struct flow_link));
	if (flows > METER_FLOWS_MAX)
		flows = METER_FLOWS_MAX;
	if (options->max_flows != 0 && flows > options->max_flows)
		flows = options->max_flows;
	if (flows == 0) {
		(void)error_set(error, "a memory of %llu bytes holds no flow",
		    (unsigned long long)options->memory);
		free(m);
		return NULL;
	}
	settle_room(m, flows);
	flow_table_init(&m->table, (uint32_t)(m->bound + m->spare),
	    t->part_ns != 0, options->secret);
	flow_queues_init(&m->queues, m->table.flows.capacity);
	m->queues.timeouts[FLOW_QUEUE_TCP_OPEN] = t->tcp_open_ns;
	m->queues.timeouts[FLOW_QUEUE_TCP] = t->tcp_ns;
	m->queues.timeouts[FLOW_QUEUE_TCP_CLOSE] = t->tcp_close_ns;
	m->queues.timeouts[FLOW_QUEUE_UDP] = t->udp_ns;
	m->queues.timeouts[FLOW_QUEUE_OTHER] = t->other_ns;
	if (options->is_dissecting)
		payload_init(&m->payload, &m->table, options->is_revealing);
	else if (options->reader != NULL)
		flow_table_read(&m->table, options->reader,
		    options->reader_context);
	if (options->is_naming)
		names_init(&m->names, options->secret);
	m->maker = (struct items_maker){
		.key = options->key, .secret = *options->secret,
		.is_naming = options->is_naming
	};
	items_maker_init(&m->maker);
	items_init(&m->items, METER_CONVERSATIONS_MAX);
	m->maker.room = (int64_t)(m->bound + m->spare);
	m->victims = pool_map(victims_size(m));
	return m;
}

static size_t
victims_size(const struct meter *m)
{
	return m->spare * sizeof *m->victims;
}

/*
 * Of many flows some are kept free, and room is made for many at once. Of few
 * none is wasted: a look after each packet, which may have begun a few flows
 * too many.
 */
static void
settle_room(struct meter *m, uint64_t flows)
{
	m->most = flows;
	if (flows < METER_FEW) {
		m->spare = PACKET_CONVERSATIONS_MAX;
		m->bound = flows;
		return;
	}
	m->spare = flows / METER_SPARE_OF;
	if (m->spare > METER_SPARE_MAX)
		m->spare = METER_SPARE_MAX;
	m->bound = flows - m->spare;
}

void
meter_free(struct meter *m)
{
	if (m == NULL)
		return;
	flow_queues_release(&m->queues);
	flow_table_release(&m->table);
	if (m->options.is_dissecting)
		payload_release(&m->payload);
	if (m->options.is_naming)
		names_release(&m->names);
	items_release(&m->items);
	pool_unmap(m->victims, victims_size(m));
	free(m->own);
	free(m->carried);
	free(m);
}

void
meter_packets(struct meter *m, const struct packet *packets, int count)
{
	items_reset(&m->items);
	for (int i = 0; i < count; i++) {
		items_add(&m->maker, &m->items, &packets[i]);
		if (m->maker.room < PACKET_CONVERSATIONS_MAX) {
			tally_all(m);
			make_room(m);
		}
	}
	tally_all(m);
}

static void
tally_all(struct meter *m)
{
	meter_tally(m, &m->items, 0);
	note_peak(m, items_peak(&m->items));
	note_peak(m, m->table.flows.live);
	items_reset(&m->items);
}

static void
note_peak(struct meter *m, uint64_t live)
{
	live = meter_bounded(m, live);
	if (live > m->counts.active_peak)
		m->counts.active_peak = live;
}

/*
 * The items of one worker, in three stages that run behind each other: the
 * slot is fetched, then the flow that it names, then the flow is tallied.
 */
void
meter_tally(struct meter *m, struct items *items, int worker)
{
	int count = collect(m, items, worker);
	int ticks = 0;
	size_t names = 0;

	for (int i = 0; i < count && i < METER_AHEAD_SLOT; i++)
		fetch_slot(m, i);
	for (int i = 0; i < count && i < METER_AHEAD; i++)
		fetch_flow(m, i);
	for (int i = 0; i < count; i++) {
		struct item *item = m->own[i];

		if (i + METER_AHEAD_ITEM < count)
			fetch_to_read(m->own[i + METER_AHEAD_ITEM],
			    sizeof *item);
		if (i + METER_AHEAD_SLOT < count)
			fetch_slot(m, i + METER_AHEAD_SLOT);
		if (i + METER_AHEAD < count)
			fetch_flow(m, i + METER_AHEAD);
		if (i + METER_AHEAD_PAYLOAD < count)
			fetch_payload(m, i + METER_AHEAD_PAYLOAD);
		while (ticks < items->tick_count &&
		    items->ticks[ticks].position <= item->position) {
			learn(m, items, &names, items->ticks[ticks].position);
			meter_end_due(m, &items->ticks[ticks++]);
		}
		learn(m, items, &names, item->position);
		m->now_ns = item->now_ns;
		tally(m, item);
	}
	while (ticks < items->tick_count) {
		learn(m, items, &names, items->ticks[ticks].position);
		meter_end_due(m, &items->ticks[ticks++]);
	}
	learn(m, items, &names, UINT64_MAX);
	meter_settle_carried(m);
}

/* The names that were given before a position, from the next on. */
static inline void
learn(struct meter *m, const struct items *items, size_t *next,
    uint64_t before)
{
	while (*next < items->name_count &&
	    items->names[*next].position < before) {
		const struct item_name *name = &items->names[(*next)++];

		if (m->options.is_naming)
			names_learn(&m->names, &name->naming, name->now_ns);
	}
}

static inline __attribute__((always_inline)) void
fetch_slot(const struct meter *m, int i)
{
	fetch_to_read(m->own[i]->conversation, 2 * FETCH_LINE);
	flow_table_prefetch_slot(&m->table, m->own[i]->hash);
}

static inline __attribute__((always_inline)) void
fetch_flow(const struct meter *m, int i)
{
	const struct item *item = m->own[i];

	flow_table_prefetch_flow(&m->table, &item->key, item->hash,
	    item->conversation, item->sender);
	if (m->options.is_naming &&
	    flow_table_is_new(&m->table, item->hash)) {
		names_fetch(&m->names, &item->key.a);
		names_fetch(&m->names, &item->key.b);
	}
}

/* The first of the payload, if the flow, which is here by now, is read. */
static inline __attribute__((always_inline)) void
fetch_payload(const struct meter *m, int i)
{
	const struct conversation *t = m->own[i]->conversation;

	if (t->payload_captured > 0 && m->table.payloads != NULL &&
	    !flow_table_is_read(&m->table, m->own[i]->hash))
		fetch_to_read(t->payload, 2 * FETCH_LINE);
}

/* Which of the items are the worker's. */
static int
collect(struct meter *m, struct items *items, int worker)
{
	int count = 0;

	reserve(m, items->room);
	for (int i = 0; i < items->count; i++) {
		m->own[count] = &items->items[i];
		count += items->workers[i] == worker;
	}
	return count;
}

static void
reserve(struct meter *m, int room)
{
	if (m->own_room >= room)
		return;
	free(m->own);
	free(m->carried);
	m->own = calloc((size_t)room, sizeof *m->own);
	m->carried = calloc((size_t)room, sizeof *m->carried);
	if (m->own == NULL || m->carried == NULL) {
		log_error("cannot allocate memory for the items of a batch");
		abort();
	}
	m->own_room = room;
}

void
meter_tick(struct meter *m, int64_t now_ns)
{
	items_tick(&m->maker, &m->items, now_ns);
	tally_all(m);
}

void
meter_finish(struct meter *m, enum flow_end end)
{
	size_t count = m->table.flows.live;
	struct meter_left *left = calloc(count + 1, sizeof *left);

	if (left == NULL) {
		log_error("cannot allocate memory to sort the last flows");
		abort();
	}
	(void)meter_list(m, 0, left);
	meter_sort(left, count);
	for (size_t i = 0; i < count; i++) {
		struct meter_order order = meter_left_order(i);

		if (i + METER_AHEAD_END < count)
			meter_fetch(m, left[i + METER_AHEAD_END].number);
		if (i + 1 < count)
			meter_fetch_behind(m, left[i + 1].number);
		meter_write(m, left[i].number, &order, end,
		    m->options.context);
	}
	free(left);
}

void
meter_counts(const struct meter *m, struct meter_counts *counts)
{
	*counts = m->counts;
	if (m->options.is_dissecting)
		counts->payload_short =
		    applications_short(m->payload.applications);
}

/* The flow's tally, or the credit of the flow that an error quotes. */
static void
tally(struct meter *m, struct item *item)
{
	uint32_t number;
	int64_t last_ns;
	struct flow *flow;

	m->order = (struct meter_order){
		item->position * METER_EVENTS + METER_ITEM, 0
	};
	if (item->is_quote) {
		credit_error(m, item);
		return;
	}
	number = find_flow(m, item);
	if (number == 0)
		number = begin_flow(m, item);
	flow = flow_table_at(&m->table, number);
	last_ns = flow->last_ns;
	if (m->part_ns != 0)
		part_flow(m, number);
	account_packet(&m->table, number, item);
	queue_flow(m, number, item, last_ns);
	atomic_store_explicit(&item->flow_id, flow->id, memory_order_release);
}

/* The flow that the packet belongs to; one that is over is ended first. */
static uint32_t
find_flow(struct meter *m, const struct item *item)
{
	uint32_t number = flow_table_find(&m->table, &item->key, item->hash);

	if (number == 0)
		return 0;
	if (is_expired(m, flow_table_at(&m->table, number))) {
		meter_end(m, number, FLOW_END_IDLE);
		return 0;
	}
	if (is_reused(m, number, item)) {
		meter_end(m, number, FLOW_END_REUSE);
		return 0;
	}
	return number;
}

static uint32_t
begin_flow(struct meter *m, const struct item *item)
{
	uint32_t number = flow_table_add(&m->table, &item->key, item->hash);
	struct flow *flow = flow_table_at(&m->table, number);

	assert(number != 0);	/* meter_make_room() was asked */
	/* Positions are the input's alone, and so are ids. */
	flow->id = hash_mix64(item->position);
	account_begin(&m->table, number, item, carrier_of(m, number, item));
	if (m->options.is_naming)
		name_flow(m, number);
	if (m->table.parts != NULL)
		m->table.parts[number].begin_ns = m->now_ns;
	flow->queue = FLOW_QUEUES;
	m->counts.flows++;
	m->counts.flows_tcp += item->key.protocol == PROTOCOL_TCP;
	m->counts.flows_udp += item->key.protocol == PROTOCOL_UDP;
	m->counts.flows_other += item->key.protocol != PROTOCOL_TCP &&
	    item->key.protocol != PROTOCOL_UDP;
	return number;
}

/* The names that its addresses have as it begins. */
static void
name_flow(struct meter *m, uint32_t number)
{
	const struct flow_key *key = &flow_table_at(&m->table, number)->key;
	struct flow_origin *origin = &m->table.origins[number];

	origin->name[0] = names_find(&m->names, key->ip_version, &key->a,
	    m->now_ns);
	origin->name[1] = names_find(&m->names, key->ip_version, &key->b,
	    m->now_ns);
}

/*
 * The id of the flow that carries this one; 0: none does, or another worker
 * has not come to it yet. Then it is asked later.
 */
static uint64_t
carrier_of(struct meter *m, uint32_t number, const struct item *item)
{
	uint64_t id;

	if (item->carrier == NULL)
		return 0;
	id = atomic_load_explicit(&item->carrier->flow_id,
	    memory_order_acquire);
	if (id == 0)
		m->carried[m->carried_count++] = (struct meter_carried){
			number, item->carrier
		};
	return id;
}

/*
 * Waits for who has the carriers. He never waits for us in turn, as a carrier
 * is earlier in the input than what it carries.
 */
void
meter_settle_carried(struct meter *m)
{
	for (int i = 0; i < m->carried_count; i++) {
		const struct meter_carried *carried = &m->carried[i];
		uint64_t id;

		while ((id = atomic_load_explicit(&carried->carrier->flow_id,
		    memory_order_acquire)) == 0)
			(void)sched_yield();
		if (flow_table_at(&m->table, carried->number)->has_labels)
			m->table.labels[carried->number].parent_id = id;
	}
	m->carried_count = 0;
}

/*
 * Writes a part of a flow whose part is long enough by the clock, which does
 * not step back, and lets the packet at hand begin the next.
 */
static void
part_flow(struct meter *m, uint32_t number)
{
	struct flow_parts *parts = &m->table.parts[number];

	if (m->now_ns - parts->begin_ns < m->part_ns)
		return;
	meter_write_part(m, number, FLOW_END_ACTIVE, false);
	account_next_part(&m->table, number);
	parts->begin_ns = m->now_ns;
}

static bool
is_expired(const struct meter *m, const struct flow *flow)
{
	int64_t timeout = m->queues.timeouts[flow->queue];

	return timeout != 0 && m->now_ns - flow->last_ns > timeout;
}

/* A SYN with another sequence number, after the connection was over. */
static bool
is_reused(const struct meter *m, uint32_t number, const struct item *item)
{
	const struct conversation *t = item->conversation;
	const struct tcp *tcp;
	const struct tcp_side *side;

	if (t->protocol != PROTOCOL_TCP || !t->has_transport ||
	    (t->tcp.flags & (TCP_SYN | TCP_ACK | TCP_RST)) != TCP_SYN)
		return false;
	tcp = &m->table.transports[number].tcp;
	side = &tcp->side[item->sender];
	return tcp_connection_is_over(tcp) &&
	    (!side->has_isn || side->isn != t->tcp.seq);
}

/* Moves the flow to where its state and the epoch of this packet belong. */
static void
queue_flow(struct meter *m, uint32_t number, const struct item *item,
    int64_t last_ns)
{
	struct flow *flow = flow_table_at(&m->table, number);
	enum flow_queue queue = queue_of(flow,
	    flow_table_tcp(&m->table, number));

	if (queue == flow->queue &&
	    flow_queue_epoch(m->now_ns) == flow_queue_epoch(last_ns))
		return;
	flow_queues_move(&m->queues, flow, number, queue, item->position);
}

static enum flow_queue
queue_of(const struct flow *flow, const struct tcp *tcp)
{
	if (tcp == NULL)
		return flow->key.protocol == PROTOCOL_UDP ? FLOW_QUEUE_UDP :
		    FLOW_QUEUE_OTHER;
	if (flow->is_over)
		return FLOW_QUEUE_TCP_CLOSE;
	return tcp_connection_is_half_open(tcp) ? FLOW_QUEUE_TCP_OPEN :
	    FLOW_QUEUE_TCP;
}

/* An ICMP error counts for the flow whose packet it quotes, if there is. */
static void
credit_error(struct meter *m, const struct item *item)
{
	uint32_t number = flow_table_find(&m->table, &item->key, item->hash);

	if (number != 0)
		flow_table_need_oddities(&m->table, number)->icmp_errors++;
}

/* One meter does all of it at once. */
static void
make_room(struct meter *m)
{
	size_t count = meter_choose(&m, 1, &m->maker, m->victims);

	for (size_t i = 0; i < count; i++) {
		struct meter_order order = meter_evicted_order(
		    m->maker.position, i);

		if (i + METER_AHEAD_END < count)
			meter_fetch(m, m->victims[i + METER_AHEAD_END].number);
		if (i + 1 < count)
			meter_fetch_behind(m, m->victims[i + 1].number);
		meter_write(m, m->victims[i].number, &order,
		    FLOW_END_RESOURCES, m->options.context);
		meter_forget(m, m->victims[i].number);
	}
	m->maker.room = meter_room(&m, 1);
}
