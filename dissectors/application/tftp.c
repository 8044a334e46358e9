/*
 * TFTP (RFC 1350, options of RFC 2347). The client asks at port 69; the
 * server answers from a port that it chooses (RFC 1350, 4), which makes
 * another flow.
 *
 *   RRQ, WRQ   opcode 1, 2   file name, 0, mode, 0, { option, 0, value, 0 }
 *   DATA       opcode 3      block (2), up to 512 bytes or as agreed
 *   ACK        opcode 4      block (2)
 *   ERROR      opcode 5      code (2), message, 0
 *   OACK       opcode 6      { option, 0, value, 0 }
 */
#include <string.h>
#include <strings.h>

#include "dissect/application.h"

enum tftp_opcode {
	TFTP_READ = 1,
	TFTP_WRITE = 2,
	TFTP_ERROR = 5,
	TFTP_OPTIONS = 6
};

enum tftp_fact {
	TFTP_OP,
	TFTP_FILE,
	TFTP_MODE,
	TFTP_ERROR_TEXT
};

static const struct fact_field fields[] = {
	[TFTP_OP] = { "op", FACT_TEXT, false, NULL,
	    "What is asked: read or write." },
	[TFTP_FILE] = { "file", FACT_TEXT, false, NULL,
	    "Name of the file." },
	[TFTP_MODE] = { "mode", FACT_TEXT, false, NULL,
	    "How it is sent: netascii, octet or mail." },
	[TFTP_ERROR_TEXT] = { "error", FACT_TEXT, false, NULL,
	    "Why it failed." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static struct cursor	take_text(struct cursor *);
static const char	*find_mode(const struct cursor *);

/* A request; what follows is announced and needs no probe. */
static enum probe_score
probe(struct probe *p)
{
	uint16_t opcode = cursor_be16(&p->own);
	struct cursor file;
	struct cursor mode;

	if (opcode != TFTP_READ && opcode != TFTP_WRITE)
		return PROBE_NO;
	file = take_text(&p->own);
	mode = take_text(&p->own);
	if (!cursor_ok(&p->own) || cursor_left(&file) == 0 ||
	    find_mode(&mode) == NULL)
		return PROBE_NO;
	p->sender = ROLE_CLIENT;
	return PROBE_SURE;
}

static void
feed(struct dissection *d)
{
	uint16_t opcode = cursor_be16(&d->bytes);
	struct cursor file;
	struct cursor mode;

	if (opcode == TFTP_ERROR) {
		cursor_skip(&d->bytes, 2);
		file = take_text(&d->bytes);
		dissection_text(d, TFTP_ERROR_TEXT, file.at,
		    cursor_left(&file));
	}
	if (opcode != TFTP_READ && opcode != TFTP_WRITE) {
		d->is_done = opcode != TFTP_OPTIONS;
		return;
	}
	file = take_text(&d->bytes);
	mode = take_text(&d->bytes);
	if (!cursor_ok(&d->bytes) || find_mode(&mode) == NULL)
		return;
	dissection_word(d, TFTP_OP, opcode == TFTP_READ ? "read" : "write");
	dissection_text(d, TFTP_FILE, file.at, cursor_left(&file));
	dissection_word(d, TFTP_MODE, find_mode(&mode));
	dissection_expect(d, "tftp", APPLICATION_UDP, false, d->sender_port);
}

/* Up to a zero, which is taken too; empty if there is none. */
static struct cursor
take_text(struct cursor *c)
{
	const uint8_t *end = cursor_left(c) == 0 ? NULL :
	    memchr(c->at, 0, cursor_left(c));
	struct cursor text;

	if (end == NULL) {
		c->failed = true;
		return cursor_over(c->at, 0);
	}
	text = cursor_sub(c, (size_t)(end - c->at));
	cursor_skip(c, 1);
	return text;
}

/* RFC 1350, 5: in any case. */
static const char *
find_mode(const struct cursor *mode)
{
	static const char *const modes[] = { "netascii", "octet", "mail" };

	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		if (strlen(modes[i]) == cursor_left(mode) &&
		    strncasecmp(modes[i], (const char *)mode->at,
		    cursor_left(mode)) == 0)
			return modes[i];
	}
	return NULL;
}

const struct application application_tftp = {
	.name = "tftp",
	.title = "Trivial File Transfer Protocol",
	.source = "RFC 1350, RFC 2347",
	.transports = APPLICATION_UDP,
	.udp_ports = { 69 },
	.starts = { { 0, 1 } },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
