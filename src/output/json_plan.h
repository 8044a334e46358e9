/*
 * The chosen fields as steps of writing a record in JSON, made once: each has
 * its member's name ready to copy, and how to write its value.
 *
 * Counters mostly are zero or small. A run of them that stand together in
 * the record has a step of its own, with all of it ready to copy as zeros.
 */
#ifndef TALLYMAN_OUTPUT_JSON_PLAN_H
#define TALLYMAN_OUTPUT_JSON_PLAN_H

#include "record/fields.h"

enum {
	JSON_TEXT_MAX = 32,	/* bytes of names, quotes, colons, braces */
	JSON_DEPTH_MAX = 4,
	JSON_WORD_MAX = 64	/* bytes of a text that needs no care */
};

enum json_action {
	JSON_VALUE,
	JSON_RUN,	/* the steps up to last, if no value has two digits */
	JSON_OPEN,	/* an object; left out when its needs are not met */
	JSON_CLOSE,	/* an object that cannot be empty */
	JSON_CLOSE_ANY,	/* another: it may be taken back */
	JSON_END
};

struct json_step;
struct json_writer;

/*
 * Writes a value and the comma behind it; returns the place after them, or
 * NULL when there is nothing to say.
 */
typedef char *json_value(struct json_writer *, const struct json_step *,
    char *);

/* What closes an object takes the last comma back. */
struct json_step {
	uint64_t		 needs;
	json_value		*value;		/* JSON_VALUE */
	struct json_run		*run;		/* JSON_RUN: owned */
	uint16_t		 offset;	/* of the member */
	uint16_t		 skipped;	/* steps left out with it: up
					   to JSON_OPEN's JSON_CLOSE, else
					   those that need the same */
	uint8_t			 action;	/* enum json_action */
	uint8_t			 type;		/* enum field_type */
	uint8_t			 text_size;
	char			 text[JSON_TEXT_MAX];	/* "name": or, of an
					   object that begins with a value
					   which it always has, both names */
};

struct json_run {
	size_t	 offset;	/* of the record's memory that holds it, */
	size_t	 size;		/* in whole words of 8 bytes */
	size_t	 count;		/* steps that follow */
	char	*text;		/* owned; all of them, as zeros */
	size_t	 text_size;
	size_t	*places;	/* owned; of each digit */
};

struct json_plan {
	struct json_step	*steps;		/* owned */
	size_t			 count;		/* without JSON_END */
	bool			*facts;		/* owned; whether a member of
						   "app" is chosen, by number */
	size_t			 room;	/* that all need together, but for
					   what grows by itself */

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
