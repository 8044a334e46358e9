/*
 * What IPv4 and IPv6 do alike: reassembly, and opening the conversation that
 * a packet belongs to.
 */
#ifndef TALLYMAN_DISSECT_INTERNET_H
#define TALLYMAN_DISSECT_INTERNET_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "dissect/dissector.h"

/* One IP packet, or the datagram that its last fragment made whole. */
struct internet {
	const uint8_t		*src;		/* borrowed of the header */
	const uint8_t		*dst;
	uint8_t			 version;
	uint8_t			 protocol;
	uint8_t			 ttl;
	uint8_t			 traffic_class;
	bool			 is_checksum_bad;
	uint32_t		 ip_bytes;
	uint32_t		 beyond_frame;	/* of them, behind the frame */
	const struct datagram	*whole;	/* NULL when it came in one piece */
};

struct internet_fragment {
	uint32_t	identification;
	uint32_t	offset;		/* bytes */
	bool		is_last;
};

/*
 * The cursor holds a fragment of ip. True when it made its datagram whole:
 * the cursor then runs over the datagram, which *whole describes and ip
 * points to. False when it is kept for later and the walk has to end.
 */
bool	internet_reassemble(struct walk *, struct cursor *, struct internet *,
	    const struct internet_fragment *, struct datagram *whole);

static inline struct address
internet_address(uint8_t version, const uint8_t *bytes)
{
	struct address address = { 0 };

	memcpy(address.bytes, bytes, version == 4 ? 4 : 16);
	return address;
}

/*
 * Opens the conversation; what is left of the cursor is its payload until a
 * transport knows better. Inline, so that the packet's facts go from the
 * header to the conversation by way of registers.
 */
static inline __attribute__((always_inline)) void
internet_converse(struct walk *w, const struct cursor *c,
    const struct internet *ip)
{
	struct conversation *t = walk_converse(w);

	if (t == NULL)
		return;
	t->src = internet_address(ip->version, ip->src);
	t->dst = internet_address(ip->version, ip->dst);
	t->ip_version = ip->version;
	t->protocol = ip->protocol;
	t->ttl = ip->ttl;
	t->traffic_class = ip->traffic_class;
	t->is_ip_checksum_bad = ip->is_checksum_bad;
	t->ip_bytes = ip->ip_bytes;
	if (ip->whole != NULL) {
		t->fragments = ip->whole->fragments;
		t->ip_bytes = ip->whole->ip_bytes;
		t->frame_bytes = ip->whole->frame_bytes;
		t->start_ns = ip->whole->start_ns;
	} else {
		t->beyond_frame = ip->beyond_frame;
	}
	walk_payload(w, c, walk_wire_left(w, c));
	walk_next(w, KEY_IP, ip->protocol);
}

#endif
