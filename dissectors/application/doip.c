/*
 * DoIP, diagnostics of vehicles over IP (ISO 13400-2).
 *
 *   version (1), its complement (1), type of payload (2), size of it (4)
 */
#include "dissect/application.h"

enum {
	DOIP_HEADER_SIZE = 8,
	DOIP_VERSION_MAX = 4,
	DOIP_VERSION_ANY = 0xff,	/* in a request who is there */
	DOIP_SIZE_MAX = 1 << 20,
	DOIP_ANNOUNCEMENT = 0x0004,
	DOIP_ROUTING_REQUEST = 0x0005,
	DOIP_DIAGNOSTIC = 0x8001,
	DOIP_DIAGNOSTIC_NEGATIVE = 0x8003,
	DOIP_VIN_SIZE = 17
};

enum doip_fact {
	DOIP_VERSION,
	DOIP_VIN,
	DOIP_SOURCE,
	DOIP_TARGET
};

static const struct fact_field fields[] = {
	[DOIP_VERSION] = { "version", FACT_NUMBER, false, NULL,
	    "Version of the protocol." },
	[DOIP_VIN] = { "vin", FACT_TEXT, false, NULL,
	    "Identification number of the vehicle." },
	[DOIP_SOURCE] = { "source", FACT_NUMBER, false, NULL,
	    "Logical address that a diagnostic message is from." },
	[DOIP_TARGET] = { "target", FACT_NUMBER, false, NULL,
	    "Logical address that it is to." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static bool		is_type(uint16_t);
static void		feed(struct dissection *);

static enum probe_score
probe(struct probe *p)
{
	size_t held = cursor_left(&p->own);
	const uint8_t *at = p->own.at;
	uint32_t size;

	if (held == 0 || at[0] == 0 || (at[0] > DOIP_VERSION_MAX &&
	    at[0] != DOIP_VERSION_ANY) ||
	    (held > 1 && (at[0] ^ at[1]) != 0xff))
		return PROBE_NO;
	if (held < DOIP_HEADER_SIZE)
		return p->is_datagram ? PROBE_NO : PROBE_MORE;
	size = bytes_be32(at + 4);
	if (!is_type(bytes_be16(at + 2)) || size > DOIP_SIZE_MAX ||
	    (p->is_datagram && size + DOIP_HEADER_SIZE != p->size))
		return PROBE_NO;
	if (bytes_be16(at + 2) == DOIP_ROUTING_REQUEST)
		p->sender = ROLE_CLIENT;
	return p->is_on_port ? PROBE_SURE : PROBE_LIKELY;
}

/* ISO 13400-2, table 17. */
static bool
is_type(uint16_t type)
{
	return type <= 0x0008 || (type >= 0x4001 && type <= 0x4004) ||
	    (type >= DOIP_DIAGNOSTIC && type <= DOIP_DIAGNOSTIC_NEGATIVE);
}

/* Until a diagnostic message of each side was seen. */
static void
feed(struct dissection *d)
{
	struct cursor c = d->bytes;
	const uint8_t *header;

	while (!d->is_side_done &&
	    (header = cursor_take(&c, DOIP_HEADER_SIZE)) != NULL) {
		uint16_t type = bytes_be16(header + 2);
		struct cursor body = cursor_sub(&c, bytes_be32(header + 4));
		const uint8_t *at;

		if (!cursor_ok(&c) || !is_type(type)) {
			d->is_side_done = d->is_full || !is_type(type);
			return;
		}
		dissection_number(d, DOIP_VERSION, header[0]);
		if (type == DOIP_ANNOUNCEMENT &&
		    (at = cursor_take(&body, DOIP_VIN_SIZE)) != NULL)
			dissection_text(d, DOIP_VIN, at, DOIP_VIN_SIZE);
		if (type >= DOIP_DIAGNOSTIC &&
		    (at = cursor_take(&body, 4)) != NULL) {
			dissection_number(d, DOIP_SOURCE, bytes_be16(at));
			dissection_number(d, DOIP_TARGET,
			    bytes_be16(at + 2));
			d->is_side_done = true;
		}
		d->bytes = c;
	}
}

const struct application application_doip = {
	.name = "doip",
	.title = "Diagnostics over IP",
	.source = "ISO 13400-2",
	.transports = APPLICATION_TCP | APPLICATION_UDP,
	.tcp_ports = { 13400 },
	.udp_ports = { 13400 },
	.starts = { { 1, 5 }, { 0xff, 0x100 } },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
