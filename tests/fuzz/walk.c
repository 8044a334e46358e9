/*
 * Fuzz target: the walk over the frames of a small capture. The first two
 * bytes are the link type; then come frames, each two bytes of length, one
 * of how much of it was cut off, and its bytes.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/cursor.h"
#include "dissect/registry.h"
#include "dissect/walk.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void	walk_one(struct walk *, struct frame *, struct cursor *);

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
	uint8_t *copy;

	left = cursor_left(c);
	frame->captured = (uint32_t)(wanted < left ? wanted : left);
	frame->length = frame->captured + cut;
	frame->ts_ns += 1000000;
	frame->number++;
	copy = malloc(frame->captured);
	if (copy == NULL && frame->captured > 0)
		abort();
	for (uint32_t i = 0; i < frame->captured; i++)
		copy[i] = cursor_u8(c);
	frame->data = copy;
	walk->packet->frame = *frame;
	walk_frame(walk);
	if (walk->packet->conversation_count > PACKET_CONVERSATIONS_MAX)
		abort();
	free(copy);
}
