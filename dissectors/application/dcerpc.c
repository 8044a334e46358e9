/*
 * DCE/RPC (The Open Group, C706; MS-RPCE): over connections, version 5, a
 * client binds to interfaces before it calls them; over datagrams, version 4,
 * each packet names the one that it calls.
 *
 *   5  uint8 version, uint8 minor, uint8 type, uint8 flags, byte[4] format,
 *      uint16 size, uint16 size of the proof, uint32 call, then of bind:
 *      uint16 sizes[2], uint32 group, uint8 contexts, byte[3], { uint16
 *      context, uint8 count, uint8 0, interface, uint32 version, ... }
 *   4  uint8 version, uint8 type, uint8 flags[2], byte[3] format, uint8,
 *      object, interface, activity, ..., at 74 uint16 size of the rest
 */
#include <stdio.h>
#include <string.h>

#include "dissect/application.h"

enum {
	DCERPC_HEADER_SIZE = 16,
	DCERPC_DATAGRAM_SIZE = 80,
	DCERPC_BIND_SIZE = 72,		/* with one context */
	DCERPC_SYNTAX_SIZE = 20,	/* a UUID and a version */
	DCERPC_UUID_TEXT = 36,
	DCERPC_LITTLE = 0x10,		/* of the format's first byte */
	DCERPC_CONTEXTS_MAX = 16,
	DCERPC_PACKETS_MAX = 8		/* of a client, then all is said */
};

/* Types of both (C706, 12.6.4.1 and 12.5.2.1). */
enum dcerpc_type {
	DCERPC_REQUEST = 0,
	DCERPC_REJECT = 6,
	DCERPC_DATAGRAM_MAX = 10,
	DCERPC_BIND = 11,
	DCERPC_ALTER = 14,
	DCERPC_AUTH3 = 16,
	DCERPC_TYPE_MAX = 19
};

enum dcerpc_fact {
	DCERPC_INTERFACES,
	DCERPC_OPERATION
};

struct dcerpc_state {
	uint8_t	packets;
};

struct known_interface {
	const char	*uuid;
	const char	*name;
};

/* Those met in practice; the names are Microsoft's and the IEC's. */
static const struct known_interface interfaces[] = {
	{ "e1af8308-5d1f-11c9-91a4-08002b14a0fa", "epmapper" },
	{ "4b324fc8-1670-01d3-1278-5a47bf6ee188", "srvsvc" },
	{ "6bffd098-a112-3610-9833-46c3f87e345a", "wkssvc" },
	{ "12345778-1234-abcd-ef00-0123456789ac", "samr" },
	{ "12345778-1234-abcd-ef00-0123456789ab", "lsarpc" },
	{ "12345678-1234-abcd-ef00-01234567cffb", "netlogon" },
	{ "12345678-1234-abcd-ef00-0123456789ab", "spoolss" },
	{ "367abb81-9844-35f1-ad32-98f038001003", "svcctl" },
	{ "338cd001-2244-31f1-aaaa-900038001003", "winreg" },
	{ "e3514235-4b06-11d1-ab04-00c04fc2dcd2", "drsuapi" },
	{ "1ff70682-0a51-30e8-076d-740be8cee98b", "atsvc" },
	{ "86d35949-83c9-4044-b424-db363231fd0c", "taskscheduler" },
	{ "99fcfec4-5260-101b-bbcb-00aa0021347a", "oxidresolver" },
	{ "000001a0-0000-0000-c000-000000000046", "systemactivator" },
	{ "dea00001-6c97-11d1-8271-00a02442df7d", "profinet-device" },
	{ "dea00002-6c97-11d1-8271-00a02442df7d", "profinet-controller" }
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static enum probe_score	probe_stream(struct probe *);
static enum probe_score	probe_datagram(struct probe *);
static bool		is_format(const uint8_t *);
static uint16_t		number_at(const uint8_t *, const uint8_t *);
static bool		is_client(uint8_t);
static void		read_stream(struct dissection *);
static void		read_bind(struct dissection *, struct cursor, bool);
static void		note_interface(struct dissection *, const uint8_t *,
			    bool);
static void		spell_uuid(const uint8_t *, bool,
			    char text[DCERPC_UUID_TEXT + 1]);

static const struct fact_field fields[] = {
	[DCERPC_INTERFACES] = { "interfaces", FACT_LIST, false, NULL,
	    "Interfaces that the client uses, by name or UUID." },
	[DCERPC_OPERATION] = { "operation", FACT_NUMBER, false, NULL,
	    "Number of the first procedure that is called." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score
probe(struct probe *p)
{
	return p->is_datagram ? probe_datagram(p) : probe_stream(p);
}

static enum probe_score
probe_stream(struct probe *p)
{
	const uint8_t *header = cursor_peek(&p->own, DCERPC_HEADER_SIZE);
	const uint8_t *at = p->own.at;
	uint16_t size;

	if (header == NULL)
		return p->is_start && at[0] == 5 && (cursor_left(&p->own) <
		    2 || at[1] <= 1) ? PROBE_MORE : PROBE_NO;
	size = number_at(header + 4, header + 8);
	if (header[0] != 5 || header[1] > 1 || header[2] > DCERPC_TYPE_MAX ||
	    !is_format(header + 4) || header[7] != 0 ||
	    size < DCERPC_HEADER_SIZE ||
	    number_at(header + 4, header + 10) >= size)
		return PROBE_NO;
	p->sender = is_client(header[2]) ? ROLE_CLIENT : ROLE_SERVER;
	if (header[2] == DCERPC_BIND)
		return size >= DCERPC_BIND_SIZE ? PROBE_SURE : PROBE_NO;
	return size == cursor_left(&p->own) ? PROBE_SURE : PROBE_LIKELY;
}

static enum probe_score
probe_datagram(struct probe *p)
{
	const uint8_t *header = cursor_peek(&p->own, DCERPC_DATAGRAM_SIZE);

	if (header == NULL || header[0] != 4 ||
	    header[1] > DCERPC_DATAGRAM_MAX || !is_format(header + 4) ||
	    DCERPC_DATAGRAM_SIZE + (uint32_t)number_at(header + 4,
	    header + 74) != p->size)
		return PROBE_NO;
	if (header[1] <= 1)
		p->sender = ROLE_CLIENT;
	else if (header[1] <= DCERPC_REJECT)
		p->sender = ROLE_SERVER;
	return PROBE_SURE;
}

/* C706, 14.1: orders of numbers, letters and floating points. */
static bool
is_format(const uint8_t *format)
{
	return (format[0] == DCERPC_LITTLE || format[0] == 0) &&
	    format[1] <= 3 && format[2] == 0;
}

static inline uint16_t
number_at(const uint8_t *format, const uint8_t *at)
{
	return format[0] == DCERPC_LITTLE ? bytes_le16(at) : bytes_be16(at);
}

static inline bool
is_client(uint8_t type)
{
	return type == DCERPC_REQUEST || type == DCERPC_BIND ||
	    type == DCERPC_ALTER || type >= DCERPC_AUTH3;
}

static void
feed(struct dissection *d)
{
	const uint8_t *header;

	if (!d->is_datagram) {
		read_stream(d);
		return;
	}
	header = cursor_peek(&d->bytes, DCERPC_DATAGRAM_SIZE);
	if (header != NULL) {
		note_interface(d, header + 24, header[4] == DCERPC_LITTLE);
		dissection_number(d, DCERPC_OPERATION,
		    number_at(header + 4, header + 68));
	}
	d->is_done = true;
}

/* A call is the end of what there is to learn. */
static void
read_stream(struct dissection *d)
{
	struct dcerpc_state *state = d->state;
	struct cursor c = d->bytes;
	const uint8_t *header;

	if (d->sender == ROLE_SERVER) {
		d->is_side_done = true;
		return;
	}
	while ((header = cursor_peek(&c, DCERPC_HEADER_SIZE)) != NULL) {
		uint16_t size = number_at(header + 4, header + 8);
		struct cursor packet = cursor_sub(&c, size);

		if (header[0] != 5 || size < DCERPC_HEADER_SIZE) {
			d->is_done = true;
			return;
		}
		if (header[2] == DCERPC_REQUEST && cursor_left(&d->bytes) >=
		    DCERPC_HEADER_SIZE + 8) {
			dissection_number(d, DCERPC_OPERATION,
			    number_at(header + 4, header + 22));
			d->is_done = true;
			return;
		}
		if (!cursor_ok(&c)) {
			d->is_done = d->is_full;
			return;
		}
		if (header[2] == DCERPC_BIND || header[2] == DCERPC_ALTER)
			read_bind(d, packet, header[4] == DCERPC_LITTLE);
		d->bytes = c;
		if (++state->packets == DCERPC_PACKETS_MAX) {
			d->is_done = true;
			return;
		}
	}
}

/* Each context names an interface and the syntaxes in which it is spoken. */
static void
read_bind(struct dissection *d, struct cursor c, bool is_little)
{
	int contexts;

	cursor_skip(&c, DCERPC_HEADER_SIZE + 8);
	contexts = cursor_u8(&c);
	cursor_skip(&c, 3);
	for (int i = 0; i < contexts && i < DCERPC_CONTEXTS_MAX; i++) {
		const uint8_t *uuid;
		uint8_t count;

		cursor_skip(&c, 2);
		count = cursor_u8(&c);
		cursor_skip(&c, 1);
		uuid = cursor_take(&c, DCERPC_SYNTAX_SIZE);
		if (uuid == NULL)
			return;
		note_interface(d, uuid, is_little);
		cursor_skip(&c, (size_t)count * DCERPC_SYNTAX_SIZE);
	}
}

static void
note_interface(struct dissection *d, const uint8_t *uuid, bool is_little)
{
	char text[DCERPC_UUID_TEXT + 1];
	const char *name = text;

	spell_uuid(uuid, is_little, text);
	for (size_t i = 0; i < sizeof interfaces / sizeof interfaces[0];
	    i++) {
		if (strcmp(interfaces[i].uuid, text) == 0)
			name = interfaces[i].name;
	}
	dissection_item(d, DCERPC_INTERFACES, name, strlen(name));
}

/* Its first three parts are numbers in the sender's order (C706, A). */
static void
spell_uuid(const uint8_t *uuid, bool is_little,
    char text[DCERPC_UUID_TEXT + 1])
{
	uint32_t low = is_little ? bytes_le32(uuid) : bytes_be32(uuid);
	unsigned int middle = is_little ? bytes_le16(uuid + 4) :
	    bytes_be16(uuid + 4);
	unsigned int high = is_little ? bytes_le16(uuid + 6) :
	    bytes_be16(uuid + 6);

	(void)snprintf(text, DCERPC_UUID_TEXT + 1,
	    "%08x-%04x-%04x-%04x-%04x%08x", (unsigned int)low, middle, high,
	    (unsigned int)bytes_be16(uuid + 8),
	    (unsigned int)bytes_be16(uuid + 10),
	    (unsigned int)bytes_be32(uuid + 12));
}

const struct application application_dcerpc = {
	.name = "dcerpc",
	.title = "DCE/RPC",
	.source = "C706, MS-RPCE",
	.transports = APPLICATION_TCP | APPLICATION_UDP,
	.tcp_ports = { 135 },
	.udp_ports = { 135, 34964 },
	.state_size = sizeof(struct dcerpc_state),
	.starts = { { 4, 5 } },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
