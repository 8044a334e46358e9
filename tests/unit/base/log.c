/*
 * The log: what reaches stderr at each level, one line each, no control
 * character from the wire, and no more lines than the budget has.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"

static int	 pipe_ends[2];
static int	 stderr_kept;

/* Until teardown stderr is a pipe. */
static int
setup(void **state)
{
	(void)state;
	log_set_level(LOG_LEVEL_NOTICE);
	stderr_kept = dup(STDERR_FILENO);
	if (stderr_kept < 0 || pipe(pipe_ends) < 0)
		return -1;
	return dup2(pipe_ends[1], STDERR_FILENO) < 0 ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	(void)dup2(stderr_kept, STDERR_FILENO);
	(void)close(stderr_kept);
	(void)close(pipe_ends[0]);
	(void)close(pipe_ends[1]);
	return 0;
}

/* What was logged since the last call. A mark makes the read never wait. */
static const char *
logged(void)
{
	static char text[16384];
	size_t size = 0;

	assert_int_equal(write(pipe_ends[1], "", 1), 1);
	do {
		ssize_t got = read(pipe_ends[0], text + size,
		    sizeof(text) - size);

		assert_true(got > 0);
		size += (size_t)got;
	} while (text[size - 1] != '\0');
	return text;
}

static void
test_levels(void **state)
{
	static const struct {
		enum log_level	 level;
		const char	*text;
	} cases[] = {
		{ LOG_LEVEL_QUIET, "tallyman: e 1\n" },
		{ LOG_LEVEL_NOTICE, "tallyman: e 1\ntallyman: n 2\n" },
		{ LOG_LEVEL_VERBOSE,
		    "tallyman: e 1\ntallyman: n 2\ntallyman: v 3\n" }
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		log_set_level(cases[i].level);
		log_error("e %d", 1);
		log_notice("n %d", 2);
		log_verbose("v %d", 3);
		assert_string_equal(logged(), cases[i].text);
	}
}

static void
test_control_characters(void **state)
{
	(void)state;
	log_error("a\nb\x1b[31m%s", "\r\x7f" "c");
	assert_string_equal(logged(), "tallyman: a?b?[31m??c\n");
	log_error("%s", "");
	assert_string_equal(logged(), "tallyman: \n");
}

/* Cut to a line that still ends as one. */
static void
test_long(void **state)
{
	char text[3000];

	(void)state;
	for (size_t size = 900; size < 1200; size++) {
		const char *line;
		size_t length;

		memset(text, 'x', size);
		text[size] = '\0';
		log_error("%s", text);
		line = logged();
		length = strlen(line);
		assert_in_range(length, 900, 1024);
		assert_int_equal(line[length - 1], '\n');
		assert_int_equal(strspn(line + 10, "x"), length - 11);
		assert_true(length == size + 11 || size > 1000);
	}
}

static void
test_budget(void **state)
{
	struct log_budget budget = { 0 };
	struct log_budget other = { 0 };

	(void)state;
	for (int i = 0; i < LOG_BUDGET_LINES; i++) {
		log_limited(&budget, "x");
		assert_string_equal(logged(), "tallyman: x\n");
	}
	log_limited(&budget, "x");
	assert_string_equal(logged(),
	    "tallyman: more of the same is not shown\n");
	for (int i = 0; i < 1000; i++)
		log_limited(&budget, "x");
	assert_string_equal(logged(), "");
	log_limited(&other, "y");
	assert_string_equal(logged(), "tallyman: y\n");
}

/* What is not shown costs nothing of the budget. */
static void
test_budget_quiet(void **state)
{
	struct log_budget budget = { 0 };

	(void)state;
	log_set_level(LOG_LEVEL_QUIET);
	for (int i = 0; i < 100; i++)
		log_limited(&budget, "x");
	assert_string_equal(logged(), "");
	log_set_level(LOG_LEVEL_NOTICE);
	log_limited(&budget, "x");
	assert_string_equal(logged(), "tallyman: x\n");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_levels),
		TEST(test_control_characters),
		TEST(test_long),
		TEST(test_budget),
		TEST(test_budget_quiet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
