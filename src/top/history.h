/*
 * What passed in each second of the last minute, and a line of blocks that
 * shows it.
 */
#ifndef TALLYMAN_TOP_HISTORY_H
#define TALLYMAN_TOP_HISTORY_H

#include <stdint.h>

#include "base/buffer.h"

enum { HISTORY_SECONDS = 60 };

/* Begins as zeros. */
struct history {
	int64_t	newest;				/* second since 1970 */
	float	amounts[HISTORY_SECONDS];	/* by second, modulo */
};

/* So much passed between the two times (ns), evenly. */
void	history_add(struct history *, int64_t from_ns, int64_t to_ns,
	    uint64_t amount);

/* Of one second; 0 where nothing is known. */
double	history_at(const struct history *, int64_t second);

/*
 * The minute up to that second in so many columns, the newest on the right,
 * the highest as high as a column is. Without is_wide in ASCII.
 */
void	history_write(const struct history *, int64_t second, int columns,
	    bool is_wide, struct buffer *);

#endif
