/*
 * Becoming an unprivileged user once everything is open.
 */
#ifndef TALLYMAN_CAPTURE_PRIVILEGES_H
#define TALLYMAN_CAPTURE_PRIVILEGES_H

#include "base/error.h"

/*
 * When root: becomes user (NULL: "tallyman" if there is one, else "nobody")
 * with that user's groups, no capabilities in any set and no_new_privs. When
 * not root: drops all capabilities. Returns 0, or -1 with the message.
 */
int	privileges_drop(const char *user, struct error *);

#endif
