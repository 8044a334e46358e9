/*
 * Threads that share the work on an input: workers, each with a meter of its
 * own. The first of them is the reader, whose thread calls all of this.
 *
 * The reader fills batches. Every batch goes to every worker, who tallies the
 * items that are his and turns what ends into bytes. Then what they wrote is
 * merged in the order of the input, so that the output is the same for any
 * number of them, by a thread of its own where the machine has a core for it,
 * else by the reader; and the batch can be filled again. Between any two
 * threads a batch crosses on a channel (base/channel.h), and nothing else is
 * shared while it is on its way.
 */
#ifndef TALLYMAN_ENGINE_CREW_H
#define TALLYMAN_ENGINE_CREW_H

#include "engine/batch.h"
#include "engine/outputs.h"

struct programs;

struct crew_options {
	struct meter_options	 meter;		/* but for write, context */
	struct outputs		*outputs;	/* borrowed */
	struct programs		*programs;	/* borrowed; NULL: none */
	int			 workers;	/* 2 to METER_WORKERS_MAX */
	bool			 has_writer;	/* a thread that merges */
	uint16_t		 community_seed;
};

struct crew;

/* NULL with the message when the threads or the meters cannot be had. */
struct crew	*crew_new(const struct crew_options *, struct error *);
void		 crew_free(struct crew *);

/* Which worker has which items; ITEMS_ROUTES of them, the crew's. */
const uint8_t	*crew_routes(const struct crew *);

/*
 * An empty batch to be filled; waits for one. mark is that of a batch that is
 * done: its frames, and those before it, are no longer looked at.
 */
struct batch	*crew_take(struct crew *, uint64_t *mark);

/* Writes what is done, so that records do not wait for the next batch. */
void		 crew_collect(struct crew *);

/* Gives a filled batch to the workers; it will come back by crew_take(). */
void		 crew_give(struct crew *, struct batch *);

/*
 * Waits until all batches but the one in the reader's hand are done. Nobody is
 * at work then, until the next batch is given.
 */
void		 crew_drain(struct crew *);

/*
 * Drains, and sees to it that flows may begin: how many (meter_room()). No
 * batch is in the reader's hand.
 */
int64_t		 crew_make_room(struct crew *, const struct items_maker *);

/* Ends all flows that are left. Drained; so it is then. */
void		 crew_finish(struct crew *, enum flow_end);

/* Adds up what the workers counted. Drained. */
void		 crew_counts(struct crew *, struct meter_counts *,
		    struct stats *);

#endif
