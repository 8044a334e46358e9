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
void	account_begin(struct flow_table *, uint32_t number,
	    const struct packet *, const struct conversation *, int sender,
	    uint64_t parent_id);

/* Adds a packet. now_ns is the capture clock. */
void	account_packet(struct flow_table *, uint32_t number,
	    const struct packet *, const struct conversation *, int sender,
	    int64_t now_ns);

/* Moves the counters into the totals and starts a new part. */
void	account_next_part(struct flow_table *, uint32_t number);

#endif
