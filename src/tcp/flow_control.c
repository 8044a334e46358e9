/*
 * The flow control of TCP: see flow_control.h.
 */
#include "tcp/flow_control.h"

enum { SCALE_MAX = 14 };	/* RFC 7323 2.3: used in place of more */

static void	open_window(struct tcp *, const struct tcp_segment *);
static void	agree(struct tcp *);
static enum tcp_scaling scaling_of(const struct tcp *, int);
static void	count(struct tcp *, struct tcp_segment *);
static bool	is_window_update(const struct tcp_segment *);
static bool	is_full(const struct tcp_segment *);
static void	widen(struct tcp_side *, uint16_t);
static void	widen_by_syn(const struct tcp_segment *);

void
tcp_flow_control_track(struct tcp *t, struct tcp_segment *s)
{
	const struct tcp_header *h = s->header;
	struct tcp_side *side = s->own;

	count(t, s);
	if (h->flags & TCP_SYN) {
		open_window(t, s);
	} else {
		if (h->window != side->window || !side->has_range)
			widen(side, h->window);
		side->is_syn_window = false;
	}
	side->window = h->window;
	side->has_window = true;
}

static void
open_window(struct tcp *t, const struct tcp_segment *s)
{
	agree(t);
	widen_by_syn(s);
	s->own->is_syn_window = true;
}

/*
 * What the SYNs seen so far say of the windows that follow. A range of windows
 * with another scale is none of theirs.
 */
static void
agree(struct tcp *t)
{
	for (int i = 0; i < 2; i++) {
		struct tcp_side *side = &t->side[i];
		enum tcp_scaling scaling = scaling_of(t, i);
		uint8_t shift = 0;

		if (scaling == side->scaling && scaling != TCP_SCALING_USED)
			continue;	/* there was no shift, nor is one */
		side->scaling = scaling & 3;
		if (scaling == TCP_SCALING_USED)
			shift = side->window_scale > SCALE_MAX ? SCALE_MAX :
			    side->window_scale;
		if (shift != side->shift)
			tcp_flow_control_drop_range(side);
		side->shift = shift & 15;
	}
}

static enum tcp_scaling
scaling_of(const struct tcp *t, int side)
{
	const struct tcp_side *own = &t->side[side];
	const struct tcp_side *peer = &t->side[!side];

	/* One that did not ask for it settles it for both. */
	if ((own->has_isn && !(own->options & TCP_HAS_WINDOW_SCALE)) ||
	    (peer->has_isn && !(peer->options & TCP_HAS_WINDOW_SCALE)))
		return TCP_SCALING_UNUSED;
	/* An answer has the option only where the SYN had it. */
	if (own->has_isn && (peer->has_isn ||
	    (t->has_syn_ack && t->syn_ack_side == side)))
		return TCP_SCALING_USED;
	return TCP_SCALING_UNKNOWN;
}

static void
count(struct tcp *t, struct tcp_segment *s)
{
	const struct tcp_header *h = s->header;
	const struct tcp_side *side = s->own;
	bool is_bare = (h->flags & (TCP_SYN | TCP_FIN)) == 0;
	bool was_zero = side->window == 0 && side->has_window &&
	    !side->is_syn_window;
	bool is_zero = h->window == 0 && is_bare &&
	    !(s->what & TCP_IS_PROBE);
	bool is_update = is_bare && s->payload_bytes == 0 &&
	    is_window_update(s);
	bool fills = is_bare && s->payload_bytes > 0 && is_full(s);
	struct tcp_tally *tally;

	if (!was_zero && !is_zero && !is_update && !fills)
		return;
	tally = &tcp_need_trouble(t, s)->tally[s->side];
	if (was_zero && s->ts_ns > side->last_ns)
		tcp_add_ns(&tally->zero_window_ns, s->ts_ns - side->last_ns);
	tally->zero_windows += is_zero;
	tally->window_updates += is_update;
	tally->window_full += fills;
}

/* Nothing but another window, of what has no payload. */
static bool
is_window_update(const struct tcp_segment *s)
{
	const struct tcp_side *side = s->own;
	uint16_t window = s->header->window;

	return window != side->window && window != 0 &&
	    (s->what & (TCP_IS_NEXT | TCP_IS_SAME_ACK)) ==
	    (TCP_IS_NEXT | TCP_IS_SAME_ACK) && side->has_window;
}

/* The segment ends where the peer's window does. */
static bool
is_full(const struct tcp_segment *s)
{
	const struct tcp_side *peer = s->peer;
	uint32_t window;

	return peer->has_ack && !(s->what & TCP_IS_PROBE) &&
	    tcp_flow_control_window(peer, &window) &&
	    s->end == peer->last_ack + window;
}

/* All of a range have the same scale. */
static void
widen(struct tcp_side *side, uint16_t window)
{
	if (!side->has_range || window < side->window_min)
		side->window_min = window;
	if (window > side->window_max)
		side->window_max = window;
	side->has_range = true;
}

/*
 * The window of a SYN is never scaled (RFC 7323 2.2), and it counts only
 * where none is: beside scaled ones it looks small for want of bits. That of
 * the first SYN waits for the answer, which settles it.
 */
static void
widen_by_syn(const struct tcp_segment *s)
{
	struct tcp_side *peer = s->peer;

	if (s->own->scaling != TCP_SCALING_UNUSED)
		return;
	widen(s->own, s->header->window);
	if (peer->has_window && !peer->has_range)
		widen(peer, peer->window);
}
