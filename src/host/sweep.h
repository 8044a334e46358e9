/*
 * Which process has which socket, by asking again and again: what is there
 * now and was not before was opened in between, what is there no more was
 * closed. A connection that begins and ends between two sweeps is not seen,
 * so they must be as frequent as the flows that nobody can name.
 */
#ifndef TALLYMAN_HOST_SWEEP_H
#define TALLYMAN_HOST_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "host/news.h"
#include "host/roster.h"

struct sweep;

/* roster and taker are borrowed. */
struct sweep	*sweep_open(struct roster *, const struct news_taker *);
void		 sweep_close(struct sweep *);

/*
 * Looks at the sockets of our namespace, and when is_wide at those of others,
 * and tells what changed and the addresses. now_ns is the wall clock.
 */
void		 sweep_run(struct sweep *, bool is_wide, int64_t now_ns);

/* The inode of our own network namespace; 0: unknown. */
uint32_t	 sweep_netns(const struct sweep *);

#endif
