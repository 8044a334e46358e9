/*
 * The kernel's answers about sockets: what each place means, and that no
 * answer, however short or wrong, is read past its end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "host/sockets_message.h"

enum { HEAD = 72, INFO = 232, ROOM = 1024 };

#define ALWAYS	(SOCKET_COOKIE | SOCKET_BACKLOG)

static uint8_t	message[ROOM];
static size_t	size;

static void
put_16(size_t at, uint16_t value)
{
	memcpy(message + at, &value, sizeof value);
}

static void
put_32(size_t at, uint32_t value)
{
	memcpy(message + at, &value, sizeof value);
}

static void
put_64(size_t at, uint64_t value)
{
	memcpy(message + at, &value, sizeof value);
}

/* The head of a connection 10.0.0.1:22 to 10.0.0.2:40000, no attributes. */
static int
setup(void **state)
{
	static const uint8_t ends[2][4] = { { 10, 0, 0, 1 }, { 10, 0, 0, 2 } };

	(void)state;
	memset(message, 0, sizeof message);
	message[0] = AF_INET;
	message[1] = SOCKET_ESTABLISHED;
	message[2] = SOCKET_TIMER_KEEPALIVE;
	message[5] = 22;
	message[6] = 40000 >> 8;
	message[7] = 40000 & 0xff;
	memcpy(message + 8, ends[0], 4);
	memcpy(message + 24, ends[1], 4);
	put_32(40, 3);
	put_64(44, UINT64_C(0x0123456789abcdef));
	put_32(52, 7200);
	put_32(56, 11);
	put_32(60, 12);
	put_32(64, 1000);
	put_32(68, 4000000000);
	size = HEAD;
	return 0;
}

/* Adds an attribute; returns where its value stands. */
static size_t
add(uint16_t type, size_t value_size)
{
	size_t at = size;

	put_16(at, (uint16_t)(4 + value_size));
	put_16(at + 2, type);
	size += (4 + value_size + 3) / 4 * 4;
	return at + 4;
}

static bool
read_message(struct socket_facts *facts)
{
	/* A copy of its own, whose end a sanitizer watches. */
	uint8_t *copy = malloc(size > 0 ? size : 1);
	bool is_read;

	assert_non_null(copy);
	memcpy(copy, message, size);
	is_read = sockets_message_read(copy, size, 6, facts);
	free(copy);
	return is_read;
}

static void
test_head(void **state)
{
	struct socket_facts f;
	static const uint8_t local[16] = { 10, 0, 0, 1 };
	static const uint8_t remote[16] = { 10, 0, 0, 2 };

	(void)state;
	assert_true(read_message(&f));
	assert_int_equal(f.has, ALWAYS);
	assert_int_equal(f.protocol, 6);
	assert_int_equal(f.family, 4);
	assert_int_equal(f.state, SOCKET_ESTABLISHED);
	assert_int_equal(f.timer, SOCKET_TIMER_KEEPALIVE);
	assert_int_equal(f.timer_ms, 7200);
	assert_memory_equal(f.local.address, local, 16);
	assert_memory_equal(f.remote.address, remote, 16);
	assert_int_equal(f.local.port, 22);
	assert_int_equal(f.remote.port, 40000);
	assert_int_equal(f.interface, 3);
	assert_true(f.cookie == UINT64_C(0x0123456789abcdef));
	assert_int_equal(f.receive_queue, 11);
	assert_int_equal(f.send_queue, 12);
	assert_int_equal(f.uid, 1000);
	assert_int_equal(f.inode, 4000000000);
}

static void
test_refused(void **state)
{
	struct socket_facts f;

	(void)state;
	for (size = 0; size < HEAD; size++)
		assert_false(read_message(&f));
	message[0] = AF_UNIX;
	assert_false(read_message(&f));
	message[0] = AF_INET;
	message[1] = 0;
	assert_false(read_message(&f));
	message[1] = SOCKET_STATES;
	assert_false(read_message(&f));
	message[1] = SOCKET_CLOSING;
	message[2] = 200;
	assert_true(read_message(&f));
	assert_int_equal(f.timer, SOCKET_TIMER_NONE);
}

static void
test_tcp_info(void **state)
{
	struct socket_facts f;
	size_t info = add(2, INFO);

	(void)state;
	put_32(info + 8, 204000);
	put_32(info + 16, 1448);
	put_32(info + 24, 5);
	put_32(info + 32, 2);
	put_32(info + 60, 1500);
	put_32(info + 68, 31000);
	put_32(info + 72, 900);
	put_32(info + 80, 10);
	put_32(info + 100, 7);
	put_64(info + 120, UINT64_C(5000000000));
	put_64(info + 128, UINT64_C(6000000000));
	put_32(info + 136, 101);
	put_32(info + 140, 102);
	put_32(info + 148, 29000);
	put_64(info + 200, UINT64_C(5000001448));
	put_64(info + 208, 1448);
	add(11, 1);
	assert_true(read_message(&f));
	assert_int_equal(f.has, ALWAYS | SOCKET_V6ONLY |
	    SOCKET_TCP_INFO | SOCKET_TCP_BYTES | SOCKET_TCP_SEGMENTS |
	    SOCKET_TCP_SENT);
	assert_int_equal(f.rto_us, 204000);
	assert_int_equal(f.mss, 1448);
	assert_int_equal(f.unacknowledged, 5);
	assert_int_equal(f.lost, 2);
	assert_int_equal(f.path_mtu, 1500);
	assert_int_equal(f.rtt_us, 31000);
	assert_int_equal(f.rttvar_us, 900);
	assert_int_equal(f.congestion_window, 10);
	assert_int_equal(f.retransmits, 7);
	assert_true(f.bytes_acked == UINT64_C(5000000000));
	assert_true(f.bytes_received == UINT64_C(6000000000));
	assert_int_equal(f.segments_sent, 101);
	assert_int_equal(f.segments_received, 102);
	assert_int_equal(f.rtt_min_us, 29000);
	assert_true(f.bytes_sent == UINT64_C(5000001448));
	assert_int_equal(f.bytes_retransmitted, 1448);
	assert_false(f.is_v6only);
	message[1] = SOCKET_LISTEN;
	assert_true(read_message(&f));
	assert_int_equal(f.has, ALWAYS | SOCKET_V6ONLY);
}

/* An older kernel's tcp_info ends sooner; never in the middle of a member. */
static void
test_old_tcp_info(void **state)
{
	static const struct {
		size_t		size;
		unsigned int	has;
	} ages[] = {
		{ 0, 0 }, { 103, 0 }, { 104, SOCKET_TCP_INFO },
		{ 135, SOCKET_TCP_INFO },
		{ 136, SOCKET_TCP_INFO | SOCKET_TCP_BYTES },
		{ 151, SOCKET_TCP_INFO | SOCKET_TCP_BYTES },
		{ 152, SOCKET_TCP_INFO | SOCKET_TCP_BYTES |
		    SOCKET_TCP_SEGMENTS },
		{ 215, SOCKET_TCP_INFO | SOCKET_TCP_BYTES |
		    SOCKET_TCP_SEGMENTS },
		{ 216, SOCKET_TCP_INFO | SOCKET_TCP_BYTES |
		    SOCKET_TCP_SEGMENTS | SOCKET_TCP_SENT }
	};
	struct socket_facts f;

	for (size_t i = 0; i < sizeof ages / sizeof ages[0]; i++) {
		(void)setup(state);
		(void)add(2, ages[i].size);
		assert_true(read_message(&f));
		assert_int_equal(f.has, ALWAYS | ages[i].has);
	}
}

/* Attributes that are cut off, lie about their size, or are unknown. */
static void
test_hostile(void **state)
{
	struct socket_facts f;
	size_t whole;

	(void)state;
	(void)add(77, 5);
	(void)add(2 | 0x8000, INFO);
	message[add(11, 1)] = 1;
	whole = size;
	assert_true(read_message(&f));
	assert_true((f.has & SOCKET_TCP_INFO) != 0 && f.is_v6only);
	for (size = HEAD; size < whole; size++)
		assert_true(read_message(&f));
	size = whole - 3;	/* the last one without its padding */
	assert_true(read_message(&f));
	assert_true(f.is_v6only);
	size = whole;
	for (uint16_t lie = 0; lie < 4; lie++) {
		put_16(HEAD, lie);
		assert_true(read_message(&f));
		assert_int_equal(f.has, ALWAYS);
	}
	put_16(HEAD, UINT16_MAX);
	assert_true(read_message(&f));
	assert_int_equal(f.has, ALWAYS);
}

static void
test_unmap(void **state)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	static const uint8_t four[16] = { 10, 0, 0, 1 };
	struct socket_facts f = { .family = 6 };

	(void)state;
	assert_false(socket_unmap(&f));
	memcpy(f.local.address, mapped, sizeof mapped);
	memcpy(f.local.address + 12, four, 4);
	memcpy(f.remote.address, f.local.address, 16);
	assert_true(socket_unmap(&f));
	assert_int_equal(f.family, 4);
	assert_memory_equal(f.local.address, four, 16);
	assert_memory_equal(f.remote.address, four, 16);
	assert_false(socket_unmap(&f));
	for (int i = 1; i < SOCKET_STATES; i++)
		assert_non_null(socket_state_name((enum socket_state)i));
	assert_null(socket_timer_name(SOCKET_TIMER_NONE));
	for (int i = 1; i < SOCKET_TIMERS; i++)
		assert_non_null(socket_timer_name((enum socket_timer)i));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_head, setup),
		cmocka_unit_test_setup(test_refused, setup),
		cmocka_unit_test_setup(test_tcp_info, setup),
		cmocka_unit_test_setup(test_old_tcp_info, setup),
		cmocka_unit_test_setup(test_hostile, setup),
		cmocka_unit_test(test_unmap)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
