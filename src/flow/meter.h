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
#include "flow/key.h"
#include "flow/table.h"

/*
 * Timestamps lie within this many nanoseconds of 1970 (146 years), so that
 * the difference of any two is a number of nanoseconds. The caller sees to it.
 */
#define METER_TIME_MAX ((INT64_C(1) << 62) - 1)

enum { METER_BATCH_MAX = 64, METER_CONVERSATIONS_MAX = 128 };

/* Nanoseconds; 0 means never. */
struct meter_timeouts {
	int64_t	tcp_open_ns;
	int64_t	tcp_ns;
	int64_t	tcp_close_ns;
	int64_t	udp_ns;
	int64_t	other_ns;
	int64_t	part_ns;
};

/* A flow, or a part of one, that is to be written. All is borrowed. */
struct meter_flow {
	const struct flow		*flow;
	const struct tcp		*tcp;		/* NULL: not TCP */
	const struct tcp_trouble	*trouble;	/* NULL: it had none */
	const struct udp_state		*udp;		/* NULL: none */
	const struct flow_labels	*labels;	/* NULL: none */
	const struct flow_counts	*totals;	/* [2]; NULL: part 0 */
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
};

struct meter_counts {
	uint64_t	flows;		/* ever begun */
	uint64_t	flows_tcp;
	uint64_t	flows_udp;
	uint64_t	flows_other;
	uint64_t	active_peak;
	uint64_t	evicted;
};

struct meter;

/* NULL with the message when memory is too small for a single flow. */
struct meter	*meter_new(const struct meter_options *, struct error *);
void		 meter_free(struct meter *);

/* Tallies count <= METER_BATCH_MAX packets, in order. */
void		 meter_packets(struct meter *, const struct packet *packets,
		    int count);

/* Moves the clock when nothing arrives (live), and ends what timed out. */
void		 meter_tick(struct meter *, int64_t now_ns);

/*
 * Writes every flow that is left, in the order in which they began. The
 * meter can then only be asked for its counts and freed.
 */
void		 meter_finish(struct meter *, enum flow_end);

void		 meter_counts(const struct meter *, struct meter_counts *);

#endif
