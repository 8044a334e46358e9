/*
 * The collector: a process of its own that knows which program has which
 * socket, and tells the meter. It is made before the meter gives up its
 * rights and keeps a few of them, so that the meter needs none. It takes no
 * orders but to look again, and ends when the meter does.
 */
#ifndef TALLYMAN_HOST_COLLECTOR_H
#define TALLYMAN_HOST_COLLECTOR_H

#include <sys/types.h>

#include "base/error.h"

enum collector_how {
	COLLECTOR_AUTO,		/* by the kernel's word, or else by looking */
	COLLECTOR_EBPF,
	COLLECTOR_SOCKETS
};

/*
 * Forks; call before there are threads. user is whom it becomes, as for
 * rights_keep(). Returns the socket on which news come, in datagrams, and
 * sets *pid; -1 with the message.
 */
int	collector_start(enum collector_how, const char *user, pid_t *pid,
	    struct error *);

#endif
