/*
 * What one packet adds to a flow's tally.
 */
#ifndef TALLYMAN_FLOW_ACCOUNT_H
#define TALLYMAN_FLOW_ACCOUNT_H

#include "flow/items.h"
#include "flow/table.h"

/*
 * Fills a new flow from its first item; the counters stay zero. parent_id is
 * the id of the flow that carries it, or 0.
 */
void	account_begin(struct flow_table *, uint32_t number,
	    const struct item *, uint64_t parent_id);

/*
 * Adds an item. Its packet is only looked at while the flow lacks a MAC
 * address: another thread wrote it, and what is not asked need not come over.
 */
void	account_packet(struct flow_table *, uint32_t number,
	    const struct item *);

/* Moves the counters into the totals and starts a new part. */
void	account_next_part(struct flow_table *, uint32_t number);

#endif
