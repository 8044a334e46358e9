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

/*
 * Takes in the window that the segment offers, and whether it fills one. No
 * RST.
 */
void	tcp_flow_control_track(struct tcp *, struct tcp_segment *);

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

#endif
