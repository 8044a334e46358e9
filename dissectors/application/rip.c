/*
 * RIP, the Routing Information Protocol (RFC 1058, 3.1; RFC 2453, 4).
 *
 *   command (1), version (1), 0 (2); then routes of 20 bytes each: address
 *   family (2), tag (2), address, mask, next hop (4 each), metric (4)
 */
#include "dissect/application.h"

enum {
	RIP_HEADER_SIZE = 4,
	RIP_ROUTE_SIZE = 20,
	RIP_ROUTES_MAX = 25,
	RIP_REQUEST = 1,
	RIP_RESPONSE = 2,
	RIP_INET = 2,
	RIP_AUTHENTICATION = 0xffff,	/* RFC 2453, 4.1 */
	RIP_METRIC_MAX = 16
};

enum rip_fact {
	RIP_VERSION,
	RIP_ROUTES
};

static const struct fact_field fields[] = {
	[RIP_VERSION] = { "version", FACT_NUMBER, false, NULL,
	    "Version of the protocol." },
	[RIP_ROUTES] = { "routes", FACT_NUMBER, false, NULL,
	    "Routes in the first message." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static bool		is_route(const uint8_t *, uint8_t);
static void		feed(struct dissection *);

static enum probe_score
probe(struct probe *p)
{
	const uint8_t *at = cursor_take(&p->own, RIP_HEADER_SIZE);
	const uint8_t *route = cursor_take(&p->own, RIP_ROUTE_SIZE);

	if (route == NULL || !p->is_on_port || (at[0] != RIP_REQUEST &&
	    at[0] != RIP_RESPONSE) || (at[1] != 1 && at[1] != 2) ||
	    bytes_be16(at + 2) != 0 || p->size > RIP_HEADER_SIZE +
	    RIP_ROUTES_MAX * RIP_ROUTE_SIZE || p->size % RIP_ROUTE_SIZE !=
	    RIP_HEADER_SIZE || !is_route(route, at[0]))
		return PROBE_NO;
	return PROBE_LIKELY;
}

/* A request for everything has no family (3.9.1). */
static bool
is_route(const uint8_t *route, uint8_t command)
{
	uint16_t family = bytes_be16(route);

	return family == RIP_AUTHENTICATION ||
	    ((family == RIP_INET || (family == 0 && command ==
	    RIP_REQUEST)) && bytes_be32(route + 16) <= RIP_METRIC_MAX);
}

static void
feed(struct dissection *d)
{
	const uint8_t *at = cursor_take(&d->bytes, RIP_HEADER_SIZE);

	if (at == NULL)
		return;
	dissection_number(d, RIP_VERSION, at[1]);
	dissection_number(d, RIP_ROUTES, (d->size - RIP_HEADER_SIZE) /
	    RIP_ROUTE_SIZE);
	d->is_done = true;
}

const struct application application_rip = {
	.name = "rip",
	.title = "Routing Information Protocol",
	.source = "RFC 2453",
	.transports = APPLICATION_UDP,
	.udp_ports = { 520 },
	.is_settled = true,
	.probe = probe,
	.feed = feed,
	.fields = fields
};
