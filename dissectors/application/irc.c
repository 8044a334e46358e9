/*
 * IRC, Internet Relay Chat (RFC 1459, RFC 2812). Lines; a client registers
 * with NICK and USER, a server answers with who it is and a number:
 *
 *   C: NICK ann     C: USER ann 0 * :Ann      S: :irc.example 001 ann :Hello
 *
 * A bounded number of lines is read, for the channels that are joined.
 */
#include "dissect/line.h"

enum { IRC_LINES_MAX = 100 };

enum irc_fact {
	IRC_NICK,
	IRC_USER,
	IRC_SERVER,
	IRC_CHANNELS
};

struct irc_state {
	uint8_t	lines;
};

static enum probe_score	probe(struct probe *);
static bool		is_reply(const struct line *);
static bool		is_register(struct line);
static void		feed(struct dissection *);
static void		take_command(struct dissection *, struct line);
static void		take_reply(struct dissection *, struct line);

static const struct fact_field fields[] = {
	[IRC_NICK] = { "nick", FACT_TEXT, false, NULL,
	    "The nickname that the client asks for." },
	[IRC_USER] = { "user", FACT_TEXT, false, NULL,
	    "The user name with which the client registers." },
	[IRC_SERVER] = { "server", FACT_TEXT, false, NULL,
	    "What the server calls itself." },
	[IRC_CHANNELS] = { "channels", FACT_LIST, false, NULL,
	    "The channels that the client joins." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

/* The first lines of either side that are no PASS, PING or the like. */
static enum probe_score
probe(struct probe *p)
{
	static const char *const begins[] = { "NICK ", "USER ", "PASS ",
	    "CAP LS", "CAP REQ ", ":", "NOTICE ", "PING :", "ERROR :",
	    "JOIN #", "PRIVMSG ", "020 ", NULL };
	enum probe_score fit = line_begin(&p->own, begins);
	struct line line;

	if (fit != PROBE_SURE)
		return p->is_start ? fit : PROBE_NO;
	while (line_take(&p->own, &line)) {
		if (!line_is_text(&line))
			return PROBE_NO;
		if (is_reply(&line)) {
			p->sender = ROLE_SERVER;
			return PROBE_LIKELY;
		}
		if (is_register(line)) {
			p->sender = ROLE_CLIENT;
			return PROBE_LIKELY;
		}
	}
	/* Other protocols have a USER or PASS, too. */
	return p->is_start ? PROBE_MORE : PROBE_NO;
}

/* ":server 001 nick", ":server NOTICE to :text", "NOTICE AUTH :text". */
static bool
is_reply(const struct line *line)
{
	struct line rest = *line;
	struct line word = line_word(&rest);
	uint32_t number;

	if (line_begins(line, "NOTICE AUTH :"))
		return true;
	if (word.size < 2 || *word.at != ':')
		return false;
	word = line_word(&rest);
	if (line_is(&word, "NOTICE") || line_is(&word, "PRIVMSG"))
		return line_has(&rest, " :");
	return word.size == 3 && line_number(&word, 999, &number) &&
	    line_word(&rest).size > 0;
}

/* "NICK one_word", "USER a b c :d", "CAP LS". */
static bool
is_register(struct line line)
{
	struct line word = line_word(&line);

	if (line_is(&word, "NICK"))
		return line_word(&line).size > 0 &&
		    line_trimmed(line).size == 0;
	if (line_is(&word, "USER"))
		return line_word(&line).size > 0 &&
		    line_word(&line).size > 0 &&
		    line_word(&line).size > 0 && line_begins(&line, " :");
	if (line_is(&word, "CAP")) {
		word = line_word(&line);
		return line_is(&word, "LS") || line_is(&word, "REQ");
	}
	return false;
}

static void
feed(struct dissection *d)
{
	struct irc_state *state = d->state;
	struct line line;

	while (line_next(d, &line)) {
		if (d->sender == ROLE_CLIENT)
			take_command(d, line);
		else
			take_reply(d, line);
		d->is_done = ++state->lines == IRC_LINES_MAX;
	}
}

static void
take_command(struct dissection *d, struct line line)
{
	struct line word = line_word(&line);
	struct line channels;

	if (line_is(&word, "NICK")) {
		word = line_word(&line);
		if (word.size > 0 && *word.at == ':')
			(void)line_until(&word, ':');
		line_note(d, IRC_NICK, word);
	} else if (line_is(&word, "USER")) {
		line_note(d, IRC_USER, line_word(&line));
	} else if (line_is(&word, "JOIN")) {
		/* Behind them stand the channels' keys. */
		channels = line_word(&line);
		while (channels.size > 0)
			line_note_item(d, IRC_CHANNELS,
			    line_until(&channels, ','));
	}
}

static void
take_reply(struct dissection *d, struct line line)
{
	struct line word = line_word(&line);
	struct line number = line_word(&line);
	uint32_t value;

	if (word.size > 1 && *word.at == ':' && number.size == 3 &&
	    line_number(&number, 999, &value))
		dissection_text(d, IRC_SERVER, word.at + 1, word.size - 1);
}

const struct application application_irc = {
	.name = "irc",
	.title = "Internet Relay Chat",
	.source = "RFC 1459, RFC 2812",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 194, 6660, 6661, 6662, 6663, 6664, 6665, 6666, 6667,
	    6668, 6669, 6697 },
	.state_size = sizeof(struct irc_state),
	.probe = probe,
	.feed = feed,
	.fields = fields
};
