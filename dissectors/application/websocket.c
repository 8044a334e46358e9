/*
 * WebSocket (RFC 6455), behind HTTP's upgrade: frames, those of the client
 * masked.
 *
 *   end (1 bit), 0, 0, 0, opcode (4)    masked (1), size (7)
 *   more of the size (2 or 8), mask (4), payload
 */
#include "dissect/application.h"

enum {
	WEBSOCKET_RESERVED = 0x70,	/* one bit is for compression */
	WEBSOCKET_COMPRESSED = 0x40,
	WEBSOCKET_TEXT = 1,
	WEBSOCKET_BINARY = 2,
	WEBSOCKET_CLOSE = 8,
	WEBSOCKET_MASKED = 0x80,
	WEBSOCKET_MASK_SIZE = 4
};

enum websocket_fact {
	WEBSOCKET_KINDS,
	WEBSOCKET_MESSAGES,
	WEBSOCKET_CODE
};

/* What is left of a frame. */
struct websocket_state {
	uint64_t	left[2];	/* by role less one */
};

static const struct fact_field fields[] = {
	[WEBSOCKET_KINDS] = { "kinds", FACT_LIST, false, NULL,
	    "Of the messages: text, binary." },
	[WEBSOCKET_MESSAGES] = { "messages", FACT_NUMBER, false, "messages",
	    "Those of both sides." },
	[WEBSOCKET_CODE] = { "close_code", FACT_NUMBER, false, NULL,
	    "Why the server closed it." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static bool		take_frame(struct dissection *, uint64_t *);
static uint64_t		take_size(struct cursor *, uint8_t);
static void		note_frame(struct dissection *, uint8_t,
			    struct cursor);
static void		pass_payload(struct dissection *, uint64_t *);

/* Only HTTP can tell that it begins. */
static enum probe_score
probe(struct probe *p)
{
	(void)p;
	return PROBE_NO;
}

static void
feed(struct dissection *d)
{
	struct websocket_state *state = d->state;
	uint64_t *left = &state->left[d->sender - ROLE_CLIENT];

	do {
		pass_payload(d, left);
	} while (cursor_left(&d->bytes) > 0 && take_frame(d, left));
}

static void
pass_payload(struct dissection *d, uint64_t *left)
{
	size_t size = cursor_left(&d->bytes);

	if (size > *left)
		size = (size_t)*left;
	cursor_skip(&d->bytes, size);
	*left -= size;
	if (*left > 0) {
		d->skip = *left < UINT32_MAX ? (uint32_t)*left : UINT32_MAX;
		*left -= d->skip;
	}
}

/* False when it is not all there, or no frame: RFC 6455 5.2. */
static bool
take_frame(struct dissection *d, uint64_t *left)
{
	struct cursor c = d->bytes;
	uint8_t first = cursor_u8(&c);
	uint8_t second = cursor_u8(&c);
	uint64_t size = take_size(&c, second & 0x7f);
	bool is_masked = (second & WEBSOCKET_MASKED) != 0;

	if (is_masked)
		cursor_skip(&c, WEBSOCKET_MASK_SIZE);
	if (!cursor_ok(&c))
		return false;
	if (is_masked != (d->sender == ROLE_CLIENT) || size >> 63 != 0 ||
	    (first & WEBSOCKET_RESERVED & ~WEBSOCKET_COMPRESSED) != 0) {
		d->is_side_done = true;
		return false;
	}
	d->bytes = c;
	*left = size;
	if (size < cursor_left(&c))
		cursor_limit(&c, (size_t)size);
	note_frame(d, first, c);
	return true;
}

static uint64_t
take_size(struct cursor *c, uint8_t first)
{
	return first == 126 ? cursor_be16(c) : first == 127 ?
	    cursor_be64(c) : first;
}

/* A message's first frame says its kind; a server's words are not masked. */
static void
note_frame(struct dissection *d, uint8_t first, struct cursor payload)
{
	uint8_t opcode = first & 15;

	if (opcode == WEBSOCKET_TEXT || opcode == WEBSOCKET_BINARY) {
		dissection_count(d, WEBSOCKET_MESSAGES, 1);
		if (opcode == WEBSOCKET_TEXT)
			dissection_item(d, WEBSOCKET_KINDS, "text", 4);
		else
			dissection_item(d, WEBSOCKET_KINDS, "binary", 6);
	} else if (opcode == WEBSOCKET_CLOSE) {
		d->is_side_done = true;
		if (d->sender == ROLE_SERVER && cursor_left(&payload) >= 2)
			dissection_number(d, WEBSOCKET_CODE,
			    cursor_be16(&payload));
	}
}

const struct application application_websocket = {
	.name = "websocket",
	.title = "WebSocket",
	.source = "RFC 6455",
	.transports = APPLICATION_TCP,
	.state_size = sizeof(struct websocket_state),
	.probe = probe,
	.feed = feed,
	.fields = fields
};
