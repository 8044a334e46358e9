/*
 * Diameter (RFC 6733) over TCP.
 *
 *   uint8 version 1, uint24 size, uint8 flags, uint24 command, uint32
 *   application, uint32 hop, uint32 end, then attributes: { uint32 code,
 *   uint8 flags, uint24 size with this head, [uint32 vendor], value, fill }
 */
#include "dissect/framing.h"

enum {
	DIAMETER_HEADER_SIZE = 20,
	DIAMETER_SIZE_MAX = 1 << 20,
	DIAMETER_ATTRIBUTE_SIZE = 8,
	DIAMETER_FLAGS_RESERVED = 0x0f,
	DIAMETER_REQUEST = 0x80,
	DIAMETER_VENDOR = 0x80,		/* of an attribute's flags */
	DIAMETER_COMMAND_MIN = 256,	/* below are those of RADIUS */
	DIAMETER_CAPABILITIES = 257,
	DIAMETER_MESSAGES_MAX = 8	/* of a side, then all is said */
};

/* RFC 6733, 4.5. */
enum diameter_attribute {
	DIAMETER_USER_NAME = 1,
	DIAMETER_SESSION = 263,
	DIAMETER_ORIGIN_HOST = 264,
	DIAMETER_RESULT_CODE = 268,
	DIAMETER_PRODUCT = 269,
	DIAMETER_ORIGIN_REALM = 296
};

enum diameter_fact {
	DIAMETER_HOST,
	DIAMETER_REALM,
	DIAMETER_SERVER_HOST,
	DIAMETER_SERVER_REALM,
	DIAMETER_APPLICATION,
	DIAMETER_SOFTWARE,
	DIAMETER_USER,
	DIAMETER_RESULT
};

struct diameter_state {
	uint8_t	messages[2];	/* by role less one */
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static bool		is_header(const uint8_t *);
static bool		take_attribute(struct cursor *, uint32_t *,
			    struct cursor *);
static void		read_message(struct dissection *, struct cursor);
static void		note_attribute(struct dissection *, uint32_t,
			    struct cursor);

static const struct fact_field fields[] = {
	[DIAMETER_HOST] = { "host", FACT_TEXT, false, NULL,
	    "Origin-Host of the client." },
	[DIAMETER_REALM] = { "realm", FACT_TEXT, false, NULL,
	    "Origin-Realm of the client." },
	[DIAMETER_SERVER_HOST] = { "server_host", FACT_TEXT, false, NULL,
	    "Origin-Host of the server." },
	[DIAMETER_SERVER_REALM] = { "server_realm", FACT_TEXT, false, NULL,
	    "Origin-Realm of the server." },
	[DIAMETER_APPLICATION] = { "application", FACT_NUMBER, false, NULL,
	    "Identifier of the first application but the base (0)." },
	[DIAMETER_SOFTWARE] = { "software", FACT_TEXT, false, NULL,
	    "Product-Name of who said it first." },
	[DIAMETER_USER] = { "user", FACT_TEXT, false, NULL,
	    "First User-Name." },
	[DIAMETER_RESULT] = { "result", FACT_NUMBER, false, NULL,
	    "First Result-Code." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score
probe(struct probe *p)
{
	struct cursor c = p->own;
	const uint8_t *header = cursor_take(&c, DIAMETER_HEADER_SIZE);
	const uint8_t *first = cursor_peek(&c, DIAMETER_ATTRIBUTE_SIZE);

	if (header == NULL || first == NULL)
		return p->is_start && p->own.at[0] == 1 ? PROBE_MORE :
		    PROBE_NO;
	if (!is_header(header) || (first[4] & 0x1f) != 0 ||
	    (bytes_be32(first) != DIAMETER_SESSION &&
	    bytes_be32(first) != DIAMETER_ORIGIN_HOST &&
	    bytes_be32(first) != DIAMETER_RESULT_CODE) ||
	    bytes_be24(first + 5) <= DIAMETER_ATTRIBUTE_SIZE ||
	    bytes_be24(first + 5) > bytes_be24(header + 1))
		return PROBE_NO;
	/* Both sides may ask, but the connection's client says who it is. */
	if (bytes_be24(header + 5) == DIAMETER_CAPABILITIES)
		p->sender = (header[4] & DIAMETER_REQUEST) != 0 ?
		    ROLE_CLIENT : ROLE_SERVER;
	return PROBE_SURE;
}

static bool
is_header(const uint8_t *header)
{
	uint32_t size = bytes_be24(header + 1);
	uint32_t command = bytes_be24(header + 5);

	return header[0] == 1 && size % 4 == 0 && size <= DIAMETER_SIZE_MAX &&
	    size >= DIAMETER_HEADER_SIZE &&
	    (header[4] & DIAMETER_FLAGS_RESERVED) == 0 &&
	    command > DIAMETER_COMMAND_MIN;
}

static void
feed(struct dissection *d)
{
	struct diameter_state *state = d->state;
	uint8_t *messages = &state->messages[d->sender - ROLE_CLIENT];
	struct cursor message;
	const uint8_t *header;

	while ((header = cursor_peek(&d->bytes, DIAMETER_HEADER_SIZE)) !=
	    NULL) {
		if (!is_header(header)) {
			d->is_done = true;
			return;
		}
		if (!framing_take(d, bytes_be24(header + 1), &message))
			return;
		read_message(d, message);
		if (++*messages == DIAMETER_MESSAGES_MAX) {
			d->is_side_done = true;
			return;
		}
	}
}

static void
read_message(struct dissection *d, struct cursor c)
{
	struct cursor value;
	uint32_t application;
	uint32_t code;

	cursor_skip(&c, 8);
	application = cursor_be32(&c);
	cursor_skip(&c, 8);
	if (cursor_ok(&c) && application != 0)
		dissection_number(d, DIAMETER_APPLICATION, application);
	while (take_attribute(&c, &code, &value))
		note_attribute(d, code, value);
}

/* Those of a vendor have code 0. */
static bool
take_attribute(struct cursor *c, uint32_t *code, struct cursor *value)
{
	uint8_t flags;
	uint32_t size;

	*code = cursor_be32(c);
	flags = cursor_u8(c);
	size = cursor_be24(c);
	if (!cursor_ok(c) || size < DIAMETER_ATTRIBUTE_SIZE)
		return false;
	*value = cursor_sub(c, size - DIAMETER_ATTRIBUTE_SIZE);
	if (!cursor_ok(c))
		return false;
	if ((flags & DIAMETER_VENDOR) != 0)
		*code = 0;
	/* The last one's fill may be missing. */
	if (size % 4 != 0 && cursor_left(c) >= 4 - size % 4)
		cursor_skip(c, 4 - size % 4);
	return true;
}

static void
note_attribute(struct dissection *d, uint32_t code, struct cursor value)
{
	bool is_client = d->sender == ROLE_CLIENT;
	size_t size = cursor_left(&value);

	switch (code) {
	case DIAMETER_ORIGIN_HOST:
		dissection_text(d, is_client ? DIAMETER_HOST :
		    DIAMETER_SERVER_HOST, value.at, size);
		break;
	case DIAMETER_ORIGIN_REALM:
		dissection_text(d, is_client ? DIAMETER_REALM :
		    DIAMETER_SERVER_REALM, value.at, size);
		break;
	case DIAMETER_PRODUCT:
		dissection_text(d, DIAMETER_SOFTWARE, value.at, size);
		break;
	case DIAMETER_USER_NAME:
		dissection_text(d, DIAMETER_USER, value.at, size);
		break;
	case DIAMETER_RESULT_CODE:
		if (size == 4)
			dissection_number(d, DIAMETER_RESULT,
			    bytes_be32(value.at));
		break;
	default:
		break;
	}
}

const struct application application_diameter = {
	.name = "diameter",
	.title = "Diameter",
	.source = "RFC 6733",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 3868 },
	.state_size = sizeof(struct diameter_state),
	.probe = probe,
	.feed = feed,
	.fields = fields
};
