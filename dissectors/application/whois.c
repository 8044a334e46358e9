/*
 * WHOIS (RFC 3912): one line asks, text answers. Any line would do: the port
 * tells.
 */
#include "dissect/line.h"

enum { WHOIS_LINE_MAX = 256 };

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
	struct line line = { p->own.at, cursor_left(&p->own) };
	bool is_whole = line_take(&p->own, &line);

	if (!p->is_on_port || !p->is_start || line.size > WHOIS_LINE_MAX ||
	    !line_is_text(&line))
		return PROBE_NO;
	if (!is_whole)
		return PROBE_MORE;
	if (cursor_left(&p->own) > 0 || line.size == 0)
		return PROBE_NO;
	return PROBE_WEAK;
}

static void
feed(struct dissection *d)
{
	struct line line;

	if (d->sender == ROLE_SERVER) {
		d->is_done = true;
		return;
	}
	if (line_next(d, &line)) {
		line_note(d, WHOIS_QUERY, line_trimmed(line));
		d->is_done = true;
	}
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
