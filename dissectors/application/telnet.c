/*
 * TELNET (RFC 854): text, and in it commands behind a byte IAC, with which
 * both sides agree on options (RFC 855, RFC 1091 for the terminal's type):
 *
 *   IAC 255 | WILL 251, WONT 252, DO 253 or DONT 254 | option
 *   IAC | SB 250 | option | ... | IAC | SE 240
 *
 * Neither need ever send one; then the port alone tells, or a server that asks
 * for a login.
 */
#include <string.h>

#include "dissect/line.h"

enum {
	TELNET_IAC = 255,
	TELNET_WILL = 251,
	TELNET_DONT = 254,
	TELNET_SB = 250,
	TELNET_SE = 240,
	TELNET_ECHO = 1,
	TELNET_TERMINAL = 24,
	TELNET_LINEMODE = 34,
	TELNET_OPTIONS = 50,		/* those that RFCs number on */
	TELNET_SIZE = 3,
	TELNET_LOOKED_AT = 16,		/* bytes without commands */
	TELNET_READ_MAX = 64,		/* segments */
	TELNET_USER_MAX = 64,
	TELNET_PROMPT_MAX = 16
};

enum telnet_fact {
	TELNET_OPTION_NAMES,
	TELNET_TERMINAL_TYPE,
	TELNET_USER
};

struct telnet_state {
	uint8_t	segments;
	bool	is_asked;	/* the server's last word is "login:" */
	bool	has_user;
	uint8_t	prompt_size;
	uint8_t	user_size;
	uint8_t	prompt[TELNET_PROMPT_MAX];	/* the last of the text */
	uint8_t	user[TELNET_USER_MAX];		/* comes byte by byte */
};

static enum probe_score	probe(struct probe *);
static bool		is_option(const uint8_t *);
static bool		is_prompt(const struct probe *);
static bool		is_printable(const struct probe *);
static void		feed(struct dissection *);
static bool		take_command(struct dissection *);
static void		note_option(struct dissection *, uint8_t);
static bool		take_subnegotiation(struct dissection *,
			    struct cursor *);
static void		take_text(struct dissection *, uint8_t);
static void		add_prompt(struct telnet_state *, uint8_t);
static void		add_user(struct dissection *, uint8_t);

static const struct fact_field fields[] = {
	[TELNET_OPTION_NAMES] = { "options", FACT_LIST, false, NULL,
	    "The options that are spoken of, by name or number." },
	[TELNET_TERMINAL_TYPE] = { "terminal", FACT_TEXT, false, NULL,
	    "The type of the client's terminal." },
	[TELNET_USER] = { "user", FACT_TEXT, false, NULL,
	    "What was typed behind the first prompt for a login." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

/* Two options in a row, or one that the other side answers with one. */
static enum probe_score
probe(struct probe *p)
{
	const uint8_t *at = p->own.at;
	size_t size = cursor_left(&p->own);
	const uint8_t *peer = cursor_peek(&p->peer, TELNET_SIZE);

	if (size == 0)
		return PROBE_NO;
	if (*at != TELNET_IAC && is_prompt(p)) {
		p->sender = ROLE_SERVER;
		return PROBE_LIKELY;
	}
	if (*at != TELNET_IAC && p->is_on_port)
		return is_printable(p) ? PROBE_WEAK : PROBE_NO;
	if (*at != TELNET_IAC)	/* a prompt comes at once, or not at all */
		return p->is_start && size == 1 && is_printable(p) ?
		    PROBE_MORE : PROBE_NO;
	if (size < TELNET_SIZE)
		return p->is_start && (size == 1 || (at[1] >= TELNET_WILL &&
		    at[1] <= TELNET_DONT)) ? PROBE_MORE : PROBE_NO;
	if (!is_option(at))
		return PROBE_NO;
	if ((size >= 2 * TELNET_SIZE && is_option(at + TELNET_SIZE)) ||
	    (peer != NULL && is_option(peer)))
		return PROBE_LIKELY;
	if (p->is_on_port)
		return PROBE_WEAK;
	return p->is_start && size < 2 * TELNET_SIZE ? PROBE_MORE : PROBE_NO;
}

static inline bool
is_option(const uint8_t *at)
{
	return at[0] == TELNET_IAC && at[1] >= TELNET_WILL &&
	    at[1] <= TELNET_DONT && at[2] < TELNET_OPTIONS;
}

/* What greets with text and then asks who is there. */
static bool
is_prompt(const struct probe *p)
{
	static const char *const prompts[] = { "login: ", "Login: ",
	    "Username: ", "username: " };
	size_t size = cursor_left(&p->own);

	for (size_t i = 0; i < sizeof prompts / sizeof prompts[0]; i++) {
		size_t prompt = strlen(prompts[i]);

		if (p->is_start && size >= prompt &&
		    memcmp(p->own.end - prompt, prompts[i], prompt) == 0)
			return is_printable(p);
	}
	return false;
}

static bool
is_printable(const struct probe *p)
{
	for (const uint8_t *at = p->own.at; at < p->own.end &&
	    at < p->own.at + TELNET_LOOKED_AT; at++) {
		if ((*at < ' ' && (*at < '\a' || *at > '\r') && *at != 27 &&
		    *at != 0) || *at >= 0x7f)
			return false;
	}
	return true;
}

static void
feed(struct dissection *d)
{
	struct telnet_state *state = d->state;

	while (cursor_left(&d->bytes) > 0) {
		if (*d->bytes.at != TELNET_IAC)
			take_text(d, cursor_u8(&d->bytes));
		else if (!take_command(d))
			return;
	}
	d->is_done = ++state->segments == TELNET_READ_MAX;
}

/* False when it is not whole yet. */
static bool
take_command(struct dissection *d)
{
	struct cursor c = d->bytes;
	uint8_t command;

	cursor_skip(&c, 1);
	command = cursor_u8(&c);
	if (command >= TELNET_WILL && command <= TELNET_DONT) {
		uint8_t option = cursor_u8(&c);

		if (cursor_ok(&c))
			note_option(d, option);
	} else if (command == TELNET_SB && cursor_ok(&c) &&
	    !take_subnegotiation(d, &c)) {
		d->is_done = d->is_full;
		return false;
	}
	if (cursor_ok(&c))
		d->bytes = c;
	return cursor_ok(&c);
}

static void
note_option(struct dissection *d, uint8_t option)
{
	static const char *const names[TELNET_OPTIONS] = {
		[0] = "binary", [TELNET_ECHO] = "echo",
		[3] = "suppress-go-ahead", [5] = "status",
		[6] = "timing-mark", [TELNET_TERMINAL] = "terminal-type",
		[25] = "end-of-record", [31] = "window-size",
		[32] = "terminal-speed", [33] = "flow-control",
		[TELNET_LINEMODE] = "linemode", [35] = "x-display",
		[36] = "environ", [37] = "authentication",
		[38] = "encrypt", [39] = "new-environ", [40] = "tn3270e",
		[42] = "charset", [44] = "com-port", [46] = "start-tls"
	};
	char number[] = "000";

	if (option < TELNET_OPTIONS && names[option] != NULL) {
		dissection_item(d, TELNET_OPTION_NAMES, names[option],
		    strlen(names[option]));
		return;
	}
	number[0] = (char)('0' + option / 100);
	number[1] = (char)('0' + option / 10 % 10);
	number[2] = (char)('0' + option % 10);
	dissection_item(d, TELNET_OPTION_NAMES, option >= 100 ? number :
	    option >= 10 ? number + 1 : number + 2, option >= 100 ? 3 :
	    option >= 10 ? 2 : 1);
}

/* Up to IAC SE; "24 0 name" says the terminal's type. */
static bool
take_subnegotiation(struct dissection *d, struct cursor *c)
{
	const uint8_t *at = c->at;
	size_t size = 0;

	while (size + 1 < cursor_left(c) && (at[size] != TELNET_IAC ||
	    at[size + 1] != TELNET_SE))
		size += at[size] == TELNET_IAC ? 2 : 1;
	if (size + 1 >= cursor_left(c))
		return false;
	if (size > 2 && at[0] == TELNET_TERMINAL && at[1] == 0)
		dissection_text(d, TELNET_TERMINAL_TYPE, at + 2, size - 2);
	cursor_skip(c, size + 2);
	return true;
}

static void
take_text(struct dissection *d, uint8_t byte)
{
	struct telnet_state *state = d->state;

	if (state->has_user)
		return;
	if (d->sender == ROLE_SERVER)
		add_prompt(state, byte);
	else if (state->is_asked)
		add_user(d, byte);
}

/* Echoes of what is typed come behind the prompt and do not end it. */
static void
add_prompt(struct telnet_state *state, uint8_t byte)
{
	struct line line;

	if (byte <= ' ' || state->is_asked)
		return;
	if (state->prompt_size == TELNET_PROMPT_MAX) {
		memmove(state->prompt, state->prompt + 1,
		    TELNET_PROMPT_MAX - 1);
		state->prompt_size--;
	}
	state->prompt[state->prompt_size++] = byte;
	if (byte != ':')
		return;
	line = (struct line){ state->prompt, state->prompt_size };
	state->is_asked = line_has(&line, "login:") ||
	    line_has(&line, "username:");
}

/* A line that is typed, with what was taken back of it. */
static void
add_user(struct dissection *d, uint8_t byte)
{
	struct telnet_state *state = d->state;

	if (byte == '\r' || byte == '\n') {
		dissection_text(d, TELNET_USER, state->user,
		    state->user_size);
		state->has_user = state->user_size > 0;
		state->is_asked = false;
		state->prompt_size = 0;
	} else if (byte == '\b' || byte == 0x7f) {
		state->user_size -= state->user_size > 0;
	} else if (byte >= ' ' && state->user_size < TELNET_USER_MAX) {
		state->user[state->user_size++] = byte;
	}
}

const struct application application_telnet = {
	.name = "telnet",
	.title = "TELNET",
	.source = "RFC 854, RFC 1091",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 23 },
	.state_size = sizeof(struct telnet_state),
	.probe = probe,
	.feed = feed,
	.fields = fields
};
