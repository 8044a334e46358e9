/*
 * The table of flows; see table.h.
 */
#include <string.h>

#include "flow/payload.h"
#include "flow/table.h"
#include "tcp/order.h"

static size_t	transports_size(const struct flow_table *);
static size_t	payloads_size(const struct flow_table *);
static size_t	origins_size(const struct flow_table *);
static size_t	oddities_size(const struct flow_table *);
static size_t	labels_size(const struct flow_table *);
static size_t	parts_size(const struct flow_table *);
static size_t	slots_size(const struct flow_table *);
static void	forget_payload(struct flow_table *, uint32_t);
static uint32_t	*link_to(struct flow_table *, uint32_t);

/* Slots for twice as many flows keep chains short. */
enum { SLOTS_PER_FLOW = 2 };

/* What is acknowledged with the first payload is no more than this. */
enum { READ_FAR = 1 << 24 };

size_t
flow_table_size(bool has_parts, bool is_read)
{
	return pool_stride(sizeof(struct flow)) +
	    pool_stride(sizeof(struct tcp_trouble)) +
	    sizeof(union flow_transport) + sizeof(struct flow_origin) +
	    sizeof(struct flow_oddities) + sizeof(struct flow_labels) +
	    (has_parts ? sizeof(struct flow_parts) : 0) +
	    2 * SLOTS_PER_FLOW * sizeof(uint32_t) +
	    (is_read ? sizeof(struct flow_payload) + applications_size() : 0);
}

void
flow_table_init(struct flow_table *table, uint32_t flows, bool has_parts,
    const struct hash_secret *secret)
{
	uint64_t slots = 1;

	*table = (struct flow_table){ .secret = *secret };
	while (slots < (uint64_t)flows * SLOTS_PER_FLOW)
		slots *= 2;
	table->slot_mask = slots - 1;
	pool_init(&table->flows, sizeof(struct flow), flows);
	pool_init(&table->troubles, sizeof(struct tcp_trouble), flows);
	table->transports = pool_map(transports_size(table));
	table->origins = pool_map(origins_size(table));
	table->oddities = pool_map(oddities_size(table));
	table->labels = pool_map(labels_size(table));
	if (has_parts)
		table->parts = pool_map(parts_size(table));
	table->slots = pool_map(slots_size(table));
}

void
flow_table_release(struct flow_table *table)
{
	pool_unmap(table->transports, transports_size(table));
	pool_unmap(table->payloads, payloads_size(table));
	pool_unmap(table->origins, origins_size(table));
	pool_unmap(table->oddities, oddities_size(table));
	pool_unmap(table->labels, labels_size(table));
	pool_unmap(table->parts, parts_size(table));
	pool_unmap(table->slots, slots_size(table));
	tcp_delivery_free(table->reading.delivery);
	pool_release(&table->troubles);
	pool_release(&table->flows);
}

void
flow_table_read(struct flow_table *table,
    const struct tcp_reader_operations *operations, void *context)
{
	table->payloads = pool_map(payloads_size(table));
	table->reading = (struct tcp_reading){
		.delivery = tcp_delivery_new(TCP_DELIVERY_SIZE),
		.operations = operations,
		.context = context
	};
}

void
flow_table_read_end(struct flow_table *table, uint32_t number)
{
	struct flow_read read;
	struct tcp_reading reading;

	if (!flow_table_at(table, number)->has_payload)
		return;
	if (flow_table_tcp(table, number) != NULL) {
		reading = flow_table_reading(table, number, &read);
		tcp_order_finish(&reading);
	}
	if (table->payload != NULL)
		payload_end(table->payload, number);
}

void
flow_table_read_begin(struct flow_table *table, uint32_t number,
    const struct tcp_header *header, int sender)
{
	const struct tcp *tcp = flow_table_tcp(table, number);

	flow_table_at(table, number)->has_payload = true;
	for (int side = 0; side < 2; side++) {
		uint32_t start = tcp->side[side].isn + 1;

		if (!tcp->side[side].has_isn)
			continue;
		if (side != sender && (header->flags & TCP_ACK) != 0 &&
		    header->ack - start > READ_FAR)
			start = header->ack;
		tcp_delivery_start(&table->payloads[number].streams[side],
		    start);
	}
}

void
flow_table_read_stop(struct flow_table *table, uint32_t number)
{
	struct tcp_stream *streams = table->payloads[number].streams;

	tcp_delivery_release(table->reading.delivery, &streams[0]);
	tcp_delivery_release(table->reading.delivery, &streams[1]);
}

uint32_t
flow_table_find_behind(const struct flow_table *table,
    const struct flow_key *key, uint32_t number)
{
	do
		number = flow_table_at(table, number)->next;
	while (number != 0 &&
	    !flow_key_is_equal(&flow_table_at(table, number)->key, key));
	return number;
}

uint32_t
flow_table_add(struct flow_table *table, const struct flow_key *key,
    uint64_t hash)
{
	uint32_t *slot = &table->slots[hash & table->slot_mask];
	uint32_t number = key->protocol == PROTOCOL_TCP ?
	    pool_take(&table->flows) : pool_take_high(&table->flows);
	struct flow *flow;

	if (number == 0)
		return 0;
	flow = flow_table_at(table, number);
	flow->key = *key;
	flow->next = *slot;
	*slot = number;
	return number;
}

/* What is given back is zero, as fresh memory is. */
void
flow_table_remove(struct flow_table *table, uint32_t number)
{
	const struct flow *flow = flow_table_at(table, number);
	union flow_transport *transport = &table->transports[number];

	*link_to(table, number) = flow->next;
	if (flow->key.protocol == PROTOCOL_TCP) {
		if (transport->tcp.trouble != 0)
			pool_give(&table->troubles, transport->tcp.trouble);
		tcp_clear(&transport->tcp);
	} else if (flow->has_udp_state) {
		memset(&transport->udp, 0, sizeof transport->udp);
	}
	memset(&table->origins[number], 0, sizeof *table->origins);
	if (flow->has_oddities)
		memset(&table->oddities[number], 0, sizeof *table->oddities);
	if (flow->has_payload)
		forget_payload(table, number);
	if (table->parts != NULL)
		memset(&table->parts[number], 0, sizeof *table->parts);
	pool_give(&table->flows, number);
}

static void
forget_payload(struct flow_table *table, uint32_t number)
{
	struct flow_payload *payload = &table->payloads[number];

	if (table->applications != NULL)
		applications_forget(table->applications,
		    &payload->application);
	memset(payload, 0, sizeof *payload);
}

/* Where the number stands in its chain. */
static uint32_t *
link_to(struct flow_table *table, uint32_t number)
{
	const struct flow *flow = flow_table_at(table, number);
	uint64_t hash = flow_table_hash(table, &flow->key);
	uint32_t *link = &table->slots[hash & table->slot_mask];

	while (*link != number)
		link = &flow_table_at(table, *link)->next;
	return link;
}

static size_t
transports_size(const struct flow_table *table)
{
	return ((size_t)table->flows.capacity + 1) *
	    sizeof *table->transports;
}

static size_t
payloads_size(const struct flow_table *table)
{
	return ((size_t)table->flows.capacity + 1) * sizeof *table->payloads;
}

static size_t
origins_size(const struct flow_table *table)
{
	return ((size_t)table->flows.capacity + 1) * sizeof *table->origins;
}

static size_t
oddities_size(const struct flow_table *table)
{
	return ((size_t)table->flows.capacity + 1) * sizeof *table->oddities;
}

static size_t
labels_size(const struct flow_table *table)
{
	return ((size_t)table->flows.capacity + 1) * sizeof *table->labels;
}

static size_t
parts_size(const struct flow_table *table)
{
	return ((size_t)table->flows.capacity + 1) * sizeof *table->parts;
}

static size_t
slots_size(const struct flow_table *table)
{
	return (size_t)(table->slot_mask + 1) * sizeof *table->slots;
}
