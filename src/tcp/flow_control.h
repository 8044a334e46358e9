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

enum tcp_scaling {
	TCP_SCALING_UNKNOWN,	/* too little of the handshake was seen */
	TCP_SCALING_UNUSED,
	TCP_SCALING_USED
};

/* Takes in the window that the segment offers, and whether it fills one. */
void			tcp_flow_control_track(struct tcp *,
			    struct tcp_segment *);

/* Of the windows that a side offers. */
enum tcp_scaling	tcp_flow_control_scaling(const struct tcp *, int side);

/*
 * How many bytes of new data the side may send by its peer's newest window.
 * False when that cannot be told.
 */
bool			tcp_flow_control_room(const struct tcp *, int side,
			    uint32_t *bytes);

/* The peer's newest window in bytes; false when its scale is unknown. */
bool			tcp_flow_control_window(const struct tcp *, int side,
			    uint32_t *bytes);

#endif
