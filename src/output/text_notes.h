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

/*
 * What the closing record says of all records. Of a flow in parts the last
 * one tells whether it was slow or on a foreign port; packets are of all.
 */
struct text_totals {
	uint64_t	disagreements;
	uint64_t	slow;
	uint64_t	tcp_packets;
	uint64_t	retransmitted;
};

void	text_notes_total(struct text_totals *, const struct record *);

void	text_notes_add_totals(struct text_totals *,
	    const struct text_totals *more);

/* The closing record. */
void	text_notes_closing(const struct stats *, const struct text_totals *,
	    bool is_last, struct buffer *);

#endif
