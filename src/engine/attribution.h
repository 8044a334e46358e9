/*
 * The programs of a record's two ends, where they are on this machine.
 */
#ifndef TALLYMAN_ENGINE_ATTRIBUTION_H
#define TALLYMAN_ENGINE_ATTRIBUTION_H

#include "host/programs.h"
#include "record/record.h"

/* Fills in the processes that have the ends. NULL: nobody knows of any. */
void	attribution_fill(struct programs *, struct record *);

#endif
