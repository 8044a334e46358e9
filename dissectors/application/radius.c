/*
 * RADIUS, Remote Authentication Dial In User Service (RFC 2865, 2866, 5176).
 *
 *   uint8 code, uint8 identifier, uint16 size, byte[16] authenticator,
 *   { uint8 type, uint8 size with these two, value } ...
 */
#include "base/spell.h"
#include "dissect/application.h"

enum {
	RADIUS_HEADER_SIZE = 20,
	RADIUS_SIZE_MAX = 4096,
	RADIUS_DATAGRAMS_MAX = 8
};

enum radius_code {
	RADIUS_ACCESS_REQUEST = 1,
	RADIUS_ACCESS_ACCEPT = 2,
	RADIUS_ACCESS_REJECT = 3,
	RADIUS_ACCOUNTING_REQUEST = 4,
	RADIUS_ACCOUNTING_RESPONSE = 5,
	RADIUS_ACCESS_CHALLENGE = 11,
	RADIUS_STATUS_SERVER = 12,
	RADIUS_DISCONNECT_REQUEST = 40,
	RADIUS_COA_REQUEST = 43,
	RADIUS_COA_NAK = 45
};

/* RFC 2865, 5; what else there is may be secret. */
enum radius_attribute {
	RADIUS_USER_NAME = 1,
	RADIUS_NAS_IP_ADDRESS = 4,
	RADIUS_FRAMED_IP_ADDRESS = 8,
	RADIUS_CALLING_STATION = 31,
	RADIUS_NAS_IDENTIFIER = 32
};

enum radius_fact {
	RADIUS_USER,
	RADIUS_NAS,
	RADIUS_STATION,
	RADIUS_ADDRESS,
	RADIUS_RESULT
};

struct radius_state {
	uint8_t	datagrams;
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static bool		is_code(uint8_t);
static bool		is_answer(uint8_t);
static bool		take_attribute(struct cursor *, uint8_t *,
			    struct cursor *);
static void		note_attribute(struct dissection *, uint8_t,
			    struct cursor);
static void		note_address(struct dissection *, enum radius_fact,
			    struct cursor);
static void		note_result(struct dissection *, uint8_t);

static const struct fact_field fields[] = {
	[RADIUS_USER] = { "user", FACT_TEXT, false, NULL,
	    "Who wants access." },
	[RADIUS_NAS] = { "nas", FACT_TEXT, false, NULL,
	    "Name or address of the access server." },
	[RADIUS_STATION] = { "station", FACT_TEXT, false, NULL,
	    "Whence the user comes: a telephone number or MAC address." },
	[RADIUS_ADDRESS] = { "address", FACT_TEXT, false, NULL,
	    "IPv4 address that the user gets." },
	[RADIUS_RESULT] = { "result", FACT_TEXT, false, NULL,
	    "First final answer: accept, reject or accounting." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score
probe(struct probe *p)
{
	struct cursor c = p->own;
	struct cursor value;
	uint8_t code = cursor_u8(&c);
	uint8_t type;
	uint16_t size;

	cursor_skip(&c, 1);
	size = cursor_be16(&c);
	cursor_skip(&c, RADIUS_HEADER_SIZE - 4);
	if (!cursor_ok(&c) || !is_code(code) || size != p->size ||
	    size > RADIUS_SIZE_MAX)
		return PROBE_NO;
	p->sender = is_answer(code) ? ROLE_SERVER : ROLE_CLIENT;
	if (size == RADIUS_HEADER_SIZE)
		return PROBE_WEAK;
	while (take_attribute(&c, &type, &value)) {
		if (type == 0)
			return PROBE_NO;
	}
	if (cursor_left(&p->own) < size)
		return PROBE_WEAK;
	return cursor_left(&c) == 0 ? PROBE_LIKELY : PROBE_NO;
}

static bool
is_code(uint8_t code)
{
	return (code >= RADIUS_ACCESS_REQUEST &&
	    code <= RADIUS_ACCOUNTING_RESPONSE) ||
	    code == RADIUS_ACCESS_CHALLENGE || code == RADIUS_STATUS_SERVER ||
	    (code >= RADIUS_DISCONNECT_REQUEST && code <= RADIUS_COA_NAK);
}

static bool
is_answer(uint8_t code)
{
	return code != RADIUS_ACCESS_REQUEST &&
	    code != RADIUS_ACCOUNTING_REQUEST &&
	    code != RADIUS_STATUS_SERVER &&
	    code != RADIUS_DISCONNECT_REQUEST && code != RADIUS_COA_REQUEST;
}

/* False at the end, and for what does not fit: the cursor stays then. */
static bool
take_attribute(struct cursor *c, uint8_t *type, struct cursor *value)
{
	const uint8_t *header = cursor_peek(c, 2);

	if (header == NULL || header[1] < 2 || header[1] > cursor_left(c))
		return false;
	*type = header[0];
	*value = cursor_sub(c, header[1]);
	cursor_skip(value, 2);
	return true;
}

static void
feed(struct dissection *d)
{
	struct radius_state *state = d->state;
	struct cursor c = d->bytes;
	struct cursor value;
	uint8_t code = cursor_u8(&c);
	uint8_t type;

	cursor_skip(&c, RADIUS_HEADER_SIZE - 1);
	if (!cursor_ok(&c))
		return;
	while (take_attribute(&c, &type, &value))
		note_attribute(d, type, value);
	note_result(d, code);
	d->is_done = ++state->datagrams == RADIUS_DATAGRAMS_MAX ||
	    (dissection_has(d, RADIUS_RESULT) &&
	    dissection_has(d, RADIUS_USER));
}

static void
note_attribute(struct dissection *d, uint8_t type, struct cursor value)
{
	switch (type) {
	case RADIUS_USER_NAME:
		dissection_text(d, RADIUS_USER, value.at,
		    cursor_left(&value));
		break;
	case RADIUS_NAS_IDENTIFIER:
		dissection_text(d, RADIUS_NAS, value.at,
		    cursor_left(&value));
		break;
	case RADIUS_NAS_IP_ADDRESS:
		note_address(d, RADIUS_NAS, value);
		break;
	case RADIUS_CALLING_STATION:
		dissection_text(d, RADIUS_STATION, value.at,
		    cursor_left(&value));
		break;
	case RADIUS_FRAMED_IP_ADDRESS:
		note_address(d, RADIUS_ADDRESS, value);
		break;
	default:
		break;
	}
}

/* 255.255.255.254 and .255 say who chooses (RFC 2865, 5.8). */
static void
note_address(struct dissection *d, enum radius_fact field,
    struct cursor value)
{
	const uint8_t *address = cursor_take(&value, 4);
	char text[SPELL_ROOM];

	if (address != NULL && bytes_be32(address) < 0xfffffffe)
		dissection_text(d, field, text,
		    (size_t)(spell_ipv4(text, address) - text));
}

static void
note_result(struct dissection *d, uint8_t code)
{
	if (code == RADIUS_ACCESS_ACCEPT)
		dissection_word(d, RADIUS_RESULT, "accept");
	else if (code == RADIUS_ACCESS_REJECT)
		dissection_word(d, RADIUS_RESULT, "reject");
	else if (code == RADIUS_ACCOUNTING_RESPONSE)
		dissection_word(d, RADIUS_RESULT, "accounting");
}

const struct application application_radius = {
	.name = "radius",
	.title = "Remote Authentication Dial In User Service",
	.source = "RFC 2865",
	.transports = APPLICATION_UDP,
	.udp_ports = { 1812, 1813, 1645, 1646, 3799 },
	.state_size = sizeof(struct radius_state),
	.starts = { { 1, 0x2e } },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
