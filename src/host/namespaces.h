/*
 * The network namespaces of this machine, as far as they have a process that
 * we may look at: which there are, which addresses are theirs, and which
 * sockets. All of it is read through /proc/PID/net, so that nobody has to
 * enter another namespace, which only who may do everything can.
 */
#ifndef TALLYMAN_HOST_NAMESPACES_H
#define TALLYMAN_HOST_NAMESPACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/news.h"
#include "host/sockets.h"

enum { NAMESPACES_MAX = 128 };

struct namespaces {
	uint32_t	own;		/* inode; 0: unknown */
	size_t		count;		/* of the others */
	struct {
		uint32_t	inode;
		uint32_t	pid;	/* one of its processes */
	} others[NAMESPACES_MAX];
};

/* Looks which there are now. */
void	namespaces_scan(struct namespaces *);

/*
 * A process of this namespace was met: where it is new, its addresses are
 * told while that process is there, which may not be for long.
 */
void	namespaces_meet(struct namespaces *, uint32_t inode, uint32_t pid,
	    const struct news_taker *);

/* Tells the addresses of our own and all others. */
void	namespaces_tell(const struct namespaces *, const struct news_taker *);

/* The sockets of the namespace of that process, by its tables. */
void	namespaces_sockets(uint32_t pid, const struct sockets_taker *);

/*
 * The address of a line of /proc/PID/net/fib_trie; false where the line has
 * none. last keeps, from line to line, what a later one speaks of. That of
 * /proc/PID/net/if_inet6 likewise, without a memory.
 */
bool	namespaces_line(const char *line, uint8_t last[4], uint8_t ip[4]);
bool	namespaces_line6(const char *line, uint8_t ip[16]);

#endif
