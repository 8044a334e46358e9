/*
 * sFlow version 5 (sFlow.org, "sFlow Version 5", July 2004).
 *
 *   version 5 (4), type of address 1 or 2 (4), address (4 or 16),
 *   sub agent (4), sequence (4), uptime (4), samples (4);
 *   then samples: enterprise and format (4), size (4), data
 */
#include "base/spell.h"
#include "dissect/application.h"

enum {
	SFLOW_VERSION = 5,
	SFLOW_IPV4 = 1,
	SFLOW_IPV6 = 2,
	SFLOW_SAMPLES_MAX = 256,
	SFLOW_COUNTERS = 12,	/* bytes between address and samples */
	SFLOW_ENTERPRISE_SHIFT = 12,
	SFLOW_FORMAT_MAX = 5
};

enum sflow_fact {
	SFLOW_AGENT
};

static const struct fact_field fields[] = {
	[SFLOW_AGENT] = { "agent", FACT_TEXT, false, NULL,
	    "Address of the agent that samples." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static const uint8_t	*take_agent(struct cursor *, uint32_t *);
static void		feed(struct dissection *);

static enum probe_score
probe(struct probe *p)
{
	uint32_t type;
	uint32_t samples;
	uint32_t format;
	uint32_t size;

	if (take_agent(&p->own, &type) == NULL)
		return PROBE_NO;
	cursor_skip(&p->own, SFLOW_COUNTERS);
	samples = cursor_be32(&p->own);
	format = cursor_be32(&p->own);
	size = cursor_be32(&p->own);
	if (!cursor_ok(&p->own) || samples == 0 ||
	    samples > SFLOW_SAMPLES_MAX || size > p->size || size % 4 != 0)
		return PROBE_NO;
	p->sender = ROLE_CLIENT;
	return format >> SFLOW_ENTERPRISE_SHIFT != 0 ||
	    (format > 0 && format <= SFLOW_FORMAT_MAX) ? PROBE_SURE :
	    PROBE_NO;
}

static const uint8_t *
take_agent(struct cursor *c, uint32_t *type)
{
	uint32_t version = cursor_be32(c);

	*type = cursor_be32(c);
	if (version != SFLOW_VERSION || (*type != SFLOW_IPV4 &&
	    *type != SFLOW_IPV6))
		return NULL;
	return cursor_take(c, *type == SFLOW_IPV4 ? 4 : 16);
}

static void
feed(struct dissection *d)
{
	char text[SPELL_ROOM];
	uint32_t type;
	const uint8_t *agent = take_agent(&d->bytes, &type);
	const char *end;

	if (agent == NULL)
		return;
	end = type == SFLOW_IPV4 ? spell_ipv4(text, agent) :
	    spell_ipv6(text, agent);
	dissection_text(d, SFLOW_AGENT, text, (size_t)(end - text));
	d->is_done = true;
}

const struct application application_sflow = {
	.name = "sflow",
	.title = "sFlow",
	.source = "sFlow.org, sFlow Version 5",
	.transports = APPLICATION_UDP,
	.udp_ports = { 6343 },
	.starts = { { 0, 1 } },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
