/*
 * QUIC (RFC 9000; RFC 9369), and Google's before it. The first packets of both
 * sides are encrypted with keys that anyone can derive (RFC 9001, section
 * 5.2); in them, in CRYPTO frames, are the hellos of TLS.
 *
 *   a datagram: long packets (dissect/quic_packet.c), then perhaps a short
 *   CRYPTO frame: 6, offset(number) size(number) bytes
 */
#include <string.h>

#include "dissect/assembly.h"
#include "dissect/gquic.h"
#include "dissect/quic_packet.h"
#include "dissect/tls_hello.h"

enum {
	QUIC_PADDING = 0x00,
	QUIC_PING = 0x01,
	QUIC_ACK = 0x02,
	QUIC_ACK_ECN = 0x03,
	QUIC_CRYPTO = 0x06,
	QUIC_INITIAL_MIN = 1200,	/* bytes of a client's datagram */
	QUIC_FIRST_ID_MIN = 8,		/* RFC 9000, section 7.2 */
	QUIC_MESSAGE_SIZE = 4,		/* type and size of a TLS message */
	QUIC_DATAGRAMS_MAX = 8		/* of a side that are looked at */
};

struct quic_state {
	struct assembly	sides[2];	/* by role less one */
	uint8_t		datagrams[2];
	bool		has_id;
	uint8_t		id_size;
	uint8_t		id[QUIC_ID_MAX];	/* of which keys are made */
};

static enum probe_score	probe(struct probe *);
static enum probe_score	probe_reserved(struct probe *,
			    const struct quic_packet *);
static enum probe_score	probe_negotiation(struct probe *);
static void	feed(struct dissection *);
static void	read_old(struct dissection *, const struct gquic_hello *);
static void	read_initial(struct dissection *, const struct quic_packet *);
static bool	open_initial(const struct dissection *,
		    const struct quic_packet *, uint8_t *, struct cursor *);
static void	keep_id(struct quic_state *, struct cursor);
static void	read_frames(struct dissection *, struct cursor);
static bool	skip_ack(struct cursor *, bool);
static void	read_crypto(struct dissection *, uint64_t, struct cursor);
static void	read_message(struct dissection *, struct cursor, bool);

static enum probe_score
probe(struct probe *p)
{
	struct cursor c = p->own;
	const uint8_t *at = cursor_peek(&c, 5);
	struct quic_packet packet;
	struct gquic_hello hello;

	if (at == NULL)
		return PROBE_NO;
	if ((at[0] & 0x80) != 0 && bytes_be32(at + 1) == 0)
		return probe_negotiation(p);
	if (quic_take_packet(&c, &packet)) {
		if (quic_is_reserved(packet.version))
			return probe_reserved(p, &packet);
		if (packet.type == QUIC_INITIAL && packet.has_token)
			p->sender = ROLE_CLIENT;
		return PROBE_SURE;
	}
	if (!gquic_read(c, &hello))
		return PROBE_NO;
	p->sender = ROLE_CLIENT;
	return hello.is_whole ? PROBE_SURE : PROBE_LIKELY;
}

/* All that can be known of it must fit: it fills its datagram. */
static enum probe_score
probe_reserved(struct probe *p, const struct quic_packet *packet)
{
	if (packet->type != QUIC_INITIAL || packet->has_token ||
	    !packet->is_whole || p->size < QUIC_INITIAL_MIN ||
	    cursor_left(&packet->whole) != p->size ||
	    cursor_left(&packet->destination) < QUIC_FIRST_ID_MIN)
		return PROBE_NO;
	p->sender = ROLE_CLIENT;
	return PROBE_SURE;
}

/*
 * RFC 9000, section 17.2.1: a server that knows another version lists those
 * it has. Some of them must be known here, too.
 */
static enum probe_score
probe_negotiation(struct probe *p)
{
	struct cursor c = p->own;
	struct cursor ids[2];
	bool is_known = false;

	cursor_skip(&c, 5);
	for (int i = 0; i < 2; i++)
		ids[i] = cursor_sub(&c, cursor_u8(&c));
	if (!cursor_ok(&c) || cursor_left(&ids[0]) > QUIC_ID_MAX ||
	    cursor_left(&ids[1]) > QUIC_ID_MAX || cursor_left(&c) == 0 ||
	    cursor_left(&c) % 4 != 0 || p->size != cursor_left(&p->own))
		return PROBE_NO;
	while (cursor_left(&c) > 0)
		is_known |= quic_is_version(cursor_be32(&c));
	p->sender = ROLE_SERVER;
	return is_known ? PROBE_LIKELY : PROBE_NO;
}

static void
feed(struct dissection *d)
{
	struct quic_state *state = d->state;
	struct quic_packet packet;
	struct gquic_hello hello;

	if (gquic_read(d->bytes, &hello)) {
		read_old(d, &hello);
		return;
	}
	while (!d->is_side_done && quic_take_packet(&d->bytes, &packet)) {
		if (packet.type == QUIC_RETRY)
			keep_id(state, packet.source);
		else if (packet.type == QUIC_INITIAL)
			read_initial(d, &packet);
	}
	if (++state->datagrams[d->sender - ROLE_CLIENT] ==
	    QUIC_DATAGRAMS_MAX)
		d->is_side_done = true;
}

/* Its server answers in cipher. */
static void
read_old(struct dissection *d, const struct gquic_hello *hello)
{
	struct quic_state *state = d->state;

	dissection_text(d, TLS_VERSION, hello->version.at,
	    cursor_left(&hello->version));
	dissection_text(d, TLS_SNI, hello->name.at,
	    cursor_left(&hello->name));
	d->is_done = hello->is_whole ||
	    ++state->datagrams[0] >= QUIC_DATAGRAMS_MAX;
}

static void
read_initial(struct dissection *d, const struct quic_packet *packet)
{
	uint8_t bytes[QUIC_PACKET_MAX];
	struct cursor payload;

	if (open_initial(d, packet, bytes, &payload))
		read_frames(d, payload);
}

/*
 * The keys of both sides are made of what the client called the server at
 * first, or, after a Retry, what that asked for.
 */
static bool
open_initial(const struct dissection *d, const struct quic_packet *packet,
    uint8_t *bytes, struct cursor *payload)
{
	struct quic_state *state = d->state;
	struct cursor id = cursor_over(state->id, state->id_size);

	if (state->has_id && quic_open(packet, id, d->sender == ROLE_CLIENT,
	    bytes, payload))
		return true;
	if ((state->has_id && d->sender == ROLE_SERVER) ||
	    !quic_open(packet, packet->destination, true, bytes, payload))
		return false;
	keep_id(state, packet->destination);
	return true;
}

static void
keep_id(struct quic_state *state, struct cursor id)
{
	state->id_size = (uint8_t)cursor_left(&id);
	memcpy(state->id, id.at, state->id_size);
	state->has_id = true;
}

/* Those that may be in an Initial packet (RFC 9000, section 12.4). */
static void
read_frames(struct dissection *d, struct cursor c)
{
	while (cursor_left(&c) > 0 && !d->is_side_done) {
		uint8_t type = cursor_u8(&c);
		uint64_t offset;
		uint64_t size;

		if (type == QUIC_PADDING || type == QUIC_PING)
			continue;
		if (type == QUIC_ACK || type == QUIC_ACK_ECN) {
			if (!skip_ack(&c, type == QUIC_ACK_ECN))
				return;
			continue;
		}
		if (type != QUIC_CRYPTO)
			return;
		offset = quic_number(&c);
		size = quic_number(&c);
		if (!cursor_ok(&c) || size > cursor_left(&c))
			return;
		read_crypto(d, offset, cursor_sub(&c, (size_t)size));
	}
}

/* RFC 9000, section 19.3. */
static bool
skip_ack(struct cursor *c, bool has_marks)
{
	uint64_t count;

	(void)quic_number(c);
	(void)quic_number(c);
	count = quic_number(c);
	(void)quic_number(c);
	for (; count > 0 && cursor_ok(c); count--) {
		(void)quic_number(c);
		(void)quic_number(c);
	}
	for (int i = 0; has_marks && i < 3; i++)
		(void)quic_number(c);
	return cursor_ok(c);
}

/* Mostly the first has the whole message; else it is put together. */
static void
read_crypto(struct dissection *d, uint64_t offset, struct cursor part)
{
	struct quic_state *state = d->state;
	struct assembly *assembly = &state->sides[d->sender - ROLE_CLIENT];
	uint8_t *room;
	size_t ready;
	size_t wanted;

	if (offset == 0 && cursor_left(&part) >= QUIC_MESSAGE_SIZE &&
	    cursor_left(&part) >= QUIC_MESSAGE_SIZE +
	    bytes_be24(part.at + 1)) {
		read_message(d, part, true);
		return;
	}
	room = dissection_hold(d);
	if (room == NULL) {
		d->is_side_done = true;
		return;
	}
	(void)assembly_add(assembly, room, offset, part);
	ready = assembly_ready(assembly);
	if (ready < QUIC_MESSAGE_SIZE)
		return;
	wanted = QUIC_MESSAGE_SIZE + bytes_be24(room + 1);
	if (ready >= wanted || ready == APPLICATION_HELD_MAX)
		read_message(d, cursor_over(room, ready), ready >= wanted);
}

/* The first message of each side is its hello. */
static void
read_message(struct dissection *d, struct cursor c, bool is_whole)
{
	uint8_t type = cursor_u8(&c);
	uint32_t size = cursor_be24(&c);

	cursor_limit(&c, size);
	if (type == TLS_CLIENT_HELLO)
		(void)tls_note_client(d, c, TLS_OVER_QUIC, is_whole);
	else if (type == TLS_SERVER_HELLO)
		(void)tls_note_server(d, c);
	d->is_side_done = true;
}

const struct application application_quic = {
	.name = "quic",
	.title = "QUIC",
	.source = "RFC 9000, RFC 9001, RFC 9369",
	.transports = APPLICATION_UDP,
	.udp_ports = { 443, 80, 784, 853, 4433, 4434, 8443, 8853 },
	.state_size = sizeof(struct quic_state),
	.probe = probe,
	.feed = feed,
	.fields = tls_fields
};
