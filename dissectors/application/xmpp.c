/*
 * XMPP (RFC 6120): each side opens a stream of XML, and in it the client may
 * ask for TLS (section 5).
 *
 *   C: <?xml version='1.0'?><stream:stream to='example.org'
 *      xmlns='jabber:client' version='1.0'>
 *   C: <starttls .../>      S: <proceed .../>
 *
 * Logging in is the last that is looked at.
 */
#include <string.h>

#include "dissect/line.h"

enum { XMPP_TAGS_MAX = 64 };

enum xmpp_fact {
	XMPP_TO,
	XMPP_FROM,
	XMPP_SERVER,
	XMPP_MECHANISM
};

struct xmpp_state {
	uint8_t	tags;
};

static enum probe_score	probe(struct probe *);
static bool		take_tag(struct cursor *, struct line *);
static void		feed(struct dissection *);
static void		take_client(struct dissection *,
			    const struct line *);
static void		take_server(struct dissection *,
			    const struct line *);
static struct line	attribute_of(struct line, const char *);

static const struct fact_field fields[] = {
	[XMPP_TO] = { "to", FACT_TEXT, false, NULL,
	    "The domain that the client speaks to." },
	[XMPP_FROM] = { "from", FACT_TEXT, false, NULL,
	    "The address of the client, where it says so." },
	[XMPP_SERVER] = { "server", FACT_TEXT, false, NULL,
	    "The domain that the server speaks for." },
	[XMPP_MECHANISM] = { "mechanism", FACT_TEXT, false, NULL,
	    "How the client logs in." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

/* The declaration may come alone, and may be missing. */
static enum probe_score
probe(struct probe *p)
{
	static const char *const begins[] = { "<?xml ", "<stream:stream ",
	    NULL };
	enum probe_score more = p->is_start ? PROBE_MORE : PROBE_NO;
	enum probe_score fit = line_begin(&p->own, begins);
	struct line tag;

	if (fit != PROBE_SURE)
		return fit == PROBE_MORE ? more : PROBE_NO;
	if (!take_tag(&p->own, &tag))
		return line_begins(&tag, "<?xml ") ? more : PROBE_SURE;
	if (line_begins(&tag, "<stream:stream "))
		return PROBE_SURE;
	if (cursor_left(&p->own) == 0)
		return more;
	(void)take_tag(&p->own, &tag);
	fit = line_begin(&(struct cursor){ tag.at, tag.at + tag.size,
	    false }, begins + 1);
	return fit == PROBE_MORE ? more : fit;
}

/*
 * What begins with "<", and ends with ">" where it is whole; text before it
 * is no tag's.
 */
static bool
take_tag(struct cursor *c, struct line *tag)
{
	size_t left = cursor_left(c);
	const uint8_t *begin = left == 0 ? NULL : memchr(c->at, '<', left);
	const uint8_t *end;

	if (begin == NULL) {
		*tag = (struct line){ c->at, 0 };
		cursor_skip(c, left);
		return false;
	}
	cursor_skip(c, (size_t)(begin - c->at));
	left = cursor_left(c);
	end = memchr(begin, '>', left);
	*tag = (struct line){ begin, end == NULL ? left :
	    (size_t)(end - begin) };
	if (end != NULL)
		cursor_skip(c, tag->size + 1);
	return end != NULL;
}

static void
feed(struct dissection *d)
{
	struct xmpp_state *state = d->state;
	struct line tag;

	while (!d->is_done && !d->has_inner && take_tag(&d->bytes, &tag)) {
		if (d->sender == ROLE_CLIENT)
			take_client(d, &tag);
		else
			take_server(d, &tag);
		if (!d->is_done)
			d->is_done = ++state->tags == XMPP_TAGS_MAX;
	}
	if (d->is_full && cursor_left(&d->bytes) >= APPLICATION_HELD_MAX)
		d->is_done = true;
}

static void
take_client(struct dissection *d, const struct line *tag)
{
	if (line_begins(tag, "<stream:stream ")) {
		line_note(d, XMPP_TO, attribute_of(*tag, "to"));
		line_note(d, XMPP_FROM, attribute_of(*tag, "from"));
	} else if (line_begins(tag, "<auth ")) {
		line_note(d, XMPP_MECHANISM,
		    attribute_of(*tag, "mechanism"));
		d->is_done = true;
	}
}

static void
take_server(struct dissection *d, const struct line *tag)
{
	if (line_begins(tag, "<stream:stream "))
		line_note(d, XMPP_SERVER, attribute_of(*tag, "from"));
	else if (line_begins(tag, "<proceed"))
		dissection_switch(d, "tls");
}

/* The value of name='value' or name="value"; empty without. */
static struct line
attribute_of(struct line tag, const char *name)
{
	size_t size = strlen(name);

	for (struct line word = line_word(&tag); word.size > 0;
	    word = line_word(&tag)) {
		struct line value = { word.at + size + 1, 0 };
		uint8_t quote;

		if (word.size < size + 3 || !line_begins(&word, name) ||
		    word.at[size] != '=')
			continue;
		quote = word.at[size + 1];
		value.size = word.size - size - 1;
		(void)line_until(&value, quote);
		return quote == '"' || quote == '\'' ?
		    line_until(&value, quote) :
		    (struct line){ word.at, 0 };
	}
	return (struct line){ tag.at, 0 };
}

const struct application application_xmpp = {
	.name = "xmpp",
	.title = "Extensible Messaging and Presence Protocol",
	.source = "RFC 6120",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 5222, 5269, 5298 },
	.state_size = sizeof(struct xmpp_state),
	.probe = probe,
	.feed = feed,
	.fields = fields
};
