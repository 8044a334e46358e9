/*
 * Which service and which programs a conversation belongs to, and the totals
 * of each: a part of the model.
 */
#ifndef TALLYMAN_TOP_GROUPS_H
#define TALLYMAN_TOP_GROUPS_H

#include "base/buffer.h"
#include "top/model.h"

/* The row says another record than before: it may belong elsewhere. */
void	groups_join(struct model *, struct model_row *, bool is_new);

/* So much more passed in the row. */
void	groups_add(struct model *, const struct model_row *, int64_t from_ns,
	    int64_t to_ns, uint64_t bytes);

/* The row is forgotten; what it had, once it ended, is not. */
void	groups_leave(struct model *, const struct model_row *);

/* Sums the rows up. */
void	groups_sum(struct model *);

/*
 * The program of a side, its name alone or with the number of its process:
 * nothing where none is known. Foreign bytes, not escaped.
 */
void	groups_program(const struct record *, int side, bool has_pid,
	    struct buffer *);

#endif
