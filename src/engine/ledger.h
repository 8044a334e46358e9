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

/* Counts a frame under its link type. True when it is the first of it. */
bool	ledger_count_link(struct stats *, int link_type);

/* Counts a packet under its outcome and under all that is wrong with it. */
void	ledger_count_packet(struct stats *, const struct packet *);

/*
 * Adds a frame as it arrives, before it is decoded. True when it is the
 * first of its link type. Inline, as is the next: every frame comes here, and
 * is of the first link type as a rule.
 */
static inline bool
ledger_frame(struct stats *s, const struct frame *frame)
{
	const struct interface *interface = frame->interface;

	s->read++;
	if (s->link_count == 0) {	/* the first that has a time */
		s->start_ns = frame->ts_ns;
		s->end_ns = frame->ts_ns;
	} else if (frame->ts_ns < s->start_ns) {
		s->start_ns = frame->ts_ns;
	} else if (frame->ts_ns > s->end_ns) {
		s->end_ns = frame->ts_ns;
	}
	if (interface->time_digits > s->time_digits)
		s->time_digits = interface->time_digits;
	s->bytes += frame->length;
	if (s->link_count == 0 ||
	    s->links[0].link_type != interface->link_type)
		return ledger_count_link(s, interface->link_type);
	s->links[0].frames++;
	return false;
}

/* Adds what the walk made of it. */
static inline void
ledger_packet(struct stats *s, const struct packet *p)
{
	if (p->outcome == PACKET_IN_FLOW && p->anomalies == 0)
		s->in_flows += p->frames;
	else
		ledger_count_packet(s, p);
}

/* Adds a record that is written. */
void	ledger_record(struct stats *, const struct record *);

/* Takes what ledger_record() added to another ledger. */
void	ledger_take(struct stats *, struct stats *from);

/* Whether the sums hold; ask after the last record. */
bool	ledger_is_balanced(const struct stats *);

#endif
