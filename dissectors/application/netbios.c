/*
 * NetBIOS over TCP and UDP (RFC 1001, 1002): names (port 137), datagrams
 * (138) and sessions (139). A name of 16 bytes, of which the last is a kind
 * of service, is written as 32 letters, one for every 4 bits. A session that
 * was accepted carries SMB.
 *
 *   names      uint16 id, uint16 flags, uint16 counts[4], name, uint16 type
 *   datagrams  uint8 type, uint8 flags, uint16 id, byte[4] address, uint16
 *              port, uint16 size, uint16 offset, source, destination
 *   sessions   uint8 type, uint8 flags, uint16 size, called, calling
 */
#include <string.h>

#include "base/spell.h"
#include "dissect/application.h"

enum {
	NETBIOS_NAME_SIZE = 16,
	NETBIOS_CODED_SIZE = 34,	/* 32, the letters, 0 */
	NETBIOS_HEADER_SIZE = 12,
	NETBIOS_DATAGRAM_SIZE = 14,
	NETBIOS_DIRECT_UNIQUE = 0x10,	/* kinds of datagrams */
	NETBIOS_BROADCAST = 0x12,
	NETBIOS_REQUEST = 0x81,		/* kinds of session packets */
	NETBIOS_ACCEPTED = 0x82,
	NETBIOS_REFUSED = 0x83,
	NETBIOS_SESSION_MAX = 600,
	NETBIOS_NB = 0x20,		/* types of records */
	NETBIOS_NBSTAT = 0x21,
	NETBIOS_DATAGRAMS_MAX = 8
};

enum netbios_fact {
	NETBIOS_NAME,
	NETBIOS_SUFFIX,
	NETBIOS_SOURCE,
	NETBIOS_ADDRESSES
};

struct netbios_state {
	uint8_t	datagrams;
};

struct netbios_name {
	size_t	size;
	char	text[NETBIOS_NAME_SIZE];
	uint8_t	suffix;
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static enum probe_score	probe_session(struct probe *);
static bool		is_question(struct probe *);
static bool		is_datagram(struct cursor);
static bool		take_name(struct cursor *, struct netbios_name *);
static void		decode(const uint8_t *, struct netbios_name *);
static void		read_datagram(struct dissection *, struct cursor);
static void		read_question(struct dissection *, struct cursor);
static void		read_addresses(struct dissection *, struct cursor *);
static void		read_session(struct dissection *);
static void		note_name(struct dissection *,
			    const struct netbios_name *);

static const struct fact_field fields[] = {
	[NETBIOS_NAME] = { "name", FACT_TEXT, false, NULL,
	    "Name that is asked for, registered or called." },
	[NETBIOS_SUFFIX] = { "suffix", FACT_NUMBER, false, NULL,
	    "Kind of service in that name; 32: a file server." },
	[NETBIOS_SOURCE] = { "source", FACT_TEXT, false, NULL,
	    "Name of who sends a datagram or calls." },
	[NETBIOS_ADDRESSES] = { "addresses", FACT_LIST, false, NULL,
	    "IPv4 addresses of the name, as packets say." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score
probe(struct probe *p)
{
	if (!p->is_datagram)
		return probe_session(p);
	return is_datagram(p->own) || is_question(p) ? PROBE_SURE : PROBE_NO;
}

static enum probe_score
probe_session(struct probe *p)
{
	struct cursor c = p->own;
	struct netbios_name name;
	uint8_t type = cursor_u8(&c);
	uint8_t flags = cursor_u8(&c);
	uint16_t size = cursor_be16(&c);

	if (type != NETBIOS_REQUEST || flags > 1 || !p->is_start)
		return PROBE_NO;
	if (!cursor_ok(&c))
		return PROBE_MORE;
	if (size < 2 * NETBIOS_CODED_SIZE || size > NETBIOS_SESSION_MAX)
		return PROBE_NO;
	if (cursor_left(&c) < NETBIOS_CODED_SIZE)
		return PROBE_MORE;
	p->sender = ROLE_CLIENT;
	return take_name(&c, &name) ? PROBE_SURE : PROBE_NO;
}

/* RFC 1002, 4.2: a header as that of DNS; the first name tells. */
static bool
is_question(struct probe *p)
{
	struct cursor c = p->own;
	const uint8_t *header = cursor_take(&c, NETBIOS_HEADER_SIZE);
	struct netbios_name name;
	uint16_t type;

	if (header == NULL || !take_name(&c, &name))
		return false;
	type = cursor_be16(&c);
	p->sender = header[2] >> 7 != 0 ? ROLE_SERVER : ROLE_CLIENT;
	return cursor_ok(&c) && (type == NETBIOS_NB ||
	    type == NETBIOS_NBSTAT) && bytes_be16(header + 4) <= 1 &&
	    bytes_be16(header + 6) <= 1;
}

/* RFC 1002, 4.4.2 */
static bool
is_datagram(struct cursor c)
{
	const uint8_t *header = cursor_take(&c, NETBIOS_DATAGRAM_SIZE);
	struct netbios_name name;

	return header != NULL && header[0] >= NETBIOS_DIRECT_UNIQUE &&
	    header[0] <= NETBIOS_BROADCAST && header[1] < 16 &&
	    take_name(&c, &name);
}

/* False, and the cursor somewhere, when it is none. */
static bool
take_name(struct cursor *c, struct netbios_name *name)
{
	const uint8_t *coded = cursor_take(c, NETBIOS_CODED_SIZE);
	uint8_t size;

	if (coded == NULL || coded[0] != 2 * NETBIOS_NAME_SIZE)
		return false;
	for (int i = 1; i <= 2 * NETBIOS_NAME_SIZE; i++) {
		if (coded[i] < 'A' || coded[i] > 'P')
			return false;
	}
	decode(coded + 1, name);
	/* A scope, labels as in DNS, is seldom. */
	size = coded[NETBIOS_CODED_SIZE - 1];
	while (size != 0) {
		if (size > 63)
			return false;
		cursor_skip(c, size);
		size = cursor_u8(c);
	}
	return cursor_ok(c);
}

/* Without the blanks, or zeros behind "*", that fill it. */
static void
decode(const uint8_t *coded, struct netbios_name *name)
{
	uint8_t bytes[NETBIOS_NAME_SIZE];
	size_t size = NETBIOS_NAME_SIZE - 1;

	for (int i = 0; i < NETBIOS_NAME_SIZE; i++)
		bytes[i] = (uint8_t)((coded[2 * i] - 'A') << 4 |
		    (coded[2 * i + 1] - 'A'));
	while (size > 0 && (bytes[size - 1] == ' ' || bytes[size - 1] == 0))
		size--;
	memcpy(name->text, bytes, size);
	name->size = size;
	name->suffix = bytes[NETBIOS_NAME_SIZE - 1];
}

static void
feed(struct dissection *d)
{
	struct netbios_state *state = d->state;

	if (!d->is_datagram) {
		read_session(d);
		return;
	}
	if (is_datagram(d->bytes))
		read_datagram(d, d->bytes);
	else
		read_question(d, d->bytes);
	d->is_done = ++state->datagrams == NETBIOS_DATAGRAMS_MAX;
}

static void
read_datagram(struct dissection *d, struct cursor c)
{
	struct netbios_name name;

	cursor_skip(&c, NETBIOS_DATAGRAM_SIZE);
	if (!take_name(&c, &name))
		return;
	dissection_text(d, NETBIOS_SOURCE, name.text, name.size);
	if (take_name(&c, &name))
		note_name(d, &name);
}

static void
read_question(struct dissection *d, struct cursor c)
{
	const uint8_t *header = cursor_take(&c, NETBIOS_HEADER_SIZE);
	struct netbios_name name;

	if (header == NULL || !take_name(&c, &name))
		return;
	note_name(d, &name);
	if (cursor_be16(&c) != NETBIOS_NB || bytes_be16(header + 4) != 0 ||
	    (header[3] & 15) != 0)
		return;
	read_addresses(d, &c);
}

/* Behind a record's type (RFC 1002, 4.2.13): pairs of flags and address. */
static void
read_addresses(struct dissection *d, struct cursor *c)
{
	struct cursor data;
	char text[SPELL_ROOM];

	cursor_skip(c, 2 + 4);
	data = cursor_sub(c, cursor_be16(c));
	while (cursor_ok(&data) && cursor_left(&data) >= 6) {
		const uint8_t *address;

		cursor_skip(&data, 2);
		address = cursor_take(&data, 4);
		dissection_item(d, NETBIOS_ADDRESSES, text,
		    (size_t)(spell_ipv4(text, address) - text));
	}
}

/* Whatever follows the request, but a refusal, belongs to SMB. */
static void
read_session(struct dissection *d)
{
	struct cursor c = d->bytes;
	struct netbios_name name;
	uint8_t type = cursor_u8(&c);
	struct cursor body;

	cursor_skip(&c, 1);
	body = cursor_sub(&c, cursor_be16(&c));
	if (type == 0 && cursor_left(&d->bytes) > 0) {
		dissection_switch(d, "smb");
		return;
	}
	if (!cursor_ok(&c)) {
		d->is_done = d->is_full;
		return;
	}
	d->bytes = c;
	if (type == NETBIOS_ACCEPTED) {
		dissection_switch(d, "smb");
	} else if (type != NETBIOS_REQUEST) {
		d->is_done = type >= NETBIOS_REFUSED;
	} else if (take_name(&body, &name)) {
		note_name(d, &name);
		if (take_name(&body, &name))
			dissection_text(d, NETBIOS_SOURCE, name.text,
			    name.size);
	}
}

static void
note_name(struct dissection *d, const struct netbios_name *name)
{
	if (dissection_has(d, NETBIOS_NAME))
		return;
	dissection_text(d, NETBIOS_NAME, name->text, name->size);
	dissection_number(d, NETBIOS_SUFFIX, name->suffix);
}

const struct application application_netbios = {
	.name = "netbios",
	.title = "NetBIOS over TCP and UDP",
	.source = "RFC 1002",
	.transports = APPLICATION_TCP | APPLICATION_UDP,
	.tcp_ports = { 139 },
	.udp_ports = { 137, 138 },
	.state_size = sizeof(struct netbios_state),
	.probe = probe,
	.feed = feed,
	.fields = fields
};
