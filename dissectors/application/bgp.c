/*
 * BGP, the Border Gateway Protocol 4 (RFC 4271): both sides OPEN with who
 * they are.
 *
 *   byte[16] 0xff, uint16 size, uint8 type, then of OPEN: uint8 version,
 *   uint16 AS, uint16 hold time, byte[4] identifier, uint8 size, { uint8
 *   kind, uint8 size, value } ...
 */
#include <stdio.h>
#include <string.h>

#include "base/spell.h"
#include "dissect/framing.h"

enum {
	BGP_MARKER_SIZE = 16,
	BGP_HEADER_SIZE = 19,
	BGP_MESSAGES_MAX = 16,		/* of a side, then all is said */
	BGP_VERSION = 4,
	BGP_CAPABILITIES = 2,		/* an optional parameter, RFC 5492 */
	BGP_FOUR_OCTET_AS = 65		/* one of them, RFC 6793 */
};

enum bgp_type {
	BGP_OPEN = 1,
	BGP_NOTIFICATION = 3,
	BGP_ROUTE_REFRESH = 5
};

enum bgp_fact {
	BGP_AS,
	BGP_ROUTER_ID,
	BGP_PEER_AS,
	BGP_PEER_ROUTER_ID,
	BGP_ERROR
};

struct bgp_state {
	uint8_t	messages[2];	/* by role less one */
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static bool		is_header(const uint8_t *);
static void		read_open(struct dissection *, struct cursor);
static uint32_t		find_as(struct cursor, uint32_t);
static uint32_t		find_capability(struct cursor, uint32_t);
static void		read_notification(struct dissection *,
			    struct cursor);

static const struct fact_field fields[] = {
	[BGP_AS] = { "as", FACT_NUMBER, false, NULL,
	    "Autonomous system of who opened the connection." },
	[BGP_ROUTER_ID] = { "router_id", FACT_TEXT, false, NULL,
	    "Its identifier." },
	[BGP_PEER_AS] = { "peer_as", FACT_NUMBER, false, NULL,
	    "Autonomous system of the other side." },
	[BGP_PEER_ROUTER_ID] = { "peer_router_id", FACT_TEXT, false, NULL,
	    "Its identifier." },
	[BGP_ERROR] = { "error", FACT_TEXT, false, NULL,
	    "Code and subcode of the first notification, as 6/2." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

/* The marker is enough wherever a message begins. */
static enum probe_score
probe(struct probe *p)
{
	const uint8_t *at = p->own.at;
	size_t size = cursor_left(&p->own);

	for (size_t i = 0; i < size && i < BGP_MARKER_SIZE; i++) {
		if (at[i] != 0xff)
			return PROBE_NO;
	}
	if (size < BGP_HEADER_SIZE)
		return PROBE_MORE;
	return is_header(at) ? PROBE_SURE : PROBE_NO;
}

static bool
is_header(const uint8_t *header)
{
	static const uint8_t marker[BGP_MARKER_SIZE] = { 0xff, 0xff, 0xff,
	    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	    0xff, 0xff };
	uint8_t type = header[BGP_HEADER_SIZE - 1];

	return memcmp(header, marker, BGP_MARKER_SIZE) == 0 &&
	    bytes_be16(header + BGP_MARKER_SIZE) >= BGP_HEADER_SIZE &&
	    type >= BGP_OPEN && type <= BGP_ROUTE_REFRESH;
}

static void
feed(struct dissection *d)
{
	struct bgp_state *state = d->state;
	uint8_t *messages = &state->messages[d->sender - ROLE_CLIENT];
	struct cursor message;
	const uint8_t *header;

	while ((header = cursor_peek(&d->bytes, BGP_HEADER_SIZE)) != NULL) {
		if (!is_header(header)) {
			d->is_side_done = true;
			return;
		}
		if (!framing_take(d, bytes_be16(header + BGP_MARKER_SIZE),
		    &message))
			return;
		cursor_skip(&message, BGP_HEADER_SIZE);
		if (header[BGP_HEADER_SIZE - 1] == BGP_OPEN)
			read_open(d, message);
		else if (header[BGP_HEADER_SIZE - 1] == BGP_NOTIFICATION)
			read_notification(d, message);
		if (++*messages == BGP_MESSAGES_MAX) {
			d->is_side_done = true;
			return;
		}
	}
}

static void
read_open(struct dissection *d, struct cursor c)
{
	bool is_client = d->sender == ROLE_CLIENT;
	uint8_t version = cursor_u8(&c);
	uint32_t as = cursor_be16(&c);
	const uint8_t *identifier;
	struct cursor parameters;
	char text[SPELL_ROOM];

	cursor_skip(&c, 2);
	identifier = cursor_take(&c, 4);
	if (identifier == NULL || version != BGP_VERSION)
		return;
	parameters = cursor_sub(&c, cursor_u8(&c));
	dissection_number(d, is_client ? BGP_AS : BGP_PEER_AS,
	    find_as(parameters, as));
	dissection_text(d, is_client ? BGP_ROUTER_ID : BGP_PEER_ROUTER_ID,
	    text, (size_t)(spell_ipv4(text, identifier) - text));
}

/* One of four bytes stands for those that do not fit into two. */
static uint32_t
find_as(struct cursor parameters, uint32_t as)
{
	while (cursor_ok(&parameters) && cursor_left(&parameters) >= 2) {
		uint8_t kind = cursor_u8(&parameters);
		struct cursor value = cursor_sub(&parameters,
		    cursor_u8(&parameters));

		if (kind == BGP_CAPABILITIES)
			as = find_capability(value, as);
	}
	return as;
}

static uint32_t
find_capability(struct cursor capabilities, uint32_t as)
{
	while (cursor_ok(&capabilities) &&
	    cursor_left(&capabilities) >= 2) {
		uint8_t code = cursor_u8(&capabilities);
		struct cursor value = cursor_sub(&capabilities,
		    cursor_u8(&capabilities));

		if (code == BGP_FOUR_OCTET_AS && cursor_left(&value) == 4)
			as = bytes_be32(value.at);
	}
	return as;
}

static void
read_notification(struct dissection *d, struct cursor c)
{
	unsigned int code = cursor_u8(&c);
	unsigned int subcode = cursor_u8(&c);
	char text[16];

	if (!cursor_ok(&c))
		return;
	(void)snprintf(text, sizeof text, "%u/%u", code, subcode);
	dissection_word(d, BGP_ERROR, text);
}

const struct application application_bgp = {
	.name = "bgp",
	.title = "Border Gateway Protocol",
	.source = "RFC 4271",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 179 },
	.state_size = sizeof(struct bgp_state),
	.probe = probe,
	.feed = feed,
	.fields = fields
};
