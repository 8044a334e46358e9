/*
 * GTP-C, the control of mobile networks' tunnels: version 1 (3GPP TS 29.060,
 * 6) and 2 (3GPP TS 29.274, 5). What the tunnels carry is GTP-U.
 *
 *   1:  version 1 (3 bits), PT 1, 0, flags (3 bits), type (1),
 *       size of what follows the first 8 bytes (2), tunnel (4), ...
 *   2:  version 2 (3 bits), P, T, ... type (1),
 *       size of what follows the first 4 bytes (2), tunnel (4, if T), ...
 */
#include "dissect/application.h"

enum {
	GTP_1_HEADER_SIZE = 8,
	GTP_1_VERSION = 0x30,
	GTP_2_HEADER_SIZE = 4,
	GTP_2_VERSION = 2,
	GTP_2_PIGGYBACK = 0x10,
	GTP_2_HAS_TUNNEL = 0x08,
	GTP_2_LEAST = 4			/* the sequence number alone */
};

enum gtp_fact {
	GTP_VERSION,
	GTP_MESSAGE
};

static const struct fact_field fields[] = {
	[GTP_VERSION] = { "version", FACT_NUMBER, false, NULL,
	    "Version of the protocol." },
	[GTP_MESSAGE] = { "message", FACT_NUMBER, false, NULL,
	    "Type of the first message." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);

static enum probe_score
probe(struct probe *p)
{
	const uint8_t *at = cursor_peek(&p->own, GTP_1_HEADER_SIZE);
	uint16_t size;

	if (at == NULL || !p->is_on_port || at[1] == 0)
		return PROBE_NO;
	size = bytes_be16(at + 2);
	if ((at[0] & ~7) == GTP_1_VERSION)
		return (uint32_t)size + GTP_1_HEADER_SIZE == p->size ?
		    PROBE_LIKELY : PROBE_NO;
	if (at[0] >> 5 != GTP_2_VERSION || size < GTP_2_LEAST +
	    ((at[0] & GTP_2_HAS_TUNNEL) != 0 ? 4 : 0))
		return PROBE_NO;
	/* Another message may follow in the same datagram (5.5.1). */
	if ((at[0] & GTP_2_PIGGYBACK) != 0) {
		cursor_skip(&p->own, (size_t)size + GTP_2_HEADER_SIZE);
		at = cursor_peek(&p->own, GTP_1_HEADER_SIZE);
		if (at == NULL || at[0] >> 5 != GTP_2_VERSION)
			return PROBE_NO;
		size = (uint16_t)(size + bytes_be16(at + 2) +
		    GTP_2_HEADER_SIZE);
	}
	return (uint32_t)size + GTP_2_HEADER_SIZE == p->size ? PROBE_LIKELY :
	    PROBE_NO;
}

static void
feed(struct dissection *d)
{
	const uint8_t *at = cursor_take(&d->bytes, GTP_2_HEADER_SIZE);

	if (at == NULL)
		return;
	dissection_number(d, GTP_VERSION, at[0] >> 5);
	dissection_number(d, GTP_MESSAGE, at[1]);
	d->is_done = true;
}

const struct application application_gtp = {
	.name = "gtp",
	.title = "GPRS Tunnelling Protocol, control",
	.source = "3GPP TS 29.060, TS 29.274",
	.transports = APPLICATION_UDP,
	.udp_ports = { 2123 },
	.is_settled = true,
	.probe = probe,
	.feed = feed,
	.fields = fields
};
