/*
 * The table of sockets: who had a port while a flow lasted, and who did not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "host/programs_table.h"

#define SECOND INT64_C(1000000000)
#define START (INT64_C(1700000000) * SECOND)

enum { OWN = 1, OTHER = 2, THIRD = 3, ENTRIES = 64, TCP = 6, UDP = 17 };

static struct programs_table	*table;

static int
setup(void **state)
{
	struct hash_secret secret;

	(void)state;
	hash_secret_draw(&secret);
	table = programs_table_new(&secret, ENTRIES);
	programs_table_set_netns(table, OWN);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	programs_table_free(table);
	return 0;
}

/* 10.0.0.x */
static struct news_socket
socket_of(uint8_t protocol, uint8_t local, uint16_t local_port,
    uint8_t remote, uint16_t remote_port)
{
	struct news_socket s = { .protocol = protocol, .family = 4,
	    .netns = OWN, .local_port = local_port,
	    .remote_port = remote_port };

	if (local != 0)
		memcpy(s.local, (uint8_t[]){ 10, 0, 0, local }, 4);
	if (remote != 0)
		memcpy(s.remote, (uint8_t[]){ 10, 0, 0, remote }, 4);
	return s;
}

static void
tell_process(uint32_t slot, uint32_t pid)
{
	struct news n = { .kind = NEWS_PROCESS, .slot = slot,
	    .process = { .pid = pid } };

	(void)snprintf(n.process.name, sizeof n.process.name, "p%u", pid);
	programs_table_take(table, &n, START);
}

static void
tell_open(uint32_t slot, struct news_socket s, int64_t begin, enum news_by by)
{
	struct news n = { .kind = NEWS_SOCKET, .slot = slot, .socket = s,
	    .by = by, .begin_ns = START + begin, .end_ns = NEWS_OPEN };

	programs_table_take(table, &n, START + begin);
}

static void
tell_close(struct news_socket s, int64_t end)
{
	struct news n = { .kind = NEWS_CLOSE, .slot = NEWS_SLOT_ANY,
	    .socket = s, .end_ns = START + end };

	programs_table_take(table, &n, START + end);
}

static void
tell_address(uint32_t netns, uint8_t address)
{
	struct news n = { .kind = NEWS_ADDRESS, .netns = netns,
	    .socket = socket_of(0, address, 0, 0, 0) };

	programs_table_take(table, &n, START);
}

/* The pid of who had that end in that time; 0: nobody. */
static uint32_t
who(struct news_socket s, int64_t begin, int64_t end)
{
	struct programs_question q = { .protocol = s.protocol, .family = 4,
	    .local_port = s.local_port, .remote_port = s.remote_port,
	    .begin_ns = START + begin, .end_ns = START + end };
	struct process process;
	enum news_by by;

	memcpy(q.local, s.local, sizeof q.local);
	memcpy(q.remote, s.remote, sizeof q.remote);
	return programs_table_find(table, &q, &process, &by) ? process.pid :
	    0;
}

static void
test_connected(void **state)
{
	struct news_socket s = socket_of(TCP, 1, 49152, 2, 80);

	(void)state;
	tell_process(0, 100);
	tell_open(0, s, 0, NEWS_BY_EBPF);
	assert_int_equal(who(s, 0, SECOND), 100);
	assert_int_equal(who(socket_of(TCP, 1, 49153, 2, 80), 0, 1), 0);
	assert_int_equal(who(socket_of(TCP, 1, 49152, 3, 80), 0, 1), 0);
	assert_int_equal(who(socket_of(UDP, 1, 49152, 2, 80), 0, 1), 0);
	/* The other end is another socket. */
	assert_int_equal(who(socket_of(TCP, 2, 80, 1, 49152), 0, 1), 0);
}

/* The same ports and addresses, one connection after the other. */
static void
test_reused(void **state)
{
	struct news_socket s = socket_of(TCP, 1, 49152, 2, 80);

	(void)state;
	tell_process(0, 100);
	tell_process(1, 200);
	tell_open(0, s, 0, NEWS_BY_EBPF);
	tell_close(s, SECOND);
	tell_open(1, s, 2 * SECOND, NEWS_BY_EBPF);
	assert_int_equal(who(s, 0, SECOND), 100);
	assert_int_equal(who(s, 2 * SECOND, 3 * SECOND), 200);
	/* Late segments of the first one. */
	assert_int_equal(who(s, SECOND + 1, SECOND + 2), 100);
}

static void
test_handed_over(void **state)
{
	struct news_socket bound = socket_of(UDP, 1, 53, 0, 0);
	struct news_socket flow = socket_of(UDP, 1, 53, 2, 5000);

	(void)state;
	tell_process(0, 100);
	tell_process(1, 200);
	tell_open(0, bound, 0, NEWS_BY_EBPF);
	tell_close(bound, 10 * SECOND);
	tell_open(1, bound, 10 * SECOND + 1000, NEWS_BY_EBPF);
	assert_int_equal(who(flow, 0, 1), 100);
	assert_int_equal(who(flow, 10 * SECOND - 1, 10 * SECOND), 100);
	assert_int_equal(who(flow, 10 * SECOND + 1000, 11 * SECOND), 200);
	tell_close(bound, 20 * SECOND);
	assert_int_equal(who(flow, 21 * SECOND, 22 * SECOND), 0);
}

/* What is known by looking begins no earlier than is said. */
static void
test_not_before(void **state)
{
	struct news_socket bound = socket_of(UDP, 1, 53, 0, 0);
	struct news_socket flow = socket_of(UDP, 1, 53, 2, 5000);

	(void)state;
	tell_process(0, 100);
	tell_open(0, bound, SECOND, NEWS_BY_SOCKETS);
	assert_int_equal(who(flow, SECOND - SECOND / 4,
	    SECOND - SECOND / 4), 0);
	assert_int_equal(who(flow, SECOND - SECOND / 4, SECOND), 100);
}

/* An exit ends what the process had, but not its connections' flows. */
static void
test_exit(void **state)
{
	struct news_socket bound = socket_of(UDP, 1, 53, 0, 0);
	struct news_socket flow = socket_of(UDP, 1, 53, 2, 5000);
	struct news_socket connected = socket_of(TCP, 1, 49152, 2, 80);
	struct news gone = { .kind = NEWS_EXIT, .slot = 0,
	    .end_ns = START + SECOND };

	(void)state;
	tell_process(0, 100);
	tell_open(0, bound, 0, NEWS_BY_EBPF);
	tell_open(0, connected, 0, NEWS_BY_EBPF);
	programs_table_take(table, &gone, START + SECOND);
	assert_int_equal(who(flow, 0, SECOND), 100);
	assert_int_equal(who(flow, 3 * SECOND, 3 * SECOND), 0);
	assert_int_equal(who(connected, 3 * SECOND, 3 * SECOND), 100);
}

static void
test_listening(void **state)
{
	struct news_socket any = socket_of(TCP, 0, 80, 0, 0);
	struct news_socket one = socket_of(TCP, 1, 80, 0, 0);

	(void)state;
	tell_process(0, 100);
	tell_process(1, 200);
	tell_open(0, any, 0, NEWS_BY_SOCKETS);
	/* On which addresses is not known: those of others are not ours. */
	assert_int_equal(who(socket_of(TCP, 1, 80, 9, 5000), 0, 1), 0);
	tell_address(OWN, 1);
	tell_address(OWN, 2);
	assert_int_equal(who(socket_of(TCP, 1, 80, 9, 5000), 0, 1), 100);
	assert_int_equal(who(socket_of(TCP, 8, 80, 9, 5000), 0, 1), 0);
	/* Who is bound to the address itself comes first, as in the kernel. */
	tell_open(1, one, 0, NEWS_BY_SOCKETS);
	assert_int_equal(who(socket_of(TCP, 1, 80, 9, 5000), 1, 2), 200);
	assert_int_equal(who(socket_of(TCP, 2, 80, 9, 5000), 1, 2), 100);
	/* And the connection's own process before both. */
	tell_process(2, 300);
	tell_open(2, socket_of(TCP, 1, 80, 9, 5000), 1, NEWS_BY_EBPF);
	assert_int_equal(who(socket_of(TCP, 1, 80, 9, 5000), 1, 2), 300);
}

static void
test_addresses_change(void **state)
{
	struct news again = { .kind = NEWS_ADDRESSES, .netns = OWN };
	struct news_socket flow = socket_of(UDP, 1, 53, 2, 5000);

	(void)state;
	tell_process(0, 100);
	tell_open(0, socket_of(UDP, 0, 53, 0, 0), 0, NEWS_BY_EBPF);
	tell_address(OWN, 1);
	assert_int_equal(who(flow, 0, 1), 100);
	programs_table_take(table, &again, START);
	assert_int_equal(who(flow, 0, 1), 0);
	tell_address(OWN, 1);
	assert_int_equal(who(flow, 0, 1), 100);
}

static void
test_namespaces(void **state)
{
	struct news_socket s = socket_of(TCP, 1, 49152, 2, 80);
	struct news_socket other = s, third = s;

	(void)state;
	other.netns = OTHER;
	third.netns = THIRD;
	tell_process(0, 100);
	tell_process(1, 200);
	tell_process(2, 300);
	tell_open(1, other, 0, NEWS_BY_EBPF);
	assert_int_equal(who(s, 0, 1), 200);
	/* Two others with the same ends: it may be either. */
	tell_open(2, third, 0, NEWS_BY_EBPF);
	assert_int_equal(who(s, 0, 1), 0);
	tell_open(0, s, 0, NEWS_BY_EBPF);
	assert_int_equal(who(s, 0, 1), 100);
}

/* The kernel's word on a connection is not undone by a look at it. */
static void
test_better_word(void **state)
{
	struct news_socket s = socket_of(TCP, 1, 49152, 2, 80);

	(void)state;
	tell_process(0, 100);
	tell_process(1, 200);
	tell_open(0, s, 0, NEWS_BY_EBPF);
	tell_open(1, s, 1, NEWS_BY_SOCKETS);
	assert_int_equal(programs_table_count(table), 1);
	assert_int_equal(who(s, 0, 2), 100);
	tell_open(0, s, 2, NEWS_BY_EBPF);
	assert_int_equal(programs_table_count(table), 1);
}

/* A slot that is given to another process changes nothing that was told. */
static void
test_slot_again(void **state)
{
	struct news_socket s = socket_of(TCP, 1, 49152, 2, 80);

	(void)state;
	tell_process(0, 100);
	tell_open(0, s, 0, NEWS_BY_EBPF);
	tell_process(0, 200);
	assert_int_equal(who(s, 0, 1), 100);
	/* Nobody was told of in this slot. */
	tell_open(9, socket_of(TCP, 1, 49153, 2, 80), 0, NEWS_BY_EBPF);
	assert_int_equal(programs_table_count(table), 1);
}

/* Full: what closed first goes first, then what was opened first. */
static void
test_bounded(void **state)
{
	(void)state;
	tell_process(0, 100);
	for (uint16_t i = 0; i < ENTRIES; i++)
		tell_open(0, socket_of(TCP, 1, (uint16_t)(1000 + i), 2, 80),
		    i, NEWS_BY_EBPF);
	tell_close(socket_of(TCP, 1, 1005, 2, 80), 100);
	tell_open(0, socket_of(TCP, 1, 2000, 2, 80), 101, NEWS_BY_EBPF);
	assert_int_equal(programs_table_count(table), ENTRIES);
	assert_int_equal(who(socket_of(TCP, 1, 1005, 2, 80), 5, 90), 0);
	assert_int_equal(who(socket_of(TCP, 1, 1000, 2, 80), 5, 90), 100);
	tell_open(0, socket_of(TCP, 1, 2001, 2, 80), 102, NEWS_BY_EBPF);
	assert_int_equal(who(socket_of(TCP, 1, 1000, 2, 80), 5, 90), 0);
	assert_int_equal(who(socket_of(TCP, 1, 2001, 2, 80), 102, 103), 100);
}

static void
test_expiry(void **state)
{
	struct news_socket s = socket_of(TCP, 1, 49152, 2, 80);

	(void)state;
	tell_process(0, 100);
	tell_open(0, s, 0, NEWS_BY_EBPF);
	tell_close(s, SECOND);
	tell_open(0, socket_of(TCP, 1, 1, 2, 80), PROGRAMS_KEPT_NS,
	    NEWS_BY_EBPF);
	assert_int_equal(programs_table_count(table), 2);
	assert_int_equal(who(s, 0, SECOND), 100);
	tell_open(0, socket_of(TCP, 1, 2, 2, 80),
	    PROGRAMS_KEPT_NS + 2 * SECOND, NEWS_BY_EBPF);
	assert_int_equal(programs_table_count(table), 2);
	assert_int_equal(who(s, 0, SECOND), 0);
}

/* Sockets and exits in any order: the lists and the index stay whole. */
static void
test_churn(void **state)
{
	uint32_t random = 1;

	(void)state;
	for (uint32_t slot = 0; slot < 4; slot++)
		tell_process(slot, 100 + slot);
	for (int i = 0; i < 20000; i++) {
		struct news_socket s;

		random = random * 1664525 + 1013904223;
		s = socket_of(random >> 31 ? TCP : UDP, random >> 8 & 1,
		    (uint16_t)(1000 + (random >> 10) % 50), 2,
		    (uint16_t)(random >> 16) % 3);
		if (s.remote_port == 0)
			memset(s.remote, 0, sizeof s.remote);
		if (random >> 20 & 1)
			tell_open(random >> 21 & 3, s, i, NEWS_BY_EBPF);
		else
			tell_close(s, i);
		if (i % 997 == 0)
			tell_process(random >> 21 & 3, 100);
		assert_true(programs_table_count(table) <= ENTRIES);
		(void)who(s, i, i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_connected), TEST(test_reused),
		TEST(test_handed_over), TEST(test_not_before),
		TEST(test_exit), TEST(test_listening),
		TEST(test_addresses_change), TEST(test_namespaces),
		TEST(test_better_word), TEST(test_slot_again),
		TEST(test_bounded), TEST(test_expiry), TEST(test_churn)
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
