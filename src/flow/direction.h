/*
 * Who is the originator, and by which evidence: the rules of the record
 * contract.
 */
#ifndef TALLYMAN_FLOW_DIRECTION_H
#define TALLYMAN_FLOW_DIRECTION_H

#include "flow/flow.h"

/*
 * Judges the first packet of a flow: returns whether its sender is the
 * originator, and the evidence.
 */
bool	direction_of_first(const struct conversation *, enum flow_evidence *);

/* Few packets do: for all others direction_of_later() need not be asked. */
static inline bool
direction_has_syn(const struct conversation *t)
{
	return t->protocol == PROTOCOL_TCP && t->has_transport &&
	    (t->tcp.flags & TCP_SYN) != 0;
}

/*
 * A later packet knows better: true when it names the originator with
 * stronger evidence than the flow has. *is_sender says whether it is the
 * packet's sender.
 */
bool	direction_of_later(const struct conversation *, enum flow_evidence had,
	    enum flow_evidence *, bool *is_sender);

/* Words of the record: "syn", "certain". */
const char	*direction_evidence_name(enum flow_evidence);
const char	*direction_confidence_name(enum flow_evidence);

/* "unicast", "multicast", "broadcast": of a destination address. */
const char	*direction_cast(uint8_t ip_version, const struct address *dst);

#endif
