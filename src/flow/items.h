/*
 * What packets have for the meters: an item for each conversation, with its
 * key and the time by the clock of the capture, and the ticks at which flows
 * that timed out are looked for.
 *
 * Items are made in one place, in the order of the capture, and everything
 * that depends on that order is decided here: the clock, the ticks, and how
 * many flows may begin until somebody must look whether memory is left. So
 * meters that share the items, each those of its own flows, do together just
 * what one meter does alone.
 */
#ifndef TALLYMAN_FLOW_ITEMS_H
#define TALLYMAN_FLOW_ITEMS_H

#include <stdatomic.h>

#include "base/hash.h"
#include "dissect/naming.h"
#include "flow/key.h"

/*
 * Timestamps lie within this many nanoseconds of 1970 (146 years), so that
 * the difference of any two is a number of nanoseconds. The caller sees to it.
 */
#define ITEMS_TIME_MAX ((INT64_C(1) << 62) - 1)

/* A conversation of a packet, or the one that its ICMP error quotes. */
struct item {
	_Alignas(64) struct flow_key	 key;
	uint64_t			 hash;	/* of the key */
	uint64_t			 position; /* in the input; rises */
	int64_t				 now_ns;   /* the clock, packet included */
	int64_t				 ts_ns;	   /* of the packet */
	const struct packet		*packet;
	const struct conversation	*conversation;
	struct item			*carrier; /* NULL: outermost */
	_Atomic uint64_t		 flow_id; /* 0: not known yet */
	uint8_t				 sender;  /* side of the key */
	bool				 is_quote;
};

/* Before the item at this position, what has timed out ends. */
struct item_tick {
	uint64_t		position;
	int64_t			now_ns;
	_Atomic uint64_t	live;	/* flows before it, of all meters */
};

/* A name that was given by the packet at this position. */
struct item_name {
	uint64_t	position;
	int64_t		now_ns;
	struct naming	naming;
};

/* The items of a batch of packets. */
struct items {
	struct item		*items;		/* owned */
	struct item_tick	*ticks;		/* owned */
	uint8_t			*workers;	/* owned; who has the item */
	int			 room;		/* of each of these */
	int			 count;
	int			 tick_count;
	struct item_name	*names;		/* owned */
	size_t			 name_room;
	size_t			 name_count;
};

enum { ITEMS_ROUTES = 256 };

struct items_maker {
	struct flow_key_options	 key;
	struct hash_secret	 secret;	/* of the meters' tables */
	const uint8_t		*routes;	/* borrowed, ITEMS_ROUTES: who
						   has which hashes of a pair of
						   addresses; NULL: worker 0 */
	int64_t			 now_ns;	/* the clock of the capture */
	int64_t			 ticked_ns;	/* when it ticked */
	uint64_t		 position;	/* of the newest item */
	int64_t			 room;		/* flows that may begin */
	bool			 is_naming;	/* names are looked for */
};

/* Room for the items of so many conversations; aborts without memory. */
void	items_init(struct items *, int conversations);
void	items_release(struct items *);

static inline void
items_reset(struct items *items)
{
	items->count = 0;
	items->tick_count = 0;
	items->name_count = 0;
}

/* The most flows that there were at a tick; 0 without one. */
uint64_t items_peak(const struct items *);

/* The options of the key, the secret and the routes are the caller's. */
void	items_maker_init(struct items_maker *);

/* Adds what the packet has; items_init() had room for it. */
void	items_add(struct items_maker *, struct items *, const struct packet *);

/* The clock moves without a packet (live) and ticks. */
void	items_tick(struct items_maker *, struct items *, int64_t now_ns);

#endif
