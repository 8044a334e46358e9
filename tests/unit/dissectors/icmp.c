/*
 * ICMP and ICMPv6: the two directions of an exchange are one 5-tuple, and an
 * error says which conversation it is about.
 */
#include "../../lib/walked.h"

#define IP4(total) ETHERNET("0800")					\
	"4500" total "00000000 4001 0000" IPV4_ADDRESSES
#define IP6(length) ETHERNET("86dd")					\
	"60000000" length "3a40" IPV6_ADDRESSES
#define QUOTED4(protocol) "4500 0100 00000000 40" protocol "0000"	\
	"0a000002 0a000063"
#define QUOTED6(protocol) "60000000 0100" protocol "40"			\
	"20010db8000000000000000000000002 20010db8000000000000000000000063"

static const struct conversation *
assert_ports(const char *hex, uint16_t src_port, uint16_t dst_port)
{
	const struct conversation *t;

	walked_hex(&w, hex);
	t = walked_conversation(&w, 1);
	assert_true(t->has_transport);
	assert_int_equal(t->src_port, src_port);
	assert_int_equal(t->dst_port, dst_port);
	return t;
}

static void
test_counterparts(void **state)
{
	const struct conversation *t;

	(void)state;
	t = assert_ports(IP4("001e") "08000000 00010001 abcd", 8, 0);
	assert_int_equal(t->icmp.type, 8);
	assert_int_equal(t->icmp.code, 0);
	assert_int_equal(t->payload_bytes, 2);
	assert_int_equal(w.packet.anomalies, 0);
	t = assert_ports(IP4("001e") "00000000 00010001 abcd", 0, 8);
	assert_int_equal(t->icmp.type, 0);
	assert_ports(IP4("001c") "0d000000 00000000", 13, 14);
	assert_ports(IP4("001c") "0e000000 00000000", 14, 13);
	assert_ports(IP4("001c") "0a000000 00000000", 10, 9);
	assert_ports(IP4("001c") "09000000 00000000", 9, 10);
	assert_ports(IP4("001c") "11000000 00000000", 17, 18);
	assert_ports(IP4("001c") "10000000 00000000", 16, 15);
	assert_ports(IP4("001c") "28030000 00000000", 40, 3);
	assert_ports(IP6("0008") "80000000 00010001", 128, 129);
	assert_ports(IP6("0008") "81000000 00010001", 129, 128);
	assert_ports(IP6("0008") "85000000 00000000", 133, 134);
	assert_ports(IP6("0008") "88000000 00000000", 136, 135);
	assert_ports(IP6("0008") "82000000 00000000", 130, 131);
	assert_ports(IP6("0008") "8c000000 00000000", 140, 139);
	assert_ports(IP6("0008") "91000000 00000000", 145, 144);
	assert_ports(IP6("0008") "8f000000 00000000", 143, 0);
	/* Type 8 is nothing special in ICMPv6. */
	assert_ports(IP6("0008") "08050000 00000000", 8, 5);
}

static void
test_quote(void **state)
{
	const struct conversation *t;

	(void)state;
	t = assert_ports(IP4("0038") "03030000 00000000" QUOTED4("11")
	    "03e8 0035 0010 0000", 3, 3);
	assert_true(t->icmp.has_quote);
	assert_int_equal(t->icmp.quoted_protocol, PROTOCOL_UDP);
	assert_memory_equal(t->icmp.quoted_src.bytes, "\12\0\0\2\0\0", 6);
	assert_memory_equal(t->icmp.quoted_dst.bytes, "\12\0\0\x63\0\0", 6);
	assert_int_equal(t->icmp.quoted_src_port, 1000);
	assert_int_equal(t->icmp.quoted_dst_port, 53);
	assert_int_equal(t->payload_bytes, 28);
	/* A quoted echo request has the ports of its own conversation. */
	t = assert_ports(IP4("0038") "0b000000 00000000" QUOTED4("01")
	    "0800 0000 0001 0001", 11, 0);
	assert_true(t->icmp.has_quote);
	assert_int_equal(t->icmp.quoted_src_port, 8);
	assert_int_equal(t->icmp.quoted_dst_port, 0);
	t = assert_ports(IP4("0038") "0b000000 00000000" QUOTED4("2f")
	    "0000 0800 0000 0000", 11, 0);
	assert_true(t->icmp.has_quote);
	assert_int_equal(t->icmp.quoted_protocol, PROTOCOL_GRE);
	assert_int_equal(t->icmp.quoted_src_port, 0);
}

static void
test_quote_ipv6(void **state)
{
	const struct conversation *t;

	(void)state;
	t = assert_ports(IP6("0034") "02000000 00000500" QUOTED6("06")
	    "03e8 01bb", 2, 0);
	assert_true(t->icmp.has_quote);
	assert_int_equal(t->icmp.quoted_protocol, PROTOCOL_TCP);
	assert_int_equal(t->icmp.quoted_src.bytes[15], 2);
	assert_int_equal(t->icmp.quoted_dst.bytes[15], 0x63);
	assert_int_equal(t->icmp.quoted_src_port, 1000);
	assert_int_equal(t->icmp.quoted_dst_port, 443);
	t = assert_ports(IP6("0044") "01040000 00000000" QUOTED6("3c")
	    "2c00 010400000000 1100 0001 00000001 03e8 01bb", 1, 4);
	assert_true(t->icmp.has_quote);
	assert_int_equal(t->icmp.quoted_protocol, PROTOCOL_UDP);
	assert_int_equal(t->icmp.quoted_dst_port, 443);
}

/* Quotes that do not say which conversation they are from. */
static void
test_no_quote(void **state)
{
	static const char *const frames[] = {
		/* Not an error. */
		IP4("0038") "08000000 00000000" QUOTED4("11")
		    "03e8 0035 0010 0000",
		/* A fragment but the first. */
		IP4("0038") "03030000 00000000"
		    "4500 0100 00000010 4011 0000 0a000002 0a000063"
		    "03e8 0035 0010 0000",
		/* Too short for ports, for an address, for anything. */
		IP4("0032") "03030000 00000000" QUOTED4("11") "03e8",
		IP4("0020") "03030000 00000000 45000100",
		IP4("001c") "03030000 00000000",
		/* Neither version; an impossible header length. */
		IP4("0038") "03030000 00000000"
		    "5500 0100 00000000 4011 0000 0a000002 0a000063"
		    "03e8 0035 0010 0000",
		IP4("0038") "03030000 00000000"
		    "4400 0100 00000000 4011 0000 0a000002 0a000063"
		    "03e8 0035 0010 0000",
		/* An IPv6 fragment but the first. */
		IP6("0038") "01040000 00000000" QUOTED6("2c")
		    "1100 0008 00000001",
		/* A chain of headers that is cut off. */
		IP6("0034") "01040000 00000000" QUOTED6("00") "00020304",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(frames) / sizeof(*frames); i++) {
		walked_hex(&w, frames[i]);
		assert_false(walked_conversation(&w, 1)->icmp.has_quote);
		assert_int_equal(w.packet.anomalies, 0);
	}
}

static void
test_short(void **state)
{
	const struct conversation *t;

	(void)state;
	t = assert_ports(IP4("0016") "0800", 8, 0);
	assert_true(walked_has(&w, ANOMALY_TRANSPORT_SHORT));
	assert_int_equal(t->payload_bytes, 0);
	walked_hex(&w, IP4("0015") "08");
	assert_int_equal(w.packet.outcome, PACKET_MALFORMED);
	assert_int_equal(w.packet.malformed_by, ANOMALY_TRANSPORT_SHORT);
}

/* ICMPv6 alone covers the addresses. Sums by RFC 1071. */
static void
test_checksum(void **state)
{
	(void)state;
	w.walk.is_checking = true;
	assert_int_equal(assert_ports(IP4("001e") "0800 4c30 00010001 abcd",
	    8, 0)->checksum, CHECKSUM_GOOD);
	assert_int_equal(assert_ports(IP4("001e") "0800 9999 00010001 abcd",
	    8, 0)->checksum, CHECKSUM_BAD);
	assert_true(walked_has(&w, ANOMALY_TRANSPORT_CHECKSUM));
	assert_int_equal(assert_ports(IP6("0008") "8000 2446 00010001",
	    128, 129)->checksum, CHECKSUM_GOOD);
	assert_int_equal(assert_ports(IP6("0008") "8000 9999 00010001",
	    128, 129)->checksum, CHECKSUM_BAD);
}

static void
test_cuts(void **state)
{
	(void)state;
	w.walk.is_checking = true;
	walked_every_cut(&w, IP4("0038") "03030000 00000000" QUOTED4("11")
	    "03e8 0035 0010 0000");
	walked_every_cut(&w, IP6("0044") "01040000 00000000" QUOTED6("3c")
	    "2c00 010400000000 1100 0001 00000001 03e8 01bb");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_counterparts),
		TEST(test_quote),
		TEST(test_quote_ipv6),
		TEST(test_no_quote),
		TEST(test_short),
		TEST(test_checksum),
		TEST(test_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
