/*
 * News of the collector: what is written is read again, and what nobody wrote
 * is refused, whatever it is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host/news.h"

static struct buffer	bytes;

static int
setup(void **state)
{
	(void)state;
	buffer_init(&bytes, NEWS_DATAGRAM_MAX);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	buffer_release(&bytes);
	return 0;
}

static struct cursor
written(void)
{
	return cursor_over((const uint8_t *)bytes.data, bytes.size);
}

static struct news
socket_news(void)
{
	return (struct news){
		.kind = NEWS_SOCKET,
		.slot = 7,
		.by = NEWS_BY_EBPF,
		.begin_ns = INT64_C(1700000000123456789),
		.end_ns = NEWS_OPEN,
		.socket = {
			.local = { 10, 0, 0, 1 },
			.remote = { 10, 0, 0, 2 },
			.local_port = 443,
			.remote_port = 49152,
			.netns = UINT32_C(4026531840),
			.protocol = 6,
			.family = 4
		}
	};
}

static void
test_socket(void **state)
{
	struct news in = socket_news(), out = { .kind = NEWS_KINDS };
	struct cursor c;

	(void)state;
	news_write(&bytes, &in);
	c = written();
	assert_true(news_read(&c, &out));
	assert_int_equal(out.kind, NEWS_SOCKET);
	assert_int_equal(out.slot, 7);
	assert_int_equal(out.by, NEWS_BY_EBPF);
	assert_true(out.begin_ns == in.begin_ns);
	assert_true(out.end_ns == NEWS_OPEN);
	assert_memory_equal(&out.socket, &in.socket, sizeof in.socket);
	assert_false(news_read(&c, &out));
	assert_true(cursor_ok(&c));
}

static void
test_process(void **state)
{
	struct news in = { .kind = NEWS_PROCESS, .slot = NEWS_SLOTS - 1,
	    .process = { .pid = 4242, .uid = 33, .start_ticks = 1u << 31,
	    .is_exe_deleted = true, .name = "nginx", .exe = "/usr/sbin/nginx",
	    .user = "www-data", .unit = "nginx.service",
	    .container = "0123456789ab" } };
	struct news out;
	struct cursor c;

	(void)state;
	memset(&out, 0x5a, sizeof out);
	news_write(&bytes, &in);
	assert_true(bytes.size < NEWS_ONE_MAX);
	c = written();
	assert_true(news_read(&c, &out));
	assert_int_equal(out.slot, NEWS_SLOTS - 1);
	assert_int_equal(out.process.pid, 4242);
	assert_int_equal(out.process.uid, 33);
	assert_true(out.process.is_exe_deleted);
	assert_string_equal(out.process.name, "nginx");
	assert_string_equal(out.process.exe, "/usr/sbin/nginx");
	assert_string_equal(out.process.user, "www-data");
	assert_string_equal(out.process.unit, "nginx.service");
	assert_string_equal(out.process.container, "0123456789ab");
}

/* The longest texts that there can be fit into what one may take. */
static void
test_longest(void **state)
{
	struct news in = { .kind = NEWS_PROCESS };
	struct news out;
	struct cursor c;

	(void)state;
	memset(in.process.name, 'n', sizeof in.process.name);
	memset(in.process.exe, 'e', sizeof in.process.exe);
	memset(in.process.user, 'u', sizeof in.process.user);
	memset(in.process.unit, 't', sizeof in.process.unit);
	memset(in.process.container, 'c', sizeof in.process.container);
	news_write(&bytes, &in);
	assert_true(bytes.size <= NEWS_ONE_MAX);
	c = written();
	assert_true(news_read(&c, &out));
	assert_int_equal(strlen(out.process.exe), PROCESS_EXE_SIZE - 1);
	assert_int_equal(strlen(out.process.container),
	    PROCESS_CONTAINER_SIZE - 1);
}

/* A text longer than its place is cut, and what follows is still read. */
static void
test_text_is_cut(void **state)
{
	struct news out;
	uint8_t hello[6 + 2 + 600] = { NEWS_HELLO, NEWS_BY_SOCKETS,
	    0, 0, 0, 1, 600 >> 8, 600 & 0xff };
	struct cursor c;

	(void)state;
	memset(hello + 8, 'x', 600);
	c = cursor_over(hello, sizeof hello);
	assert_true(news_read(&c, &out));
	assert_int_equal(out.netns, 1);
	assert_int_equal(strlen(out.text), sizeof out.text - 1);
	assert_int_equal(cursor_left(&c), 0);
}

/* Every shorter message is refused, and nothing past its end is read. */
static void
test_cut_off(void **state)
{
	struct news in = socket_news(), out;

	(void)state;
	news_write(&bytes, &in);
	for (size_t size = 1; size < bytes.size; size++) {
		uint8_t *copy = malloc(size);
		struct cursor c;

		assert_non_null(copy);
		memcpy(copy, bytes.data, size);
		c = cursor_over(copy, size);
		assert_false(news_read(&c, &out));
		assert_false(cursor_ok(&c));
		free(copy);
	}
}

static bool
is_taken(const struct news *in)
{
	struct news out;
	struct cursor c;

	buffer_reset(&bytes);
	news_write(&bytes, in);
	c = written();
	return news_read(&c, &out) && cursor_ok(&c);
}

static void
test_out_of_range(void **state)
{
	struct news in = socket_news(), out;
	uint8_t kinds[] = { 0, NEWS_KINDS, 255 };

	(void)state;
	in.slot = NEWS_SLOTS;
	assert_false(is_taken(&in));
	in.kind = NEWS_CLOSE;		/* there it is any process */
	assert_true(is_taken(&in));
	in.slot = NEWS_SLOTS + 1;
	assert_false(is_taken(&in));
	in = socket_news();
	in.begin_ns = NEWS_TIME_MAX + 1;
	assert_false(is_taken(&in));
	in.begin_ns = -1;
	assert_false(is_taken(&in));
	in = socket_news();
	in.by = NEWS_BYS;
	assert_false(is_taken(&in));
	in = socket_news();
	in.socket.family = 5;
	assert_false(is_taken(&in));
	for (size_t i = 0; i < sizeof kinds; i++) {
		struct cursor c = cursor_over(&kinds[i], 1);

		assert_false(news_read(&c, &out));
		assert_false(cursor_ok(&c));
	}
}

static void
test_unmap(void **state)
{
	struct news_socket s = { .family = 6, .local = { [10] = 0xff,
	    [11] = 0xff, [12] = 10, [15] = 1 }, .remote = { [10] = 0xff,
	    [11] = 0xff, [12] = 10, [15] = 2 } };
	const uint8_t local[16] = { 10, 0, 0, 1 };
	const uint8_t remote[16] = { 10, 0, 0, 2 };

	(void)state;
	news_socket_unmap(&s, false);
	assert_int_equal(s.family, 4);
	assert_memory_equal(s.local, local, 16);
	assert_memory_equal(s.remote, remote, 16);
	s = (struct news_socket){ .family = 6 };
	news_socket_unmap(&s, true);
	assert_int_equal(s.family, 6);
	news_socket_unmap(&s, false);
	assert_int_equal(s.family, 0);
	s = (struct news_socket){ .family = 6, .local = { 0xfd } };
	news_socket_unmap(&s, false);
	assert_int_equal(s.family, 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_socket, setup, teardown),
		cmocka_unit_test_setup_teardown(test_process, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_longest, setup,
		    teardown),
		cmocka_unit_test(test_text_is_cut),
		cmocka_unit_test_setup_teardown(test_cut_off, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_out_of_range, setup,
		    teardown),
		cmocka_unit_test(test_unmap)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
