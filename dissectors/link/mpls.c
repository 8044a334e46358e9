/*
 * MPLS label stack, RFC 3032.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +---------------------------------------+-----+-+---------------+
 *   |                 Label                 | TC  |S|      TTL      |
 *   +---------------------------------------+-----+-+---------------+
 *
 * Nothing says what is behind the bottom. Its first four bits are a version
 * of IP, or 0 for the control word of a pseudowire (RFC 4385), or part of an
 * Ethernet destination. A guess is followed only if the bytes bear it out.
 */
#include "dissect/ethertype.h"
#include "dissect/registry.h"

enum {
	MPLS_LABEL_SIZE = 4,
	MPLS_CONTROL_WORD_SIZE = 4,
	MPLS_ETHERNET_SIZE = 14
};

static void	mpls_dissect(struct walk *, struct cursor *);
static bool	mpls_label(struct walk *, struct cursor *, bool *);
static void	mpls_bottom(struct walk *, struct cursor *);
static bool	mpls_is_ip(const struct cursor *);
static bool	mpls_is_ethernet(const struct walk *, struct cursor, size_t);

static void
mpls_dissect(struct walk *w, struct cursor *c)
{
	bool is_bottom = false;

	while (!is_bottom) {
		if (!mpls_label(w, c, &is_bottom)) {
			walk_malformed(w, ANOMALY_MPLS_SHORT);
			return;
		}
	}
	mpls_bottom(w, c);
}

/* Labels inside a tunnel are not those of the link; the rest are left out. */
static bool
mpls_label(struct walk *w, struct cursor *c, bool *is_bottom)
{
	struct packet *p = w->packet;
	const uint8_t *label = cursor_take(c, MPLS_LABEL_SIZE);

	if (label == NULL)
		return false;
	if (p->conversation_count == 0 && p->mpls_count < PACKET_MPLS_MAX)
		p->mpls[p->mpls_count++] = bytes_be24(label) >> 4;
	*is_bottom = (label[2] & 1) != 0;
	return true;
}

static void
mpls_bottom(struct walk *w, struct cursor *c)
{
	const uint8_t *first = cursor_peek(c, 1);

	if (first == NULL)
		return;
	if (mpls_is_ip(c)) {
		walk_next(w, KEY_ETHERTYPE, first[0] >> 4 == 4 ?
		    ETHERTYPE_IPV4 : ETHERTYPE_IPV6);
	} else if (first[0] >> 4 == 0 &&
	    mpls_is_ethernet(w, *c, MPLS_CONTROL_WORD_SIZE)) {
		cursor_skip(c, MPLS_CONTROL_WORD_SIZE);
		walk_next(w, KEY_ETHERTYPE, ETHERTYPE_TRANSPARENT);
	} else if (mpls_is_ethernet(w, *c, 0)) {
		walk_next(w, KEY_ETHERTYPE, ETHERTYPE_TRANSPARENT);
	}
}

/* A MAC address may begin with 4 or 6, too, but not often with an IHL. */
static bool
mpls_is_ip(const struct cursor *c)
{
	const uint8_t *first = cursor_peek(c, 1);

	if (first == NULL)
		return false;
	return (first[0] >> 4 == 4 && (first[0] & 0x0f) >= 5) ||
	    first[0] >> 4 == 6;
}

/* A type that we know, or a length that the packet has room for. */
static bool
mpls_is_ethernet(const struct walk *w, struct cursor c, size_t at)
{
	struct dissector_key key = { KEY_ETHERTYPE, 0 };
	const uint8_t *head;

	cursor_skip(&c, at);
	head = cursor_take(&c, MPLS_ETHERNET_SIZE);
	if (head == NULL)
		return false;
	key.value = bytes_be16(&head[12]);
	if (key.value >= ETHERTYPE_MIN)
		return registry_find(key) != NULL;
	return key.value > 2 && key.value <= ETHERTYPE_LENGTH_MAX &&
	    key.value <= walk_wire_left(w, &c);
}

const struct dissector dissector_mpls = {
	.name = "mpls",
	.title = "Multiprotocol Label Switching",
	.source = "RFC 3032",
	.layer = LAYER_LINK,
	.keys = {
		{ KEY_ETHERTYPE, 0x8847 },
		{ KEY_ETHERTYPE, 0x8848 },
		{ KEY_PPP, 0x0281 },
		{ KEY_PPP, 0x0283 },
	},
	.dissect = mpls_dissect,
};
