/*
 * What follows a type or length field.
 */
#include "dissect/ethertype.h"

/* Values from 1501 to 1535 are neither a length nor a type. */
void
ethertype_limit(struct walk *w, struct cursor *c, uint16_t length)
{
	if (length > ETHERTYPE_LENGTH_MAX) {
		packet_note(w->packet, ANOMALY_LINK_LENGTH);
		return;
	}
	if (length > walk_wire_left(w, c))
		packet_note(w->packet, ANOMALY_LINK_LENGTH);
	walk_limit(w, c, length);
	walk_next(w, KEY_LLC, 0);
}

uint16_t
ethertype_of_ip(const struct cursor *c)
{
	const uint8_t *first = cursor_peek(c, 1);

	if (first == NULL)
		return 0;
	if (first[0] >> 4 == 4 && (first[0] & 0x0f) >= 5)
		return ETHERTYPE_IPV4;
	return first[0] >> 4 == 6 ? ETHERTYPE_IPV6 : 0;
}
