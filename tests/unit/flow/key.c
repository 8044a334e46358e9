/*
 * Canonical keys: both directions have the same one, everything that may
 * differ makes another, and an ICMP error finds the key of what it quotes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "flow/key.h"

#include "../../lib/made.h"

enum { ROUNDS = 100000 };

static const struct flow_key_options plain;
static const struct flow_key_options all = { true, true };

static struct flow_key
key_of(const struct packet *p, int depth, const struct flow_key_options *o)
{
	struct flow_key key;

	memset(&key, 0xa5, sizeof(key));	/* all of it must be written */
	(void)flow_key_make(&key, p, &p->conversations[depth], o);
	return key;
}

static bool
is_same(struct flow_key x, struct flow_key y)
{
	return flow_key_is_equal(&x, &y);
}

/* The same packet the other way. */
static struct conversation
reversed(struct conversation t)
{
	struct conversation back = t;

	back.src = t.dst;
	back.dst = t.src;
	back.src_port = t.dst_port;
	back.dst_port = t.src_port;
	return back;
}

static void
test_both_directions(void **state)
{
	struct made m;
	struct made n;

	(void)state;
	for (uint64_t i = 0; i < ROUNDS; i++) {
		struct conversation t = made_udp(1, 0, 2, 0);
		uint64_t dice = hash_mix64(i);
		struct flow_key key;
		struct flow_key back;
		int sender;

		/* Few values, so that ends are often equal. */
		t.src.bytes[15] = dice & 3;
		t.dst.bytes[15] = dice >> 2 & 3;
		t.src.bytes[0] = t.dst.bytes[0];
		t.src.bytes[3] = t.dst.bytes[3];
		t.src_port = dice >> 4 & 3;
		t.dst_port = (uint16_t)((dice >> 6 & 3) << 8);
		sender = flow_key_make(&key, made_packet(&m, t, 0, 1),
		    m.conversations, &plain);
		(void)flow_key_make(&back, made_packet(&n, reversed(t), 0, 1),
		    n.conversations, &plain);
		assert_true(flow_key_is_equal(&key, &back));
		assert_memory_equal(sender == 0 ? &key.a : &key.b, &t.src,
		    sizeof(t.src));
		assert_memory_equal(sender == 0 ? &key.b : &key.a, &t.dst,
		    sizeof(t.dst));
		assert_int_equal(sender == 0 ? key.a_port : key.b_port,
		    t.src_port);
		assert_int_equal(sender == 0 ? key.b_port : key.a_port,
		    t.dst_port);
		assert_true(memcmp(&key.a, &key.b, sizeof(key.a)) < 0 ||
		    (memcmp(&key.a, &key.b, sizeof(key.a)) == 0 &&
		    key.a_port <= key.b_port));
	}
}

/* Sender's sides, and that a conversation with itself has two of them. */
static void
test_sides(void **state)
{
	struct flow_key key;
	struct made m;

	(void)state;
	assert_int_equal(flow_key_make(&key, made_packet(&m,
	    made_udp(1, 9, 2, 5), 0, 1), m.conversations, &plain), 0);
	assert_int_equal(flow_key_make(&key, made_packet(&m,
	    made_udp(2, 5, 1, 9), 0, 1), m.conversations, &plain), 1);
	assert_int_equal(flow_key_make(&key, made_packet(&m,
	    made_udp(1, 5, 1, 9), 0, 1), m.conversations, &plain), 0);
	assert_int_equal(flow_key_make(&key, made_packet(&m,
	    made_udp(1, 9, 1, 5), 0, 1), m.conversations, &plain), 1);
	assert_int_equal(flow_key_make(&key, made_packet(&m,
	    made_udp(1, 5, 1, 5), 0, 1), m.conversations, &plain), 0);
}

static void
test_every_part_counts(void **state)
{
	struct conversation t = made_udp(1, 1000, 2, 53);
	struct conversation other[7];
	struct flow_key key;
	struct made m;

	(void)state;
	key = key_of(made_packet(&m, t, 0, 1), 0, &plain);
	for (int i = 0; i < 7; i++)
		other[i] = t;
	other[0].src.bytes[3] = 9;
	other[1].dst.bytes[3] = 9;
	other[2].src_port++;
	other[3].dst_port++;
	other[4].protocol = PROTOCOL_UDPLITE;
	other[5].ip_version = 6;
	other[6].src_port = t.dst_port;	/* ports swapped, addresses not */
	other[6].dst_port = t.src_port;
	for (int i = 0; i < 7; i++)
		assert_false(is_same(key_of(made_packet(&m, other[i], 0, 1),
		    0, &plain), key));
	/* What is no part of it. */
	other[0] = t;
	other[0].ttl = 1;
	other[0].payload_bytes = 9;
	assert_true(is_same(key_of(made_packet(&m, other[0], 7, 8), 0,
	    &plain), key));
}

static void
test_vlan(void **state)
{
	struct made tagged;
	struct made other;
	struct made untagged;

	(void)state;
	(void)made_packet(&untagged, made_udp(1, 1, 2, 2), 0, 1);
	(void)made_packet(&tagged, made_udp(1, 1, 2, 2), 0, 1);
	tagged.packet.vlan_count = 2;
	tagged.packet.vlan[0] = 10;
	tagged.packet.vlan[1] = 20;
	other = tagged;
	other.packet.conversations = other.conversations;
	assert_true(is_same(key_of(&tagged.packet, 0, &plain),
	    key_of(&untagged.packet, 0, &plain)));
	assert_false(is_same(key_of(&tagged.packet, 0, &all),
	    key_of(&untagged.packet, 0, &all)));
	assert_true(is_same(key_of(&tagged.packet, 0, &all),
	    key_of(&other.packet, 0, &all)));
	other.packet.vlan[1] = 21;
	assert_false(is_same(key_of(&tagged.packet, 0, &all),
	    key_of(&other.packet, 0, &all)));
	other.packet.vlan_count = 1;	/* what is behind it does not count */
	assert_int_equal(key_of(&other.packet, 0, &all).vlan[1], 0);
	other.packet.vlan_count = 4;
	assert_int_equal(key_of(&other.packet, 0, &all).vlan[1], 21);
}

static void
test_tunnel(void **state)
{
	struct made m;
	struct made bare;
	struct made other;

	(void)state;
	(void)made_packet(&bare, made_udp(1, 1, 2, 2), 0, 1);
	(void)made_packet(&m, made_udp(8, 5000, 9, 4789), 0, 1);
	made_carry(&m, made_udp(1, 1, 2, 2), TUNNEL_VXLAN);
	m.conversations[1].tunnel_id = 42;
	other = m;
	other.packet.conversations = other.conversations;
	other.conversations[1].tunnel_id = 43;
	/* Inside and outside are two, whatever the options. */
	assert_false(is_same(key_of(&m.packet, 1, &plain),
	    key_of(&bare.packet, 0, &plain)));
	assert_true(is_same(key_of(&m.packet, 1, &plain),
	    key_of(&other.packet, 1, &plain)));
	assert_false(is_same(key_of(&m.packet, 1, &all),
	    key_of(&other.packet, 1, &all)));
	other.conversations[1].tunnel_id = 42;
	assert_true(is_same(key_of(&m.packet, 1, &all),
	    key_of(&other.packet, 1, &all)));
	other.conversations[1].tunnel = TUNNEL_GENEVE;
	assert_false(is_same(key_of(&m.packet, 1, &all),
	    key_of(&other.packet, 1, &all)));
}

/* An error, sent back by a router, quotes a packet of either direction. */
static void
test_quoted(void **state)
{
	struct conversation error = made_conversation(PROTOCOL_ICMP, 7, 3, 1,
	    1);
	struct flow_key wanted;
	struct flow_key key;
	struct made m;

	(void)state;
	wanted = key_of(made_packet(&m, made_udp(1, 1000, 2, 53), 0, 1), 0,
	    &plain);
	error.icmp.has_quote = true;
	error.icmp.quoted_protocol = PROTOCOL_UDP;
	error.icmp.quoted_src = made_address(4, 1);
	error.icmp.quoted_dst = made_address(4, 2);
	error.icmp.quoted_src_port = 1000;
	error.icmp.quoted_dst_port = 53;
	(void)made_packet(&m, error, 0, 1);
	assert_int_equal(flow_key_make_quoted(&key, &m.packet,
	    m.conversations, &plain), 0);
	assert_true(is_same(key, wanted));
	m.conversations[0].icmp.quoted_src = made_address(4, 2);
	m.conversations[0].icmp.quoted_dst = made_address(4, 1);
	m.conversations[0].icmp.quoted_src_port = 53;
	m.conversations[0].icmp.quoted_dst_port = 1000;
	assert_int_equal(flow_key_make_quoted(&key, &m.packet,
	    m.conversations, &plain), 1);
	assert_true(is_same(key, wanted));
	m.packet.vlan_count = 1;
	m.packet.vlan[0] = 5;
	(void)flow_key_make_quoted(&key, &m.packet, m.conversations, &all);
	assert_int_equal(key.vlan[0], 5);
}

/* What shares both addresses goes to one worker, and has its own slot. */
static void
test_hash(void **state)
{
	struct hash_secret secret;
	struct flow_key near;
	struct flow_key far;
	struct made m;
	uint64_t sum;

	(void)state;
	hash_secret_draw(&secret);
	near = key_of(made_packet(&m, made_udp(1, 1000, 2, 53), 0, 1), 0,
	    &plain);
	far = key_of(made_packet(&m, made_udp(2, 53, 1, 1001), 0, 1), 0,
	    &plain);
	sum = flow_key_sum_addresses(&near, &secret);
	assert_true(sum == flow_key_sum_addresses(&far, &secret));
	assert_true(flow_key_hash(&near, &secret, sum) !=
	    flow_key_hash(&far, &secret, sum));
	far = key_of(made_packet(&m, made_udp(1, 1000, 3, 53), 0, 1), 0,
	    &plain);
	assert_true(sum != flow_key_sum_addresses(&far, &secret));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_directions),
		cmocka_unit_test(test_sides),
		cmocka_unit_test(test_every_part_counts),
		cmocka_unit_test(test_vlan),
		cmocka_unit_test(test_tunnel),
		cmocka_unit_test(test_quoted),
		cmocka_unit_test(test_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
