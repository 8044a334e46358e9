/*
 * rsync's own daemon, by its published source and manual: both sides say
 * which version they speak, the client names a module, and the server takes
 * it or asks for a password.
 *
 *   S: @RSYNCD: 31.0     C: @RSYNCD: 31.0     C: backup     S: @RSYNCD: OK
 */
#include "dissect/line.h"

enum rsync_fact {
	RSYNC_CLIENT_VERSION,
	RSYNC_SERVER_VERSION,
	RSYNC_MODULE
};

struct rsync_state {
	bool	has_version[2];		/* by role less one */
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static void		take_line(struct dissection *, struct line);

static const struct fact_field fields[] = {
	[RSYNC_CLIENT_VERSION] = { "client_version", FACT_TEXT, false, NULL,
	    "The version of the protocol that the client speaks." },
	[RSYNC_SERVER_VERSION] = { "server_version", FACT_TEXT, false, NULL,
	    "The version of the protocol that the server speaks." },
	[RSYNC_MODULE] = { "module", FACT_TEXT, false, NULL,
	    "The module that the client asks for." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score
probe(struct probe *p)
{
	static const char *const begins[] = { "@RSYNCD: ", NULL };
	enum probe_score fit = line_begin(&p->own, begins);

	return fit == PROBE_MORE && !p->is_start ? PROBE_NO : fit;
}

static void
feed(struct dissection *d)
{
	struct line line;

	while (line_next(d, &line))
		take_line(d, line);
}

static void
take_line(struct dissection *d, struct line line)
{
	struct rsync_state *state = d->state;
	bool *has_version = &state->has_version[d->sender - ROLE_CLIENT];
	struct line rest = line;
	struct line word = line_word(&rest);

	if (!*has_version && line_is(&word, "@RSYNCD:")) {
		line_note(d, d->sender == ROLE_CLIENT ?
		    RSYNC_CLIENT_VERSION : RSYNC_SERVER_VERSION,
		    line_word(&rest));
		*has_version = true;
	} else if (d->sender == ROLE_CLIENT) {
		line_note(d, RSYNC_MODULE, line_trimmed(line));
		d->is_done = true;
	}
}

const struct application application_rsync = {
	.name = "rsync",
	.title = "rsync",
	.source = "rsyncd.conf(5)",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 873 },
	.state_size = sizeof(struct rsync_state),
	.probe = probe,
	.feed = feed,
	.fields = fields
};
