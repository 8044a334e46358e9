/*
 * The command line: what each option sets, what is refused and in which
 * words, and that the table itself is sound.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "options.h"
#include "output/output.h"

#define SECOND INT64_C(1000000000)

static struct options	 options;
static struct error	 failure;

/* Parses words that NULL ends. */
static int
parse(const char *first, ...)
{
	static char name[] = "tallyman";
	static char *argv[32];
	int argc = 0;
	va_list rest;

	for (int i = 1; argv[i] != NULL; i++)
		free(argv[i]);
	argv[argc++] = name;
	va_start(rest, first);
	for (const char *word = first; word != NULL;
	    word = va_arg(rest, const char *)) {
		argv[argc] = strdup(word);
		assert_non_null(argv[argc]);
		argc++;
	}
	va_end(rest);
	argv[argc] = NULL;
	options_release(&options);
	return options_parse(&options, argc, argv, &failure);
}

/* Refused, with exactly this message. */
#define assert_refused(message, ...) do {				\
	assert_int_equal(parse(__VA_ARGS__, NULL), -1);			\
	assert_string_equal(failure.text, message);			\
} while (0)

#define assert_taken(...)						\
	assert_int_equal(parse(__VA_ARGS__, NULL), 0)

static void
test_defaults(void **state)
{
	(void)state;
	assert_int_equal(parse(NULL, NULL), 0);
	assert_int_equal(options.action, OPTIONS_METER);
	assert_int_equal(options.interface_count, 0);
	assert_int_equal(options.input_count, 0);
	assert_int_equal(options.output_count, 0);
	assert_null(options.filter);
	assert_int_equal(options.memory_bytes, 256 << 20);
	assert_int_equal(options.timeouts.tcp_ns, 300 * SECOND);
	assert_int_equal(options.timeouts.tcp_open_ns, 30 * SECOND);
	assert_int_equal(options.timeouts.tcp_close_ns, 5 * SECOND);
	assert_int_equal(options.timeouts.udp_ns, 60 * SECOND);
	assert_int_equal(options.timeouts.other_ns, 60 * SECOND);
	assert_int_equal(options.timeouts.part_ns, -1);
	assert_int_equal(options.checksums, OPTIONS_CHECKSUMS_HEADER);
	assert_int_equal(options.progress, OPTIONS_PROGRESS_AUTO);
}

static void
test_inputs(void **state)
{
	(void)state;
	assert_taken("-r", "a.pcap", "-rb.pcap", "--read=c", "--read", "-");
	assert_int_equal(options.input_count, 4);
	assert_string_equal(options.inputs[0], "a.pcap");
	assert_string_equal(options.inputs[1], "b.pcap");
	assert_string_equal(options.inputs[2], "c");
	assert_string_equal(options.inputs[3], "-");
	assert_taken("-i", "eth0", "--interface", "any");
	assert_int_equal(options.interface_count, 2);
	assert_string_equal(options.interfaces[1], "any");
	assert_refused("-r reads saved captures, -i captures live: not both",
	    "-r", "x", "-i", "y");
	assert_refused("option -r needs FILE|DIR|-", "-r");
	assert_refused("option --read needs FILE|DIR|-", "--read");
}

static void
test_filter(void **state)
{
	(void)state;
	assert_taken("-r", "x", "host 10.0.0.5", "and", "-q", "port", "80");
	assert_string_equal(options.filter, "host 10.0.0.5 and port 80");
	assert_true(options.is_quiet);
	assert_taken("-r", "x", "--", "len", "-", "-q", "--bogus");
	assert_string_equal(options.filter, "len - -q --bogus");
	assert_false(options.is_quiet);
	assert_taken("-f", "udp");
	assert_string_equal(options.filter, "udp");
	assert_refused("the filter is given twice: by -f and by 'tcp'",
	    "-f", "udp", "tcp", "port");
	assert_refused("option -f 'tcp': there is a filter already",
	    "-f", "udp", "-f", "tcp");
	assert_refused("the filter is given twice: by -F and by 'tcp'",
	    "-F", "file", "tcp");
}

/* tallyman x.pcap: the words at the end are never files. */
static void
test_file_as_filter(void **state)
{
	(void)state;
	assert_refused("'/dev/null' would be a filter expression; to read "
	    "the file: -r /dev/null", "/dev/null");
	assert_taken("-r", "x", "/dev/null");
}

static void
test_filter_file(void **state)
{
	char path[] = "/tmp/tallyman-options-XXXXXX";
	static const char text[] = "tcp and\n\tport 80\n";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	assert_taken("-F", path);
	assert_int_equal(options_read_filter(&options, &failure), 0);
	assert_string_equal(options.filter, text);
	assert_int_equal(write(fd, "", 1), 1);
	assert_taken("-F", path);
	assert_int_equal(options_read_filter(&options, &failure), -1);
	assert_non_null(strstr(failure.text, "not a text"));
	close(fd);
	unlink(path);
	assert_taken("-F", path);
	assert_int_equal(options_read_filter(&options, &failure), -1);
	assert_non_null(strstr(failure.text, "cannot open"));
	assert_non_null(strstr(failure.text, path));
	assert_taken("-q");
	assert_int_equal(options_read_filter(&options, &failure), 0);
	assert_null(options.filter);
}

static void
test_outputs(void **state)
{
	(void)state;
	assert_taken("-o", "json", "-ocsv=a=b.csv", "--output=text=t");
	assert_int_equal(options.output_count, 3);
	assert_string_equal(options.outputs[0].format, "json");
	assert_string_equal(options.outputs[0].where, "-");
	assert_string_equal(options.outputs[1].format, "csv");
	assert_string_equal(options.outputs[1].where, "a=b.csv");
	assert_string_equal(options.outputs[2].format, "text");
	assert_string_equal(options.outputs[2].where, "t");
	assert_refused("unknown output 'jsno'; did you mean json? "
	    "(text json csv)", "-o", "jsno");
	assert_refused("unknown output 'pdf' (text json csv)", "-o", "pdf=x");
	assert_refused("unknown output '' (text json csv)", "-o", "");
	assert_refused("option --output 'json=': no file after '='",
	    "-o", "json=");
	assert_refused("option --output 'csv=-': another output goes there",
	    "-o", "json", "-o", "csv=-");
}

static void
test_numbers(void **state)
{
	(void)state;
	assert_taken("-c", "18446744073709551615", "-s0", "-B", "4096",
	    "--max-flows=7", "--community-seed", "65535");
	assert_true(options.count == UINT64_MAX);
	assert_int_equal(options.snaplen, 0);
	assert_int_equal(options.buffer_kib, 4096);
	assert_int_equal(options.flows_max, 7);
	assert_int_equal(options.community_seed, 65535);
	assert_taken("--snapshot-length", "262144", "--buffer-size=1");
	assert_int_equal(options.snaplen, 262144);
	assert_refused("option -c '0': not a whole number above 0",
	    "-c", "0");
	assert_refused("option -c '18446744073709551616': "
	    "not a whole number above 0", "-c", "18446744073709551616");
	assert_refused("option -c '-1': not a whole number above 0",
	    "-c", "-1");
	assert_refused("option -c '12x': not a whole number above 0",
	    "-c12x");
	assert_refused("option -c ' 1': not a whole number above 0",
	    "-c", " 1");
	assert_refused("option -c '': not a whole number above 0", "-c", "");
	assert_refused("option --snapshot-length '262145': "
	    "not a whole number from 0 to 262144", "-s", "262145");
	assert_refused("option --community-seed '65536': "
	    "not a whole number from 0 to 65535", "--community-seed", "65536");
}

static void
test_sizes(void **state)
{
	(void)state;
	assert_taken("--memory", "4096");
	assert_int_equal(options.memory_bytes, 4096);
	assert_taken("--memory", "64k");
	assert_int_equal(options.memory_bytes, 64 << 10);
	assert_taken("--memory", "64M");
	assert_int_equal(options.memory_bytes, 64 << 20);
	assert_taken("--memory=2g");
	assert_true(options.memory_bytes == UINT64_C(2) << 30);
	for (size_t i = 0; i < 8; i++) {
		static const char *const bad[] = { "", "k", "-1", "0", "1kk",
			"1T", "17179869184G", "1.5M" };

		assert_int_equal(parse("--memory", bad[i], NULL), -1);
		assert_non_null(strstr(failure.text, "not a size"));
	}
}

static void
test_timeouts(void **state)
{
	(void)state;
	assert_taken("--timeout", "all=0");
	assert_int_equal(options.timeouts.tcp_ns, 0);
	assert_int_equal(options.timeouts.tcp_open_ns, 0);
	assert_int_equal(options.timeouts.tcp_close_ns, 0);
	assert_int_equal(options.timeouts.udp_ns, 0);
	assert_int_equal(options.timeouts.other_ns, 0);
	assert_int_equal(options.timeouts.part_ns, 0);
	assert_taken("--timeout=all=9", "--timeout", "udp=0.5",
	    "--timeout=tcp-open=1.000000001", "--timeout=part=3");
	assert_int_equal(options.timeouts.tcp_ns, 9 * SECOND);
	assert_int_equal(options.timeouts.tcp_open_ns, SECOND + 1);
	assert_int_equal(options.timeouts.tcp_close_ns, 9 * SECOND);
	assert_int_equal(options.timeouts.udp_ns, SECOND / 2);
	assert_int_equal(options.timeouts.part_ns, 3 * SECOND);
	assert_refused("unknown timeout 'tpc'; did you mean tcp? "
	    "(all tcp tcp-open tcp-close udp other part)",
	    "--timeout", "tpc=1");
	for (size_t i = 0; i < 9; i++) {
		static const char *const bad[] = { "tcp", "tcp=", "tcp=-1",
			"tcp=1s", "tcp=.5", "tcp=1.", "tcp=1e3",
			"tcp=9223372037", "tcp=0.0000000001" };

		assert_int_equal(parse("--timeout", bad[i], NULL), -1);
		assert_non_null(strstr(failure.text, "not NAME=SECONDS"));
	}
}

static void
test_words(void **state)
{
	(void)state;
	assert_taken("--progress", "never", "--checksums=check",
	    "--key=tunnel,vlan", "--stats-interval", "0.25");
	assert_int_equal(options.progress, OPTIONS_PROGRESS_NEVER);
	assert_int_equal(options.checksums, OPTIONS_CHECKSUMS_CHECK);
	assert_true(options.is_key_vlan && options.is_key_tunnel);
	assert_int_equal(options.stats_interval_ns, SECOND / 4);
	assert_taken("--key=vlan", "--progress=always", "--checksums=off");
	assert_true(options.is_key_vlan && !options.is_key_tunnel);
	assert_int_equal(options.progress, OPTIONS_PROGRESS_ALWAYS);
	assert_int_equal(options.checksums, OPTIONS_CHECKSUMS_OFF);
	assert_refused("unknown choice of progress 'nevr'; did you mean "
	    "never? (auto always never)", "--progress=nevr");
	assert_refused("unknown choice of checksums 'maybe' (off check)",
	    "--checksums", "maybe");
	assert_refused("unknown part of a key '' (vlan tunnel)",
	    "--key=vlan,");
	assert_refused("option --stats-interval '0': not a number of seconds "
	    "above 0", "--stats-interval=0");
}

static void
test_flags(void **state)
{
	(void)state;
	assert_taken("-peqlnvv", "-v", "-Z", "ann", "-y", "EN10MB",
	    "--services=s", "--verbose");
	assert_true(options.is_not_promiscuous && options.has_macs &&
	    options.is_quiet && options.is_line_buffered);
	assert_int_equal(options.verbosity, 4);
	assert_string_equal(options.user, "ann");
	assert_string_equal(options.link_type, "EN10MB");
	assert_string_equal(options.services, "s");
	assert_taken("-pZann");
	assert_true(options.is_not_promiscuous);
	assert_string_equal(options.user, "ann");
}

static void
test_actions(void **state)
{
	(void)state;
	assert_taken("-D");
	assert_int_equal(options.action, OPTIONS_LIST_INTERFACES);
	assert_taken("-i", "eth0", "-L");
	assert_int_equal(options.action, OPTIONS_LIST_LINK_TYPES);
	assert_taken("-h", "--version");
	assert_int_equal(options.action, OPTIONS_HELP);
	assert_taken("--list-dissectors");
	assert_int_equal(options.action, OPTIONS_LIST_DISSECTORS);
	assert_taken("--version");
	assert_int_equal(options.action, OPTIONS_VERSION);
	assert_taken("--fields", "json-schema");
	assert_int_equal(options.action, OPTIONS_FIELDS);
	assert_string_equal(options.fields, "json-schema");
	assert_taken("--fields", "start,src.ip");
	assert_int_equal(options.action, OPTIONS_METER);
	assert_string_equal(options.fields, "start,src.ip");
}

static void
test_unknown(void **state)
{
	(void)state;
	assert_refused("unknown option '--reed'; did you mean --read?",
	    "--reed=x");
	assert_refused("unknown option '--verison'; did you mean --version?",
	    "--verison");
	assert_refused("unknown option '--frobnicate' "
	    "(tallyman --help lists them)", "--frobnicate");
	assert_refused("unknown option '-K' (tallyman --help lists them)",
	    "-pK");
	assert_refused("option --version takes no value", "--version=2");
}

/* Every row has a name, a help text and what its kind of value needs. */
static void
test_table(void **state)
{
	const struct option *a, *b;

	(void)state;
	for (a = options_table; a->apply != NULL; a++) {
		assert_true(a->name != NULL || a->letter != '\0');
		assert_non_null(a->help);
		assert_int_equal(a->argument == ARGUMENT_NONE,
		    a->value == NULL);
		assert_int_equal(a->argument >= ARGUMENT_WORD,
		    a->words != NULL);
		for (b = a + 1; b->apply != NULL; b++) {
			assert_true(a->letter == '\0' ||
			    a->letter != b->letter);
			assert_true(a->name == NULL || b->name == NULL ||
			    strcmp(a->name, b->name) != 0);
		}
	}
}

/* -o takes the formats that there are, no more and no fewer. */
static void
test_formats(void **state)
{
	const struct option *option = options_table;
	const struct option_word *word;
	size_t count = 0;

	(void)state;
	while (option->letter != 'o')
		option++;
	for (word = option->words; word->name != NULL; word++)
		assert_non_null(format_find(word->name));
	while (format_all[count] != NULL)
		count++;
	assert_int_equal(word - option->words, count);
}

/* --help names all of it within 80 columns. */
static void
test_help(void **state)
{
	const struct option *option;
	char *text = NULL, *line, *end;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	(void)state;
	assert_non_null(file);
	options_help(file);
	fclose(file);
	for (option = options_table; option->apply != NULL; option++) {
		char name[64];

		if (option->name != NULL)
			snprintf(name, sizeof(name), "--%s", option->name);
		else
			snprintf(name, sizeof(name), "  -%c", option->letter);
		assert_non_null(strstr(text, name));
	}
	for (line = text; (end = strchr(line, '\n')) != NULL; line = end + 1)
		assert_true(end - line <= 80);
	free(text);
}

/* The first word may be a command, which has options of its own. */
static void
test_commands(void **state)
{
	(void)state;
	assert_taken("-r", "a.pcap", NULL);
	assert_int_equal(options.command, COMMAND_METER);
	assert_int_equal(options.action, OPTIONS_METER);
	assert_taken("connections", "-anq", "-o", "json", NULL);
	assert_int_equal(options.command, COMMAND_CONNECTIONS);
	assert_int_equal(options.action, OPTIONS_CONNECTIONS);
	assert_true(options.is_all);
	assert_int_equal(options.output_count, 1);
	assert_taken("connections", "--fields", "md", NULL);
	assert_int_equal(options.action, OPTIONS_FIELDS);
	assert_taken("connections", "--help", NULL);
	assert_int_equal(options.action, OPTIONS_HELP);
	assert_taken("host", "connections", NULL);
	assert_int_equal(options.command, COMMAND_METER);
	assert_refused("'tcp': 'tallyman connections' takes no filter "
	    "expression", "connections", "tcp", "port", "80");
	assert_refused("option --all is one of 'tallyman connections', not "
	    "of 'tallyman'", "-a");
	assert_refused("option --interface is one of 'tallyman', not of "
	    "'tallyman connections'", "connections", "-i", "eth0");
	assert_taken("top", "-r", "a.pcap", "--speed", "2.5", "tcp", NULL);
	assert_int_equal(options.action, OPTIONS_TOP);
	assert_true(options.speed > 2.4 && options.speed < 2.6);
	assert_string_equal(options.filter, "tcp");
	assert_refused("option --speed is one of 'tallyman top', not of "
	    "'tallyman'", "--speed", "2");
	assert_refused("option --output is one of 'tallyman', not of "
	    "'tallyman top'", "top", "-o", "json");
	assert_refused("option --speed 'fast': not a number, as 10 or 0.5",
	    "top", "--speed", "fast");
	assert_refused("output csv is not one of 'tallyman connections' "
	    "(text json)", "connections", "-o", "csv");
	assert_refused("option --fields 'pid': 'tallyman connections' "
	    "describes all members and writes all (help md json-schema)",
	    "connections", "--fields", "pid");
}

static void
test_distance(void **state)
{
	(void)state;
	assert_int_equal(text_distance("json", "json"), 0);
	assert_int_equal(text_distance("jsno", "json"), 1);
	assert_int_equal(text_distance("", "json"), 4);
	assert_int_equal(text_distance("kitten", "sitting"), 3);
	assert_true(text_is_near("jsno", "json"));
	assert_false(text_is_near("x", "udp"));
}

static int
release(void **state)
{
	(void)state;
	options_release(&options);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_inputs),
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_file_as_filter),
		cmocka_unit_test(test_filter_file),
		cmocka_unit_test(test_outputs),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_timeouts),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_actions),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_help),
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_distance)
	};

	return cmocka_run_group_tests(tests, NULL, release);
}
