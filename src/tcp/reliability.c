/*
 * The reliability of TCP: see reliability.h.
 */
#include "tcp/congestion.h"
#include "tcp/reliability.h"

/* A fast retransmission follows the last duplicate ACK within: Wireshark. */
#define FAST_NS INT64_C(20000000)

/* No usual retransmission timer is shorter; RFC 6298 2.4 asks for 1 s. */
#define TIMEOUT_NS INT64_C(200000000)

enum { FAST_DUPLICATES = 2 };

static uint32_t	kind_of(const struct tcp *, const struct tcp_segment *);
static bool	is_tail_probe(const struct tcp *, const struct tcp_segment *,
		    int64_t);
static bool	is_duplicate(const struct tcp_segment *);
static bool	asks_again(const struct tcp_segment *);
static bool	is_dsack(const struct tcp_header *);

bool
tcp_reliability_is_fast(const struct tcp_segment *s)
{
	const struct tcp_side *peer = s->peer;
	int64_t since = s->ts_ns - peer->last_ns;

	return peer->ack_run >= FAST_DUPLICATES && since >= 0 &&
	    since < FAST_NS && peer->last_ack == s->header->seq;
}

void
tcp_reliability_retransmit(struct tcp *t, struct tcp_segment *s)
{
	struct tcp_tally *tally = &tcp_need_trouble(t, s)->tally[s->side];

	s->what |= kind_of(t, s);
	tally->retransmitted++;
	tally->retransmitted_bytes += s->payload_bytes;
	tally->fast += (s->what & TCP_IS_FAST) != 0;
	tally->spurious += (s->what & TCP_IS_SPURIOUS) != 0;
	tally->tail_probes += (s->what & TCP_IS_TAIL_PROBE) != 0;
	tally->timeouts += (s->what & TCP_IS_TIMEOUT) != 0;
	s->own->has_resent = true;
}

/* Of one that is neither fast nor spurious. */
static uint32_t
kind_of(const struct tcp *t, const struct tcp_segment *s)
{
	const struct tcp_side *side = s->own;
	int64_t silence = s->ts_ns - side->last_ns;

	if (s->what & (TCP_IS_FAST | TCP_IS_SPURIOUS))
		return 0;
	if (is_tail_probe(t, s, silence))
		return TCP_IS_TAIL_PROBE;
	if (silence >= TIMEOUT_NS && (!side->is_acked ||
	    !tcp_is_after(s->header->seq, side->acked)))
		return TCP_IS_TIMEOUT;
	return 0;
}

/*
 * The newest segment and nothing else was sent again, after a round trip at
 * least. A timer would have waited longer, or begun with the oldest segment.
 */
static bool
is_tail_probe(const struct tcp *t, const struct tcp_segment *s,
    int64_t silence)
{
	const struct tcp_side *side = s->own;
	const struct tcp_side *peer = s->peer;
	int64_t round = tcp_congestion_round_ns(t);

	return s->payload_bytes > 0 && s->end == side->next_seq &&
	    round > 0 && silence >= round &&
	    !side->has_resent && side->is_acked && peer->ack_run == 0 &&
	    (side->options & peer->options & TCP_HAS_SACK_PERMITTED) != 0 &&
	    (silence < TIMEOUT_NS ||
	    tcp_is_after(s->header->seq, side->acked));
}

void
tcp_reliability_hear_same(struct tcp_segment *s)
{
	s->what |= TCP_IS_SAME_ACK;
	if (!is_duplicate(s))
		return;
	s->what |= TCP_IS_DUPLICATE_ACK;
	if (asks_again(s))
		s->own->ack_run++;
}

/* RFC 5681 2, but for the answers to keep-alives. */
static bool
is_duplicate(const struct tcp_segment *s)
{
	const struct tcp_side *side = s->own;
	const struct tcp_header *h = s->header;

	return s->payload_bytes == 0 && h->window != 0 && side->has_window &&
	    h->window == side->window && (s->what & TCP_IS_NEXT) != 0 &&
	    (h->flags & (TCP_SYN | TCP_FIN)) == 0 &&
	    !s->peer->was_keepalive;
}

/* A duplicate asks for nothing where nothing is on its way: RFC 5681 2 (a). */
static bool
asks_again(const struct tcp_segment *s)
{
	return s->own->ack_run < UINT8_MAX &&
	    tcp_congestion_in_flight(s->peer) > 0;
}

void
tcp_reliability_count(struct tcp *t, struct tcp_segment *s)
{
	struct tcp_tally *tally = &tcp_need_trouble(t, s)->tally[s->side];
	bool has_sack = (s->header->options & TCP_HAS_SACK) != 0;

	tally->duplicate_acks += (s->what & TCP_IS_DUPLICATE_ACK) != 0;
	tally->unseen_acks += (s->what & TCP_IS_UNSEEN_ACK) != 0;
	tally->sacks += has_sack;
	tally->dsacks += has_sack && is_dsack(s->header);
}

/* RFC 2883 4: the first block is acknowledged, or lies in the second. */
static bool
is_dsack(const struct tcp_header *h)
{
	if (!tcp_is_after(h->sack[0][1], h->ack))
		return true;
	return h->sack_count > 1 &&
	    !tcp_is_after(h->sack[1][0], h->sack[0][0]) &&
	    !tcp_is_after(h->sack[0][1], h->sack[1][1]);
}
