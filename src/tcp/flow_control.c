/*
 * The flow control of TCP: see flow_control.h.
 */
#include "tcp/flow_control.h"

enum { SCALE_MAX = 14 };	/* RFC 7323 2.3: used in place of more */

static void	agree(struct tcp *);
static enum tcp_scaling scaling_of(const struct tcp *, int);
static void	widen_by_syn(const struct tcp_segment *);

void
tcp_flow_control_open(struct tcp *t, const struct tcp_segment *s)
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

void
tcp_flow_control_count(struct tcp *t, struct tcp_segment *s)
{
	const struct tcp_header *h = s->header;
	const struct tcp_side *side = s->own;
	bool is_bare = (h->flags & (TCP_SYN | TCP_FIN)) == 0;
	bool was_zero = side->window == 0 && side->has_window &&
	    !side->is_syn_window;
	bool is_zero = h->window == 0 && is_bare &&
	    !(s->what & TCP_IS_PROBE);
	bool is_update = is_bare && s->payload_bytes == 0 &&
	    tcp_flow_control_is_update(s);
	bool fills = is_bare && s->payload_bytes > 0 &&
	    tcp_flow_control_is_full(s);
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
	tcp_flow_control_widen(s->own, s->header->window);
	if (peer->has_window && !peer->has_range)
		tcp_flow_control_widen(peer, peer->window);
}
