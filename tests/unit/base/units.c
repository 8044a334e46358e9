/*
 * Numbers for people: what the examples of the manual show, and every place
 * where rounding or a larger unit changes the form.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"

#define MS UINT64_C(1000000)
#define S UINT64_C(1000000000)

typedef void	units_function(char *, size_t, uint64_t);

static int	failures;

static void	expect(units_function *, uint64_t, const char *wanted);
static void	expect_share(uint64_t part, uint64_t whole,
		    const char *wanted);
static void	test_numbers(void);
static void	test_times(void);
static void	test_shares(void);
static void	test_small_room(void);

int
main(void)
{
	test_numbers();
	test_times();
	test_shares();
	test_small_room();
	return failures == 0 ? 0 : 1;
}

static void
expect(units_function *function, uint64_t number, const char *wanted)
{
	char text[UNITS_SIZE];

	function(text, sizeof text, number);
	if (strcmp(text, wanted) == 0)
		return;
	fprintf(stderr, "%" PRIu64 ": '%s', expected '%s'\n", number, text,
	    wanted);
	failures++;
}

static void
expect_share(uint64_t part, uint64_t whole, const char *wanted)
{
	char text[UNITS_SIZE];

	units_share(text, sizeof text, part, whole);
	if (strcmp(text, wanted) == 0)
		return;
	fprintf(stderr, "%" PRIu64 " of %" PRIu64 ": '%s', expected '%s'\n",
	    part, whole, text, wanted);
	failures++;
}

static void
test_numbers(void)
{
	expect(units_count, 0, "0");
	expect(units_count, 999, "999");
	expect(units_count, 1204, "1,204");
	expect(units_count, 458120, "458,120");
	expect(units_count, UINT64_MAX, "18,446,744,073,709,551,615");

	expect(units_bytes, 0, "0 B");
	expect(units_bytes, 72, "72 B");
	expect(units_bytes, 999, "999 B");
	expect(units_bytes, 1000, "1.0k");
	expect(units_bytes, 1402, "1.4k");
	expect(units_bytes, 1449, "1.4k");
	expect(units_bytes, 1450, "1.5k");
	expect(units_bytes, 18200, "18.2k");
	expect(units_bytes, 999949, "999.9k");
	expect(units_bytes, 999950, "1.0M");
	expect(units_bytes, 2200000, "2.2M");
	expect(units_bytes, UINT64_MAX, "18.4E");

	expect(units_volume, 16, "16 B");
	expect(units_volume, 9100, "9.1 kB");
	expect(units_volume, 99949, "99.9 kB");
	expect(units_volume, 99950, "100 kB");
	expect(units_volume, 612345678, "612 MB");
	expect(units_volume, 1500000000, "1.5 GB");

	expect(units_scaled, 940, "940");
	expect(units_scaled, 45249, "45.2 k");
	expect(units_scaled, 6100000, "6.1 M");
}

static void
test_times(void)
{
	expect(units_duration, 0, "<1 ms");
	expect(units_duration, MS - 1, "<1 ms");
	expect(units_duration, MS, "1 ms");
	expect(units_duration, 310 * MS, "310 ms");
	expect(units_duration, S - MS / 2 - 1, "999 ms");
	expect(units_duration, S - MS / 2, "1.0 s");
	expect(units_duration, 5 * S, "5.0 s");
	expect(units_duration, 60 * S - 50 * MS - 1, "59.9 s");
	expect(units_duration, 60 * S - 50 * MS, "1 m 0 s");
	expect(units_duration, 130 * S, "2 m 10 s");
	expect(units_duration, 3600 * S - S / 2, "1 h 0 m");
	expect(units_duration, 11100 * S, "3 h 5 m");
	expect(units_duration, 86400 * S - 30 * S, "1 d 0 h");
	expect(units_duration, 52 * 3600 * S, "2 d 4 h");
	expect(units_duration, UINT64_MAX, "213504 d 0 h");

	expect(units_clock, 3, "0:03");
	expect(units_clock, 760, "12:40");
	expect(units_clock, 3599, "59:59");
	expect(units_clock, 11100, "3:05:00");
}

static void
test_shares(void)
{
	expect_share(0, 0, "0 %");
	expect_share(0, 7, "0 %");
	expect_share(7, 7, "100 %");
	expect_share(41, 100, "41 %");
	expect_share(2, 1000, "0.2 %");
	expect_share(99, 1000, "9.9 %");
	expect_share(9996, 100000, "10 %");
	expect_share(1, 1000000, "<0.1 %");
	expect_share(999999, 1000000, ">99 %");
	expect_share(UINT64_MAX / 2, UINT64_MAX, "50 %");
}

/* A word that does not fit is cut and still ends. */
static void
test_small_room(void)
{
	char text[4] = "xxx";

	units_count(text, sizeof text, 1234567);
	if (strcmp(text, "1,2") != 0) {
		fprintf(stderr, "cut: '%s'\n", text);
		failures++;
	}
}
