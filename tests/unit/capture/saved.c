/*
 * Saved captures as a source: merging, filters, directories, pipes, and what
 * is said about inputs that are none.
 */
#include "../../lib/stored.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/log.h"

enum {
	MANY = 20,		/* inputs; more get small windows */
	MANY_FRAMES = 150
};

#define SECOND INT64_C(1000000000)

static const uint32_t micro = 0xa1b2c3d4;

static void	make_directory(char path[STORED_PATH]);
static void	write_in(const char *directory, const char *name,
		    const struct stored *);
static void	expect_refused(const char *path, const char *filter,
		    const char *wanted);
static void	remove_tree(const char *);

/* A capture whose frames carry these seconds, filled with their index. */
static void
build(struct stored *s, const uint32_t *seconds, size_t count, uint8_t first)
{
	size_t i;

	*s = (struct stored){ .data = NULL };
	stored_pcap(s, micro, 1);
	for (i = 0; i < count; i++)
		stored_record(s, seconds[i], 0, 8, (uint8_t)(first + i));
}

static void
make_directory(char path[STORED_PATH])
{
	snprintf(path, STORED_PATH, "stored.XXXXXX");
	assert_non_null(mkdtemp(path));
}

static void
write_in(const char *directory, const char *name, const struct stored *s)
{
	char path[2 * STORED_PATH];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "wb");
	assert_non_null(file);
	if (s->size > 0)
		assert_int_equal(fwrite(s->data, 1, s->size, file), s->size);
	fclose(file);
}

static void
remove_tree(const char *path)
{
	char *const words[] = { "rm", "-rf", (char *)(uintptr_t)path, NULL };
	pid_t child = fork();

	if (child == 0) {
		execvp(words[0], words);
		_exit(127);
	}
	assert_int_equal(waitpid(child, NULL, 0), child);
}

/* The merge takes the earliest; ties go by the order given. */
static void
test_merge(void **state)
{
	static const uint32_t one[] = { 10, 20, 20, 40 };
	static const uint32_t two[] = { 5, 20, 30, 50 };
	static const uint8_t wanted[] = { 0x20, 0x10, 0x11, 0x12, 0x21, 0x22,
	    0x13, 0x23 };
	char paths[2][STORED_PATH];
	const char *names[2] = { paths[0], paths[1] };
	struct stored_frames all;
	struct stored s;
	size_t i;
	int max;

	(void)state;
	build(&s, one, 4, 0x10);
	stored_write(s.data, s.size, paths[0]);
	free(s.data);
	build(&s, two, 4, 0x20);
	stored_write(s.data, s.size, paths[1]);
	free(s.data);
	for (max = 1; max <= 64; max *= 4) {
		stored_read(&all, names, 2, NULL, max);
		assert_int_equal(all.count, 8);
		for (i = 0; i < 8; i++) {
			assert_int_equal(all.frames[i].data[0], wanted[i]);
			assert_string_equal(all.frames[i].interface->input,
			    paths[wanted[i] < 0x20 ? 0 : 1]);
		}
		assert_false(all.counts.is_damaged);
		assert_int_equal(all.counts.bytes_read,
		    all.counts.bytes_total);
		stored_release(&all);
	}
	unlink(paths[0]);
	unlink(paths[1]);
}

/* A clock that steps back in one input holds that input up, no more. */
static void
test_merge_keeps_stored_order(void **state)
{
	static const uint32_t stepping[] = { 10, 40, 20, 50 };
	static const uint32_t steady[] = { 15, 30, 45 };
	static const uint8_t wanted[] = { 0x10, 0x20, 0x21, 0x11, 0x12, 0x22,
	    0x13 };
	char paths[2][STORED_PATH];
	const char *names[2] = { paths[0], paths[1] };
	struct stored_frames all;
	struct stored s;
	size_t i;

	(void)state;
	build(&s, stepping, 4, 0x10);
	stored_write(s.data, s.size, paths[0]);
	free(s.data);
	build(&s, steady, 3, 0x20);
	stored_write(s.data, s.size, paths[1]);
	free(s.data);
	stored_read(&all, names, 2, NULL, 64);
	assert_int_equal(all.count, 7);
	for (i = 0; i < 7; i++)
		assert_int_equal(all.frames[i].data[0], wanted[i]);
	stored_release(&all);
	unlink(paths[0]);
	unlink(paths[1]);
}

/* Frames of 1000 bytes, so that every input refills its window often. */
static void
test_merge_many(void **state)
{
	char paths[MANY][STORED_PATH];
	const char *names[MANY];
	struct stored_frames all;
	struct stored s;
	size_t i, k;

	(void)state;
	for (i = 0; i < MANY; i++) {
		s = (struct stored){ .data = NULL };
		stored_pcap(&s, micro, 1);
		for (k = 0; k < MANY_FRAMES; k++)
			stored_record(&s, (uint32_t)k, (uint32_t)(MANY - i),
			    1000, (uint8_t)(i + k));
		stored_write(s.data, s.size, paths[i]);
		names[i] = paths[i];
		free(s.data);
	}
	stored_read(&all, names, MANY, NULL, 64);
	assert_int_equal(all.count, MANY * MANY_FRAMES);
	for (i = 0; i < all.count; i++) {
		k = i / MANY;
		stored_expect(&all.frames[i], (int64_t)k * SECOND +
		    (int64_t)(i % MANY + 1) * 1000, 1000,
		    (uint8_t)(MANY - 1 - i % MANY + k));
	}
	stored_release(&all);
	for (i = 0; i < MANY; i++)
		unlink(paths[i]);
}

/* One that is cut off does not stop the others, nor does an empty one. */
static void
test_damaged_among_others(void **state)
{
	static const uint32_t one[] = { 10, 20, 30 };
	static const uint32_t two[] = { 15, 25 };
	char paths[3][STORED_PATH];
	const char *names[3] = { paths[0], paths[1], paths[2] };
	struct stored_frames all;
	struct stored s;

	(void)state;
	build(&s, one, 3, 0x10);
	stored_write(s.data, s.size - 3, paths[0]);
	free(s.data);
	build(&s, two, 2, 0x20);
	stored_write(s.data, s.size, paths[1]);
	free(s.data);
	stored_write("", 0, paths[2]);
	stored_read(&all, names, 3, NULL, 64);
	assert_int_equal(all.count, 4);
	assert_int_equal(all.frames[3].data[0], 0x21);
	assert_true(all.counts.is_damaged);
	stored_release(&all);

	stored_read(&all, names + 2, 1, NULL, 64);
	assert_int_equal(all.count, 0);
	assert_true(all.counts.is_damaged);
	stored_release(&all);
	unlink(paths[0]);
	unlink(paths[1]);
	unlink(paths[2]);
}

/* A capture without frames is in order. */
static void
test_no_frames(void **state)
{
	struct stored s = { .data = NULL };
	struct stored_frames all;

	(void)state;
	stored_pcap(&s, micro, 1);
	stored_read_bytes(&all, s.data, s.size);
	assert_int_equal(all.count, 0);
	assert_false(all.counts.is_damaged);
	stored_release(&all);
	free(s.data);
}

/* IPv4 and ARP by Ethernet, IPv4 by raw IP: compiled for each. */
static void
build_mixture(struct stored *s)
{
	*s = (struct stored){ .data = NULL };
	stored_section(s);
	stored_interface(s, 1, -1, NULL);
	stored_interface(s, 101, -1, NULL);
	stored_packet(s, 0, 1, 40, 0);
	s->data[s->size - 44 + 12] = 8;
	s->data[s->size - 44 + 14] = 0x45;
	stored_packet(s, 0, 2, 40, 0);
	s->data[s->size - 44 + 12] = 8;
	s->data[s->size - 44 + 13] = 6;
	stored_packet(s, 1, 3, 20, 0);
	s->data[s->size - 24] = 0x45;
}

static void
read_filtered(const char *filter, size_t kept, size_t refused, bool is_damaged)
{
	char path[STORED_PATH];
	const char *paths[1] = { path };
	struct stored_frames all;
	struct stored s;

	build_mixture(&s);
	stored_write(s.data, s.size, path);
	stored_read(&all, paths, 1, filter, 64);
	assert_int_equal(all.count, kept);
	assert_int_equal(all.counts.filtered, refused);
	assert_int_equal(all.counts.is_damaged, is_damaged);
	stored_release(&all);
	unlink(path);
	free(s.data);
}

static void
test_filter(void **state)
{
	(void)state;
	read_filtered("ip", 2, 1, false);
	read_filtered("arp", 1, 2, false);
	read_filtered("not ip", 1, 2, false);
	read_filtered("less 30", 1, 2, false);
	read_filtered("host 192.0.2.1", 0, 3, false);
	/* Raw IP has no Ethernet addresses: its frames are refused. */
	read_filtered("ether host 00:00:00:00:00:00", 2, 1, true);
}

/* AF_INET of a big-endian machine's loopback. */
static void
test_filter_foreign_loopback(void **state)
{
	struct stored s = { .is_big_endian = true };
	struct stored_frames all;
	char path[STORED_PATH];
	const char *paths[1] = { path };

	(void)state;
	stored_pcap(&s, micro, 0);
	stored_record(&s, 1, 0, 24, 0);
	s.data[s.size - 21] = 2;
	s.data[s.size - 20] = 0x45;
	stored_write(s.data, s.size, path);
	stored_read(&all, paths, 1, "ip", 64);
	assert_int_equal(all.count, 1);
	stored_release(&all);
	unlink(path);
	free(s.data);
}

static void
expect_refused(const char *path, const char *filter, const char *wanted)
{
	struct error error = { .text = "" };
	const char *paths[1] = { path };

	assert_null(saved_open(paths, 1, filter, &error));
	assert_string_equal(error.text, wanted);
}

static void
test_refused(void **state)
{
	char path[STORED_PATH], wanted[200];

	(void)state;
	expect_refused("no-such.pcap", NULL,
	    "cannot open 'no-such.pcap': no such file");
	expect_refused("no-such.pcap", "prot 80",
	    "filter 'prot 80': syntax error");
	expect_refused("no-such.pcap", "host",
	    "filter 'host': syntax error");
	stored_write("MZ\x90", 3, path);
	snprintf(wanted, sizeof(wanted),
	    "'%s': not a capture file (it begins with 4d 5a 90)", path);
	expect_refused(path, NULL, wanted);
	unlink(path);
	make_directory(path);
	snprintf(wanted, sizeof(wanted),
	    "'%s': no captures below this directory", path);
	expect_refused(path, NULL, wanted);
	write_in(path, "notes.txt", &(struct stored){
	    .data = (uint8_t *)(uintptr_t)"some words", .size = 10 });
	write_in(path, "empty.pcap", &(struct stored){ .size = 0 });
	expect_refused(path, NULL, wanted);
	remove_tree(path);
}

/* Captures at any depth, by name, whatever the name; the rest is left out. */
static void
test_directory(void **state)
{
	static const uint32_t same[] = { 10 };
	char path[STORED_PATH], below[2 * STORED_PATH];
	const char *paths[1] = { path };
	struct stored_frames all;
	struct stored s;
	size_t i;

	(void)state;
	make_directory(path);
	snprintf(below, sizeof(below), "%s/c", path);
	assert_int_equal(mkdir(below, 0700), 0);
	build(&s, same, 1, 1);
	write_in(path, "a.pcap", &s);
	s.data[s.size - 8] = 3;
	write_in(below, "first", &s);
	s.data[s.size - 8] = 2;
	write_in(path, "b.pcap", &s);
	s.data[s.size - 8] = 4;
	write_in(path, "d", &s);
	s.size = 3;
	write_in(path, "notes", &s);
	stored_read(&all, paths, 1, NULL, 64);
	assert_int_equal(all.count, 4);
	for (i = 0; i < 4; i++)
		assert_int_equal(all.frames[i].data[0], i + 1);
	snprintf(below, sizeof(below), "%s/c/first", path);
	assert_string_equal(all.frames[2].interface->input, below);
	assert_false(all.counts.is_damaged);
	stored_release(&all);
	free(s.data);
	remove_tree(path);
}

/* A process that writes the bytes slowly into a pipe of that name. */
static pid_t
feed(const char *path, const struct stored *s)
{
	pid_t child = fork();
	size_t at;
	int fd;

	assert_true(child >= 0);
	if (child != 0)
		return child;
	fd = open(path, O_WRONLY);
	for (at = 0; at < s->size; at++) {
		if (write(fd, s->data + at, 1) != 1)
			_exit(1);
		usleep(200);
	}
	_exit(0);
}

/* A named pipe beside a file; its size is not known. */
static void
test_pipe(void **state)
{
	static const uint32_t piped[] = { 10, 30 };
	static const uint32_t filed[] = { 20 };
	char path[STORED_PATH], fifo[STORED_PATH];
	const char *paths[2] = { fifo, path };
	struct stored_frames all;
	struct stored s;
	pid_t child;
	int status = 1;

	(void)state;
	build(&s, filed, 1, 0x20);
	stored_write(s.data, s.size, path);
	free(s.data);
	build(&s, piped, 2, 0x10);
	snprintf(fifo, sizeof(fifo), "stored.%ld", (long)getpid());
	assert_int_equal(mkfifo(fifo, 0600), 0);
	child = feed(fifo, &s);
	stored_read(&all, paths, 2, NULL, 64);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(all.count, 3);
	assert_int_equal(all.frames[0].data[0], 0x10);
	assert_int_equal(all.frames[1].data[0], 0x20);
	assert_int_equal(all.frames[2].data[0], 0x11);
	assert_int_equal(all.counts.bytes_total, 0);
	assert_false(all.counts.is_damaged);
	stored_release(&all);
	unlink(fifo);
	unlink(path);
	free(s.data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_merge_keeps_stored_order),
		cmocka_unit_test(test_merge_many),
		cmocka_unit_test(test_damaged_among_others),
		cmocka_unit_test(test_no_frames),
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_filter_foreign_loopback),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_directory),
		cmocka_unit_test(test_pipe)
	};

	log_set_level(LOG_LEVEL_QUIET);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
