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

/*
 * A word of the key as it stands in memory, of what has 16, 16 and 32 bits; and
 * what has 32, of bytes. The key is hashed as soon as it is made: a load of a
 * word that was stored in parts waits until all earlier stores are done, and
 * these may wait for memory.
 */
static inline uint64_t
flow_key_word(uint16_t first, uint16_t second, uint32_t third)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return (uint64_t)third << 32 | (uint32_t)second << 16 | first;
#else
	return (uint64_t)first << 48 | (uint64_t)second << 32 | third;
#endif
}

static inline uint32_t
flow_key_bytes(uint8_t first, uint8_t second, uint8_t third, uint8_t fourth)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return (uint32_t)fourth << 24 | (uint32_t)third << 16 |
	    (uint32_t)second << 8 | first;
#else
	return (uint32_t)first << 24 | (uint32_t)second << 16 |
	    (uint32_t)third << 8 | fourth;
#endif
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

/* The ends of a key, in the packet's direction, and their protocol. */
struct flow_key_ends {
	const struct address	*src;
	const struct address	*dst;
	uint16_t		 src_port;
	uint16_t		 dst_port;
	uint8_t			 protocol;
};

/*
 * Fills the key, the lower end first; returns where src went. Without a
 * branch: nobody foresees which way a packet goes, the processor neither.
 */
static inline int
flow_key_fill(struct flow_key *key, const struct flow_key_ends *ends,
    const struct packet *p, const struct conversation *t,
    const struct flow_key_options *options)
{
	bool is_swapped = flow_key_is_swapped(ends->src, ends->src_port,
	    ends->dst, ends->dst_port);
	uint64_t mask = 0 - (uint64_t)is_swapped;
	uint16_t change = (uint16_t)((ends->src_port ^ ends->dst_port) & mask);
	bool has_tunnel = options->has_tunnel;
	int vlans = options->has_vlan ? p->vlan_count : 0;
	uint8_t *bytes = (uint8_t *)key;
	uint64_t word;

	for (size_t i = 0; i < sizeof key->a; i += sizeof word) {
		uint64_t src, dst, difference;

		memcpy(&src, &ends->src->bytes[i], sizeof src);
		memcpy(&dst, &ends->dst->bytes[i], sizeof dst);
		difference = (src ^ dst) & mask;
		src ^= difference;
		dst ^= difference;
		memcpy(&key->a.bytes[i], &src, sizeof src);
		memcpy(&key->b.bytes[i], &dst, sizeof dst);
	}
	word = flow_key_word(ends->src_port ^ change, ends->dst_port ^ change,
	    flow_key_bytes(ends->protocol, t->ip_version,
	    t != p->conversations, has_tunnel ? t->tunnel : 0));
	memcpy(&bytes[offsetof(struct flow_key, a_port)], &word, sizeof word);
	word = flow_key_word(vlans > 0 ? p->vlan[0] : 0,
	    vlans > 1 ? p->vlan[1] : 0, has_tunnel ? t->tunnel_id : 0);
	memcpy(&bytes[offsetof(struct flow_key, vlan)], &word, sizeof word);
	return is_swapped;
}

/* Fills the key; returns the sender's side, 0 (a) or 1 (b). */
static inline int
flow_key_make(struct flow_key *key, const struct packet *p,
    const struct conversation *t, const struct flow_key_options *options)
{
	struct flow_key_ends ends = {
		&t->src, &t->dst, t->src_port, t->dst_port, t->protocol
	};

	return flow_key_fill(key, &ends, p, t, options);
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
