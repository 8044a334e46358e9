/*
 * What text output says in words: notes on one record, the names of ICMP
 * messages, and the closing record.
 */
#ifndef TALLYMAN_OUTPUT_TEXT_NOTES_H
#define TALLYMAN_OUTPUT_TEXT_NOTES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "record/record.h"
#include "record/stats.h"

/* Whether port and payload name different services. */
bool	text_notes_is_disagreement(const struct record *);

/* What is worth a word; nothing for a flow without surprises. */
void	text_notes(const struct record *, bool is_verbose, struct buffer *);

/* "echo", "unreachable", "type 42". */
void	text_notes_icmp(const struct record *, struct buffer *);

/* The closing record; disagreements: records with one, so far. */
void	text_notes_closing(const struct stats *, uint64_t disagreements,
	    bool is_last, struct buffer *);

#endif
