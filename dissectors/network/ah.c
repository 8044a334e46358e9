/*
 * The IP Authentication Header over IPv4, RFC 4302. It hides nothing: the
 * conversation is that of the transport behind it. Over IPv6 it is one of
 * the extension headers.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +---------------+---------------+-------------------------------+
 *   |  Next Header  |  Payload Len  |           Reserved            |
 *   +---------------+---------------+-------------------------------+
 *   |                Security Parameters Index (SPI)                |
 *   +---------------------------------------------------------------+
 *   |                        Sequence Number                        |
 *   +---------------------------------------------------------------+
 *   |               Integrity Check Value (variable)                |
 *   +---------------------------------------------------------------+
 */
#include "dissect/dissector.h"
#include "dissect/extension.h"

static void	ah_dissect(struct walk *, struct cursor *);

/* When the header is cut off the conversation stays one of protocol 51. */
static void
ah_dissect(struct walk *w, struct cursor *c)
{
	struct conversation *t = walk_conversation(w);
	struct cursor header = extension_take(c, EXTENSION_AUTHENTICATION);

	if (!cursor_ok(&header)) {
		walk_malformed(w, ANOMALY_TRANSPORT_SHORT);
		return;
	}
	t->protocol = cursor_u8(&header);
	walk_payload(w, c, walk_wire_left(w, c));
	walk_next(w, KEY_IP, t->protocol);
}

const struct dissector dissector_ah = {
	.name = "ah",
	.title = "IP Authentication Header",
	.source = "RFC 4302",
	.layer = LAYER_NETWORK,
	.keys = { { KEY_IP, EXTENSION_AUTHENTICATION } },
	.dissect = ah_dissect,
};
