/*
 * `tallyman connections`: the sockets of this machine, now.
 */
#ifndef TALLYMAN_CONNECTIONS_H
#define TALLYMAN_CONNECTIONS_H

#include "base/error.h"
#include "options.h"

/*
 * Lists them in the outputs that the options name: text on a terminal and
 * JSON elsewhere when they name none. Returns the exit status, or -1 with the
 * message.
 */
int	connections_list(const struct options *, struct error *);

/* --fields: what the members of a socket are, to standard output. */
void	connections_describe(const char *form);

#endif
