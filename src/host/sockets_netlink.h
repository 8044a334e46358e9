/*
 * Sockets by NETLINK_SOCK_DIAG, where it was built with libmnl.
 */
#ifndef TALLYMAN_HOST_SOCKETS_NETLINK_H
#define TALLYMAN_HOST_SOCKETS_NETLINK_H

#include "host/sockets.h"

struct sockets_netlink;

/* What a dump came to. */
enum sockets_netlink_result {
	SOCKETS_NETLINK_DONE,
	SOCKETS_NETLINK_DISTURBED,	/* the kernel lost its place */
	SOCKETS_NETLINK_UNKNOWN,	/* it does not know these sockets */
	SOCKETS_NETLINK_FAILED		/* with the message */
};

/* NULL where the kernel has none, or without libmnl. */
struct sockets_netlink	*sockets_netlink_open(void);
void			 sockets_netlink_close(struct sockets_netlink *);

/* states has a bit for each enum socket_state. */
enum sockets_netlink_result
			 sockets_netlink_dump(struct sockets_netlink *,
			    uint8_t protocol, uint8_t family, uint32_t states,
			    const struct sockets_taker *, struct error *);

/* As sockets_find(). */
int			 sockets_netlink_find(struct sockets_netlink *,
			    struct socket_facts *, struct error *);

#endif
