/*
 * Finger (RFC 1288): one line asks, "ann" or "/W ann@host.example" or
 * nothing, and text answers. Any line would do: the port tells.
 */
#include "dissect/line.h"

enum { FINGER_LINE_MAX = 256 };

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
	struct line line = { p->own.at, cursor_left(&p->own) };
	bool is_whole = line_take(&p->own, &line);

	if (!p->is_on_port || !p->is_start || line.size > FINGER_LINE_MAX ||
	    !line_is_text(&line))
		return PROBE_NO;
	if (!is_whole)
		return PROBE_MORE;
	if (cursor_left(&p->own) > 0)
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
		line_note(d, FINGER_QUERY, line_trimmed(line));
		d->is_done = true;
	}
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
