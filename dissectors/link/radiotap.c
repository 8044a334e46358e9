/*
 * Radiotap: what the radio said about the IEEE 802.11 frame behind it.
 *
 *    0               1               2               3
 *   +---------------+---------------+-------------------------------+
 *   |  version, 0   |      pad      | length of the whole header    |
 *   +---------------+---------------+-------------------------------+
 *   |  present fields; bit 31: another such word follows ...        |
 *   +---------------------------------------------------------------+
 * Numbers are little-endian. Fields follow in the order of their bits: first
 * TSFT, 8 bytes on a boundary of 8, then the flags, 1 byte, which alone
 * matter here.
 */
#include "dissect/ieee80211.h"

enum {
	RADIOTAP_HEADER_SIZE = 8,
	RADIOTAP_PRESENT_TSFT = 0x00000001,
	RADIOTAP_PRESENT_FLAGS = 0x00000002,
	RADIOTAP_FLAG_FCS = 0x10,
	RADIOTAP_FLAG_PADDED = 0x20
};

#define RADIOTAP_PRESENT_MORE 0x80000000u

static void		radiotap_dissect(struct walk *, struct cursor *);
static uint8_t		radiotap_flags(struct cursor);
static unsigned int	radiotap_traits(uint8_t);

static void
radiotap_dissect(struct walk *w, struct cursor *c)
{
	const uint8_t *head = cursor_peek(c, RADIOTAP_HEADER_SIZE);
	struct cursor whole;
	uint16_t length;

	if (head == NULL) {
		walk_malformed(w, ANOMALY_LINK_SHORT);
		return;
	}
	length = bytes_le16(&head[2]);
	if (length < RADIOTAP_HEADER_SIZE || length > walk_wire_left(w, c)) {
		walk_malformed(w, ANOMALY_LINK_LENGTH);
		return;
	}
	whole = cursor_sub(c, length);
	if (!cursor_ok(&whole))
		walk_malformed(w, ANOMALY_LINK_SHORT);
	else
		ieee80211_follow(w, c, radiotap_traits(radiotap_flags(whole)));
}

/* The flags field of the header; 0 where it has none. */
static uint8_t
radiotap_flags(struct cursor c)
{
	size_t at = RADIOTAP_HEADER_SIZE;
	uint32_t first, word;

	cursor_skip(&c, 4);
	first = word = cursor_le32(&c);
	while ((word & RADIOTAP_PRESENT_MORE) != 0) {
		word = cursor_le32(&c);		/* 0 past the end */
		at += 4;
	}
	if ((first & RADIOTAP_PRESENT_FLAGS) == 0)
		return 0;
	if ((first & RADIOTAP_PRESENT_TSFT) != 0)
		cursor_skip(&c, at % 8 + 8);	/* at is a multiple of 4 */
	return cursor_u8(&c);
}

static unsigned int
radiotap_traits(uint8_t flags)
{
	unsigned int traits = 0;

	if ((flags & RADIOTAP_FLAG_FCS) != 0)
		traits |= IEEE80211_HAS_FCS;
	if ((flags & RADIOTAP_FLAG_PADDED) != 0)
		traits |= IEEE80211_IS_PADDED;
	return traits;
}

const struct dissector dissector_radiotap = {
	.name = "radiotap",
	.title = "Radiotap header",
	.source = "radiotap.org",
	.layer = LAYER_LINK,
	.keys = { { KEY_LINK, 127 } },
	.dissect = radiotap_dissect,
};
