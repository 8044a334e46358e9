/*
 * The order of TCP: see order.h.
 */
#include "tcp/connection.h"
#include "tcp/holes.h"
#include "tcp/order.h"
#include "tcp/reliability.h"

/* Out of order without a handshake to go by: Wireshark's figure. */
#define LATE_NS INT64_C(3000000)

/* A repeated SYN is no farther from where the first one led. */
enum { SYN_REACH = 65536 };

/* Nothing comes late that was acknowledged so many bytes ago. */
enum { LATE_REACH = 1 << 28 };

static void	pass_over(struct tcp *, int, uint32_t);
static void	begin(struct tcp *, struct tcp_segment *);
static bool	is_another_syn(const struct tcp_segment *);
static bool	follow(struct tcp *, struct tcp_segment *);
static void	place(const struct tcp *, struct tcp_segment *);
static void	judge(const struct tcp *, struct tcp_segment *);
static bool	is_late(const struct tcp *, const struct tcp_segment *);
static void	count(struct tcp *, struct tcp_segment *);
static void	advance(struct tcp *, struct tcp_segment *);
static void	hear(struct tcp *, struct tcp_segment *);
static bool	passes_unseen(const struct tcp_segment *, uint32_t);
static bool	is_other_than_before(const struct tcp *,
		    const struct tcp_segment *);
static bool	is_comparable(const struct tcp_segment *);
static bool	conflicts(const struct tcp *, const struct tcp_segment *)
		    __attribute__((noinline));
static bool	differs(const struct tcp_segment *, uint32_t, uint16_t,
		    uint32_t);
static void	learn(struct tcp *, struct tcp_segment *);
static void	retire(struct tcp *, const struct tcp_segment *);
static uint32_t	hash_of(const struct tcp_segment *, uint32_t, uint32_t);
static bool	deliver(const struct tcp_reading *,
		    const struct tcp_segment *) __attribute__((noinline));
static struct tcp_reader reader_of(const struct tcp_reading *, int);

void
tcp_order_track(struct tcp *t, struct tcp_segment *s)
{
	bool is_conflicting = false;

	hear(t, s);
	if (!s->own->has_seq || is_another_syn(s))
		begin(t, s);
	else
		is_conflicting = follow(t, s);
	if (s->payload_bytes > 0)
		learn(t, s);
	if (s->reading != NULL && deliver(s->reading, s))
		is_conflicting = true;
	if (is_conflicting)
		tcp_need_trouble(t, s)->tally[s->side].conflicts++;
}

void
tcp_order_reset(const struct tcp_segment *s)
{
	if (s->reading != NULL)
		tcp_order_finish(s->reading);
}

uint64_t
tcp_order_missed(const struct tcp *t, const struct tcp_trouble *trouble,
    int side)
{
	const struct tcp_side *own = &t->side[side];
	uint64_t missed = trouble == NULL ? 0 :
	    trouble->tally[side].missed_bytes;

	if (!own->has_seq || !own->is_acked)
		return missed;
	if (trouble != NULL)
		missed += tcp_holes_passed(trouble->past[side].holes,
		    own->acked);
	if (tcp_is_after(own->acked, own->next_seq))
		missed += own->acked - own->next_seq;
	return missed;
}

/*
 * What was missed so far has been written with the part before; what was not
 * acknowledged yet of a hole stays open.
 */
void
tcp_order_restart(struct tcp *t, struct tcp_trouble *trouble)
{
	for (int side = 0; side < 2; side++) {
		struct tcp_side *own = &t->side[side];

		if (!own->has_seq || !own->is_acked)
			continue;
		tcp_holes_cut(trouble->past[side].holes, own->acked);
		if (tcp_is_after(own->acked, own->next_seq))
			pass_over(t, side, own->acked);
	}
}

/* Bytes that were not seen: the newest payload no longer ends there. */
static void
pass_over(struct tcp *t, int side, uint32_t next_seq)
{
	t->side[side].next_seq = next_seq;
	t->measure[side].newest_size = 0;
}

/* The first segment of a side, or a SYN that begins anew. */
static void
begin(struct tcp *t, struct tcp_segment *s)
{
	struct tcp_side *side = s->own;

	if (!side->has_isn)
		side->isn = s->header->seq;
	if (side->has_seq)
		t->measure[s->side].newest_size = 0;
	if (s->trouble != NULL)
		tcp_holes_clear(s->trouble->past[s->side].holes);
	side->has_seq = true;
	side->next_seq = s->end;
	side->next_ns = s->ts_ns;
	s->what |= TCP_IS_NEXT;
	if (s->end != s->header->seq)
		s->what |= TCP_IS_NEW;
	if (s->payload_bytes > 0 && tcp_reliability_is_acknowledged(s))
		s->what |= TCP_IS_RETRANSMISSION | TCP_IS_SPURIOUS;
}

/* Another attempt on the same ports, before an answer was seen. */
static bool
is_another_syn(const struct tcp_segment *s)
{
	int32_t back;

	if (!(s->header->flags & TCP_SYN) || s->own->end != TCP_END_SYN_SENT)
		return false;
	back = tcp_distance(s->header->seq, s->own->next_seq);
	return back <= 0 || back > SYN_REACH;
}

/* True when it brings other bytes for numbers that were seen. */
static bool
follow(struct tcp *t, struct tcp_segment *s)
{
	bool is_conflicting;

	place(t, s);
	/* It takes up no number and leaves out none: it changes nothing. */
	if (s->end == s->header->seq &&
	    (s->what & (TCP_IS_BEYOND | TCP_IS_KEEPALIVE)) == 0)
		return false;
	judge(t, s);
	count(t, s);
	is_conflicting = is_other_than_before(t, s);
	advance(t, s);
	return is_conflicting;
}

/* Against the highest number seen. */
static void
place(const struct tcp *t, struct tcp_segment *s)
{
	const struct tcp_side *side = s->own;
	const struct tcp_side *peer = s->peer;
	int32_t ahead = tcp_distance(side->next_seq, s->header->seq);
	bool is_bare = (s->header->flags & (TCP_SYN | TCP_FIN)) == 0;

	if (ahead == 0) {
		s->what |= TCP_IS_NEXT;
		if (s->payload_bytes == 1 && peer->has_window &&
		    peer->window == 0)
			s->what |= TCP_IS_PROBE;
	} else if (ahead > 0 && !(s->header->flags & TCP_SYN)) {
		s->what |= TCP_IS_BEYOND;
	} else if (ahead == -1 && s->payload_bytes <= 1 && is_bare) {
		s->what |= TCP_IS_KEEPALIVE;	/* RFC 9293 3.8.4 */
	}
	/* A SYN into a connection that stands is none of it: RFC 5961 4. */
	if (t->has_ack && ahead >= 0 && s->header->flags & TCP_SYN)
		return;
	if (tcp_is_after(s->end, side->next_seq) &&
	    !(s->what & TCP_IS_PROBE))
		s->what |= TCP_IS_NEW;
}

/*
 * Sent again, or late. A segment that begins with the last byte seen and
 * brings more follows the probe of a zero window and is neither.
 */
static void
judge(const struct tcp *t, struct tcp_segment *s)
{
	const struct tcp_side *side = s->own;
	int32_t ahead = tcp_distance(side->next_seq, s->header->seq);

	if (s->end == s->header->seq || s->what & TCP_IS_KEEPALIVE)
		return;
	if (s->payload_bytes > 0 && tcp_reliability_is_acknowledged(s)) {
		s->what |= TCP_IS_RETRANSMISSION | TCP_IS_SPURIOUS;
		return;
	}
	if (ahead >= 0 || (ahead == -1 && s->payload_bytes > 1))
		return;
	if (tcp_reliability_is_fast(s))
		s->what |= TCP_IS_RETRANSMISSION | TCP_IS_FAST;
	else if (is_late(t, s))
		s->what |= TCP_IS_OUT_OF_ORDER;
	else
		s->what |= TCP_IS_RETRANSMISSION;
}

/* Close behind the highest segment, and not that segment itself. */
static bool
is_late(const struct tcp *t, const struct tcp_segment *s)
{
	const struct tcp_side *side = s->own;
	int64_t since = s->ts_ns - side->next_ns;
	int64_t usual = LATE_NS;

	if (t->has_syn && t->has_ack && t->ack_ns > t->syn_ns)
		usual = t->ack_ns - t->syn_ns;
	return since >= 0 && since < usual && s->end != side->next_seq;
}

static void
count(struct tcp *t, struct tcp_segment *s)
{
	struct tcp_tally *tally;

	if ((s->what & (TCP_IS_KEEPALIVE | TCP_IS_PROBE | TCP_IS_BEYOND |
	    TCP_IS_OUT_OF_ORDER)) == 0)
		return;
	tally = &tcp_need_trouble(t, s)->tally[s->side];
	tally->keepalives += (s->what & TCP_IS_KEEPALIVE) != 0;
	tally->probes += (s->what & TCP_IS_PROBE) != 0;
	tally->beyond += (s->what & TCP_IS_BEYOND) != 0;
	tally->out_of_order += (s->what & TCP_IS_OUT_OF_ORDER) != 0;
}

/* A probe does not count: most receivers do not take its byte. */
static void
advance(struct tcp *t, struct tcp_segment *s)
{
	struct tcp_side *side = s->own;
	struct tcp_hole *holes;

	if (s->what & TCP_IS_BEYOND) {
		holes = tcp_need_trouble(t, s)->past[s->side].holes;
		if (tcp_holes_are_full(holes) && side->is_acked)
			s->trouble->tally[s->side].missed_bytes +=
			    tcp_holes_write_off(holes, side->acked, 0);
		tcp_holes_open(holes, side->next_seq, s->header->seq);
	} else if (s->trouble != NULL) {
		tcp_holes_fill(s->trouble->past[s->side].holes,
		    s->header->seq, s->end);
	}
	if ((s->what & TCP_IS_PROBE) != 0 ||
	    (s->what & (TCP_IS_NEW | TCP_IS_BEYOND)) == 0)
		return;
	retire(t, s);
	side->next_seq = s->end;
	side->next_ns = s->ts_ns;
	side->has_resent = false;
}

/* What the acknowledgement says of the peer's bytes. */
static void
hear(struct tcp *t, struct tcp_segment *s)
{
	struct tcp_side *peer = s->peer;
	uint32_t ack = s->header->ack;

	if (!(s->header->flags & TCP_ACK) ||
	    (peer->is_acked && !tcp_is_after(ack, peer->acked)))
		return;
	s->what |= TCP_IS_NEW_ACK;
	if (!peer->has_seq)
		return;
	/* The byte of a probe was taken after all. */
	if (peer->was_probe && ack == peer->next_seq + 1) {
		pass_over(t, !s->side, ack);
		return;
	}
	if (passes_unseen(s, ack)) {
		s->what |= TCP_IS_UNSEEN_ACK;
		tcp_connection_gap(t, s, !s->side);
	}
	if (s->trouble != NULL)
		s->trouble->tally[!s->side].missed_bytes +=
		    tcp_holes_write_off(s->trouble->past[!s->side].holes, ack,
		    LATE_REACH);
}

/* Whether bytes that are missing are acknowledged for the first time. */
static bool
passes_unseen(const struct tcp_segment *s, uint32_t ack)
{
	const struct tcp_side *peer = s->peer;

	if (s->trouble != NULL &&
	    tcp_holes_are_reached(s->trouble->past[!s->side].holes, ack,
	    peer->is_acked ? &peer->acked : NULL))
		return true;
	return tcp_is_after(ack, peer->next_seq) && (!peer->is_acked ||
	    !tcp_is_after(peer->acked, peer->next_seq));
}

/*
 * Bytes that were seen before should be the same. What is remembered is a
 * keyed hash of the newest payload, and of some before it once there is
 * trouble, so a segment is compared with those that lie within it.
 */
static bool
is_other_than_before(const struct tcp *t, const struct tcp_segment *s)
{
	return (s->what & (TCP_IS_NEXT | TCP_IS_BEYOND)) == 0 &&
	    s->payload_bytes > 0 && is_comparable(s) && conflicts(t, s);
}

/* The byte of a keep-alive is made up (RFC 1122 4.2.3.6). */
static bool
is_comparable(const struct tcp_segment *s)
{
	return s->payload_captured == s->payload_bytes &&
	    s->payload_bytes <= UINT16_MAX &&
	    (s->what & (TCP_IS_KEEPALIVE | TCP_IS_PROBE)) == 0 &&
	    s->header->seq - s->own->isn < TCP_COMPARED_BYTES;
}

static bool
conflicts(const struct tcp *t, const struct tcp_segment *s)
{
	const struct tcp_measure *measure = &t->measure[s->side];
	const struct tcp_past *past;

	if (differs(s, s->own->next_seq - measure->newest_size,
	    measure->newest_size, measure->newest_hash))
		return true;
	if (s->trouble == NULL)
		return false;
	past = &s->trouble->past[s->side];
	for (int i = 0; i < TCP_REMEMBERED; i++) {
		if (differs(s, past->remembered_seq[i],
		    past->remembered_size[i], past->remembered_hash[i]))
			return true;
	}
	return false;
}

/* Whether the segment holds those numbers, with other bytes. */
static bool
differs(const struct tcp_segment *s, uint32_t seq, uint16_t size,
    uint32_t hash)
{
	uint32_t at = seq - s->header->seq -
	    ((s->header->flags & TCP_SYN) != 0);

	return size > 0 && at <= s->payload_bytes &&
	    size <= s->payload_bytes - at && hash_of(s, at, size) != hash;
}

/* The payload is the newest, if it can be known by the highest number. */
static void
learn(struct tcp *t, struct tcp_segment *s)
{
	struct tcp_measure *measure = &t->measure[s->side];

	if (s->header->flags & TCP_SYN)
		tcp_need_trouble(t, s)->past[s->side].has_fast_open = true;
	if ((s->what & TCP_IS_NEW) != 0 && is_comparable(s) &&
	    s->header->seq + s->payload_bytes == s->end) {
		measure->newest_size = (uint16_t)s->payload_bytes;
		measure->newest_hash = hash_of(s, 0, s->payload_bytes);
	}
}

/* The newest payload will be that no more. */
static void
retire(struct tcp *t, const struct tcp_segment *s)
{
	struct tcp_measure *measure = &t->measure[s->side];
	uint16_t size = measure->newest_size;
	struct tcp_past *past;
	uint8_t i;

	measure->newest_size = 0;
	if (size == 0 || s->trouble == NULL)
		return;
	past = &s->trouble->past[s->side];
	i = past->next_remembered;
	past->next_remembered = (uint8_t)((i + 1) % TCP_REMEMBERED);
	past->remembered_seq[i] = s->own->next_seq - size;
	past->remembered_size[i] = size;
	past->remembered_hash[i] = measure->newest_hash;
}

static uint32_t
hash_of(const struct tcp_segment *s, uint32_t at, uint32_t size)
{
	return (uint32_t)hash_keyed(s->secret, s->payload + at, size);
}

/*
 * In order, to who reads it. True when it contradicts what is held. Not in
 * line: most connections have no reader, and would pay for its stack.
 */
static bool
deliver(const struct tcp_reading *r, const struct tcp_segment *s)
{
	const struct tcp_header *h = s->header;
	struct tcp_reader own = reader_of(r, s->side);
	struct tcp_reader other = reader_of(r, !s->side);
	struct tcp_stream *stream = &r->streams[s->side];
	struct tcp_payload payload = {
		.seq = h->seq + ((h->flags & TCP_SYN) != 0),
		.size = s->payload_bytes,
		.captured = s->payload_captured,
		.bytes = s->payload
	};
	bool is_conflicting = false;

	if (h->flags & TCP_SYN)
		tcp_delivery_start(stream, payload.seq);
	if (payload.size > 0 &&
	    (s->what & (TCP_IS_KEEPALIVE | TCP_IS_PROBE)) == 0)
		is_conflicting = tcp_delivery_segment(r->delivery, stream,
		    &own, &payload);
	if (h->flags & TCP_FIN)
		tcp_delivery_end(r->delivery, stream, &own,
		    payload.seq + payload.size);
	if (h->flags & TCP_ACK)
		tcp_delivery_acknowledge(r->delivery, &r->streams[!s->side],
		    &other, h->ack);
	return is_conflicting;
}

static struct tcp_reader
reader_of(const struct tcp_reading *r, int side)
{
	return (struct tcp_reader){ .operations = r->operations,
	    .context = r->context, .side = side };
}

void
tcp_order_finish(const struct tcp_reading *r)
{
	for (int side = 0; side < 2; side++) {
		struct tcp_reader reader = reader_of(r, side);

		tcp_delivery_flush(r->delivery, &r->streams[side], &reader);
	}
}
