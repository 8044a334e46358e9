/*
 * STUN and TURN (RFC 8489, RFC 8656), over UDP, and over TCP as they are or
 * behind a size of two bytes (RFC 4571); and STUN as it was before it had a
 * cookie (RFC 3489), on its own port alone.
 *
 *   0, 0, type (14 bits)    size of the attributes (2)
 *   0x2112a442 (4)          transaction (12)
 *   attributes: type (2), size (2), value, up to 3 bytes of padding
 */
#include <string.h>

#include "base/spell.h"
#include "dissect/application.h"

enum {
	STUN_HEADER_SIZE = 20,
	STUN_FRAME_SIZE = 2,
	STUN_CLASS_MASK = 0x0110,
	STUN_RESPONSE_BIT = 0x0100,
	STUN_BINDING = 1,
	STUN_MESSAGES_MAX = 16,		/* of a side */
	STUN_IPV4_SIZE = 8,		/* of an attribute with an address */
	STUN_IPV6_SIZE = 20,
	STUN_OLD_ATTRIBUTE_MAX = 11,	/* of RFC 3489 */
	STUN_DTLS_FIRST = 20,		/* first bytes of others: RFC 7983 */
	STUN_DTLS_LAST = 63
};

#define STUN_COOKIE UINT32_C(0x2112a442)

enum stun_attribute {
	STUN_MAPPED = 0x0001,
	STUN_USERNAME = 0x0006,
	STUN_ERROR_CODE = 0x0009,
	STUN_REALM_NAME = 0x0014,
	STUN_XOR_MAPPED = 0x0020,
	STUN_SOFTWARE_NAME = 0x8022
};

enum stun_fact {
	STUN_METHODS,
	STUN_USER,
	STUN_REALM,
	STUN_SOFTWARE,
	STUN_ADDRESS,
	STUN_ERROR
};

struct stun_method {
	uint16_t	 type;
	const char	*name;
};

struct stun_state {
	uint8_t	messages[2];	/* by role less one */
};

static const struct fact_field fields[] = {
	[STUN_METHODS] = { "methods", FACT_LIST, false, NULL,
	    "What is asked for." },
	[STUN_USER] = { "user", FACT_TEXT, false, NULL,
	    "User, or of ICE the names of both ends." },
	[STUN_REALM] = { "realm", FACT_TEXT, false, NULL,
	    "Realm of the server." },
	[STUN_SOFTWARE] = { "software", FACT_TEXT, false, NULL,
	    "What the first that says it calls itself." },
	[STUN_ADDRESS] = { "mapped", FACT_TEXT, false, NULL,
	    "Address from which the first request was seen to come." },
	[STUN_ERROR] = { "error", FACT_NUMBER, false, NULL,
	    "Code of the first error." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

/* IANA's registry of STUN methods, as they stand in requests. */
static const struct stun_method methods[] = {
	{ 1, "binding" }, { 2, "shared-secret" }, { 3, "allocate" },
	{ 4, "refresh" }, { 6, "send" }, { 7, "data" },
	{ 8, "create-permission" }, { 9, "channel-bind" },
	{ 10, "connect" }, { 11, "connection-bind" },
	{ 12, "connection-attempt" }
};

static enum probe_score	probe(struct probe *);
static bool		is_begin(const struct cursor *, size_t);
static bool		is_header(const uint8_t *, uint32_t);
static bool		is_old(struct cursor, uint32_t);
static void		feed(struct dissection *);
static void		note_message(struct dissection *, struct cursor *);
static void		note_method(struct dissection *, uint16_t);
static void		note_attribute(struct dissection *, uint16_t,
			    struct cursor, bool);
static void		note_address(struct dissection *, struct cursor,
			    bool);

static enum probe_score
probe(struct probe *p)
{
	struct cursor c = p->own;
	uint32_t size = p->size;
	const uint8_t *at = cursor_peek(&c, STUN_HEADER_SIZE);

	if (at == NULL || bytes_be32(at + 4) != STUN_COOKIE) {
		if (p->is_datagram)
			return p->is_on_port && is_old(c, size) ?
			    PROBE_WEAK : PROBE_NO;
		if (is_begin(&c, 0) || is_begin(&c, STUN_FRAME_SIZE))
			return PROBE_MORE;
		/* Its size comes first. */
		cursor_skip(&c, STUN_FRAME_SIZE);
		at = cursor_peek(&c, STUN_HEADER_SIZE);
		size -= STUN_FRAME_SIZE;
		if (at == NULL || bytes_be32(at + 4) != STUN_COOKIE)
			return PROBE_NO;
	}
	if (!is_header(at, p->is_datagram ? size : UINT32_MAX))
		return PROBE_NO;
	if (bytes_be16(at) == STUN_BINDING || p->is_datagram)
		return PROBE_SURE;
	return PROBE_LIKELY;
}

/* Of TCP, less than a header, behind so many bytes, that fits so far. */
static bool
is_begin(const struct cursor *c, size_t offset)
{
	static const uint8_t cookie[] = { 0x21, 0x12, 0xa4, 0x42 };
	size_t size = cursor_left(c);

	if (size == 0 || size >= offset + STUN_HEADER_SIZE ||
	    *c->at >= 0x40 || (size > offset && c->at[offset] >= 0x40))
		return false;
	for (size_t i = 0; i < sizeof cookie; i++) {
		if (offset + 4 + i < size &&
		    c->at[offset + 4 + i] != cookie[i])
			return false;
	}
	return true;
}

/* Some who make it do not pad the last attribute. */
static bool
is_header(const uint8_t *at, uint32_t size)
{
	return at[0] < 0x40 && (size == UINT32_MAX ||
	    bytes_be16(at + 2) + (uint32_t)STUN_HEADER_SIZE == size);
}

/* Binding or its response, of attributes that add up. */
static bool
is_old(struct cursor c, uint32_t size)
{
	const uint8_t *at = cursor_take(&c, STUN_HEADER_SIZE);

	if (at == NULL || (bytes_be16(at) != STUN_BINDING &&
	    bytes_be16(at) != (STUN_BINDING | STUN_RESPONSE_BIT)) ||
	    !is_header(at, size))
		return false;
	while (cursor_left(&c) > 0) {
		uint16_t type = cursor_be16(&c);

		cursor_skip(&c, cursor_be16(&c));
		if (!cursor_ok(&c) || type == 0 || (type < 0x8000 &&
		    type > STUN_OLD_ATTRIBUTE_MAX))
			return false;
	}
	return true;
}

static void
feed(struct dissection *d)
{
	struct stun_state *state = d->state;
	uint8_t *messages = &state->messages[d->sender - ROLE_CLIENT];
	struct cursor c = d->bytes;
	const uint8_t *at = cursor_peek(&c, STUN_HEADER_SIZE);

	if (at != NULL && !d->is_datagram &&
	    bytes_be32(at + 4) != STUN_COOKIE) {
		cursor_skip(&c, STUN_FRAME_SIZE);
		at = cursor_peek(&c, STUN_HEADER_SIZE);
		if (at != NULL && bytes_be32(at + 4) != STUN_COOKIE) {
			d->is_side_done = true;
			return;
		}
	}
	if (d->is_datagram && cursor_left(&c) > 0 &&
	    *c.at >= STUN_DTLS_FIRST && *c.at <= STUN_DTLS_LAST) {
		dissection_switch(d, "dtls");
		return;
	}
	d->is_side_done = ++*messages == STUN_MESSAGES_MAX;
	if (at == NULL || at[0] >= 0x40)
		return;
	cursor_skip(&c, STUN_HEADER_SIZE);
	if (cursor_left(&c) < bytes_be16(at + 2) && !d->is_datagram)
		return;
	cursor_limit(&c, bytes_be16(at + 2));
	note_method(d, bytes_be16(at));
	note_message(d, &c);
	d->bytes.at = c.end;
}

static void
note_message(struct dissection *d, struct cursor *c)
{
	while (cursor_left(c) > 0) {
		uint16_t type = cursor_be16(c);
		uint16_t size = cursor_be16(c);
		struct cursor value = cursor_sub(c, size);

		if (!cursor_ok(c))
			return;
		note_attribute(d, type, value, type == STUN_XOR_MAPPED);
		if (cursor_left(c) > 0)
			cursor_skip(c, (4U - size % 4) % 4);
	}
}

/* The bits of the class stand between those of the method: RFC 8489 5. */
static void
note_method(struct dissection *d, uint16_t type)
{
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
		if (methods[i].type == (type & ~STUN_CLASS_MASK))
			dissection_item(d, STUN_METHODS, methods[i].name,
			    strlen(methods[i].name));
	}
}

static void
note_attribute(struct dissection *d, uint16_t type, struct cursor value,
    bool is_xored)
{
	const uint8_t *at = value.at;
	size_t size = cursor_left(&value);

	switch (type) {
	case STUN_USERNAME:
		dissection_text(d, STUN_USER, at, size);
		break;
	case STUN_REALM_NAME:
		dissection_text(d, STUN_REALM, at, size);
		break;
	case STUN_SOFTWARE_NAME:
		dissection_text(d, STUN_SOFTWARE, at, size);
		break;
	case STUN_ERROR_CODE:
		if (size >= 4)
			dissection_number(d, STUN_ERROR,
			    (at[2] & 7U) * 100 + at[3]);
		break;
	case STUN_MAPPED:
	case STUN_XOR_MAPPED:
		note_address(d, value, is_xored);
		break;
	default:
		break;
	}
}

/* 0, family, port (2), address; of IPv6 the transaction hides it as well, and
   it is left out. */
static void
note_address(struct dissection *d, struct cursor value, bool is_xored)
{
	char text[SPELL_ROOM];
	size_t size = cursor_left(&value);
	const uint8_t *at = value.at;
	char *end = text;
	uint32_t ip;

	if (size == STUN_IPV4_SIZE && at[1] == 1) {
		ip = bytes_be32(at + 4) ^ (is_xored ? STUN_COOKIE : 0);
		end = spell_ipv4(text, (const uint8_t[]){ (uint8_t)(ip >> 24),
		    (uint8_t)(ip >> 16), (uint8_t)(ip >> 8), (uint8_t)ip });
	} else if (size == STUN_IPV6_SIZE && at[1] == 2 && !is_xored) {
		end = spell_ipv6(text, at + 4);
	}
	dissection_text(d, STUN_ADDRESS, text, (size_t)(end - text));
}

const struct application application_stun = {
	.name = "stun",
	.title = "Session Traversal Utilities for NAT, and TURN",
	.source = "RFC 8489, RFC 8656",
	.transports = APPLICATION_UDP | APPLICATION_TCP,
	.tcp_ports = { 3478, 19302 },
	.udp_ports = { 3478, 19302 },
	.state_size = sizeof(struct stun_state),
	.starts = { { 0, 0x40 } },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
