/*
 * BACnet/IP (ANSI/ASHRAE 135, annex J): a virtual link over UDP, the network
 * layer (clause 6) and the application layer (clause 20).
 *
 *   81, function (1), size of all (2), for some functions more;
 *   version 1, control (1), addresses as control says;
 *   type of PDU (upper half of 1), ...
 */
#include <string.h>

#include "dissect/application.h"

enum {
	BACNET_LINK = 0x81,
	BACNET_FUNCTION_MAX = 12,
	BACNET_FORWARDED = 4,		/* an address of 6 bytes follows */
	BACNET_ADDRESS_SIZE = 6,
	BACNET_VERSION = 1,
	BACNET_IS_NETWORK = 0x80,	/* control, 6.2.2 */
	BACNET_HAS_TARGET = 0x20,
	BACNET_HAS_SOURCE = 0x08,
	BACNET_IS_RESERVED = 0x50,
	BACNET_SEGMENTED = 0x08,	/* of a PDU's first byte, 20.1.2 */
	BACNET_I_AM = 0,
	BACNET_OBJECT_TAG = 0xc4,	/* identifier, 4 bytes */
	BACNET_DEVICE = 8,		/* type of an object */
	BACNET_MESSAGES_MAX = 32	/* that are looked at of a flow */
};

enum bacnet_pdu {
	BACNET_CONFIRMED,
	BACNET_UNCONFIRMED
};

/* Functions whose message carries the network layer (J.2). */
static const bool has_network[BACNET_FUNCTION_MAX + 1] = {
	[4] = true, [9] = true, [10] = true, [11] = true
};

enum bacnet_fact {
	BACNET_SERVICES,
	BACNET_DEVICE_NUMBER
};

struct bacnet_state {
	uint8_t	messages;
};

/* Clause 21, BACnetConfirmedServiceChoice. */
static const char *const confirmed_names[] = {
	"acknowledge-alarm", "confirmed-cov-notification",
	"confirmed-event-notification", "get-alarm-summary",
	"get-enrollment-summary", "subscribe-cov", "atomic-read-file",
	"atomic-write-file", "add-list-element", "remove-list-element",
	"create-object", "delete-object", "read-property",
	"read-property-conditional", "read-property-multiple",
	"write-property", "write-property-multiple",
	"device-communication-control", "confirmed-private-transfer",
	"confirmed-text-message", "reinitialize-device", "vt-open",
	"vt-close", "vt-data", "authenticate", "request-key", "read-range",
	"life-safety-operation", "subscribe-cov-property",
	"get-event-information"
};

/* Clause 21, BACnetUnconfirmedServiceChoice. */
static const char *const unconfirmed_names[] = {
	"i-am", "i-have", "unconfirmed-cov-notification",
	"unconfirmed-event-notification", "unconfirmed-private-transfer",
	"unconfirmed-text-message", "time-synchronization", "who-has",
	"who-is", "utc-time-synchronization", "write-group"
};

static const struct fact_field fields[] = {
	[BACNET_SERVICES] = { "services", FACT_LIST, false, NULL,
	    "Services in the first 32 messages, each once." },
	[BACNET_DEVICE_NUMBER] = { "device", FACT_NUMBER, false, NULL,
	    "Instance number of the first device that says I-Am." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static bool		take_link(struct cursor *, uint32_t, bool *);
static bool		take_network(struct cursor *, bool *);
static void		feed(struct dissection *);
static void		note_pdu(struct dissection *, struct cursor);
static void		note_service(struct dissection *, const char *const *,
			    size_t, uint8_t);
static void		note_device(struct dissection *, struct cursor);

static enum probe_score
probe(struct probe *p)
{
	bool has_more;

	if (!take_link(&p->own, p->size, &has_more))
		return PROBE_NO;
	if (!has_more)
		return PROBE_WEAK;
	if (!take_network(&p->own, &has_more))
		return PROBE_NO;
	return PROBE_SURE;
}

/* is_carrying says whether the network layer follows. */
static bool
take_link(struct cursor *c, uint32_t size, bool *is_carrying)
{
	const uint8_t *at = cursor_take(c, 4);

	if (at == NULL || at[0] != BACNET_LINK ||
	    at[1] > BACNET_FUNCTION_MAX || bytes_be16(at + 2) != size)
		return false;
	*is_carrying = has_network[at[1]];
	if (at[1] == BACNET_FORWARDED)
		cursor_skip(c, BACNET_ADDRESS_SIZE);
	return cursor_ok(c);
}

/* 6.2.2: up to what the application layer, if any, begins with. */
static bool
take_network(struct cursor *c, bool *is_carrying)
{
	uint8_t version = cursor_u8(c);
	uint8_t control = cursor_u8(c);

	if (version != BACNET_VERSION || (control & BACNET_IS_RESERVED) != 0)
		return false;
	if ((control & BACNET_HAS_TARGET) != 0) {
		cursor_skip(c, 2);
		cursor_skip(c, cursor_u8(c));
	}
	if ((control & BACNET_HAS_SOURCE) != 0) {
		cursor_skip(c, 2);
		cursor_skip(c, cursor_u8(c));
	}
	if ((control & BACNET_HAS_TARGET) != 0)
		cursor_skip(c, 1);
	*is_carrying = (control & BACNET_IS_NETWORK) == 0;
	return cursor_ok(c);
}

static void
feed(struct dissection *d)
{
	struct bacnet_state *state = d->state;
	struct cursor c = d->bytes;
	bool has_more;

	if (take_link(&c, d->size, &has_more) && has_more &&
	    take_network(&c, &has_more) && has_more)
		note_pdu(d, c);
	d->is_done = ++state->messages == BACNET_MESSAGES_MAX;
}

/* 20.1.2 to 20.1.5: where the choice of a service stands. */
static void
note_pdu(struct dissection *d, struct cursor c)
{
	uint8_t first = cursor_u8(&c);
	uint8_t choice;

	switch (first >> 4) {
	case BACNET_CONFIRMED:
		cursor_skip(&c, (first & BACNET_SEGMENTED) != 0 ? 4 : 2);
		choice = cursor_u8(&c);
		if (cursor_ok(&c))
			note_service(d, confirmed_names,
			    sizeof confirmed_names /
			    sizeof confirmed_names[0], choice);
		break;
	case BACNET_UNCONFIRMED:
		choice = cursor_u8(&c);
		if (!cursor_ok(&c))
			break;
		note_service(d, unconfirmed_names, sizeof unconfirmed_names /
		    sizeof unconfirmed_names[0], choice);
		if (choice == BACNET_I_AM)
			note_device(d, c);
		break;
	default:
		break;
	}
}

static void
note_service(struct dissection *d, const char *const *names, size_t count,
    uint8_t choice)
{
	if (choice < count)
		dissection_item(d, BACNET_SERVICES, names[choice],
		    strlen(names[choice]));
}

/* The identifier has ten bits of type, 22 of the instance (20.2.14). */
static void
note_device(struct dissection *d, struct cursor c)
{
	uint8_t tag = cursor_u8(&c);
	uint32_t identifier = cursor_be32(&c);

	if (cursor_ok(&c) && tag == BACNET_OBJECT_TAG &&
	    identifier >> 22 == BACNET_DEVICE)
		dissection_number(d, BACNET_DEVICE_NUMBER,
		    identifier & 0x3fffff);
}

const struct application application_bacnet = {
	.name = "bacnet",
	.title = "BACnet/IP",
	.source = "ANSI/ASHRAE 135, annex J",
	.transports = APPLICATION_UDP,
	.udp_ports = { 47808 },
	.state_size = sizeof(struct bacnet_state),
	.starts = { { 0x81, 0x82 } },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
