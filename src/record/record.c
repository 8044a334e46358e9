/*
 * From a flow to its record; see record.h. This is the one place that knows
 * both; outputs know the record alone.
 */
#include <string.h>

#include "dissect/services.h"
#include "flow/community.h"
#include "flow/direction.h"
#include "flow/meter.h"
#include "record/record.h"
#include "record/record_application.h"
#include "record/record_tcp.h"

_Static_assert(COMMUNITY_ID_SIZE <= sizeof ((struct record *)0)->community_id,
    "a Community ID fits");

static void	fill_identity(struct record *, const struct meter_flow *,
		    uint16_t);
static void	fill_side(struct record *, const struct meter_flow *, int,
		    struct record_side *, uint64_t);
static void	fill_oddities(struct record *, const struct flow_oddities *,
		    int);
static void	fill_counts(struct record_counts *,
		    const struct flow_counts *);
static void	fill_labels(struct record *, const struct flow_labels *);
static const char *cast_of(const struct record *, const struct flow *);
static void	fill_udp(struct record *, const struct meter_flow *);
static void	fill_rtp(struct record *, const struct rtp_stream *,
		    struct record_rtp *, uint64_t);

/* By enum flow_end, enum tunnel. */
static const char *const end_names[] = {
	[FLOW_END_FIN] = "fin", [FLOW_END_RST] = "rst",
	[FLOW_END_IDLE] = "idle", [FLOW_END_ACTIVE] = "active",
	[FLOW_END_RESOURCES] = "resources", [FLOW_END_REUSE] = "reuse",
	[FLOW_END_EOF] = "eof", [FLOW_END_SHUTDOWN] = "shutdown"
};
static const char *const tunnel_names[TUNNEL_COUNT] = {
#define TUNNEL_NAME(id, word) [id] = word,
	TUNNELS(TUNNEL_NAME)
#undef TUNNEL_NAME
};

/*
 * Keywords of IANA's registry of protocol numbers (2024-03), in lower case,
 * for what is met in captures; ICMPv6 and IPv4, IPv6 inside IP by their usual
 * names.
 */
static const char *const protocol_names[256] = {
	[0] = "hopopt", [1] = "icmp", [2] = "igmp", [3] = "ggp",
	[4] = "ipv4", [5] = "st", [6] = "tcp", [7] = "cbt", [8] = "egp",
	[9] = "igp", [12] = "pup", [17] = "udp", [20] = "hmp", [22] = "idp",
	[27] = "rdp", [33] = "dccp", [36] = "xtp", [37] = "ddp",
	[41] = "ipv6", [46] = "rsvp", [47] = "gre", [48] = "dsr",
	[50] = "esp", [51] = "ah", [54] = "narp", [55] = "min-ipv4",
	[57] = "skip", [58] = "icmpv6", [59] = "ipv6-nonxt", [88] = "eigrp",
	[89] = "ospf", [94] = "ipip", [97] = "etherip", [98] = "encap",
	[102] = "pnni", [103] = "pim", [108] = "ipcomp", [111] = "ipx-in-ip",
	[112] = "vrrp", [113] = "pgm", [115] = "l2tp", [124] = "isis",
	[132] = "sctp", [133] = "fc", [135] = "mobility", [136] = "udplite",
	[137] = "mpls-in-ip", [138] = "manet", [139] = "hip",
	[140] = "shim6", [141] = "wesp", [142] = "rohc", [143] = "ethernet",
	[144] = "aggfrag", [145] = "nsh"
};

void
record_fill(struct record *r, const struct meter_flow *ended,
    uint16_t community_seed)
{
	const struct flow *flow = ended->flow;
	int src = flow->src_side;

	memset(r, 0, offsetof(struct record, facts));
	fill_identity(r, ended, community_seed);
	fill_side(r, ended, src, &r->src, 0);
	fill_side(r, ended, !src, &r->dst, RECORD_DST_SHIFT);
	r->cast = cast_of(r, flow);
	if (ended->labels != NULL)
		fill_labels(r, ended->labels);
	if (ended->oddities != NULL)
		fill_oddities(r, ended->oddities, src);
	switch (flow->key.protocol) {
	case PROTOCOL_TCP:
		record_fill_tcp(r, ended);
		break;
	case PROTOCOL_UDP:
		fill_udp(r, ended);
		break;
	case PROTOCOL_ICMP:
	case PROTOCOL_ICMPV6:
		r->has |= RECORD_ICMP;
		r->icmp_type = (uint8_t)r->src.port;
		if (community_is_one_way(flow->key.protocol, r->src.port,
		    r->dst.port))
			r->icmp_code = (uint8_t)r->dst.port;
		return;
	case PROTOCOL_SCTP:
	case PROTOCOL_DCCP:
	case PROTOCOL_UDPLITE:
		break;
	default:
		return;		/* without ports there is no service */
	}
	r->has |= RECORD_PORTS;
	record_fill_application(r, ended);
}

/*
 * A subnet's own broadcast address looks like any other; its frames do not,
 * and nobody answers from it (RFC 1122 3.3.6). Of what is in a tunnel the
 * frames say nothing.
 */
static const char *
cast_of(const struct record *r, const struct flow *flow)
{
	static const uint8_t everybody[6] = { 0xff, 0xff, 0xff, 0xff, 0xff,
	    0xff };

	if (flow->key.ip_version == 4 && !flow->key.is_carried &&
	    r->dst.ip.bytes[0] < 0xe0 && r->dst.counts.packets == 0 &&
	    (r->has & RECORD_DST_MAC) != 0 &&
	    memcmp(r->dst.mac, everybody, sizeof everybody) == 0)
		return "broadcast";
	return direction_cast(flow->key.ip_version, &r->dst.ip);
}

static void
fill_identity(struct record *r, const struct meter_flow *ended, uint16_t seed)
{
	const struct flow *flow = ended->flow;
	const struct flow_key *key = &flow->key;
	int src = flow->src_side;
	const struct address *ends[2] = { &key->a, &key->b };
	uint16_t ports[2] = { key->a_port, key->b_port };

	r->type = "flow";
	r->version = 1;
	r->id = flow->id;
	r->part = ended->part;
	r->is_final = ended->is_final;
	r->end_reason = end_names[ended->end];
	community_id(seed, key->ip_version, key->protocol, ends[src],
	    ends[!src], ports[src], ports[!src],
	    community_is_one_way(key->protocol, ports[src], ports[!src]),
	    r->community_id);
	r->start_ns = flow->start_ns;
	r->end_ns = flow->end_ns;
	r->duration_ns = flow->end_ns - flow->start_ns;
	r->time_digits = ended->origin->interface->time_digits;
	r->input = ended->origin->interface->input;
	r->interface = ended->origin->interface->name;
	r->ip_version = key->ip_version;
	r->protocol_number = key->protocol;
	r->protocol = protocol_names[key->protocol];
	r->direction_by = direction_evidence_name(
	    (enum flow_evidence)flow->evidence);
	r->direction_confidence = direction_confidence_name(
	    (enum flow_evidence)flow->evidence);
}

static void
fill_side(struct record *r, const struct meter_flow *ended, int side,
    struct record_side *to, uint64_t shift)
{
	const struct flow *flow = ended->flow;

	to->ip = side == 0 ? flow->key.a : flow->key.b;
	to->port = side == 0 ? flow->key.a_port : flow->key.b_port;
	to->port_class = services_class_name(services_class(to->port));
	if (ended->names[side] != NULL) {
		to->name = ended->names[side]->text;
		to->name_source = naming_source_name(
		    (enum naming_source)ended->names[side]->source);
		r->has |= RECORD_SRC_NAMED << shift;
	}
	fill_counts(&to->counts, &flow->counts[side]);
	if (ended->totals != NULL) {
		struct record_counts *sum = &to->cumulative;

		fill_counts(sum, &ended->totals[side]);
		sum->packets += to->counts.packets;
		sum->bytes += to->counts.bytes;
		sum->ip_bytes += to->counts.ip_bytes;
		sum->payload_bytes += to->counts.payload_bytes;
		r->has |= RECORD_CUMULATIVE;
	}
	if (flow->mac_known & 1 << side) {
		memcpy(to->mac, ended->origin->mac[side], sizeof to->mac);
		r->has |= RECORD_SRC_MAC << shift;
	}
	if (to->counts.packets > 0) {
		to->ttl_min = flow->ttl_min[side];
		to->ttl_max = flow->ttl_max[side];
		to->dscp = flow->dscp[side];
		r->has |= RECORD_SRC_SEEN << shift;
	}
}

static void
fill_oddities(struct record *r, const struct flow_oddities *odd, int src)
{
	r->icmp_errors = odd->icmp_errors;
	r->src.checksum_bad = odd->checksum_bad[src];
	r->dst.checksum_bad = odd->checksum_bad[!src];
	if (odd->icmp_errors > 0)
		r->has |= RECORD_ICMP_ERRORS;
	if (odd->checksum_bad[0] + odd->checksum_bad[1] > 0)
		r->has |= RECORD_CHECKSUMS;
}

static void
fill_counts(struct record_counts *to, const struct flow_counts *from)
{
	to->packets = from->packets;
	to->bytes = from->bytes;
	to->ip_bytes = from->ip_bytes;
	to->payload_bytes = from->payload_bytes;
}

static void
fill_labels(struct record *r, const struct flow_labels *labels)
{
	r->vlan.count = labels->vlan_count;
	for (int i = 0; i < labels->vlan_count; i++)
		r->vlan.items[i] = labels->vlan[i];
	r->mpls.count = labels->mpls_count;
	memcpy(r->mpls.items, labels->mpls, sizeof r->mpls.items);
	r->tunnel_type = tunnel_names[labels->tunnel];
	r->tunnel_id = labels->tunnel_id;
	r->tunnel_parent = labels->parent_id;
	r->has |= (labels->vlan_count > 0 ? RECORD_VLAN : 0) |
	    (labels->mpls_count > 0 ? RECORD_MPLS : 0) |
	    (labels->tunnel != TUNNEL_NONE ? RECORD_TUNNEL : 0) |
	    (labels->has_tunnel_id ? RECORD_TUNNEL_ID : 0) |
	    (labels->parent_id != 0 ? RECORD_PARENT : 0);
}

static void
fill_udp(struct record *r, const struct meter_flow *ended)
{
	const struct flow *flow = ended->flow;
	const struct udp_state *udp = ended->udp;
	int src = flow->src_side;

	r->has |= RECORD_UDP;
	r->udp_checksum_bad = r->src.checksum_bad + r->dst.checksum_bad;
	r->udp_request_response = udp_is_answered(flow);
	r->udp_exchanges = flow->exchanges;
	if (udp_first_exchange(flow, &r->udp_first_exchange_ns))
		r->has |= RECORD_FIRST_EXCHANGE;
	if (udp == NULL)
		return;
	r->udp_checksum_zero = udp->checksum_zero;
	r->udp_length_mismatch = udp->length_mismatch;
	fill_rtp(r, &udp->stream[src], &r->src.rtp, 0);
	fill_rtp(r, &udp->stream[!src], &r->dst.rtp, RECORD_DST_SHIFT);
}

static void
fill_rtp(struct record *r, const struct rtp_stream *from,
    struct record_rtp *to, uint64_t shift)
{
	if (!rtp_is_found(from))
		return;
	r->has |= RECORD_SRC_RTP << shift;
	to->ssrc = from->ssrc;
	to->payload_type = from->payload_type;
	to->sources = from->sources;
	to->packets = from->packets;
	to->lost = rtp_lost(from);
	to->reordered = from->reordered;
	to->duplicates = from->duplicates;
	to->jitter_max_ns = from->jitter_max_ns;
	if (rtp_jitter(from, &to->jitter_ns))
		r->has |= RECORD_SRC_RTP_JITTER << shift;
}
