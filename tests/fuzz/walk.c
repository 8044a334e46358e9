/*
 * Fuzz target: the walk over the frames of a small capture. The first two
 * bytes are the link type; then come frames, each two bytes of length, one
 * of how much of it was cut off, and its bytes.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "dissect/registry.h"
#include "dissect/walk.h"

/* Bytes end here, so that reading them is not optimised away. */
static volatile uint8_t walk_sink;

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void	walk_one(struct walk *, struct frame *, struct cursor *);
static void	walk_check(const struct packet *);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct hash_secret secret;
	static bool is_ready;
	struct conversation conversations[PACKET_CONVERSATIONS_MAX];
	struct cursor c = cursor_over(data, size);
	struct interface interface = { .time_digits = 6 };
	struct packet packet = { .conversations = conversations };
	struct frame frame = { .interface = &interface };
	struct walk walk = {
		.packet = &packet,
		.is_checking = true,
		.is_header_checked = true
	};

	if (!is_ready)
		registry_init();
	is_ready = true;
	walk.fragments = fragments_new(&secret);
	interface.link_type = cursor_be16(&c);
	while (cursor_ok(&c) && cursor_left(&c) > 0)
		walk_one(&walk, &frame, &c);
	if (fragments_unfinished(walk.fragments) > frame.number)
		abort();
	fragments_free(walk.fragments);
	return 0;
}

/*
 * The next frame, in memory of just its size, so that no byte past it can be
 * read unnoticed.
 */
static void
walk_one(struct walk *walk, struct frame *frame, struct cursor *c)
{
	size_t wanted = cursor_be16(c), left;
	uint8_t cut = cursor_u8(c);
	const uint8_t *bytes;
	uint8_t *copy;

	left = cursor_left(c);
	frame->captured = (uint32_t)(wanted < left ? wanted : left);
	frame->length = frame->captured + cut;
	frame->ts_ns += 1000000;
	frame->number++;
	bytes = cursor_take(c, frame->captured);
	copy = malloc(frame->captured > 0 ? frame->captured : 1);
	if (copy == NULL)
		abort();
	if (bytes != NULL)
		memcpy(copy, bytes, frame->captured);
	else
		frame->captured = 0;
	frame->data = copy;
	walk->packet->frame = *frame;
	walk_frame(walk);
	walk_check(walk->packet);
	fragments_recycle(walk->fragments);
	free(copy);
}

/* What holds whatever the frame was; every byte of payload is there. */
static void
walk_check(const struct packet *p)
{
	const struct conversation *t;

	if (p->conversation_count > PACKET_CONVERSATIONS_MAX ||
	    (p->outcome == PACKET_IN_FLOW) != (p->conversation_count > 0) ||
	    (p->outcome == PACKET_MALFORMED && p->anomalies == 0) ||
	    p->frames == 0)
		abort();
	for (int i = 0; i < p->conversation_count; i++) {
		t = &p->conversations[i];
		if (t->payload_captured > t->payload_bytes ||
		    t->fragments == 0)
			abort();
		for (uint32_t at = 0; at < t->payload_captured; at++)
			walk_sink ^= t->payload[at];
	}
}
