/*
 * The chosen fields as steps of writing a record in JSON, made once: each has
 * its member's name ready to copy.
 *
 * Counters mostly are zero. A run of them that stand together in the record
 * has a step of its own, with all of it ready to copy as zeros.
 */
#ifndef TALLYMAN_OUTPUT_JSON_PLAN_H
#define TALLYMAN_OUTPUT_JSON_PLAN_H

#include "record/fields.h"

enum {
	JSON_TEXT_MAX = 32,	/* bytes of a member's name, quotes and colon */
	JSON_DEPTH_MAX = 4
};

enum json_action {
	JSON_VALUE,
	JSON_ZEROS,	/* the steps up to last, if all are zero */
	JSON_OPEN,	/* an object; left out when its needs are not met */
	JSON_CLOSE
};

/* A comma follows each value; what closes an object takes the last back. */
struct json_step {
	uint64_t		 needs;
	size_t			 offset;	/* of the member */
	size_t			 size;		/* JSON_ZEROS: bytes */
	size_t			 end;	/* the last step that is left out
					   with it: JSON_OPEN's JSON_CLOSE,
					   else of those that need the same */
	size_t			 last;		/* JSON_ZEROS: of its run */
	char			*zeros;		/* JSON_ZEROS: owned */
	size_t			 zeros_size;
	enum json_action	 action;
	enum field_type		 type;
	size_t			 text_size;
	char			 text[JSON_TEXT_MAX];	/* "name": */
};

struct json_plan {
	struct json_step	*steps;		/* owned */
	size_t			 count;

	/* While it is made: the objects that are open. */
	size_t			 opened[JSON_DEPTH_MAX];	/* steps */
	size_t			 prefix[JSON_DEPTH_MAX];	/* sizes */
	int			 depth;
};

/* Zeroed memory, or the end of the program. */
void	*json_plan_allocate(size_t count, size_t size);

void	 json_plan_init(struct json_plan *, const struct field *const *,
	    size_t count);
void	 json_plan_release(struct json_plan *);

#endif
