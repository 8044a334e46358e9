/*
 * DHCP, the Dynamic Host Configuration Protocol (RFC 2131, options of RFC
 * 2132), and BOOTP, whose messages have no type.
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+---------------+---------------+
 * |      op       |     htype     |     hlen      |     hops      |
 * +---------------+---------------+---------------+---------------+
 * |  xid (4), secs (2), flags (2), ciaddr (4), yiaddr (4),        |
 * |  siaddr (4), giaddr (4), chaddr (16), sname (64), file (128)  |
 * +---------------------------------------------------------------+
 * |  magic 63 82 53 63, options: code, size, data ... 255         |
 * +---------------------------------------------------------------+
 */
#include "base/spell.h"
#include "dissect/dns_message.h"

enum {
	DHCP_HEADER_SIZE = 236,
	DHCP_ASSIGNED_AT = 16,
	DHCP_HARDWARE_AT = 28,
	DHCP_MAGIC = 0x63825363,
	DHCP_REQUEST = 1,		/* op */
	DHCP_REPLY = 2,
	DHCP_ETHERNET = 1,		/* htype */
	DHCP_HARDWARE_TYPE_MAX = 40,	/* IANA's registry ends there */
	DHCP_HARDWARE_SIZE_MAX = 16,
	DHCP_HOPS_MAX = 16,		/* RFC 1542, 4.1.1 */
	DHCP_ADDRESS_SIZE = 4,
	DHCP_FQDN_HEADER = 3,		/* RFC 4702, 2 */
	DHCP_FQDN_IS_ENCODED = 4,
	DHCP_ACK = 5			/* message type */
};

enum dhcp_option {
	DHCP_OPTION_PAD = 0,
	DHCP_OPTION_HOSTNAME = 12,
	DHCP_OPTION_REQUESTED = 50,
	DHCP_OPTION_MESSAGE = 53,
	DHCP_OPTION_SERVER = 54,
	DHCP_OPTION_VENDOR = 60,
	DHCP_OPTION_FQDN = 81,
	DHCP_OPTION_END = 255
};

enum dhcp_fact {
	DHCP_MESSAGES,
	DHCP_HOSTNAME,
	DHCP_FQDN,
	DHCP_REQUESTED,
	DHCP_ASSIGNED,
	DHCP_VENDOR,
	DHCP_MAC,
	DHCP_SERVER
};

/* RFC 2132, 9.6, and RFC 4388, 6.1. */
static const char *const message_names[] = {
	"bootp", "discover", "offer", "request", "decline", "ack", "nak",
	"release", "inform", "forcerenew", "leasequery", "leaseunassigned",
	"leaseunknown", "leaseactive"
};

static const struct fact_field fields[] = {
	[DHCP_MESSAGES] = { "messages", FACT_LIST, false, NULL,
	    "Types of the messages, each once." },
	[DHCP_HOSTNAME] = { "hostname", FACT_TEXT, false, NULL,
	    "What the client calls itself." },
	[DHCP_FQDN] = { "fqdn", FACT_TEXT, false, NULL,
	    "The client's full name." },
	[DHCP_REQUESTED] = { "requested", FACT_TEXT, false, NULL,
	    "Address that the client asked for." },
	[DHCP_ASSIGNED] = { "assigned", FACT_TEXT, false, NULL,
	    "Address that the server gave or offered." },
	[DHCP_VENDOR] = { "vendor", FACT_TEXT, false, NULL,
	    "Vendor class of the client." },
	[DHCP_MAC] = { "mac", FACT_TEXT, false, NULL,
	    "Hardware address of the client." },
	[DHCP_SERVER] = { "server", FACT_TEXT, false, NULL,
	    "Address by which the server is known." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static uint8_t		note_options(struct dissection *, struct cursor);
static void		note_option(struct dissection *, uint8_t,
			    struct cursor);
static void		note_address(struct dissection *, enum dhcp_fact,
			    struct cursor);
static void		note_fqdn(struct dissection *, struct cursor);

/* BOOTP has no magic of its own: its vendor area may be anything. */
static enum probe_score
probe(struct probe *p)
{
	const uint8_t *header = cursor_take(&p->own, DHCP_HEADER_SIZE);

	if (header == NULL || (header[0] != DHCP_REQUEST &&
	    header[0] != DHCP_REPLY) || header[1] == 0 ||
	    header[1] > DHCP_HARDWARE_TYPE_MAX ||
	    header[2] > DHCP_HARDWARE_SIZE_MAX ||
	    header[3] > DHCP_HOPS_MAX)
		return PROBE_NO;
	p->sender = header[0] == DHCP_REQUEST ? ROLE_CLIENT : ROLE_SERVER;
	if (cursor_be32(&p->own) == DHCP_MAGIC)
		return PROBE_SURE;
	return header[1] == DHCP_ETHERNET && header[2] == 6 ? PROBE_WEAK :
	    PROBE_NO;
}

static void
feed(struct dissection *d)
{
	const uint8_t *header = cursor_take(&d->bytes, DHCP_HEADER_SIZE);
	char text[SPELL_ROOM];
	uint8_t message = 0;

	if (header == NULL)
		return;
	if (header[1] == DHCP_ETHERNET && header[2] == 6)
		dissection_text(d, DHCP_MAC, text, (size_t)(spell_mac(text,
		    header + DHCP_HARDWARE_AT) - text));
	if (header[0] == DHCP_REPLY)
		note_address(d, DHCP_ASSIGNED, cursor_over(header +
		    DHCP_ASSIGNED_AT, DHCP_ADDRESS_SIZE));
	if (cursor_be32(&d->bytes) == DHCP_MAGIC)
		message = note_options(d, d->bytes);
	if (message < sizeof message_names / sizeof message_names[0])
		dissection_item(d, DHCP_MESSAGES, message_names[message],
		    strlen(message_names[message]));
	d->is_done = message == DHCP_ACK;
}

/* Returns the message's type, 0 without one. */
static uint8_t
note_options(struct dissection *d, struct cursor c)
{
	uint8_t message = 0;
	uint8_t code;

	while (cursor_ok(&c) && (code = cursor_u8(&c)) != DHCP_OPTION_END) {
		struct cursor data;

		if (code == DHCP_OPTION_PAD)
			continue;
		data = cursor_sub(&c, cursor_u8(&c));
		if (!cursor_ok(&c))
			break;
		if (code == DHCP_OPTION_MESSAGE)
			message = cursor_u8(&data);
		else
			note_option(d, code, data);
	}
	return message;
}

static void
note_option(struct dissection *d, uint8_t code, struct cursor data)
{
	switch (code) {
	case DHCP_OPTION_HOSTNAME:
		dissection_text(d, DHCP_HOSTNAME, data.at,
		    cursor_left(&data));
		break;
	case DHCP_OPTION_REQUESTED:
		note_address(d, DHCP_REQUESTED, data);
		break;
	case DHCP_OPTION_SERVER:
		note_address(d, DHCP_SERVER, data);
		break;
	case DHCP_OPTION_VENDOR:
		dissection_text(d, DHCP_VENDOR, data.at, cursor_left(&data));
		break;
	case DHCP_OPTION_FQDN:
		note_fqdn(d, data);
		break;
	default:
		break;
	}
}

/* 0.0.0.0 is none. */
static void
note_address(struct dissection *d, enum dhcp_fact field, struct cursor data)
{
	char text[SPELL_ROOM];

	if (cursor_left(&data) == DHCP_ADDRESS_SIZE &&
	    bytes_be32(data.at) != 0)
		dissection_text(d, field, text,
		    (size_t)(spell_ipv4(text, data.at) - text));
}

/* As labels of DNS or, deprecated, as plain text (RFC 4702, 2.3.1). */
static void
note_fqdn(struct dissection *d, struct cursor data)
{
	const uint8_t *header = cursor_take(&data, DHCP_FQDN_HEADER);
	struct dns_name name;

	if (header == NULL)
		return;
	if ((header[0] & DHCP_FQDN_IS_ENCODED) == 0)
		dissection_text(d, DHCP_FQDN, data.at, cursor_left(&data));
	else if (dns_read_name(&data, data.at, &name) && name.size > 1)
		dissection_text(d, DHCP_FQDN, name.text, name.size);
}

const struct application application_dhcp = {
	.name = "dhcp",
	.title = "Dynamic Host Configuration Protocol",
	.source = "RFC 2131, RFC 2132",
	.transports = APPLICATION_UDP,
	.udp_ports = { 67, 68 },
	.starts = { { 1, 3 } },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
