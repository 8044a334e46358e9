/*
 * A stretch of the input; see batch.h.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "engine/batch.h"

enum { BATCH_WRITTEN_SIZE = 4096, BATCH_RECORDS = 64 };

/* Payload that the batch owns. */
struct batch_kept {
	struct batch_kept	*next;	/* owned */
	uint8_t			 bytes[];
};

static void	*batch_allocate(void *);
static size_t	 packets_size(const struct batch *);
static size_t	 conversations_size(const struct batch *);

struct batch *
batch_new(int packets, int workers, size_t outputs)
{
	struct batch *b = batch_allocate(calloc(1, sizeof *b));
	size_t parts = (size_t)workers * outputs;

	b->packet_room = packets;
	b->conversation_room = packets + packets / 4 +
	    PACKET_CONVERSATIONS_MAX;
	b->packets = pool_map(packets_size(b));
	b->conversations = pool_map(conversations_size(b));
	items_init(&b->items, b->conversation_room);
	b->workers = workers;
	b->outputs = outputs;
	b->written = batch_allocate(calloc(parts + 1, sizeof *b->written));
	for (size_t i = 0; i < parts; i++)
		buffer_init(&b->written[i].bytes, BATCH_WRITTEN_SIZE);
	return b;
}

void
batch_free(struct batch *b)
{
	batch_reset(b);
	for (size_t i = 0; i < (size_t)b->workers * b->outputs; i++) {
		buffer_release(&b->written[i].bytes);
		free(b->written[i].records);
	}
	items_release(&b->items);
	free(b->written);
	pool_unmap(b->conversations, conversations_size(b));
	pool_unmap(b->packets, packets_size(b));
	free(b);
}

void
batch_reset(struct batch *b)
{
	b->packet_count = 0;
	b->conversation_count = 0;
	items_reset(&b->items);
	b->left_count = 0;
	b->is_forgetting = false;
	for (size_t i = 0; i < (size_t)b->workers * b->outputs; i++) {
		buffer_reset(&b->written[i].bytes);
		b->written[i].count = 0;
	}
	while (b->kept != NULL) {
		struct batch_kept *next = b->kept->next;

		free(b->kept);
		b->kept = next;
	}
}

void
batch_keep(struct batch *b, struct packet *p)
{
	uintptr_t frame = (uintptr_t)p->frame.data;

	for (int i = 0; i < p->conversation_count; i++) {
		struct conversation *t = &p->conversations[i];
		struct batch_kept *kept;

		if (t->payload_captured == 0 ||
		    (uintptr_t)t->payload - frame < p->frame.captured)
			continue;
		kept = batch_allocate(malloc(sizeof *kept +
		    t->payload_captured));
		kept->next = b->kept;
		b->kept = kept;
		memcpy(kept->bytes, t->payload, t->payload_captured);
		t->payload = kept->bytes;
	}
}

void
batch_record(struct batch_written *w, const struct meter_order *order)
{
	if (w->count == w->room) {
		w->room = w->room == 0 ? BATCH_RECORDS : 2 * w->room;
		w->records = batch_allocate(realloc(w->records,
		    w->room * sizeof *w->records));
	}
	w->records[w->count++] = (struct batch_record){ *order,
	    w->bytes.size };
}

static void *
batch_allocate(void *memory)
{
	if (memory == NULL) {
		log_error("cannot allocate memory for a batch of frames");
		abort();
	}
	return memory;
}

static size_t
packets_size(const struct batch *b)
{
	return (size_t)b->packet_room * sizeof *b->packets;
}

static size_t
conversations_size(const struct batch *b)
{
	return (size_t)b->conversation_room * sizeof *b->conversations;
}
