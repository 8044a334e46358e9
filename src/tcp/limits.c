/*
 * The limits of a transfer: see limits.h.
 *
 * The time of a side's transfer is cut at its events: payload that it sends,
 * and what its peer says of it. Each stretch is charged to what held the side
 * back at the event before, unless the event after knows better: a
 * retransmission tells that the time before it was lost, and payload that
 * follows an idle stretch longer than the side needs to answer tells that the
 * application had nothing to send.
 */
#include "tcp/congestion.h"
#include "tcp/flow_control.h"
#include "tcp/limits.h"

/* A sender stands still: longer than a delayed acknowledgement may take. */
#define STALL_NS INT64_C(200000000)

/* What a host may take to answer, beyond the path's time. */
#define ANSWER_NS INT64_C(1000000)

enum {
	LOSS_DUPLICATES = 3,	/* RFC 5681 3.2 */
	EDGE_SEGMENTS = 3,	/* T-RAT: as near to the window counts */
	FULL_LEAST = 536	/* RFC 9293 3.7.1: the MSS of any host */
};

static void	charge_idle(struct tcp *, struct tcp_segment *);
static void	charge(struct tcp *, struct tcp_segment *, int,
		    enum tcp_limit, int64_t);
static int64_t	*limited_ns(struct tcp *, struct tcp_segment *, int,
		    enum tcp_limit);
static void	count_round(struct tcp *, struct tcp_segment *);
static bool	is_held(const struct tcp_segment *, uint32_t, uint32_t);
static void	settle(struct tcp_side *, const struct tcp_side *);
static enum tcp_limit judge(const struct tcp_side *, const struct tcp_side *);
static uint32_t	us_of(int64_t);
static bool	is_at_edge(const struct tcp_side *, const struct tcp_side *);
static int64_t	answer_ns(const struct tcp *, int);
static uint32_t	full_size(const struct tcp_side *, const struct tcp_side *);

enum tcp_limit
tcp_limits_cause(const struct tcp *t, const struct tcp_trouble *trouble,
    int side, int64_t ns[TCP_LIMITS])
{
	int64_t total = 0;
	int cause = 0;

	ns[TCP_LIMIT_APPLICATION] = t->measure[side].application_ns;
	ns[TCP_LIMIT_NETWORK_RTT] = t->measure[side].network_rtt_ns;
	ns[TCP_LIMIT_RECEIVER_WINDOW] = trouble == NULL ? 0 :
	    trouble->tally[side].receiver_window_ns;
	ns[TCP_LIMIT_NETWORK_LOSS] = trouble == NULL ? 0 :
	    trouble->tally[side].network_loss_ns;
	for (int i = 0; i < TCP_LIMITS; i++) {
		tcp_add_ns(&total, ns[i]);
		if (ns[i] > ns[cause])
			cause = i;
	}
	if (total == 0 ||
	    total / TCP_LIMITS_ROUNDS < tcp_congestion_round_ns(t))
		return TCP_LIMITS;
	return (enum tcp_limit)cause;
}

void
tcp_limits_send(struct tcp *t, struct tcp_segment *s)
{
	struct tcp_side *side = s->own;

	if (!side->is_limited) {
		side->is_limited = true;
		side->limit_ns = s->ts_ns;
		t->round_us[s->side] = us_of(s->ts_ns);
	} else if (s->what & TCP_IS_RETRANSMISSION) {
		charge(t, s, s->side, TCP_LIMIT_NETWORK_LOSS, s->ts_ns);
	} else if (!side->is_waiting) {
		charge_idle(t, s);
	} else {
		charge(t, s, s->side, (enum tcp_limit)side->limit, s->ts_ns);
	}
	if (s->what & TCP_IS_RETRANSMISSION) {
		side->is_recovering = true;
		s->trouble->past[s->side].recover = side->next_seq;
	}
	if (s->what & TCP_IS_NEW) {
		side->is_short = s->payload_bytes <
		    full_size(side, s->peer) / 8 * 7;
		count_round(t, s);
	}
	settle(side, s->peer);
}

void
tcp_limits_hear(struct tcp *t, struct tcp_segment *s)
{
	int side = !s->side;
	struct tcp_side *own = s->peer;

	charge(t, s, side, (enum tcp_limit)own->limit, s->ts_ns);
	if (own->is_recovering &&
	    !tcp_is_after(s->trouble->past[side].recover, own->acked))
		own->is_recovering = false;
	settle(own, s->own);
}

/*
 * Payload after a stretch with nothing on its way. Until the peer's newest
 * segment the old cause holds, and while that travels to the side and its
 * answer back; what is longer is the application's.
 */
static void
charge_idle(struct tcp *t, struct tcp_segment *s)
{
	struct tcp_side *own = s->own;
	const struct tcp_side *peer = s->peer;
	enum tcp_limit limit = (enum tcp_limit)own->limit;
	int64_t until_ns = own->limit_ns;

	if (limit == TCP_LIMIT_RECEIVER_WINDOW &&
	    peer->last_ns > own->limit_ns && peer->last_ns <= s->ts_ns)
		until_ns = peer->last_ns;
	tcp_add_ns(&until_ns, answer_ns(t, s->side));
	if (until_ns < s->ts_ns) {
		charge(t, s, s->side, limit, until_ns);
		limit = TCP_LIMIT_APPLICATION;
	}
	charge(t, s, s->side, limit, s->ts_ns);
}

/* Charges the time until now_ns, and notes where the sender stood still. */
static void
charge(struct tcp *t, struct tcp_segment *s, int side, enum tcp_limit limit,
    int64_t now_ns)
{
	struct tcp_side *own = &t->side[side];
	int64_t since = now_ns - own->limit_ns;
	int64_t round;

	if (since <= 0)
		return;
	*limited_ns(t, s, side, limit) += since;
	own->limit_ns = now_ns;
	if (since <= STALL_NS || !own->is_waiting)
		return;
	round = tcp_congestion_round_ns(t);
	if (since - round > round)
		tcp_need_trouble(t, s)->tally[side].stalls++;
}

static int64_t *
limited_ns(struct tcp *t, struct tcp_segment *s, int side,
    enum tcp_limit limit)
{
	switch (limit) {
	case TCP_LIMIT_RECEIVER_WINDOW:
		return &tcp_need_trouble(t, s)->tally[side].receiver_window_ns;
	case TCP_LIMIT_NETWORK_LOSS:
		return &tcp_need_trouble(t, s)->tally[side].network_loss_ns;
	case TCP_LIMIT_NETWORK_RTT:
		return &t->measure[side].network_rtt_ns;
	default:
		return &t->measure[side].application_ns;
	}
}

/*
 * T-RAT's test: a side that sends nearly a window in a round trip is held
 * back by the window, wherever the capture was taken. Data may come back a
 * little sooner than the handshake did, and the last segment of a stretch
 * late: what counts is the rate at which it was sent.
 */
static void
count_round(struct tcp *t, struct tcp_segment *s)
{
	struct tcp_side *side = s->own;
	uint32_t round = us_of(tcp_congestion_round_ns(t));
	uint32_t now = us_of(s->ts_ns);
	uint32_t elapsed = now - t->round_us[s->side];

	if (round > 0 && elapsed >= round - round / 8) {
		side->is_window_bound = is_held(s, round, elapsed);
		t->round_us[s->side] = now;
		side->round_bytes = 0;
	}
	side->round_bytes += s->payload_bytes;
}

/* Whether that much was sent in the microseconds that elapsed. */
static bool
is_held(const struct tcp_segment *s, uint32_t round, uint32_t elapsed)
{
	uint32_t near = EDGE_SEGMENTS * full_size(s->own, s->peer);
	uint32_t window;

	return tcp_flow_control_window(s->peer, &window) && window > 0 &&
	    (uint64_t)s->own->round_bytes * round >= (uint64_t)elapsed *
	    (window - (near < window / 4 ? near : window / 4));
}

static void
settle(struct tcp_side *own, const struct tcp_side *peer)
{
	own->is_waiting = tcp_congestion_in_flight(own) > 0;
	own->limit = judge(own, peer) & 3;
}

/* What holds the side back from now on. */
static enum tcp_limit
judge(const struct tcp_side *own, const struct tcp_side *peer)
{
	if (own->is_recovering || peer->ack_run >= LOSS_DUPLICATES)
		return TCP_LIMIT_NETWORK_LOSS;
	if (is_at_edge(own, peer))
		return TCP_LIMIT_RECEIVER_WINDOW;
	if (own->is_short)
		return TCP_LIMIT_APPLICATION;
	/* The last of a flight came back: the cause is that of the flight. */
	if (own->is_window_bound || (!own->is_waiting &&
	    own->limit == TCP_LIMIT_RECEIVER_WINDOW))
		return TCP_LIMIT_RECEIVER_WINDOW;
	return TCP_LIMIT_NETWORK_RTT;
}

/* Microseconds, modulo 2^32: enough for the length of a round. */
static uint32_t
us_of(int64_t ns)
{
	return (uint32_t)(ns / 1000);
}

/* There is no room for another full segment. */
static bool
is_at_edge(const struct tcp_side *own, const struct tcp_side *peer)
{
	uint32_t room;

	return tcp_flow_control_room(own, peer, &room) &&
	    room < full_size(own, peer);
}

/* From something that passes towards the side to its answer. */
static int64_t
answer_ns(const struct tcp *t, int side)
{
	int64_t path = 0;
	int64_t answer = ANSWER_NS;

	if (t->has_syn && t->has_ack && t->syn_ack_side == side)
		path = t->syn_ack_ns - t->syn_ns;
	else if (t->has_syn_ack && t->has_ack && t->syn_ack_side != side)
		path = t->ack_ns - t->syn_ack_ns;
	else if (t->measure[!side].rtt_samples > 0)
		path = (int64_t)t->measure[!side].rtt_min;
	if (path > 0) {
		tcp_add_ns(&answer, path);
		tcp_add_ns(&answer, path / 4);
	}
	return answer;
}

/*
 * A full segment: the largest seen, but no more than the peer can take, and
 * not the messages of a side that has only small ones.
 */
static uint32_t
full_size(const struct tcp_side *own, const struct tcp_side *peer)
{
	uint32_t size = own->segment_max;
	uint32_t mss = peer->mss;

	if (size < FULL_LEAST)
		size = FULL_LEAST;
	return mss > 0 && size > mss ? mss : size;
}
