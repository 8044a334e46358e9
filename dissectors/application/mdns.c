/*
 * Multicast DNS (RFC 6762): messages of DNS on a port of its own.
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
	/* To all from all (11): who answers is not the one who was asked. */
	if (p->own_port == p->peer_port)
		p->sender = ROLE_UNKNOWN;
	return score > PROBE_MORE ? PROBE_SURE : score;
}

static void
feed(struct dissection *d)
{
	dns_feed(d, d->bytes);
}

const struct application application_mdns = {
	.name = "mdns",
	.title = "Multicast DNS",
	.source = "RFC 6762",
	.transports = APPLICATION_UDP,
	.udp_ports = { 5353 },
	.state_size = sizeof(struct dns_state),
	.is_settled = true,
	.probe = probe,
	.feed = feed,
	.fields = dns_fields
};
