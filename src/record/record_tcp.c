/*
 * The TCP half of a record; see record_tcp.h.
 */
#include <math.h>
#include <string.h>

#include "record/record_tcp.h"
#include "tcp/connection.h"
#include "tcp/limits.h"
#include "tcp/order.h"

_Static_assert(TCP_HISTORY_MAX <= sizeof ((struct record *)0)->tcp_history,
    "a history fits");
_Static_assert(TCP_LIMITS ==
    sizeof ((struct record_tcp_side *)0)->limited_ns / sizeof(int64_t),
    "a place for each limit");

/* A side of a connection, and all that is known of it. */
struct source {
	const struct tcp		*t;
	const struct tcp_measure	*measure;
	const struct tcp_trouble	*trouble;	/* or NULL */
	const struct tcp_tally		*tally;		/* all zero if NULL */
	int64_t				 end_ns;	/* of the flow; if final */
	int				 side;
};

static void	fill_handshake(struct record *, const struct tcp *);
static void	fill_ecn(struct record *, const struct meter_flow *);
static void	fill_side(struct record *, const struct meter_flow *, int,
		    struct record_side *, uint64_t);
static void	fill_syn(struct record *, const struct tcp_side *,
		    struct record_tcp_side *, uint64_t);
static void	fill_flags(struct record_tcp_side *, const struct source *);
static void	fill_tally(struct record_tcp_side *,
		    const struct tcp_tally *);
static bool	fill_detail(struct record_tcp_side *,
		    const struct tcp_tally *);
static void	fill_windows(struct record *, const struct source *,
		    struct record_tcp_side *, uint64_t);
static void	fill_rtt(struct record *, const struct tcp_measure *,
		    struct record_tcp_side *, uint64_t);
static void	fill_limits(struct record *, const struct source *,
		    struct record_tcp_side *, uint64_t);

static const struct tcp_tally no_tally;
static const struct tcp_measure no_measure;

/* By enum tcp_limit, enum tcp_scaling, enum tcp_ecn. */
static const char *const limit_names[] = {
	[TCP_LIMIT_APPLICATION] = "application",
	[TCP_LIMIT_RECEIVER_WINDOW] = "receiver_window",
	[TCP_LIMIT_NETWORK_LOSS] = "network_loss",
	[TCP_LIMIT_NETWORK_RTT] = "network_rtt",
	[TCP_LIMITS] = "unknown"
};
static const char *const scaling_names[] = {
	[TCP_SCALING_UNKNOWN] = "unknown",
	[TCP_SCALING_UNUSED] = "unused",
	[TCP_SCALING_USED] = "used"
};
static const char *const ecn_names[] = {
	[TCP_ECN_CLASSIC] = "classic", [TCP_ECN_ACCURATE] = "accurate"
};

void
record_fill_tcp(struct record *r, const struct meter_flow *ended)
{
	const struct tcp *t = ended->tcp;
	int src = ended->flow->src_side;
	bool has_payload = r->src.counts.payload_bytes +
	    r->dst.counts.payload_bytes + r->src.cumulative.payload_bytes +
	    r->dst.cumulative.payload_bytes > 0;

	r->has |= RECORD_TCP;
	r->tcp_state = tcp_connection_state(t, src);
	r->tcp_conn_state = tcp_connection_conn_state(t, src, has_payload);
	memcpy(r->tcp_history, t->history, t->history_size);
	fill_handshake(r, t);
	fill_ecn(r, ended);
	fill_side(r, ended, src, &r->src, 0);
	fill_side(r, ended, !src, &r->dst, RECORD_DST_SHIFT);
}

/* What was stored out of its order gives no time. */
static void
fill_handshake(struct record *r, const struct tcp *t)
{
	if (t->has_syn && t->has_syn_ack && t->syn_ack_ns >= t->syn_ns) {
		r->has |= RECORD_SYN_SYNACK;
		r->syn_synack_ns = t->syn_ack_ns - t->syn_ns;
	}
	if (t->has_syn_ack && t->has_ack && t->ack_ns >= t->syn_ack_ns) {
		r->has |= RECORD_SYNACK_ACK;
		r->synack_ack_ns = t->ack_ns - t->syn_ack_ns;
	}
}

/*
 * Marks and answers are counted where ECN was agreed, or is seen in use.
 */
static void
fill_ecn(struct record *r, const struct meter_flow *ended)
{
	const struct tcp_trouble *trouble = ended->trouble;

	r->tcp_ecn = ended->tcp->ecn < TCP_ECN_CLASSIC ? NULL :
	    ecn_names[ended->tcp->ecn];
	if (r->tcp_ecn != NULL)
		r->has |= RECORD_ECN | RECORD_ECN_AGREED;
	for (int side = 0; trouble != NULL && side < 2; side++) {
		const struct tcp_tally *tally = &trouble->tally[side];

		if ((tally->ce | tally->ece | tally->cwr) != 0)
			r->has |= RECORD_ECN;
		if (trouble->past[side].has_fast_open) {
			r->has |= RECORD_FAST_OPEN;
			r->tcp_fast_open = true;
		}
	}
}

static void
fill_side(struct record *r, const struct meter_flow *ended, int side,
    struct record_side *to, uint64_t shift)
{
	const struct tcp_measure *measure = ended->tcp->is_measured ?
	    &ended->tcp->measure[side] : &no_measure;
	struct source from = {
		.t = ended->tcp,
		.measure = measure,
		.trouble = ended->trouble,
		.tally = ended->trouble == NULL ? &no_tally :
		    &ended->trouble->tally[side],
		.end_ns = ended->is_final ? ended->flow->end_ns : INT64_MIN,
		.side = side
	};

	fill_syn(r, &ended->tcp->side[side], &to->tcp, shift);
	fill_flags(&to->tcp, &from);
	to->tcp.missed_bytes = tcp_order_missed(from.t, from.trouble, side);
	if (from.trouble != NULL) {
		fill_tally(&to->tcp, from.tally);
		if (fill_detail(&to->tcp, from.tally))
			r->has |= RECORD_SRC_DETAIL << shift;
	}
	fill_windows(r, &from, &to->tcp, shift);
	fill_rtt(r, measure, &to->tcp, shift);
	if (measure->in_flight_max > 0) {
		r->has |= RECORD_SRC_IN_FLIGHT << shift;
		to->tcp.bytes_in_flight_max = measure->in_flight_max;
	}
	if (measure->initial_window > 0) {
		r->has |= RECORD_SRC_BEGINNING << shift;
		to->tcp.initial_window = measure->initial_window;
	}
	if (to->counts.payload_bytes > 0)
		fill_limits(r, &from, &to->tcp, shift);
}

static void
fill_syn(struct record *r, const struct tcp_side *from,
    struct record_tcp_side *to, uint64_t shift)
{
	if (from->has_isn) {
		r->has |= (RECORD_SRC_ISN | RECORD_SRC_SYN_OPTIONS) << shift;
		to->isn = from->isn;
		to->sack_permitted = from->options & TCP_HAS_SACK_PERMITTED;
		to->timestamps = from->options & TCP_HAS_TIMESTAMPS;
	}
	if (from->options & TCP_HAS_MSS) {
		r->has |= RECORD_SRC_MSS << shift;
		to->mss = from->mss;
	}
	if (from->options & TCP_HAS_WINDOW_SCALE) {
		r->has |= RECORD_SRC_WINDOW_SCALE << shift;
		to->window_scale = from->window_scale;
	}
}

/* The first of a kind is known by the union. */
static void
fill_flags(struct record_tcp_side *to, const struct source *from)
{
	const struct tcp_side *side = &from->t->side[from->side];

	to->flags = side->flags;
	to->syn = ((side->flags & TCP_SYN) != 0) + from->tally->more_syn;
	to->fin = ((side->flags & TCP_FIN) != 0) + from->tally->more_fin;
	to->rst = ((side->flags & TCP_RST) != 0) + from->tally->more_rst;
	to->psh = from->measure->psh;
	to->urg = from->tally->urg;
}

/* What a side without trouble leaves at zero. */
static void
fill_tally(struct record_tcp_side *to, const struct tcp_tally *tally)
{
	to->retransmitted_packets = tally->retransmitted;
	to->retransmitted_bytes = tally->retransmitted_bytes;
	to->fast_retransmissions = tally->fast;
	to->spurious_retransmissions = tally->spurious;
	to->out_of_order_packets = tally->out_of_order;
	to->duplicate_acks = tally->duplicate_acks;
	to->keepalives = tally->keepalives;
	to->overlaps_conflicting = tally->conflicts;
	to->zero_windows = tally->zero_windows;
	to->window_full = tally->window_full;
	to->ecn_ce = tally->ce;
	to->ecn_ece = tally->ece;
	to->ecn_cwr = tally->cwr;
}

/* Whether there is any. */
static bool
fill_detail(struct record_tcp_side *to, const struct tcp_tally *tally)
{
	to->timeout_retransmissions = tally->timeouts;
	to->tail_loss_probes = tally->tail_probes;
	to->zero_window_probes = tally->probes;
	to->lost_segments = tally->beyond;
	to->unseen_acks = tally->unseen_acks;
	to->sacks = tally->sacks;
	to->dsacks = tally->dsacks;
	to->window_updates = tally->window_updates;
	to->stalls = tally->stalls;
	return (tally->timeouts | tally->tail_probes | tally->probes |
	    tally->beyond | tally->unseen_acks | tally->sacks |
	    tally->dsacks | tally->window_updates | tally->stalls) != 0;
}

/*
 * A window that is zero to the end was so until the flow's newest packet; at
 * the end of a part its time belongs to the part in which it opens.
 */
static void
fill_windows(struct record *r, const struct source *from,
    struct record_tcp_side *to, uint64_t shift)
{
	const struct tcp_side *own = &from->t->side[from->side];

	if (own->has_range) {
		r->has |= RECORD_SRC_SCALING << shift;
		to->window_scaling = scaling_names[own->scaling];
		if (own->scaling != TCP_SCALING_UNKNOWN)
			r->has |= RECORD_SRC_WINDOW << shift;
		to->window_min = (uint32_t)own->window_min << own->shift;
		to->window_max = (uint32_t)own->window_max << own->shift;
	}
	to->zero_window_ns = from->tally->zero_window_ns;
	if (from->tally->zero_windows > 0 && own->window == 0 &&
	    from->end_ns > own->last_ns && !tcp_connection_is_over(from->t))
		tcp_add_ns(&to->zero_window_ns, from->end_ns - own->last_ns);
	if (from->tally->zero_windows > 0 || to->zero_window_ns > 0)
		r->has |= RECORD_SRC_ZERO_WINDOW << shift;
}

static void
fill_rtt(struct record *r, const struct tcp_measure *measure,
    struct record_tcp_side *to, uint64_t shift)
{
	double mean, variance;

	if (measure->rtt_samples == 0)
		return;
	r->has |= RECORD_SRC_RTT << shift;
	mean = (double)measure->rtt_sum / measure->rtt_samples;
	variance = measure->rtt_squares / measure->rtt_samples - mean * mean;
	to->rtt_min_ns = (int64_t)measure->rtt_min;
	to->rtt_mean_ns = measure->rtt_sum / measure->rtt_samples;
	to->rtt_max_ns = (int64_t)measure->rtt_max;
	/* The least and the most are rounded to 24 bits, the sum is not. */
	if (to->rtt_min_ns > to->rtt_mean_ns)
		to->rtt_min_ns = to->rtt_mean_ns;
	if (to->rtt_max_ns < to->rtt_mean_ns)
		to->rtt_max_ns = to->rtt_mean_ns;
	to->rtt_deviation_ns = variance > 0 ? (int64_t)sqrt(variance) : 0;
	to->rtt_samples = measure->rtt_samples;
}

static void
fill_limits(struct record *r, const struct source *from,
    struct record_tcp_side *to, uint64_t shift)
{
	enum tcp_limit cause = tcp_limits_cause(from->t, from->trouble,
	    from->side, to->limited_ns);

	r->has |= RECORD_SRC_TRANSFER << shift;
	to->limited_by = limit_names[cause];
	if (cause != TCP_LIMITS)
		r->has |= RECORD_SRC_LIMITED << shift;
}
