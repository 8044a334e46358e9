/*
 * Connections as they begin: the SYNs that this machine's interfaces see,
 * as soon as they are sent. So a socket can be looked up while it is there,
 * when nothing else would know of it before it is gone.
 */
#ifndef TALLYMAN_HOST_SYNS_H
#define TALLYMAN_HOST_SYNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/sockets.h"

/*
 * A packet socket on all interfaces of our namespace that takes SYNs without
 * ACK alone, and no other filter any more. Needs CAP_NET_RAW now, and nothing
 * later. Returns the descriptor, or -1.
 */
int	syns_open(void);

/*
 * The next SYN: family, local (who sent it) and remote. False when there is
 * none now. What cannot be read is passed over.
 */
bool	syns_next(int descriptor, struct socket_facts *);

/* From the bytes of an IP packet; false when it is no such segment. */
bool	syns_read(const uint8_t *data, size_t size, struct socket_facts *);

#endif
