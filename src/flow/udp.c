/*
 * UDP's side of a flow; see udp.h.
 */
#include "flow/udp.h"

static void	track_exchange(struct flow *, const struct conversation *,
		    int);
static void	hear_first(struct flow *, bool, int, int64_t);
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

	if ((flow->spoke & 1 << sender) == 0 || flow->last_sender != sender)
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
	return flow->spoke == 3;
}

bool
udp_first_exchange(const struct flow *flow, int64_t *ns)
{
	int64_t since = flow->src_side == 0 ? flow->spoke_ns :
	    -flow->spoke_ns;

	if (!udp_is_answered(flow) || since < 0)
		return false;
	*ns = since;
	return true;
}

/* A side's first datagram, or one after the other side's. */
static void
track_exchange(struct flow *flow, const struct conversation *t, int sender)
{
	if ((flow->spoke & 1 << sender) == 0)
		hear_first(flow, flow->spoke != 0, sender, t->start_ns);
	flow->spoke = (flow->spoke | 1 << sender) & 3;
	if (udp_is_answered(flow))
		flow->exchanges++;
	flow->last_sender = sender & 1;
}

/* Times of a capture are too near to each other to overflow. */
static void
hear_first(struct flow *flow, bool is_answer, int side, int64_t ns)
{
	if (!is_answer)
		flow->spoke_ns = ns;
	else
		flow->spoke_ns = side == 1 ? ns - flow->spoke_ns :
		    flow->spoke_ns - ns;
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
