/*
 * A segment's way through what TCP promises; see tcp.h.
 */
#include <assert.h>
#include <string.h>

#include "tcp/congestion.h"
#include "tcp/connection.h"
#include "tcp/flow_control.h"
#include "tcp/limits.h"
#include "tcp/order.h"
#include "tcp/reliability.h"

void
tcp_track(struct tcp *t, struct tcp_segment *s)
{
	uint16_t flags = s->header->flags;

	s->own = &t->side[s->side];
	s->peer = &t->side[!s->side];
	s->what = 0;
	s->trouble = tcp_trouble_of(t, s->troubles);
	s->end = s->header->seq + s->payload_bytes +
	    ((flags & TCP_SYN) != 0) + ((flags & TCP_FIN) != 0);
	if (flags != TCP_SYN || s->payload_bytes > 0)
		t->is_measured = true;
	tcp_connection_track(t, s);
	if (flags & TCP_RST) {
		/* Its numbers are often made up. */
		tcp_order_reset(s);
		tcp_congestion_reset(t, s);
	} else {
		tcp_order_track(t, s);
		tcp_reliability_track(t, s);
		tcp_flow_control_track(t, s);
		tcp_congestion_track(t, s);
		tcp_limits_track(t, s);
	}
	s->own->last_ns = s->ts_ns;
	s->own->was_keepalive = false;
	s->own->was_probe = false;
	if (s->what & (TCP_IS_KEEPALIVE | TCP_IS_PROBE)) {
		s->own->was_keepalive = (s->what & TCP_IS_KEEPALIVE) != 0;
		s->own->was_probe = (s->what & TCP_IS_PROBE) != 0;
	}
}

struct tcp_trouble *
tcp_need_trouble(struct tcp *t, struct tcp_segment *s)
{
	if (s->trouble == NULL) {
		t->trouble = pool_take(s->troubles);
		assert(t->trouble != 0);
		s->trouble = pool_at(s->troubles, t->trouble);
	}
	return s->trouble;
}

void
tcp_restart(struct tcp *t, struct tcp_trouble *trouble)
{
	for (int side = 0; side < 2; side++) {
		struct tcp_measure *measure = &t->measure[side];
		uint32_t hash = measure->newest_hash;
		uint16_t size = measure->newest_size;

		t->side[side].flags = 0;
		tcp_flow_control_drop_range(&t->side[side]);
		*measure = (struct tcp_measure){ .newest_hash = hash,
		    .newest_size = size };
	}
	if (trouble == NULL)
		return;
	tcp_order_restart(t, trouble);
	memset(trouble->tally, 0, sizeof trouble->tally);
}
