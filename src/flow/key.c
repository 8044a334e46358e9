/*
 * Canonical keys; see key.h.
 */
#include "flow/key.h"

int
flow_key_make_quoted(struct flow_key *key, const struct packet *p,
    const struct conversation *t, const struct flow_key_options *options)
{
	const struct icmp_header *h = &t->icmp;

	key->protocol = h->quoted_protocol;
	key->ip_version = t->ip_version;
	flow_key_add_scope(key, p, t, options);
	return flow_key_order(key, &h->quoted_src, h->quoted_src_port,
	    &h->quoted_dst, h->quoted_dst_port);
}
