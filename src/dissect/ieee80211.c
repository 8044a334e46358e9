/*
 * The MAC header of IEEE 802.11 (IEEE 802.11-2020, 9.2 and 9.3.2).
 *
 *   +-----------+-----+-------+-------+-------+------+-----+-----+-----+
 *   | frame     |dura-|address|address|address|seq.  |addr.| QoS | HT  |
 *   | control 2 |tion2| 1: 6  | 2: 6  | 3: 6  |ctl. 2| 4: 6|  2  |  4  |
 *   +-----------+-----+-------+-------+-------+------+-----+-----+-----+
 * The fourth address is there between two access points, QoS and HT control
 * when frame control says so. Then LLC, or, in an aggregate, for each frame
 * two addresses, a length and LLC.
 */
#include <string.h>

#include "dissect/ieee80211.h"

/* Frame control, its first byte in the upper half. */
enum {
	IEEE80211_VERSION_TYPE = 0x0f00,
	IEEE80211_DATA = 0x0800,	/* version 0, type 2 */
	IEEE80211_IS_QOS = 0x8000,	/* subtypes of data */
	IEEE80211_IS_EMPTY = 0x4000,
	IEEE80211_PROTECTED = 0x0040,
	IEEE80211_HAS_HT = 0x0080,
	IEEE80211_MORE_FRAGMENTS = 0x0004,
	IEEE80211_FROM_DS = 0x0002,
	IEEE80211_TO_DS = 0x0001,
	IEEE80211_BOTH_DS = 0x0003
};

enum {
	IEEE80211_HEADER_SIZE = 24,
	IEEE80211_ADDRESS_SIZE = 6,
	IEEE80211_QOS_SIZE = 2,
	IEEE80211_HT_SIZE = 4,
	IEEE80211_FCS_SIZE = 4,
	IEEE80211_SUBFRAME_SIZE = 14,
	IEEE80211_SNAP = 0xaaaa03,	/* as LLC begins before IP */
	IEEE80211_SNAP_SIZE = 3,
	IEEE80211_FRAGMENT = 0x0f,	/* of the first byte of sequence */
	IEEE80211_QOS_AGGREGATE = 0x80	/* of the first byte of QoS */
};

static void	ieee80211_data(struct walk *, struct cursor *, uint16_t,
		    unsigned int);
static void	ieee80211_addresses(struct packet *, uint16_t,
		    const uint8_t *, const uint8_t *);
static bool	ieee80211_is_middle(const struct cursor *, uint16_t,
		    const uint8_t *);
static void	ieee80211_aggregate(struct walk *, struct cursor *);

void
ieee80211_follow(struct walk *w, struct cursor *c, unsigned int traits)
{
	const uint8_t *start = cursor_peek(c, 2);
	uint32_t wire = walk_wire_left(w, c);
	uint16_t control;

	if (start == NULL) {
		walk_malformed(w, ANOMALY_LINK_SHORT);
		return;
	}
	if ((traits & IEEE80211_HAS_FCS) != 0 && wire > IEEE80211_FCS_SIZE)
		walk_limit(w, c, wire - IEEE80211_FCS_SIZE);
	control = (traits & IEEE80211_IS_SWAPPED) != 0 ? bytes_le16(start) :
	    bytes_be16(start);
	if ((control & IEEE80211_VERSION_TYPE) == IEEE80211_DATA)
		ieee80211_data(w, c, control, traits);
}

static void
ieee80211_data(struct walk *w, struct cursor *c, uint16_t control,
    unsigned int traits)
{
	const uint8_t *head = cursor_take(c, IEEE80211_HEADER_SIZE);
	const uint8_t *fourth = NULL, *qos = NULL;
	size_t size = IEEE80211_HEADER_SIZE;

	if ((control & IEEE80211_BOTH_DS) == IEEE80211_BOTH_DS) {
		fourth = cursor_take(c, IEEE80211_ADDRESS_SIZE);
		size += IEEE80211_ADDRESS_SIZE;
	}
	if ((control & IEEE80211_IS_QOS) != 0) {
		qos = cursor_take(c, IEEE80211_QOS_SIZE);
		size += IEEE80211_QOS_SIZE;
	}
	if (qos != NULL && (control & IEEE80211_HAS_HT) != 0)
		cursor_skip(c, IEEE80211_HT_SIZE);
	if ((traits & IEEE80211_IS_PADDED) != 0)
		cursor_skip(c, size % 4);	/* it is even: 0 or 2 */
	if (!cursor_ok(c)) {
		walk_malformed(w, ANOMALY_LINK_SHORT);
		return;
	}
	if (w->packet->conversation_count == 0)
		ieee80211_addresses(w->packet, control, head, fourth);
	if ((control & (IEEE80211_IS_EMPTY | IEEE80211_PROTECTED)) != 0 ||
	    ieee80211_is_middle(c, control, head))
		return;
	if (qos != NULL && (qos[0] & IEEE80211_QOS_AGGREGATE) != 0)
		ieee80211_aggregate(w, c);
	else
		walk_next(w, KEY_LLC, 0);
}

/* Which of the four is whose depends on the way through the access point. */
static void
ieee80211_addresses(struct packet *p, uint16_t control, const uint8_t *head,
    const uint8_t *fourth)
{
	const uint8_t *first = &head[4], *second = &head[10];
	const uint8_t *third = &head[16];
	const uint8_t *dst = first, *src = second;

	if ((control & IEEE80211_TO_DS) != 0)
		dst = third;
	if ((control & IEEE80211_FROM_DS) != 0)
		src = fourth != NULL ? fourth : third;
	p->has_src_mac = p->has_dst_mac = true;
	memcpy(p->dst_mac, dst, sizeof(p->dst_mac));
	memcpy(p->src_mac, src, sizeof(p->src_mac));
}

/*
 * Of an MSDU in fragments only the first one has LLC and what follows. Some
 * access points give whole frames a fragment number too: LLC tells them.
 */
static bool
ieee80211_is_middle(const struct cursor *c, uint16_t control,
    const uint8_t *head)
{
	const uint8_t *llc = cursor_peek(c, IEEE80211_SNAP_SIZE);

	if ((head[22] & IEEE80211_FRAGMENT) == 0)
		return false;
	return (control & IEEE80211_MORE_FRAGMENTS) != 0 || llc == NULL ||
	    bytes_be24(llc) != IEEE80211_SNAP;
}

static void
ieee80211_aggregate(struct walk *w, struct cursor *c)
{
	const uint8_t *head = cursor_take(c, IEEE80211_SUBFRAME_SIZE);
	uint16_t length;

	if (head == NULL) {
		walk_malformed(w, ANOMALY_LINK_SHORT);
		return;
	}
	length = bytes_be16(&head[12]);
	if (length > walk_wire_left(w, c))
		packet_note(w->packet, ANOMALY_LINK_LENGTH);
	walk_limit(w, c, length);
	walk_next(w, KEY_LLC, 0);
}
