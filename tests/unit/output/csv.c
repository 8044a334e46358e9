/*
 * CSV output, read back by a reader of RFC 4180 of the test's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../../lib/sample.h"
#include "output/output.h"

static struct buffer
write_all(const struct record *record, const char *fields)
{
	const struct output_options options = { .fields = fields };
	struct error error;
	struct format *format = format_csv.open(&options, &error);
	struct stats stats = sample_stats();
	struct buffer b;

	if (format == NULL)
		fail_msg("%s", error.text);
	buffer_init(&b, 1);
	format_csv.head(format, &b);
	format_csv.record(format, record, &b);
	format_csv.stats(format, &stats, true, &b);
	format_csv.free(format);
	buffer_char(&b, '\0');
	return b;
}

static void
expect(const struct record *record, const char *fields, const char *wanted)
{
	struct buffer b = write_all(record, fields);

	assert_string_equal(b.data, wanted);
	buffer_release(&b);
}

/* Takes one value, unquoted, and what ends it: a comma, or CR before LF. */
static char
take_value(const char **at, struct buffer *value)
{
	bool is_quoted = **at == '"';

	buffer_reset(value);
	if (is_quoted)
		(*at)++;
	for (;; (*at)++) {
		if (**at == '\0')
			return '\0';
		if (is_quoted && **at == '"') {
			(*at)++;
			if (**at != '"')
				break;
		} else if (!is_quoted && (**at == ',' || **at == '\r')) {
			break;
		}
		buffer_char(value, **at);
	}
	if (**at == '\r')
		(*at)++;
	return *(*at)++;
}

static void
test_lines(void **state)
{
	struct record r = sample_full();

	(void)state;
	expect(&r, "src.ip,vlan,dst.port,final,tcp.src.flags",
	    "final,src.ip,dst.port,vlan,tcp.src.flags\r\n"
	    "true,10.0.0.5,443,10 20,FSAN\r\n");
	r.has = 0;
	expect(&r, "vlan,mpls,src.port", "src.port,vlan,mpls\r\n,,\r\n");
}

static void
test_quotes(void **state)
{
	struct record r = sample_full();

	(void)state;
	r.input = "a,b";
	r.interface = "say \"x\"";
	expect(&r, "input,interface", "input,interface\r\n"
	    "\"a,b\",\"say \"\"x\"\"\"\r\n");
	r.input = "two\r\nlines";
	r.interface = "\033[31m";
	expect(&r, "input,interface", "input,interface\r\n"
	    "two\\x0d\\x0alines,\\x1b[31m\r\n");
}

/*
 * Both samples, field by field, with the most hostile names; the members of
 * "app" stand there only when they are chosen.
 */
static void
test_read_back(void **state)
{
	struct record records[] = { sample_full(), sample_sparse() };
	struct buffer value;
	struct buffer wanted;
	struct buffer raw;
	size_t count = fields_count - fields_fact_count();
	char all[256];

	(void)state;
	for (int byte = 1; byte < 256; byte++)
		all[byte - 1] = (char)byte;
	all[255] = '\0';
	records[0].input = all;
	buffer_init(&value, 64);
	buffer_init(&wanted, 64);
	buffer_init(&raw, 64);
	for (size_t r = 0; r < 2; r++) {
		struct buffer b = write_all(&records[r], NULL);
		const char *at = b.data;

		for (size_t i = 0; i < 2 * count; i++) {
			const struct field *field =
			    &fields_all[i % count];
			char end = take_value(&at, &value);

			assert_int_equal(end, (i + 1) % count == 0 ?
			    '\n' : ',');
			buffer_reset(&raw);
			buffer_reset(&wanted);
			if (i < count)
				buffer_text(&raw, field->name);
			else if (field_is_present(field, &records[r]))
				field_text(field, &records[r], &raw);
			buffer_plain_text(&wanted, raw.data, raw.size);
			assert_int_equal(wanted.size, value.size);
			assert_memory_equal(wanted.data, value.data,
			    value.size);
		}
		assert_int_equal(*at, '\0');
		buffer_release(&b);
	}
	buffer_release(&value);
	buffer_release(&wanted);
	buffer_release(&raw);
}

static void
test_unknown_field(void **state)
{
	const struct output_options options = { .fields = "srcip" };
	struct error error;

	(void)state;
	assert_null(format_csv.open(&options, &error));
	assert_string_equal(error.text,
	    "unknown field 'srcip'; did you mean src.ip?");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_read_back),
		cmocka_unit_test(test_unknown_field)
	};

	fields_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
