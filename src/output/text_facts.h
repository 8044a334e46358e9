/*
 * What text output says of a flow's payload.
 */
#ifndef TALLYMAN_OUTPUT_TEXT_FACTS_H
#define TALLYMAN_OUTPUT_TEXT_FACTS_H

#include "base/buffer.h"
#include "record/record.h"

/*
 * "A www.example.com → 93.184.216.34", "GET / → 200": the facts that a reader
 * asks for first, or all of them; nothing when there are none. start is where
 * the notes begin: a comma comes before what is not the first.
 */
void	text_facts_note(const struct record *, bool has_all, struct buffer *,
	    size_t start);

/* "tls1.3", or nothing: what stands behind the service's name. */
void	text_facts_version(const struct record *, struct buffer *);

#endif
