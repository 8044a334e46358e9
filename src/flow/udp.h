/*
 * What a datagram adds to a flow of UDP: questions and answers, what is wrong
 * with its header, and the real-time stream it may belong to.
 */
#ifndef TALLYMAN_FLOW_UDP_H
#define TALLYMAN_FLOW_UDP_H

#include "flow/flow.h"
#include "flow/rtp.h"

/* What only some flows need: it is touched for them alone. */
struct udp_state {
	uint32_t		checksum_zero;	/* datagrams */
	uint32_t		length_mismatch;
	struct rtp_stream	stream[2];	/* by the sender's side */
};

_Static_assert(sizeof(struct udp_state) <= 192, "three cache lines");

/*
 * Takes in a datagram that arrived at ts_ns. A zeroed state has seen none;
 * the flow says whether it was written (has_udp_state).
 */
void	udp_track(struct flow *, struct udp_state *,
	    const struct conversation *, int sender, int64_t ts_ns);

/* A new part of a long flow begins: counts start again. */
void	udp_restart(struct flow *, struct udp_state *);

/* Both sides spoke, in whichever part. */
bool	udp_is_answered(const struct flow *);

/*
 * The time from the originator's first datagram to the first answer; false
 * when there was none, or it was captured before the question.
 */
bool	udp_first_exchange(const struct flow *, int64_t *ns);

#endif
