/*
 * The object "app" of a record in JSON: what its payload told.
 */
#ifndef TALLYMAN_OUTPUT_JSON_FACTS_H
#define TALLYMAN_OUTPUT_JSON_FACTS_H

#include "record/fields.h"

/* Whether the record has one of those that are chosen, by their numbers. */
bool	json_facts_has(const struct record *, const bool *chosen);

/* Writes them all, and what closes the object, whose brace stands there. */
void	json_facts(const struct record *, const bool *chosen,
	    struct buffer *);

#endif
