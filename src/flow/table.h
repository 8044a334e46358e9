/*
 * The table of flows: keyed lookup, and the memory that flows live in. A
 * slot holds the number of the first flow in its chain; a flow's number also
 * names its connection and its parts in tables beside it. All memory is
 * reserved at start and paid for when touched.
 */
#ifndef TALLYMAN_FLOW_TABLE_H
#define TALLYMAN_FLOW_TABLE_H

#include "base/hash.h"
#include "base/pool.h"
#include "flow/flow.h"
#include "tcp/tcp.h"

struct flow_table {
	struct pool		 flows;
	struct tcp		*connections;	/* owned, by flow number */
	struct pool		 troubles;	/* of connections: tcp_trouble */
	struct flow_labels	*labels;	/* owned, likewise */
	struct flow_parts	*parts;		/* owned, likewise; may be NULL */
	uint32_t		*slots;		/* owned, flow numbers */
	uint64_t		 slot_mask;
	struct hash_secret	 secret;
};

/*
 * Room for as many flows as fit into memory bytes, at most max_flows (0: no
 * such bound). has_parts: flows may be written in parts, which needs room
 * for their totals. Returns the number of flows there is room for; 0 when
 * not even one fits, and then nothing was reserved.
 */
uint32_t	 flow_table_init(struct flow_table *, uint64_t memory,
		    uint32_t max_flows, bool has_parts,
		    const struct hash_secret *);
void		 flow_table_release(struct flow_table *);

static inline struct flow *
flow_table_at(const struct flow_table *table, uint32_t number)
{
	return pool_at(&table->flows, number);
}

static inline uint64_t
flow_table_hash(const struct flow_table *table, const struct flow_key *key)
{
	return hash_keyed(&table->secret, key, sizeof *key);
}

/*
 * Two stages of warming the caches for a lookup to come. They must be inlined:
 * a call of a function that does nothing but prefetch is dropped by gcc.
 */
static inline __attribute__((always_inline)) void
flow_table_prefetch_slot(const struct flow_table *table, uint64_t hash)
{
	__builtin_prefetch(&table->slots[hash & table->slot_mask]);
}

static inline __attribute__((always_inline)) void
flow_table_prefetch_flow(const struct flow_table *table, uint64_t hash,
    bool is_tcp)
{
	uint32_t number = table->slots[hash & table->slot_mask];
	const char *flow = pool_at(&table->flows, number);

	__builtin_prefetch(flow);
	__builtin_prefetch(flow + 64);
	__builtin_prefetch(flow + 128);
	if (is_tcp) {
		const char *connection =
		    (const char *)&table->connections[number];

		__builtin_prefetch(connection);
		__builtin_prefetch(connection + 64);
		__builtin_prefetch(connection + 128);
		__builtin_prefetch(connection + 192);
		__builtin_prefetch(connection + 256);
		__builtin_prefetch(connection + 320);
	}
}

/* The flow's number, or 0 when there is none. */
uint32_t	 flow_table_find(const struct flow_table *,
		    const struct flow_key *, uint64_t hash);

/* A new zeroed flow with that key, or 0 when the table is full. */
uint32_t	 flow_table_add(struct flow_table *, const struct flow_key *,
		    uint64_t hash);

/* Forgets a flow. */
void		 flow_table_remove(struct flow_table *, uint32_t number);

#endif
