/*
 * IEEE 802.11 frames without a radio header. Links that put one before the
 * frame hand over what it says with ieee80211_follow().
 */
#include "dissect/ieee80211.h"

static void	ieee80211_dissect(struct walk *, struct cursor *);

static void
ieee80211_dissect(struct walk *w, struct cursor *c)
{
	ieee80211_follow(w, c, 0);
}

const struct dissector dissector_ieee80211 = {
	.name = "ieee80211",
	.title = "Wireless LAN",
	.source = "IEEE 802.11",
	.layer = LAYER_LINK,
	.keys = { { KEY_LINK, 105 } },
	.dissect = ieee80211_dissect,
};
