/*
 * The objects of the closing record in JSON whose members are not known
 * beforehand: counts by name.
 */
#ifndef TALLYMAN_OUTPUT_JSON_COUNTS_H
#define TALLYMAN_OUTPUT_JSON_COUNTS_H

#include "base/buffer.h"
#include "record/stats.h"

/* There is one at least. */
void	json_counts_links(const struct stats *, struct buffer *);

bool	json_counts_has_anomalies(const struct stats *);
void	json_counts_anomalies(const struct stats *, struct buffer *);

#endif
