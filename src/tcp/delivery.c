/*
 * Delivery in order: see delivery.h.
 *
 * Bytes that came early stand in slots, in the order of their numbers; no
 * two slots have the same byte. A slot also says how far the bytes behind its
 * own are known to be lost, because the capture cut them off: not beyond
 * hope, as slots behind it may have them.
 *
 * All comparisons are of distances from next_seq. Up to 1 GiB before it, the
 * largest window that there is (RFC 7323 2.3), a number is an old one; all
 * others are ahead. So a jump of any size goes one of two ways, and neither
 * loops.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/pool.h"
#include "tcp/delivery.h"

#define WINDOW_MAX	(UINT32_C(1) << 30)
#define NOTHING_KNOWN	UINT32_MAX

/* A slot's number is that of the pool; 0 is none. */
struct slot {
	_Alignas(64) uint32_t	seq;
	uint32_t		lost_until;	/* its end, or behind it */
	uint16_t		size;
	uint16_t		next;		/* slot */
	uint8_t			bytes[TCP_DELIVERY_SLOT_SIZE];
};

/* Invariant: slots.live is the sum of held of all streams. */
struct tcp_delivery {
	struct pool			slots;	/* owned */
	struct tcp_delivery_counts	counts;
};

/* The work of one call. Distances are from the stream's next_seq. */
struct pass {
	struct tcp_delivery	*delivery;
	struct tcp_stream	*stream;
	const struct tcp_reader	*reader;
	const uint8_t		*bytes;		/* of the new segment */
	uint32_t		 captured;
	uint32_t		 size;		/* 0 when there is none */
	int64_t			 ahead;		/* distance of its start */
	int64_t			 lost;		/* bytes, from next_seq on */
};

static bool	join(struct pass *, uint32_t);
static bool	aim(struct pass *, const struct tcp_payload *);
static bool	is_conflicting(const struct pass *);
static void	proceed(struct pass *);
static uint32_t	known(const struct pass *);
static uint32_t	new_bytes(const struct pass *);
static void	take_known(struct pass *);
static void	take_slot(struct pass *);
static bool	skip_lost(struct pass *, uint32_t);
static void	hand(struct pass *, const uint8_t *, uint32_t);
static void	skip(struct pass *, uint32_t);
static void	advance(struct pass *, uint32_t);
static void	hold(struct pass *);
static uint32_t	hold_bytes(struct pass *, uint32_t);
static bool	hold_lost(struct pass *);
static uint16_t	slot_before(const struct pass *, uint32_t);
static uint16_t	slot_insert(struct pass *, uint16_t, uint32_t);
static uint32_t	slot_append(struct slot *, const uint8_t *, uint32_t);
static void	give_up(struct pass *);

static inline struct pass
pass_of(struct tcp_delivery *delivery, struct tcp_stream *stream,
    const struct tcp_reader *reader)
{
	return (struct pass){
		.delivery = delivery,
		.stream = stream,
		.reader = reader
	};
}

static inline struct slot *
slot_at(const struct pass *p, uint16_t number)
{
	return pool_at(&p->delivery->slots, number);
}

static inline uint32_t
slot_start(const struct pass *p, const struct slot *slot)
{
	return slot->seq - p->stream->next_seq;
}

static inline uint32_t
slot_end(const struct pass *p, const struct slot *slot)
{
	return slot_start(p, slot) + slot->size;
}

static inline uint32_t
smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

struct tcp_delivery *
tcp_delivery_new(size_t size)
{
	struct tcp_delivery *delivery = calloc(1, sizeof(*delivery));
	size_t count = size / sizeof(struct slot);

	if (delivery == NULL) {
		log_error("out of memory: %zu bytes for the delivery of TCP",
		    sizeof(*delivery));
		abort();
	}
	pool_init(&delivery->slots, sizeof(struct slot),
	    count < UINT16_MAX ? (uint32_t)count : UINT16_MAX);
	return delivery;
}

void
tcp_delivery_free(struct tcp_delivery *delivery)
{
	if (delivery == NULL)
		return;
	pool_release(&delivery->slots);
	free(delivery);
}

uint32_t
tcp_delivery_held(const struct tcp_delivery *delivery)
{
	return delivery->slots.live;
}

const struct tcp_delivery_counts *
tcp_delivery_counts(const struct tcp_delivery *delivery)
{
	return &delivery->counts;
}

void
tcp_delivery_start(struct tcp_stream *stream, uint32_t seq)
{
	if (stream->is_finished || stream->has_moved || stream->held > 0 ||
	    stream->has_end)
		return;
	stream->has_started = true;
	stream->next_seq = seq;
	stream->acknowledged = seq;
}

bool
tcp_delivery_segment(struct tcp_delivery *delivery, struct tcp_stream *stream,
    const struct tcp_reader *reader, const struct tcp_payload *payload)
{
	struct pass p = pass_of(delivery, stream, reader);
	bool has_conflict;

	if (stream->is_finished || payload->size == 0)
		return false;
	assert(payload->captured <= payload->size);
	if (!join(&p, payload->seq) || !aim(&p, payload))
		return false;
	has_conflict = is_conflicting(&p);
	proceed(&p);
	hold(&p);
	return has_conflict;
}

/*
 * What is not in the window that a peer can have says nothing about this
 * stream. One that is wrong within it costs patience, not bytes: a hole is
 * given up only for what was seen behind it.
 */
void
tcp_delivery_acknowledge(struct tcp_delivery *delivery,
    struct tcp_stream *stream, const struct tcp_reader *reader, uint32_t ack)
{
	struct pass p = pass_of(delivery, stream, reader);
	uint32_t distance = ack - stream->next_seq;

	if (stream->is_finished || !stream->has_started ||
	    distance > WINDOW_MAX ||
	    distance <= stream->acknowledged - stream->next_seq)
		return;
	stream->acknowledged = ack;
	proceed(&p);
}

/*
 * One before what the reader has is no end; of several the nearest counts, as
 * it does for the peer.
 */
void
tcp_delivery_end(struct tcp_delivery *delivery, struct tcp_stream *stream,
    const struct tcp_reader *reader, uint32_t seq)
{
	struct pass p = pass_of(delivery, stream, reader);
	uint32_t distance;

	if (stream->is_finished || !join(&p, seq))
		return;
	distance = seq - stream->next_seq;
	if (distance > UINT32_MAX - WINDOW_MAX || (stream->has_end &&
	    distance >= stream->end_seq - stream->next_seq))
		return;
	stream->has_end = true;
	stream->end_seq = seq;
	proceed(&p);
}

void
tcp_delivery_flush(struct tcp_delivery *delivery, struct tcp_stream *stream,
    const struct tcp_reader *reader)
{
	struct pass p = pass_of(delivery, stream, reader);
	uint32_t missing;

	if (stream->has_started)
		while (!stream->is_finished && known(&p) != NOTHING_KNOWN)
			give_up(&p);
	missing = stream->acknowledged - stream->next_seq;
	if (!stream->is_finished && missing > 0)
		skip(&p, missing);
	tcp_delivery_release(delivery, stream);
}

void
tcp_delivery_release(struct tcp_delivery *delivery, struct tcp_stream *stream)
{
	const struct slot *slot;
	uint16_t number, next;

	for (number = stream->first; number != 0; number = next) {
		slot = pool_at(&delivery->slots, number);
		next = slot->next;
		pool_give(&delivery->slots, number);
	}
	stream->first = 0;
	stream->held = 0;
	stream->is_finished = true;
}

/* A stream whose start was not seen starts here. False: not wanted. */
static bool
join(struct pass *p, uint32_t seq)
{
	struct tcp_stream *s = p->stream;

	if (s->has_started)
		return true;
	tcp_delivery_start(s, seq);
	s->has_moved = true;
	if (!p->reader->operations->joined(p->reader->context,
	    p->reader->side))
		tcp_delivery_release(p->delivery, s);
	return !s->is_finished;
}

/*
 * Cuts off what the reader has already; false when that is all. A segment
 * that says to be larger than any window is cut to one.
 */
static bool
aim(struct pass *p, const struct tcp_payload *payload)
{
	uint32_t ahead = payload->seq - p->stream->next_seq;
	uint32_t old = 0;

	p->size = smaller(payload->size, WINDOW_MAX - 1);
	p->captured = smaller(payload->captured, p->size);
	p->bytes = payload->bytes;
	if (ahead > UINT32_MAX - WINDOW_MAX) {
		old = 0 - ahead;
		ahead = 0;
	}
	if (old >= p->size)
		return false;
	p->size -= old;
	if (old < p->captured)
		p->bytes += old;
	p->captured -= smaller(old, p->captured);
	p->ahead = ahead;
	return true;
}

/* True when bytes of the new segment are unlike those that are held. */
static bool
is_conflicting(const struct pass *p)
{
	uint32_t start = (uint32_t)p->ahead, end = start + p->captured;
	uint32_t from, until;
	const struct slot *slot;

	for (uint16_t i = p->stream->first; i != 0; i = slot->next) {
		slot = slot_at(p, i);
		from = slot_start(p, slot);
		until = smaller(slot_end(p, slot), end);
		if (from >= end)
			break;
		if (from < start)
			from = start;
		if (from < until && memcmp(&p->bytes[from - start],
		    &slot->bytes[from - slot_start(p, slot)],
		    until - from) != 0)
			return true;
	}
	return false;
}

/*
 * Gives the reader all that is next: what is held, then bytes of the new
 * segment up to what is held behind them, then what is lost.
 */
static void
proceed(struct pass *p)
{
	uint32_t distance;

	while (!p->stream->is_finished) {
		distance = known(p);
		if (distance == 0)
			take_known(p);
		else if (new_bytes(p) > 0)
			hand(p, &p->bytes[-p->ahead],
			    smaller(new_bytes(p), distance));
		else if (!skip_lost(p, distance))
			break;
	}
}

/* How far it is to the next thing that is known: bytes or the end. */
static uint32_t
known(const struct pass *p)
{
	const struct tcp_stream *s = p->stream;
	uint32_t distance = NOTHING_KNOWN;

	if (s->first != 0)
		distance = slot_start(p, slot_at(p, s->first));
	if (p->ahead > 0)
		distance = smaller(distance, (uint32_t)p->ahead);
	if (s->has_end)
		distance = smaller(distance, s->end_seq - s->next_seq);
	return distance;
}

/* The bytes of the new segment that are next. */
static uint32_t
new_bytes(const struct pass *p)
{
	if (p->ahead > 0 || p->ahead + p->captured <= 0)
		return 0;
	return (uint32_t)(p->ahead + p->captured);
}

static void
take_known(struct pass *p)
{
	struct tcp_stream *s = p->stream;

	if (!s->has_end || s->end_seq != s->next_seq) {
		take_slot(p);
		return;
	}
	tcp_delivery_release(p->delivery, s);
	p->reader->operations->end(p->reader->context, p->reader->side);
}

/* Gives the reader the first slot, and frees it. */
static void
take_slot(struct pass *p)
{
	struct tcp_stream *s = p->stream;
	uint16_t number = s->first;
	const struct slot *slot = slot_at(p, number);
	uint32_t lost;

	if (slot->size > 0)
		hand(p, slot->bytes, slot->size);
	if (s->is_finished)
		return;		/* all slots are free already */
	lost = slot->lost_until - s->next_seq;
	if (lost > p->lost)
		p->lost = lost;
	s->first = slot->next;
	s->held--;
	pool_give(&p->delivery->slots, number);
}

/* Skips what nobody will bring; false when there is hope for what is next. */
static bool
skip_lost(struct pass *p, uint32_t distance)
{
	uint32_t acknowledged = p->stream->acknowledged - p->stream->next_seq;

	if (p->ahead <= 0 && p->ahead + p->size > p->lost)
		p->lost = p->ahead + p->size;
	if (distance <= acknowledged || distance <= p->lost)
		skip(p, distance);
	else if (p->lost > 0)
		skip(p, (uint32_t)p->lost);
	else
		return false;
	return true;
}

static void
hand(struct pass *p, const uint8_t *bytes, uint32_t size)
{
	advance(p, size);
	if (!p->reader->operations->data(p->reader->context, p->reader->side,
	    bytes, size))
		tcp_delivery_release(p->delivery, p->stream);
}

static void
skip(struct pass *p, uint32_t missing)
{
	advance(p, missing);
	if (!p->reader->operations->gap(p->reader->context, p->reader->side,
	    missing))
		tcp_delivery_release(p->delivery, p->stream);
}

/* Numbers that are passed come along, so that none ever looks ahead. */
static void
advance(struct pass *p, uint32_t size)
{
	struct tcp_stream *s = p->stream;
	uint32_t next = s->next_seq + size;

	if (s->acknowledged - s->next_seq < size)
		s->acknowledged = next;
	if (s->end_seq - s->next_seq < size)
		s->end_seq = next;
	s->next_seq = next;
	s->has_moved = true;
	p->ahead -= size;
	p->lost -= size;
}

/* Copies what came early. What it pushes out may make it the next. */
static void
hold(struct pass *p)
{
	const struct tcp_stream *s = p->stream;
	uint32_t done = 0;

	while (!s->is_finished && p->ahead > 0 && done < p->captured)
		done += hold_bytes(p, done);
	while (!s->is_finished && p->ahead > 0 && !hold_lost(p))
		give_up(p);
}

/*
 * Holds some of the new segment's bytes, from the given one on, or finds that
 * they are held. Returns their number; 0 when a hole had to be given up.
 */
static uint32_t
hold_bytes(struct pass *p, uint32_t done)
{
	uint32_t at = (uint32_t)p->ahead + done, end = 0;
	uint32_t size = p->captured - done;
	uint16_t number = slot_before(p, at);
	uint16_t next = p->stream->first;

	if (number != 0) {
		end = slot_end(p, slot_at(p, number));
		next = slot_at(p, number)->next;
	}
	if (end > at)
		return smaller(end - at, size);
	if (next != 0)
		size = smaller(size, slot_start(p, slot_at(p, next)) - at);
	if (number == 0 || end < at ||
	    slot_at(p, number)->size == TCP_DELIVERY_SLOT_SIZE)
		number = slot_insert(p, number, at);
	if (number == 0) {
		give_up(p);
		return 0;
	}
	return slot_append(slot_at(p, number), &p->bytes[done], size);
}

/*
 * Notes what was cut off from the new segment at the slot that reaches it.
 * False when that needs a slot and there is none.
 */
static bool
hold_lost(struct pass *p)
{
	uint32_t at = (uint32_t)p->ahead + p->captured;
	uint32_t until = (uint32_t)p->ahead + p->size;
	uint16_t number;
	struct slot *slot;

	if (at == until)
		return true;
	number = slot_before(p, at);
	if (number == 0 || slot_end(p, slot_at(p, number)) < at)
		number = slot_insert(p, number, at);
	if (number == 0)
		return false;
	slot = slot_at(p, number);
	if (slot->lost_until - p->stream->next_seq < until)
		slot->lost_until = p->stream->next_seq + until;
	return true;
}

/* The last slot that starts at this distance or before, 0 when none does. */
static uint16_t
slot_before(const struct pass *p, uint32_t distance)
{
	uint16_t before = 0;

	for (uint16_t i = p->stream->first; i != 0; i = slot_at(p, i)->next) {
		if (slot_start(p, slot_at(p, i)) > distance)
			break;
		before = i;
	}
	return before;
}

/*
 * A new, empty slot behind another, or before all; 0 when the stream may not
 * hold more, or no slot is free.
 */
static uint16_t
slot_insert(struct pass *p, uint16_t before, uint32_t distance)
{
	struct tcp_stream *s = p->stream;
	struct slot *slot;
	uint16_t *link = before == 0 ? &s->first : &slot_at(p, before)->next;
	uint16_t number;

	if (s->held == TCP_DELIVERY_SLOTS_MAX) {
		p->delivery->counts.stream_full++;
		return 0;
	}
	number = (uint16_t)pool_take(&p->delivery->slots);
	if (number == 0) {
		p->delivery->counts.memory_full++;
		return 0;
	}
	slot = slot_at(p, number);
	slot->seq = s->next_seq + distance;
	slot->lost_until = slot->seq;
	slot->next = *link;
	*link = number;
	s->held++;
	return number;
}

/* Adds bytes to a slot as far as they fit; returns how many did. */
static uint32_t
slot_append(struct slot *slot, const uint8_t *bytes, uint32_t size)
{
	uint32_t lost = slot->lost_until - slot->seq;

	size = smaller(size, TCP_DELIVERY_SLOT_SIZE - slot->size);
	memcpy(&slot->bytes[slot->size], bytes, size);
	slot->size = (uint16_t)(slot->size + size);
	if (lost < slot->size)
		slot->lost_until = slot->seq + slot->size;
	return size;
}

/* Gives up the first hole, and goes on behind it. */
static void
give_up(struct pass *p)
{
	skip(p, known(p));
	proceed(p);
}
