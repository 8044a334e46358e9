/*
 * The headers of older wireless drivers before an IEEE 802.11 frame: Prism's,
 * and AVS's, which replaced it, names its version and is found in captures of
 * either link type.
 *
 *   +---------------------------------------------------------------+
 *   |            Prism: message code; AVS: magic, version           |
 *   +---------------------------------------------------------------+
 *   |                  length of the whole header                   |
 *   +---------------------------------------------------------------+
 *   |                              ...                              |
 * Prism's numbers are in the byte order of the machine that captured.
 */
#include "dissect/ieee80211.h"

enum {
	PRISM_START_SIZE = 8,
	PRISM_LENGTH_MAX = 4096		/* real ones are 64 to 144; our bound */
};

#define PRISM_AVS_MAGIC 0x80211000u
#define PRISM_AVS_MASK	0xfffff000u

static void	prism_dissect(struct walk *, struct cursor *);

static void
prism_dissect(struct walk *w, struct cursor *c)
{
	const uint8_t *start = cursor_peek(c, PRISM_START_SIZE);
	uint32_t length;

	if (start == NULL) {
		walk_malformed(w, ANOMALY_LINK_SHORT);
		return;
	}
	length = bytes_be32(&start[4]);
	if ((bytes_be32(start) & PRISM_AVS_MASK) != PRISM_AVS_MAGIC &&
	    length > PRISM_LENGTH_MAX)
		length = bytes_le32(&start[4]);
	if (length < PRISM_START_SIZE || length > PRISM_LENGTH_MAX ||
	    length > walk_wire_left(w, c))
		walk_malformed(w, ANOMALY_LINK_LENGTH);
	else if (cursor_take(c, length) == NULL)
		walk_malformed(w, ANOMALY_LINK_SHORT);
	else
		ieee80211_follow(w, c, 0);
}

const struct dissector dissector_prism = {
	.name = "prism",
	.title = "Prism and AVS radio headers",
	.source = "tcpdump.org LINKTYPE_IEEE802_11_PRISM, _AVS",
	.layer = LAYER_LINK,
	.keys = {
		{ KEY_LINK, 119 },
		{ KEY_LINK, 163 },
	},
	.dissect = prism_dissect,
};
