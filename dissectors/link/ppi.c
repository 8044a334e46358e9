/*
 * Per-Packet Information (CACE Technologies, PPI header format 1.0.7): fields
 * about the packet, then a packet of the link type that it names. Numbers are
 * little-endian.
 *
 *   +---------------+---------------+-------------------------------+
 *   |  version, 0   |     flags     | length of the whole header    |
 *   +---------------+---------------+-------------------------------+
 *   |                          link type                            |
 *   +-------------------------------+-------------------------------+
 *   |     type of the field         |  its length, without these 4  |
 *   +-------------------------------+-------------------------------+
 */
#include "dissect/ieee80211.h"

enum {
	PPI_HEADER_SIZE = 8,
	PPI_IS_ALIGNED = 0x01,		/* fields start on boundaries of 4 */
	PPI_FIELD_80211_COMMON = 2,
	PPI_COMMON_HAS_FCS = 0x01,
	PPI_LINK_80211 = 105
};

static void	ppi_dissect(struct walk *, struct cursor *);
static bool	ppi_has_fcs(struct cursor, bool);

static void
ppi_dissect(struct walk *w, struct cursor *c)
{
	const uint8_t *head = cursor_peek(c, PPI_HEADER_SIZE);
	struct cursor fields;
	uint16_t length;
	uint32_t link;

	if (head == NULL) {
		walk_malformed(w, ANOMALY_LINK_SHORT);
		return;
	}
	length = bytes_le16(&head[2]);
	link = bytes_le32(&head[4]);
	if (length < PPI_HEADER_SIZE || length > walk_wire_left(w, c)) {
		walk_malformed(w, ANOMALY_LINK_LENGTH);
		return;
	}
	fields = cursor_sub(c, length);
	cursor_skip(&fields, PPI_HEADER_SIZE);
	if (!cursor_ok(&fields))
		walk_malformed(w, ANOMALY_LINK_SHORT);
	else if (link == PPI_LINK_80211)
		ieee80211_follow(w, c, ppi_has_fcs(fields,
		    (head[1] & PPI_IS_ALIGNED) != 0) ? IEEE80211_HAS_FCS : 0);
	else if (link <= UINT16_MAX)
		walk_next(w, KEY_LINK, (uint16_t)link);
}

/* Fields up to the one that speaks of the check sequence. */
static bool
ppi_has_fcs(struct cursor c, bool is_aligned)
{
	uint16_t type, length;

	while (cursor_left(&c) >= 4) {
		type = cursor_le16(&c);
		length = cursor_le16(&c);
		if (type == PPI_FIELD_80211_COMMON) {
			cursor_skip(&c, 8);	/* the radio's clock */
			return (cursor_le16(&c) & PPI_COMMON_HAS_FCS) != 0;
		}
		cursor_skip(&c, is_aligned ? (length + 3u) & ~3u : length);
		if (!cursor_ok(&c))
			break;
	}
	return false;
}

const struct dissector dissector_ppi = {
	.name = "ppi",
	.title = "Per-Packet Information",
	.source = "tcpdump.org LINKTYPE_PPI",
	.layer = LAYER_LINK,
	.keys = { { KEY_LINK, 192 } },
	.dissect = ppi_dissect,
};
