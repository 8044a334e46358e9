/*
 * Canonical keys; see key.h.
 */
#include <string.h>

#include "base/cursor.h"
#include "flow/key.h"

static int	order_ends(struct flow_key *, const struct address *, uint16_t,
		    const struct address *, uint16_t);
static void	add_scope(struct flow_key *, const struct packet *,
		    const struct conversation *,
		    const struct flow_key_options *);

int
flow_key_make(struct flow_key *key, const struct packet *p,
    const struct conversation *t, const struct flow_key_options *options)
{
	memset(key, 0, sizeof *key);
	key->protocol = t->protocol;
	key->ip_version = t->ip_version;
	add_scope(key, p, t, options);
	return order_ends(key, &t->src, t->src_port, &t->dst, t->dst_port);
}

int
flow_key_make_quoted(struct flow_key *key, const struct packet *p,
    const struct conversation *t, const struct flow_key_options *options)
{
	const struct icmp_header *h = &t->icmp;

	memset(key, 0, sizeof *key);
	key->protocol = h->quoted_protocol;
	key->ip_version = t->ip_version;
	add_scope(key, p, t, options);
	return order_ends(key, &h->quoted_src, h->quoted_src_port,
	    &h->quoted_dst, h->quoted_dst_port);
}

/* Puts the lower end first; returns where src went. */
static int
order_ends(struct flow_key *key, const struct address *src, uint16_t src_port,
    const struct address *dst, uint16_t dst_port)
{
	uint64_t s[2] = { bytes_be64(src->bytes), bytes_be64(&src->bytes[8]) };
	uint64_t d[2] = { bytes_be64(dst->bytes), bytes_be64(&dst->bytes[8]) };
	bool is_swapped = s[0] > d[0] || (s[0] == d[0] && (s[1] > d[1] ||
	    (s[1] == d[1] && src_port > dst_port)));

	if (is_swapped) {
		key->a = *dst;
		key->b = *src;
		key->a_port = dst_port;
		key->b_port = src_port;
	} else {
		key->a = *src;
		key->b = *dst;
		key->a_port = src_port;
		key->b_port = dst_port;
	}
	return is_swapped;
}

static void
add_scope(struct flow_key *key, const struct packet *p,
    const struct conversation *t, const struct flow_key_options *options)
{
	key->is_carried = t != p->conversations;
	if (options->has_vlan) {
		for (int i = 0; i < 2 && i < p->vlan_count; i++)
			key->vlan[i] = p->vlan[i];
	}
	if (options->has_tunnel) {
		key->tunnel = t->tunnel;
		key->tunnel_id = t->tunnel_id;
	}
}
