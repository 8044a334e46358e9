/*
 * What follows a type or length field.
 */
#include "dissect/ethertype.h"

/* Values from 1501 to 1535 are neither a length nor a type. */
void
ethertype_follow(struct walk *w, struct cursor *c, uint16_t field)
{
	if (field >= ETHERTYPE_MIN) {
		walk_next(w, KEY_ETHERTYPE, field);
		return;
	}
	if (field > ETHERTYPE_LENGTH_MAX) {
		packet_note(w->packet, ANOMALY_LINK_LENGTH);
		return;
	}
	if (field > walk_wire_left(w, c))
		packet_note(w->packet, ANOMALY_LINK_LENGTH);
	walk_limit(w, c, field);
	walk_next(w, KEY_LLC, 0);
}
