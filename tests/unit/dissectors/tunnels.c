/*
 * Tunnels: the carrier and what it carries are a conversation each, and a
 * carrier stays one when its inside cannot be read.
 */
#include "../../lib/walked.h"

#define IP(total, protocol) ETHERNET("0800")				\
	"4500" total "00000000 40" protocol "0000" IPV4_ADDRESSES
#define UDP(length, port) "c000" port length "0000"

/* 30 bytes each but IPv6's 50: 1000 -> 2000 with 2 bytes of payload. */
#define INNER "4500001e 00000000 4011 0000 c0a80001 c0a80002"		\
	"03e8 07d0 000a 0000 abcd"
#define INNER6 "60000000 000a 1140 " IPV6_ADDRESSES "03e8 07d0 000a 0000 abcd"
#define INNER_ETHERNET "020000000004 020000000003 0800" INNER

/* The carrier, then the inner datagram above; returns the latter. */
static const struct conversation *
assert_inner(const char *hex, uint8_t carrier, enum tunnel tunnel)
{
	const struct conversation *t;

	walked_hex(&w, hex);
	t = walked_conversation(&w, 2);
	assert_int_equal(w.packet.anomalies, 0);
	assert_int_equal(w.conversations[0].protocol, carrier);
	assert_int_equal(w.conversations[0].tunnel, TUNNEL_NONE);
	assert_int_equal(t->tunnel, tunnel);
	assert_int_equal(t->protocol, PROTOCOL_UDP);
	assert_int_equal(t->src_port, 1000);
	assert_int_equal(t->dst_port, 2000);
	assert_int_equal(t->payload_bytes, 2);
	assert_int_equal(t->frame_bytes, w.packet.frame.length);
	return t;
}

static void
assert_id(const struct conversation *t, uint32_t id)
{
	assert_true(t->has_tunnel_id);
	assert_int_equal(t->tunnel_id, id);
}

static void
test_ip_in_ip(void **state)
{
	const struct conversation *t;

	(void)state;
	t = assert_inner(IP("0032", "04") INNER, PROTOCOL_IPV4, TUNNEL_IPIP);
	assert_false(t->has_tunnel_id);
	assert_int_equal(t->ip_bytes, 30);
	assert_int_equal(w.conversations[0].ip_bytes, 50);
	assert_int_equal(w.conversations[0].payload_bytes, 30);
	assert_inner(IP("0046", "29") INNER6, PROTOCOL_IPV6, TUNNEL_6IN4);
	assert_inner(ETHERNET("86dd") "60000000 001e 0440" IPV6_ADDRESSES
	    INNER, PROTOCOL_IPV4, TUNNEL_4IN6);
	assert_inner(ETHERNET("86dd") "60000000 0032 2940" IPV6_ADDRESSES
	    INNER6, PROTOCOL_IPV6, TUNNEL_6IN6);
}

static void
test_gre(void **state)
{
	const struct conversation *t;

	(void)state;
	t = assert_inner(IP("0036", "2f") "0000 0800" INNER, PROTOCOL_GRE,
	    TUNNEL_GRE);
	assert_false(t->has_tunnel_id);
	assert_int_equal(w.conversations[0].payload_bytes, 30);
	t = assert_inner(IP("0042", "2f") "b000 0800 00000000 0000002a "
	    "00000001" INNER, PROTOCOL_GRE, TUNNEL_GRE);
	assert_id(t, 42);
	assert_inner(IP("0048", "2f") "2000 6558 00000007" INNER_ETHERNET
	    "0000", PROTOCOL_GRE, TUNNEL_GRE);
	/* Routing of RFC 1701: one entry, then the end. */
	assert_inner(IP("0046", "2f") "4000 0800 00000000 0800 0004 0a000001"
	    "00000000" INNER, PROTOCOL_GRE, TUNNEL_GRE);
	/* PPTP: call 5, PPP with and without its address. */
	t = assert_inner(IP("0043", "2f") "3081 880b 001e 0005 00000001 "
	    "00000002 21" INNER "00", PROTOCOL_GRE, TUNNEL_GRE);
	assert_id(t, 5);
	assert_inner(IP("0042", "2f") "3001 880b 0022 0005 00000001 ff03 0021"
	    INNER "0000", PROTOCOL_GRE, TUNNEL_GRE);
	/* WCCP with its redirect header and without it. */
	assert_inner(IP("003a", "2f") "0000 883e 01020304" INNER,
	    PROTOCOL_GRE, TUNNEL_GRE);
	assert_inner(IP("0036", "2f") "0000 883e" INNER, PROTOCOL_GRE,
	    TUNNEL_GRE);
}

static void
test_erspan(void **state)
{
	(void)state;
	assert_inner(IP("0044", "2f") "0000 88be" INNER_ETHERNET,
	    PROTOCOL_GRE, TUNNEL_GRE);
	assert_inner(IP("0050", "2f") "1000 88be 00000001 1000000000000000"
	    INNER_ETHERNET, PROTOCOL_GRE, TUNNEL_GRE);
	assert_inner(IP("0054", "2f") "1000 22eb 00000001"
	    "2000000000000000 00000000" INNER_ETHERNET, PROTOCOL_GRE,
	    TUNNEL_GRE);
	assert_inner(IP("005c", "2f") "1000 22eb 00000001"
	    "2000000000000000 00000001 0000000000000000" INNER_ETHERNET,
	    PROTOCOL_GRE, TUNNEL_GRE);
}

static void
test_vxlan(void **state)
{
	const struct conversation *t;

	(void)state;
	t = assert_inner(IP("0050", "11") UDP("003c", "12b5")
	    "08000000 00002a00" INNER_ETHERNET, PROTOCOL_UDP, TUNNEL_VXLAN);
	assert_id(t, 42);
	assert_int_equal(w.conversations[0].payload_bytes, 52);
	assert_int_equal(w.conversations[0].dst_port, 4789);
	/* The link's addresses are those of the frame. */
	assert_memory_equal(w.packet.src_mac, "\2\0\0\0\0\1", 6);
	assert_id(assert_inner(IP("0050", "11") UDP("003c", "2118")
	    "ffffffff 010000ff" INNER_ETHERNET, PROTOCOL_UDP, TUNNEL_VXLAN),
	    0x10000);
	/* The generic protocol extension. */
	assert_inner(IP("0042", "11") UDP("002e", "12b6") "0c000001 00002a00"
	    INNER, PROTOCOL_UDP, TUNNEL_VXLAN);
	assert_inner(IP("0056", "11") UDP("0042", "12b6") "0c000002 00002a00"
	    INNER6, PROTOCOL_UDP, TUNNEL_VXLAN);
	assert_inner(IP("0050", "11") UDP("003c", "12b6") "0c000003 00002a00"
	    INNER_ETHERNET, PROTOCOL_UDP, TUNNEL_VXLAN);
	/* No identifier: something else on the port. */
	walked_hex(&w, IP("0050", "11") UDP("003c", "12b5")
	    "00000000 00002a00" INNER_ETHERNET);
	walked_conversation(&w, 1);
	assert_int_equal(w.packet.anomalies, 0);
}

/* The tunnel's port may be the source, too. */
static void
test_source_port(void **state)
{
	(void)state;
	assert_inner(IP("0050", "11") "12b5 c000 003c 0000"
	    "08000000 00002a00" INNER_ETHERNET, PROTOCOL_UDP, TUNNEL_VXLAN);
}

static void
test_geneve(void **state)
{
	const struct conversation *t;

	(void)state;
	t = assert_inner(IP("0050", "11") UDP("003c", "17c1")
	    "00006558 00002a00" INNER_ETHERNET, PROTOCOL_UDP, TUNNEL_GENEVE);
	assert_id(t, 42);
	t = assert_inner(IP("004a", "11") UDP("0036", "17c1")
	    "02000800 00002b00 0102030405060708" INNER, PROTOCOL_UDP,
	    TUNNEL_GENEVE);
	assert_id(t, 43);
	walked_hex(&w, IP("0042", "11") UDP("002e", "17c1")
	    "40000800 00002a00" INNER);
	walked_conversation(&w, 1);
}

/* A tag inside the tunnel is not the link's. */
static void
test_inner_vlan(void **state)
{
	(void)state;
	assert_inner(IP("0054", "11") UDP("0040", "12b5") "08000000 00002a00"
	    "020000000004 020000000003 8100 0014 0800" INNER, PROTOCOL_UDP,
	    TUNNEL_VXLAN);
	assert_int_equal(w.packet.vlan_count, 0);
}

/* What cannot be read inside is noted; the carrier counts. */
static void
test_unreadable(void **state)
{
	(void)state;
	walked_hex(&w, IP("0018", "2f") "2000 0800");
	walked_conversation(&w, 1);
	assert_true(walked_has(&w, ANOMALY_TUNNEL_SHORT));
	walked_hex(&w, IP("0017", "2f") "2000 08");
	walked_conversation(&w, 1);
	assert_true(walked_has(&w, ANOMALY_TUNNEL_SHORT));
	walked_hex(&w, IP("001e", "04") "4500001e 00000000 4011");
	walked_conversation(&w, 1);
	assert_true(walked_has(&w, ANOMALY_IPV4_SHORT));
	walked_hex(&w, IP("0020", "11") UDP("000c", "12b5") "08000000");
	walked_conversation(&w, 1);
	assert_true(walked_has(&w, ANOMALY_TUNNEL_SHORT));
	/* An inner TCP header of 3 bytes has no conversation. */
	walked_hex(&w, IP("002b", "04")
	    "45000017 00000000 4006 0000 c0a80001 c0a80002 010203");
	walked_conversation(&w, 1);
	assert_true(walked_has(&w, ANOMALY_TCP_SHORT));
}

/* An inner fragment is the carrier's frame; whole, it is a conversation. */
static void
test_inner_fragments(void **state)
{
	const struct conversation *t;

	(void)state;
	walked_hex(&w, IP("0038", "04")
	    "45000024 00072000 4011 0000 c0a80001 c0a80002"
	    "03e8 07d0 0014 0000 0102030405060708");
	walked_conversation(&w, 1);
	assert_int_equal(fragments_unfinished(w.fragments), 0);
	walked_hex(&w, IP("002c", "04")
	    "45000018 00070002 4011 0000 c0a80001 c0a80002 090a0b0c");
	t = walked_conversation(&w, 2);
	assert_int_equal(w.packet.frames, 1);
	assert_int_equal(w.conversations[0].fragments, 1);
	assert_int_equal(t->fragments, 2);
	assert_int_equal(t->payload_bytes, 12);
	assert_int_equal(t->tunnel, TUNNEL_IPIP);
}

/* IP in IP in IP ...: eight conversations, and no more layers than 16. */
static void
test_depth(void **state)
{
	static uint8_t bytes[14 + 20 * 20];
	size_t i, at;

	(void)state;
	walked_bytes(ETHERNET("0800"), bytes, sizeof(bytes));
	for (i = 0; i < 20; i++) {
		at = 14 + i * 20;
		walked_bytes("45000000 00000000 4004 0000" IPV4_ADDRESSES,
		    &bytes[at], 20);
		bytes[at + 2] = (uint8_t)((sizeof(bytes) - at) >> 8);
		bytes[at + 3] = (uint8_t)(sizeof(bytes) - at);
	}
	walked_frame(&w, bytes, sizeof(bytes), sizeof(bytes));
	assert_in_range(w.packet.conversation_count, 7, 8);
	assert_true(walked_has(&w, ANOMALY_LAYERS));
}

static void
test_cuts(void **state)
{
	(void)state;
	walked_every_cut(&w, IP("0046", "29") INNER6);
	walked_every_cut(&w, IP("0042", "2f") "b000 0800 00000000 0000002a "
	    "00000001" INNER);
	walked_every_cut(&w, IP("0046", "2f") "4000 0800 00000000 0800 0004 "
	    "0a000001 00000000" INNER);
	walked_every_cut(&w, IP("0043", "2f") "3081 880b 001e 0005 00000001 "
	    "00000002 21" INNER "00");
	walked_every_cut(&w, IP("005c", "2f") "1000 22eb 00000001"
	    "2000000000000000 00000001 0000000000000000" INNER_ETHERNET);
	walked_every_cut(&w, IP("0050", "11") UDP("003c", "12b5")
	    "08000000 00002a00" INNER_ETHERNET);
	walked_every_cut(&w, IP("004a", "11") UDP("0036", "17c1")
	    "02000800 00002b00 0102030405060708" INNER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_ip_in_ip),
		TEST(test_gre),
		TEST(test_erspan),
		TEST(test_vxlan),
		TEST(test_source_port),
		TEST(test_geneve),
		TEST(test_inner_vlan),
		TEST(test_unreadable),
		TEST(test_inner_fragments),
		TEST(test_depth),
		TEST(test_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
