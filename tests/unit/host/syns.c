/*
 * SYNs and the tables of other namespaces, from bytes: what they say, and that
 * nothing else is taken for one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host/namespaces.h"
#include "host/syns.h"

/* 10.0.0.1:50000 > 10.0.0.2:80, SYN; with four bytes of IP options. */
static const uint8_t syn4[] = {
	0x46, 0, 0, 44, 0, 1, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
	1, 1, 1, 0,
	0xc3, 0x50, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 0x02, 0xff, 0xff,
	0, 0, 0, 0
};

/* fd00::1, port 50000 > fd00::2, port 80 */
static const uint8_t syn6[] = {
	0x60, 0, 0, 0, 0, 20, 6, 64,
	0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
	0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
	0xc3, 0x50, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 0x02, 0xff, 0xff,
	0, 0, 0, 0
};

static void
test_syn(void **state)
{
	struct socket_facts facts;
	const uint8_t local[16] = { 10, 0, 0, 1 };
	const uint8_t remote6[16] = { 0xfd, [15] = 2 };

	(void)state;
	assert_true(syns_read(syn4, sizeof syn4, &facts));
	assert_int_equal(facts.family, 4);
	assert_int_equal(facts.protocol, 6);
	assert_memory_equal(facts.local.address, local, 16);
	assert_int_equal(facts.local.port, 50000);
	assert_int_equal(facts.remote.port, 80);
	assert_true(syns_read(syn6, sizeof syn6, &facts));
	assert_int_equal(facts.family, 6);
	assert_memory_equal(facts.remote.address, remote6, 16);
	assert_int_equal(facts.local.port, 50000);
}

static bool
is_read_with(size_t at, uint8_t value)
{
	uint8_t changed[sizeof syn4];
	struct socket_facts facts;

	memcpy(changed, syn4, sizeof syn4);
	changed[at] = value;
	return syns_read(changed, sizeof changed, &facts);
}

static void
test_others(void **state)
{
	(void)state;
	assert_false(is_read_with(0, 0x56));	/* version */
	assert_false(is_read_with(0, 0x44));	/* a header of 16 bytes */
	assert_false(is_read_with(9, 17));	/* UDP */
	assert_false(is_read_with(7, 1));	/* a later fragment */
	assert_false(is_read_with(37, 0x12));	/* SYN and ACK */
	assert_false(is_read_with(37, 0x10));	/* ACK */
	assert_true(is_read_with(37, 0xc2));	/* SYN, ECE and CWR */
}

static void
test_syn_cut_off(void **state)
{
	struct socket_facts facts;

	(void)state;
	for (size_t size = 0; size < 38; size++) {
		uint8_t *copy = malloc(size + 1);

		assert_non_null(copy);
		memcpy(copy, syn4, size);
		assert_false(syns_read(copy, size, &facts));
		free(copy);
	}
}

static void
test_fib_trie(void **state)
{
	uint8_t last[4] = { 0 }, ip[4] = { 0 };
	const uint8_t wanted[4] = { 10, 78, 0, 1 };

	(void)state;
	assert_false(namespaces_line("Local:\n", last, ip));
	assert_false(namespaces_line("     |-- 10.78.0.0\n", last, ip));
	assert_false(namespaces_line("        /24 link UNICAST\n", last, ip));
	assert_false(namespaces_line("     |-- 10.78.0.1\n", last, ip));
	assert_true(namespaces_line("        /32 host LOCAL\n", last, ip));
	assert_memory_equal(ip, wanted, 4);
	assert_false(namespaces_line("        /8 host LOCAL\n", last, ip));
}

static void
test_if_inet6(void **state)
{
	const uint8_t wanted[16] = { 0xfd, 0x78, [15] = 1 };
	uint8_t ip[16];

	(void)state;
	assert_true(namespaces_line6("fd780000000000000000000000000001 02 40 "
	    "00 80    wire0\n", ip));
	assert_memory_equal(ip, wanted, 16);
	assert_false(namespaces_line6("fd78000000000000\n", ip));
	assert_false(namespaces_line6("", ip));
	assert_false(namespaces_line6("fd78000000000000000000000000000", ip));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_syn),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_syn_cut_off),
		cmocka_unit_test(test_fib_trie),
		cmocka_unit_test(test_if_inet6)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
