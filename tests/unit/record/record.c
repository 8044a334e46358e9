/*
 * From flows to records: which members say something for each protocol, and
 * that src and dst follow the originator.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dissect/services.h"
#include "flow/meter.h"
#include "record/fields.h"
#include "record/record.h"

#include "../../lib/made.h"

#define S MADE_SECOND
#define HANDSHAKE_TIMES	(RECORD_SYN_SYNACK | RECORD_SYNACK_ACK)

static struct interface		 interface;
static struct flow		 flow;
static struct flow_origin	 origin;
static struct flow_oddities	 oddities;
static struct tcp		 tcp;
static struct tcp_trouble	 trouble;
static struct udp_state		 udp;
static struct flow_labels	 labels;
static struct flow_counts	 totals[2];
static struct meter_flow	 ended;
static struct record		 record;

/* 10.0.0.1 and 10.0.0.2, who began and sent a packet each. */
static void
begin(uint8_t protocol, uint16_t a_port, uint16_t b_port)
{
	interface = (struct interface){ .time_digits = 9 };
	memset(&flow, 0, sizeof(flow));
	memset(&origin, 0, sizeof(origin));
	memset(&oddities, 0, sizeof(oddities));
	memset(&tcp, 0, sizeof(tcp));
	memset(&trouble, 0, sizeof(trouble));
	memset(&udp, 0, sizeof(udp));
	memset(&labels, 0, sizeof(labels));
	memset(totals, 0, sizeof(totals));
	flow.key.a = made_address(4, 1);
	flow.key.b = made_address(4, 2);
	flow.key.a_port = a_port;
	flow.key.b_port = b_port;
	flow.key.protocol = protocol;
	flow.key.ip_version = 4;
	flow.src_side = 1;
	flow.evidence = FLOW_BY_FIRST_PACKET;
	flow.counts[0] = (struct flow_counts){ 1, 100, 86, 10 };
	flow.counts[1] = (struct flow_counts){ 2, 300, 272, 20 };
	flow.start_ns = S;
	flow.end_ns = 3 * S;
	origin.interface = &interface;
	flow.id = 77;
	ended = (struct meter_flow){ .flow = &flow, .origin = &origin,
	    .end = FLOW_END_EOF, .is_final = true };
	if (protocol == PROTOCOL_TCP)
		ended.tcp = &tcp;
}

static void
fill(void)
{
	memset(&record, 0xa5, sizeof(record));	/* all must be written */
	record_fill(&record, &ended, 0);
}

static void
assert_counts(const struct record_counts *counts, uint64_t packets,
    uint64_t bytes, uint64_t ip_bytes, uint64_t payload_bytes)
{
	assert_int_equal(counts->packets, packets);
	assert_int_equal(counts->bytes, bytes);
	assert_int_equal(counts->ip_bytes, ip_bytes);
	assert_int_equal(counts->payload_bytes, payload_bytes);
}

static void
test_identity(void **state)
{
	char input[] = "lan.pcap";
	char name[] = "eth0";

	(void)state;
	begin(PROTOCOL_UDP, 53, 50000);
	interface.input = input;
	interface.name = name;
	ended.part = 3;
	fill();
	assert_string_equal(record.type, "flow");
	assert_int_equal(record.version, 1);
	assert_int_equal(record.id, 77);
	assert_int_equal(record.part, 3);
	assert_true(record.is_final);
	assert_int_equal(record.start_ns, S);
	assert_int_equal(record.end_ns, 3 * S);
	assert_int_equal(record.duration_ns, 2 * S);
	assert_int_equal(record.time_digits, 9);
	assert_int_equal(record.ip_version, 4);
	assert_int_equal(record.protocol_number, 17);
	assert_string_equal(record.protocol, "udp");
	assert_string_equal(record.direction_by, "first_packet");
	assert_string_equal(record.direction_confidence, "guess");
	assert_string_equal(record.input, "lan.pcap");
	assert_string_equal(record.interface, "eth0");
	assert_string_equal(record.cast, "unicast");
	assert_memory_equal(record.community_id, "1:", 2);
	assert_int_equal(strlen(record.community_id), 30);
}

static void
test_end_reasons(void **state)
{
	static const char *const words[] = { "fin", "rst", "idle", "active",
	    "resources", "reuse", "eof", "shutdown" };

	(void)state;
	for (int i = FLOW_END_FIN; i <= FLOW_END_SHUTDOWN; i++) {
		begin(PROTOCOL_UDP, 1, 2);
		ended.end = (enum flow_end)i;
		ended.is_final = i != FLOW_END_ACTIVE;
		fill();
		assert_string_equal(record.end_reason, words[i]);
		assert_int_equal(record.is_final, i != FLOW_END_ACTIVE);
	}
}

/* The Community ID is the same whoever began; the sides are not. */
static void
test_sides(void **state)
{
	char id[32];

	(void)state;
	begin(PROTOCOL_UDP, 53, 50000);
	flow.ttl_min[1] = 60;
	flow.ttl_max[1] = 64;
	flow.dscp[1] = 1 << 10;
	flow.mac_known = 2;
	memcpy(origin.mac[1], "\x02\0\0\0\0\x01", 6);
	fill();
	assert_int_equal(record.src.ip.bytes[3], 2);
	assert_int_equal(record.src.port, 50000);
	assert_string_equal(record.src.port_class, "dynamic");
	assert_int_equal(record.dst.ip.bytes[3], 1);
	assert_int_equal(record.dst.port, 53);
	assert_string_equal(record.dst.port_class, "well-known");
	assert_counts(&record.src.counts, 2, 300, 272, 20);
	assert_counts(&record.dst.counts, 1, 100, 86, 10);
	assert_int_equal(record.src.ttl_min, 60);
	assert_int_equal(record.src.ttl_max, 64);
	assert_int_equal(record.src.dscp, 1 << 10);
	assert_memory_equal(record.src.mac, "\x02\0\0\0\0\x01", 6);
	assert_int_equal(record.has & (RECORD_SRC_MAC | RECORD_DST_MAC),
	    RECORD_SRC_MAC);
	memcpy(id, record.community_id, sizeof(id));
	flow.src_side = 0;
	fill();
	assert_int_equal(record.src.port, 53);
	assert_int_equal(record.dst.port, 50000);
	assert_counts(&record.src.counts, 1, 100, 86, 10);
	assert_int_equal(record.dst.ttl_min, 60);
	assert_int_equal(record.has & (RECORD_SRC_MAC | RECORD_DST_MAC),
	    RECORD_DST_MAC);
	assert_string_equal(record.community_id, id);
}

/* A side that said nothing has no TTL, and no made-up one. */
static void
test_silent_side(void **state)
{
	(void)state;
	begin(PROTOCOL_UDP, 53, 50000);
	flow.counts[0] = (struct flow_counts){ 0 };
	flow.ttl_min[0] = UINT8_MAX;
	fill();
	assert_int_equal(record.has & (RECORD_SRC_SEEN | RECORD_DST_SEEN),
	    RECORD_SRC_SEEN);
	assert_int_equal(record.dst.ttl_min, 0);
	assert_counts(&record.dst.counts, 0, 0, 0, 0);
}

/* "cumulative" is of all parts, this one too. */
static void
test_totals(void **state)
{
	(void)state;
	begin(PROTOCOL_UDP, 53, 50000);
	fill();
	assert_false(record.has & RECORD_CUMULATIVE);
	totals[0] = (struct flow_counts){ 1000, 2000, 3000, 4000 };
	totals[1] = (struct flow_counts){ 10, 20, 30, 40 };
	ended.totals = totals;
	fill();
	assert_true(record.has & RECORD_CUMULATIVE);
	assert_counts(&record.src.cumulative, 12, 320, 302, 60);
	assert_counts(&record.dst.cumulative, 1001, 2100, 3086, 4010);
	assert_counts(&record.src.counts, 2, 300, 272, 20);
}

static void
assert_service(uint8_t protocol, uint16_t a_port, uint16_t b_port,
    const char *name)
{
	begin(protocol, a_port, b_port);
	fill();
	assert_true(record.has & RECORD_SERVICE);
	assert_true(record.has & RECORD_PORTS);
	if (name == NULL) {
		assert_null(record.service_port);
		assert_null(record.service_name);
		assert_string_equal(record.service_verdict, "unknown");
		return;
	}
	assert_string_equal(record.service_port, name);
	assert_string_equal(record.service_name, name);
	assert_string_equal(record.service_verdict, "port-only");
}

/* The first port is the responder's; it has the first word. */
static void
test_service(void **state)
{
	(void)state;
	assert_service(PROTOCOL_TCP, 443, 50000, "https");
	assert_service(PROTOCOL_TCP, 50000, 443, "https");
	assert_service(PROTOCOL_TCP, 22, 443, "ssh");
	assert_service(PROTOCOL_TCP, 50000, 50001, NULL);
	assert_service(PROTOCOL_UDP, 53, 123, "dns");
	assert_service(PROTOCOL_UDPLITE, 53, 50000, "dns");
	assert_service(PROTOCOL_SCTP, 2905, 50000, "m3ua");
}

static void
test_without_ports(void **state)
{
	static const struct {
		uint8_t		 number;
		const char	*name;
	} protocols[] = {
		{ PROTOCOL_GRE, "gre" }, { 50, "esp" }, { 2, "igmp" },
		{ 89, "ospf" }, { 253, NULL }, { 255, NULL }
	};

	(void)state;
	for (size_t i = 0; i < sizeof(protocols) / sizeof(*protocols); i++) {
		begin(protocols[i].number, 0, 0);
		fill();
		assert_int_equal(record.has, RECORD_SRC_SEEN |
		    RECORD_DST_SEEN);
		assert_int_equal(record.protocol_number,
		    protocols[i].number);
		if (protocols[i].name == NULL)
			assert_null(record.protocol);
		else
			assert_string_equal(record.protocol,
			    protocols[i].name);
	}
}

/* Echo: type and counterpart stand for ports, and there is no code to say. */
static void
test_icmp_two_way(void **state)
{
	(void)state;
	begin(PROTOCOL_ICMP, 0, 8);
	fill();
	assert_int_equal(record.has, RECORD_ICMP | RECORD_SRC_SEEN |
	    RECORD_DST_SEEN);
	assert_int_equal(record.icmp_type, 8);
	assert_int_equal(record.icmp_code, 0);
	assert_string_equal(record.protocol, "icmp");
}

static void
test_icmp_one_way(void **state)
{
	char id[32];

	(void)state;
	begin(PROTOCOL_ICMP, 13, 3);	/* code and type */
	fill();
	assert_int_equal(record.icmp_type, 3);
	assert_int_equal(record.icmp_code, 13);
	memcpy(id, record.community_id, sizeof(id));
	flow.src_side = 0;		/* the other way is another message */
	flow.key.a_port = 3;
	flow.key.b_port = 13;
	fill();
	assert_int_equal(record.icmp_type, 3);
	assert_int_equal(record.icmp_code, 13);
	assert_string_not_equal(record.community_id, id);
	begin(PROTOCOL_ICMPV6, 4, 1);
	fill();
	assert_int_equal(record.icmp_type, 1);
	assert_int_equal(record.icmp_code, 4);
	assert_string_equal(record.protocol, "icmpv6");
}

static void
test_udp(void **state)
{
	(void)state;
	begin(PROTOCOL_UDP, 53, 50000);
	flow.spoke = 2;
	flow.spoke_ns = S;
	fill();
	assert_true(record.has & RECORD_UDP);
	assert_int_equal(record.udp_checksum_zero, 0);
	assert_int_equal(record.udp_length_mismatch, 0);
	assert_int_equal(record.udp_exchanges, 0);
	assert_false(record.udp_request_response);
	assert_false(record.has & RECORD_FIRST_EXCHANGE);
	assert_false(record.has & RECORD_CHECKSUMS);
	flow.spoke = 3;
	flow.spoke_ns = -7;	/* side 1 asked, 7 ns before */
	flow.exchanges = 6;
	oddities.checksum_bad[0] = 2;
	oddities.checksum_bad[1] = 1;
	ended.oddities = &oddities;
	udp.checksum_zero = 4;
	udp.length_mismatch = 5;
	ended.udp = &udp;
	fill();
	assert_int_equal(record.udp_checksum_zero, 4);
	assert_int_equal(record.udp_length_mismatch, 5);
	assert_int_equal(record.udp_exchanges, 6);
	assert_true(record.udp_request_response);
	assert_true(record.has & RECORD_FIRST_EXCHANGE);
	assert_int_equal(record.udp_first_exchange_ns, 7);
	assert_true(record.has & RECORD_CHECKSUMS);
	assert_int_equal(record.udp_checksum_bad, 3);
	assert_int_equal(record.src.checksum_bad, 1);
	assert_int_equal(record.dst.checksum_bad, 2);
	assert_false(record.has & (RECORD_SRC_RTP | RECORD_DST_RTP));
	flow.spoke_ns = 1;	/* before the question: no answer */
	fill();
	assert_true(record.udp_request_response);
	assert_false(record.has & RECORD_FIRST_EXCHANGE);
}

static void
test_rtp(void **state)
{
	(void)state;
	begin(PROTOCOL_UDP, 5004, 50000);
	udp.stream[0] = (struct rtp_stream){
		.ssrc = 7, .payload_type = 96, .sources = 2, .packets = 90,
		.expected = 100, .reordered = 3, .duplicates = 4
	};
	udp.stream[1] = udp.stream[0];
	udp.stream[1].probation = 1;	/* not one yet */
	ended.udp = &udp;
	fill();
	assert_true(record.has & RECORD_DST_RTP);
	assert_false(record.has & (RECORD_SRC_RTP | RECORD_SRC_RTP_JITTER |
	    RECORD_DST_RTP_JITTER));
	assert_int_equal(record.dst.rtp.ssrc, 7);
	assert_int_equal(record.dst.rtp.payload_type, 96);
	assert_int_equal(record.dst.rtp.sources, 2);
	assert_int_equal(record.dst.rtp.packets, 90);
	assert_int_equal(record.dst.rtp.lost, 10);
	assert_int_equal(record.dst.rtp.reordered, 3);
	assert_int_equal(record.dst.rtp.duplicates, 4);
	udp.stream[1].probation = 0;
	udp.stream[1].jitter_samples = 4;
	udp.stream[1].jitter_sum_ns = 4000;
	udp.stream[1].jitter_max_ns = 1500;
	fill();
	assert_true(record.has & RECORD_SRC_RTP);
	assert_true(record.has & RECORD_SRC_RTP_JITTER);
	assert_int_equal(record.src.rtp.jitter_ns, 1000);
	assert_int_equal(record.src.rtp.jitter_max_ns, 1500);
	assert_false(record.has & RECORD_DST_RTP_JITTER);
}

/* What a frame to all says of an address that looks like any other. */
static void
test_cast_by_frame(void **state)
{
	(void)state;
	begin(PROTOCOL_UDP, 137, 50000);
	flow.counts[0] = (struct flow_counts){ 0 };
	memset(origin.mac[0], 0xff, 6);
	fill();
	assert_string_equal(record.cast, "unicast");
	flow.mac_known = 1;
	fill();
	assert_string_equal(record.cast, "broadcast");
	origin.mac[0][5] = 0xfe;
	fill();
	assert_string_equal(record.cast, "unicast");
	origin.mac[0][5] = 0xff;
	flow.key.is_carried = true;
	fill();
	assert_string_equal(record.cast, "unicast");
	flow.key.is_carried = false;
	flow.counts[0].packets = 1;	/* it answers */
	fill();
	assert_string_equal(record.cast, "unicast");
	flow.counts[0].packets = 0;
	flow.key.a = (struct address){ { 239, 255, 255, 250 } };
	fill();
	assert_string_equal(record.cast, "multicast");
	flow.key.ip_version = 6;
	flow.key.a = made_address(6, 1);
	fill();
	assert_string_equal(record.cast, "unicast");
	flow.key.a.bytes[0] = 0xff;
	fill();
	assert_string_equal(record.cast, "multicast");
}

static void
test_tcp(void **state)
{
	(void)state;
	begin(PROTOCOL_TCP, 80, 50000);
	tcp.side[1] = (struct tcp_side){
		.isn = 7, .has_isn = true, .mss = 1460, .window_scale = 9,
		.options = TCP_HAS_MSS | TCP_HAS_WINDOW_SCALE |
		    TCP_HAS_SACK_PERMITTED,
		.flags = TCP_SYN | TCP_ACK, .end = TCP_END_ESTABLISHED
	};
	tcp.is_measured = true;
	tcp.measure[1].psh = 4;
	trouble.tally[1] = (struct tcp_tally){ .more_syn = 1, .more_fin = 2,
	    .more_rst = 3, .urg = 5 };
	ended.trouble = &trouble;
	tcp.side[0].end = TCP_END_ESTABLISHED;
	memcpy(tcp.history, "ShA", 3);
	tcp.history_size = 3;
	fill();
	assert_true(record.has & RECORD_TCP);
	assert_string_equal(record.tcp_history, "ShA");
	assert_string_equal(record.tcp_conn_state, "S1");
	assert_string_equal(record.tcp_state, "established");
	assert_int_equal(record.src.tcp.isn, 7);
	assert_int_equal(record.src.tcp.mss, 1460);
	assert_int_equal(record.src.tcp.window_scale, 9);
	assert_true(record.src.tcp.sack_permitted);
	assert_false(record.src.tcp.timestamps);
	assert_int_equal(record.src.tcp.flags, TCP_SYN | TCP_ACK);
	assert_int_equal(record.src.tcp.syn, 2);
	assert_int_equal(record.src.tcp.fin, 2);
	assert_int_equal(record.src.tcp.rst, 3);
	assert_int_equal(record.src.tcp.psh, 4);
	assert_int_equal(record.src.tcp.urg, 5);
	assert_true(record.has & RECORD_SRC_ISN);
	assert_true(record.has & RECORD_SRC_MSS);
	assert_true(record.has & RECORD_SRC_WINDOW_SCALE);
	assert_true(record.has & RECORD_SRC_SYN_OPTIONS);
	assert_false(record.has & (RECORD_DST_ISN | RECORD_DST_MSS |
	    RECORD_DST_WINDOW_SCALE | RECORD_DST_SYN_OPTIONS));
	assert_int_equal(record.dst.tcp.flags, 0);
}

/* The longest history there can be. */
static void
test_long_history(void **state)
{
	(void)state;
	begin(PROTOCOL_TCP, 80, 50000);
	memset(tcp.history, 'T', TCP_HISTORY_MAX - 1);
	tcp.history_size = TCP_HISTORY_MAX - 1;
	fill();
	assert_int_equal(strlen(record.tcp_history), TCP_HISTORY_MAX - 1);
}

/* Refused with or without data sent: Zeek's REJ asks for none. */
static void
test_payload_of_earlier_parts(void **state)
{
	(void)state;
	begin(PROTOCOL_TCP, 80, 50000);
	tcp.side[0].end = TCP_END_RESET;
	tcp.side[1].end = TCP_END_RESET;
	fill();
	assert_string_equal(record.tcp_conn_state, "RSTR");
	flow.counts[0].payload_bytes = 0;
	flow.counts[1].payload_bytes = 0;
	fill();
	assert_string_equal(record.tcp_conn_state, "REJ");
	totals[0].payload_bytes = 1;
	ended.totals = totals;
	fill();
	assert_string_equal(record.tcp_conn_state, "RSTR");
}

enum { NEVER = -1 };

static void
assert_handshake(int64_t syn_ns, int64_t syn_ack_ns, int64_t ack_ns,
    uint64_t has)
{
	begin(PROTOCOL_TCP, 80, 50000);
	tcp.has_syn = syn_ns != NEVER;
	tcp.has_syn_ack = syn_ack_ns != NEVER;
	tcp.has_ack = ack_ns != NEVER;
	tcp.syn_ns = tcp.has_syn ? syn_ns : 0;
	tcp.syn_ack_ns = tcp.has_syn_ack ? syn_ack_ns : 0;
	tcp.ack_ns = tcp.has_ack ? ack_ns : 0;
	fill();
	assert_int_equal(record.has & HANDSHAKE_TIMES, has);
	if (has & RECORD_SYN_SYNACK)
		assert_int_equal(record.syn_synack_ns, syn_ack_ns - syn_ns);
	if (has & RECORD_SYNACK_ACK)
		assert_int_equal(record.synack_ack_ns, ack_ns - syn_ack_ns);
}

/* What was not seen, or not in its order, gives no time. */
static void
test_handshake(void **state)
{
	(void)state;
	assert_handshake(5, 9, 20, HANDSHAKE_TIMES);
	assert_handshake(0, 0, 0, HANDSHAKE_TIMES);
	assert_handshake(NEVER, NEVER, NEVER, 0);
	assert_handshake(5, NEVER, NEVER, 0);
	assert_handshake(NEVER, 9, 20, RECORD_SYNACK_ACK);
	assert_handshake(5, 9, NEVER, RECORD_SYN_SYNACK);
	assert_handshake(10, 9, 20, RECORD_SYNACK_ACK);
	assert_handshake(5, 9, 8, RECORD_SYN_SYNACK);
}

static void
test_labels(void **state)
{
	const uint64_t all = RECORD_VLAN | RECORD_MPLS | RECORD_TUNNEL |
	    RECORD_TUNNEL_ID | RECORD_PARENT;

	(void)state;
	begin(PROTOCOL_UDP, 53, 50000);
	ended.labels = &labels;
	fill();
	assert_int_equal(record.has & all, 0);
	labels.vlan_count = PACKET_VLANS_MAX;
	labels.mpls_count = PACKET_MPLS_MAX;
	for (int i = 0; i < PACKET_VLANS_MAX; i++)
		labels.vlan[i] = (uint16_t)(i + 10);
	for (int i = 0; i < PACKET_MPLS_MAX; i++)
		labels.mpls[i] = (uint32_t)i + (1 << 19);
	labels.tunnel = TUNNEL_VXLAN;
	fill();
	assert_int_equal(record.has & all, RECORD_VLAN | RECORD_MPLS |
	    RECORD_TUNNEL);
	assert_int_equal(record.vlan.count, PACKET_VLANS_MAX);
	assert_int_equal(record.mpls.count, PACKET_MPLS_MAX);
	for (uint32_t i = 0; i < record.vlan.count; i++)
		assert_int_equal(record.vlan.items[i], i + 10);
	for (uint32_t i = 0; i < record.mpls.count; i++)
		assert_int_equal(record.mpls.items[i], i + (1 << 19));
	assert_string_equal(record.tunnel_type, "vxlan");
	labels.has_tunnel_id = true;
	labels.tunnel_id = UINT32_MAX;
	labels.parent_id = 9;
	fill();
	assert_int_equal(record.has & all, all);
	assert_int_equal(record.tunnel_id, UINT32_MAX);
	assert_int_equal(record.tunnel_parent, 9);
}

static void
test_icmp_errors(void **state)
{
	(void)state;
	begin(PROTOCOL_UDP, 53, 50000);
	fill();
	assert_false(record.has & RECORD_ICMP_ERRORS);
	oddities.icmp_errors = 3;
	ended.oddities = &oddities;
	fill();
	assert_true(record.has & RECORD_ICMP_ERRORS);
	assert_int_equal(record.icmp_errors, 3);
}

/* Of the destination's address: the responder's. */
static void
test_cast(void **state)
{
	(void)state;
	begin(PROTOCOL_UDP, 5353, 5353);
	flow.key.a = (struct address){ { 224, 0, 0, 251 } };
	fill();
	assert_string_equal(record.cast, "multicast");
	flow.key.a = (struct address){ { 255, 255, 255, 255 } };
	fill();
	assert_string_equal(record.cast, "broadcast");
}

static int
load(void **state)
{
	struct error error;

	(void)state;
	return services_load(NULL, &error);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_end_reasons),
		cmocka_unit_test(test_sides),
		cmocka_unit_test(test_silent_side),
		cmocka_unit_test(test_totals),
		cmocka_unit_test(test_service),
		cmocka_unit_test(test_without_ports),
		cmocka_unit_test(test_icmp_two_way),
		cmocka_unit_test(test_icmp_one_way),
		cmocka_unit_test(test_udp),
		cmocka_unit_test(test_rtp),
		cmocka_unit_test(test_cast_by_frame),
		cmocka_unit_test(test_tcp),
		cmocka_unit_test(test_long_history),
		cmocka_unit_test(test_payload_of_earlier_parts),
		cmocka_unit_test(test_handshake),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_icmp_errors),
		cmocka_unit_test(test_cast),
	};

	fields_init();
	return cmocka_run_group_tests(tests, load, NULL);
}
