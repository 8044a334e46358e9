/*
 * IPv6: header fields, extension headers, fragments, jumbograms.
 */
#include <stdio.h>

#include "../../lib/walked.h"

#define E ETHERNET("86dd")
#define UDP "03e8 07d0 000a 0000 abcd"

static void
assert_udp(const char *hex, uint32_t ip_bytes)
{
	const struct conversation *t;

	walked_hex(&w, hex);
	t = walked_conversation(&w, 1);
	assert_int_equal(t->protocol, PROTOCOL_UDP);
	assert_int_equal(t->src_port, 1000);
	assert_int_equal(t->dst_port, 2000);
	assert_int_equal(t->payload_bytes, 2);
	assert_int_equal(t->ip_bytes, ip_bytes);
}

static void
test_fields(void **state)
{
	const struct conversation *t;

	(void)state;
	assert_udp(E "6b912345 000a 113f " IPV6_ADDRESSES UDP "00000000", 50);
	t = walked_conversation(&w, 1);
	assert_int_equal(t->ip_version, 6);
	assert_int_equal(t->ttl, 63);
	assert_int_equal(t->traffic_class, 0xb9);
	assert_memory_equal(t->src.bytes,
	    "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
	assert_memory_equal(t->dst.bytes,
	    "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2", 16);
	assert_int_equal(w.packet.anomalies, 0);
}

static void
test_unusable(void **state)
{
	(void)state;
	walked_refuses(E "60000000 000a 1140", ANOMALY_IPV6_SHORT);
	walked_refuses(E "40000000 000a 1140" IPV6_ADDRESSES UDP,
	    ANOMALY_IPV6_VERSION);
	walked_refuses(E "60000000 0008 0040" IPV6_ADDRESSES
	    "1101 000000000000", ANOMALY_IPV6_EXTENSION);
}

static void
test_payload_length(void **state)
{
	const struct conversation *t;

	(void)state;
	walked_hex(&w, E "60000000 0040 1140" IPV6_ADDRESSES UDP);
	t = walked_conversation(&w, 1);
	assert_true(walked_has(&w, ANOMALY_IPV6_PAYLOAD_LENGTH));
	assert_int_equal(t->ip_bytes, 104);
	assert_int_equal(t->payload_bytes, 2);
	assert_int_equal(t->beyond_frame, 54);
	/* Zero: a segment that was to be cut up by the card. */
	assert_udp(E "60000000 0000 1140" IPV6_ADDRESSES UDP, 50);
	assert_int_equal(w.packet.anomalies, 0);
}

static void
test_extensions(void **state)
{
	(void)state;
	/* Hop-by-hop, destination, routing used up, AH. */
	assert_udp(E "60000000 003a 0040" IPV6_ADDRESSES
	    "3c00 050200000000"
	    "2b00 010400000000"
	    "3300 000000000000"
	    "1104 0000 00000001 00000001 000102030405060708090a0b" UDP, 98);
	assert_int_equal(w.packet.anomalies, 0);
	assert_false(w.walk.is_rerouted);
	/* Mobility, HIP and Shim6 with an upper layer behind them. */
	assert_udp(E "60000000 0022 8740" IPV6_ADDRESSES
	    "8b00 000000000000"
	    "8c00 000000000000"
	    "1100 000000000000" UDP, 74);
}

/* The transport checksum then covers addresses that are elsewhere. */
static void
test_rerouted(void **state)
{
	(void)state;
	w.walk.is_checking = true;
	walked_hex(&w, E "60000000 0022 2b40" IPV6_ADDRESSES
	    "1102 0001 00000000 20010db8000000000000000000000003"
	    "03e8 07d0 000a 1234 abcd");
	assert_true(w.walk.is_rerouted);
	assert_int_equal(w.conversations[0].checksum, CHECKSUM_UNKNOWN);
	walked_hex(&w, E "60000000 0022 3c40" IPV6_ADDRESSES
	    "1102 c910 20010db8000000000000000000000003 01020000"
	    "03e8 07d0 000a 1234 abcd");
	assert_true(w.walk.is_rerouted);
	walked_hex(&w, E "60000000 000a 1140" IPV6_ADDRESSES
	    "03e8 07d0 000a 1234 abcd");
	assert_false(w.walk.is_rerouted);
	assert_int_equal(w.conversations[0].checksum, CHECKSUM_BAD);
}

static void
test_no_transport(void **state)
{
	const struct conversation *t;

	(void)state;
	walked_hex(&w, E "60000000 0000 3b40" IPV6_ADDRESSES "000000000000");
	t = walked_conversation(&w, 1);
	assert_int_equal(t->protocol, 59);
	assert_int_equal(t->ip_bytes, 40);
	assert_int_equal(t->payload_bytes, 0);
	walked_hex(&w, E "60000000 0010 3240" IPV6_ADDRESSES
	    "00000001 00000001 0102030405060708");
	t = walked_conversation(&w, 1);
	assert_int_equal(t->protocol, 50);
	assert_int_equal(t->payload_bytes, 16);
	/* A mobility message with nothing behind it. */
	walked_hex(&w, E "60000000 0008 8740" IPV6_ADDRESSES
	    "3b00 000000000000");
	t = walked_conversation(&w, 1);
	assert_int_equal(t->protocol, 135);
}

/* 64 extension headers are followed, one more is not. */
static void
test_many_extensions(void **state)
{
	static char hex[4096];
	int count, i;
	size_t at;

	(void)state;
	for (count = 64; count <= 65; count++) {
		at = (size_t)snprintf(hex, sizeof(hex), "%s60000000 %04x 3c40 %s",
		    E, (unsigned int)(count * 8 + 10), IPV6_ADDRESSES);
		for (i = 1; i <= count; i++)
			at += (size_t)snprintf(&hex[at], sizeof(hex) - at,
			    "%s00010400000000", i < count ? "3c" : "11");
		snprintf(&hex[at], sizeof(hex) - at, "%s", UDP);
		if (count == 64)
			assert_udp(hex, 40 + 64 * 8 + 10);
		else
			walked_refuses(hex, ANOMALY_IPV6_EXTENSION);
	}
}

#define FIRST E "60000000 0018 2c40" IPV6_ADDRESSES			\
	"1100 0001 00000007 03e8 07d0 0014 0000 0102030405060708"
#define SECOND E "60000000 000c 2c40" IPV6_ADDRESSES			\
	"1100 0010 00000007 090a0b0c"

static void
test_fragments(void **state)
{
	const struct conversation *t;

	(void)state;
	walked_hex(&w, FIRST);
	assert_int_equal(w.packet.outcome, PACKET_FRAGMENT);
	walked_hex(&w, SECOND);
	t = walked_conversation(&w, 1);
	assert_int_equal(w.packet.frames, 2);
	assert_int_equal(t->protocol, PROTOCOL_UDP);
	assert_int_equal(t->fragments, 2);
	assert_int_equal(t->ip_bytes, 64 + 52);
	assert_int_equal(t->payload_bytes, 12);
	assert_int_equal(fragments_unfinished(w.fragments), 0);
}

/* Headers behind the Fragment header come with the first fragment. */
static void
test_fragments_extension(void **state)
{
	const struct conversation *t;

	(void)state;
	walked_hex(&w, E "60000000 001c 2c40" IPV6_ADDRESSES
	    "3c00 0010 00000009 0102030405060708 03e8 07d0 0008 0000");
	assert_int_equal(w.packet.outcome, PACKET_FRAGMENT);
	walked_hex(&w, E "60000000 0018 2c40" IPV6_ADDRESSES
	    "3c00 0001 00000009 1101 010c 00000000 0000000000000000");
	assert_int_equal(w.packet.outcome, PACKET_IN_FLOW);
	t = walked_conversation(&w, 1);
	assert_int_equal(t->protocol, PROTOCOL_UDP);
	assert_int_equal(t->src_port, 0x0102);
	assert_int_equal(t->fragments, 2);
}

static void
test_fragment_alone(void **state)
{
	(void)state;
	assert_udp(E "60000000 0012 2c40" IPV6_ADDRESSES
	    "1100 0000 00000007" UDP, 58);
	assert_int_equal(w.packet.frames, 1);
	/* One Fragment header inside another. */
	walked_refuses(E "60000000 001a 2c40" IPV6_ADDRESSES
	    "2c00 0000 00000007 1100 0000 00000008" UDP,
	    ANOMALY_IPV6_EXTENSION);
}

/* RFC 2675: the length is in the hop-by-hop header; UDP's is 0. */
static void
test_jumbogram(void **state)
{
	static uint8_t bytes[14 + 40 + 8 + 8 + 70000];
	const struct conversation *t;
	size_t size;

	(void)state;
	size = walked_bytes(E "60000000 0000 0040" IPV6_ADDRESSES
	    "1100 c204 00011180 03e8 07d0 0000 0000", bytes, sizeof(bytes));
	assert_int_equal(size, 70);
	walked_frame(&w, bytes, sizeof(bytes), sizeof(bytes));
	t = walked_conversation(&w, 1);
	assert_int_equal(w.packet.anomalies, 0);
	assert_int_equal(t->ip_bytes, 40 + 0x11180);
	assert_int_equal(t->payload_bytes, 70000);
	assert_false(t->udp.is_length_odd);
	/* Longer than the frame. */
	bytes[58] = 0x7f;
	walked_frame(&w, bytes, sizeof(bytes), sizeof(bytes));
	t = walked_conversation(&w, 1);
	assert_true(walked_has(&w, ANOMALY_IPV6_PAYLOAD_LENGTH));
	assert_int_equal(t->payload_bytes, 70000);
}

static void
test_cuts(void **state)
{
	(void)state;
	walked_every_cut(&w, E "60000000 003a 0040" IPV6_ADDRESSES
	    "3c00 050200000000"
	    "2b00 010400000000"
	    "3300 000000000000"
	    "1104 0000 00000001 00000001 000102030405060708090a0b" UDP);
	walked_every_cut(&w, E "60000000 0000 0040" IPV6_ADDRESSES
	    "1100 c204 00000012" UDP);
	walked_every_cut(&w, FIRST);
	walked_every_cut(&w, SECOND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_fields),
		TEST(test_unusable),
		TEST(test_payload_length),
		TEST(test_extensions),
		TEST(test_rerouted),
		TEST(test_no_transport),
		TEST(test_many_extensions),
		TEST(test_fragments),
		TEST(test_fragments_extension),
		TEST(test_fragment_alone),
		TEST(test_jumbogram),
		TEST(test_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
