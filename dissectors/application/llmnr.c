/*
 * Link-Local Multicast Name Resolution (RFC 4795): messages of DNS on a port
 * of its own.
 */
#include "dissect/dns_message.h"

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);

/* Anywhere else the same message is one of DNS. */
static enum probe_score
probe(struct probe *p)
{
	enum probe_score score;

	if (!p->is_on_port)
		return PROBE_NO;
	score = dns_probe(p, p->own, p->size);
	return score > PROBE_MORE ? PROBE_SURE : score;
}

static void
feed(struct dissection *d)
{
	dns_feed(d, d->bytes);
}

const struct application application_llmnr = {
	.name = "llmnr",
	.title = "Link-Local Multicast Name Resolution",
	.source = "RFC 4795",
	.transports = APPLICATION_UDP,
	.udp_ports = { 5355 },
	.state_size = sizeof(struct dns_state),
	.is_settled = true,
	.probe = probe,
	.feed = feed,
	.fields = dns_fields
};
