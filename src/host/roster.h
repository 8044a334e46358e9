/*
 * The processes that the collector told the meter of: each has a slot, so
 * that it is described once and not with every socket. A process is known by
 * its pid and start, and by its name, as it may become another program.
 */
#ifndef TALLYMAN_HOST_ROSTER_H
#define TALLYMAN_HOST_ROSTER_H

#include "base/error.h"
#include "host/news.h"
#include "host/tracer.h"

struct roster;

/* NULL with the message where there is no /proc. */
struct roster	*roster_open(const struct news_taker *, struct error *);
void		 roster_close(struct roster *);

/*
 * The slot of the process that the kernel told of. What it did not say is
 * read from /proc, if the process is still there, else what the kernel knew
 * at its start is used. tracer is who told.
 */
uint32_t	 roster_of_kernel(struct roster *, const struct tracer *,
		    const struct tracer_process *);

/* The slot of the process with that pid now; NEWS_SLOTS when it is gone. */
uint32_t	 roster_of_pid(struct roster *, uint32_t pid);

/* When the process in that slot began, since 1970, by the clock as it is. */
int64_t		 roster_start_ns(const struct roster *, uint32_t slot);

/* The process ended: tells it, if the meter knows of it. */
void		 roster_exit(struct roster *, const struct tracer_process *,
		    int64_t end_ns);

#endif
