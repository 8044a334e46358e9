/*
 * Git's own transport (gitprotocol-pack(5), "Git Transport"): the client asks
 * in one packet, whose size of four hexadecimal digits counts itself:
 *
 *   "0033" "git-upload-pack /project.git\0host=example.org\0"
 */
#include "dissect/line.h"

enum { GIT_SIZE_SIZE = 4, GIT_PACKET_MAX = 2048 };

enum git_fact {
	GIT_COMMAND,
	GIT_PATH,
	GIT_HOST
};

static enum probe_score	probe(struct probe *);
static bool		take_size(struct cursor *, size_t *);
static void		feed(struct dissection *);
static void		take_request(struct dissection *, struct line);

static const struct fact_field fields[] = {
	[GIT_COMMAND] = { "command", FACT_TEXT, false, NULL,
	    "What is asked for, such as git-upload-pack." },
	[GIT_PATH] = { "path", FACT_TEXT, false, NULL,
	    "The repository's path." },
	[GIT_HOST] = { "host", FACT_TEXT, false, NULL,
	    "The host that the client meant." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score
probe(struct probe *p)
{
	static const char *const commands[] = { "git-upload-pack ",
	    "git-receive-pack ", "git-upload-archive ", NULL };
	enum probe_score fit;
	size_t size;

	if (cursor_left(&p->own) <= GIT_SIZE_SIZE)
		return p->is_start && cursor_left(&p->own) > 0 &&
		    *p->own.at == '0' ? PROBE_MORE : PROBE_NO;
	if (!take_size(&p->own, &size))
		return PROBE_NO;
	p->sender = ROLE_CLIENT;
	fit = line_begin(&p->own, commands);
	return fit == PROBE_MORE && !p->is_start ? PROBE_NO : fit;
}

/* How much comes behind it. */
static bool
take_size(struct cursor *c, size_t *size)
{
	const uint8_t *digits = cursor_take(c, GIT_SIZE_SIZE);

	*size = 0;
	for (int i = 0; digits != NULL && i < GIT_SIZE_SIZE; i++) {
		uint8_t digit = digits[i];

		if (digit >= '0' && digit <= '9')
			*size = *size << 4 | (digit - '0');
		else if ((digit | 0x20) >= 'a' && (digit | 0x20) <= 'f')
			*size = *size << 4 | ((digit | 0x20) - 'a' + 10U);
		else
			return false;
	}
	if (*size <= GIT_SIZE_SIZE || *size > GIT_PACKET_MAX)
		return false;
	*size -= GIT_SIZE_SIZE;
	return true;
}

static void
feed(struct dissection *d)
{
	struct cursor c = d->bytes;
	struct line request;
	size_t size;

	if (d->sender == ROLE_SERVER || !take_size(&c, &size)) {
		d->is_done = d->sender == ROLE_SERVER || cursor_ok(&c);
		return;
	}
	request = (struct line){ cursor_take(&c, size), size };
	if (request.at == NULL)
		return;
	take_request(d, request);
	d->is_done = true;
}

/* "command path", then words that end with a zero byte. */
static void
take_request(struct dissection *d, struct line request)
{
	struct line part = line_until(&request, 0);

	line_note(d, GIT_COMMAND, line_word(&part));
	line_note(d, GIT_PATH, line_trimmed(part));
	while (request.size > 0) {
		part = line_until(&request, 0);
		if (line_begins(&part, "host=")) {
			(void)line_until(&part, '=');
			line_note(d, GIT_HOST, part);
		}
	}
}

const struct application application_git = {
	.name = "git",
	.title = "Git",
	.source = "gitprotocol-pack(5)",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 9418 },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
