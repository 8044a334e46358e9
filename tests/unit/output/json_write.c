/*
 * The edges of writing JSON by a plan: runs of counters where one has two
 * digits, texts around the size that needs no care, and room that must grow.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include <jansson.h>

#include "../../lib/sample.h"
#include "output/output.h"

/* Parsed; the buffer has no room at first. */
static json_t *
read_back(const struct record *record, const char *fields)
{
	const struct output_options options = { .fields = fields };
	struct error error;
	struct format *format = format_json.open(&options, &error);
	json_error_t reason;
	json_t *line;
	struct buffer b;

	assert_non_null(format);
	buffer_init(&b, 1);
	format_json.record(format, record, &b);
	format_json.free(format);
	assert_int_equal(b.data[b.size - 1], '\n');
	line = json_loadb(b.data, b.size, JSON_REJECT_DUPLICATES |
	    JSON_ALLOW_NUL, &reason);
	if (line == NULL)
		fail_msg("%s in %.*s", reason.text, (int)b.size, b.data);
	buffer_release(&b);
	return line;
}

static json_int_t
number_of(const json_t *line, const char *name)
{
	const json_t *src = json_object_get(json_object_get(line, "tcp"),
	    "src");
	const json_t *value = json_object_get(src, name);

	assert_true(json_is_integer(value));
	return json_integer_value(value);
}

/* Each counter of two runs by turns has each number of digits. */
static void
test_runs(void **state)
{
	static const uint32_t values[] = { 0, 1, 9, 10, 99, 100, 4294967295 };

	(void)state;
	for (size_t i = 0; i < 5 * 7 * 7; i++) {
		struct record r = sample_tcp();
		uint32_t counts[5] = { 1, 0, 9, 3, 0 };
		uint32_t other = values[i / 7 % 7];
		json_t *line;

		counts[i / 49] = values[i % 7];
		r.src.tcp.syn = counts[0];
		r.src.tcp.fin = counts[1];
		r.src.tcp.rst = counts[2];
		r.src.tcp.psh = counts[3];
		r.src.tcp.urg = counts[4];
		r.src.tcp.retransmitted_packets = 0;
		r.src.tcp.retransmitted_bytes = (uint64_t)other << 20;
		r.src.tcp.window_full = other;
		line = read_back(&r, "tcp");
		assert_int_equal(number_of(line, "syn"), counts[0]);
		assert_int_equal(number_of(line, "fin"), counts[1]);
		assert_int_equal(number_of(line, "rst"), counts[2]);
		assert_int_equal(number_of(line, "psh"), counts[3]);
		assert_int_equal(number_of(line, "urg"), counts[4]);
		assert_int_equal(number_of(line, "retransmitted_packets"), 0);
		assert_int_equal(number_of(line, "retransmitted_bytes"),
		    (json_int_t)other << 20);
		assert_int_equal(number_of(line, "window_full"), other);
		json_decref(line);
	}
}

static void
assert_text(const json_t *line, const char *name, const char *text)
{
	const char *value = json_string_value(json_object_get(line, name));

	assert_non_null(value);
	assert_string_equal(value, text);
}

/* One byte that needs care at the end, or none, at every size. */
static void
test_sizes(void **state)
{
	static const size_t sizes[] = { 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31,
	    33, 62, 63, 64, 65, 66, 127, 4095, 65536 };
	static const char last[] = { 'x', '"', '\\', '\n', 0x7f };

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		char *text = calloc(sizes[i] + 1, 1);

		assert_non_null(text);
		memset(text, 'a', sizes[i]);
		for (size_t j = 0; j < sizeof last; j++) {
			struct record r = sample_full();
			json_t *line;

			text[sizes[i] - 1] = last[j];
			r.input = text;
			r.interface = text;
			r.protocol = j == 0 ? text : "tcp";
			line = read_back(&r, NULL);
			assert_text(line, "input", text);
			assert_text(line, "interface", text);
			assert_text(line, "protocol", r.protocol);
			assert_int_equal(number_of(line, "isn"), UINT32_MAX);
			json_decref(line);
		}
		free(text);
	}
}

/* An object alone, with its first member or without it. */
static void
test_objects(void **state)
{
	static const char *const fields[] = { "src.ip", "src.port", "tcp.state",
	    "tcp.src.rtt.min", "tcp.src.rtt.max", "tcp.src.rtt",
	    "tcp.limited_by.dst.cause", "tcp.limited_by", "direction",
	    "direction.confidence", "type,tcp.src.rtt.min,tcp.dst.rtt.min",
	    "service.name", "tunnel.id,tunnel.parent" };

	(void)state;
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		struct record r = sample_full();

		for (int bit = 0; bit < 65; bit++) {
			json_t *line;

			r.has = bit == 64 ? 0 :
			    UINT64_MAX ^ UINT64_C(1) << bit;
			line = read_back(&r, fields[i]);
			if (strchr(fields[i], ',') == NULL)
				assert_true(json_object_size(line) <= 1);
			json_decref(line);
		}
		r.has = UINT64_MAX;
		json_decref(read_back(&r, fields[i]));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_objects)
	};

	fields_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
