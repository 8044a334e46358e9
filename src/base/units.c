/*
 * Numbers for people. Integers throughout: a rounding that carries ("999.96"
 * to "1000.0") moves on to the next unit, and no number is too large.
 */
#include "base/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S UINT64_C(1000000000)

/* Thousands of thousands; 2^64 is 18.4 of the last. */
static const char prefixes[] = "kMGTPE";

/* A number as tenths of a power of 1000. */
struct scaled {
	uint64_t	tenths;
	char		prefix;		/* 0: below 1000, tenths unused */
};

static struct scaled	number_scale(uint64_t);
static uint64_t		nearest(uint64_t number, uint64_t unit);

void
units_count(char *text, size_t size, uint64_t count)
{
	char digits[UNITS_SIZE], grouped[UNITS_SIZE];
	size_t length, at = 0;

	snprintf(digits, sizeof digits, "%" PRIu64, count);
	length = strlen(digits);
	for (size_t i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			grouped[at++] = ',';
		grouped[at++] = digits[i];
	}
	grouped[at] = '\0';
	snprintf(text, size, "%s", grouped);
}

void
units_bytes(char *text, size_t size, uint64_t bytes)
{
	struct scaled s = number_scale(bytes);

	if (s.prefix == 0)
		snprintf(text, size, "%" PRIu64 " B", bytes);
	else
		snprintf(text, size, "%" PRIu64 ".%" PRIu64 "%c",
		    s.tenths / 10, s.tenths % 10, s.prefix);
}

/* Three digits say enough in a sentence: from 100 on, tenths are left out. */
void
units_volume(char *text, size_t size, uint64_t bytes)
{
	struct scaled s = number_scale(bytes);

	if (s.prefix == 0)
		snprintf(text, size, "%" PRIu64 " B", bytes);
	else if (s.tenths < 1000)
		snprintf(text, size, "%" PRIu64 ".%" PRIu64 " %cB",
		    s.tenths / 10, s.tenths % 10, s.prefix);
	else
		snprintf(text, size, "%" PRIu64 " %cB", s.tenths / 10,
		    s.prefix);
}

void
units_scaled(char *text, size_t size, uint64_t number)
{
	struct scaled s = number_scale(number);

	if (s.prefix == 0)
		snprintf(text, size, "%" PRIu64, number);
	else
		snprintf(text, size, "%" PRIu64 ".%" PRIu64 " %c",
		    s.tenths / 10, s.tenths % 10, s.prefix);
}

/* Each step asks about the rounded number, so that "60.0 s" is "1 m 0 s". */
void
units_duration(char *text, size_t size, uint64_t ns)
{
	uint64_t ms = nearest(ns, NS_PER_MS);
	uint64_t tenths = nearest(ns, NS_PER_S / 10);
	uint64_t s = nearest(ns, NS_PER_S);
	uint64_t minutes = nearest(ns, 60 * NS_PER_S);
	uint64_t hours = nearest(ns, 3600 * NS_PER_S);

	if (ns < NS_PER_MS)
		snprintf(text, size, "<1 ms");
	else if (ms < 1000)
		snprintf(text, size, "%" PRIu64 " ms", ms);
	else if (tenths < 600)
		snprintf(text, size, "%" PRIu64 ".%" PRIu64 " s",
		    tenths / 10, tenths % 10);
	else if (s < 3600)
		snprintf(text, size, "%" PRIu64 " m %" PRIu64 " s", s / 60,
		    s % 60);
	else if (minutes < 24 * 60)
		snprintf(text, size, "%" PRIu64 " h %" PRIu64 " m",
		    minutes / 60, minutes % 60);
	else
		snprintf(text, size, "%" PRIu64 " d %" PRIu64 " h",
		    hours / 24, hours % 24);
}

void
units_clock(char *text, size_t size, uint64_t seconds)
{
	uint64_t minutes = seconds / 60;

	if (minutes < 60)
		snprintf(text, size, "%" PRIu64 ":%02" PRIu64, minutes,
		    seconds % 60);
	else
		snprintf(text, size, "%" PRIu64 ":%02" PRIu64 ":%02" PRIu64,
		    minutes / 60, minutes % 60, seconds % 60);
}

/*
 * Below ten a tenth matters ("0.2 %"), above it does not ("41 %"). A whole
 * of zero has no shares: "0 %".
 */
void
units_share(char *text, size_t size, uint64_t part, uint64_t whole)
{
	uint64_t tenths, percent;

	if (part >= whole) {
		snprintf(text, size, whole == 0 ? "0 %%" : "100 %%");
		return;
	}
	/* Large numbers lose digits that no percentage shows. */
	while (whole > UINT64_MAX / 2048) {
		part /= 2;
		whole /= 2;
	}
	tenths = nearest(part * 1000, whole);
	percent = nearest(part * 100, whole);
	if (part == 0)
		snprintf(text, size, "0 %%");
	else if (tenths == 0)
		snprintf(text, size, "<0.1 %%");
	else if (tenths < 100)
		snprintf(text, size, "%" PRIu64 ".%" PRIu64 " %%",
		    tenths / 10, tenths % 10);
	else if (percent < 100)
		snprintf(text, size, "%" PRIu64 " %%", percent);
	else
		snprintf(text, size, ">99 %%");
}

static struct scaled
number_scale(uint64_t number)
{
	struct scaled s = { 0, 0 };
	uint64_t unit = 1000;

	if (number < 1000)
		return s;
	for (size_t i = 0; prefixes[i] != '\0'; i++) {
		s.tenths = nearest(number, unit / 10);
		s.prefix = prefixes[i];
		if (s.tenths < 10000 || prefixes[i + 1] == '\0')
			break;
		unit *= 1000;
	}
	return s;
}

/* number in units, halves rounded up; without an overflow in the sum. */
static uint64_t
nearest(uint64_t number, uint64_t unit)
{
	uint64_t whole = number / unit, rest = number % unit;

	return rest >= unit - rest ? whole + 1 : whole;
}
