/*
 * Places: files and standard output, full disks, closed pipes, files that
 * are moved away, and formats by name.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../lib/sample.h"
#include "output/output.h"

static const struct output_options no_options;
static char		 directory[] = "tallyman-output-XXXXXX";
static char		 path[64];
static struct error	 error;

static int
set_up(void **state)
{
	(void)state;
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || mkdtemp(directory) == NULL)
		return -1;
	(void)snprintf(path, sizeof path, "%s/flows", directory);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(directory);
}

/* The whole file as text, in a buffer of the caller's. */
static struct buffer
read_file(const char *name)
{
	struct buffer b;
	ssize_t size;
	int fd = open(name, O_RDONLY);

	assert_true(fd >= 0);
	buffer_init(&b, 4096);
	do {
		buffer_reserve(&b, 4096);
		size = read(fd, b.data + b.size, 4096);
		assert_true(size >= 0);
		b.size += (size_t)size;
	} while (size > 0);
	buffer_char(&b, '\0');
	close(fd);
	return b;
}

static void
expect_file(const char *name, const char *wanted)
{
	struct buffer b = read_file(name);

	assert_string_equal(b.data, wanted);
	buffer_release(&b);
}

static struct output *
open_csv(const char *where, bool is_line_buffered)
{
	const struct output_options options = { .fields = "end_reason" };
	struct output *output = output_open(&format_csv, where, &options,
	    is_line_buffered, &error);

	if (output == NULL)
		fail_msg("%s", error.text);
	return output;
}

static void
test_formats(void **state)
{
	const char *const names[] = { "text", "json", "csv" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_non_null(format_find(names[i]));
		assert_string_equal(format_find(names[i])->name, names[i]);
		assert_ptr_equal(format_all[i], format_find(names[i]));
	}
	assert_null(format_all[3]);
	assert_null(format_find("jsno"));
	assert_null(format_find(""));
}

/* Nothing is written before there is much, or one asks. */
static void
test_file(void **state)
{
	struct record r = sample_full();
	struct stats s = sample_stats();
	struct output *output = open_csv(path, false);
	struct stat status;

	(void)state;
	assert_int_equal(output_record(output, &r, &error), 0);
	expect_file(path, "");
	assert_int_equal(output_flush(output, &error), 0);
	expect_file(path, "end_reason\r\nfin\r\n");
	assert_int_equal(output_stats(output, &s, true, &error), 0);
	assert_int_equal(output_record(output, &r, &error), 0);
	assert_int_equal(output_close(output, &error), 0);
	expect_file(path, "end_reason\r\nfin\r\nfin\r\n");
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777 & ~0640, 0);
	output = open_csv(path, false);
	assert_int_equal(output_close(output, &error), 0);
	expect_file(path, "end_reason\r\n");
}

static void
test_line_buffered(void **state)
{
	struct record r = sample_full();
	struct output *output = open_csv(path, true);

	(void)state;
	expect_file(path, "end_reason\r\n");
	assert_int_equal(output_record(output, &r, &error), 0);
	expect_file(path, "end_reason\r\nfin\r\n");
	assert_int_equal(output_close(output, &error), 0);
}

/* Much is written without being asked, in pieces of whole records. */
static void
test_pieces(void **state)
{
	struct record r = sample_full();
	struct output *output = output_open(&format_json, path, &no_options,
	    false, &error);
	struct stat status;
	struct buffer b;
	size_t lines = 0;

	(void)state;
	assert_non_null(output);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(output_record(output, &r, &error), 0);
	assert_int_equal(stat(path, &status), 0);
	assert_true(status.st_size >= 256 << 10);
	b = read_file(path);
	assert_int_equal(b.data[b.size - 2], '\n');
	buffer_release(&b);
	assert_int_equal(output_close(output, &error), 0);
	b = read_file(path);
	for (size_t i = 0; i < b.size; i++)
		lines += b.data[i] == '\n';
	assert_int_equal(lines, 1000);
	buffer_release(&b);
}

static void
test_cannot_open(void **state)
{
	const struct output_options odd = { .fields = "nonsense" };
	struct output *output;

	(void)state;
	assert_null(output_open(&format_json, "/nonexistent/flows.json",
	    &no_options, false, &error));
	assert_string_equal(error.text, "cannot open "
	    "'/nonexistent/flows.json': no such file or directory");
	assert_null(output_open(&format_json, "tcp:host:1", &no_options,
	    false, &error));
	assert_string_equal(error.text, "cannot write to 'tcp:host:1': "
	    "'tcp:' outputs are not part of this version (a file of that "
	    "name: './tcp:host:1')");

	/* Options that make no sense leave the file alone. */
	output = open_csv(path, false);
	assert_int_equal(output_close(output, &error), 0);
	assert_null(output_open(&format_json, path, &odd, false, &error));
	expect_file(path, "end_reason\r\n");
}

/* The message comes with every call after the failure. */
static void
test_full_disk(void **state)
{
	static const char message[] =
	    "cannot write to '/dev/full': no space left on device";
	struct record r = sample_full();
	struct stats s = sample_stats();
	struct output *output = output_open(&format_json, "/dev/full",
	    &no_options, false, &error);

	(void)state;
	assert_non_null(output);
	assert_int_equal(output_record(output, &r, &error), 0);
	assert_int_equal(output_flush(output, &error), -1);
	assert_string_equal(error.text, message);
	error.text[0] = '\0';
	assert_int_equal(output_record(output, &r, &error), -1);
	assert_string_equal(error.text, message);
	assert_int_equal(output_stats(output, &s, true, &error), -1);
	assert_int_equal(output_flush(output, &error), -1);
	assert_int_equal(output_reopen(output, &error), -1);
	assert_int_equal(output_close(output, &error), -1);
	assert_string_equal(error.text, message);

	output = output_open(&format_json, "/dev/full", &no_options, false,
	    &error);
	assert_int_equal(output_record(output, &r, &error), 0);
	assert_int_equal(output_close(output, &error), -1);
	assert_string_equal(error.text, message);
	assert_null(output_open(&format_csv, "/dev/full", &no_options, true,
	    &error));
	assert_string_equal(error.text, message);
}

/* Runs a check with standard output replaced by fd. */
static void
with_standard_output(int fd, void (*check)(void))
{
	int saved = dup(STDOUT_FILENO);

	(void)fflush(stdout);
	assert_true(saved >= 0);
	assert_int_equal(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
	check();
	assert_int_equal(dup2(saved, STDOUT_FILENO), STDOUT_FILENO);
	close(saved);
}

static void
check_closed_pipe(void)
{
	struct record r = sample_full();
	struct output *output = output_open(&format_json, "-", &no_options,
	    true, &error);

	assert_non_null(output);
	assert_int_equal(output_record(output, &r, &error), -1);
	assert_string_equal(error.text,
	    "cannot write to standard output: broken pipe");
	assert_int_equal(output_close(output, &error), -1);
}

static void
test_closed_pipe(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	with_standard_output(ends[1], check_closed_pipe);
	close(ends[1]);
}

enum { SLOW_RECORDS = 2000 };

static void
check_slow_reader(void)
{
	struct record r = sample_full();
	struct output *output = output_open(&format_json, "-", &no_options,
	    false, &error);

	for (int i = 0; i < SLOW_RECORDS; i++)
		assert_int_equal(output_record(output, &r, &error), 0);
	assert_int_equal(output_reopen(output, &error), 0);
	assert_int_equal(output_close(output, &error), 0);
	assert_int_not_equal(fcntl(STDOUT_FILENO, F_GETFD), -1);
}

/* A pipe that does not block, is small and is read in odd pieces. */
static void
test_slow_reader(void **state)
{
	int ends[2];
	int status;
	pid_t reader;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
	reader = fork();
	assert_true(reader >= 0);
	if (reader == 0) {
		char piece[4097];
		int lines = 0;
		ssize_t size;

		close(ends[1]);
		while ((size = read(ends[0], piece, sizeof piece)) > 0) {
			for (ssize_t i = 0; i < size; i++)
				lines += piece[i] == '\n';
		}
		_exit(lines == SLOW_RECORDS ? 0 : 1);
	}
	close(ends[0]);
	with_standard_output(ends[1], check_slow_reader);
	close(ends[1]);
	assert_int_equal(waitpid(reader, &status, 0), reader);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* A disk that fills in the middle of a line leaves whole lines. */
static void
test_no_torn_line(void **state)
{
	const struct rlimit small = { 9000, RLIM_INFINITY };
	const struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };
	struct record r = sample_full();
	struct output *output = output_open(&format_json, path, &no_options,
	    false, &error);
	struct buffer b;

	(void)state;
	for (int i = 0; i < 20; i++)
		assert_int_equal(output_record(output, &r, &error), 0);
	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(output_flush(output, &error), -1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	assert_non_null(strstr(error.text, "file too large"));
	assert_int_equal(output_close(output, &error), -1);
	b = read_file(path);
	assert_true(b.size > 1000 && b.size < 9001);
	assert_int_equal(b.data[b.size - 2], '\n');
	buffer_release(&b);
}

static void
test_reopen(void **state)
{
	struct record r = sample_full();
	struct output *output = open_csv(path, false);
	char moved[80];

	(void)state;
	(void)snprintf(moved, sizeof moved, "%s.1", path);
	assert_int_equal(output_record(output, &r, &error), 0);
	assert_int_equal(rename(path, moved), 0);
	assert_int_equal(output_reopen(output, &error), 0);
	r.end_reason = "rst";
	assert_int_equal(output_record(output, &r, &error), 0);
	assert_int_equal(output_flush(output, &error), 0);
	expect_file(moved, "end_reason\r\nfin\r\n");
	expect_file(path, "end_reason\r\nrst\r\n");

	/* What was not moved away is not lost, nor headed twice. */
	assert_int_equal(output_reopen(output, &error), 0);
	assert_int_equal(output_record(output, &r, &error), 0);
	assert_int_equal(output_close(output, &error), 0);
	expect_file(path, "end_reason\r\nrst\r\nrst\r\n");
	assert_int_equal(unlink(moved), 0);
}

static void
test_reopen_fails(void **state)
{
	struct record r = sample_full();
	struct output *output = open_csv(path, false);
	char moved[80];
	char wanted[256];

	(void)state;
	(void)snprintf(moved, sizeof moved, "%s.1", path);
	(void)snprintf(wanted, sizeof wanted,
	    "cannot open '%s' again: is a directory", path);
	assert_int_equal(rename(path, moved), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(output_reopen(output, &error), -1);
	assert_string_equal(error.text, wanted);
	assert_int_equal(output_record(output, &r, &error), 0);
	assert_int_equal(output_close(output, &error), 0);
	expect_file(moved, "end_reason\r\nfin\r\n");
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(unlink(moved), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_line_buffered),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_cannot_open),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_closed_pipe),
		cmocka_unit_test(test_slow_reader),
		cmocka_unit_test(test_no_torn_line),
		cmocka_unit_test(test_reopen),
		cmocka_unit_test(test_reopen_fails)
	};

	fields_init();
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
