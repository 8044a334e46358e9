/*
 * The meter: takes decoded packets in batches, keeps the tally of every
 * conversation, and hands each flow over when it (or a part of it) ends.
 *
 * Time is capture time: the clock is the newest timestamp seen, so a frame
 * from the past never moves it back.
 */
#ifndef TALLYMAN_FLOW_METER_H
#define TALLYMAN_FLOW_METER_H

#include "base/error.h"
#include "flow/items.h"
#include "flow/table.h"

enum { METER_BATCH_MAX = 64, METER_CONVERSATIONS_MAX = 128 };

/* The most meters that may share the items of a run. */
enum { METER_WORKERS_MAX = 64 };

/* Flows of a list that are fetched before they are written. */
enum { METER_AHEAD_END = 3 };

/* The most flows that may begin between two looks for room. */
enum { METER_SPARE_MAX = 32768 };

/* Nanoseconds; 0 means never. */
struct meter_timeouts {
	int64_t	tcp_open_ns;
	int64_t	tcp_ns;
	int64_t	tcp_close_ns;
	int64_t	udp_ns;
	int64_t	other_ns;
	int64_t	part_ns;
};

/*
 * Where a record stands among all of a run: by position, then by rank. One
 * meter writes them in this order, and those of several are merged by it.
 */
struct meter_order {
	uint64_t	position;
	uint64_t	rank;
};

/* A flow, or a part of one, that is to be written. All is borrowed. */
struct meter_flow {
	struct meter_order		 order;
	const struct flow		*flow;
	const struct flow_origin	*origin;
	const struct flow_oddities	*oddities;	/* NULL: none */
	const struct tcp		*tcp;		/* NULL: not TCP */
	const struct tcp_trouble	*trouble;	/* NULL: it had none */
	const struct udp_state		*udp;		/* NULL: none */
	const struct flow_labels	*labels;	/* NULL: none */
	const struct flow_counts	*totals;	/* [2]; NULL: part 0 */
	const struct application_flow	*application;	/* NULL: no payload */
	const struct facts_store	*facts;		/* of applications */
	const struct naming		*names[2];	/* by side; NULL: none */
	uint32_t			 part;
	enum flow_end			 end;
	bool				 is_final;
};

struct meter_options {
	struct meter_timeouts	 timeouts;
	struct flow_key_options	 key;
	uint64_t		 memory;	/* bytes for flow state */
	uint32_t		 max_flows;	/* 0: what memory allows */
	const struct hash_secret *secret;	/* copied */
	void			(*write)(void *context,
				    const struct meter_flow *);
	void			*context;
	/*
	 * Who reads the payload of TCP in order; NULL: nobody. They are called
	 * with a struct flow_read of this context.
	 */
	const struct tcp_reader_operations *reader;
	void			*reader_context;
	bool			 is_dissecting;	/* dissectors read instead */
	bool			 is_revealing;	/* and keep what is secret */
	bool			 is_naming;	/* names of addresses are
						   learned; the maker of the
						   items looks for them */
};

struct meter_counts {
	uint64_t	flows;		/* ever begun */
	uint64_t	flows_tcp;
	uint64_t	flows_udp;
	uint64_t	flows_other;
	uint64_t	active_peak;	/* of meter_packets() */
	uint64_t	evicted;
	uint64_t	payload_short;	/* reading that lacked memory, and
					   facts that did */
};

/* A flow that is left at the end, or is evicted, and when it began. */
struct meter_left {
	int64_t		start_ns;
	uint64_t	id;
	uint32_t	number;
	uint32_t	worker;		/* index of its meter */
};

struct meter;

/* NULL with the message when memory is too small for a single flow. */
struct meter	*meter_new(const struct meter_options *, struct error *);
void		 meter_free(struct meter *);

/*
 * One meter for all: tallies count <= METER_BATCH_MAX packets, in order, and
 * sees to it that there is room for their flows.
 */
void		 meter_packets(struct meter *, const struct packet *packets,
		    int count);

/* Moves the clock when nothing arrives (live), and ends what timed out. */
void		 meter_tick(struct meter *, int64_t now_ns);

/*
 * Writes every flow that is left, in the order in which they began. The
 * meter can then only be asked for its counts and freed.
 */
void		 meter_finish(struct meter *, enum flow_end);

/*
 * Several meters that share the items of a run: each tallies its worker's,
 * and may do so in a thread of its own; two may be at work on one batch at the
 * same time. What follows is asked while none is at work.
 */
void		 meter_tally(struct meter *, struct items *, int worker);

/*
 * How many flows may begin until this is asked again: ask before a packet
 * could have more conversations than that.
 */
int64_t		 meter_room(struct meter *const *meters, int count);

/*
 * Where the meters together hold more flows than they should, adds those that
 * are to be evicted to a list with room for METER_SPARE_MAX, in their order.
 * They time out no more, and are to be written and forgotten. The maker's last
 * item was tallied.
 */
size_t		 meter_choose(struct meter *const *meters, int count,
		    const struct items_maker *, struct meter_left *);
void		 meter_forget(struct meter *, uint32_t number);

/* Where the rank-th record of those that one call chose stands. */
struct meter_order meter_evicted_order(uint64_t position, uint64_t rank);

/* Flows that the meters hold. */
uint64_t	 meter_live(struct meter *const *meters, int count);

/*
 * That number as it is told: a meter for few flows may hold a few more than it
 * should between two packets.
 */
uint64_t	 meter_bounded(const struct meter *, uint64_t live);

/*
 * Adds the flows that are left to a list with room for meter_live(); no more
 * payload of theirs will come.
 */
size_t		 meter_list(struct meter *, uint32_t worker,
		    struct meter_left *);

/* Sorts into the order in which they are written. */
void		 meter_sort(struct meter_left *, size_t count);

/*
 * The flow that is held under the next number, 0 behind the last; and how it
 * is now, for who looks at it while it goes on. Both between two batches.
 */
uint32_t	 meter_next(const struct meter *, uint32_t number);
void		 meter_describe(const struct meter *, uint32_t number,
		    struct meter_flow *);

/* Where the rank-th record of those that are left stands. */
struct meter_order meter_left_order(uint64_t rank);

/* Fetches what meter_write() of it will read, some time before. */
void		 meter_fetch(const struct meter *, uint32_t number);

/*
 * What its lines name, a flow later when they are there: its facts, and where
 * its names would be found.
 */
void		 meter_fetch_behind(const struct meter *, uint32_t number);

/*
 * Writes one of a list. Several threads may do so at once: context is what the
 * meter's write is called with.
 */
void		 meter_write(const struct meter *, uint32_t number,
		    const struct meter_order *, enum flow_end, void *context);

void		 meter_counts(const struct meter *, struct meter_counts *);

#endif
