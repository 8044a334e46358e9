/*
 * Lines of /proc/net/tcp and its like.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host/sockets_proc.h"

static bool
is_little_endian(void)
{
	const uint16_t one = 1;

	return *(const uint8_t *)&one == 1;
}

static void
test_ipv4(void **state)
{
	static const uint8_t local[4] = { 127, 0, 0, 1 };
	static const uint8_t remote[4] = { 10, 0, 0, 2 };
	struct socket_facts f;
	const char *line = is_little_endian() ?
	    "  12: 0100007F:0016 0200000A:9C40 01 0000000A:0000000B "
	    "02:00000C80 00000003  1000        0 4000000000 2 0000 20 4 0 10\n"
	    :
	    "  12: 7F000001:0016 0A000002:9C40 01 0000000A:0000000B "
	    "02:00000C80 00000003  1000        0 4000000000 2 0000 20 4 0 10\n";

	(void)state;
	assert_true(sockets_proc_line(line, 6, 4, &f));
	assert_int_equal(f.has, 0);
	assert_int_equal(f.protocol, 6);
	assert_int_equal(f.family, 4);
	assert_int_equal(f.state, SOCKET_ESTABLISHED);
	assert_int_equal(f.timer, SOCKET_TIMER_KEEPALIVE);
	assert_int_equal(f.timer_ms, 32000);
	assert_memory_equal(f.local.address, local, 4);
	assert_memory_equal(f.remote.address, remote, 4);
	assert_int_equal(f.local.port, 22);
	assert_int_equal(f.remote.port, 40000);
	assert_int_equal(f.send_queue, 10);
	assert_int_equal(f.receive_queue, 11);
	assert_int_equal(f.uid, 1000);
	assert_true(f.inode == UINT64_C(4000000000));
}

static void
test_ipv6(void **state)
{
	static const uint8_t local[16] = { 0xfe, 0x80, [15] = 1 };
	struct socket_facts f;
	const char *line = is_little_endian() ?
	    "   0: 000080FE000000000000000001000000:01BB "
	    "00000000000000000000000000000000:0000 0A 00000000:00000000 "
	    "00:00000000 00000000     0        0 77 1 0 100 0 0 10 0\n" :
	    "   0: FE800000000000000000000000000001:01BB "
	    "00000000000000000000000000000000:0000 0A 00000000:00000000 "
	    "00:00000000 00000000     0        0 77 1 0 100 0 0 10 0\n";

	(void)state;
	assert_true(sockets_proc_line(line, 6, 6, &f));
	assert_int_equal(f.state, SOCKET_LISTEN);
	assert_memory_equal(f.local.address, local, 16);
	assert_int_equal(f.local.port, 443);
	assert_int_equal(f.remote.port, 0);
	assert_int_equal(f.inode, 77);
	/* A line of one family is none of the other. */
	assert_false(sockets_proc_line(line, 6, 4, &f));
}

static void
test_refused(void **state)
{
	static const char good[] =
	    "   1: 0100007F:0016 0200000A:9C40 01 0000000A:0000000B "
	    "02:00000C80 00000003  1000        0 4242";
	static const char *const bad[] = {
		"",
		"  sl  local_address rem_address   st tx_queue rx_queue tr "
		"tm->when retrnsmt   uid  timeout inode\n",
		"   1: 0100007F:0016 0200000A:9C40 00 0A:0B 02:0 3 1000 0 42",
		"   1: 0100007F:0016 0200000A:9C40 0C 0A:0B 02:0 3 1000 0 42",
		"   1: 0100007F:0016 0200000A 01 0A:0B 02:0 3 1000 0 42",
		"   1: 0100007G:0016 0200000A:9C40 01 0A:0B 02:0 3 1000 0 42",
		"   1: 0100007F00000000000000000000000000000000000000000:0016 "
		"0200000A:9C40 01 0A:0B 02:0 3 1000 0 42"
	};
	struct socket_facts f;
	char cut[sizeof good];

	(void)state;
	assert_true(sockets_proc_line(good, 6, 4, &f));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(sockets_proc_line(bad[i], 6, 4, &f));
	for (size_t size = 0; size + 6 < sizeof good; size++) {
		memcpy(cut, good, size);
		cut[size] = '\0';
		assert_false(sockets_proc_line(cut, 6, 4, &f));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ipv4),
		cmocka_unit_test(test_ipv6),
		cmocka_unit_test(test_refused)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
