/*
 * What one packet adds to a flow's tally.
 */
#ifndef TALLYMAN_FLOW_ACCOUNT_H
#define TALLYMAN_FLOW_ACCOUNT_H

#include "flow/table.h"

/*
 * Fills a new flow from its first packet; the counters stay zero. parent_id
 * is the id of the flow that carries it, or 0.
 */
void	account_begin(struct flow *, struct flow_labels *,
	    struct tcp *, const struct packet *,
	    const struct conversation *, int sender, uint64_t parent_id);

/*
 * Adds a packet. now_ns is the capture clock; the table has what belongs to
 * connections and the secret by which payload is compared.
 */
void	account_packet(struct flow *, struct tcp *, struct flow_table *,
	    const struct packet *, const struct conversation *, int sender,
	    int64_t now_ns);

/* Moves the counters into totals and starts a new part. */
void	account_next_part(struct flow *, struct tcp *,
	    struct flow_table *, struct flow_counts totals[2]);

#endif
