/*
 * The fourth promise of TCP: flow control. The windows that each side offers
 * (RFC 9293 3.8.6), with their scale (RFC 7323 2).
 *
 * A window of a capture that lacks the handshake cannot be scaled: its bytes
 * are unknown and stay so, while windows of zero and their times are certain.
 */
#ifndef TALLYMAN_TCP_FLOW_CONTROL_H
#define TALLYMAN_TCP_FLOW_CONTROL_H

#include "tcp/tcp.h"

/* The windows so far are no part of the side's range. */
static inline void
tcp_flow_control_drop_range(struct tcp_side *side)
{
	side->has_range = false;
	side->window_min = 0;
	side->window_max = 0;
}

/*
 * The newest window that the peer offers, in bytes. False when that is not
 * known.
 */
static inline bool
tcp_flow_control_window(const struct tcp_side *peer, uint32_t *bytes)
{
	*bytes = (uint32_t)peer->window <<
	    (peer->is_syn_window ? 0 : peer->shift);
	return peer->has_window && (peer->window == 0 ||
	    peer->scaling != TCP_SCALING_UNKNOWN);
}

/* How much of it a side has not filled. False likewise. */
static inline bool
tcp_flow_control_room(const struct tcp_side *own,
    const struct tcp_side *peer, uint32_t *bytes)
{
	int32_t filled = tcp_distance(peer->last_ack, own->next_seq);

	if (!peer->has_ack || !own->has_seq ||
	    !tcp_flow_control_window(peer, bytes))
		return false;
	if (filled > 0)
		*bytes -= (uint32_t)filled < *bytes ? (uint32_t)filled : *bytes;
	return true;
}

/* Nothing but another window, of what has no payload. */
static inline bool
tcp_flow_control_is_update(const struct tcp_segment *s)
{
	const struct tcp_side *side = s->own;
	uint16_t window = s->header->window;

	return window != side->window && window != 0 &&
	    (s->what & (TCP_IS_NEXT | TCP_IS_SAME_ACK)) ==
	    (TCP_IS_NEXT | TCP_IS_SAME_ACK) && side->has_window;
}

/* The segment ends where the peer's window does. */
static inline bool
tcp_flow_control_is_full(const struct tcp_segment *s)
{
	const struct tcp_side *peer = s->peer;
	uint32_t window;

	return peer->has_ack && !(s->what & TCP_IS_PROBE) &&
	    tcp_flow_control_window(peer, &window) &&
	    s->end == peer->last_ack + window;
}

/* All of a range have the same scale. */
static inline void
tcp_flow_control_widen(struct tcp_side *side, uint16_t window)
{
	if (!side->has_range || window < side->window_min)
		side->window_min = window;
	if (window > side->window_max)
		side->window_max = window;
	side->has_range = true;
}

/* Counts what the segment's window says, if it says anything. */
void	tcp_flow_control_count(struct tcp *, struct tcp_segment *);

/* Takes in the window of a SYN. */
void	tcp_flow_control_open(struct tcp *, const struct tcp_segment *);

/*
 * Takes in the window that the segment offers, and whether it fills one. No
 * RST. There is nothing to count where neither this window nor one before it
 * is zero, and the segment is neither full nor an update.
 */
static inline void
tcp_flow_control_track(struct tcp *t, struct tcp_segment *s)
{
	const struct tcp_header *h = s->header;
	struct tcp_side *own = s->own;

	if ((own->window == 0 && own->has_window) || h->window == 0 ||
	    (s->payload_bytes > 0 ? tcp_flow_control_is_full(s) :
	    tcp_flow_control_is_update(s)))
		tcp_flow_control_count(t, s);
	if (h->flags & TCP_SYN) {
		tcp_flow_control_open(t, s);
	} else {
		if (h->window != own->window || !own->has_range)
			tcp_flow_control_widen(own, h->window);
		own->is_syn_window = false;
	}
	own->window = h->window;
	own->has_window = true;
}

#endif
