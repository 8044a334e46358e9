/*
 * A record that is kept: what it only borrowed is copied beside it.
 */
#ifndef TALLYMAN_TOP_KEPT_H
#define TALLYMAN_TOP_KEPT_H

#include <stddef.h>

#include "record/record.h"

/* Begins as zeros. */
struct kept {
	struct record	 record;
	char		*memory;	/* owned; texts and facts */
	size_t		 room;		/* bytes of it */
};

/*
 * Copies the record over what was kept before. Its names of constants, of
 * services, of the input and the like, outlive both anyhow.
 */
void	kept_set(struct kept *, const struct record *);
void	kept_release(struct kept *);

#endif
