/*
 * TCP and the other transports with ports: fields, options, headers that are
 * cut off, lengths, checksums.
 */
#include <stdio.h>

#include "../../lib/walked.h"

/* total is the IPv4 total length, protocol the IANA number, both in hex. */
#define IP(total, protocol) ETHERNET("0800")				\
	"4500" total "00000000 40" protocol "0000" IPV4_ADDRESSES
#define PORTS "c001 0050"
#define SEGMENT(offset_flags) PORTS "01020304 05060708" offset_flags	\
	"1234 0000 0000"

static const struct tcp_header *
assert_tcp(const char *hex, uint32_t payload_bytes)
{
	const struct conversation *t;

	walked_hex(&w, hex);
	t = walked_conversation(&w, 1);
	assert_int_equal(t->protocol, PROTOCOL_TCP);
	assert_int_equal(t->src_port, 0xc001);
	assert_int_equal(t->dst_port, 80);
	assert_int_equal(t->payload_bytes, payload_bytes);
	assert_true(t->has_transport);
	return &t->tcp;
}

static void
test_fields(void **state)
{
	const struct tcp_header *tcp;

	(void)state;
	tcp = assert_tcp(IP("002b", "06") SEGMENT("5118") "aabbcc 000000", 3);
	assert_int_equal(w.packet.anomalies, 0);
	assert_int_equal(tcp->seq, 0x01020304);
	assert_int_equal(tcp->ack, 0x05060708);
	assert_int_equal(tcp->flags, TCP_AE | TCP_PSH | TCP_ACK);
	assert_int_equal(tcp->window, 0x1234);
	assert_int_equal(tcp->options, 0);
	assert_memory_equal(w.conversations[0].payload, "\xaa\xbb\xcc", 3);
}

static void
test_options(void **state)
{
	const struct tcp_header *tcp;

	(void)state;
	tcp = assert_tcp(IP("003c", "06") SEGMENT("a002")
	    "020405b4 0402 080a 11121314 21222324 01 030307", 0);
	assert_int_equal(w.packet.anomalies, 0);
	assert_int_equal(tcp->flags, TCP_SYN);
	assert_int_equal(tcp->options, TCP_HAS_MSS | TCP_HAS_SACK_PERMITTED |
	    TCP_HAS_TIMESTAMPS | TCP_HAS_WINDOW_SCALE);
	assert_int_equal(tcp->mss, 1460);
	assert_int_equal(tcp->ts_value, 0x11121314);
	assert_int_equal(tcp->ts_echo, 0x21222324);
	assert_int_equal(tcp->window_scale, 7);
	tcp = assert_tcp(IP("0035", "06") SEGMENT("8010")
	    "0101 080a 31323334 41424344 ff", 1);
	assert_int_equal(tcp->options, TCP_HAS_TIMESTAMPS);
	assert_int_equal(tcp->ts_value, 0x31323334);
	assert_int_equal(tcp->ts_echo, 0x41424344);
	/* Fast open twice over, MPTCP, one that nobody knows. */
	tcp = assert_tcp(IP("0034", "06") SEGMENT("8010")
	    "2202 1e04 0001 fd04 aaaa 0101", 0);
	assert_int_equal(w.packet.anomalies, 0);
	assert_int_equal(tcp->options, TCP_HAS_FAST_OPEN | TCP_HAS_MPTCP);
	tcp = assert_tcp(IP("002c", "06") SEGMENT("6010") "fe04 f989", 0);
	assert_int_equal(tcp->options, TCP_HAS_FAST_OPEN);
	tcp = assert_tcp(IP("002c", "06") SEGMENT("6010") "fe04 1234", 0);
	assert_int_equal(tcp->options, 0);
	/* What follows the end of the options is not one. */
	tcp = assert_tcp(IP("002c", "06") SEGMENT("6010") "00 020405", 0);
	assert_int_equal(tcp->options, 0);
	assert_int_equal(w.packet.anomalies, 0);
}

static void
test_sack(void **state)
{
	const struct tcp_header *tcp;

	(void)state;
	tcp = assert_tcp(IP("0040", "06") SEGMENT("b010")
	    "0101 0512 00000001 00000002 00000003 00000004 00000000", 0);
	assert_int_equal(tcp->options, TCP_HAS_SACK);
	assert_int_equal(tcp->sack_count, 2);
	assert_int_equal(tcp->sack[0][0], 1);
	assert_int_equal(tcp->sack[0][1], 2);
	assert_int_equal(tcp->sack[1][0], 3);
	assert_int_equal(tcp->sack[1][1], 4);
	tcp = assert_tcp(IP("004c", "06") SEGMENT("e010") "0101 0522"
	    "00000001 00000002 00000003 00000004"
	    "00000005 00000006 00000007 00000008", 0);
	assert_int_equal(tcp->sack_count, 4);
	assert_int_equal(tcp->sack[3][1], 8);
	assert_int_equal(w.packet.anomalies, 0);
}

static void
test_bad_options(void **state)
{
	static const char *const options[] = {
		"02030500", "03020000", "04030000", "08090000", "05060000",
		"05020000", "0100fd05", "fd000000", "fd010000", "010101fd",
	};
	char hex[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(options) / sizeof(*options); i++) {
		snprintf(hex, sizeof(hex), "%s%s ff",
		    IP("002d", "06") SEGMENT("6010"), options[i]);
		assert_int_equal(assert_tcp(hex, 1)->options, 0);
		assert_int_equal(walked_has(&w, ANOMALY_TCP_OPTIONS), i != 6);
	}
	/* What came before the bad one is kept. */
	assert_int_equal(assert_tcp(IP("0030", "06") SEGMENT("7010")
	    "020405b4 fd010000", 0)->mss, 1460);
	assert_true(walked_has(&w, ANOMALY_TCP_OPTIONS));
}

/* A header whose length is impossible says which conversation, no more. */
static void
test_offset(void **state)
{
	static const char *const frames[] = {
		IP("002a", "06") SEGMENT("4002") "aabb",
		IP("002a", "06") SEGMENT("6011") "aabb"
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const struct conversation *t;

		walked_hex(&w, frames[i]);
		t = walked_conversation(&w, 1);
		assert_int_equal(t->protocol, PROTOCOL_TCP);
		assert_int_equal(t->src_port, 0xc001);
		assert_int_equal(t->dst_port, 80);
		assert_int_equal(t->payload_bytes, 0);
		assert_false(t->has_transport);
		assert_true(walked_has(&w, ANOMALY_TCP_OFFSET));
	}
}

/* Four bytes say which conversation it is; with less there is none. */
static void
test_short(void **state)
{
	const struct conversation *t;
	const char *hex = IP("003a", "06") SEGMENT("8018")
	    "0101 080a 31323334 41424344 010203040506";

	(void)state;
	walked_snapped(&w, hex, 34 + 3);
	assert_int_equal(w.packet.outcome, PACKET_MALFORMED);
	assert_int_equal(w.packet.malformed_by, ANOMALY_TCP_SHORT);
	walked_snapped(&w, hex, 34 + 4);
	t = walked_conversation(&w, 1);
	assert_true(walked_has(&w, ANOMALY_TCP_SHORT));
	assert_false(t->has_transport);
	assert_int_equal(t->dst_port, 80);
	assert_int_equal(t->payload_bytes, 18);
	assert_int_equal(t->payload_captured, 0);
	walked_snapped(&w, hex, 34 + 13);
	t = walked_conversation(&w, 1);
	assert_false(t->has_transport);
	assert_int_equal(t->payload_bytes, 6);
	walked_snapped(&w, hex, 34 + 28);
	t = walked_conversation(&w, 1);
	assert_true(t->has_transport);
	assert_true(walked_has(&w, ANOMALY_TCP_SHORT));
	assert_false(walked_has(&w, ANOMALY_TCP_OPTIONS));
	assert_int_equal(t->tcp.options, 0);
	assert_int_equal(t->payload_bytes, 6);
	walked_snapped(&w, hex, 34 + 33);
	t = walked_conversation(&w, 1);
	assert_int_equal(w.packet.anomalies, 0);
	assert_int_equal(t->tcp.options, TCP_HAS_TIMESTAMPS);
	assert_int_equal(t->payload_bytes, 6);
	assert_int_equal(t->payload_captured, 1);
}

static void
test_udp(void **state)
{
	const struct conversation *t;

	(void)state;
	walked_hex(&w, IP("001f", "11") PORTS "000b 1234 010203 0000");
	t = walked_conversation(&w, 1);
	assert_int_equal(w.packet.anomalies, 0);
	assert_int_equal(t->udp.checksum, 0x1234);
	assert_int_equal(t->payload_bytes, 3);
	assert_false(t->udp.is_length_odd);
	/* Shorter, longer than the IP payload, shorter than its header. */
	walked_hex(&w, IP("001f", "11") PORTS "000a 0000 010203");
	t = walked_conversation(&w, 1);
	assert_true(walked_has(&w, ANOMALY_UDP_LENGTH));
	assert_true(t->udp.is_length_odd);
	assert_int_equal(t->payload_bytes, 2);
	assert_int_equal(t->payload_captured, 2);
	walked_hex(&w, IP("001f", "11") PORTS "000c 0000 010203");
	t = walked_conversation(&w, 1);
	assert_true(t->udp.is_length_odd);
	assert_int_equal(t->payload_bytes, 3);
	walked_hex(&w, IP("001f", "11") PORTS "0007 0000 010203");
	t = walked_conversation(&w, 1);
	assert_true(t->udp.is_length_odd);
	assert_int_equal(t->payload_bytes, 0);
	walked_hex(&w, IP("0019", "11") PORTS "00");
	t = walked_conversation(&w, 1);
	assert_true(walked_has(&w, ANOMALY_UDP_SHORT));
	assert_false(t->has_transport);
	assert_int_equal(t->src_port, 0xc001);
	walked_hex(&w, IP("0017", "11") "c00100");
	assert_int_equal(w.packet.malformed_by, ANOMALY_UDP_SHORT);
	assert_int_equal(w.packet.outcome, PACKET_MALFORMED);
}

static void
test_others(void **state)
{
	const struct conversation *t;

	(void)state;
	walked_hex(&w, IP("0022", "84") PORTS "00000001 00000002 0102");
	t = walked_conversation(&w, 1);
	assert_int_equal(t->protocol, PROTOCOL_SCTP);
	assert_int_equal(t->dst_port, 80);
	assert_int_equal(t->payload_bytes, 2);
	walked_hex(&w, IP("0026", "21") PORTS "04000000 06000001 00000002 "
	    "0304");
	t = walked_conversation(&w, 1);
	assert_int_equal(t->protocol, PROTOCOL_DCCP);
	assert_int_equal(t->dst_port, 80);
	assert_int_equal(t->payload_bytes, 2);
	assert_int_equal(w.packet.anomalies, 0);
	walked_hex(&w, IP("001f", "88") PORTS "0008 1234 010203");
	t = walked_conversation(&w, 1);
	assert_int_equal(t->protocol, PROTOCOL_UDPLITE);
	assert_int_equal(t->dst_port, 80);
	assert_int_equal(t->payload_bytes, 3);
	assert_false(t->udp.is_length_odd);
	walked_hex(&w, IP("001f", "88") PORTS "000c 1234 010203");
	assert_true(walked_conversation(&w, 1)->udp.is_length_odd);
	walked_hex(&w, IP("001c", "02") "16000904 e1010203");
	t = walked_conversation(&w, 1);
	assert_int_equal(t->protocol, PROTOCOL_IGMP);
	assert_int_equal(t->src_port, 0);
	assert_int_equal(t->payload_bytes, 0);
	assert_int_equal(w.packet.anomalies, 0);
}

static void
assert_checksum(const char *hex, int wanted)
{
	walked_hex(&w, hex);
	assert_int_equal(walked_conversation(&w, 1)->checksum, wanted);
	assert_int_equal(walked_has(&w, ANOMALY_TRANSPORT_CHECKSUM),
	    wanted == CHECKSUM_BAD);
}

#define CHECKED(sum) IP("002b", "06") PORTS "01020304 05060708 5018 1234 " \
	sum " 0000 aabbcc"
#define CHECKED6(sum) ETHERNET("86dd") "60000000 000b 1140" IPV6_ADDRESSES \
	"03e8 07d0 000b " sum " 010203"

/* Sums by RFC 1071 over the bytes written here. */
static void
test_checksums(void **state)
{
	(void)state;
	assert_checksum(CHECKED("9999"), CHECKSUM_UNKNOWN);
	w.walk.is_checking = true;
	assert_checksum(CHECKED("4271"), CHECKSUM_GOOD);
	assert_checksum(CHECKED("9999"), CHECKSUM_BAD);
	walked_snapped(&w, CHECKED("9999"), 34 + 22);
	assert_int_equal(walked_conversation(&w, 1)->checksum,
	    CHECKSUM_UNKNOWN);
	assert_checksum(CHECKED6("94a9"), CHECKSUM_GOOD);
	assert_checksum(CHECKED6("9999"), CHECKSUM_BAD);
	assert_checksum(CHECKED6("0000"), CHECKSUM_UNKNOWN);
}

static void
test_cuts(void **state)
{
	(void)state;
	w.walk.is_checking = true;
	walked_every_cut(&w, IP("0040", "06") SEGMENT("b010")
	    "0101 0512 00000001 00000002 00000003 00000004 00000000");
	walked_every_cut(&w, IP("001f", "11") PORTS "000b 1234 010203");
	walked_every_cut(&w, IP("0022", "84") PORTS "00000001 00000002 0102");
	walked_every_cut(&w, IP("0026", "21") PORTS
	    "04000000 06000001 00000002 0304");
	walked_every_cut(&w, IP("001f", "88") PORTS "0008 1234 010203");
	walked_every_cut(&w, IP("001c", "02") "16000904 e1010203");
	walked_every_cut(&w, CHECKED6("9999"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_fields),
		TEST(test_options),
		TEST(test_sack),
		TEST(test_bad_options),
		TEST(test_offset),
		TEST(test_short),
		TEST(test_udp),
		TEST(test_others),
		TEST(test_checksums),
		TEST(test_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
