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
#include "host/sockets.h"

struct sweep;

/* roster and taker are borrowed. */
struct sweep	*sweep_open(struct roster *, const struct news_taker *);
void		 sweep_close(struct sweep *);

/* What is looked at; all else is taken to be as it was. */
enum sweep_scope {
	SWEEP_UDP,		/* of our namespace: a quick look */
	SWEEP_OWN,		/* all of our namespace's */
	SWEEP_ALL		/* and of the others; addresses, too */
};

/* Looks, and tells what changed. now_ns is the wall clock. */
void		 sweep_run(struct sweep *, enum sweep_scope, int64_t now_ns);

/*
 * Somebody, perhaps on this machine, begins the connection with these ends:
 * who it was is looked up while it is there.
 */
void		 sweep_knock(struct sweep *, const struct socket_facts *,
		    int64_t now_ns);

/* A process in that namespace was met; see namespaces_meet(). */
void		 sweep_meet(struct sweep *, uint32_t netns, uint32_t pid);

/* The inode of our own network namespace; 0: unknown. */
uint32_t	 sweep_netns(const struct sweep *);

#endif
