/*
 * From a TCP flow to its record: what TCP promised, and how that went.
 */
#ifndef TALLYMAN_RECORD_RECORD_TCP_H
#define TALLYMAN_RECORD_RECORD_TCP_H

#include "flow/meter.h"
#include "record/record.h"

/* A dst bit is its src bit, this far up. */
enum { RECORD_DST_SHIFT = 8 };

/* src and dst must have their counters already. */
void	record_fill_tcp(struct record *, const struct meter_flow *);

#endif
