/*
 * What tallyman says of itself instead of metering: --help, --version, -D,
 * -L, --list-dissectors, --fields help.
 */
#ifndef TALLYMAN_INFORM_H
#define TALLYMAN_INFORM_H

#include "base/error.h"
#include "options.h"

/* Writes to standard output. Returns 0, or -1 with the message. */
int	inform(const struct options *, struct error *);

#endif
