/*
 * Finger (RFC 1288): one line asks, "ann" or "/W ann@host.example" or
 * nothing, and text answers. Any line would do: the port tells.
 */
#include "dissect/line.h"

enum finger_fact {
	FINGER_QUERY
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);

static const struct fact_field fields[] = {
	[FINGER_QUERY] = { "query", FACT_TEXT, false, NULL,
	    "Who is asked about." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score
probe(struct probe *p)
{
	return line_probe_question(p, true);
}

static void
feed(struct dissection *d)
{
	line_feed_question(d, FINGER_QUERY);
}

const struct application application_finger = {
	.name = "finger",
	.title = "Finger",
	.source = "RFC 1288",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 79 },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
