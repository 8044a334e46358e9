/*
 * NATS, the client protocol as its documentation publishes it: lines, the
 * first of each side with JSON behind a word.
 *
 *   S: INFO {"server_id":"N1","version":"2.10.7",...}
 *   C: CONNECT {"lang":"go","name":"sensor",...}
 *
 * Behind INFO the client may speak TLS.
 */
#include "dissect/line.h"

enum { NATS_TLS_HANDSHAKE = 22 };

enum nats_fact {
	NATS_SERVER_VERSION,
	NATS_SERVER_NAME,
	NATS_NAME,
	NATS_LANGUAGE,
	NATS_USER
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static void		note_member(struct dissection *, unsigned int,
			    struct line, const char *);

static const struct fact_field fields[] = {
	[NATS_SERVER_VERSION] = { "server_version", FACT_TEXT, false, NULL,
	    "The version of the server." },
	[NATS_SERVER_NAME] = { "server_name", FACT_TEXT, false, NULL,
	    "What the server calls itself." },
	[NATS_NAME] = { "name", FACT_TEXT, false, NULL,
	    "What the client calls itself." },
	[NATS_LANGUAGE] = { "language", FACT_TEXT, false, NULL,
	    "The language of the client's library." },
	[NATS_USER] = { "user", FACT_TEXT, false, NULL,
	    "The user who logs in." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score
probe(struct probe *p)
{
	static const char *const begins[] = { "INFO {", "CONNECT {", NULL };
	enum probe_score more = p->is_start ? PROBE_MORE : PROBE_NO;
	enum probe_score fit = line_begin(&p->own, begins);
	struct line line;

	if (fit != PROBE_SURE)
		return fit == PROBE_MORE ? more : PROBE_NO;
	p->sender = *p->own.at == 'I' || *p->own.at == 'i' ? ROLE_SERVER :
	    ROLE_CLIENT;
	if (!line_take(&p->own, &line))
		return more;
	return line_is_text(&line) && line_has(&line,
	    p->sender == ROLE_SERVER ? "\"server_id\"" : "\"lang\"") ?
	    PROBE_SURE : PROBE_NO;
}

static void
feed(struct dissection *d)
{
	struct line line;

	if (d->sender == ROLE_CLIENT && cursor_left(&d->bytes) > 0 &&
	    *d->bytes.at == NATS_TLS_HANDSHAKE) {
		dissection_switch(d, "tls");
		return;
	}
	if (!line_next(d, &line))
		return;
	if (d->sender == ROLE_SERVER && line_begins(&line, "INFO ")) {
		note_member(d, NATS_SERVER_VERSION, line, "\"version\"");
		note_member(d, NATS_SERVER_NAME, line, "\"server_name\"");
	} else if (d->sender == ROLE_CLIENT) {
		note_member(d, NATS_NAME, line, "\"name\"");
		note_member(d, NATS_LANGUAGE, line, "\"lang\"");
		note_member(d, NATS_USER, line, "\"user\"");
		d->is_done = true;
	}
}

/* The text behind the first such key. */
static void
note_member(struct dissection *d, unsigned int field, struct line json,
    const char *key)
{
	while (json.size > 0 && !line_begins(&json, key)) {
		json.at++;
		json.size--;
	}
	if (json.size == 0)
		return;
	(void)line_until(&json, ':');
	json = line_trimmed(json);
	if (json.size == 0 || *json.at != '"')
		return;
	(void)line_until(&json, '"');
	line_note(d, field, line_until(&json, '"'));
}

const struct application application_nats = {
	.name = "nats",
	.title = "NATS",
	.source = "NATS client protocol",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 4222 },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
