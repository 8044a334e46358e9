/*
 * Linux cooked headers: the meaning of address and protocol.
 */
#include <string.h>

#include "dissect/ethertype.h"
#include "dissect/sll.h"

enum {
	SLL_PROTOCOL_LLC = 0x0004,
	SLL_DEVICE_NETLINK = 824	/* the protocol is netlink's own */
};

void
sll_address(struct packet *p, uint16_t size, const uint8_t *bytes)
{
	if (size != sizeof(p->src_mac))
		return;
	p->has_src_mac = true;
	memcpy(p->src_mac, bytes, sizeof(p->src_mac));
}

void
sll_follow(struct walk *w, uint16_t device, uint16_t protocol)
{
	if (device == SLL_DEVICE_NETLINK)
		return;
	if (protocol == SLL_PROTOCOL_LLC)
		walk_next(w, KEY_LLC, 0);
	else if (protocol >= ETHERTYPE_MIN)
		walk_next(w, KEY_ETHERTYPE, protocol);
}
