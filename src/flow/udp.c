/*
 * UDP's side of a flow; see udp.h.
 */
#include "flow/udp.h"

static void	track_exchange(struct flow *, const struct conversation *,
		    int);
static void	track_header(struct flow *, struct udp_state *,
		    const struct conversation *);
static bool	is_worth_state(const struct flow *, int,
		    const struct conversation *, const struct rtp_packet *);

/* A side that sent as many packets may well be long. */
enum { UDP_LONG = 5, UDP_PORT_REGISTERED = 1024 };

void
udp_track(struct flow *flow, struct udp_state *udp,
    const struct conversation *t, int sender, int64_t ts_ns)
{
	struct rtp_packet packet;

	track_exchange(flow, t, sender);
	if (!t->has_transport)
		return;
	if (t->udp.checksum == 0 || t->udp.is_length_odd)
		track_header(flow, udp, t);
	if (!rtp_is_possible(t->payload, t->payload_captured) ||
	    !rtp_read(&packet, t->payload, t->payload_captured,
	    t->payload_bytes))
		return;
	if (!flow->has_udp_state && !is_worth_state(flow, sender, t, &packet))
		return;
	flow->has_udp_state = true;
	packet.ts_ns = ts_ns;
	rtp_track(&udp->stream[sender], &packet);
}

void
udp_restart(struct flow *flow, struct udp_state *udp)
{
	flow->exchanges = 0;
	if (!flow->has_udp_state)
		return;
	udp->checksum_zero = 0;
	udp->length_mismatch = 0;
	rtp_restart(&udp->stream[0]);
	rtp_restart(&udp->stream[1]);
}

bool
udp_is_answered(const struct flow *flow)
{
	return flow->first_ns[0] != INT64_MIN &&
	    flow->first_ns[1] != INT64_MIN;
}

bool
udp_first_exchange(const struct flow *flow, int64_t *ns)
{
	int64_t question_ns = flow->first_ns[flow->src_side];
	int64_t answer_ns = flow->first_ns[!flow->src_side];

	if (!udp_is_answered(flow) || answer_ns < question_ns)
		return false;
	*ns = answer_ns - question_ns;
	return true;
}

static void
track_exchange(struct flow *flow, const struct conversation *t, int sender)
{
	if (flow->first_ns[sender] == INT64_MIN)
		flow->first_ns[sender] = t->start_ns;
	else if (flow->last_sender == sender)
		return;
	if (udp_is_answered(flow))
		flow->exchanges++;
	flow->last_sender = (uint8_t)sender;
}

static void
track_header(struct flow *flow, struct udp_state *udp,
    const struct conversation *t)
{
	flow->has_udp_state = true;
	if (t->udp.checksum == 0)
		udp->checksum_zero++;
	if (t->udp.is_length_odd)
		udp->length_mismatch++;
}

/*
 * Most flows are short, and to touch the state of those that resemble RTP by
 * chance would cost each some memory. Streams have high ports and plain
 * headers as a rule; where not, they are found a few packets later.
 */
static bool
is_worth_state(const struct flow *flow, int sender,
    const struct conversation *t, const struct rtp_packet *packet)
{
	return flow->counts[sender].packets >= UDP_LONG ||
	    (packet->is_usual && t->src_port >= UDP_PORT_REGISTERED &&
	    t->dst_port >= UDP_PORT_REGISTERED);
}
