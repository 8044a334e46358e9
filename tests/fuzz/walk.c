/*
 * Fuzz target: any bytes as a frame of any link type. The first two bytes
 * are the link type, the third says what else: bit 0 that the frame was
 * snapped, bit 1 that checksums are verified, the rest how many bytes of the
 * input are left for a second frame, which may complete the first's datagram.
 */
#include <stdlib.h>

#include "dissect/registry.h"
#include "dissect/walk.h"

enum {
	FUZZ_IS_SNAPPED = 0x01,
	FUZZ_IS_CHECKING = 0x02,
	FUZZ_SNAPPED_BYTES = 100
};

/* Bytes end here, so that reading them is not optimised away. */
static volatile uint8_t fuzz_sink;

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void	fuzz_frame(struct walk *, const uint8_t *, size_t, bool);
static void	fuzz_check(const struct packet *);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct hash_secret secret;
	struct conversation conversations[PACKET_CONVERSATIONS_MAX];
	struct interface interface = { .time_digits = 6 };
	struct packet packet = {
		.frame.interface = &interface,
		.conversations = conversations
	};
	struct walk walk = { .packet = &packet, .is_header_checked = true };
	bool is_snapped;
	size_t second;

	if (size < 3)
		return 0;
	registry_init();
	interface.link_type = bytes_be16(data);
	is_snapped = (data[2] & FUZZ_IS_SNAPPED) != 0;
	walk.is_checking = (data[2] & FUZZ_IS_CHECKING) != 0;
	second = data[2] >> 2;
	if (second > size - 3)
		second = size - 3;
	walk.fragments = fragments_new(&secret);
	fuzz_frame(&walk, &data[3], size - 3 - second, is_snapped);
	fuzz_frame(&walk, &data[size - second], second, is_snapped);
	if (fragments_unfinished(walk.fragments) > 2)
		abort();
	fragments_free(walk.fragments);
	return 0;
}

static void
fuzz_frame(struct walk *w, const uint8_t *data, size_t size, bool is_snapped)
{
	struct packet *p = w->packet;

	p->frame.data = data;
	p->frame.captured = (uint32_t)size;
	p->frame.length = (uint32_t)size +
	    (is_snapped ? FUZZ_SNAPPED_BYTES : 0);
	p->frame.number++;
	p->frame.ts_ns++;
	walk_frame(w);
	fuzz_check(p);
	fragments_recycle(w->fragments);
}

/* Reads every payload byte, so that one that is not there is found. */
static void
fuzz_check(const struct packet *p)
{
	const struct conversation *t;
	uint32_t at;
	int i;

	if (p->outcome == PACKET_IN_FLOW && p->conversation_count == 0)
		abort();
	if (p->outcome == PACKET_MALFORMED && p->anomalies == 0)
		abort();
	for (i = 0; i < p->conversation_count; i++) {
		t = &p->conversations[i];
		if (t->payload_captured > t->payload_bytes ||
		    t->fragments == 0)
			abort();
		for (at = 0; at < t->payload_captured; at++)
			fuzz_sink ^= t->payload[at];
	}
}
