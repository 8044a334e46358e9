/*
 * JSON output: each line is parsed and held to the JSON Schema, whatever the
 * record says or leaves out and whatever bytes the names have.
 */
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include <jansson.h>

#include "../../lib/sample.h"
#include "output/output.h"

static json_t	*schema;

static bool	is_valid(const json_t *, const json_t *);

/* A validator for those words of JSON Schema that ours has. */

static bool
is_pattern_met(const char *text, const char *pattern)
{
	regex_t regex;
	bool is_met;

	assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED), 0);
	is_met = regexec(&regex, text, 0, NULL, 0) == 0;
	regfree(&regex);
	return is_met;
}

static bool
is_type(const json_t *value, const char *type)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return strcmp(type, "object") == 0;
	case JSON_ARRAY:
		return strcmp(type, "array") == 0;
	case JSON_STRING:
		return strcmp(type, "string") == 0;
	case JSON_INTEGER:
		return strcmp(type, "integer") == 0 ||
		    strcmp(type, "number") == 0;
	case JSON_REAL:
		return strcmp(type, "number") == 0;
	case JSON_TRUE:
	case JSON_FALSE:
		return strcmp(type, "boolean") == 0;
	default:
		return false;
	}
}

static bool
is_object_valid(const json_t *value, const json_t *rules)
{
	json_t *properties = json_object_get(rules, "properties");
	json_t *others = json_object_get(rules, "additionalProperties");
	json_t *required = json_object_get(rules, "required");
	json_t *member;
	const char *key;
	size_t i;

	json_object_foreach((json_t *)value, key, member) {
		json_t *rule = json_object_get(properties, key);

		if (rule == NULL)
			rule = others;
		if (rule == NULL || json_is_false(rule) ||
		    !is_valid(member, rule))
			return false;
	}
	json_array_foreach(required, i, member) {
		if (json_object_get(value, json_string_value(member)) == NULL)
			return false;
	}
	return json_object_size(value) > 0;
}

static bool
is_array_valid(const json_t *value, const json_t *rules)
{
	json_t *item;
	size_t i;

	json_array_foreach(value, i, item) {
		if (!is_valid(item, json_object_get(rules, "items")))
			return false;
	}
	return json_array_size(value) >= 1;
}

static bool
is_string_valid(const json_t *value, const json_t *rules)
{
	json_t *words = json_object_get(rules, "enum");
	const char *pattern = json_string_value(json_object_get(rules,
	    "pattern"));
	json_t *word;
	size_t i;

	if (pattern != NULL &&
	    !is_pattern_met(json_string_value(value), pattern))
		return false;
	if (words == NULL)
		return true;
	json_array_foreach(words, i, word) {
		if (json_equal(word, value))
			return true;
	}
	return false;
}

static bool
is_valid(const json_t *value, const json_t *rules)
{
	json_t *type = json_object_get(rules, "type");
	json_t *least = json_object_get(rules, "minimum");
	json_t *most = json_object_get(rules, "maximum");
	json_t *constant = json_object_get(rules, "const");

	if (constant != NULL)
		return json_equal(value, constant);
	if (!is_type(value, json_string_value(type)))
		return false;
	if (least != NULL && json_integer_value(value) <
	    json_integer_value(least))
		return false;
	if (most != NULL && json_integer_value(value) >
	    json_integer_value(most))
		return false;
	if (json_is_object(value))
		return is_object_valid(value, rules);
	if (json_is_array(value))
		return is_array_valid(value, rules);
	return !json_is_string(value) || is_string_valid(value, rules);
}

/* The line is one line and parses. */
static json_t *
parse(const struct buffer *line)
{
	json_error_t error;
	json_t *value;

	assert_true(line->size > 0);
	assert_int_equal(line->data[line->size - 1], '\n');
	for (size_t i = 0; i + 1 < line->size; i++)
		assert_false((unsigned char)line->data[i] < 0x20 ||
		    line->data[i] == 0x7f);
	value = json_loadb(line->data, line->size,
	    JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
	if (value == NULL)
		fail_msg("%s in %.*s", error.text, (int)line->size,
		    line->data);
	return value;
}

/* The value fits that one of the schema's two kinds and not the other. */
static void
expect_kind(const json_t *value, const char *kind)
{
	json_t *kinds = json_object_get(schema, "$defs");
	json_t *rules;
	const char *name;

	json_object_foreach(kinds, name, rules)
		assert_int_equal(is_valid(value, rules),
		    strcmp(name, kind) == 0);
}

static struct buffer
write_record(const struct record *record, const char *fields)
{
	const struct output_options options = { .fields = fields };
	struct error error;
	struct format *format = format_json.open(&options, &error);
	struct buffer line;

	if (format == NULL)
		fail_msg("%s", error.text);
	buffer_init(&line, 1);
	format_json.head(format, &line);
	assert_int_equal(line.size, 0);
	format_json.record(format, record, &line);
	format_json.free(format);
	return line;
}

static struct buffer
write_stats(const struct stats *stats)
{
	const struct output_options options = { 0 };
	struct error error;
	struct format *format = format_json.open(&options, &error);
	struct buffer line;

	buffer_init(&line, 1);
	format_json.stats(format, stats, true, &line);
	format_json.free(format);
	return line;
}

static void
expect_record(const struct record *record, const char *fields,
    const char *wanted)
{
	struct buffer line = write_record(record, fields);

	buffer_char(&line, '\0');
	assert_string_equal(line.data, wanted);
	buffer_release(&line);
}

/* The member at a dotted path, or NULL. */
static json_t *
member_at(json_t *value, const char *path)
{
	char part[64];

	while (value != NULL) {
		size_t size = strcspn(path, ".");

		(void)snprintf(part, sizeof part, "%.*s", (int)size, path);
		value = json_object_get(value, part);
		if (path[size] == '\0')
			break;
		path += size + 1;
	}
	return value;
}

static size_t
count_leaves(json_t *value)
{
	size_t count = 0;
	const char *key;
	json_t *member;

	if (!json_is_object(value))
		return 1;
	json_object_foreach(value, key, member)
		count += count_leaves(member);
	return count;
}

static void
test_lines(void **state)
{
	struct record sparse = sample_sparse();

	(void)state;
	expect_record(&sparse, NULL,
	    "{\"type\":\"flow\",\"version\":1,\"id\":\"5c1f9a0e3b7d2244\","
	    "\"part\":0,\"final\":true,\"end_reason\":\"eof\","
	    "\"start\":\"2026-03-04T05:06:07.123456Z\","
	    "\"end\":\"2026-03-04T05:06:07.123456Z\",\"duration\":0,"
	    "\"ip_version\":4,\"protocol_number\":255,"
	    "\"direction\":{\"by\":\"first_packet\","
	    "\"confidence\":\"guess\"},"
	    "\"src\":{\"ip\":\"10.0.0.5\",\"packets\":1,\"bytes\":60,"
	    "\"ip_bytes\":46,\"payload_bytes\":26},"
	    "\"dst\":{\"ip\":\"10.0.0.9\",\"packets\":0,\"bytes\":0,"
	    "\"ip_bytes\":0,\"payload_bytes\":0},\"cast\":\"unicast\"}\n");
}

static void
test_chosen_fields(void **state)
{
	struct record r = sample_full();

	(void)state;
	expect_record(&r, "tcp.handshake,src.ip,-tcp.handshake.synack_ack",
	    "{\"src\":{\"ip\":\"10.0.0.5\"},"
	    "\"tcp\":{\"handshake\":{\"syn_synack\":0.012}}}\n");
	expect_record(&r, "vlan,mpls,dst.dscp", "{\"dst\":{\"dscp\":"
	    "[0,46,63]},\"vlan\":[10,20],\"mpls\":[16]}\n");
	r.has &= ~RECORD_SYN_SYNACK & ~RECORD_SYNACK_ACK;
	expect_record(&r, "tcp.handshake,icmp",
	    "{\"icmp\":{\"type\":8,\"code\":1}}\n");
	r.has = 0;
	r.input = NULL;
	expect_record(&r, "tcp,icmp,cumulative,input", "{}\n");
	r.service_name = NULL;
	r.service_port = NULL;
	r.service_payload = NULL;
	r.service_inner = NULL;
	r.service_alternatives[0] = NULL;
	r.service_verdict = NULL;
	r.has = RECORD_SERVICE;
	expect_record(&r, "service,cast", "{\"cast\":\"unicast\"}\n");
}

static void
test_schema_of_samples(void **state)
{
	const struct record records[] = { sample_full(), sample_sparse(),
		sample_tcp() };

	(void)state;
	for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
		struct buffer line = write_record(&records[i], NULL);
		json_t *value = parse(&line);

		expect_kind(value, "flow");
		json_decref(value);
		buffer_release(&line);
	}
}

/* Every field: there when it should be, and alone when it alone is chosen. */
static void
test_every_field(void **state)
{
	struct record full = sample_full();
	struct record sparse = sample_sparse();
	struct buffer line = write_record(&full, NULL);
	json_t *value = parse(&line);

	(void)state;
	assert_int_equal(count_leaves(value), sample_fields());
	for (size_t i = 0; i < fields_count; i++) {
		const char *name = fields_all[i].name;
		struct buffer one = write_record(&full, name);
		struct buffer none = write_record(&sparse, name);
		json_t *alone = parse(&one);
		json_t *absent = parse(&none);
		bool is_there = sample_has(&fields_all[i]);

		assert_int_equal(member_at(value, name) != NULL, is_there);
		assert_true(!is_there || json_equal(member_at(alone, name),
		    member_at(value, name)));
		assert_int_equal(count_leaves(alone), is_there);
		assert_int_equal(member_at(absent, name) != NULL,
		    field_is_present(&fields_all[i], &sparse));
		json_decref(alone);
		json_decref(absent);
		buffer_release(&one);
		buffer_release(&none);
	}
	json_decref(value);
	buffer_release(&line);
}

/* The schema must say no where it should, or it proves nothing. */
static void
test_schema_refuses(void **state)
{
	struct record r = sample_full();
	const char *const paths[] = { "end_reason", "start", "id", "src.ip",
		"src.port", "src.mac", "tcp.src.flags", "final" };

	(void)state;
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		struct buffer line = write_record(&r, NULL);
		json_t *value = parse(&line);
		char parent[64];
		char *dot;
		json_t *object = value;

		(void)snprintf(parent, sizeof parent, "%s", paths[i]);
		dot = strrchr(parent, '.');
		if (dot != NULL) {
			*dot = '\0';
			object = member_at(value, parent);
		}
		json_object_set_new(object, dot == NULL ? parent : dot + 1,
		    json_string("no such thing"));
		assert_false(is_valid(value, member_at(schema,
		    "$defs.flow")));
		json_decref(value);
		buffer_release(&line);
	}
}

static void
test_extremes(void **state)
{
	struct record r = sample_full();
	struct buffer line;
	json_t *value;

	(void)state;
	r.ip_version = 6;
	r.time_digits = 9;
	memset(&r.src.ip, 0xff, sizeof r.src.ip);
	memset(&r.dst.ip, 0, sizeof r.dst.ip);
	r.src.dscp = UINT64_MAX;
	r.start_ns = INT64_MIN;
	r.end_ns = INT64_MAX;
	r.duration_ns = INT64_MAX;
	r.syn_synack_ns = -1;
	r.src.counts.bytes = INT64_MAX;
	r.src.tcp.flags = UINT16_MAX;
	r.dst.tcp.flags = 0;
	r.vlan.count = PACKET_MPLS_MAX;
	line = write_record(&r, NULL);
	value = parse(&line);
	expect_kind(value, "flow");
	assert_string_equal(json_string_value(member_at(value, "src.ip")),
	    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
	assert_string_equal(json_string_value(member_at(value, "dst.ip")),
	    "::");
	assert_string_equal(json_string_value(member_at(value,
	    "tcp.src.flags")), "FSRPAUECN");
	assert_string_equal(json_string_value(member_at(value,
	    "tcp.dst.flags")), "");
	assert_int_equal(json_array_size(member_at(value, "src.dscp")), 64);
	json_decref(value);
	buffer_release(&line);
	r.src.counts.bytes = UINT64_MAX;
	expect_record(&r, "src.bytes",
	    "{\"src\":{\"bytes\":18446744073709551615}}\n");
}

/* Each byte between letters; one that is not UTF-8 reads as U+00XX. */
static void
test_hostile_bytes(void **state)
{
	struct record r = sample_tcp();

	(void)state;
	for (int byte = 1; byte < 256; byte++) {
		char name[4] = { 'a', (char)byte, 'b', '\0' };
		const char wanted[5] = { 'a', (char)(byte < 0x80 ? byte :
		    byte < 0xc0 ? 0xc2 : 0xc3), (char)(byte < 0x80 ? 'b' :
		    (byte & 0x3f) | 0x80), byte < 0x80 ? '\0' : 'b', '\0' };
		struct buffer line;
		json_t *value;

		r.input = r.interface = r.service_name = name;
		line = write_record(&r, NULL);
		value = parse(&line);
		expect_kind(value, "flow");
		assert_string_equal(json_string_value(member_at(value,
		    "input")), wanted);
		json_decref(value);
		buffer_release(&line);
	}
}

static void
test_hostile_names(void **state)
{
	struct record r = sample_tcp();
	char all[256];
	char *huge = calloc(1, 300001);

	(void)state;
	for (int byte = 1; byte < 256; byte++)
		all[byte - 1] = (char)byte;
	all[255] = '\0';
	memset(huge, '"', 300000);
	r.input = all;
	r.interface = huge;
	for (int i = 0; i < 2; i++) {
		struct buffer line = write_record(&r, NULL);
		json_t *value = parse(&line);

		expect_kind(value, "flow");
		assert_string_equal(json_string_value(member_at(value,
		    "interface")), r.interface);
		json_decref(value);
		buffer_release(&line);
		r.interface = "\",\"type\":\"forged\"}\n{\"type\":\"flow\"}";
	}
	free(huge);
}

static void
expect_stats(const struct stats *stats, const char *wanted)
{
	struct buffer line = write_stats(stats);
	json_t *value = parse(&line);

	expect_kind(value, "stats");
	json_decref(value);
	buffer_char(&line, '\0');
	assert_string_equal(line.data, wanted);
	buffer_release(&line);
}

static void
test_stats(void **state)
{
	struct stats s = sample_stats();

	(void)state;
	expect_stats(&s, "{\"type\":\"stats\",\"version\":1,"
	    "\"start\":\"2026-03-04T05:06:07.123456Z\","
	    "\"end\":\"2026-03-04T05:06:16.123456Z\","
	    "\"frames\":{\"read\":1204,\"in_flows\":1170,\"not_ip\":24,"
	    "\"malformed\":3,\"fragments_unfinished\":2,\"filtered\":5},"
	    "\"frames_by_link\":{\"EN10MB\":1000,\"RAW\":199},"
	    "\"bytes\":654321,\"flows\":{\"total\":96,\"tcp\":61,"
	    "\"udp\":33,\"other\":2,\"active_peak\":50,\"evicted\":1,"
	    "\"payload_short\":0},"
	    "\"malformed_by\":{\"ipv4_short\":3,\"tcp_offset\":1},"
	    "\"elapsed\":0.5,\"frames_per_second\":2408}\n");
}

/* A run without a frame has no times, no links and no anomalies. */
static void
test_stats_of_nothing(void **state)
{
	struct stats s;

	(void)state;
	memset(&s, 0, sizeof s);
	s.time_digits = 6;
	s.has_kernel = true;
	s.kernel_dropped = 7;
	expect_stats(&s, "{\"type\":\"stats\",\"version\":1,"
	    "\"frames\":{\"read\":0,\"in_flows\":0,\"not_ip\":0,"
	    "\"malformed\":0,\"fragments_unfinished\":0,\"filtered\":0},"
	    "\"bytes\":0,\"flows\":{\"total\":0,\"tcp\":0,\"udp\":0,"
	    "\"other\":0,\"active_peak\":0,\"evicted\":0,"
	    "\"payload_short\":0},"
	    "\"kernel\":{\"received\":0,\"dropped\":7,"
	    "\"interface_dropped\":0},\"elapsed\":0}\n");
}

static void
test_stats_links(void **state)
{
	struct stats s = sample_stats();
	struct buffer line;
	json_t *value;
	json_t *links;

	(void)state;
	s.links[0] = (struct stats_link){ 12, 1 };	/* a raw one, misnamed */
	s.links[1] = (struct stats_link){ 101, 2 };
	s.links[2] = (struct stats_link){ 113, 4 };
	for (int i = 3; i < STATS_LINKS_MAX; i++)
		s.links[i] = (struct stats_link){ 60000 + i, 8 };
	s.link_count = STATS_LINKS_MAX;
	line = write_stats(&s);
	value = parse(&line);
	expect_kind(value, "stats");
	links = json_object_get(value, "frames_by_link");
	assert_int_equal(json_object_size(links), STATS_LINKS_MAX - 1);
	assert_int_equal(json_integer_value(json_object_get(links, "RAW")),
	    3);
	assert_int_equal(json_integer_value(json_object_get(links,
	    "LINUX_SLL")), 4);
	assert_int_equal(json_integer_value(json_object_get(links,
	    "LINKTYPE_60003")), 8);
	assert_int_equal(json_integer_value(json_object_get(links,
	    "other")), 8);
	json_decref(value);
	buffer_release(&line);
}

static void
test_unknown_field(void **state)
{
	const struct output_options options = { .fields = "strat" };
	struct error error;

	(void)state;
	assert_null(format_json.open(&options, &error));
	assert_string_equal(error.text,
	    "unknown field 'strat'; did you mean start?");
}

static int
set_up(void **state)
{
	struct buffer b;

	(void)state;
	buffer_init(&b, 65536);
	fields_write_json_schema(&b);
	schema = json_loadb(b.data, b.size, JSON_REJECT_DUPLICATES, NULL);
	buffer_release(&b);
	return schema == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	(void)state;
	json_decref(schema);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_chosen_fields),
		cmocka_unit_test(test_schema_of_samples),
		cmocka_unit_test(test_every_field),
		cmocka_unit_test(test_schema_refuses),
		cmocka_unit_test(test_extremes),
		cmocka_unit_test(test_hostile_bytes),
		cmocka_unit_test(test_hostile_names),
		cmocka_unit_test(test_stats),
		cmocka_unit_test(test_stats_of_nothing),
		cmocka_unit_test(test_stats_links),
		cmocka_unit_test(test_unknown_field)
	};

	fields_init();
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
