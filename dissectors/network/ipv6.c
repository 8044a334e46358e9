/*
 * IPv6, RFC 8200, and the extension headers on the way to the transport.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-------+---------------+---------------------------------------+
 *   |Version| Traffic class |              Flow label               |
 *   +-------+---------------+-------+---------------+---------------+
 *   |        Payload Length         |  Next Header  |   Hop Limit   |
 *   +-------------------------------+---------------+---------------+
 *   |                   Source Address (16 bytes)                   |
 *   +---------------------------------------------------------------+
 *   |                Destination Address (16 bytes)                 |
 *   +---------------------------------------------------------------+
 */
#include <string.h>

#include "dissect/ethertype.h"
#include "dissect/extension.h"
#include "dissect/internet.h"

enum {
	IPV6_HEADER_SIZE = 40,
	IPV6_OPTION_PAD1 = 0,
	IPV6_OPTION_JUMBO = 0xc2,	/* RFC 2675 2 */
	IPV6_OPTION_HOME = 0xc9		/* RFC 6275 6.3 */
};

static void		 ipv6_dissect(struct walk *, struct cursor *);
static uint32_t		 ipv6_payload(struct walk *, const struct cursor *,
			    const uint8_t *);
static uint32_t		 ipv6_jumbo(struct cursor);
static const uint8_t	*ipv6_option(struct cursor, uint8_t, size_t);
static struct internet	 ipv6_packet(const uint8_t *);
static bool		 ipv6_extensions(struct walk *, struct cursor *,
			    struct internet *, struct datagram *);
static bool		 ipv6_is_rerouting(uint8_t, struct cursor);
static bool		 ipv6_is_last(uint8_t, const struct cursor *);
static bool		 ipv6_fragment(struct walk *, struct cursor *,
			    struct internet *, struct cursor *,
			    struct datagram *);

static void
ipv6_dissect(struct walk *w, struct cursor *c)
{
	struct internet ip;
	struct datagram whole;
	uint32_t payload;
	const uint8_t *head = cursor_take(c, IPV6_HEADER_SIZE);

	if (head == NULL) {
		walk_malformed(w, ANOMALY_IPV6_SHORT);
		return;
	}
	if (head[0] >> 4 != 6) {
		walk_malformed(w, ANOMALY_IPV6_VERSION);
		return;
	}
	ip = ipv6_packet(head);
	payload = ipv6_payload(w, c, head);
	walk_limit(w, c, payload);
	ip.ip_bytes = IPV6_HEADER_SIZE + payload;
	ip.beyond_frame = walk_beyond_frame(w, c, payload);
	w->is_rerouted = false;
	if (ipv6_extensions(w, c, &ip, &whole))
		internet_converse(w, c, &ip);
}

/*
 * Bytes after the header as the header tells. A length of 0 without a jumbo
 * payload option is a segment that the card was to cut up: it is the rest of
 * the frame, unless nothing is to follow.
 */
static uint32_t
ipv6_payload(struct walk *w, const struct cursor *c, const uint8_t *head)
{
	uint32_t wire = walk_wire_left(w, c);
	uint32_t payload = bytes_be16(&head[4]);

	if (payload == 0 && head[6] == EXTENSION_HOP_BY_HOP) {
		payload = ipv6_jumbo(*c);
		if (payload > wire) {
			packet_note(w->packet, ANOMALY_IPV6_PAYLOAD_LENGTH);
			return wire;
		}
	}
	if (payload == 0 && head[6] != EXTENSION_NONE)
		return wire;
	if (payload > wire)
		packet_note(w->packet, ANOMALY_IPV6_PAYLOAD_LENGTH);
	return payload;
}

/* The jumbo payload length in the hop-by-hop header at hand; 0 if none. */
static uint32_t
ipv6_jumbo(struct cursor c)
{
	struct cursor header = extension_take(&c, EXTENSION_HOP_BY_HOP);
	const uint8_t *length = ipv6_option(header, IPV6_OPTION_JUMBO, 4);

	return length == NULL ? 0 : bytes_be32(length);
}

/* The data of the first option of this kind and size; NULL if none. */
static const uint8_t *
ipv6_option(struct cursor c, uint8_t wanted, size_t size)
{
	struct cursor data;
	uint8_t kind;

	cursor_skip(&c, 2);
	while (cursor_ok(&c) && cursor_left(&c) > 0) {
		kind = cursor_u8(&c);
		if (kind == IPV6_OPTION_PAD1)
			continue;
		data = cursor_sub(&c, cursor_u8(&c));
		if (kind == wanted && cursor_left(&data) == size)
			return data.at;
	}
	return NULL;
}

static struct internet
ipv6_packet(const uint8_t *head)
{
	struct internet ip = {
		.version = 6,
		.traffic_class = (uint8_t)(bytes_be16(&head[0]) >> 4),
		.protocol = head[6],
		.ttl = head[7],
	};

	ip.src = &head[8];
	ip.dst = &head[24];
	return ip;
}

/*
 * Follows the chain to the upper layer. False when the walk has to end: a
 * header is cut off, or the datagram is not whole yet. A second Fragment
 * header would hide the frames of the first from the ledger; no node sends
 * one.
 */
static bool
ipv6_extensions(struct walk *w, struct cursor *c, struct internet *ip,
    struct datagram *whole)
{
	bool is_fragmented = false;
	struct cursor header;
	unsigned int count;

	for (count = 0; extension_is(ip->protocol); count++) {
		header = extension_take(c, ip->protocol);
		if (!cursor_ok(&header) || count == EXTENSIONS_MAX ||
		    (ip->protocol == EXTENSION_FRAGMENT && is_fragmented)) {
			walk_malformed(w, ANOMALY_IPV6_EXTENSION);
			return false;
		}
		if (ipv6_is_last(ip->protocol, &header))
			return true;
		if (ip->protocol == EXTENSION_FRAGMENT) {
			is_fragmented = true;
			if (!ipv6_fragment(w, c, ip, &header, whole))
				return false;
			continue;
		}
		if (ipv6_is_rerouting(ip->protocol, header))
			w->is_rerouted = true;
		ip->protocol = cursor_u8(&header);
	}
	return true;
}

/*
 * The pseudo-header has the final destination, which a routing header that
 * is not used up keeps elsewhere (RFC 8200 8.1), and the home address.
 */
static bool
ipv6_is_rerouting(uint8_t type, struct cursor header)
{
	if (type == EXTENSION_ROUTING)
		return header.at[3] != 0;
	if (type == EXTENSION_DESTINATION)
		return ipv6_option(header, IPV6_OPTION_HOME, 16) != NULL;
	return false;
}

/* A signalling message with nothing behind it is the packet's protocol. */
static bool
ipv6_is_last(uint8_t type, const struct cursor *header)
{
	if (type != EXTENSION_MOBILITY && type != EXTENSION_HIP &&
	    type != EXTENSION_SHIM6)
		return false;
	return header->at[0] == EXTENSION_NONE;
}

/*
 *   +---------------+---------------+-------------------------+---+-+
 *   |  Next Header  |   Reserved    |     Fragment Offset     |Res|M|
 *   +---------------+---------------+-------------------------+---+-+
 *   |                         Identification                        |
 *   +---------------------------------------------------------------+
 */
static bool
ipv6_fragment(struct walk *w, struct cursor *c, struct internet *ip,
    struct cursor *header, struct datagram *whole)
{
	struct internet_fragment part;
	uint16_t field;

	ip->protocol = cursor_u8(header);
	cursor_skip(header, 1);
	field = cursor_be16(header);
	part.offset = field & 0xfff8;
	part.is_last = (field & 1) == 0;
	part.identification = cursor_be32(header);
	return internet_reassemble(w, c, ip, &part, whole);
}

const struct dissector dissector_ipv6 = {
	.name = "ipv6",
	.title = "Internet Protocol, version 6",
	.source = "RFC 8200",
	.layer = LAYER_NETWORK,
	.keys = {
		{ KEY_ETHERTYPE, ETHERTYPE_IPV6 },
		{ KEY_PPP, 0x0057 },
		{ KEY_LINK, 229 },
	},
	.dissect = ipv6_dissect,
};
