/*
 * Links: what an Ethernet frame, a VLAN tag, LLC, a cooked capture, loopback,
 * PPP and MPLS say, and how they name what follows.
 */
#include "../../lib/walked.h"

/* 10.0.0.1:1000 -> 10.0.0.2:2000, 2 bytes of payload. */
#define UDP4 "4500001e 00000000 4011 0000 " IPV4_ADDRESSES \
	"03e8 07d0 000a 0000 abcd"
#define UDP6 "60000000 000a 1140 " IPV6_ADDRESSES "03e8 07d0 000a 0000 abcd"

/* The frame must be the UDP datagram above. */
static void
assert_udp(int version)
{
	const struct conversation *t = walked_conversation(&w, 1);

	assert_int_equal(t->ip_version, version);
	assert_int_equal(t->protocol, PROTOCOL_UDP);
	assert_int_equal(t->src_port, 1000);
	assert_int_equal(t->dst_port, 2000);
	assert_int_equal(t->payload_bytes, 2);
	assert_int_equal(t->payload_captured, 2);
	assert_memory_equal(t->payload, "\xab\xcd", 2);
	assert_int_equal(w.packet.anomalies, 0);
	assert_int_equal(w.packet.frames, 1);
}

static void
assert_not_ip(void)
{
	assert_int_equal(w.packet.outcome, PACKET_NOT_IP);
	assert_int_equal(w.packet.conversation_count, 0);
}

static void
assert_malformed(enum anomaly what)
{
	assert_int_equal(w.packet.outcome, PACKET_MALFORMED);
	assert_int_equal(w.packet.malformed_by, what);
	assert_true(walked_has(&w, what));
}

static void
test_ethernet(void **state)
{
	(void)state;
	walked_init(&w, 1);
	walked_hex(&w, ETHERNET("0800") UDP4);
	assert_udp(4);
	assert_true(w.packet.has_src_mac);
	assert_true(w.packet.has_dst_mac);
	assert_memory_equal(w.packet.src_mac, "\2\0\0\0\0\1", 6);
	assert_memory_equal(w.packet.dst_mac, "\2\0\0\0\0\2", 6);
	walked_hex(&w, ETHERNET("86dd") UDP6);
	assert_udp(6);
	walked_hex(&w, ETHERNET("0806") "0001080006040001");
	assert_not_ip();
	assert_int_equal(w.packet.anomalies, 0);
	walked_hex(&w, "020000000002 020000000001 08");
	assert_malformed(ANOMALY_LINK_SHORT);
	assert_false(w.packet.has_src_mac);
	walked_hex(&w, ETHERNET("05dd") UDP4);
	assert_not_ip();
	assert_true(walked_has(&w, ANOMALY_LINK_LENGTH));
	walked_release(&w);
}

/* Frames of the minimal size are padded; padding is nobody's payload. */
static void
test_padding(void **state)
{
	const struct conversation *t;

	(void)state;
	walked_init(&w, 1);
	walked_hex(&w, ETHERNET("0800") UDP4
	    "0000000000000000000000000000");
	assert_udp(4);
	t = walked_conversation(&w, 1);
	assert_int_equal(t->ip_bytes, 30);
	assert_int_equal(t->frame_bytes, 14 + 30 + 14);
	walked_release(&w);
}

static void
test_vlan(void **state)
{
	(void)state;
	walked_init(&w, 1);
	walked_hex(&w, ETHERNET("88a8") "e00a 8100 0014 0800" UDP4);
	assert_udp(4);
	assert_int_equal(w.packet.vlan_count, 2);
	assert_int_equal(w.packet.vlan[0], 10);
	assert_int_equal(w.packet.vlan[1], 20);
	walked_hex(&w, ETHERNET("9100") "0001 9200 0002 8100 0003 8100 0004"
	    "8100 0005 86dd" UDP6);
	assert_udp(6);
	assert_int_equal(w.packet.vlan_count, PACKET_VLANS_MAX);
	assert_int_equal(w.packet.vlan[3], 4);
	walked_hex(&w, ETHERNET("8100") "000108");
	assert_malformed(ANOMALY_VLAN_SHORT);
	walked_release(&w);
}

/* More tags than a walk has layers. */
static void
test_layers(void **state)
{
	(void)state;
	walked_init(&w, 1);
	walked_hex(&w, ETHERNET("8100")
	    "00018100 00018100 00018100 00018100 00018100 00018100 00018100"
	    "00018100 00018100 00018100 00018100 00018100 00018100 00018100"
	    "00018100 00018100 00018100 00018100 0001 0800" UDP4);
	assert_int_equal(w.packet.conversation_count, 0);
	assert_true(walked_has(&w, ANOMALY_LAYERS));
	walked_release(&w);
}

static void
test_llc(void **state)
{
	(void)state;
	walked_init(&w, 1);
	walked_hex(&w, ETHERNET("0026") "aaaa03 000000 0800" UDP4 "0000");
	assert_udp(4);
	walked_hex(&w, ETHERNET("0021") "060603" UDP4);
	assert_udp(4);
	walked_hex(&w, ETHERNET("0026") "aaaa03 0000f8 0800" UDP4);
	assert_udp(4);
	walked_hex(&w, ETHERNET("0026") "aaaa03 00000c 2000" UDP4);
	assert_not_ip();
	walked_hex(&w, ETHERNET("0003") "424203 00000000");
	assert_not_ip();
	walked_hex(&w, ETHERNET("0008") "aaaa03 0000");
	assert_malformed(ANOMALY_LINK_SHORT);
	assert_true(walked_has(&w, ANOMALY_LINK_LENGTH));
	walked_release(&w);
}

/* A cooked frame knows its sender alone, and only if it has a MAC. */
static void
test_cooked(void **state)
{
	(void)state;
	walked_init(&w, 113);
	walked_hex(&w, "0000 0001 0006 0200000000010000 0800" UDP4);
	assert_udp(4);
	assert_true(w.packet.has_src_mac);
	assert_false(w.packet.has_dst_mac);
	assert_memory_equal(w.packet.src_mac, "\2\0\0\0\0\1", 6);
	walked_hex(&w, "0000 fffe 0000 0000000000000000 86dd" UDP6);
	assert_udp(6);
	assert_false(w.packet.has_src_mac);
	walked_hex(&w, "0004 0338 0000 0000000000000000 0800" UDP4);
	assert_not_ip();
	walked_hex(&w, "0000 0001 0006 0200000000010000 0004 060603" UDP4);
	assert_udp(4);
	walked_release(&w);

	walked_init(&w, 276);
	walked_hex(&w, "86dd 0000 00000003 0001 00 06 0200000000010000" UDP6);
	assert_udp(6);
	assert_true(w.packet.has_src_mac);
	assert_false(w.packet.has_dst_mac);
	walked_hex(&w, "86dd 0000 00000003 0001 00 06 02000000000100");
	assert_malformed(ANOMALY_LINK_SHORT);
	walked_release(&w);
}

static void
test_loopback(void **state)
{
	(void)state;
	walked_init(&w, 0);
	walked_hex(&w, "02000000" UDP4);
	assert_udp(4);
	walked_hex(&w, "00000002" UDP4);
	assert_udp(4);
	walked_hex(&w, "1e000000" UDP6);
	assert_udp(6);
	walked_hex(&w, "00000018" UDP6);
	assert_udp(6);
	walked_hex(&w, "07000000" UDP4);
	assert_not_ip();
	walked_release(&w);
	walked_init(&w, 108);
	walked_hex(&w, "0000001c" UDP6);
	assert_udp(6);
	walked_release(&w);
}

static void
test_raw(void **state)
{
	static const int types[] = { 101, 12, 14 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(types) / sizeof(*types); i++) {
		walked_init(&w, types[i]);
		walked_hex(&w, UDP4);
		assert_udp(4);
		walked_hex(&w, UDP6);
		assert_udp(6);
		walked_hex(&w, "f0000000");
		assert_not_ip();
		walked_release(&w);
	}
	walked_init(&w, 228);
	walked_hex(&w, UDP4);
	assert_udp(4);
	walked_hex(&w, UDP6);
	assert_malformed(ANOMALY_IPV4_VERSION);
	walked_release(&w);
	walked_init(&w, 229);
	walked_hex(&w, UDP6);
	assert_udp(6);
	walked_release(&w);
	walked_init(&w, 147);
	walked_hex(&w, UDP4);
	assert_not_ip();
	walked_release(&w);
}

static void
test_ppp(void **state)
{
	(void)state;
	walked_init(&w, 9);
	walked_hex(&w, "ff03 0021" UDP4);
	assert_udp(4);
	walked_hex(&w, "0057" UDP6);
	assert_udp(6);
	walked_hex(&w, "21" UDP4);
	assert_udp(4);
	walked_hex(&w, "0281 0001 0140" UDP4);
	assert_udp(4);
	assert_int_equal(w.packet.mpls_count, 1);
	assert_int_equal(w.packet.mpls[0], 16);
	walked_hex(&w, "ff03 c021 01010004");
	assert_not_ip();
	walked_hex(&w, "ff03 00");
	assert_malformed(ANOMALY_PPPOE_SHORT);
	walked_release(&w);
	walked_init(&w, 50);
	walked_hex(&w, "0f00 0800" UDP4);
	assert_udp(4);
	walked_release(&w);
	walked_init(&w, 1);
	walked_hex(&w, ETHERNET("8864") "1100 0001 0020 0021" UDP4 "0000");
	assert_udp(4);
	walked_hex(&w, ETHERNET("8863") "1109 0000 0000");
	assert_not_ip();
	walked_hex(&w, ETHERNET("8864") "1100 0001 00");
	assert_malformed(ANOMALY_PPPOE_SHORT);
	walked_release(&w);
}

static void
test_mpls(void **state)
{
	(void)state;
	walked_init(&w, 1);
	walked_hex(&w, ETHERNET("8847") "00010040 00014140" UDP4);
	assert_udp(4);
	assert_int_equal(w.packet.mpls_count, 2);
	assert_int_equal(w.packet.mpls[0], 16);
	assert_int_equal(w.packet.mpls[1], 20);
	walked_hex(&w, ETHERNET("8848") "00014140" UDP6);
	assert_udp(6);
	/* Pseudowires, with a control word and without one. */
	walked_hex(&w, ETHERNET("8847") "00014140 00000000"
	    "020000000004 020000000003 0800" UDP4);
	assert_udp(4);
	assert_memory_equal(w.packet.src_mac, "\2\0\0\0\0\1", 6);
	walked_hex(&w, ETHERNET("8847") "00014140"
	    "020000000004 020000000003 8100 0005 0800" UDP4);
	assert_udp(4);
	walked_hex(&w, ETHERNET("8847") "00014140 1000 0021 0000");
	assert_not_ip();
	walked_hex(&w, ETHERNET("8847") "00010040 000140");
	assert_malformed(ANOMALY_MPLS_SHORT);
	walked_release(&w);
}

static void
test_cuts(void **state)
{
	(void)state;
	walked_init(&w, 1);
	walked_every_cut(&w, ETHERNET("88a8") "000a 8100 0014 0800" UDP4);
	walked_every_cut(&w, ETHERNET("0026") "aaaa03 000000 0800" UDP4);
	walked_every_cut(&w, ETHERNET("8864") "1100 0001 0020 0021" UDP4);
	walked_every_cut(&w, ETHERNET("8847") "00010040 00014140 00000000"
	    "020000000004 020000000003 0800" UDP4);
	walked_release(&w);
	walked_init(&w, 113);
	walked_every_cut(&w, "0000 0001 0006 0200000000010000 0800" UDP4);
	walked_release(&w);
	walked_init(&w, 276);
	walked_every_cut(&w, "86dd 0000 00000003 0001 00 06 0200000000010000"
	    UDP6);
	walked_release(&w);
	walked_init(&w, 9);
	walked_every_cut(&w, "ff03 0281 0001 0140" UDP4);
	walked_release(&w);
	walked_init(&w, 0);
	walked_every_cut(&w, "02000000" UDP4);
	walked_release(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ethernet),
		cmocka_unit_test(test_padding),
		cmocka_unit_test(test_vlan),
		cmocka_unit_test(test_layers),
		cmocka_unit_test(test_llc),
		cmocka_unit_test(test_cooked),
		cmocka_unit_test(test_loopback),
		cmocka_unit_test(test_raw),
		cmocka_unit_test(test_ppp),
		cmocka_unit_test(test_mpls),
		cmocka_unit_test(test_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
