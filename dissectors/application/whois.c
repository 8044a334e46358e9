/*
 * WHOIS (RFC 3912): one line asks, text answers. Any line would do: the port
 * tells.
 */
#include "dissect/line.h"

enum whois_fact {
	WHOIS_QUERY
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);

static const struct fact_field fields[] = {
	[WHOIS_QUERY] = { "query", FACT_TEXT, false, NULL,
	    "What is asked about." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score
probe(struct probe *p)
{
	return line_probe_question(p, false);
}

static void
feed(struct dissection *d)
{
	line_feed_question(d, WHOIS_QUERY);
}

const struct application application_whois = {
	.name = "whois",
	.title = "WHOIS",
	.source = "RFC 3912",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 43, 4321 },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
