/*
 * AMQP, the Advanced Message Queuing Protocol, 0-9-1 (amqp.org) and 1.0
 * (OASIS). The client begins with eight bytes; of 0-9-1, frames follow, and
 * those that open the connection are read (amqp0-9-1 section 2.3, 4.2).
 *
 *   "AMQP", protocol, major, minor, revision
 *   type, channel (2), size (4), class (2), method (2), ..., 0xce
 */
#include <string.h>

#include "dissect/application.h"

enum {
	AMQP_BEGIN_SIZE = 8,
	AMQP_FRAME_SIZE = 7,
	AMQP_END = 0xce,
	AMQP_METHOD = 1,
	AMQP_HEARTBEAT = 8,
	AMQP_CONNECTION = 10,		/* a class, and its methods */
	AMQP_START = 10,
	AMQP_START_OK = 11,
	AMQP_OPEN = 40,
	AMQP_FRAMES_MAX = 8,		/* of a side */
	AMQP_TABLE_ITEMS_MAX = 32
};

enum amqp_fact {
	AMQP_VERSION,
	AMQP_CLIENT,
	AMQP_SERVER,
	AMQP_MECHANISM,
	AMQP_HOST
};

struct amqp_state {
	uint8_t	frames[2];	/* by role less one */
};

static const struct fact_field fields[] = {
	[AMQP_VERSION] = { "version", FACT_TEXT, false, NULL,
	    "That the client asks for, 0-9-1 or 1.0 mostly." },
	[AMQP_CLIENT] = { "client", FACT_TEXT, false, NULL,
	    "Product of the client." },
	[AMQP_SERVER] = { "server", FACT_TEXT, false, NULL,
	    "Product of the server." },
	[AMQP_MECHANISM] = { "mechanism", FACT_TEXT, false, NULL,
	    "How the client proves who it is." },
	[AMQP_HOST] = { "virtual_host", FACT_TEXT, false, NULL,
	    "Virtual host that the client opens." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static bool		is_frame(struct cursor);
static void		feed(struct dissection *);
static bool		take_begin(struct dissection *);
static void		note_method(struct dissection *, struct cursor);
static void		note_product(struct dissection *, enum amqp_fact,
			    struct cursor);
static struct cursor	take_short(struct cursor *);

/* Frames of a connection that was open already are told by their end and
   their class. */
static enum probe_score
probe(struct probe *p)
{
	const uint8_t *at = p->own.at;
	size_t size = cursor_left(&p->own);

	if (memcmp(at, "AMQP", size < 4 ? size : 4) != 0)
		return p->is_on_port && is_frame(p->own) ? PROBE_WEAK :
		    PROBE_NO;
	if (size < AMQP_BEGIN_SIZE)
		return PROBE_MORE;
	/* Of 1.0 a server answers with the same. */
	if (at[4] != 3 && at[4] != 2 && at[5] != 1)
		p->sender = ROLE_CLIENT;
	return at[4] <= 3 && at[5] <= 1 && at[6] <= 10 && at[7] <= 10 ?
	    PROBE_SURE : PROBE_NO;
}

static bool
is_frame(struct cursor c)
{
	const uint8_t *at = cursor_take(&c, AMQP_FRAME_SIZE);
	struct cursor body;
	uint16_t class;

	if (at == NULL || at[0] == 0 || at[0] > AMQP_HEARTBEAT)
		return false;
	body = cursor_sub(&c, bytes_be32(at + 3));
	if (cursor_u8(&c) != AMQP_END)
		return false;
	class = cursor_be16(&body);
	return at[0] == AMQP_METHOD && class % 10 == 0 && class >= 10 &&
	    class <= 90;
}

static void
feed(struct dissection *d)
{
	struct amqp_state *state = d->state;
	uint8_t *frames = &state->frames[d->sender - ROLE_CLIENT];
	const uint8_t *at;
	struct cursor c;
	struct cursor body;

	if (*frames == 0 && *d->bytes.at == 'A' && !take_begin(d))
		return;
	while (*frames < AMQP_FRAMES_MAX) {
		c = d->bytes;
		at = cursor_take(&c, AMQP_FRAME_SIZE);
		if (at == NULL)
			return;
		body = cursor_sub(&c, bytes_be32(at + 3));
		if (cursor_u8(&c) != AMQP_END || !cursor_ok(&c)) {
			d->is_side_done = cursor_ok(&c) || d->is_full ||
			    bytes_be32(at + 3) > APPLICATION_HELD_MAX;
			return;
		}
		++*frames;
		d->bytes = c;
		if (at[0] == AMQP_METHOD)
			note_method(d, body);
	}
	d->is_side_done = true;
}

/* False when no frames of 0-9 are to follow. */
static bool
take_begin(struct dissection *d)
{
	const uint8_t *at = cursor_take(&d->bytes, AMQP_BEGIN_SIZE);
	static const char digits[] = "0123456789A";
	char text[5];
	bool is_1;

	if (at == NULL)
		return false;
	is_1 = at[5] == 1 && at[6] == 0 && at[7] == 0;
	text[0] = digits[at[5] % 11];
	text[1] = is_1 ? '.' : '-';
	text[2] = digits[at[6] % 11];
	text[3] = '-';
	text[4] = digits[at[7] % 11];
	if (d->sender == ROLE_CLIENT)
		dissection_text(d, AMQP_VERSION, text, is_1 ? 3 : 5);
	d->is_done = is_1;
	return !is_1 && cursor_left(&d->bytes) > 0;
}

static void
note_method(struct dissection *d, struct cursor c)
{
	uint16_t class = cursor_be16(&c);
	uint16_t method = cursor_be16(&c);
	struct cursor text;

	if (class != AMQP_CONNECTION) {
		d->is_side_done = true;
		return;
	}
	if (method == AMQP_START) {
		cursor_skip(&c, 2);
		note_product(d, AMQP_SERVER, cursor_sub(&c,
		    cursor_be32(&c)));
	} else if (method == AMQP_START_OK) {
		note_product(d, AMQP_CLIENT, cursor_sub(&c,
		    cursor_be32(&c)));
		text = take_short(&c);
		dissection_text(d, AMQP_MECHANISM, text.at,
		    cursor_left(&text));
	} else if (method == AMQP_OPEN) {
		text = take_short(&c);
		dissection_text(d, AMQP_HOST, text.at, cursor_left(&text));
		d->is_done = true;
	}
}

/* A table: names, each with a value of some type (amqp0-9-1, 4.2.1). */
static void
note_product(struct dissection *d, enum amqp_fact fact, struct cursor table)
{
	for (int i = 0; i < AMQP_TABLE_ITEMS_MAX; i++) {
		struct cursor name = take_short(&table);
		uint8_t type = cursor_u8(&table);
		struct cursor value = cursor_sub(&table, type == 't' ? 1 :
		    type == 'I' ? 4 : type == 'l' || type == 'T' ? 8 :
		    type == 'S' || type == 'F' ? cursor_be32(&table) :
		    SIZE_MAX);

		if (!cursor_ok(&table))
			return;
		if (type == 'S' && cursor_left(&name) == 7 &&
		    memcmp(name.at, "product", 7) == 0)
			dissection_text(d, fact, value.at,
			    cursor_left(&value));
	}
}

static struct cursor
take_short(struct cursor *c)
{
	return cursor_sub(c, cursor_u8(c));
}

const struct application application_amqp = {
	.name = "amqp",
	.title = "Advanced Message Queuing Protocol",
	.source = "AMQP 0-9-1, OASIS AMQP 1.0",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 5672 },
	.state_size = sizeof(struct amqp_state),
	.probe = probe,
	.feed = feed,
	.fields = fields
};
