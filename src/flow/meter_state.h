/*
 * What a meter is made of, for the files that are one together: meter.c
 * tallies, meter_ends.c ends.
 */
#ifndef TALLYMAN_FLOW_METER_STATE_H
#define TALLYMAN_FLOW_METER_STATE_H

#include "flow/meter.h"
#include "flow/names.h"
#include "flow/payload.h"
#include "flow/queue.h"

/* What happens at one position, in this order. */
enum meter_event {
	METER_TICK,
	METER_ITEM,
	METER_EVICTION,
	METER_EVENTS = 4
};

/* A flow that was begun before it was known who carries it. */
struct meter_carried {
	uint32_t	 number;
	struct item	*carrier;
};

struct meter {
	struct flow_table	 table;
	struct flow_queues	 queues;
	int64_t			 part_ns;
	struct meter_options	 options;
	struct meter_counts	 counts;
	int64_t			 now_ns;	/* the capture clock */
	struct meter_order	 order;		/* of what is written now */
	uint64_t		 most;		/* flows that may be held */
	uint64_t		 bound;		/* so many are left by a look */
	uint64_t		 spare;		/* that may begin until the next */
	struct item		**own;		/* owned; of the batch */
	struct meter_carried	*carried;	/* owned; as much room */
	int			 own_room;
	int			 carried_count;
	struct meter_left	*victims;	/* owned, spare; likewise */
	struct payload		 payload;	/* when dissectors read */
	struct names		 names;		/* when they are learned */
	struct items_maker	 maker;		/* of meter_packets() */
	struct items		 items;
};

/* Waits until it is known who carries the flows that were begun. */
void	meter_settle_carried(struct meter *);

/* Ends the flows that are due by the clock of a tick. */
void	meter_end_due(struct meter *, struct item_tick *);

/* The last record of a flow, which is then forgotten. */
void	meter_end(struct meter *, uint32_t number, enum flow_end);

/* A record of a flow that goes on. */
void	meter_write_part(struct meter *, uint32_t number, enum flow_end,
	    bool is_final);

#endif
