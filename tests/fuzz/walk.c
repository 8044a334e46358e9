/*
 * Fuzz target: the walk over one frame. The first two bytes choose the link
 * type, the third how much of the frame was cut off; the rest is the frame.
 * Fragments are kept from run to run, as in a capture.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dissect/registry.h"
#include "dissect/walk.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct hash_secret secret;
	static struct fragments *fragments;
	static struct conversation conversations[PACKET_CONVERSATIONS_MAX];
	static uint64_t number;
	struct interface interface = { .time_digits = 6 };
	struct packet packet = { .conversations = conversations };
	struct walk walk = {
		.packet = &packet,
		.is_checking = true,
		.is_header_checked = true
	};

	if (size < 3)
		return -1;
	if (fragments == NULL) {
		registry_init();
		fragments = fragments_new(&secret);
	}
	walk.fragments = fragments;
	interface.link_type = data[0] << 8 | data[1];
	packet.frame = (struct frame){
		.data = data + 3,
		.ts_ns = (int64_t)number * 1000000,
		.number = ++number,
		.captured = (uint32_t)(size - 3),
		.length = (uint32_t)(size - 3) + data[2],
		.interface = &interface
	};
	walk_frame(&walk);
	if (packet.conversation_count > PACKET_CONVERSATIONS_MAX)
		abort();
	return 0;
}
