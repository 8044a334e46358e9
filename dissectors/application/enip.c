/*
 * EtherNet/IP encapsulation of the Common Industrial Protocol (CIP Networks
 * Library, volume 2, 2-3). All numbers have the least byte first.
 *
 *   command (2), size of what follows the header (2), session (4),
 *   status (4), context (8), options 0 (4), data
 */
#include <string.h>

#include "dissect/application.h"

enum {
	ENIP_HEADER_SIZE = 24,
	ENIP_STATUS_MAX = 0x69,
	ENIP_LIST_IDENTITY = 0x63,
	ENIP_REGISTER = 0x65,
	ENIP_REGISTER_SIZE = 4,
	ENIP_IDENTITY_ITEM = 0x0c,
	ENIP_IDENTITY_SOCKET = 18,	/* version and address before it */
	ENIP_IDENTITY_FIXED = 12,	/* product to serial number */
	ENIP_MESSAGES_MAX = 32		/* that are looked at of a flow */
};

enum enip_fact {
	ENIP_COMMANDS,
	ENIP_VENDOR,
	ENIP_PRODUCT
};

struct enip_state {
	uint8_t	messages;
};

struct command_name {
	uint16_t	 command;
	const char	*name;
};

/* 2-3.2. */
static const struct command_name command_names[] = {
	{ 0x00, "nop" }, { 0x04, "list-services" },
	{ 0x63, "list-identity" }, { 0x64, "list-interfaces" },
	{ 0x65, "register-session" }, { 0x66, "unregister-session" },
	{ 0x6f, "send-rr-data" }, { 0x70, "send-unit-data" }
};

static const struct fact_field fields[] = {
	[ENIP_COMMANDS] = { "commands", FACT_LIST, false, NULL,
	    "Commands in the first 32 messages, each once." },
	[ENIP_VENDOR] = { "vendor", FACT_NUMBER, false, NULL,
	    "Vendor number of the device that says who it is." },
	[ENIP_PRODUCT] = { "product", FACT_TEXT, false, NULL,
	    "What that device calls itself." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static const char	*command_name(uint16_t);
static void		feed(struct dissection *);
static void		note_identity(struct dissection *, struct cursor);

/* A session is opened with fixed bytes; the rest counts on its own port. */
static enum probe_score
probe(struct probe *p)
{
	size_t held = cursor_left(&p->own);
	const uint8_t *at = p->own.at;
	uint16_t command;
	uint16_t size;

	if (!p->is_datagram && held < ENIP_HEADER_SIZE)
		return held < 2 || (at[1] == 0 && command_name(at[0]) !=
		    NULL) ? PROBE_MORE : PROBE_NO;
	if (held < ENIP_HEADER_SIZE)
		return PROBE_NO;
	command = bytes_le16(at);
	size = bytes_le16(at + 2);
	if (command_name(command) == NULL || bytes_le32(at + 20) != 0 ||
	    bytes_le32(at + 8) > ENIP_STATUS_MAX || (p->is_datagram &&
	    size + ENIP_HEADER_SIZE != (int)p->size))
		return PROBE_NO;
	if (command == ENIP_REGISTER && size == ENIP_REGISTER_SIZE &&
	    held >= ENIP_HEADER_SIZE + ENIP_REGISTER_SIZE &&
	    bytes_le32(at + ENIP_HEADER_SIZE) == 1) {
		p->sender = bytes_le32(at + 4) == 0 ? ROLE_CLIENT :
		    ROLE_UNKNOWN;
		return PROBE_SURE;
	}
	return p->is_on_port ? PROBE_LIKELY : PROBE_NO;
}

static const char *
command_name(uint16_t command)
{
	for (size_t i = 0; i < sizeof command_names /
	    sizeof command_names[0]; i++) {
		if (command_names[i].command == command)
			return command_names[i].name;
	}
	return NULL;
}

static void
feed(struct dissection *d)
{
	struct enip_state *state = d->state;
	struct cursor c = d->bytes;
	const uint8_t *header;

	while (!d->is_done &&
	    (header = cursor_take(&c, ENIP_HEADER_SIZE)) != NULL) {
		const char *name = command_name(bytes_le16(header));
		struct cursor data = cursor_sub(&c, bytes_le16(header + 2));

		if (name == NULL) {
			d->is_side_done = true;
			return;
		}
		if (!cursor_ok(&c)) {
			d->is_side_done = d->is_full;
			return;
		}
		dissection_item(d, ENIP_COMMANDS, name, strlen(name));
		if (bytes_le16(header) == ENIP_LIST_IDENTITY)
			note_identity(d, data);
		d->bytes = c;
		d->is_done = ++state->messages == ENIP_MESSAGES_MAX;
	}
}

/* 2-4.2.3: items of a type and a size; the first is taken. */
static void
note_identity(struct dissection *d, struct cursor data)
{
	struct cursor name;
	uint16_t vendor;

	cursor_skip(&data, 2);
	if (cursor_le16(&data) != ENIP_IDENTITY_ITEM)
		return;
	cursor_skip(&data, 2 + ENIP_IDENTITY_SOCKET);
	vendor = cursor_le16(&data);
	cursor_skip(&data, ENIP_IDENTITY_FIXED);
	name = cursor_sub(&data, cursor_u8(&data));
	if (!cursor_ok(&data))
		return;
	dissection_number(d, ENIP_VENDOR, vendor);
	dissection_text(d, ENIP_PRODUCT, name.at, cursor_left(&name));
}

const struct application application_enip = {
	.name = "enip",
	.title = "EtherNet/IP",
	.source = "CIP Networks Library, volume 2",
	.transports = APPLICATION_TCP | APPLICATION_UDP,
	.tcp_ports = { 44818 },
	.udp_ports = { 44818 },
	.state_size = sizeof(struct enip_state),
	.starts = { { 0, 5 }, { 0x63, 0x71 } },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
