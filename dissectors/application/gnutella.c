/*
 * Gnutella, a network for sharing files: a connection begins with lines as
 * HTTP has them (Gnutella 0.6, 2.1).
 *
 *   "GNUTELLA CONNECT/0.6\r\nUser-Agent: name\r\n...\r\n\r\n"
 *   "GNUTELLA/0.6 200 OK\r\n..."
 */
#include <string.h>
#include <strings.h>

#include "dissect/application.h"

enum gnutella_fact {
	GNUTELLA_AGENTS
};

static const struct fact_field fields[] = {
	[GNUTELLA_AGENTS] = { "agents", FACT_LIST, false, NULL,
	    "Programs of the two sides." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static void		note_line(struct dissection *, struct cursor);

static enum probe_score
probe(struct probe *p)
{
	static const char ask[] = "GNUTELLA CONNECT/0.";
	static const char answer[] = "GNUTELLA/0.";
	size_t held = cursor_left(&p->own);

	if (memcmp(p->own.at, ask, held < sizeof ask - 1 ? held :
	    sizeof ask - 1) == 0) {
		p->sender = ROLE_CLIENT;
		return held < sizeof ask - 1 ? PROBE_MORE : PROBE_SURE;
	}
	if (memcmp(p->own.at, answer, held < sizeof answer - 1 ? held :
	    sizeof answer - 1) != 0)
		return PROBE_NO;
	p->sender = ROLE_SERVER;
	return held < sizeof answer - 1 ? PROBE_MORE : PROBE_SURE;
}

/* Up to an empty line. */
static void
feed(struct dissection *d)
{
	const uint8_t *end;

	while (!d->is_side_done && cursor_left(&d->bytes) > 0 &&
	    (end = memchr(d->bytes.at, '\n', cursor_left(&d->bytes))) !=
	    NULL) {
		struct cursor line = cursor_sub(&d->bytes,
		    (size_t)(end - d->bytes.at));

		cursor_skip(&d->bytes, 1);
		note_line(d, line);
		d->is_side_done = cursor_left(&line) <= 1;
	}
	if (d->is_full)
		d->is_side_done = true;
}

static void
note_line(struct dissection *d, struct cursor line)
{
	static const char name[] = "User-Agent:";

	if (cursor_left(&line) < sizeof name || strncasecmp(name,
	    (const char *)line.at, sizeof name - 1) != 0)
		return;
	cursor_skip(&line, sizeof name - 1);
	while (cursor_left(&line) > 0 && *line.at == ' ')
		cursor_skip(&line, 1);
	if (cursor_left(&line) > 0 && line.end[-1] == '\r')
		line.end--;
	dissection_item(d, GNUTELLA_AGENTS, line.at, cursor_left(&line));
}

const struct application application_gnutella = {
	.name = "gnutella",
	.title = "Gnutella",
	.source = "Gnutella 0.6",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 6346, 6347 },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
