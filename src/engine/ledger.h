/*
 * The ledger: what became of every frame. It must balance:
 * read = in flows + not IP + malformed + fragments unfinished + filtered,
 * and the packets of all records that nothing carries sum to "in flows".
 */
#ifndef TALLYMAN_ENGINE_LEDGER_H
#define TALLYMAN_ENGINE_LEDGER_H

#include "packet/packet.h"
#include "record/record.h"
#include "record/stats.h"

/*
 * Adds a frame as it arrives, before it is decoded. True when it is the
 * first of its link type.
 */
bool	ledger_frame(struct stats *, const struct frame *);

/* Adds what the walk made of it. */
void	ledger_packet(struct stats *, const struct packet *);

/* Adds a record that is written. */
void	ledger_record(struct stats *, const struct record *);

/* Adds what ledger_record() added to another ledger, and takes it from there. */
void	ledger_take(struct stats *, struct stats *from);

/* Whether the sums hold; ask after the last record. */
bool	ledger_is_balanced(const struct stats *);

#endif
