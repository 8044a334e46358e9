/*
 * A stretch of the input on its way through a run: its packets, the items
 * that the meters tally, and, where workers share it, what each of them wrote.
 */
#ifndef TALLYMAN_ENGINE_BATCH_H
#define TALLYMAN_ENGINE_BATCH_H

#include "base/buffer.h"
#include "base/fetch.h"
#include "flow/meter.h"

/* A record that a worker wrote. */
struct batch_record {
	struct meter_order	order;
	size_t			end;	/* of its bytes */
};

/* What one worker wrote for one output, in order. */
struct batch_written {
	struct buffer		 bytes;
	struct batch_record	*records;	/* owned */
	size_t			 count;
	size_t			 room;
};

struct batch_kept;

struct batch {
	struct packet		*packets;	/* owned */
	struct conversation	*conversations;	/* owned */
	int			 packet_room;
	int			 conversation_room;
	int			 packet_count;
	int			 conversation_count;
	struct items		 items;
	struct batch_kept	*kept;		/* owned; payload of datagrams */
	uint64_t		 mark;		/* of the source's frames */

	/* Instead, flows that are left or evicted are written, or forgotten. */
	const struct meter_left	*left;		/* borrowed, left_count */
	size_t			 left_count;
	struct meter_order	 left_order;	/* of the first; ranks rise */
	enum flow_end		 end;
	bool			 is_forgetting;
	bool			 is_stop;	/* workers end */

	struct batch_written	*written;	/* owned; by worker, output */
	int			 workers;
	size_t			 outputs;
};

/* Room for so many packets. Aborts without memory. */
struct batch	*batch_new(int packets, int workers, size_t outputs);
void		 batch_free(struct batch *);
void		 batch_reset(struct batch *);

/* Whether another packet may not fit. */
static inline bool
batch_is_full(const struct batch *b)
{
	return b->packet_count == b->packet_room ||
	    b->conversation_room - b->conversation_count <
	    PACKET_CONVERSATIONS_MAX;
}

/* Conversations that are fetched before they are written. */
enum { BATCH_AHEAD = 8 };

/* The next packet; its conversations are to be counted by batch_added(). */
static inline struct packet *
batch_next(struct batch *b, const struct frame *frame)
{
	struct packet *p = &b->packets[b->packet_count];

	p->frame = *frame;
	p->conversations = &b->conversations[b->conversation_count];
	fetch_to_write(p->conversations + BATCH_AHEAD,
	    sizeof *p->conversations);
	return p;
}

static inline void
batch_added(struct batch *b, const struct packet *p)
{
	b->packet_count++;
	b->conversation_count += p->conversation_count;
}

/*
 * Copies payload that is not in the frame: that of a datagram which fragments
 * made whole is gone before the batch is.
 */
void		 batch_keep(struct batch *, struct packet *);

static inline struct batch_written *
batch_written(struct batch *b, int worker, size_t output)
{
	return &b->written[(size_t)worker * b->outputs + output];
}

/* The bytes at the end of what the worker wrote are a record. */
void		 batch_record(struct batch_written *,
		    const struct meter_order *);

#endif
