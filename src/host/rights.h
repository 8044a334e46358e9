/*
 * What the collector may: it stops being root and keeps a few capabilities.
 */
#ifndef TALLYMAN_HOST_RIGHTS_H
#define TALLYMAN_HOST_RIGHTS_H

#include "base/error.h"

/*
 * When root: becomes user (NULL: "tallyman" if there is one, else "nobody")
 * without other groups. In any case keeps, of what it had, just what reading
 * /proc of others and maps of BPF needs, and can gain no more. Returns 0, or
 * -1 with the message.
 */
int	rights_keep(const char *user, struct error *);

#endif
