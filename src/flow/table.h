/*
 * The table of flows: keyed lookup, and the memory that flows live in. A
 * slot holds the number of the first flow in its chain; a flow's number also
 * names its transport's state and its parts in tables beside it. TCP flows
 * have low numbers and the others high ones, for most of these have no state
 * to be kept. All memory is reserved at start and paid for when touched.
 */
#ifndef TALLYMAN_FLOW_TABLE_H
#define TALLYMAN_FLOW_TABLE_H

#include "base/fetch.h"
#include "base/hash.h"
#include "base/pool.h"
#include "dissect/applications.h"
#include "flow/key.h"
#include "flow/udp.h"
#include "tcp/tcp.h"

/* What else is kept of a flow; key.protocol says which it is. */
union flow_transport {
	struct tcp		tcp;
	struct udp_state	udp;
};

/* What a reader of payload is called with as its context; borrowed. */
struct flow_read {
	void			*context;	/* of flow_table_read() */
	const struct flow	*flow;
};

/* How far a flow's payload was read. */
struct flow_payload {
	struct tcp_stream	streams[2];	/* of TCP, by side */
	struct application_flow	application;
};

_Static_assert(sizeof(struct flow_payload) <= 64, "a cache line");

struct payload;

struct flow_table {
	struct pool		 flows;
	union flow_transport	*transports;	/* owned, by flow number */
	struct pool		 troubles;	/* of TCP: struct tcp_trouble */
	struct flow_payload	*payloads;	/* owned, likewise; NULL:
						   nobody reads payload */
	struct tcp_reading	 reading;	/* but for its streams */
	struct payload		*payload;	/* borrowed, who reads; NULL:
						   nobody, or not dissectors */
	struct applications	*applications;	/* borrowed; likewise */
	int64_t			 ts_ns;		/* of what is read */
	struct flow_origin	*origins;	/* owned, by flow number */
	struct flow_oddities	*oddities;	/* owned, likewise */
	struct flow_labels	*labels;	/* owned, likewise */
	struct flow_parts	*parts;		/* owned, likewise; may be NULL */
	uint32_t		*slots;		/* owned, flow numbers */
	uint64_t		 slot_mask;
	struct hash_secret	 secret;
};

/* As pool_at(), with a stride that is known when this is compiled. */
static inline struct flow *
flow_table_at(const struct flow_table *table, uint32_t number)
{
	return (struct flow *)(void *)table->flows.base + number;
}

/*
 * Bytes of a flow with all that may be kept of it. has_parts: flows may be
 * written in parts, which needs room for their totals. is_read: their payload
 * is read.
 */
size_t		 flow_table_size(bool has_parts, bool is_read);

/* Room for so many flows, one at least. */
void		 flow_table_init(struct flow_table *, uint32_t flows,
		    bool has_parts, const struct hash_secret *);
void		 flow_table_release(struct flow_table *);

/* The payload of TCP is read: its delivery and the streams' state are made. */
void		 flow_table_read(struct flow_table *,
		    const struct tcp_reader_operations *, void *context);

/*
 * A TCP flow's first payload, behind this header: its streams begin, where
 * the handshake was seen, with the numbers that it named; or with the one that
 * is acknowledged, if that is far from what a SYN named, for a server may have
 * named several. Flows without payload touch none of that memory.
 */
void		 flow_table_read_begin(struct flow_table *, uint32_t number,
		    const struct tcp_header *, int sender);

/* No more payload of the flow will come: its reader is told so. */
void		 flow_table_read_end(struct flow_table *, uint32_t number);

/* Nobody wants more of it: what is held of its streams is given back. */
void		 flow_table_read_stop(struct flow_table *, uint32_t number);

/* How the payload of a TCP flow is read. The flow_read is the caller's. */
static inline struct tcp_reading
flow_table_reading(const struct flow_table *table, uint32_t number,
    struct flow_read *read)
{
	struct tcp_reading reading = table->reading;

	*read = (struct flow_read){ reading.context,
	    flow_table_at(table, number) };
	reading.context = read;
	reading.streams = table->payloads[number].streams;
	return reading;
}

/* NULL: the flow is not one of TCP. */
static inline struct tcp *
flow_table_tcp(const struct flow_table *table, uint32_t number)
{
	return flow_table_at(table, number)->key.protocol == PROTOCOL_TCP ?
	    &table->transports[number].tcp : NULL;
}

static inline uint64_t
flow_table_hash(const struct flow_table *table, const struct flow_key *key)
{
	return flow_key_hash(key, &table->secret,
	    flow_key_sum_addresses(key, &table->secret));
}

/*
 * Two stages of warming the caches for a lookup to come. They must be inlined:
 * a call of a function that does nothing but prefetch is dropped by gcc. A
 * segment needs what is measured of the side with the payload, be it its own
 * or what it acknowledges, and seldom of both.
 */
static inline __attribute__((always_inline)) void
flow_table_prefetch_slot(const struct flow_table *table, uint64_t hash)
{
	__builtin_prefetch(&table->slots[hash & table->slot_mask]);
}

static inline __attribute__((always_inline)) void
flow_table_prefetch_flow(const struct flow_table *table,
    const struct flow_key *key, uint64_t hash, const struct conversation *t,
    int sender)
{
	uint32_t number = table->slots[hash & table->slot_mask];
	const char *flow = (const char *)flow_table_at(table, number);

	__builtin_prefetch(flow);
	__builtin_prefetch(flow + 64);
	__builtin_prefetch(flow + 128);
	if (key->protocol == PROTOCOL_TCP) {
		const struct tcp *tcp = &table->transports[number].tcp;

		__builtin_prefetch(&tcp->side[0]);
		__builtin_prefetch(&tcp->side[1]);
		__builtin_prefetch(&tcp->trouble);
		__builtin_prefetch(tcp->history);
		__builtin_prefetch(&tcp->measure[t->payload_bytes > 0 ?
		    sender : !sender]);
	}
	if (table->payloads != NULL && t->payload_bytes > 0)
		__builtin_prefetch(&table->payloads[number]);
}

/* No flow has a key of this hash. */
static inline bool
flow_table_is_new(const struct flow_table *table, uint64_t hash)
{
	return table->slots[hash & table->slot_mask] == 0;
}

/* Nobody wants more of the first flow with such a hash. */
static inline bool
flow_table_is_read(const struct flow_table *table, uint64_t hash)
{
	return flow_table_at(table,
	    table->slots[hash & table->slot_mask])->is_read;
}

/* All of a flow that is to end: silent for long, it is in no cache. */
static inline __attribute__((always_inline)) void
flow_table_prefetch_end(const struct flow_table *table, uint32_t number)
{
	fetch_to_read(flow_table_at(table, number), sizeof(struct flow));
	fetch_to_read(&table->transports[number], sizeof *table->transports);
	fetch_to_read(&table->origins[number], sizeof *table->origins);
	if (table->payloads != NULL)
		fetch_to_read(&table->payloads[number],
		    sizeof *table->payloads);
}

/* What the flow has of what most have none of. */
static inline struct flow_oddities *
flow_table_need_oddities(struct flow_table *table, uint32_t number)
{
	flow_table_at(table, number)->has_oddities = true;
	return &table->oddities[number];
}

/* Goes on behind a flow of the chain that is another one. */
uint32_t	 flow_table_find_behind(const struct flow_table *,
		    const struct flow_key *, uint32_t number);

/* The flow's number, or 0 when there is none. It is the first as a rule. */
static inline uint32_t
flow_table_find(const struct flow_table *table, const struct flow_key *key,
    uint64_t hash)
{
	uint32_t number = table->slots[hash & table->slot_mask];

	if (number == 0 ||
	    flow_key_is_equal(&flow_table_at(table, number)->key, key))
		return number;
	return flow_table_find_behind(table, key, number);
}

/* A new zeroed flow with that key, or 0 when the table is full. */
uint32_t	 flow_table_add(struct flow_table *, const struct flow_key *,
		    uint64_t hash);

/* Forgets a flow. */
void		 flow_table_remove(struct flow_table *, uint32_t number);

#endif
