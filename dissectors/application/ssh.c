/*
 * SSH, the Secure Shell transport (RFC 4253): each side says who it is in a
 * line (4.2), and then which algorithms it takes (7.1), from which HASSH is
 * made, as its authors at Salesforce published it in 2018: the MD5 of four of
 * the lists, separated by semicolons.
 *
 *   "SSH-2.0-OpenSSH_9.2p1\r\n"
 *   uint32 packet_length, byte padding_length, byte 20 (SSH_MSG_KEXINIT),
 *   byte[16] cookie, 10 name-lists (uint32 size, text), ...
 */
#include <string.h>

#include "base/digest.h"
#include "dissect/application.h"

enum {
	SSH_LINE_MAX = 255,
	SSH_KEXINIT = 20,
	SSH_COOKIE_SIZE = 16,
	SSH_LISTS = 8,		/* of ten, those that HASSH may take */
	SSH_PACKET_MAX = 35000
};

/* What a name-list of KEXINIT is about, in its order. */
enum ssh_list {
	SSH_KEX,
	SSH_HOST_KEY,
	SSH_CIPHER_TO_SERVER,
	SSH_CIPHER_TO_CLIENT,
	SSH_MAC_TO_SERVER,
	SSH_MAC_TO_CLIENT,
	SSH_COMPRESSION_TO_SERVER,
	SSH_COMPRESSION_TO_CLIENT
};

enum ssh_fact {
	SSH_CLIENT,
	SSH_SERVER,
	SSH_HASSH,
	SSH_HASSH_SERVER
};

struct ssh_state {
	bool	has_line[2];	/* by role less one */
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static bool		take_line(struct dissection *);
static void		take_algorithms(struct dissection *);
static void		note_hassh(struct dissection *,
			    const struct cursor *);

static const struct fact_field fields[] = {
	[SSH_CLIENT] = { "client", FACT_TEXT, false, NULL,
	    "What the client calls itself." },
	[SSH_SERVER] = { "server", FACT_TEXT, false, NULL,
	    "What the server calls itself." },
	[SSH_HASSH] = { "hassh", FACT_TEXT, false, NULL,
	    "HASSH of the client: the MD5 of what it offers." },
	[SSH_HASSH_SERVER] = { "hassh_server", FACT_TEXT, false, NULL,
	    "The same of the server." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

/* Version 1.x, 1.99 or 2.0: "SSH-" and a digit. */
static enum probe_score
probe(struct probe *p)
{
	static const char begin[] = "SSH-";
	size_t size = cursor_left(&p->own);
	const uint8_t *at = p->own.at;

	if (size < 6)
		return memcmp(at, begin, size < 4 ? size : 4) == 0 ?
		    PROBE_MORE : PROBE_NO;
	return memcmp(at, begin, 4) == 0 && (at[4] == '1' || at[4] == '2') &&
	    at[5] == '.' ? PROBE_SURE : PROBE_NO;
}

static void
feed(struct dissection *d)
{
	struct ssh_state *state = d->state;
	bool *has_line = &state->has_line[d->sender - ROLE_CLIENT];

	if (!*has_line && !take_line(d)) {
		d->is_side_done = d->is_full;
		return;
	}
	*has_line = true;
	take_algorithms(d);
}

/* A server may say other lines before that one. */
static bool
take_line(struct dissection *d)
{
	const uint8_t *end;
	size_t size;

	while ((end = memchr(d->bytes.at, '\n', cursor_left(&d->bytes))) !=
	    NULL) {
		const uint8_t *line = d->bytes.at;

		size = (size_t)(end - line);
		cursor_skip(&d->bytes, size + 1);
		if (size < 4 || memcmp(line, "SSH-", 4) != 0)
			continue;
		if (line[size - 1] == '\r')
			size--;
		dissection_text(d, d->sender == ROLE_CLIENT ? SSH_CLIENT :
		    SSH_SERVER, line, size < SSH_LINE_MAX ? size :
		    SSH_LINE_MAX);
		return true;
	}
	return false;
}

/* The first packet behind the line; of version 1 it is another. */
static void
take_algorithms(struct dissection *d)
{
	struct cursor c = d->bytes;
	struct cursor lists[SSH_LISTS];
	uint32_t size = cursor_be32(&c);

	if (!cursor_ok(&c))
		return;
	cursor_skip(&c, 1);
	if (size > SSH_PACKET_MAX || (cursor_u8(&c) != SSH_KEXINIT &&
	    cursor_ok(&c))) {
		d->is_side_done = true;
		return;
	}
	cursor_skip(&c, SSH_COOKIE_SIZE);
	for (int i = 0; i < SSH_LISTS; i++)
		lists[i] = cursor_sub(&c, cursor_be32(&c));
	if (cursor_ok(&c))
		note_hassh(d, lists);
	d->is_side_done = cursor_ok(&c) || d->is_full;
}

static void
note_hassh(struct dissection *d, const struct cursor *lists)
{
	static const enum ssh_list of_client[] = { SSH_KEX,
	    SSH_CIPHER_TO_SERVER, SSH_MAC_TO_SERVER,
	    SSH_COMPRESSION_TO_SERVER };
	static const enum ssh_list of_server[] = { SSH_KEX,
	    SSH_CIPHER_TO_CLIENT, SSH_MAC_TO_CLIENT,
	    SSH_COMPRESSION_TO_CLIENT };
	bool is_client = d->sender == ROLE_CLIENT;
	char text[DIGEST_MD5_TEXT];
	struct digest md5;

	digest_init(&md5, DIGEST_MD5);
	for (int i = 0; i < 4; i++) {
		const struct cursor *list = &lists[is_client ? of_client[i] :
		    of_server[i]];

		if (i > 0)
			digest_add(&md5, ";", 1);
		digest_add(&md5, list->at, cursor_left(list));
	}
	digest_text(&md5, text);
	dissection_word(d, is_client ? SSH_HASSH : SSH_HASSH_SERVER, text);
}

const struct application application_ssh = {
	.name = "ssh",
	.title = "Secure Shell",
	.source = "RFC 4253",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 22 },
	.state_size = sizeof(struct ssh_state),
	.probe = probe,
	.feed = feed,
	.fields = fields
};
