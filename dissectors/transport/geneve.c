/*
 * Geneve, RFC 8926.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +---+-----------+-+-+-----------+-------------------------------+
 *   |Ver|  Opt Len  |O|C|    Rsvd.  |          Protocol Type        |
 *   +---+-----------+-+-+-----------+---------------+---------------+
 *   |        Virtual Network Identifier (VNI)       |    Reserved   |
 *   +-----------------------------------------------+---------------+
 *   |               Options, Opt Len units of 4 bytes               |
 *   +---------------------------------------------------------------+
 */
#include "dissect/dissector.h"

enum { GENEVE_HEADER_SIZE = 8 };

static void	geneve_dissect(struct walk *, struct cursor *);

/* Only version 0 is defined; another is not followed (RFC 8926 3.4). */
static void
geneve_dissect(struct walk *w, struct cursor *c)
{
	const uint8_t *head = cursor_take(c, GENEVE_HEADER_SIZE);

	if (head == NULL) {
		walk_malformed(w, ANOMALY_TUNNEL_SHORT);
		return;
	}
	if (head[0] >> 6 != 0)
		return;
	if (cursor_take(c, (size_t)(head[0] & 0x3f) * 4) == NULL) {
		walk_malformed(w, ANOMALY_TUNNEL_SHORT);
		return;
	}
	walk_tunnel_id(w, TUNNEL_GENEVE, bytes_be24(&head[4]));
	walk_next(w, KEY_ETHERTYPE, bytes_be16(&head[2]));
}

const struct dissector dissector_geneve = {
	.name = "geneve",
	.title = "Generic Network Virtualization Encapsulation",
	.source = "RFC 8926",
	.layer = LAYER_TRANSPORT,
	.keys = { { KEY_UDP_PORT, 6081 } },
	.dissect = geneve_dissect,
};
