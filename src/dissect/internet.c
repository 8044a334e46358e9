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
	const struct fragment fragment = {
		.src = &ip->src,
		.dst = &ip->dst,
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

void
internet_converse(struct walk *w, const struct cursor *c,
    const struct internet *ip)
{
	struct conversation *t = walk_converse(w);

	if (t == NULL)
		return;
	t->src = ip->src;
	t->dst = ip->dst;
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
