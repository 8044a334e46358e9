/*
 * Sockets by the tables of /proc/net, where there is no netlink.
 */
#ifndef TALLYMAN_HOST_SOCKETS_PROC_H
#define TALLYMAN_HOST_SOCKETS_PROC_H

#include "host/sockets.h"

/*
 * Gives the sockets of one protocol and family whose state has its bit in
 * states. A family that the kernel was not built with has none. Returns 0,
 * or -1 with the message.
 */
int	sockets_proc_dump(uint8_t protocol, uint8_t family, uint32_t states,
	    const struct sockets_taker *, struct error *);

/* Reads one line; false when it is none of a socket, the heading for one. */
bool	sockets_proc_line(const char *line, uint8_t protocol, uint8_t family,
	    struct socket_facts *);

#endif
