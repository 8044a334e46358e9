/*
 * MQTT, versions 3.1, 3.1.1 and 5.0 (OASIS): packets, of which the client's
 * first is CONNECT and the server's first CONNACK.
 *
 *   type and flags, remaining size (1 to 4 bytes of 7 bits, the least first)
 *   CONNECT: name "MQTT" behind its size (2), level, flags, keep-alive (2),
 *   properties from 5.0 on, client, will, user, password
 */
#include <string.h>

#include "dissect/application.h"

enum {
	MQTT_PACKETS_MAX = 16,	/* of a side, until it is left alone */
	MQTT_SIZE_BYTES = 4,
	MQTT_WILL_BIT = 0x04,
	MQTT_USER_BIT = 0x80,
	MQTT_LEVEL_5 = 5,
	MQTT_PROBE_SIZE = 13
};

enum mqtt_type {
	MQTT_CONNECT = 1,
	MQTT_CONNACK,
	MQTT_PUBLISH,
	MQTT_SUBSCRIBE = 8,
	MQTT_PINGREQ = 12,
	MQTT_PINGRESP
};

enum mqtt_fact {
	MQTT_VERSION,
	MQTT_CLIENT,
	MQTT_USER,
	MQTT_CODE,
	MQTT_TOPICS
};

struct mqtt_state {
	uint8_t	level;
	uint8_t	packets[2];	/* by role less one */
};

static const struct fact_field fields[] = {
	[MQTT_VERSION] = { "version", FACT_TEXT, false, NULL,
	    "3.1, 3.1.1 or 5.0." },
	[MQTT_CLIENT] = { "client_id", FACT_TEXT, false, NULL,
	    "Name of the client." },
	[MQTT_USER] = { "user", FACT_TEXT, false, NULL,
	    "User who connects." },
	[MQTT_CODE] = { "code", FACT_NUMBER, false, NULL,
	    "The server's answer to that; 0: accepted." },
	[MQTT_TOPICS] = { "topics", FACT_LIST, false, NULL,
	    "Topics that were first published or subscribed to." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static enum probe_score	probe_connect(const struct cursor *);
static enum probe_score	probe_any(struct probe *);
static void		feed(struct dissection *);
static bool		read_size(struct cursor *, uint32_t *);
static const char	*read_level(struct cursor *, uint8_t *);
static void		note_packet(struct dissection *, uint8_t,
			    struct cursor);
static void		note_connect(struct dissection *, struct cursor);
static void		note_topic(struct dissection *, uint8_t,
			    struct cursor);
static struct cursor	take_text(struct cursor *);

static enum probe_score
probe(struct probe *p)
{
	if (*p->own.at == MQTT_CONNECT << 4) {
		p->sender = ROLE_CLIENT;
		return probe_connect(&p->own);
	}
	return p->is_on_port ? probe_any(p) : PROBE_NO;
}

static enum probe_score
probe_connect(const struct cursor *own)
{
	struct cursor c = *own;
	uint32_t size;
	uint8_t level;

	cursor_skip(&c, 1);
	if (!read_size(&c, &size))
		return cursor_left(own) <= MQTT_SIZE_BYTES ? PROBE_MORE :
		    PROBE_NO;
	if (size < MQTT_PROBE_SIZE - 3)
		return PROBE_NO;
	if (cursor_left(&c) > 0 && *c.at != 0)
		return PROBE_NO;
	if (cursor_left(&c) < MQTT_PROBE_SIZE)
		return cursor_left(&c) > 2 && c.at[2] != 'M' ? PROBE_NO :
		    read_level(&c, &level) != NULL ? PROBE_SURE : PROBE_MORE;
	return read_level(&c, &level) != NULL ? PROBE_SURE : PROBE_NO;
}

/* Pings and a server's first word are two to four bytes: on a port of its own
   alone. */
static enum probe_score
probe_any(struct probe *p)
{
	const uint8_t *at = p->own.at;
	size_t left = cursor_left(&p->own);
	struct cursor c = p->own;
	uint32_t size;

	cursor_skip(&c, 1);
	if (!read_size(&c, &size) || size > cursor_left(&c))
		return PROBE_NO;
	switch (at[0] >> 4) {
	case MQTT_CONNACK:
		p->sender = ROLE_SERVER;
		return left == 4 && at[0] == MQTT_CONNACK << 4 &&
		    at[1] == 2 && at[2] < 2 ? PROBE_WEAK : PROBE_NO;
	case MQTT_PINGREQ:
	case MQTT_PINGRESP:
		return left == 2 && (at[0] & 15) == 0 && size == 0 ?
		    PROBE_WEAK : PROBE_NO;
	case MQTT_PUBLISH:
		(void)take_text(&c);
		return size > 2 && cursor_ok(&c) && (at[0] & 6) != 6 ?
		    PROBE_WEAK : PROBE_NO;
	default:
		return PROBE_NO;
	}
}

static void
feed(struct dissection *d)
{
	struct mqtt_state *state = d->state;
	uint8_t *packets = &state->packets[d->sender - ROLE_CLIENT];
	uint32_t size;

	while (cursor_left(&d->bytes) > 0 && *packets < MQTT_PACKETS_MAX) {
		struct cursor c = d->bytes;
		uint8_t first = cursor_u8(&c);

		if (!read_size(&c, &size)) {
			d->is_side_done = cursor_left(&c) >=
			    MQTT_SIZE_BYTES;
			return;
		}
		if (size > cursor_left(&c) &&
		    cursor_left(&d->bytes) < APPLICATION_HELD_MAX &&
		    size < APPLICATION_HELD_MAX / 2)
			return;
		d->bytes = c;
		cursor_limit(&c, size);
		note_packet(d, first, c);
		++*packets;
		if (size > cursor_left(&d->bytes)) {
			d->skip = size - (uint32_t)cursor_left(&d->bytes);
			size -= d->skip;
		}
		cursor_skip(&d->bytes, size);
	}
	d->is_side_done = d->is_side_done || *packets == MQTT_PACKETS_MAX;
}

/* MQTT 5.0, 1.5.5. */
static bool
read_size(struct cursor *c, uint32_t *size)
{
	uint8_t byte;

	*size = 0;
	for (int i = 0; i < MQTT_SIZE_BYTES && cursor_left(c) > 0; i++) {
		byte = cursor_u8(c);
		*size |= (uint32_t)(byte & 0x7f) << (7 * i);
		if ((byte & 0x80) == 0)
			return true;
	}
	return false;
}

/* The version by the protocol's name and level; NULL when neither fits. */
static const char *
read_level(struct cursor *c, uint8_t *level)
{
	struct cursor name = take_text(c);
	size_t size = cursor_left(&name);

	*level = cursor_u8(c);
	if (!cursor_ok(c))
		return NULL;
	if (size == 6 && memcmp(name.at, "MQIsdp", 6) == 0)
		return *level == 3 ? "3.1" : NULL;
	if (size != 4 || memcmp(name.at, "MQTT", 4) != 0)
		return NULL;
	return *level == 4 ? "3.1.1" : *level == MQTT_LEVEL_5 ? "5.0" : NULL;
}

static struct cursor
take_text(struct cursor *c)
{
	return cursor_sub(c, cursor_be16(c));
}

static void
note_packet(struct dissection *d, uint8_t first, struct cursor c)
{
	uint8_t type = first >> 4;

	if (type == MQTT_CONNECT) {
		note_connect(d, c);
	} else if (type == MQTT_CONNACK && d->sender == ROLE_SERVER) {
		cursor_skip(&c, 1);
		if (cursor_left(&c) > 0)
			dissection_number(d, MQTT_CODE, cursor_u8(&c));
		d->is_side_done = true;
	} else if (type == MQTT_PUBLISH || type == MQTT_SUBSCRIBE) {
		note_topic(d, type, c);
	}
}

/* MQTT 5.0, 3.1. */
static void
note_connect(struct dissection *d, struct cursor c)
{
	struct mqtt_state *state = d->state;
	const char *version = read_level(&c, &state->level);
	uint8_t flags = cursor_u8(&c);
	uint32_t size;
	struct cursor text;

	cursor_skip(&c, 2);
	if (version == NULL)
		return;
	dissection_word(d, MQTT_VERSION, version);
	if (state->level == MQTT_LEVEL_5 && read_size(&c, &size))
		cursor_skip(&c, size);
	text = take_text(&c);
	dissection_text(d, MQTT_CLIENT, text.at, cursor_left(&text));
	if ((flags & MQTT_WILL_BIT) != 0) {
		if (state->level == MQTT_LEVEL_5 && read_size(&c, &size))
			cursor_skip(&c, size);
		(void)take_text(&c);
		(void)take_text(&c);
	}
	if ((flags & MQTT_USER_BIT) != 0) {
		text = take_text(&c);
		dissection_text(d, MQTT_USER, text.at, cursor_left(&text));
	}
}

/* The first topic of the packet. */
static void
note_topic(struct dissection *d, uint8_t type, struct cursor c)
{
	struct mqtt_state *state = d->state;
	struct cursor topic;
	uint32_t size;

	if (type == MQTT_SUBSCRIBE) {
		cursor_skip(&c, 2);
		if (state->level == MQTT_LEVEL_5 && read_size(&c, &size))
			cursor_skip(&c, size);
	}
	topic = take_text(&c);
	if (cursor_ok(&c))
		dissection_item(d, MQTT_TOPICS, topic.at,
		    cursor_left(&topic));
}

const struct application application_mqtt = {
	.name = "mqtt",
	.title = "Message Queuing Telemetry Transport",
	.source = "OASIS MQTT 5.0 and 3.1.1",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 1883 },
	.state_size = sizeof(struct mqtt_state),
	.probe = probe,
	.feed = feed,
	.fields = fields
};
