/*
 * NetFlow 5 (as Cisco published it), 9 (RFC 3954, 5) and IPFIX, which is
 * version 10 (RFC 7011, 3).
 *
 *   5:   version, count (2 each), 20 bytes more; 48 bytes a flow
 *   9:   version, count (2 each), uptime, time, sequence, source (4 each)
 *   10:  version, size of all (2 each), time, sequence, domain (4 each)
 *   then, of 9 and 10, sets: id (2), size with these (2), records
 */
#include "dissect/application.h"

enum {
	NETFLOW_5 = 5,
	NETFLOW_9 = 9,
	NETFLOW_IPFIX = 10,
	NETFLOW_5_HEADER = 24,
	NETFLOW_5_RECORD = 48,
	NETFLOW_5_COUNT_MAX = 30,
	NETFLOW_9_HEADER = 20,
	NETFLOW_9_COUNT_MAX = 1024,
	NETFLOW_IPFIX_HEADER = 16,
	NETFLOW_SET_HEADER = 4,
	NETFLOW_SET_TEMPLATES = 3,	/* ids 0 and 1 of version 9, 2 and 3 */
	NETFLOW_SET_DATA = 256
};

enum netflow_fact {
	NETFLOW_VERSION,
	NETFLOW_SOURCE
};

static const struct fact_field fields[] = {
	[NETFLOW_VERSION] = { "version", FACT_NUMBER, false, NULL,
	    "Version of the messages; 10 is IPFIX." },
	[NETFLOW_SOURCE] = { "source", FACT_NUMBER, false, NULL,
	    "Source or observation domain that the exporter names." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static enum probe_score	probe_sets(struct probe *, size_t);
static void		feed(struct dissection *);

/* Sizes that add up to the datagram. */
static enum probe_score
probe(struct probe *p)
{
	struct cursor c = p->own;
	uint16_t version = cursor_be16(&c);
	uint16_t count = cursor_be16(&c);

	if (!cursor_ok(&c))
		return PROBE_NO;
	p->sender = ROLE_CLIENT;
	switch (version) {
	case NETFLOW_5:
		return count > 0 && count <= NETFLOW_5_COUNT_MAX &&
		    p->size == NETFLOW_5_HEADER +
		    (uint32_t)count * NETFLOW_5_RECORD ? PROBE_LIKELY :
		    PROBE_NO;
	case NETFLOW_9:
		return count > 0 && count <= NETFLOW_9_COUNT_MAX ?
		    probe_sets(p, NETFLOW_9_HEADER) : PROBE_NO;
	case NETFLOW_IPFIX:
		return count == p->size ?
		    probe_sets(p, NETFLOW_IPFIX_HEADER) : PROBE_NO;
	default:
		return PROBE_NO;
	}
}

/* A set behind the other, to the end of what was captured. */
static enum probe_score
probe_sets(struct probe *p, size_t header)
{
	bool is_whole = cursor_left(&p->own) == p->size;
	int sets = 0;

	cursor_skip(&p->own, header);
	while (cursor_left(&p->own) >= NETFLOW_SET_HEADER) {
		uint16_t id = cursor_be16(&p->own);
		uint16_t size = cursor_be16(&p->own);

		if (size < NETFLOW_SET_HEADER || (id < NETFLOW_SET_DATA &&
		    id > NETFLOW_SET_TEMPLATES))
			return PROBE_NO;
		cursor_skip(&p->own, (size_t)size - NETFLOW_SET_HEADER);
		if (!cursor_ok(&p->own) && is_whole)
			return PROBE_NO;
		sets++;
	}
	return sets > 0 && cursor_left(&p->own) == 0 ? PROBE_LIKELY :
	    PROBE_NO;
}

static void
feed(struct dissection *d)
{
	uint16_t version = cursor_be16(&d->bytes);
	uint32_t source;

	if (cursor_ok(&d->bytes))
		dissection_number(d, NETFLOW_VERSION, version);
	cursor_skip(&d->bytes, version == NETFLOW_9 ? 14 : 10);
	source = cursor_be32(&d->bytes);
	if (cursor_ok(&d->bytes) && version != NETFLOW_5)
		dissection_number(d, NETFLOW_SOURCE, source);
	d->is_done = true;
}

const struct application application_netflow = {
	.name = "netflow",
	.title = "NetFlow and IPFIX",
	.source = "RFC 3954, RFC 7011",
	.transports = APPLICATION_UDP,
	.udp_ports = { 2055, 4739 },
	.starts = { { 0, 1 } },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
