/*
 * Numbers, times, addresses and texts as they are written: extremes, every
 * byte, and the C library or a JSON parser as the second opinion.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/buffer.h"
#include "base/hash.h"

#define S INT64_C(1000000000)

enum { ROUNDS = 100000 };

static struct buffer	 buffer;

static int
setup(void **state)
{
	(void)state;
	buffer_init(&buffer, 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	buffer_release(&buffer);
	assert_null(buffer.data);
	return 0;
}

/* What was written since the last call. */
static const char *
written(void)
{
	assert_true(buffer.size <= buffer.capacity);
	buffer_char(&buffer, '\0');
	buffer_reset(&buffer);
	return buffer.data;
}

static const char *
u64(uint64_t value)
{
	buffer_u64(&buffer, value);
	return written();
}

static const char *
i64(int64_t value)
{
	buffer_i64(&buffer, value);
	return written();
}

static const char *
seconds(int64_t ns, int digits)
{
	buffer_seconds(&buffer, ns, digits);
	return written();
}

static const char *
time_of(int64_t ns, int digits)
{
	buffer_time(&buffer, ns, digits);
	return written();
}

static const char *
json(const char *text, size_t size)
{
	buffer_json_string(&buffer, text, size);
	return written();
}

static const char *
plain(const char *text, size_t size)
{
	buffer_plain_text(&buffer, text, size);
	return written();
}

/* Numbers of every length alike. */
static uint64_t
number_of(uint64_t seed)
{
	uint64_t mixed = hash_mix64(seed);

	return mixed >> (hash_mix64(seed + ROUNDS) & 63);
}

static void
test_growth(void **state)
{
	char text[3000];

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++) {
		text[i] = (char)('a' + i % 26);
		buffer_char(&buffer, text[i]);
	}
	assert_int_equal(buffer.size, sizeof(text));
	assert_memory_equal(buffer.data, text, sizeof(text));
	buffer_truncate(&buffer, 3);
	buffer_bytes(&buffer, NULL, 0);
	buffer_text(&buffer, "");
	buffer_text(&buffer, "def");
	assert_string_equal(written(), "abcdef");
	buffer_bytes(&buffer, text, sizeof(text));
	buffer_bytes(&buffer, text, sizeof(text));
	assert_int_equal(buffer.size, 2 * sizeof(text));
	assert_memory_equal(buffer.data + sizeof(text), text, sizeof(text));
}

/* A text that just fits, and one longer than all room there is. */
static void
test_format(void **state)
{
	char text[400];

	(void)state;
	for (int length = 0; length < 200; length++) {
		(void)snprintf(text, sizeof(text), "<%*d>", length, 7);
		buffer_release(&buffer);
		buffer_char(&buffer, '<');
		buffer_format(&buffer, "%*d", length, 7);
		buffer_char(&buffer, '>');
		assert_string_equal(written(), text);
	}
}

static void
test_numbers(void **state)
{
	(void)state;
	assert_string_equal(u64(0), "0");
	assert_string_equal(u64(UINT64_MAX), "18446744073709551615");
	assert_string_equal(i64(0), "0");
	assert_string_equal(i64(-1), "-1");
	assert_string_equal(i64(INT64_MAX), "9223372036854775807");
	assert_string_equal(i64(INT64_MIN), "-9223372036854775808");
	buffer_hex64(&buffer, 0);
	assert_string_equal(written(), "0000000000000000");
	buffer_hex64(&buffer, UINT64_C(0x0123456789abcdef));
	assert_string_equal(written(), "0123456789abcdef");
	buffer_hex64(&buffer, UINT64_MAX);
	assert_string_equal(written(), "ffffffffffffffff");
}

static void
assert_number(uint64_t value)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%" PRIu64, value);
	assert_string_equal(u64(value), text);
	(void)snprintf(text, sizeof(text), "%" PRId64, (int64_t)value);
	assert_string_equal(i64((int64_t)value), text);
	(void)snprintf(text, sizeof(text), "%016" PRIx64, value);
	buffer_hex64(&buffer, value);
	assert_string_equal(written(), text);
}

static void
test_numbers_at_random(void **state)
{
	(void)state;
	for (uint64_t power = 1; power <= UINT64_MAX / 10; power *= 10) {
		assert_number(power - 1);
		assert_number(power);
		assert_number(0 - power);
	}
	for (uint64_t i = 0; i < ROUNDS; i++)
		assert_number(number_of(i));
}

static void
test_seconds(void **state)
{
	(void)state;
	assert_string_equal(seconds(0, 6), "0");
	assert_string_equal(seconds(0, 9), "0");
	assert_string_equal(seconds(31245000, 6), "0.031245");
	assert_string_equal(seconds(12 * S, 6), "12");
	assert_string_equal(seconds(100 * S, 9), "100");
	assert_string_equal(seconds(-3 * S / 2, 6), "-1.5");
	assert_string_equal(seconds(1, 9), "0.000000001");
	assert_string_equal(seconds(-1, 9), "-0.000000001");
	assert_string_equal(seconds(S - 1, 9), "0.999999999");
	assert_string_equal(seconds(S / 10, 9), "0.1");
	assert_string_equal(seconds(INT64_MAX, 9), "9223372036.854775807");
	assert_string_equal(seconds(INT64_MIN, 9), "-9223372036.854775808");
	assert_string_equal(seconds(INT64_MIN, 6), "-9223372036.854775");
}

/* What six places do not hold is cut off, and then zero has no sign. */
static void
test_seconds_cut(void **state)
{
	(void)state;
	assert_string_equal(seconds(1999, 6), "0.000001");
	assert_string_equal(seconds(999, 6), "0");
	assert_string_equal(seconds(S - 1, 6), "0.999999");
	assert_string_equal(seconds(-1999, 6), "-0.000001");
	assert_string_equal(seconds(-999, 6), "0");
	assert_string_equal(seconds(-S - 999, 6), "-1");
}

/* Nine places lose nothing; there are no zeros to leave out at the end. */
static void
test_seconds_at_random(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < ROUNDS; i++) {
		int64_t ns = (int64_t)number_of(i) * (i % 2 == 0 ? 1 : -1);
		const char *text = seconds(ns, 9);
		const char *point = strchr(text, '.');
		uint64_t magnitude = strtoull(text + (*text == '-'), NULL,
		    10) * (uint64_t)S;

		if (point != NULL) {
			char places[] = "000000000";

			assert_in_range(strlen(point), 2, 10);
			assert_true(text[strlen(text) - 1] != '0');
			memcpy(places, point + 1, strlen(point + 1));
			magnitude += strtoull(places, NULL, 10);
		}
		assert_int_equal(*text == '-' ? 0 - magnitude : magnitude,
		    (uint64_t)ns);
	}
}

static void
test_times(void **state)
{
	static const struct {
		int64_t		 ns;
		int		 digits;
		const char	*text;
	} times[] = {
		{ 0, 6, "1970-01-01T00:00:00.000000Z" },
		{ 0, 9, "1970-01-01T00:00:00.000000000Z" },
		{ -1, 9, "1969-12-31T23:59:59.999999999Z" },
		{ -1, 6, "1969-12-31T23:59:59.999999Z" },
		{ -S, 6, "1969-12-31T23:59:59.000000Z" },
		{ -S - 1, 9, "1969-12-31T23:59:58.999999999Z" },
		{ -86400 * S, 6, "1969-12-31T00:00:00.000000Z" },
		{ 1772600767123456789, 6, "2026-03-04T05:06:07.123456Z" },
		{ 1772600767123456789, 9, "2026-03-04T05:06:07.123456789Z" },
		{ 1772600767 * S + 1, 9, "2026-03-04T05:06:07.000000001Z" },
		{ 951782400 * S, 6, "2000-02-29T00:00:00.000000Z" },
		{ 951868799 * S, 6, "2000-02-29T23:59:59.000000Z" },
		{ 1709164800 * S, 6, "2024-02-29T00:00:00.000000Z" },
		{ 1677628800 * S, 6, "2023-03-01T00:00:00.000000Z" },
		{ 4107456000 * S, 6, "2100-02-28T00:00:00.000000Z" },
		{ 4107542400 * S, 6, "2100-03-01T00:00:00.000000Z" },
		{ -2203977600 * S, 6, "1900-02-28T00:00:00.000000Z" },
		{ -2203891200 * S, 6, "1900-03-01T00:00:00.000000Z" },
		{ 1735689599 * S, 6, "2024-12-31T23:59:59.000000Z" },
		{ INT64_MAX, 9, "2262-04-11T23:47:16.854775807Z" },
		{ INT64_MAX, 6, "2262-04-11T23:47:16.854775Z" },
		{ INT64_MIN, 9, "1677-09-21T00:12:43.145224192Z" },
		{ INT64_MIN, 6, "1677-09-21T00:12:43.145224Z" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++)
		assert_string_equal(time_of(times[i].ns, times[i].digits),
		    times[i].text);
}

static void
assert_time(int64_t second, uint32_t fraction)
{
	char wanted[64];
	char fractions[16];
	time_t at = (time_t)second;
	struct tm tm;

	assert_non_null(gmtime_r(&at, &tm));
	assert_true(strftime(wanted, sizeof(wanted), "%Y-%m-%dT%H:%M:%S.",
	    &tm) > 0);
	(void)snprintf(fractions, sizeof(fractions), "%09" PRIu32 "Z",
	    fraction);
	strncat(wanted, fractions, sizeof(wanted) - strlen(wanted) - 1);
	assert_string_equal(time_of(second * S + fraction, 9), wanted);
}

/* Every day that there is, near its begin and its end. */
static void
test_every_day(void **state)
{
	const int64_t last = INT64_MAX / S / 86400 - 1;

	(void)state;
	for (int64_t day = -last; day <= last; day++) {
		uint64_t mixed = hash_mix64((uint64_t)day);

		if (mixed % 4 != 0 && day % 365 != 0)
			continue;
		assert_time(day * 86400, (uint32_t)(mixed % 1000000000));
		assert_time(day * 86400 + 86399, 999999999);
	}
}

static void
test_mac(void **state)
{
	static const uint8_t mac[6] = { 0x02, 0x42, 0xac, 0x00, 0xff, 0x9a };

	(void)state;
	buffer_mac(&buffer, mac);
	assert_string_equal(written(), "02:42:ac:00:ff:9a");
}

static void
assert_ipv4(const uint8_t ip[4])
{
	char wanted[INET_ADDRSTRLEN];

	assert_non_null(inet_ntop(AF_INET, ip, wanted, sizeof(wanted)));
	buffer_ipv4(&buffer, ip);
	assert_string_equal(written(), wanted);
}

static void
test_ipv4(void **state)
{
	uint8_t ip[4] = { 0, 0, 0, 0 };

	(void)state;
	for (int at = 0; at < 4; at++) {
		for (int value = 0; value < 256; value++) {
			ip[at] = (uint8_t)value;
			assert_ipv4(ip);
		}
	}
	for (uint64_t i = 0; i < ROUNDS; i++) {
		uint64_t mixed = hash_mix64(i);

		memcpy(ip, &mixed, sizeof(ip));
		assert_ipv4(ip);
	}
}

/*
 * The C library writes the last 32 bits in decimal when the first 80 are
 * zero (IPv4-mapped and IPv4-compatible addresses); here all is hexadecimal,
 * which RFC 5952 section 5 leaves free. Those are read back instead.
 */
static void
assert_ipv6(const uint8_t ip[16])
{
	static const uint8_t zeros[10];
	char wanted[INET6_ADDRSTRLEN];
	uint8_t back[16];
	const char *got;

	buffer_ipv6(&buffer, ip);
	got = written();
	if (memcmp(ip, zeros, sizeof(zeros)) == 0) {
		assert_null(strchr(got, '.'));
		assert_int_equal(inet_pton(AF_INET6, got, back), 1);
		assert_memory_equal(back, ip, sizeof(back));
		return;
	}
	assert_non_null(inet_ntop(AF_INET6, ip, wanted, sizeof(wanted)));
	assert_string_equal(got, wanted);
}

/* Groups are zero, short or long, so that there are runs of every length. */
static void
test_ipv6_at_random(void **state)
{
	uint8_t ip[16];

	(void)state;
	for (uint64_t i = 0; i < ROUNDS; i++) {
		uint64_t shape = hash_mix64(i);
		uint64_t mixed[2] = { hash_mix64(i + ROUNDS),
		    hash_mix64(i + 2 * ROUNDS) };

		memcpy(ip, mixed, sizeof(ip));
		for (int group = 0; group < 8; group++, shape >>= 3) {
			if ((shape & 7) == 0)
				continue;
			ip[2 * group] = 0;
			if ((shape & 7) < 6)
				ip[2 * group + 1] = 0;
		}
		assert_ipv6(ip);
	}
}

static void
test_ipv6(void **state)
{
	static const char *const texts[] = {
		"::", "::1", "1::", "::ffff:a00:1", "::a00:1",
		"2001:db8::1", "2001:db8:0:1:1:1:1:1", "2001:0:0:1::1",
		"2001:db8::1:0:0:1", "1:0:2:0:3:0:4:0", "0:1:2:3:4:5:6:7",
		"1:2:3:4:5:6::", "::3:4:5:6:7:8", "1:2:3:4:5:6:7:0",
		"fe80::200:86ff:fe05:80da", "ff02::1:ff00:1",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
	};
	uint8_t ip[16];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_int_equal(inet_pton(AF_INET6, texts[i], ip), 1);
		buffer_ipv6(&buffer, ip);
		assert_string_equal(written(), texts[i]);
	}
}

static void
test_json(void **state)
{
	(void)state;
	assert_string_equal(json("", 0), "\"\"");
	assert_string_equal(json("plain", 5), "\"plain\"");
	assert_string_equal(json("a\"b\\c/", 6), "\"a\\\"b\\\\c/\"");
	assert_string_equal(json("\0\n\x1f\x7f", 4),
	    "\"\\u0000\\u000a\\u001f\\u007f\"");
	assert_string_equal(json("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9),
	    "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"");
	assert_string_equal(json("\xe9t\xe9", 3), "\"\\u00e9t\\u00e9\"");
}

/* What is no UTF-8 by RFC 3629, each byte of it escaped. */
static void
test_json_invalid(void **state)
{
	static const struct {
		const char	*text;
		const char	*wanted;
	} cases[] = {
		{ "\xc0\x80", "\"\\u00c0\\u0080\"" },	/* overlong */
		{ "\xc1\xbf", "\"\\u00c1\\u00bf\"" },
		{ "\xe0\x9f\xbf", "\"\\u00e0\\u009f\\u00bf\"" },
		{ "\xf0\x8f\xbf\xbf", "\"\\u00f0\\u008f\\u00bf\\u00bf\"" },
		{ "\xed\xa0\x80", "\"\\u00ed\\u00a0\\u0080\"" }, /* surrogate */
		{ "\xed\xbf\xbf", "\"\\u00ed\\u00bf\\u00bf\"" },
		{ "\xf4\x90\x80\x80", "\"\\u00f4\\u0090\\u0080\\u0080\"" },
		{ "\xf5\x80\x80\x80", "\"\\u00f5\\u0080\\u0080\\u0080\"" },
		{ "\xff", "\"\\u00ff\"" },
		{ "\x80", "\"\\u0080\"" },
		{ "\xc3", "\"\\u00c3\"" },		/* cut off */
		{ "\xe2\x82", "\"\\u00e2\\u0082\"" },
		{ "\xf0\x9f\x98", "\"\\u00f0\\u009f\\u0098\"" },
		{ "\xe2\x82\"", "\"\\u00e2\\u0082\\\"\"" },
		{ "\xc3\xc3\xa9", "\"\\u00c3\xc3\xa9\"" },
		{ "\xe2\xe2\x82\xac", "\"\\u00e2\xe2\x82\xac\"" },
		/* The nearest that are valid. */
		{ "\xc2\x80", "\"\xc2\x80\"" },
		{ "\xe0\xa0\x80", "\"\xe0\xa0\x80\"" },
		{ "\xed\x9f\xbf", "\"\xed\x9f\xbf\"" },
		{ "\xee\x80\x80", "\"\xee\x80\x80\"" },
		{ "\xf0\x90\x80\x80", "\"\xf0\x90\x80\x80\"" },
		{ "\xf4\x8f\xbf\xbf", "\"\xf4\x8f\xbf\xbf\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(json(cases[i].text,
		    strlen(cases[i].text)), cases[i].wanted);
}

/* Takes the escapes away: what is left must be the bytes that went in. */
static size_t
json_bytes(const char *text, size_t size, char *bytes)
{
	size_t count = 0;

	assert_true(size >= 2);
	for (size_t i = 1; i < size - 1; i++) {
		unsigned int value;

		if (text[i] != '\\') {
			bytes[count++] = text[i];
		} else if (text[i + 1] != 'u') {
			bytes[count++] = text[++i];
		} else {
			assert_int_equal(sscanf(text + i, "\\u%4x", &value),
			    1);
			assert_true(value <= 0xff);
			bytes[count++] = (char)value;
			i += 5;
		}
	}
	return count;
}

/* A parser accepts it, no control byte is in it, and nothing is lost. */
static void
assert_json(const char *bytes, size_t size)
{
	char back[4096];
	json_error_t error;
	json_t *parsed;

	assert_true(size <= sizeof(back));
	buffer_reset(&buffer);
	buffer_json_string(&buffer, bytes, size);
	for (size_t i = 0; i < buffer.size; i++)
		assert_true((unsigned char)buffer.data[i] >= 0x20 &&
		    buffer.data[i] != 0x7f);
	parsed = json_loadb(buffer.data, buffer.size,
	    JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
	if (parsed == NULL)
		print_error("%s: %.*s\n", error.text, (int)buffer.size,
		    buffer.data);
	assert_true(json_is_string(parsed));
	json_decref(parsed);
	assert_int_equal(json_bytes(buffer.data, buffer.size, back), size);
	assert_memory_equal(back, bytes, size);
}

/* An ASCII byte stands for itself; another one alone is its value. */
static void
test_json_every_byte(void **state)
{
	(void)state;
	for (int value = 0; value < 256; value++) {
		char wanted[2] = { (char)value, '\0' };
		char byte = (char)value;
		size_t size = 1;
		json_t *parsed;

		assert_json(&byte, 1);
		parsed = json_loadb(buffer.data, buffer.size,
		    JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		if (value >= 0x80) {
			wanted[0] = (char)(0xc0 | value >> 6);
			wanted[1] = (char)(0x80 | (value & 0x3f));
			size = 2;
		}
		assert_int_equal(json_string_length(parsed), size);
		assert_memory_equal(json_string_value(parsed), wanted, size);
		json_decref(parsed);
	}
}

static void
test_json_every_pair(void **state)
{
	(void)state;
	for (int pair = 0; pair < 0x10000; pair++) {
		char bytes[2] = { (char)(pair >> 8), (char)pair };

		assert_json(bytes, sizeof(bytes));
	}
}

/* Bytes as UTF-8 has them, in an order that it does not. */
static size_t
hostile_bytes(char *bytes, size_t room, uint64_t seed)
{
	static const char pieces[][5] = {
		"a", "\"", "\\", "\x1b[2J", "\xc3\xa9", "\xc2\x9b", "\xc2",
		"\xe0\xa0", "\xed\xa0\x80", "\xf0\x9f\x98\x80", "\xf4\x90",
		"\x80", "\xbf", "\x7f", "\xff", "\n"
	};
	size_t count = hash_mix64(seed) % (room / 4);
	size_t size = 0;

	for (size_t i = 0; i < count; i++) {
		const char *piece = pieces[hash_mix64(seed * 1000 + i) % 16];

		memcpy(bytes + size, piece, strlen(piece));
		size += strlen(piece);
	}
	return size;
}

static void
test_json_at_random(void **state)
{
	char bytes[120];

	(void)state;
	for (uint64_t i = 0; i < ROUNDS / 5; i++)
		assert_json(bytes, hostile_bytes(bytes, sizeof(bytes), i));
}

static void
test_plain(void **state)
{
	(void)state;
	assert_string_equal(plain("caf\xc3\xa9 \"x\" \\", 11),
	    "caf\xc3\xa9 \"x\" \\");
	assert_string_equal(plain("\x1b[31mred\x7f\n", 10),
	    "\\x1b[31mred\\x7f\\x0a");
	assert_string_equal(plain("\xc2\x9b" "2J", 4), "\\x9b2J");
	assert_string_equal(plain("\x9b" "2J", 3), "\\x9b2J");
	assert_string_equal(plain("\xc2\xa0", 2), "\xc2\xa0");
	assert_string_equal(plain("\xe9", 1), "\\xe9");
	assert_string_equal(plain("\0", 1), "\\x00");
	assert_string_equal(plain("", 0), "");
}

/* No C0, no DEL, no C1 in either encoding, and valid UTF-8 throughout. */
static void
assert_plain(const char *bytes, size_t size)
{
	size_t shown;

	buffer_reset(&buffer);
	buffer_plain_text(&buffer, bytes, size);
	shown = buffer.size;
	for (size_t i = 0; i < shown; i++) {
		unsigned char at = (unsigned char)buffer.data[i];

		assert_true(at >= 0x20 && at != 0x7f);
		if (at == 0xc2)
			assert_true(i + 1 < shown &&
			    (unsigned char)buffer.data[i + 1] >= 0xa0);
	}
	if (memchr(bytes, '"', size) == NULL &&
	    memchr(bytes, '\\', size) == NULL) {
		char text[4096];

		assert_true(shown < sizeof(text));
		memcpy(text, buffer.data, shown);
		buffer_reset(&buffer);
		buffer_json_string(&buffer, text, shown);
		for (size_t i = 0; i + 3 < buffer.size; i++)
			assert_true(memcmp(buffer.data + i, "\\u00", 4) != 0);
	}
}

static void
test_plain_holds_no_control(void **state)
{
	char bytes[120];

	(void)state;
	for (int pair = 0; pair < 0x10000; pair++) {
		bytes[0] = (char)(pair >> 8);
		bytes[1] = (char)pair;
		assert_plain(bytes, 2);
	}
	for (uint64_t i = 0; i < ROUNDS / 5; i++)
		assert_plain(bytes, hostile_bytes(bytes, sizeof(bytes), i));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_growth),
		TEST(test_format),
		TEST(test_numbers),
		TEST(test_numbers_at_random),
		TEST(test_seconds),
		TEST(test_seconds_cut),
		TEST(test_seconds_at_random),
		TEST(test_times),
		TEST(test_every_day),
		TEST(test_mac),
		TEST(test_ipv4),
		TEST(test_ipv6),
		TEST(test_ipv6_at_random),
		TEST(test_json),
		TEST(test_json_invalid),
		TEST(test_json_every_byte),
		TEST(test_json_every_pair),
		TEST(test_json_at_random),
		TEST(test_plain),
		TEST(test_plain_holds_no_control),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
