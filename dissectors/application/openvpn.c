/*
 * OpenVPN, as its control channel begins (openvpn-rfc draft, section 3; the
 * project's "network protocol" documents): over UDP, and over TCP behind a
 * size of two bytes.
 *
 *   opcode (5 bits) and key (3 bits), session (8), then
 *     acknowledgements: count, count * 4, session of the peer (8) if any
 *     packet (4)
 *   With tls-auth the digest, a packet number and a time stand before them;
 *   with tls-crypt number and time, then a digest, and the rest is secret.
 */
#include "dissect/application.h"

enum {
	OPENVPN_CLIENT_V1 = 1,		/* P_CONTROL_HARD_RESET_... */
	OPENVPN_SERVER_V1 = 2,
	OPENVPN_CLIENT_V2 = 7,
	OPENVPN_SERVER_V2 = 8,
	OPENVPN_CLIENT_V3 = 10,
	OPENVPN_SESSION_SIZE = 8,
	OPENVPN_REPLAY_SIZE = 8,	/* number and time */
	OPENVPN_CRYPT_DIGEST = 32,
	OPENVPN_FIRST_MAX = 1024,
	OPENVPN_TIME_MIN = 0x3a000000	/* November 2000 */
};

enum openvpn_fact {
	OPENVPN_PROTECTION
};

struct openvpn_reset {
	bool		 is_server;
	const char	*protection;
};

static const struct fact_field fields[] = {
	[OPENVPN_PROTECTION] = { "protection", FACT_TEXT, false, NULL,
	    "Of the control channel: none, tls-auth or tls-crypt." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

/* HMACs of MD5, SHA-1, SHA-224, SHA-256, SHA-384 and SHA-512. */
static const uint8_t digest_sizes[] = { 16, 20, 28, 32, 48, 64 };

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static bool		read_reset(struct cursor, struct openvpn_reset *);
static const char	*protection_of(const struct cursor *, bool, bool);
static bool		is_plain_rest(struct cursor, bool);
static bool		is_replay(struct cursor);

static enum probe_score
probe(struct probe *p)
{
	struct cursor c = p->own;
	struct openvpn_reset reset;
	uint16_t size;

	if (!p->is_datagram) {
		if (*c.at > OPENVPN_FIRST_MAX >> 8)
			return PROBE_NO;
		size = cursor_be16(&c);
		if (!cursor_ok(&c))
			return PROBE_MORE;
		if (size < 14 || size > OPENVPN_FIRST_MAX)
			return PROBE_NO;
		if (cursor_left(&c) > 0 && *c.at >> 3 != OPENVPN_CLIENT_V1 &&
		    *c.at >> 3 != OPENVPN_SERVER_V1 &&
		    *c.at >> 3 != OPENVPN_CLIENT_V2 &&
		    *c.at >> 3 != OPENVPN_SERVER_V2 &&
		    *c.at >> 3 != OPENVPN_CLIENT_V3)
			return PROBE_NO;
		if (cursor_left(&c) < size)
			return PROBE_MORE;
		cursor_limit(&c, size);
	}
	if (p->is_datagram && cursor_left(&c) != p->size)
		return PROBE_NO;
	if (!read_reset(c, &reset))
		return PROBE_NO;
	p->sender = reset.is_server ? ROLE_SERVER : ROLE_CLIENT;
	return PROBE_LIKELY;
}

static void
feed(struct dissection *d)
{
	struct cursor c = d->bytes;
	struct openvpn_reset reset;

	if (!d->is_datagram)
		c = cursor_sub(&c, cursor_be16(&c));
	if (read_reset(c, &reset))
		dissection_word(d, OPENVPN_PROTECTION, reset.protection);
	d->is_done = true;
}

/* The first packet of a side, with the first key. */
static bool
read_reset(struct cursor c, struct openvpn_reset *reset)
{
	uint8_t first = cursor_u8(&c);
	uint8_t opcode = first >> 3;
	bool is_v1 = opcode == OPENVPN_CLIENT_V1 ||
	    opcode == OPENVPN_SERVER_V1;

	reset->is_server = opcode == OPENVPN_SERVER_V1 ||
	    opcode == OPENVPN_SERVER_V2;
	if ((first & 7) != 0 || (!is_v1 && !reset->is_server &&
	    opcode != OPENVPN_CLIENT_V2 && opcode != OPENVPN_CLIENT_V3))
		return false;
	cursor_skip(&c, OPENVPN_SESSION_SIZE);
	if (!cursor_ok(&c))
		return false;
	reset->protection = protection_of(&c, reset->is_server,
	    opcode == OPENVPN_CLIENT_V3);
	return reset->protection != NULL;
}

/* By what stands behind the session; NULL when nothing fits. */
static const char *
protection_of(const struct cursor *rest, bool is_server, bool is_v3)
{
	struct cursor c;

	if (!is_v3 && is_plain_rest(*rest, is_server))
		return "none";
	for (size_t i = 0; !is_v3 && i < sizeof digest_sizes; i++) {
		c = *rest;
		cursor_skip(&c, digest_sizes[i]);
		if (!is_replay(c))
			continue;
		cursor_skip(&c, OPENVPN_REPLAY_SIZE);
		if (is_plain_rest(c, is_server))
			return "tls-auth";
	}
	c = *rest;
	return is_replay(c) && cursor_left(&c) > OPENVPN_REPLAY_SIZE +
	    OPENVPN_CRYPT_DIGEST ? "tls-crypt" : NULL;
}

/* Nothing or one packet acknowledged, then packet 0 and no more. */
static bool
is_plain_rest(struct cursor c, bool is_server)
{
	uint8_t count = cursor_u8(&c);

	if (count > 1 || (count == 1 && !is_server))
		return false;
	if (count == 1) {
		if (cursor_be32(&c) != 0)
			return false;
		cursor_skip(&c, OPENVPN_SESSION_SIZE);
	}
	return cursor_be32(&c) == 0 && cursor_ok(&c) && cursor_left(&c) == 0;
}

/* One of the first packets of its kind, at a time that may be; tls-crypt may
   mark it with 0x0f as one without a key of its own. */
static bool
is_replay(struct cursor c)
{
	uint32_t number = cursor_be32(&c);
	uint32_t time_s = cursor_be32(&c);

	return cursor_ok(&c) && ((number > 0 && number <= 16) ||
	    number == 0x0f000001) && time_s >= OPENVPN_TIME_MIN &&
	    time_s < UINT32_C(0xf0000000);
}

const struct application application_openvpn = {
	.name = "openvpn",
	.title = "OpenVPN",
	.source = "openvpn.net, network protocol",
	.transports = APPLICATION_TCP | APPLICATION_UDP,
	.tcp_ports = { 1194 },
	.udp_ports = { 1194 },
	.starts = { { 8, 0x18 }, { 0x38, 0x48 }, { 0x50, 0x58 } },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
