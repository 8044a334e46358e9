/*
 * Canonical keys; see key.h.
 */
#include <string.h>

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
	int order = memcmp(src, dst, sizeof *src);
	bool is_swapped = order > 0 || (order == 0 && src_port > dst_port);

	key->a = is_swapped ? *dst : *src;
	key->b = is_swapped ? *src : *dst;
	key->a_port = is_swapped ? dst_port : src_port;
	key->b_port = is_swapped ? src_port : dst_port;
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
