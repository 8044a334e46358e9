/*
 * The congestion control of TCP: see congestion.h.
 */
#include "tcp/congestion.h"

/* As long as a segment is timed: 48 bits of nanoseconds are 78 hours. */
#define TIMED_BITS 48

static void	negotiate(struct tcp *, const struct tcp_segment *);
static enum tcp_ecn answer_of(const struct tcp *, uint16_t);
static bool	refuses(const struct tcp_segment *);
static void	sample(struct tcp_measure *, int64_t);
static int64_t	timed_since(const struct tcp_timed *, int64_t);
static struct tcp_timed *timed_at(struct tcp *, struct tcp_trouble *,
		    uint8_t);
static bool	is_certain(const struct tcp_segment *);
static void	time_segment(struct tcp *, struct tcp_segment *);
static void	spoil(struct tcp *, const struct tcp_segment *);
static void	fly(struct tcp *, const struct tcp_segment *);

void
tcp_congestion_reset(struct tcp *t, struct tcp_segment *s)
{
	if (tcp_congestion_is_marked(s))
		tcp_congestion_mark(t, s);
	if (refuses(s))
		tcp_congestion_hear(t, s);
}

/*
 * Marks of the network and answers to them. The bits of a SYN negotiate, and
 * with accurate ECN they are part of a counter.
 */
void
tcp_congestion_mark(struct tcp *t, struct tcp_segment *s)
{
	uint16_t flags = s->header->flags;
	bool is_counter = t->ecn == TCP_ECN_ACCURATE || flags & TCP_SYN;
	bool is_echo = !is_counter && flags & TCP_ECE;
	bool is_reduced = !is_counter && flags & TCP_CWR;
	struct tcp_tally *tally;

	if (flags & TCP_SYN)
		negotiate(t, s);
	if (!s->is_congested && !is_echo && !is_reduced)
		return;
	tally = &tcp_need_trouble(t, s)->tally[s->side];
	tally->ce += s->is_congested;
	tally->ece += is_echo;
	tally->cwr += is_reduced;
}

/*
 * RFC 3168 6.1.1; RFC 9768 3.1.1, table 2. The first answer counts, and what
 * was agreed stays when a SYN comes late.
 */
static void
negotiate(struct tcp *t, const struct tcp_segment *s)
{
	uint16_t bits = s->header->flags & (TCP_AE | TCP_CWR | TCP_ECE);

	if (s->header->flags & TCP_ACK) {
		if (t->ecn == TCP_ECN_CLASSIC_ASKED ||
		    t->ecn == TCP_ECN_ACCURATE_ASKED)
			t->ecn = answer_of(t, bits) & 7;
		return;
	}
	if (t->has_ack)
		return;
	if (bits == (TCP_AE | TCP_CWR | TCP_ECE))
		t->ecn = TCP_ECN_ACCURATE_ASKED;
	else if (bits == (TCP_CWR | TCP_ECE))
		t->ecn = TCP_ECN_CLASSIC_ASKED;
	else
		t->ecn = TCP_ECN_NONE;
}

/*
 * Who asked for classic ECN knows no AE. All bits are what broken hosts send
 * back (RFC 9768 3.1.2), and AE with ECE alone is reserved, but to be taken
 * for accurate ECN (3.1.3).
 */
static enum tcp_ecn
answer_of(const struct tcp *t, uint16_t bits)
{
	if (t->ecn == TCP_ECN_CLASSIC_ASKED)
		bits &= TCP_CWR | TCP_ECE;
	if (bits == TCP_ECE)
		return TCP_ECN_CLASSIC;
	if (t->ecn == TCP_ECN_CLASSIC_ASKED || bits == 0 ||
	    bits == (TCP_AE | TCP_CWR | TCP_ECE))
		return TCP_ECN_NONE;
	return TCP_ECN_ACCURATE;
}

/*
 * The numbers of a RST are often made up, but not of one that answers a SYN:
 * it acknowledges the SYN (RFC 9293 3.10.7.3).
 */
static bool
refuses(const struct tcp_segment *s)
{
	return (s->header->flags & TCP_ACK) != 0 &&
	    s->peer->end == TCP_END_SYN_SENT;
}

void
tcp_congestion_hear(struct tcp *t, const struct tcp_segment *s)
{
	uint8_t count = t->timed_count;
	uint8_t kept = 0;

	for (uint8_t i = 0; i < count; i++) {
		const struct tcp_timed *timed = timed_at(t, s->trouble, i);

		if (timed->side == s->side ||
		    tcp_is_after(timed->end, s->header->ack)) {
			if (kept != i)
				*timed_at(t, s->trouble, kept) = *timed;
			kept++;
			continue;
		}
		if (timed->end == s->header->ack && !timed->is_ambiguous)
			sample(&t->measure[!s->side],
			    timed_since(timed, s->ts_ns));
	}
	t->timed_count = kept;
}

static struct tcp_timed *
timed_at(struct tcp *t, struct tcp_trouble *trouble, uint8_t i)
{
	return i < TCP_TIMED ? &t->timed[i] : &trouble->timed[i - TCP_TIMED];
}

/* A clock that stepped back measures nothing, nor does one out of bounds. */
static void
sample(struct tcp_measure *measure, int64_t ns)
{
	float rounded = (float)ns;

	if (ns < 0 || ns > INT64_MAX - measure->rtt_sum)
		return;
	if (measure->rtt_samples == 0 || rounded < measure->rtt_min)
		measure->rtt_min = rounded;
	if (rounded > measure->rtt_max)
		measure->rtt_max = rounded;
	measure->rtt_sum += ns;
	measure->rtt_squares += (double)ns * (double)ns;
	measure->rtt_samples++;
}

/* The difference of two times of which 48 bits are known, as signed. */
static int64_t
timed_since(const struct tcp_timed *timed, int64_t now_ns)
{
	uint64_t sent = (uint64_t)timed->sent_high << 32 | timed->sent_low;
	uint64_t since = ((uint64_t)now_ns - sent) <<
	    (64 - TIMED_BITS);

	return (int64_t)since >> (64 - TIMED_BITS);
}

void
tcp_congestion_send(struct tcp *t, struct tcp_segment *s)
{
	if (is_certain(s))
		time_segment(t, s);
	else
		spoil(t, s);
	if (s->payload_bytes > 0)
		fly(t, s);
}

/*
 * The acknowledgement of the segment's end will be for the segment: it is new
 * and nothing before it is waited for, be it that it was never captured.
 */
static bool
is_certain(const struct tcp_segment *s)
{
	const struct tcp_side *side = s->own;

	if ((s->what & (TCP_IS_NEW | TCP_IS_RETRANSMISSION)) != TCP_IS_NEW)
		return false;
	return !(s->what & TCP_IS_BEYOND) || (side->is_acked &&
	    !tcp_is_after(s->header->seq, side->acked));
}

static void
time_segment(struct tcp *t, struct tcp_segment *s)
{
	uint64_t now = (uint64_t)s->ts_ns;

	if (t->timed_count == TCP_TIMED + TCP_TIMED_MORE)
		return;
	if (t->timed_count == TCP_TIMED)
		(void)tcp_need_trouble(t, s);
	*timed_at(t, s->trouble, t->timed_count++) = (struct tcp_timed){
		.end = s->end,
		.sent_low = (uint32_t)now,
		.sent_high = (uint16_t)(now >> 32),
		.side = (uint8_t)s->side
	};
}

/* Sent again or late: what came after it is acknowledged with it. */
static void
spoil(struct tcp *t, const struct tcp_segment *s)
{
	for (uint8_t i = 0; i < t->timed_count; i++) {
		struct tcp_timed *timed = timed_at(t, s->trouble, i);

		if (timed->side == s->side &&
		    tcp_is_after(timed->end, s->header->seq))
			timed->is_ambiguous = true;
	}
}

/* How much is on its way, and with how much the side began. */
static void
fly(struct tcp *t, const struct tcp_segment *s)
{
	struct tcp_side *side = s->own;
	struct tcp_measure *measure = &t->measure[s->side];
	uint32_t in_flight = tcp_congestion_in_flight(side);

	if (in_flight > measure->in_flight_max)
		measure->in_flight_max = in_flight;
	if (s->payload_bytes > side->segment_max)
		side->segment_max = s->payload_bytes > UINT16_MAX ?
		    UINT16_MAX : (uint16_t)s->payload_bytes;
	if ((s->what & TCP_IS_NEW) != 0 && side->has_isn &&
	    measure->initial_window < UINT8_MAX &&
	    (!side->is_acked ||
	    side->acked - side->isn <= 1))
		measure->initial_window++;
}
