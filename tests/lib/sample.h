/*
 * Records for tests: one that says everything a record can say, and one that
 * says as little as it may.
 */
#ifndef TALLYMAN_TESTS_SAMPLE_H
#define TALLYMAN_TESTS_SAMPLE_H

#include <string.h>

#include "record/fields.h"
#include "record/record.h"
#include "record/stats.h"

/* 2026-03-04T05:06:07.123456Z */
#define SAMPLE_START_NS INT64_C(1772600767123456000)

static inline struct record
sample_sparse(void)
{
	struct record r;

	memset(&r, 0, sizeof r);
	r.type = "flow";
	r.version = 1;
	r.id = UINT64_C(0x5c1f9a0e3b7d2244);
	r.is_final = true;
	r.end_reason = "eof";
	r.start_ns = SAMPLE_START_NS;
	r.end_ns = SAMPLE_START_NS;
	r.time_digits = 6;
	r.ip_version = 4;
	r.protocol_number = 255;
	r.direction_by = "first_packet";
	r.direction_confidence = "guess";
	r.src.ip = (struct address){ { 10, 0, 0, 5 } };
	r.dst.ip = (struct address){ { 10, 0, 0, 9 } };
	r.src.counts = (struct record_counts){ 1, 60, 46, 26 };
	r.cast = "unicast";
	return r;
}

/* As many facts as a record has room for, the first that there are. */
static inline void
sample_fill_facts(struct record *r)
{
	static const uint8_t text[] = { 'f', 'a', 'c', 't', '"', 0x1b, 0xff };
	static const uint64_t number = 1;
	size_t at = fields_count - fields_fact_count();

	for (; at < fields_count && r->fact_count < RECORD_FACTS_MAX; at++) {
		const struct field *field = &fields_all[at];
		bool is_text = field->type == FIELD_FACT_TEXT ||
		    field->type == FIELD_FACT_LIST;

		r->facts[r->fact_count++] = (struct record_fact){
			.field = field,
			.bytes = is_text ? text : (const uint8_t *)&number,
			.size = is_text ? sizeof text : sizeof number
		};
	}
}

/* Whether the full record has it: those facts that there was room for. */
static inline bool
sample_has(const struct field *field)
{
	return !field_is_fact(field) || field->offset < RECORD_FACTS_MAX;
}

static inline size_t
sample_fields(void)
{
	size_t facts = fields_fact_count();

	return fields_count - facts +
	    (facts < RECORD_FACTS_MAX ? facts : RECORD_FACTS_MAX);
}

static inline void
sample_fill_side(struct record_side *side, uint16_t port, const char *class)
{
	side->name = "host.example";
	side->name_source = "dns";
	side->port = port;
	side->port_class = class;
	memcpy(side->mac, "\x02\x42\xac\x11\x00\x02", 6);
	side->counts = (struct record_counts){ 12, 1402, 1234, 620 };
	side->cumulative = (struct record_counts){ 13, 1503, 1335, 721 };
	side->ttl_min = 57;
	side->ttl_max = 64;
	side->dscp = UINT64_C(1) << 0 | UINT64_C(1) << 46 | UINT64_C(1) << 63;
	side->checksum_bad = 2;
	side->tcp = (struct record_tcp_side){
		.isn = UINT32_MAX, .mss = 1460, .window_scale = 7,
		.sack_permitted = true, .timestamps = false,
		.flags = TCP_FIN | TCP_SYN | TCP_ACK | TCP_AE,
		.syn = 1, .fin = 2, .rst = 3, .psh = 4, .urg = 5,
		.retransmitted_packets = 6, .retransmitted_bytes = 7000,
		.window_scaling = "used", .window_min = 100,
		.window_max = 65535, .zero_windows = 2,
		.zero_window_ns = 1500000, .rtt_min_ns = 1000,
		.rtt_mean_ns = 2000, .rtt_max_ns = 4000,
		.rtt_deviation_ns = 1414, .rtt_samples = 3,
		.limited_by = "receiver_window",
		.limited_ns = { 1000, 1500000, 0, 2000 }
	};
	side->rtp = (struct record_rtp){
		.ssrc = UINT32_MAX, .payload_type = 96, .sources = 1,
		.packets = 1000, .lost = 3, .reordered = 2, .duplicates = 1,
		.jitter_ns = 1500000, .jitter_max_ns = 4000000
	};
	side->process = (struct record_process){
		.pid = 4242, .uid = 1000, .name = "firefox",
		.exe = "/usr/bin/firefox", .user = "anna",
		.unit = "session.scope", .container = "0123456789ab",
		.by = "ebpf"
	};
}

/*
 * No real flow is TCP, UDP and ICMP at once: here all members show. The fields
 * are known before (fields_init).
 */
static inline struct record
sample_full(void)
{
	struct record r = sample_sparse();

	r.has = UINT64_MAX;
	r.part = 3;
	r.end_reason = "fin";
	r.end_ns = SAMPLE_START_NS + 31245000;
	r.duration_ns = 31245000;
	r.protocol = "tcp";
	r.protocol_number = PROTOCOL_TCP;
	r.direction_by = "syn";
	r.direction_confidence = "certain";
	memcpy(r.community_id, "1:wCb3OG7yAFWelaUydu0D+125CLM=", 31);
	sample_fill_side(&r.src, 49822, "dynamic");
	sample_fill_side(&r.dst, 443, "well-known");
	r.service_name = "tls";
	r.service_port = "https";
	r.service_verdict = "agree";
	r.service_payload = "tls";
	r.service_inner = "http";
	r.service_alternatives[0] = "dtls";
	r.service_parent = 2;
	sample_fill_facts(&r);
	r.vlan = (struct record_list){ 2, { 10, 20 } };
	r.mpls = (struct record_list){ 1, { 16 } };
	r.tunnel_type = "vxlan";
	r.tunnel_id = 42;
	r.tunnel_parent = 1;
	r.input = "lan.pcap";
	r.interface = "eth0";
	r.icmp_errors = 1;
	r.tcp_state = "closed";
	r.tcp_conn_state = "SF";
	memcpy(r.tcp_history, "ShADadFf", 9);
	r.tcp_ecn = "classic";
	r.tcp_fast_open = true;
	r.syn_synack_ns = 12000000;
	r.synack_ack_ns = 345000;
	r.udp_checksum_zero = 1;
	r.udp_checksum_bad = 2;
	r.udp_length_mismatch = 3;
	r.udp_request_response = true;
	r.udp_exchanges = 1;
	r.udp_first_exchange_ns = 2000000;
	r.icmp_type = 8;
	r.icmp_code = 1;
	return r;
}

/* The same without names and facts. */
static inline struct record
sample_nameless(void)
{
	struct record r = sample_full();

	r.src.name = NULL;
	r.dst.name = NULL;
	r.service_inner = NULL;
	r.service_alternatives[0] = NULL;
	r.fact_count = 0;
	return r;
}

/* The same without what only another protocol has. */
static inline struct record
sample_tcp(void)
{
	struct record r = sample_nameless();

	r.has = RECORD_TCP | RECORD_PORTS | RECORD_SERVICE |
	    RECORD_SYN_SYNACK | RECORD_SYNACK_ACK | RECORD_SRC_MAC |
	    RECORD_DST_MAC | RECORD_SRC_SEEN | RECORD_DST_SEEN;
	r.part = 0;
	return r;
}

static inline struct stats
sample_stats(void)
{
	struct stats s;

	memset(&s, 0, sizeof s);
	s.start_ns = SAMPLE_START_NS;
	s.end_ns = SAMPLE_START_NS + INT64_C(9000000000);
	s.time_digits = 6;
	s.read = 1204;
	s.in_flows = 1170;
	s.not_ip = 24;
	s.malformed = 3;
	s.fragments_unfinished = 2;
	s.filtered = 5;
	s.links[0] = (struct stats_link){ 1, 1000 };
	s.links[1] = (struct stats_link){ 101, 199 };
	s.link_count = 2;
	s.bytes = 654321;
	s.anomalies[ANOMALY_IPV4_SHORT] = 3;
	s.anomalies[ANOMALY_TCP_OFFSET] = 1;
	s.flows = 96;
	s.flows_tcp = 61;
	s.flows_udp = 33;
	s.flows_other = 2;
	s.flows_active_peak = 50;
	s.flows_evicted = 1;
	s.elapsed_ns = 500000000;
	s.refused = 3;
	s.record_packets = 1170;
	return s;
}

#endif
