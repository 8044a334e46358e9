/*
 * Items for the meters; see items.h.
 */
#include <stdlib.h>

#include "base/fetch.h"
#include "base/log.h"
#include "base/pool.h"
#include "flow/items.h"

/*
 * How often what has timed out is looked for, in capture time. A flow that is
 * met asks its own timeout, so this delays records and changes none.
 */
#define ITEMS_TICK_NS INT64_C(1000000)

/* Items that are fetched before they are written. */
enum { ITEMS_AHEAD = 8 };

/* Where names are added. */
struct naming_place {
	const struct items_maker	*maker;
	struct items			*items;
};

static void	items_add_quoted(struct items_maker *, struct items *,
		    const struct packet *, const struct conversation *);
static inline struct item *items_append(struct items_maker *, struct items *,
		    const struct packet *, const struct conversation *);
static inline void items_route(const struct items_maker *, struct items *,
		    struct item *);
static void	items_add_tick(struct items_maker *, struct items *, uint64_t);
static void	items_add_name(void *, const struct naming *);

void
items_init(struct items *items, int conversations)
{
	/* Each may quote another. */
	size_t room = 2 * (size_t)conversations;

	*items = (struct items){ .room = (int)room };
	items->items = pool_map(room * sizeof *items->items);
	items->ticks = pool_map(room * sizeof *items->ticks);
	items->workers = pool_map(room * sizeof *items->workers);
}

void
items_release(struct items *items)
{
	size_t room = (size_t)items->room;

	pool_unmap(items->items, room * sizeof *items->items);
	pool_unmap(items->ticks, room * sizeof *items->ticks);
	pool_unmap(items->workers, room * sizeof *items->workers);
	free(items->names);
}

void
items_maker_init(struct items_maker *maker)
{
	maker->now_ns = -ITEMS_TIME_MAX;
	maker->ticked_ns = -ITEMS_TIME_MAX;
	maker->position = 0;
	maker->room = 0;
}

void
items_add(struct items_maker *maker, struct items *items,
    const struct packet *p)
{
	struct item *carrier = NULL;

	if (p->conversation_count > 0 && p->frame.ts_ns > maker->now_ns)
		maker->now_ns = p->frame.ts_ns;
	for (int depth = 0; depth < p->conversation_count; depth++) {
		const struct conversation *t = &p->conversations[depth];
		struct item *item;

		maker->position = p->frame.number * PACKET_CONVERSATIONS_MAX +
		    (uint64_t)depth;
		if (maker->now_ns - maker->ticked_ns >= ITEMS_TICK_NS)
			items_add_tick(maker, items, maker->position);
		item = items_append(maker, items, p, t);
		item->sender = (uint8_t)flow_key_make(&item->key, p, t,
		    &maker->key);
		item->carrier = carrier;
		items_route(maker, items, item);
		carrier = item;
		if (maker->is_naming && naming_is_possible(t))
			naming_look(t, items_add_name,
			    &(struct naming_place){ maker, items });
		maker->room--;
		if ((t->protocol == PROTOCOL_ICMP ||
		    t->protocol == PROTOCOL_ICMPV6) &&
		    t->has_transport && t->icmp.has_quote)
			items_add_quoted(maker, items, p, t);
	}
}

/* The item of the packet that an ICMP error quotes. */
static void
items_add_quoted(struct items_maker *maker, struct items *items,
    const struct packet *p, const struct conversation *t)
{
	struct item *item = items_append(maker, items, p, t);

	item->is_quote = true;
	(void)flow_key_make_quoted(&item->key, p, t, &maker->key);
	items_route(maker, items, item);
}

void
items_tick(struct items_maker *maker, struct items *items, int64_t now_ns)
{
	if (now_ns > maker->now_ns)
		maker->now_ns = now_ns;
	items_add_tick(maker, items, maker->position + 1);
}

uint64_t
items_peak(const struct items *items)
{
	uint64_t peak = 0;

	for (int i = 0; i < items->tick_count; i++) {
		uint64_t live = atomic_load_explicit(&items->ticks[i].live,
		    memory_order_relaxed);

		if (live > peak)
			peak = live;
	}
	return peak;
}

static inline __attribute__((always_inline)) struct item *
items_append(struct items_maker *maker, struct items *items,
    const struct packet *p, const struct conversation *t)
{
	struct item *item = &items->items[items->count++];

	fetch_to_write(item + ITEMS_AHEAD, sizeof *item);
	item->packet = p;
	item->conversation = t;
	item->now_ns = maker->now_ns;
	item->ts_ns = p->frame.ts_ns;
	item->position = maker->position;
	item->is_quote = false;
	item->carrier = NULL;
	atomic_store_explicit(&item->flow_id, 0, memory_order_relaxed);
	return item;
}

/*
 * Hashes the key, and chooses who has the item: by the pair of addresses, so
 * that conversations which belong together meet.
 */
static inline __attribute__((always_inline)) void
items_route(const struct items_maker *maker, struct items *items,
    struct item *item)
{
	uint64_t sum = flow_key_sum_addresses(&item->key, &maker->secret);

	item->hash = flow_key_hash(&item->key, &maker->secret, sum);
	if (maker->routes != NULL)
		items->workers[item - items->items] =
		    maker->routes[hash_mix64(sum) % ITEMS_ROUTES];
}

static void
items_add_tick(struct items_maker *maker, struct items *items,
    uint64_t position)
{
	struct item_tick *tick = &items->ticks[items->tick_count++];

	maker->ticked_ns = maker->now_ns;
	tick->position = position;
	tick->now_ns = maker->now_ns;
	atomic_store_explicit(&tick->live, 0, memory_order_relaxed);
}

static void
items_add_name(void *context, const struct naming *naming)
{
	const struct naming_place *place = context;
	struct items *items = place->items;

	if (items->name_count == items->name_room) {
		items->name_room = 2 * items->name_room + 16;
		items->names = realloc(items->names,
		    items->name_room * sizeof *items->names);
		if (items->names == NULL) {
			log_error("cannot allocate memory for names");
			abort();
		}
	}
	items->names[items->name_count++] = (struct item_name){
		place->maker->position, place->maker->now_ns, *naming
	};
}
