/*
 * A BPF filter over frames of any mixture of link types: libpcap compiles
 * the expression for each link type, and runs it.
 */
#ifndef TALLYMAN_CAPTURE_FILTER_H
#define TALLYMAN_CAPTURE_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "packet/frame.h"

struct filter;

/*
 * NULL with the message when the expression fits no link type. For the usual
 * link types it is compiled here, while names in it can still be looked up.
 */
struct filter	*filter_new(const char *expression, struct error *);
void		 filter_free(struct filter *);

/* Moves the frames that pass to the front, in order; returns how many. */
int		 filter_frames(struct filter *, struct frame *, int count);

uint64_t	 filter_refused(const struct filter *);

/* Whether frames were refused because their link type has no such words. */
bool		 filter_is_unfit(const struct filter *);

/* Words libpcap's complaint about an expression. Returns -1. */
int		 filter_error(const char *expression, const char *complaint,
		    struct error *);

#endif
