/*
 * Packets that netfilter's NFLOG target logged: LINKTYPE_NFLOG of the
 * tcpdump.org registry. A header, then attributes, each filled up to 4 bytes;
 * the length counts these 4 bytes but no filling.
 *
 *   +---------------+---------------+-------------------------------+
 *   |address family |  version, 0   |      group (big-endian)       |
 *   +---------------+---------------+-------------------------------+
 *   |    length of the attribute    |             type              |
 *   +-------------------------------+-------------------------------+
 *
 * Length and type are in the byte order of the machine that logged; types
 * are small, so the order is the one in which the first one is.
 */
#include "dissect/ethertype.h"
#include "dissect/sll.h"

enum {
	NFLOG_HEADER_SIZE = 4,
	NFLOG_ATTRIBUTE_SIZE = 4,
	NFLOG_TYPE = 0x7fff,		/* without the flag of nested ones */
	NFLOG_HARDWARE_ADDRESS = 8,
	NFLOG_PAYLOAD = 9,
	NFLOG_ADDRESS_SIZE = 12
};

static void	nflog_dissect(struct walk *, struct cursor *);
static bool	nflog_is_swapped(const struct cursor *);
static void	nflog_attributes(struct walk *, struct cursor *, bool);
static void	nflog_payload(struct walk *, struct cursor *, uint32_t);
static void	nflog_sender(struct walk *, const struct cursor *);

static void
nflog_dissect(struct walk *w, struct cursor *c)
{
	const uint8_t *head = cursor_take(c, NFLOG_HEADER_SIZE);

	if (head == NULL)
		walk_malformed(w, ANOMALY_LINK_SHORT);
	else if (head[1] == 0)
		nflog_attributes(w, c, nflog_is_swapped(c));
}

/* Whether the numbers are big-endian. */
static bool
nflog_is_swapped(const struct cursor *c)
{
	const uint8_t *first = cursor_peek(c, NFLOG_ATTRIBUTE_SIZE);

	return first != NULL && first[2] == 0 && first[3] != 0;
}

/* Goes on to the payload, which is the last one. */
static void
nflog_attributes(struct walk *w, struct cursor *c, bool is_swapped)
{
	const uint8_t *head;
	uint16_t length, type;

	while ((head = cursor_take(c, NFLOG_ATTRIBUTE_SIZE)) != NULL) {
		length = is_swapped ? bytes_be16(head) : bytes_le16(head);
		type = is_swapped ? bytes_be16(&head[2]) :
		    bytes_le16(&head[2]);
		if (length < NFLOG_ATTRIBUTE_SIZE) {
			walk_malformed(w, ANOMALY_LINK_LENGTH);
			return;
		}
		length = (uint16_t)(length - NFLOG_ATTRIBUTE_SIZE);
		if ((type & NFLOG_TYPE) == NFLOG_PAYLOAD) {
			nflog_payload(w, c, length);
			return;
		}
		if ((type & NFLOG_TYPE) == NFLOG_HARDWARE_ADDRESS &&
		    length >= NFLOG_ADDRESS_SIZE)
			nflog_sender(w, c);
		cursor_skip(c, (length + 3u) & ~3u);
	}
	walk_malformed(w, ANOMALY_LINK_SHORT);
}

static void
nflog_payload(struct walk *w, struct cursor *c, uint32_t length)
{
	uint16_t type = ethertype_of_ip(c);

	if (length > walk_wire_left(w, c))
		packet_note(w->packet, ANOMALY_LINK_LENGTH);
	walk_limit(w, c, length);
	if (type != 0)
		walk_next(w, KEY_ETHERTYPE, type);
}

/* A length of 2 bytes, 2 bytes of nothing, and 8 with the address. */
static void
nflog_sender(struct walk *w, const struct cursor *c)
{
	const uint8_t *address = cursor_peek(c, NFLOG_ADDRESS_SIZE);

	if (address != NULL)
		sll_address(w->packet, bytes_be16(address), &address[4]);
}

const struct dissector dissector_nflog = {
	.name = "nflog",
	.title = "Linux netfilter log",
	.source = "tcpdump.org LINKTYPE_NFLOG",
	.layer = LAYER_LINK,
	.keys = { { KEY_LINK, 239 } },
	.dissect = nflog_dissect,
};
