/*
 * IPv4, RFC 791.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-------+-------+---------------+-------------------------------+
 *   |Version|  IHL  | Traffic class |         Total Length          |
 *   +-------+-------+---------------+-----+-------------------------+
 *   |        Identification         |Flags|     Fragment Offset     |
 *   +---------------+---------------+-----+-------------------------+
 *   | Time to Live  |   Protocol    |        Header Checksum        |
 *   +---------------+---------------+-------------------------------+
 *   |                        Source Address                         |
 *   +---------------------------------------------------------------+
 *   |                      Destination Address                      |
 *   +---------------------------------------------------------------+
 *   |                     Options, 0 to 40 bytes                    |
 *   +---------------------------------------------------------------+
 */
#include "dissect/checksum.h"
#include "dissect/ethertype.h"
#include "dissect/internet.h"

enum {
	IPV4_HEADER_MIN = 20,
	IPV4_MORE_FRAGMENTS = 0x2000,
	IPV4_OFFSET = 0x1fff,		/* in units of 8 bytes */
	IPV4_OPTION_END = 0,
	IPV4_OPTION_NOP = 1
};

static void		 ipv4_dissect(struct walk *, struct cursor *);
static void		 ipv4_fragment(struct walk *, struct cursor *,
			    const uint8_t *, uint32_t);
static const uint8_t	*ipv4_header(struct walk *, struct cursor *,
			    uint32_t *);
static void		 ipv4_check_options(struct walk *, struct cursor);
static inline struct internet ipv4_packet(struct walk *,
			    const struct cursor *, const uint8_t *, uint32_t);

static void
ipv4_dissect(struct walk *w, struct cursor *c)
{
	struct internet ip;
	uint32_t total;
	const uint8_t *head = ipv4_header(w, c, &total);

	if (head == NULL)
		return;
	w->is_rerouted = false;
	if ((bytes_be16(&head[6]) &
	    (IPV4_MORE_FRAGMENTS | IPV4_OFFSET)) != 0) {
		ipv4_fragment(w, c, head, total);
		return;
	}
	ip = ipv4_packet(w, c, head, total);
	internet_converse(w, c, &ip);
}

/* On its own, so that a whole packet needs no struct internet in memory. */
static __attribute__((noinline)) void
ipv4_fragment(struct walk *w, struct cursor *c, const uint8_t *head,
    uint32_t total)
{
	struct internet ip = ipv4_packet(w, c, head, total);
	uint16_t field = bytes_be16(&head[6]);
	const struct internet_fragment part = {
		.identification = bytes_be16(&head[4]),
		.offset = (uint32_t)(field & IPV4_OFFSET) * 8,
		.is_last = (field & IPV4_MORE_FRAGMENTS) == 0
	};
	struct datagram whole;

	if (internet_reassemble(w, c, &ip, &part, &whole))
		internet_converse(w, c, &ip);
}

/*
 * Takes the header and cuts the cursor to the packet; NULL when it cannot be
 * used. A total length of 0 is a segment that the card was to cut up: it is
 * the rest of the frame. One that is past the frame is noted, and what is
 * there is the packet.
 */
static const uint8_t *
ipv4_header(struct walk *w, struct cursor *c, uint32_t *total)
{
	uint32_t wire = walk_wire_left(w, c);
	const uint8_t *head = cursor_peek(c, IPV4_HEADER_MIN);
	size_t size;

	if (head == NULL) {
		walk_malformed(w, ANOMALY_IPV4_SHORT);
		return NULL;
	}
	if (head[0] >> 4 != 4) {
		walk_malformed(w, ANOMALY_IPV4_VERSION);
		return NULL;
	}
	size = (size_t)(head[0] & 0x0f) * 4;
	if (size < IPV4_HEADER_MIN || size > wire) {
		walk_malformed(w, ANOMALY_IPV4_HEADER_LENGTH);
		return NULL;
	}
	*total = bytes_be16(&head[2]);
	if (*total == 0)
		*total = wire;
	if (*total < size) {
		walk_malformed(w, ANOMALY_IPV4_TOTAL_LENGTH);
		return NULL;
	}
	if (*total > wire)
		packet_note(w->packet, ANOMALY_IPV4_TOTAL_LENGTH);
	walk_limit(w, c, *total);
	if (cursor_take(c, size) == NULL) {
		walk_malformed(w, ANOMALY_IPV4_SHORT);
		return NULL;
	}
	if (size > IPV4_HEADER_MIN)
		ipv4_check_options(w, cursor_over(&head[IPV4_HEADER_MIN],
		    size - IPV4_HEADER_MIN));
	return head;
}

/* Nothing here reads options; a wrong length is worth a note all the same. */
static void
ipv4_check_options(struct walk *w, struct cursor c)
{
	uint8_t kind, length;

	while (cursor_left(&c) > 0) {
		kind = cursor_u8(&c);
		if (kind == IPV4_OPTION_END)
			return;
		if (kind == IPV4_OPTION_NOP)
			continue;
		length = cursor_u8(&c);
		if (length >= 2)
			cursor_skip(&c, (size_t)length - 2);
		if (length < 2 || !cursor_ok(&c)) {
			packet_note(w->packet, ANOMALY_IPV4_OPTIONS);
			return;
		}
	}
}

/* The cursor is behind the header. */
static inline __attribute__((always_inline)) struct internet
ipv4_packet(struct walk *w, const struct cursor *c, const uint8_t *head,
    uint32_t total)
{
	uint32_t words = head[0] & 0x0f;
	bool is_bad = w->is_header_checked &&
	    !checksum_is_good_header(head, words);

	if (is_bad)
		packet_note(w->packet, ANOMALY_IPV4_CHECKSUM);
	return (struct internet){
		.src = &head[12],
		.dst = &head[16],
		.version = 4,
		.protocol = head[9],
		.ttl = head[8],
		.traffic_class = head[1],
		.is_checksum_bad = is_bad,
		.ip_bytes = total,
		.beyond_frame = walk_beyond_frame(w, c, total - words * 4)
	};
}

const struct dissector dissector_ipv4 = {
	.name = "ipv4",
	.title = "Internet Protocol, version 4",
	.source = "RFC 791",
	.layer = LAYER_NETWORK,
	.keys = {
		{ KEY_ETHERTYPE, ETHERTYPE_IPV4 },
		{ KEY_PPP, 0x0021 },
		{ KEY_LLC, 0x06 },
		{ KEY_LINK, 228 },
	},
	.dissect = ipv4_dissect,
};
