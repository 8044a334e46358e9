/*
 * What the payload of a flow said, for its record.
 */
#ifndef TALLYMAN_RECORD_RECORD_APPLICATION_H
#define TALLYMAN_RECORD_RECORD_APPLICATION_H

#include "flow/meter.h"
#include "record/record.h"

/* The service by port and by payload, and the facts; has ports. */
void	record_fill_application(struct record *, const struct meter_flow *);

#endif
