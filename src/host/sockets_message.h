/*
 * The kernel's answer about one socket, from bytes: struct inet_diag_msg and
 * its attributes, which are the kernel's interface and never change place.
 */
#ifndef TALLYMAN_HOST_SOCKETS_MESSAGE_H
#define TALLYMAN_HOST_SOCKETS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/sockets.h"

/*
 * Reads the payload of one message of netlink. Returns false, and facts are
 * not defined, when it is none of an IPv4 or IPv6 socket. An attribute that
 * is cut off or unknown ends or skips what it would have said.
 */
bool	sockets_message_read(const uint8_t *data, size_t size,
	    uint8_t protocol, struct socket_facts *);

#endif
