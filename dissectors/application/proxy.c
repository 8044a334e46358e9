/*
 * The PROXY protocol (haproxy.org, proxy-protocol.txt, versions 1 and 2): who
 * the client is, said by a proxy before the client's own first byte.
 *
 *   "PROXY TCP4 192.0.2.1 192.0.2.2 56324 443" CRLF
 *   12 fixed bytes, version and command, family and transport, size (2),
 *   addresses, ports (2 each), other things
 */
#include <string.h>

#include "base/spell.h"
#include "dissect/http_message.h"

enum {
	PROXY_SIGNATURE_SIZE = 12,
	PROXY_HEADER_SIZE = 16,
	PROXY_LINE_MAX = 108,
	PROXY_IPV4 = 1,
	PROXY_IPV6 = 2
};

enum proxy_fact {
	PROXY_VERSION,
	PROXY_SRC,
	PROXY_SRC_PORT,
	PROXY_DST,
	PROXY_DST_PORT
};

static const struct fact_field fields[] = {
	[PROXY_VERSION] = { "version", FACT_NUMBER, false, NULL,
	    "1 or 2." },
	[PROXY_SRC] = { "src", FACT_TEXT, false, NULL,
	    "Address of the client, as the proxy saw it." },
	[PROXY_SRC_PORT] = { "src_port", FACT_NUMBER, false, NULL,
	    "Its port." },
	[PROXY_DST] = { "dst", FACT_TEXT, false, NULL,
	    "Address that the client connected to." },
	[PROXY_DST_PORT] = { "dst_port", FACT_NUMBER, false, NULL,
	    "Its port." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static const uint8_t signature[PROXY_SIGNATURE_SIZE] = {
	0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static bool		take_line(struct dissection *);
static void		note_port(struct dissection *, enum proxy_fact,
			    const struct cursor *);
static bool		take_header(struct dissection *);

static enum probe_score
probe(struct probe *p)
{
	static const char begin[] = "PROXY ";
	const uint8_t *at = p->own.at;
	size_t size = cursor_left(&p->own);
	bool is_line = *at == 'P';
	size_t known = is_line ? sizeof begin - 1 : PROXY_SIGNATURE_SIZE;

	p->sender = ROLE_CLIENT;
	if (memcmp(at, is_line ? (const uint8_t *)begin : signature,
	    size < known ? size : known) != 0)
		return PROBE_NO;
	if (size <= known)
		return PROBE_MORE;
	if (is_line)
		return at[known] == 'T' || at[known] == 'U' ? PROBE_SURE :
		    PROBE_NO;
	return at[known] == 0x20 || at[known] == 0x21 ? PROBE_SURE :
	    PROBE_NO;
}

static void
feed(struct dissection *d)
{
	if (d->sender == ROLE_SERVER)
		return;
	if (*d->bytes.at == 'P' ? take_line(d) : take_header(d))
		dissection_switch(d, NULL);
	else
		d->is_done = *d->bytes.at == 'P' ?
		    cursor_left(&d->bytes) >= PROXY_LINE_MAX : d->is_full;
}

static bool
take_line(struct dissection *d)
{
	struct cursor line;
	struct cursor word;
	struct cursor words[5];
	int count = 0;

	if (!http_take_line(&d->bytes, &line))
		return false;
	dissection_number(d, PROXY_VERSION, 1);
	while (count < 5 && http_take_until(&line, ' ', &word))
		words[count++] = word;
	/* "PROXY", family, two addresses and a port, and the last port. */
	if (count < 5)
		return true;
	dissection_text(d, PROXY_SRC, words[2].at, cursor_left(&words[2]));
	dissection_text(d, PROXY_DST, words[3].at, cursor_left(&words[3]));
	note_port(d, PROXY_SRC_PORT, &words[4]);
	note_port(d, PROXY_DST_PORT, &line);
	return true;
}

static void
note_port(struct dissection *d, enum proxy_fact fact, const struct cursor *c)
{
	uint32_t port = 0;

	for (const uint8_t *at = c->at; at < c->end; at++) {
		if (*at < '0' || *at > '9' || port > UINT16_MAX)
			return;
		port = port * 10 + (*at - '0');
	}
	dissection_number(d, fact, port);
}

static bool
take_header(struct dissection *d)
{
	struct cursor c = d->bytes;
	const uint8_t *at = cursor_take(&c, PROXY_HEADER_SIZE);
	struct cursor body;
	char text[SPELL_ROOM];
	size_t size;
	char *end;

	if (at == NULL)
		return false;
	body = cursor_sub(&c, bytes_be16(at + 14));
	if (!cursor_ok(&c))
		return false;
	d->bytes = c;
	dissection_number(d, PROXY_VERSION, 2);
	size = at[13] >> 4 == PROXY_IPV4 ? 4 : at[13] >> 4 == PROXY_IPV6 ?
	    16 : 0;
	at = cursor_take(&body, size * 2 + 4);
	if (at == NULL || size == 0)
		return true;
	end = size == 4 ? spell_ipv4(text, at) : spell_ipv6(text, at);
	dissection_text(d, PROXY_SRC, text, (size_t)(end - text));
	at += size;
	end = size == 4 ? spell_ipv4(text, at) : spell_ipv6(text, at);
	dissection_text(d, PROXY_DST, text, (size_t)(end - text));
	at += size;
	dissection_number(d, PROXY_SRC_PORT, bytes_be16(at));
	dissection_number(d, PROXY_DST_PORT, bytes_be16(at + 2));
	return true;
}

const struct application application_proxy = {
	.name = "proxy",
	.title = "PROXY protocol",
	.source = "haproxy.org, proxy-protocol.txt",
	.transports = APPLICATION_TCP,
	.probe = probe,
	.feed = feed,
	.fields = fields
};
