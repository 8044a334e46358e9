/*
 * IKE, the Internet Key Exchange, of both versions (RFC 2408, RFC 7296); on
 * port 4500 behind four bytes of zeros (RFC 3948 2.2).
 *
 *   initiator's SPI (8), responder's SPI (8)
 *   next payload, version, exchange, flags
 *   message (4), size of it all (4)
 */
#include "dissect/application.h"

enum {
	IKE_HEADER_SIZE = 28,
	IKE_MARKER_SIZE = 4,
	IKE_RESPONSE = 0x20,		/* flag of version 2 */
	IKE_FLAGS_1 = 0x07,
	IKE_FLAGS_2 = 0x38,
	IKE_SA_1 = 1,			/* payloads that come first */
	IKE_SA_2 = 33
};

enum ike_fact {
	IKE_VERSION,
	IKE_EXCHANGE
};

struct ike_exchange {
	uint8_t		 version;
	uint8_t		 type;
	const char	*name;
};

struct ike_header {
	const struct ike_exchange	*exchange;
	bool				 is_first;	/* no responder yet */
};

static const struct fact_field fields[] = {
	[IKE_VERSION] = { "version", FACT_NUMBER, false, NULL,
	    "1 or 2." },
	[IKE_EXCHANGE] = { "exchange", FACT_TEXT, false, NULL,
	    "Type of the first exchange." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

/* RFC 2408 3.1 with RFC 2409 and IANA's registry; RFC 7296 3.1. */
static const struct ike_exchange exchanges[] = {
	{ 1, 1, "base" }, { 1, 2, "main" }, { 1, 3, "authentication" },
	{ 1, 4, "aggressive" }, { 1, 5, "informational" },
	{ 1, 6, "transaction" }, { 1, 32, "quick" }, { 1, 33, "new-group" },
	{ 2, 34, "IKE_SA_INIT" }, { 2, 35, "IKE_AUTH" },
	{ 2, 36, "CREATE_CHILD_SA" }, { 2, 37, "INFORMATIONAL" },
	{ 2, 38, "IKE_SESSION_RESUME" }, { 2, 43, "IKE_INTERMEDIATE" }
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static bool		read_message(struct cursor, uint32_t,
			    struct ike_header *);
static bool		read_header(struct cursor, uint32_t,
			    struct ike_header *);

static enum probe_score
probe(struct probe *p)
{
	struct ike_header header;

	if (!read_message(p->own, p->size, &header))
		return PROBE_NO;
	if (header.is_first)
		p->sender = ROLE_CLIENT;
	return PROBE_SURE;
}

static void
feed(struct dissection *d)
{
	struct ike_header header;

	if (read_message(d->bytes, d->size, &header)) {
		dissection_number(d, IKE_VERSION, header.exchange->version);
		dissection_word(d, IKE_EXCHANGE, header.exchange->name);
	}
	d->is_done = true;
}

static bool
read_message(struct cursor c, uint32_t size, struct ike_header *header)
{
	const uint8_t *marker = cursor_peek(&c, IKE_MARKER_SIZE);

	if (marker != NULL && bytes_be32(marker) == 0) {
		cursor_skip(&c, IKE_MARKER_SIZE);
		size -= IKE_MARKER_SIZE;
	}
	return read_header(c, size, header);
}

static bool
read_header(struct cursor c, uint32_t size, struct ike_header *header)
{
	const uint8_t *at = cursor_take(&c, IKE_HEADER_SIZE);
	bool is_2;

	if (at == NULL || bytes_be64(at) == 0 || bytes_be32(at + 24) != size)
		return false;
	is_2 = at[17] == 0x20;
	if ((at[17] != 0x10 && !is_2) ||
	    (at[19] & ~(is_2 ? IKE_FLAGS_2 : IKE_FLAGS_1)) != 0)
		return false;
	header->is_first = bytes_be64(at + 8) == 0 &&
	    (!is_2 || (at[19] & IKE_RESPONSE) == 0) &&
	    (at[16] == IKE_SA_1 || at[16] == IKE_SA_2);
	for (size_t i = 0; i < sizeof exchanges / sizeof *exchanges; i++) {
		header->exchange = &exchanges[i];
		if (exchanges[i].version == (is_2 ? 2 : 1) &&
		    exchanges[i].type == at[18])
			return true;
	}
	return false;
}

const struct application application_ike = {
	.name = "ike",
	.title = "Internet Key Exchange",
	.source = "RFC 7296, RFC 2408",
	.transports = APPLICATION_UDP,
	.udp_ports = { 500, 4500 },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
