/*
 * DHCPv6 (RFC 8415, 8 and 9).
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+-----------------------------------------------+
 * |   msg-type    |               transaction-id                  |
 * +---------------+-----------------------------------------------+
 * |  options: code (2), size (2), data                            |
 *
 * A relay's message has hop-count (1), link-address (16) and peer-address
 * (16) before its options, one of which is the message that it relays.
 */
#include "base/spell.h"
#include "dissect/dns_message.h"

enum {
	DHCPV6_MESSAGE_MAX = 36,	/* IANA's registry */
	DHCPV6_OPTION_MAX = 148,
	DHCPV6_RELAYS_MAX = 8,		/* HOP_COUNT_LIMIT, 7.6 */
	DHCPV6_RELAY_HEADER = 33,
	DHCPV6_DUID_MIN = 3,
	DHCPV6_DUID_MAX = 64,		/* bytes that are written */
	DHCPV6_SERVER_PORT = 547,
	DHCPV6_ADDRESS_SIZE = 16,
	DHCPV6_LIFETIMES_SIZE = 8,
	DHCPV6_NA_HEADER = 12		/* IAID, T1, T2 */
};

enum dhcpv6_message {
	DHCPV6_REPLY = 7,
	DHCPV6_RELAY_FORW = 12,
	DHCPV6_RELAY_REPL = 13
};

enum dhcpv6_option {
	DHCPV6_OPTION_CLIENTID = 1,
	DHCPV6_OPTION_NA = 3,
	DHCPV6_OPTION_TA = 4,
	DHCPV6_OPTION_ADDRESS = 5,
	DHCPV6_OPTION_RELAYED = 9,
	DHCPV6_OPTION_VENDOR_CLASS = 16,
	DHCPV6_OPTION_PD = 25,
	DHCPV6_OPTION_PREFIX = 26,
	DHCPV6_OPTION_FQDN = 39
};

enum dhcpv6_fact {
	DHCPV6_MESSAGES,
	DHCPV6_FQDN,
	DHCPV6_ASSIGNED,
	DHCPV6_VENDOR,
	DHCPV6_DUID
};

/* RFC 8415, 7.3; the rest is seldom met. */
static const char *const message_names[] = {
	NULL, "solicit", "advertise", "request", "confirm", "renew", "rebind",
	"reply", "release", "decline", "reconfigure", "information-request",
	"relay-forw", "relay-repl", "leasequery", "leasequery-reply"
};

static const struct fact_field fields[] = {
	[DHCPV6_MESSAGES] = { "messages", FACT_LIST, false, NULL,
	    "Types of the messages, each once." },
	[DHCPV6_FQDN] = { "fqdn", FACT_TEXT, false, NULL,
	    "The client's name." },
	[DHCPV6_ASSIGNED] = { "assigned", FACT_LIST, false, NULL,
	    "Addresses and prefixes that were asked for or given." },
	[DHCPV6_VENDOR] = { "vendor", FACT_TEXT, false, NULL,
	    "Vendor class of the client." },
	[DHCPV6_DUID] = { "duid", FACT_TEXT, false, NULL,
	    "Unique identifier of the client, in hexadecimal." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static bool		read_message(struct cursor *, uint8_t *);
static bool		is_relay(uint8_t);
static void		feed(struct dissection *);
static struct cursor	note_options(struct dissection *, struct cursor);
static void		note_option(struct dissection *, unsigned int,
			    struct cursor);
static void		note_duid(struct dissection *, struct cursor);
static void		note_vendor(struct dissection *, struct cursor);
static void		note_assigned(struct dissection *, struct cursor,
			    bool);

/* Options that add up to the datagram, on the ports of the protocol. */
static enum probe_score
probe(struct probe *p)
{
	bool is_whole = cursor_left(&p->own) == p->size;
	int options = 0;
	uint8_t message;

	if (!p->is_on_port || !read_message(&p->own, &message))
		return PROBE_NO;
	for (; cursor_left(&p->own) > 0; options++) {
		uint16_t code = cursor_be16(&p->own);
		uint16_t size = cursor_be16(&p->own);

		cursor_skip(&p->own, size);
		if (code == 0 || code > DHCPV6_OPTION_MAX)
			return PROBE_NO;
		if (!cursor_ok(&p->own))
			return is_whole || options == 0 ? PROBE_NO :
			    PROBE_WEAK;
	}
	if (p->own_port != p->peer_port)
		p->sender = p->own_port == DHCPV6_SERVER_PORT ? ROLE_SERVER :
		    ROLE_CLIENT;
	else
		p->sender = message == DHCPV6_RELAY_REPL ? ROLE_SERVER :
		    ROLE_CLIENT;
	return options > 0 ? PROBE_LIKELY : PROBE_NO;
}

/* What stands before the options. */
static bool
read_message(struct cursor *c, uint8_t *message)
{
	*message = cursor_u8(c);
	cursor_skip(c, is_relay(*message) ? DHCPV6_RELAY_HEADER : 3);
	return cursor_ok(c) && *message > 0 && *message <= DHCPV6_MESSAGE_MAX;
}

static bool
is_relay(uint8_t message)
{
	return message == DHCPV6_RELAY_FORW || message == DHCPV6_RELAY_REPL;
}

static void
feed(struct dissection *d)
{
	struct cursor c = d->bytes;
	uint8_t message = 0;

	for (int i = 0; i < DHCPV6_RELAYS_MAX && cursor_left(&c) > 0; i++) {
		if (!read_message(&c, &message))
			return;
		if (message < sizeof message_names / sizeof message_names[0])
			dissection_item(d, DHCPV6_MESSAGES,
			    message_names[message],
			    strlen(message_names[message]));
		c = note_options(d, c);
	}
	d->is_done = message == DHCPV6_REPLY;
}

/* Returns the message that is relayed; empty without one. */
static struct cursor
note_options(struct dissection *d, struct cursor c)
{
	struct cursor relayed = { 0 };

	while (cursor_left(&c) > 0 && cursor_ok(&c)) {
		uint16_t code = cursor_be16(&c);
		struct cursor data = cursor_sub(&c, cursor_be16(&c));

		if (!cursor_ok(&c))
			break;
		if (code == DHCPV6_OPTION_RELAYED)
			relayed = data;
		else
			note_option(d, code, data);
	}
	return relayed;
}

static void
note_option(struct dissection *d, unsigned int code, struct cursor data)
{
	struct dns_name name;

	switch (code) {
	case DHCPV6_OPTION_CLIENTID:
		note_duid(d, data);
		break;
	case DHCPV6_OPTION_NA:
	case DHCPV6_OPTION_PD:
		cursor_skip(&data, DHCPV6_NA_HEADER);
		note_assigned(d, data, code == DHCPV6_OPTION_PD);
		break;
	case DHCPV6_OPTION_TA:
		cursor_skip(&data, 4);
		note_assigned(d, data, false);
		break;
	case DHCPV6_OPTION_VENDOR_CLASS:
		note_vendor(d, data);
		break;
	case DHCPV6_OPTION_FQDN:
		/* RFC 4704, 4.2: the name may lack its end. */
		cursor_skip(&data, 1);
		if (cursor_ok(&data) && (dns_read_name(&data, data.at, &name)
		    || name.size > 0))
			dissection_text(d, DHCPV6_FQDN, name.text, name.size);
		break;
	default:
		break;
	}
}

static void
note_duid(struct dissection *d, struct cursor data)
{
	static const char digits[] = "0123456789abcdef";
	char text[2 * DHCPV6_DUID_MAX];
	size_t size = 0;

	if (cursor_left(&data) < DHCPV6_DUID_MIN)
		return;
	while (cursor_left(&data) > 0 && size < sizeof text) {
		uint8_t byte = cursor_u8(&data);

		text[size++] = digits[byte >> 4];
		text[size++] = digits[byte & 15];
	}
	dissection_text(d, DHCPV6_DUID, text, size);
}

/* The enterprise's number, and then texts; the first is taken (21.16). */
static void
note_vendor(struct dissection *d, struct cursor data)
{
	struct cursor text;

	cursor_skip(&data, 4);
	text = cursor_sub(&data, cursor_be16(&data));
	if (cursor_ok(&data))
		dissection_text(d, DHCPV6_VENDOR, text.at,
		    cursor_left(&text));
}

/* What an identity association holds (21.6, 21.22). */
static void
note_assigned(struct dissection *d, struct cursor c, bool is_prefix)
{
	char text[SPELL_ROOM];
	const uint8_t *at;
	char *end;

	while (cursor_ok(&c) && cursor_left(&c) > 0) {
		uint16_t code = cursor_be16(&c);
		struct cursor data = cursor_sub(&c, cursor_be16(&c));
		uint8_t bits = 0;

		if (code != (is_prefix ? DHCPV6_OPTION_PREFIX :
		    DHCPV6_OPTION_ADDRESS))
			continue;
		if (is_prefix) {
			cursor_skip(&data, DHCPV6_LIFETIMES_SIZE);
			bits = cursor_u8(&data);
		}
		at = cursor_take(&data, DHCPV6_ADDRESS_SIZE);
		if (at == NULL)
			continue;
		end = spell_ipv6(text, at);
		if (is_prefix) {
			*end++ = '/';
			end = spell_u64(end, bits);
		}
		dissection_item(d, DHCPV6_ASSIGNED, text,
		    (size_t)(end - text));
	}
}

const struct application application_dhcpv6 = {
	.name = "dhcpv6",
	.title = "DHCP for IPv6",
	.source = "RFC 8415",
	.transports = APPLICATION_UDP,
	.udp_ports = { 546, 547 },
	.is_settled = true,
	.probe = probe,
	.feed = feed,
	.fields = fields
};
