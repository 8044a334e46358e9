/*
 * IP in IP: RFC 2003, RFC 2473, RFC 4213. There is no header between the two
 * packets; the outer protocol number names the inner version.
 *
 *   +-----------------+-----------------+---------------
 *   | outer IP header | inner IP header | payload ...
 *   +-----------------+-----------------+---------------
 */
#include "dissect/ethertype.h"

static void	ip_in_ip_dissect(struct walk *, struct cursor *);

static void
ip_in_ip_dissect(struct walk *w, struct cursor *c)
{
	const struct conversation *outer = walk_conversation(w);
	bool is_inner_4 = outer->protocol == PROTOCOL_IPV4;

	if (cursor_left(c) == 0)
		return;
	if (outer->ip_version == 4)
		walk_tunnel(w, is_inner_4 ? TUNNEL_IPIP : TUNNEL_6IN4);
	else
		walk_tunnel(w, is_inner_4 ? TUNNEL_4IN6 : TUNNEL_6IN6);
	walk_next(w, KEY_ETHERTYPE, is_inner_4 ? ETHERTYPE_IPV4 :
	    ETHERTYPE_IPV6);
}

const struct dissector dissector_ip_in_ip = {
	.name = "ip_in_ip",
	.title = "IP in IP",
	.source = "RFC 2003, RFC 2473, RFC 4213",
	.layer = LAYER_TRANSPORT,
	.keys = {
		{ KEY_IP, PROTOCOL_IPV4 },
		{ KEY_IP, PROTOCOL_IPV6 },
	},
	.dissect = ip_in_ip_dissect,
};
