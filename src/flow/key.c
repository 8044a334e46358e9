/*
 * Canonical keys; see key.h.
 */
#include "flow/key.h"

int
flow_key_make_quoted(struct flow_key *key, const struct packet *p,
    const struct conversation *t, const struct flow_key_options *options)
{
	const struct icmp_header *h = &t->icmp;
	struct flow_key_ends ends = {
		&h->quoted_src, &h->quoted_dst, h->quoted_src_port,
		h->quoted_dst_port, h->quoted_protocol
	};

	return flow_key_fill(key, &ends, p, t, options);
}
