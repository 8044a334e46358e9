/*
 * syslog (RFC 5424, and RFC 3164 for what came before it): one datagram a
 * message; over TCP a message ends with LF or stands behind its size in
 * digits (RFC 6587, 3.4).
 *
 *   <165>1 2003-10-11T22:14:15.003Z host program pid id ...
 *   <34>Oct 11 22:14:15 host program: text
 *
 * The first message is all that is read.
 */
#include <string.h>

#include "dissect/line.h"

enum {
	SYSLOG_PRIORITY_MAX = 191,	/* RFC 5424, 6.2.1 */
	SYSLOG_PRIORITY_SIZE = 5,	/* at most, with its brackets */
	SYSLOG_SEVERITIES = 8,
	SYSLOG_FACILITIES = 24,
	SYSLOG_COUNT_MAX = 6,		/* digits */
	SYSLOG_SIZE_MAX = 999999,
	SYSLOG_LOOKED_AT = 32,
	SYSLOG_DATE_SIZE = 16		/* "Oct 11 22:14:15 " */
};

enum syslog_fact {
	SYSLOG_FACILITY,
	SYSLOG_SEVERITY,
	SYSLOG_HOST,
	SYSLOG_PROGRAM
};

static enum probe_score	probe(struct probe *);
static bool		skip_count(struct line *);
static bool		take_priority(struct line *, uint32_t *);
static bool		is_date(const struct line *);
static bool		is_iso_date(const struct line *);
static bool		skip_time(struct line *);
static void		feed(struct dissection *);
static bool		is_whole(struct line);
static void		note_message(struct dissection *, struct line);
static struct line	program_of(struct line);

static const struct fact_field fields[] = {
	[SYSLOG_FACILITY] = { "facility", FACT_TEXT, false, NULL,
	    "The facility of the first message." },
	[SYSLOG_SEVERITY] = { "severity", FACT_TEXT, false, NULL,
	    "The severity of the first message." },
	[SYSLOG_HOST] = { "host", FACT_TEXT, false, NULL,
	    "The host that the first message names." },
	[SYSLOG_PROGRAM] = { "program", FACT_TEXT, false, NULL,
	    "The program that the first message names." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

/* A priority and a time, or, on its port, a priority and text. */
static enum probe_score
probe(struct probe *p)
{
	struct line rest = { p->own.at, cursor_left(&p->own) };
	enum probe_score more = p->is_start && !p->is_datagram ? PROBE_MORE :
	    PROBE_NO;
	uint32_t priority;

	if (rest.size == 0 || (*rest.at != '<' && (p->is_datagram ||
	    *rest.at < '1' || *rest.at > '9')))
		return PROBE_NO;
	if (*rest.at != '<' && !skip_count(&rest))
		return PROBE_NO;
	if (rest.size < SYSLOG_PRIORITY_SIZE &&
	    memchr(rest.at, '>', rest.size) == NULL)
		return line_is_text(&rest) ? more : PROBE_NO;
	if (!take_priority(&rest, &priority))
		return PROBE_NO;
	if (rest.size < SYSLOG_DATE_SIZE && more == PROBE_MORE)
		return line_is_text(&rest) ? PROBE_MORE : PROBE_NO;
	if (skip_time(&rest)) {
		p->sender = ROLE_CLIENT;
		return PROBE_LIKELY;
	}
	if (rest.size > SYSLOG_LOOKED_AT)
		rest.size = SYSLOG_LOOKED_AT;
	return p->is_on_port && line_is_text(&rest) ? PROBE_WEAK : PROBE_NO;
}

/* "51 "; false when a "<" does not follow, unless it is yet to come. */
static bool
skip_count(struct line *rest)
{
	struct line all = *rest;
	struct line count = line_until(&all, ' ');
	uint32_t size;

	if (count.size > SYSLOG_COUNT_MAX ||
	    !line_number(&count, SYSLOG_SIZE_MAX, &size))
		return false;
	*rest = all;
	return rest->size == 0 || *rest->at == '<';
}

/* "<165>". */
static bool
take_priority(struct line *rest, uint32_t *priority)
{
	struct line all = *rest;
	struct line digits;

	if (all.size == 0 || *all.at != '<')
		return false;
	if (all.size > SYSLOG_PRIORITY_SIZE)
		all.size = SYSLOG_PRIORITY_SIZE;
	(void)line_until(&all, '<');
	if (memchr(all.at, '>', all.size) == NULL)
		return false;
	digits = line_until(&all, '>');
	if (!line_number(&digits, SYSLOG_PRIORITY_MAX, priority) ||
	    (digits.size > 1 && *digits.at == '0'))
		return false;
	(void)line_until(rest, '>');
	return true;
}

static bool
is_date(const struct line *line)
{
	static const char *const months[] = { "Jan ", "Feb ", "Mar ",
	    "Apr ", "May ", "Jun ", "Jul ", "Aug ", "Sep ", "Oct ", "Nov ",
	    "Dec ", NULL };

	return line->size >= SYSLOG_DATE_SIZE && line_begins_any(line,
	    months) && line->at[6] == ' ' && line->at[9] == ':' &&
	    line->at[12] == ':';
}

static bool
is_iso_date(const struct line *line)
{
	return line->size >= SYSLOG_DATE_SIZE && line->at[0] == '2' &&
	    line->at[4] == '-' && line->at[7] == '-' &&
	    line->at[10] == 'T' && line->at[13] == ':';
}

/* The version, if there is one, and the time. */
static bool
skip_time(struct line *rest)
{
	bool has_version = line_begins(rest, "1 ");
	struct line word;

	if (has_version)
		(void)line_word(rest);
	*rest = line_trimmed(*rest);
	if (is_date(rest)) {
		rest->at += SYSLOG_DATE_SIZE - 1;
		rest->size -= SYSLOG_DATE_SIZE - 1;
		return true;
	}
	if (is_iso_date(rest) || (has_version && line_begins(rest, "- "))) {
		word = line_word(rest);
		return line_is_text(&word);
	}
	return false;
}

static void
feed(struct dissection *d)
{
	struct line line = { d->bytes.at, cursor_left(&d->bytes) };

	if (!d->is_datagram && !d->is_full && !is_whole(line))
		return;
	note_message(d, line_until(&line, '\n'));
	d->is_done = true;
}

/* A message of a stream: as long as it says, or up to its end's mark. */
static bool
is_whole(struct line rest)
{
	struct line all = rest;
	uint32_t size;

	if (all.size > 0 && *all.at != '<') {
		struct line count = line_until(&rest, ' ');

		return !line_number(&count, SYSLOG_SIZE_MAX, &size) ||
		    rest.size >= size;
	}
	return line_until(&all, '\n').size < rest.size ||
	    memchr(rest.at, 0, rest.size) != NULL;
}

static void
note_message(struct dissection *d, struct line rest)
{
	static const char *const severities[SYSLOG_SEVERITIES] = { "emerg",
	    "alert", "crit", "err", "warning", "notice", "info", "debug" };
	static const char *const facilities[SYSLOG_FACILITIES] = { "kern",
	    "user", "mail", "daemon", "auth", "syslog", "lpr", "news",
	    "uucp", "cron", "authpriv", "ftp", "ntp", "audit", "alert",
	    "clock", "local0", "local1", "local2", "local3", "local4",
	    "local5", "local6", "local7" };
	struct line word;
	uint32_t priority;

	if (rest.size > 0 && *rest.at != '<')
		(void)line_until(&rest, ' ');
	if (!take_priority(&rest, &priority))
		return;
	dissection_word(d, SYSLOG_FACILITY,
	    facilities[priority / SYSLOG_SEVERITIES]);
	dissection_word(d, SYSLOG_SEVERITY,
	    severities[priority % SYSLOG_SEVERITIES]);
	if (!skip_time(&rest))
		return;
	word = line_word(&rest);
	/* Of a message that was not sent on, the host is often left out. */
	if (word.size > 0 && word.at[word.size - 1] != ':') {
		line_note(d, SYSLOG_HOST, word);
		word = line_word(&rest);
	}
	line_note(d, SYSLOG_PROGRAM, program_of(word));
}

/* Without "[pid]:". */
static struct line
program_of(struct line word)
{
	word = line_until(&word, '[');
	return line_until(&word, ':');
}

const struct application application_syslog = {
	.name = "syslog",
	.title = "syslog",
	.source = "RFC 5424, RFC 3164, RFC 6587",
	.transports = APPLICATION_TCP | APPLICATION_UDP,
	.tcp_ports = { 601 },
	.udp_ports = { 514 },
	.starts = { { '<', '<' + 1 } },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
