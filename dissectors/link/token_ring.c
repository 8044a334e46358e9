/*
 * Token Ring, IEEE 802.5. The first bit of the source address says that
 * source routing follows, whose first byte has its length in 5 bits.
 *
 *   +-------+---+-------+-----------------------+-----------------------+
 *   |access |typ|control| destination (6 bytes) |    source (6 bytes)   |
 *   +-------+---+-------+-----------------------+-----------------------+
 */
#include <string.h>

#include "dissect/dissector.h"

enum {
	TOKEN_RING_HEADER_SIZE = 14,
	TOKEN_RING_TYPE = 0xc0,		/* of frame control */
	TOKEN_RING_LLC = 0x40,
	TOKEN_RING_IS_ROUTED = 0x80,	/* of the source's first byte */
	TOKEN_RING_ROUTE_LENGTH = 0x1f,
	TOKEN_RING_ROUTE_SIZE = 2	/* at least */
};

static void	token_ring_dissect(struct walk *, struct cursor *);
static bool	token_ring_route(struct cursor *);

static void
token_ring_dissect(struct walk *w, struct cursor *c)
{
	struct packet *p = w->packet;
	const uint8_t *head = cursor_take(c, TOKEN_RING_HEADER_SIZE);
	bool is_routed;

	if (head == NULL) {
		walk_malformed(w, ANOMALY_LINK_SHORT);
		return;
	}
	is_routed = (head[8] & TOKEN_RING_IS_ROUTED) != 0;
	p->has_src_mac = p->has_dst_mac = true;
	memcpy(p->dst_mac, &head[2], sizeof(p->dst_mac));
	memcpy(p->src_mac, &head[8], sizeof(p->src_mac));
	p->src_mac[0] &= (uint8_t)~TOKEN_RING_IS_ROUTED;
	if (is_routed && !token_ring_route(c))
		walk_malformed(w, ANOMALY_LINK_SHORT);
	else if ((head[1] & TOKEN_RING_TYPE) == TOKEN_RING_LLC)
		walk_next(w, KEY_LLC, 0);
}

/* Takes the route; false when it is cut off or shorter than it can be. */
static bool
token_ring_route(struct cursor *c)
{
	const uint8_t *control = cursor_peek(c, TOKEN_RING_ROUTE_SIZE);
	uint8_t length;

	if (control == NULL)
		return false;
	length = control[0] & TOKEN_RING_ROUTE_LENGTH;
	return length >= TOKEN_RING_ROUTE_SIZE &&
	    cursor_take(c, length) != NULL;
}

const struct dissector dissector_token_ring = {
	.name = "token_ring",
	.title = "Token Ring",
	.source = "IEEE 802.5",
	.layer = LAYER_LINK,
	.keys = { { KEY_LINK, 6 } },
	.dissect = token_ring_dissect,
};
