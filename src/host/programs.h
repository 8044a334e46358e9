/*
 * Which program has the ends of a flow: the meter's side. A process of its
 * own with some rights collects it (collector.h), a thread takes what it
 * tells into a table (programs_table.h), and who writes a record asks, once.
 */
#ifndef TALLYMAN_HOST_PROGRAMS_H
#define TALLYMAN_HOST_PROGRAMS_H

#include "base/error.h"
#include "host/collector.h"
#include "host/programs_table.h"

struct programs;

/*
 * Makes the collector; call it with all rights, before there are threads.
 * user is as for privileges_drop(). NULL with the message.
 */
struct programs	*programs_open(enum collector_how, const char *user,
		    struct error *);

/*
 * Waits until the collector watches, and begins to listen to it; may be
 * called with no rights. Returns 0, or -1 with the message when it cannot
 * watch as it was told. That it does without the kernel's word where it may
 * is said in the log.
 */
int		 programs_begin(struct programs *, struct error *);

/* Ends both. Takes NULL, too. */
void		 programs_close(struct programs *);

/* As programs_table_find(), from any thread. */
bool		 programs_find(struct programs *,
		    const struct programs_question *, struct process *,
		    enum news_by *);

/* Frames come: the collector had better look often, if it has to look. */
void		 programs_stir(struct programs *);

/* Waits, shortly, until all is known that the collector could know now. */
void		 programs_settle(struct programs *);

/* Events of the kernel that were lost for want of room. */
uint64_t	 programs_lost(struct programs *);

/* "ebpf", "sockets"; NULL for nothing. */
const char	*programs_by_name(enum news_by);

#endif
