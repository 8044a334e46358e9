/*
 * Reassembly and conversations for both versions of IP.
 */
#include "dissect/internet.h"

/*
 * A frame whose outermost packet is a fragment counts as one until its
 * datagram is whole; the frame that completes it speaks for all of them.
 */
bool
internet_reassemble(struct walk *w, struct cursor *c, struct internet *ip,
    const struct internet_fragment *part, struct datagram *whole)
{
	struct packet *p = w->packet;
	struct address src = internet_address(ip->version, ip->src);
	struct address dst = internet_address(ip->version, ip->dst);
	const struct fragment fragment = {
		.src = &src,
		.dst = &dst,
		.ip_version = ip->version,
		.protocol = ip->protocol,
		.identification = part->identification,
		.offset = part->offset,
		.is_last = part->is_last,
		.data = c->at,
		.captured = (uint32_t)cursor_left(c),
		.size = walk_wire_left(w, c),
		.ip_bytes = ip->ip_bytes,
		.frame_bytes = p->frame.length,
		.ts_ns = p->frame.ts_ns,
		.is_outermost = p->conversation_count == 0
	};

	if (!fragments_add(w->fragments, &fragment, p, whole)) {
		if (fragment.is_outermost)
			p->outcome = PACKET_FRAGMENT;
		return false;
	}
	if (fragment.is_outermost)
		p->frames = whole->fragments;
	*c = cursor_over(whole->data, whole->captured);
	w->cut_off = whole->size - whole->captured;
	ip->protocol = whole->protocol;
	ip->whole = whole;
	return true;
}
