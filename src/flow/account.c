/*
 * The tally of one packet; see account.h.
 */
#include <string.h>

#include "flow/account.h"
#include "flow/direction.h"
#include "flow/payload.h"
#include "tcp/connection.h"

/* An Ethernet frame of 60 bytes has room for so much behind a header. */
enum { PADDING_MAX = 6 };

static void	label(struct flow_labels *, const struct packet *,
		    const struct conversation *, uint64_t);
static void	turn(struct flow *, struct tcp *,
		    const struct conversation *, int);
static void	widen(struct flow *, const struct conversation *, int);
static void	learn_mac(struct flow *, struct flow_origin *,
		    const struct packet *, int);
static void	track_tcp(struct flow_table *, uint32_t,
		    const struct conversation *, int, int64_t);
static void	track_udp(struct flow_table *, uint32_t,
		    const struct item *);
static bool	is_host(const struct flow_key *, int);
static void	believe_payload(struct flow_table *, uint32_t);
static bool	is_padding(const struct conversation *);
static inline bool is_worth_reading(const struct flow_table *, uint32_t,
		    const struct conversation *, int);
static void	add_counts(struct flow_counts *, const struct flow_counts *);

void
account_begin(struct flow_table *table, uint32_t number,
    const struct item *item, uint64_t parent_id)
{
	const struct packet *p = item->packet;
	const struct conversation *t = item->conversation;
	int sender = item->sender;
	struct flow *flow = flow_table_at(table, number);
	struct tcp *tcp = flow_table_tcp(table, number);
	enum flow_evidence evidence;
	bool is_sender = direction_of_first(t, &evidence);

	flow->src_side = (uint8_t)(is_sender ? sender : !sender);
	flow->evidence = evidence & 7;
	flow->start_ns = t->start_ns;
	flow->end_ns = t->start_ns;
	flow->ttl_min[0] = UINT8_MAX;
	flow->ttl_min[1] = UINT8_MAX;
	table->origins[number].interface = p->frame.interface;
	flow->has_labels = p->vlan_count + p->mpls_count > 0 ||
	    t->tunnel != TUNNEL_NONE;
	if (flow->has_labels)
		label(&table->labels[number], p, t, parent_id);
	if (tcp != NULL && !is_sender)
		tcp_connection_turn(tcp);
	if (table->payload != NULL && table->payload->expected_count > 0)
		payload_begin(table->payload, number, item);
}

void
account_packet(struct flow_table *table, uint32_t number,
    const struct item *item)
{
	const struct conversation *t = item->conversation;
	int sender = item->sender;
	struct flow *flow = flow_table_at(table, number);
	struct tcp *tcp = flow_table_tcp(table, number);
	struct flow_counts *counts = &flow->counts[sender];

	counts->packets += t->fragments;
	counts->bytes += t->frame_bytes;
	counts->ip_bytes += t->ip_bytes;
	counts->payload_bytes += t->payload_bytes;
	flow->last_ns = item->now_ns;
	if (flow->start_ns == INT64_MAX) {	/* the first of a later part */
		flow->start_ns = t->start_ns;
		flow->end_ns = t->start_ns;
	}
	if (item->ts_ns > flow->end_ns)
		flow->end_ns = item->ts_ns;
	widen(flow, t, sender);
	if (flow->mac_known != 3)
		learn_mac(flow, &table->origins[number], item->packet,
		    sender);
	if (t->is_ip_checksum_bad || t->checksum == CHECKSUM_BAD)
		flow_table_need_oddities(table,
		    number)->checksum_bad[sender]++;
	if (direction_has_syn(t))
		turn(flow, tcp, t, sender);
	if (tcp != NULL && t->has_transport)
		track_tcp(table, number, t, sender, item->ts_ns);
	else if (t->protocol == PROTOCOL_UDP)
		track_udp(table, number, item);
}

static void
track_udp(struct flow_table *table, uint32_t number, const struct item *item)
{
	struct flow *flow = flow_table_at(table, number);

	udp_track(flow, &table->transports[number].udp, item->conversation,
	    item->sender, item->ts_ns);
	if (table->payload == NULL || flow->is_read)
		return;
	payload_datagram(table->payload, number, item);
	believe_payload(table, number);
}

/* Nobody begins a conversation from the address of a group. */
static bool
is_host(const struct flow_key *key, int side)
{
	return strcmp(direction_cast(key->ip_version, side == 0 ? &key->a :
	    &key->b), "unicast") == 0;
}

/* The client by what was read began, where nothing stronger tells. */
static void
believe_payload(struct flow_table *table, uint32_t number)
{
	struct flow *flow = flow_table_at(table, number);
	struct tcp *tcp = flow_table_tcp(table, number);
	int client;

	if (flow->evidence <= FLOW_BY_PAYLOAD)
		return;
	client = payload_client(table->payload, number);
	if (client < 0 || !is_host(&flow->key, client))
		return;
	flow->evidence = FLOW_BY_PAYLOAD;
	if (client != flow->src_side && tcp != NULL)
		tcp_connection_turn(tcp);
	flow->src_side = (uint8_t)client;
}

void
account_next_part(struct flow_table *table, uint32_t number)
{
	struct flow *flow = flow_table_at(table, number);
	struct tcp *tcp = flow_table_tcp(table, number);
	struct flow_counts *totals = table->parts[number].totals;

	for (int side = 0; side < 2; side++) {
		add_counts(&totals[side], &flow->counts[side]);
		flow->counts[side] = (struct flow_counts){ 0 };
		flow->dscp[side] = 0;
		flow->ttl_min[side] = UINT8_MAX;
		flow->ttl_max[side] = 0;
	}
	if (flow->has_oddities)
		table->oddities[number] = (struct flow_oddities){ 0 };
	flow->start_ns = INT64_MAX;
	table->parts[number].part++;
	if (tcp != NULL)
		tcp_restart(tcp, tcp_trouble_of(tcp, &table->troubles));
	else if (flow->key.protocol == PROTOCOL_UDP)
		udp_restart(flow, &table->transports[number].udp);
}

static void
label(struct flow_labels *labels, const struct packet *p,
    const struct conversation *t, uint64_t parent_id)
{
	*labels = (struct flow_labels){
		.parent_id = parent_id,
		.tunnel_id = t->tunnel_id,
		.tunnel = t->tunnel,
		.has_tunnel_id = t->has_tunnel_id,
		.vlan_count = p->vlan_count,
		.mpls_count = p->mpls_count
	};
	memcpy(labels->vlan, p->vlan, sizeof labels->vlan);
	memcpy(labels->mpls, p->mpls, sizeof labels->mpls);
}

/* A late SYN or SYN+ACK knows who began. */
static void
turn(struct flow *flow, struct tcp *tcp,
    const struct conversation *t, int sender)
{
	enum flow_evidence evidence;
	bool is_sender;
	int src;

	/* As most often: there is no evidence but of TCP, and none stronger. */
	if (tcp == NULL || flow->evidence == FLOW_BY_SYN)
		return;
	if (!direction_of_later(t, (enum flow_evidence)flow->evidence,
	    &evidence, &is_sender))
		return;
	src = is_sender ? sender : !sender;
	if (src != flow->src_side)
		tcp_connection_turn(tcp);
	flow->src_side = (uint8_t)src;
	flow->evidence = evidence & 7;
}

static void
widen(struct flow *flow, const struct conversation *t, int sender)
{
	flow->dscp[sender] |= UINT64_C(1) << (t->traffic_class >> 2);
	if (t->ttl < flow->ttl_min[sender])
		flow->ttl_min[sender] = t->ttl;
	if (t->ttl > flow->ttl_max[sender])
		flow->ttl_max[sender] = t->ttl;
}

/* The first address each side was seen with; routers may change it later. */
static void
learn_mac(struct flow *flow, struct flow_origin *origin,
    const struct packet *p, int sender)
{
	const uint8_t *mac[2] = { p->dst_mac, p->dst_mac };
	bool is_known[2] = { p->has_dst_mac, p->has_dst_mac };

	mac[sender] = p->src_mac;
	is_known[sender] = p->has_src_mac;
	for (int side = 0; side < 2; side++) {
		if (is_known[side] && !(flow->mac_known & 1 << side)) {
			memcpy(origin->mac[side], mac[side], 6);
			flow->mac_known = (flow->mac_known | 1 << side) & 3;
		}
	}
}

/*
 * Capture tools that cut frames off and store the cut length as the whole one
 * leave the sequence numbers of the whole: where a frame ends within payload,
 * the IP header is believed.
 */
static void
track_tcp(struct flow_table *table, uint32_t number,
    const struct conversation *t, int sender, int64_t ts_ns)
{
	struct flow *flow = flow_table_at(table, number);
	struct tcp *tcp = flow_table_tcp(table, number);
	struct flow_read read;
	struct tcp_reading reading;
	bool is_read;
	struct tcp_segment segment = {
		.header = &t->tcp,
		.payload = t->payload,
		.payload_bytes = t->payload_bytes +
		    (t->payload_bytes > 0 ? t->beyond_frame : 0),
		.payload_captured = t->payload_captured,
		.side = sender,
		.is_from_originator = sender == flow->src_side,
		.is_checksum_bad = t->checksum == CHECKSUM_BAD,
		.is_congested = (t->traffic_class & 3) == 3,
		.ts_ns = ts_ns,
		.secret = &table->secret,
		.troubles = &table->troubles
	};

	is_read = table->payloads != NULL && !flow->is_read &&
	    is_worth_reading(table, number, t, sender);
	if (is_read) {
		if (!flow->has_payload)
			flow_table_read_begin(table, number, &t->tcp,
			    sender);
		table->ts_ns = ts_ns;
		reading = flow_table_reading(table, number, &read);
		segment.reading = &reading;
	}
	tcp_track(tcp, &segment);
	if (is_read && table->payload != NULL) {
		payload_segment(table->payload, number);
		believe_payload(table, number);
	}
	flow->is_over = tcp_connection_is_reset(tcp) ||
	    tcp_connection_is_closed(tcp);
}

/*
 * Some hosts send their first segments with a few zeros that they take for
 * padding, and then what they have to say, with the same number: those are not
 * what the stream begins with.
 */
static bool
is_padding(const struct conversation *t)
{
	if ((t->tcp.flags & (TCP_PSH | TCP_FIN)) != 0 ||
	    t->payload_bytes > PADDING_MAX ||
	    t->payload_captured < t->payload_bytes)
		return false;
	for (uint32_t i = 0; i < t->payload_bytes; i++) {
		if (t->payload[i] != 0)
			return false;
	}
	return true;
}

/*
 * Dissectors want new bytes of who still has a reader, and to know what was
 * acknowledged of what is held.
 */
static inline bool
is_worth_reading(const struct flow_table *table, uint32_t number,
    const struct conversation *t, int sender)
{
	const struct tcp_stream *streams = table->payloads[number].streams;

	bool has_payload = flow_table_at(table, number)->has_payload;

	if (t->payload_bytes == 0 && !has_payload)
		return false;
	if (table->payload == NULL)
		return true;
	if (t->payload_bytes > 0 && !streams[sender].is_finished)
		return streams[sender].has_moved || !is_padding(t);
	return has_payload && tcp_delivery_held(table->reading.delivery) > 0 &&
	    streams[!sender].held > 0;
}

static void
add_counts(struct flow_counts *sum, const struct flow_counts *more)
{
	sum->packets += more->packets;
	sum->bytes += more->bytes;
	sum->ip_bytes += more->ip_bytes;
	sum->payload_bytes += more->payload_bytes;
}
