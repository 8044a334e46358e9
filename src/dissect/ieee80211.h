/*
 * An IEEE 802.11 frame, which several links carry, each behind a header of
 * its own that says how the frame was captured.
 */
#ifndef TALLYMAN_DISSECT_IEEE80211_H
#define TALLYMAN_DISSECT_IEEE80211_H

#include "dissect/dissector.h"

enum {
	IEEE80211_HAS_FCS = 0x1,	/* 4 bytes at the end */
	IEEE80211_IS_PADDED = 0x2,	/* header filled up to 4 bytes */
	IEEE80211_IS_SWAPPED = 0x4	/* frame control's bytes, by Cisco */
};

/*
 * Takes the header and names what follows. Only data frames in the clear have
 * something behind it: the rest are no IP. Of an aggregate (A-MSDU) the first
 * frame is followed. Notes the addresses when no conversation is open yet.
 */
void	ieee80211_follow(struct walk *, struct cursor *,
	    unsigned int traits);

#endif
