/*
 * The meter; see meter.h. The cost of a million flows is memory latency, so
 * a batch is gone through in stages: make all keys and prefetch their slots,
 * prefetch the flows behind the slots, then update one after the other.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "flow/account.h"
#include "flow/meter.h"
#include "flow/queue.h"
#include "tcp/connection.h"

/* As many flows as the processor fetches at once, a few lines each. */
enum { METER_AHEAD = 8 };

/*
 * How often the queues are looked at, in capture time. When a flow is found,
 * its own timeout decides, so this delays records and changes none.
 */
#define METER_EXPIRE_NS INT64_C(1000000)

/* A conversation of the batch with its key. */
struct meter_item {
	const struct packet		*packet;
	const struct conversation	*conversation;
	struct flow_key			 key;
	uint64_t			 hash;
	int				 sender;
	int				 depth;	/* 0: outermost */
};

struct meter {
	struct flow_table	 table;
	struct flow_queue_ends	 queues[FLOW_QUEUES];
	int64_t			 timeouts[FLOW_QUEUES];
	int64_t			 part_ns;
	struct meter_options	 options;
	struct meter_counts	 counts;
	int64_t			 now_ns;	/* the capture clock */
	int64_t			 expired_ns;	/* when queues were looked at */
	struct meter_item	 items[METER_CONVERSATIONS_MAX + METER_AHEAD];
};

static int		 make_items(struct meter *, const struct packet *,
			    int);
static uint64_t		 tally(struct meter *, const struct meter_item *,
			    uint64_t);
static uint32_t		 find_flow(struct meter *, const struct meter_item *);
static uint32_t		 begin_flow(struct meter *, const struct meter_item *,
			    uint64_t);
static void		 part_flow(struct meter *, uint32_t);
static bool		 is_expired(const struct meter *,
			    const struct flow *);
static bool		 is_reused(const struct meter *, uint32_t,
			    const struct meter_item *);
static void		 queue_flow(struct meter *, uint32_t, bool);
static enum flow_queue	 queue_of(const struct flow *,
			    const struct tcp *);
static void		 credit_error(struct meter *,
			    const struct meter_item *);
static void		 expire(struct meter *);
static void		 evict(struct meter *);
static void		 end_flow(struct meter *, uint32_t, enum flow_end);
static enum flow_end	 end_of(const struct tcp *, enum flow_end);
static void		 write_flow(struct meter *, uint32_t, enum flow_end,
			    bool);

struct meter *
meter_new(const struct meter_options *options, struct error *error)
{
	const struct meter_timeouts *t = &options->timeouts;
	struct meter *m = calloc(1, sizeof *m);

	if (m == NULL) {
		log_error("cannot allocate %zu bytes", sizeof *m);
		abort();
	}
	m->options = *options;
	m->part_ns = t->part_ns;
	m->now_ns = -METER_TIME_MAX;
	m->expired_ns = -METER_TIME_MAX;
	m->timeouts[FLOW_QUEUE_TCP_OPEN] = t->tcp_open_ns;
	m->timeouts[FLOW_QUEUE_TCP] = t->tcp_ns;
	m->timeouts[FLOW_QUEUE_TCP_CLOSE] = t->tcp_close_ns;
	m->timeouts[FLOW_QUEUE_UDP] = t->udp_ns;
	m->timeouts[FLOW_QUEUE_OTHER] = t->other_ns;
	if (flow_table_init(&m->table, options->memory, options->max_flows,
	    t->part_ns != 0, options->secret) == 0) {
		(void)error_set(error, "a memory of %llu bytes holds no flow",
		    (unsigned long long)options->memory);
		free(m);
		return NULL;
	}
	if (options->reader != NULL)
		flow_table_read(&m->table, options->reader,
		    options->reader_context);
	return m;
}

void
meter_free(struct meter *m)
{
	if (m == NULL)
		return;
	flow_table_release(&m->table);
	free(m);
}

void
meter_packets(struct meter *m, const struct packet *packets, int count)
{
	int items = make_items(m, packets, count);
	uint64_t parent_id = 0;

	for (int i = 0; i < items + METER_AHEAD; i++) {
		const struct meter_item *item = &m->items[i];

		/* Second stage: the flow behind the slot, well before use. */
		if (i < items)
			flow_table_prefetch_flow(&m->table, item->hash,
			    item->key.protocol == PROTOCOL_TCP);
		if (i < METER_AHEAD)
			continue;
		item -= METER_AHEAD;
		if (item->packet->frame.ts_ns > m->now_ns)
			m->now_ns = item->packet->frame.ts_ns;
		if (m->now_ns - m->expired_ns >= METER_EXPIRE_NS)
			expire(m);
		if (item->depth == 0)
			parent_id = 0;
		parent_id = tally(m, item, parent_id);
	}
}

void
meter_tick(struct meter *m, int64_t now_ns)
{
	if (now_ns > m->now_ns)
		m->now_ns = now_ns;
	expire(m);
}

/* A flow and when it began, to be sorted. */
struct meter_begin {
	int64_t		start_ns;
	uint64_t	id;
	uint32_t	number;
};

static int
compare_begins(const void *x, const void *y)
{
	const struct meter_begin *a = x;
	const struct meter_begin *b = y;

	if (a->start_ns != b->start_ns)
		return a->start_ns < b->start_ns ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

void
meter_finish(struct meter *m, enum flow_end end)
{
	struct meter_begin *begins;
	size_t count = 0;

	if (m->table.flows.live == 0)
		return;
	begins = malloc(m->table.flows.live * sizeof *begins);
	if (begins == NULL) {
		log_error("cannot allocate memory to sort the last flows");
		abort();
	}
	for (uint32_t n = 1; n <= m->table.flows.used; n++) {
		const struct flow *flow = flow_table_at(&m->table, n);

		if (flow->id != 0)
			begins[count++] = (struct meter_begin){
				flow->start_ns, flow->id, n
			};
	}
	qsort(begins, count, sizeof *begins, compare_begins);
	for (size_t i = 0; i < count; i++) {
		flow_table_read_end(&m->table, begins[i].number);
		write_flow(m, begins[i].number, end, true);
	}
	free(begins);
}

void
meter_counts(const struct meter *m, struct meter_counts *counts)
{
	*counts = m->counts;
}

/* First stage: keys and hashes, their slots on the way to the caches. */
static int
make_items(struct meter *m, const struct packet *packets, int count)
{
	int items = 0;

	for (int i = 0; i < count; i++) {
		const struct packet *p = &packets[i];

		for (int depth = 0; depth < p->conversation_count; depth++) {
			struct meter_item *item = &m->items[items++];

			item->packet = p;
			item->conversation = &p->conversations[depth];
			item->depth = depth;
			item->sender = flow_key_make(&item->key, p,
			    item->conversation, &m->options.key);
			item->hash = flow_table_hash(&m->table, &item->key);
			flow_table_prefetch_slot(&m->table, item->hash);
		}
	}
	return items;
}

/* Last stage: the flow's tally. Returns its id, the next one's parent. */
static uint64_t
tally(struct meter *m, const struct meter_item *item, uint64_t parent_id)
{
	uint32_t number = find_flow(m, item);
	bool is_new = number == 0;
	struct flow *flow;

	if (is_new)
		number = begin_flow(m, item, parent_id);
	flow = flow_table_at(&m->table, number);
	if (m->part_ns != 0)
		part_flow(m, number);
	account_packet(&m->table, number, item->packet, item->conversation,
	    item->sender, m->now_ns);
	queue_flow(m, number, is_new);
	if ((item->key.protocol == PROTOCOL_ICMP ||
	    item->key.protocol == PROTOCOL_ICMPV6) &&
	    item->conversation->has_transport &&
	    item->conversation->icmp.has_quote)
		credit_error(m, item);
	return flow->id;
}

/* The flow that the packet belongs to; one that is over is ended first. */
static uint32_t
find_flow(struct meter *m, const struct meter_item *item)
{
	uint32_t number = flow_table_find(&m->table, &item->key, item->hash);

	if (number == 0)
		return 0;
	if (is_expired(m, flow_table_at(&m->table, number))) {
		end_flow(m, number, FLOW_END_IDLE);
		return 0;
	}
	if (is_reused(m, number, item)) {
		end_flow(m, number, FLOW_END_REUSE);
		return 0;
	}
	return number;
}

static uint32_t
begin_flow(struct meter *m, const struct meter_item *item, uint64_t parent_id)
{
	uint32_t number = flow_table_add(&m->table, &item->key, item->hash);
	struct flow *flow;

	if (number == 0) {
		evict(m);
		number = flow_table_add(&m->table, &item->key, item->hash);
	}
	flow = flow_table_at(&m->table, number);
	/* Numbers and depths are the input's alone, and so are ids. */
	flow->id = hash_mix64(item->packet->frame.number *
	    PACKET_CONVERSATIONS_MAX + (uint64_t)item->depth);
	account_begin(&m->table, number, item->packet, item->conversation,
	    item->sender, parent_id);
	if (m->table.parts != NULL)
		m->table.parts[number].begin_ns = m->now_ns;
	m->counts.flows++;
	m->counts.flows_tcp += item->key.protocol == PROTOCOL_TCP;
	m->counts.flows_udp += item->key.protocol == PROTOCOL_UDP;
	m->counts.flows_other += item->key.protocol != PROTOCOL_TCP &&
	    item->key.protocol != PROTOCOL_UDP;
	if (m->table.flows.live > m->counts.active_peak)
		m->counts.active_peak = m->table.flows.live;
	return number;
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
	write_flow(m, number, FLOW_END_ACTIVE, false);
	account_next_part(&m->table, number);
	parts->begin_ns = m->now_ns;
}

static bool
is_expired(const struct meter *m, const struct flow *flow)
{
	int64_t timeout = m->timeouts[flow->queue];

	return timeout != 0 && m->now_ns - flow->last_ns > timeout;
}

/* A SYN with another sequence number, after the connection was over. */
static bool
is_reused(const struct meter *m, uint32_t number,
    const struct meter_item *item)
{
	const struct conversation *t = item->conversation;
	const struct tcp *tcp = &m->table.transports[number].tcp;
	const struct tcp_side *side = &tcp->side[item->sender];

	if (t->protocol != PROTOCOL_TCP || !t->has_transport ||
	    (t->tcp.flags & (TCP_SYN | TCP_ACK | TCP_RST)) != TCP_SYN)
		return false;
	return tcp_connection_is_over(tcp) &&
	    (!side->has_isn || side->isn != t->tcp.seq);
}

/* Moves the flow to where its state and its age belong. */
static void
queue_flow(struct meter *m, uint32_t number, bool is_new)
{
	struct flow *flow = flow_table_at(&m->table, number);
	enum flow_queue queue = queue_of(flow,
	    flow_table_tcp(&m->table, number));

	if (!is_new) {
		if (queue == flow->queue &&
		    m->now_ns - flow->queued_ns <= FLOW_QUEUE_GRAIN_NS)
			return;
		flow_queue_remove(m->queues, &m->table.flows, number);
	}
	flow->queue = (uint8_t)queue;
	flow_queue_append(m->queues, &m->table.flows, number, m->now_ns);
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
credit_error(struct meter *m, const struct meter_item *item)
{
	struct flow_key key;
	uint32_t number;

	(void)flow_key_make_quoted(&key, item->packet, item->conversation,
	    &m->options.key);
	number = flow_table_find(&m->table, &key,
	    flow_table_hash(&m->table, &key));
	if (number != 0)
		flow_table_at(&m->table, number)->icmp_errors++;
}

/*
 * Ends the flows at the heads of the queues that have timed out. A head that
 * was touched since it was queued stays: it makes those behind it wait for
 * FLOW_QUEUE_GRAIN_NS at most, for then it would have been moved.
 */
static void
expire(struct meter *m)
{
	m->expired_ns = m->now_ns;
	for (int q = 0; q < FLOW_QUEUES; q++) {
		uint32_t number;

		while ((number = m->queues[q].head) != 0 &&
		    is_expired(m, flow_table_at(&m->table, number)))
			end_flow(m, number, FLOW_END_IDLE);
	}
}

/*
 * Makes room: half-open connections go first, then what was touched least
 * recently.
 */
static void
evict(struct meter *m)
{
	uint32_t victim = m->queues[FLOW_QUEUE_TCP_OPEN].head;
	uint32_t least = 0;
	int64_t oldest = 0;

	for (int q = 0; q < FLOW_QUEUES; q++) {
		uint32_t head = m->queues[q].head;
		int64_t queued;

		if (head == 0)
			continue;
		queued = flow_table_at(&m->table, head)->queued_ns;
		if (least == 0 || queued < oldest) {
			least = head;
			oldest = queued;
		}
	}
	if (victim == 0)
		victim = least;
	end_flow(m, victim, FLOW_END_RESOURCES);
}

/* The last record of a flow, which is then forgotten. */
static void
end_flow(struct meter *m, uint32_t number, enum flow_end end)
{
	flow_table_read_end(&m->table, number);
	write_flow(m, number, end, true);
	flow_queue_remove(m->queues, &m->table.flows, number);
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

static void
write_flow(struct meter *m, uint32_t number, enum flow_end end, bool is_final)
{
	const struct flow *flow = flow_table_at(&m->table, number);
	const struct tcp *tcp = flow_table_tcp(&m->table, number);
	struct meter_flow ended = {
		.flow = flow,
		.tcp = tcp,
		.trouble = tcp == NULL ? NULL :
		    tcp_trouble_of(tcp, &m->table.troubles),
		.udp = flow->has_udp_state ?
		    &m->table.transports[number].udp : NULL,
		.labels = flow->has_labels ? &m->table.labels[number] : NULL,
		.totals = flow->part == 0 ? NULL :
		    m->table.parts[number].totals,
		.end = end_of(tcp, end),
		.is_final = is_final
	};

	m->counts.evicted += ended.end == FLOW_END_RESOURCES;
	m->options.write(m->options.context, &ended);
}
