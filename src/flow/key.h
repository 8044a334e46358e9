/*
 * Which frames belong together: the canonical key of a conversation.
 */
#ifndef TALLYMAN_FLOW_KEY_H
#define TALLYMAN_FLOW_KEY_H

#include <string.h>

#include "base/cursor.h"
#include "base/hash.h"
#include "flow/flow.h"

/* What joins the 5-tuple (--key). */
struct flow_key_options {
	bool	has_vlan;
	bool	has_tunnel;
};

/* What joins the 5-tuple. */
static inline void
flow_key_add_scope(struct flow_key *key, const struct packet *p,
    const struct conversation *t, const struct flow_key_options *options)
{
	key->is_carried = t != p->conversations;
	key->tunnel = 0;
	key->tunnel_id = 0;
	memset(key->vlan, 0, sizeof key->vlan);
	if (options->has_vlan) {
		for (int i = 0; i < 2 && i < p->vlan_count; i++)
			key->vlan[i] = p->vlan[i];
	}
	if (options->has_tunnel) {
		key->tunnel = t->tunnel;
		key->tunnel_id = t->tunnel_id;
	}
}

/* Whether src is the upper end. */
static inline bool
flow_key_is_swapped(const struct address *src, uint16_t src_port,
    const struct address *dst, uint16_t dst_port)
{
	uint64_t s0 = bytes_be64(src->bytes);
	uint64_t s1 = bytes_be64(&src->bytes[8]);
	uint64_t d0 = bytes_be64(dst->bytes);
	uint64_t d1 = bytes_be64(&dst->bytes[8]);

	if (s0 != d0)
		return s0 > d0;
	return s1 != d1 ? s1 > d1 : src_port > dst_port;
}

/*
 * Puts the lower end first; returns where src went. Without a branch: nobody
 * foresees which way a packet goes, the processor neither.
 */
static inline int
flow_key_order(struct flow_key *key, const struct address *src,
    uint16_t src_port, const struct address *dst, uint16_t dst_port)
{
	bool is_swapped = flow_key_is_swapped(src, src_port, dst, dst_port);
	uint64_t mask = 0 - (uint64_t)is_swapped;
	uint32_t ports = (uint32_t)dst_port << 16 | src_port;
	int shift = is_swapped ? 16 : 0;
	uint64_t s[2];
	uint64_t d[2];

	memcpy(s, src, sizeof s);
	memcpy(d, dst, sizeof d);
	for (int i = 0; i < 2; i++) {
		uint64_t change = (s[i] ^ d[i]) & mask;

		s[i] ^= change;
		d[i] ^= change;
	}
	memcpy(&key->a, s, sizeof s);
	memcpy(&key->b, d, sizeof d);
	key->a_port = (uint16_t)(ports >> shift);
	key->b_port = (uint16_t)(ports >> (16 - shift));
	return is_swapped;
}

/* Fills the key; returns the sender's side, 0 (a) or 1 (b). */
static inline int
flow_key_make(struct flow_key *key, const struct packet *p,
    const struct conversation *t, const struct flow_key_options *options)
{
	key->protocol = t->protocol;
	key->ip_version = t->ip_version;
	flow_key_add_scope(key, p, t, options);
	return flow_key_order(key, &t->src, t->src_port, &t->dst, t->dst_port);
}

/*
 * The key of the packet that an ICMP error quotes, within the same VLANs and
 * tunnel; returns the quoted sender's side.
 */
int	flow_key_make_quoted(struct flow_key *, const struct packet *,
	    const struct conversation *, const struct flow_key_options *);

/* What the words of two keys at these places differ by. */
static inline uint64_t
flow_key_differs(const void *x, const void *y)
{
	uint64_t a;
	uint64_t b;

	memcpy(&a, x, sizeof a);
	memcpy(&b, y, sizeof b);
	return a ^ b;
}

/* By words: a call of memcmp() costs more than all of its work. */
static inline bool
flow_key_is_equal(const struct flow_key *x, const struct flow_key *y)
{
	return (flow_key_differs(&x->a.bytes[0], &y->a.bytes[0]) |
	    flow_key_differs(&x->a.bytes[8], &y->a.bytes[8]) |
	    flow_key_differs(&x->b.bytes[0], &y->b.bytes[0]) |
	    flow_key_differs(&x->b.bytes[8], &y->b.bytes[8]) |
	    flow_key_differs(&x->a_port, &y->a_port) |
	    flow_key_differs(&x->vlan, &y->vlan)) == 0;
}

/* Of the addresses alone; not mixed yet. */
static inline uint64_t
flow_key_sum_addresses(const struct flow_key *key,
    const struct hash_secret *secret)
{
	return hash_part(secret, 0, &key->a) + hash_part(secret, 16, &key->b);
}

/* The hash, by the sum of its addresses. */
static inline uint64_t
flow_key_hash(const struct flow_key *key, const struct hash_secret *secret,
    uint64_t sum)
{
	return hash_mix64(sum + hash_part(secret, 32, &key->a_port));
}

#endif
