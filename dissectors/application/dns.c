/*
 * DNS, the Domain Name System (RFC 1035), over UDP and, each message behind
 * its size in two bytes, over TCP.
 */
#include "dissect/dns_message.h"

enum { DNS_SIZE_SIZE = 2 };

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);

static enum probe_score
probe(struct probe *p)
{
	struct cursor message;
	uint16_t size;

	/* Neighbours that speak alike have ports of their own. */
	if (!p->is_on_port && p->is_datagram && (p->own_port == 5353 ||
	    p->peer_port == 5353 || p->own_port == 5355 ||
	    p->peer_port == 5355 || p->own_port == 137 ||
	    p->peer_port == 137))
		return PROBE_NO;
	if (p->is_datagram)
		return dns_probe(p, p->own, p->size);
	size = cursor_be16(&p->own);
	if (!cursor_ok(&p->own))
		return PROBE_MORE;
	if (size < DNS_HEADER_SIZE)
		return PROBE_NO;
	if (cursor_left(&p->own) < size)
		return cursor_left(&p->own) >= DNS_HEADER_SIZE &&
		    dns_probe(p, p->own, size) == PROBE_NO ? PROBE_NO :
		    PROBE_MORE;
	message = cursor_sub(&p->own, size);
	return dns_probe(p, message, size);
}

static void
feed(struct dissection *d)
{
	struct cursor c = d->bytes;
	struct cursor message;

	if (d->is_datagram) {
		dns_feed(d, d->bytes);
		return;
	}
	for (;;) {
		message = cursor_sub(&c, cursor_be16(&c));
		if (!cursor_ok(&c))
			return;
		dns_feed(d, message);
		d->bytes = c;
	}
}

const struct application application_dns = {
	.name = "dns",
	.title = "Domain Name System",
	.source = "RFC 1035, RFC 7766",
	.transports = APPLICATION_UDP | APPLICATION_TCP,
	.tcp_ports = { 53 },
	.udp_ports = { 53 },
	.state_size = sizeof(struct dns_state),
	.probe = probe,
	.feed = feed,
	.fields = dns_fields
};
