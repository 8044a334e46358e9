/*
 * FTP, the control connection (RFC 959; RFC 2428 for EPSV and EPRT, RFC 4217
 * for TLS). Lines; the server greets, the client commands:
 *
 *   S: 220 ready            C: USER ann            S: 331 password please
 *   C: PASV                 S: 227 Entering (192,0,2,1,200,10)
 *
 * The port that a PORT, EPRT, 227 or 229 names is where a file comes next.
 */
#include "dissect/line.h"

enum { FTP_COMMAND_MIN = 3, FTP_COMMAND_MAX = 4, FTP_ADDRESS_SIZE = 4 };

enum ftp_fact {
	FTP_USER,
	FTP_BANNER,
	FTP_COMMANDS
};

struct ftp_state {
	bool	is_asking_tls;
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static void		take_command(struct dissection *, struct line);
static bool		note_command(struct dissection *, struct line);
static void		take_reply(struct dissection *, struct line);
static void		expect_numbers(struct dissection *, struct line);
static void		expect_extended(struct dissection *, struct line);
static void		skip_to_digit(struct line *);

static const struct fact_field fields[] = {
	[FTP_USER] = { "user", FACT_TEXT, false, NULL,
	    "The user who logs in." },
	[FTP_BANNER] = { "banner", FACT_TEXT, false, NULL,
	    "The first line with which the server greets." },
	[FTP_COMMANDS] = { "commands", FACT_LIST, false, NULL,
	    "The commands that the client gave, each once." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score
probe(struct probe *p)
{
	static const char *const greetings[] = { "220 ", "220-", "120 ",
	    "421 ", NULL };
	static const char *const names[] = { "ftp", "filezilla", NULL };
	static const char *const commands[] = { "USER ", "AUTH TLS",
	    "AUTH SSL", "FEAT\r", "HOST ", "SYST\r", "OPTS ", NULL };
	static const char *const own_commands[] = { "AUTH TLS", "AUTH SSL",
	    NULL };
	static const struct line_greeting greeting = { greetings, names,
	    commands, own_commands, true };
	struct cursor c = p->own;
	struct line line;

	/* A mail server's host may be called ftp. */
	if (!p->is_on_port && cursor_left(&c) > 0 && *c.at == '2' &&
	    line_take(&c, &line) && line_has(&line, "smtp"))
		return PROBE_NO;
	return line_probe(p, &greeting);
}

static void
feed(struct dissection *d)
{
	line_feed(d, take_command, take_reply);
}

static void
take_command(struct dissection *d, struct line line)
{
	struct ftp_state *state = d->state;
	struct line rest = line;
	struct line word = line_word(&rest);

	if (!note_command(d, word))
		return;
	if (line_is(&word, "USER"))
		line_note(d, FTP_USER, line_trimmed(rest));
	else if (line_is(&word, "PORT"))
		expect_numbers(d, rest);
	else if (line_is(&word, "EPRT"))
		expect_extended(d, rest);
	state->is_asking_tls = line_is(&word, "AUTH");
}

/* What is no command may be a secret that a gap made one. */
static bool
note_command(struct dissection *d, struct line word)
{
	char text[FTP_COMMAND_MAX];

	if (word.size < FTP_COMMAND_MIN || word.size > FTP_COMMAND_MAX)
		return false;
	for (size_t i = 0; i < word.size; i++) {
		uint8_t letter = word.at[i] & 0xdf;

		if (letter < 'A' || letter > 'Z')
			return false;
		text[i] = (char)letter;
	}
	dissection_item(d, FTP_COMMANDS, text, word.size);
	return true;
}

static void
take_reply(struct dissection *d, struct line line)
{
	struct ftp_state *state = d->state;
	unsigned int status = line_status(&line);
	struct line rest;

	if (status == 0 || line.size < 4)
		return;
	rest = (struct line){ line.at + 4, line.size - 4 };
	if (status == 220)
		line_note(d, FTP_BANNER, line_trimmed(rest));
	else if (status == 227)
		expect_numbers(d, rest);
	else if (status == 229)
		expect_extended(d, rest);
	else if (status == 234 && state->is_asking_tls)
		dissection_switch(d, "tls");
}

/* "(h1,h2,h3,h4,p1,p2)", the brackets often left out (RFC 959, 4.1.2). */
static void
expect_numbers(struct dissection *d, struct line rest)
{
	uint32_t port = 0;

	skip_to_digit(&rest);
	for (int i = 0; i < FTP_ADDRESS_SIZE + 2; i++) {
		struct line part = rest;
		uint32_t value;

		part.size = 0;
		while (part.size < rest.size && part.at[part.size] >= '0' &&
		    part.at[part.size] <= '9')
			part.size++;
		if (!line_number(&part, 255, &value) || (i < FTP_ADDRESS_SIZE
		    + 1 && (part.size == rest.size ||
		    part.at[part.size] != ',')))
			return;
		(void)line_until(&rest, ',');
		port = (port << 8 | value) & 0xffff;
	}
	if (port != 0)
		dissection_expect(d, "ftp-data", APPLICATION_TCP, false,
		    (uint16_t)port);
}

static void
skip_to_digit(struct line *rest)
{
	while (rest->size > 0 && (*rest->at < '0' || *rest->at > '9')) {
		rest->at++;
		rest->size--;
	}
}

/* "|1|192.0.2.1|6275|" or "(|||6446|)" (RFC 2428, 2 and 3). */
static void
expect_extended(struct dissection *d, struct line rest)
{
	static const uint8_t bars[] = { '|', '!', '#' };
	struct line port = { 0 };
	uint32_t value;
	size_t bar = 0;

	for (size_t i = 0; i < rest.size && bar == 0; i++) {
		for (size_t k = 0; k < sizeof bars; k++) {
			if (rest.at[i] == bars[k])
				bar = k + 1;
		}
	}
	for (int i = 0; i < 4 && bar != 0; i++)
		port = line_until(&rest, bars[bar - 1]);
	if (line_number(&port, UINT16_MAX, &value) && value != 0)
		dissection_expect(d, "ftp-data", APPLICATION_TCP, false,
		    (uint16_t)value);
}

const struct application application_ftp = {
	.name = "ftp",
	.title = "File Transfer Protocol",
	.source = "RFC 959, RFC 2428, RFC 4217",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 21 },
	.state_size = sizeof(struct ftp_state),
	.survives_gaps = true,
	.probe = probe,
	.feed = feed,
	.fields = fields
};
