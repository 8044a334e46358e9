/*
 * IPv4: header fields, lengths that disagree with the frame, options,
 * checksums, snapped frames, fragments.
 */
#include "../../lib/walked.h"

#define E ETHERNET("0800")
#define UDP "03e8 07d0 000a 0000 abcd"

static void
test_fields(void **state)
{
	const struct conversation *t;

	(void)state;
	w.walk.is_header_checked = true;
	walked_hex(&w, E "45b9001e 12344000 3f11 14e0 " IPV4_ADDRESSES UDP);
	t = walked_conversation(&w, 1);
	assert_int_equal(t->ip_version, 4);
	assert_memory_equal(t->src.bytes,
	    "\12\0\0\1\0\0\0\0\0\0\0\0\0\0\0", 16);
	assert_memory_equal(t->dst.bytes,
	    "\12\0\0\2\0\0\0\0\0\0\0\0\0\0\0", 16);
	assert_int_equal(t->protocol, PROTOCOL_UDP);
	assert_int_equal(t->ttl, 63);
	assert_int_equal(t->traffic_class, 0xb9);
	assert_int_equal(t->ip_bytes, 30);
	assert_int_equal(t->frame_bytes, 44);
	assert_int_equal(t->fragments, 1);
	assert_int_equal(t->start_ns, w.packet.frame.ts_ns);
	assert_int_equal(t->tunnel, TUNNEL_NONE);
	assert_false(t->is_ip_checksum_bad);
	assert_int_equal(w.packet.anomalies, 0);
}

static void
test_checksum(void **state)
{
	const struct conversation *t;

	(void)state;
	walked_hex(&w, E "45b9001e 12344000 3f11 14e1 " IPV4_ADDRESSES UDP);
	t = walked_conversation(&w, 1);
	assert_false(t->is_ip_checksum_bad);
	assert_int_equal(w.packet.anomalies, 0);
	w.walk.is_header_checked = true;
	walked_hex(&w, E "45b9001e 12344000 3f11 14e1 " IPV4_ADDRESSES UDP);
	t = walked_conversation(&w, 1);
	assert_true(t->is_ip_checksum_bad);
	assert_true(walked_has(&w, ANOMALY_IPV4_CHECKSUM));
	assert_int_equal(t->dst_port, 2000);
}

static void
test_unusable(void **state)
{
	(void)state;
	walked_refuses(E "4500", ANOMALY_IPV4_SHORT);
	walked_refuses(E "6500001e 00000000 4011 0000 " IPV4_ADDRESSES UDP,
	    ANOMALY_IPV4_VERSION);
	walked_refuses(E "4400001e 00000000 4011 0000 " IPV4_ADDRESSES UDP,
	    ANOMALY_IPV4_HEADER_LENGTH);
	walked_refuses(E "4f00001e 00000000 4011 0000 " IPV4_ADDRESSES UDP,
	    ANOMALY_IPV4_HEADER_LENGTH);
	walked_refuses(E "45000013 00000000 4011 0000 " IPV4_ADDRESSES UDP,
	    ANOMALY_IPV4_TOTAL_LENGTH);
}

/* What the frame holds counts, even if the header promises more. */
static void
test_total_length(void **state)
{
	const struct conversation *t;

	(void)state;
	walked_hex(&w, E "45000040 00000000 4011 0000 " IPV4_ADDRESSES
	    "03e8 07d0 000a 0000 abcd");
	t = walked_conversation(&w, 1);
	assert_true(walked_has(&w, ANOMALY_IPV4_TOTAL_LENGTH));
	assert_false(walked_has(&w, ANOMALY_UDP_LENGTH));
	assert_int_equal(t->ip_bytes, 64);
	assert_int_equal(t->payload_bytes, 2);
	assert_int_equal(t->beyond_frame, 34);

	/* Zero: a segment that was to be cut up by the card. */
	walked_hex(&w, E "45000000 00000000 4006 0000 " IPV4_ADDRESSES
	    "03e8 07d0 00000001 00000002 5018 0100 0000 0000 0102030405");
	t = walked_conversation(&w, 1);
	assert_int_equal(w.packet.anomalies, 0);
	assert_int_equal(t->ip_bytes, 45);
	assert_int_equal(t->payload_bytes, 5);
}

static void
test_options(void **state)
{
	const struct conversation *t;

	(void)state;
	walked_hex(&w, E "46000022 00000000 4011 0000 " IPV4_ADDRESSES
	    "94040000" UDP);
	t = walked_conversation(&w, 1);
	assert_int_equal(w.packet.anomalies, 0);
	assert_int_equal(t->src_port, 1000);
	walked_hex(&w, E "46000022 00000000 4011 0000 " IPV4_ADDRESSES
	    "01010100" UDP);
	assert_int_equal(w.packet.anomalies, 0);
	walked_hex(&w, E "46000022 00000000 4011 0000 " IPV4_ADDRESSES
	    "94050000" UDP);
	t = walked_conversation(&w, 1);
	assert_true(walked_has(&w, ANOMALY_IPV4_OPTIONS));
	assert_int_equal(t->src_port, 1000);
	walked_hex(&w, E "46000022 00000000 4011 0000 " IPV4_ADDRESSES
	    "94010000" UDP);
	assert_true(walked_has(&w, ANOMALY_IPV4_OPTIONS));
	walked_hex(&w, E "46000022 00000000 4011 0000 " IPV4_ADDRESSES
	    "01010194" UDP);
	assert_true(walked_has(&w, ANOMALY_IPV4_OPTIONS));
}

/* A snapped frame counts what was sent. */
static void
test_snapped(void **state)
{
	const struct conversation *t;

	(void)state;
	walked_snapped(&w, E "45000024 00000000 4011 0000 " IPV4_ADDRESSES
	    "03e8 07d0 0010 0000 0102030405060708", 14 + 20 + 8 + 3);
	t = walked_conversation(&w, 1);
	assert_int_equal(w.packet.anomalies, 0);
	assert_int_equal(t->ip_bytes, 36);
	assert_int_equal(t->payload_bytes, 8);
	assert_int_equal(t->payload_captured, 3);
	assert_memory_equal(t->payload, "\1\2\3", 3);
	/* The padding was cut off, the packet not quite. */
	walked_snapped(&w, E "4500001e 00000000 4011 0000 " IPV4_ADDRESSES UDP
	    "00000000 00000000", 14 + 20 + 9);
	t = walked_conversation(&w, 1);
	assert_int_equal(w.packet.anomalies, 0);
	assert_int_equal(t->payload_bytes, 2);
	assert_int_equal(t->payload_captured, 1);
}

static void
test_unknown_protocol(void **state)
{
	const struct conversation *t;

	(void)state;
	walked_hex(&w, E "45000018 00000000 40fd 0000 " IPV4_ADDRESSES
	    "01020304");
	t = walked_conversation(&w, 1);
	assert_int_equal(t->protocol, 253);
	assert_int_equal(t->src_port, 0);
	assert_int_equal(t->payload_bytes, 4);
	assert_false(t->has_transport);
	walked_hex(&w, E "45000014 00000000 4059 0000 " IPV4_ADDRESSES);
	t = walked_conversation(&w, 1);
	assert_int_equal(t->protocol, 89);
	assert_int_equal(t->payload_bytes, 0);
}

/* An Authentication Header is passed on the way to the transport. */
static void
test_authentication(void **state)
{
	const struct conversation *t;

	(void)state;
	walked_hex(&w, E "45000036 00000000 4033 0000 " IPV4_ADDRESSES
	    "1104 0000 00000001 00000001 000102030405060708090a0b" UDP);
	t = walked_conversation(&w, 1);
	assert_int_equal(t->protocol, PROTOCOL_UDP);
	assert_int_equal(t->dst_port, 2000);
	assert_int_equal(t->payload_bytes, 2);
	walked_hex(&w, E "4500001c 00000000 4033 0000 " IPV4_ADDRESSES
	    "1104 0000 00000001");
	t = walked_conversation(&w, 1);
	assert_int_equal(t->protocol, 51);
	assert_true(walked_has(&w, ANOMALY_TRANSPORT_SHORT));
}

#define FIRST E "45000024 00072000 4011 0000 " IPV4_ADDRESSES		\
	"03e8 07d0 0014 0000 0102030405060708"
#define SECOND E "45000018 00070002 4011 0000 " IPV4_ADDRESSES		\
	"090a0b0c" "0000000000000000000000000000000000"

static void
test_fragments(void **state)
{
	const struct conversation *t;

	(void)state;
	walked_hex(&w, FIRST);
	assert_int_equal(w.packet.outcome, PACKET_FRAGMENT);
	assert_int_equal(fragments_unfinished(w.fragments), 1);
	walked_hex(&w, SECOND);
	t = walked_conversation(&w, 1);
	assert_int_equal(fragments_unfinished(w.fragments), 0);
	assert_int_equal(w.packet.frames, 2);
	assert_int_equal(w.packet.anomalies, 0);
	assert_int_equal(t->fragments, 2);
	assert_int_equal(t->ip_bytes, 36 + 24);
	assert_int_equal(t->frame_bytes, 50 + 55);
	assert_int_equal(t->start_ns, w.packet.frame.ts_ns - 1000);
	assert_int_equal(t->src_port, 1000);
	assert_int_equal(t->payload_bytes, 12);
	assert_int_equal(t->payload_captured, 12);
	assert_memory_equal(t->payload,
	    "\1\2\3\4\5\6\7\10\11\12\13\14", 12);
}

/* The last fragment first, and one byte of the first was not captured. */
static void
test_fragments_snapped(void **state)
{
	const struct conversation *t;

	(void)state;
	walked_hex(&w, SECOND);
	assert_int_equal(w.packet.outcome, PACKET_FRAGMENT);
	walked_snapped(&w, FIRST, 14 + 20 + 15);
	t = walked_conversation(&w, 1);
	assert_int_equal(t->payload_bytes, 12);
	assert_int_equal(t->payload_captured, 7);
	assert_int_equal(t->fragments, 2);
}

/* A whole datagram that is of no use still speaks for all its frames. */
static void
test_fragments_malformed(void **state)
{
	(void)state;
	walked_snapped(&w, FIRST, 14 + 20 + 3);
	walked_hex(&w, SECOND);
	assert_int_equal(w.packet.outcome, PACKET_MALFORMED);
	assert_int_equal(w.packet.malformed_by, ANOMALY_UDP_SHORT);
	assert_int_equal(w.packet.frames, 2);
	assert_int_equal(fragments_unfinished(w.fragments), 0);
}

static void
test_cuts(void **state)
{
	(void)state;
	walked_every_cut(&w, E "46000022 00000000 4011 0000 " IPV4_ADDRESSES
	    "94040000" UDP);
	walked_every_cut(&w, E "45000036 00000000 4033 0000 " IPV4_ADDRESSES
	    "1104 0000 00000001 00000001 000102030405060708090a0b" UDP);
	walked_every_cut(&w, FIRST);
	walked_every_cut(&w, SECOND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_fields),
		TEST(test_checksum),
		TEST(test_unusable),
		TEST(test_total_length),
		TEST(test_options),
		TEST(test_snapped),
		TEST(test_unknown_protocol),
		TEST(test_authentication),
		TEST(test_fragments),
		TEST(test_fragments_snapped),
		TEST(test_fragments_malformed),
		TEST(test_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
