/*
 * SOME/IP, calls between the controllers of a vehicle (AUTOSAR, "SOME/IP
 * Protocol Specification", 4.1), and its service discovery.
 *
 *   service (2), method (2), size of what follows (4), client (2),
 *   session (2), protocol version 1 (1), interface version (1),
 *   type (1), return code (1), payload
 */
#include "dissect/application.h"

enum {
	SOMEIP_HEADER_SIZE = 16,
	SOMEIP_COUNTED_AT = 8,		/* what the size counts begins */
	SOMEIP_VERSION = 1,
	SOMEIP_RESPONSE = 0x80,
	SOMEIP_SEGMENTED = 0x20,
	SOMEIP_CODE_MAX = 0x0f,
	SOMEIP_DISCOVERY_SERVICE = 0xffff,
	SOMEIP_DISCOVERY_METHOD = 0x8100
};

enum someip_fact {
	SOMEIP_SERVICE,
	SOMEIP_METHOD
};

static const struct fact_field fields[] = {
	[SOMEIP_SERVICE] = { "service", FACT_NUMBER, false, NULL,
	    "Service of the first message; 65535 is discovery." },
	[SOMEIP_METHOD] = { "method", FACT_NUMBER, false, NULL,
	    "Method or event of the first message." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static bool		is_type(uint8_t);
static void		feed(struct dissection *);

/* A datagram may have several messages: the first ends within it. */
static enum probe_score
probe(struct probe *p)
{
	const uint8_t *at = cursor_take(&p->own, SOMEIP_HEADER_SIZE);
	uint32_t size;
	bool is_response;

	if (at == NULL || at[12] != SOMEIP_VERSION || !is_type(at[14]) ||
	    at[15] > SOMEIP_CODE_MAX)
		return PROBE_NO;
	size = bytes_be32(at + 4);
	if (size < SOMEIP_COUNTED_AT || size + SOMEIP_COUNTED_AT > p->size)
		return PROBE_NO;
	if (bytes_be16(at) == SOMEIP_DISCOVERY_SERVICE &&
	    bytes_be16(at + 2) == SOMEIP_DISCOVERY_METHOD)
		return PROBE_SURE;
	is_response = (at[14] & SOMEIP_RESPONSE) != 0;
	if (size + SOMEIP_COUNTED_AT != p->size ||
	    bytes_be16(at) == 0 || (!is_response && at[15] != 0))
		return PROBE_NO;
	if (at[14] != 2)
		p->sender = is_response ? ROLE_SERVER : ROLE_CLIENT;
	return p->is_on_port ? PROBE_LIKELY : PROBE_NO;
}

/* Request, without return, notification; response, error; in parts. */
static bool
is_type(uint8_t type)
{
	type = (uint8_t)(type & ~SOMEIP_SEGMENTED);
	return type <= 2 || type == SOMEIP_RESPONSE ||
	    type == SOMEIP_RESPONSE + 1;
}

static void
feed(struct dissection *d)
{
	const uint8_t *at = cursor_take(&d->bytes, 4);

	if (at == NULL)
		return;
	dissection_number(d, SOMEIP_SERVICE, bytes_be16(at));
	dissection_number(d, SOMEIP_METHOD, bytes_be16(at + 2));
	d->is_done = true;
}

const struct application application_someip = {
	.name = "someip",
	.title = "Scalable service-oriented middleware over IP",
	.source = "AUTOSAR, SOME/IP Protocol Specification",
	.transports = APPLICATION_UDP,
	.udp_ports = { 30490 },
	.starts = { { 0xff, 0x100 } },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
