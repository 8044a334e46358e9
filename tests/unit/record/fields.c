/*
 * The table of fields: its order, how fields are found and chosen, which are
 * present, and their plain text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include <jansson.h>

#include "record/fields.h"
#include "../../lib/sample.h"

static const struct field	**chosen;
static struct error		  error;

static int
set_up(void **state)
{
	(void)state;
	chosen = calloc(fields_count, sizeof *chosen);
	return chosen == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	(void)state;
	free(chosen);
	return 0;
}

/* The dotted prefix of a name, with the dot. */
static size_t
prefix_size(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot == NULL ? 0 : (size_t)(dot - name) + 1;
}

/* No object is left and entered again, or JSON would have it twice. */
static void
test_objects_are_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < fields_count; i++) {
		const char *name = fields_all[i].name;
		size_t size = prefix_size(name);
		bool has_left = false;

		for (size_t j = i + 1; j < fields_count; j++) {
			const char *other = fields_all[j].name;
			bool is_inside = size > 0 &&
			    strncmp(name, other, size) == 0;

			assert_string_not_equal(name, other);
			assert_false(is_inside && has_left);
			has_left = has_left || !is_inside;
		}
	}
}

static void
test_every_field_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < fields_count; i++) {
		const struct field *field = &fields_all[i];
		size_t size = strlen(field->meaning);

		assert_int_equal(field->meaning[size - 1], '.');
		assert_true(field->offset < sizeof(struct record));
		assert_null(strchr(field->meaning, '|'));
		assert_ptr_equal(fields_find(field->name), field);
	}
	assert_null(fields_find("src"));
	assert_null(fields_find(""));
}

static void
expect_chosen(const char *list, const char *names)
{
	int count = fields_choose(list, chosen, &error);
	struct buffer b;

	buffer_init(&b, 256);
	for (int i = 0; i < count; i++) {
		buffer_text(&b, i == 0 ? "" : " ");
		buffer_text(&b, chosen[i]->name);
	}
	buffer_char(&b, '\0');
	assert_string_equal(b.data, names);
	buffer_release(&b);
}

static void
test_choose(void **state)
{
	(void)state;
	assert_int_equal(fields_choose(NULL, chosen, &error), fields_count);
	expect_chosen("src.ip", "src.ip");
	expect_chosen("tcp.handshake,start", "start "
	    "tcp.handshake.syn_synack tcp.handshake.synack_ack");
	expect_chosen("direction,-direction.by", "direction.confidence");
	expect_chosen("icmp", "icmp.type icmp.code");
	expect_chosen("tunnel,vlan,tunnel", "vlan tunnel.type tunnel.id "
	    "tunnel.parent");
	assert_int_equal(fields_choose("-tcp,-src.ip", chosen, &error),
	    fields_count - 3 - 2 - 2 - 2 * 45 - 2 * 5 - 1);
}

static void
expect_refused(const char *list, const char *message)
{
	assert_int_equal(fields_choose(list, chosen, &error), -1);
	assert_string_equal(error.text, message);
}

static void
test_choose_refuses(void **state)
{
	char longest[600];

	(void)state;
	expect_refused("start,src.ipp",
	    "unknown field 'src.ipp'; did you mean src.ip?");
	expect_refused("-tpc", "unknown field 'tpc'; did you mean tcp?");
	expect_refused("payload_bytes", "unknown field 'payload_bytes'; "
	    "did you mean cumulative.src.payload_bytes?");
	expect_refused("nonsense", "unknown field 'nonsense' "
	    "(--fields help lists them)");
	expect_refused("src.i", "unknown field 'src.i'; did you mean "
	    "src.ip?");
	expect_refused("\033[2J", "unknown field '\\x1b[2J' "
	    "(--fields help lists them)");
	expect_refused("start,,end", "a field's name is missing in "
	    "'start,,end'");
	expect_refused("", "a field's name is missing in ''");
	expect_refused("-", "unknown field '' (--fields help lists them)");
	expect_refused("start,-start", "'start,-start' leaves out every "
	    "field");
	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	assert_int_equal(fields_choose(longest, chosen, &error), -1);
}

static void
test_present(void **state)
{
	struct record full = sample_full();
	struct record sparse = sample_sparse();

	(void)state;
	for (size_t i = 0; i < fields_count; i++) {
		const struct field *field = &fields_all[i];
		bool is_sparse = field->needs == 0 && field_is_certain(field);

		assert_int_equal(field_is_present(field, &full),
		    sample_has(field));
		assert_int_equal(field_is_present(field, &sparse), is_sparse);
	}
	full.service_name = NULL;
	full.src.dscp = 0;
	full.vlan.count = 0;
	full.has &= ~RECORD_TUNNEL_ID;
	assert_false(field_is_present(fields_find("service.name"), &full));
	assert_false(field_is_present(fields_find("src.dscp"), &full));
	assert_false(field_is_present(fields_find("vlan"), &full));
	assert_false(field_is_present(fields_find("tunnel.id"), &full));
	assert_true(field_is_present(fields_find("tunnel.type"), &full));
}

static void
expect_text(const struct record *record, const char *name, const char *text)
{
	struct buffer b;

	buffer_init(&b, 64);
	field_text(fields_find(name), record, &b);
	buffer_char(&b, '\0');
	assert_string_equal(b.data, text);
	buffer_release(&b);
}

static void
test_text(void **state)
{
	struct record r = sample_full();

	(void)state;
	expect_text(&r, "type", "flow");
	expect_text(&r, "id", "5c1f9a0e3b7d2244");
	expect_text(&r, "tunnel.parent", "0000000000000001");
	expect_text(&r, "final", "true");
	expect_text(&r, "tcp.src.timestamps", "false");
	expect_text(&r, "community_id", "1:wCb3OG7yAFWelaUydu0D+125CLM=");
	expect_text(&r, "start", "2026-03-04T05:06:07.123456Z");
	expect_text(&r, "duration", "0.031245");
	expect_text(&r, "src.ip", "10.0.0.5");
	expect_text(&r, "src.port", "49822");
	expect_text(&r, "dst.mac", "02:42:ac:11:00:02");
	expect_text(&r, "dst.dscp", "0 46 63");
	expect_text(&r, "vlan", "10 20");
	expect_text(&r, "tcp.src.isn", "4294967295");
	expect_text(&r, "tcp.dst.flags", "FSAN");
	expect_text(&r, "cumulative.dst.bytes", "1503");
	expect_text(&r, "ip_version", "4");
	r.ip_version = 6;
	r.dst.ip = (struct address){ { 0x20, 0x01, 0x0d, 0xb8,
	    [15] = 1 } };
	expect_text(&r, "dst.ip", "2001:db8::1");
	r.time_digits = 9;
	expect_text(&r, "end", "2026-03-04T05:06:07.154701000Z");
}

/* src and dst describe different members in the same words. */
static void
test_twins(void **state)
{
	int twins = 0;

	(void)state;
	for (size_t i = 0; i < fields_count; i++) {
		const struct field *src = &fields_all[i];
		const struct field *dst;
		char name[64];
		char *side;

		(void)snprintf(name, sizeof name, "%s", src->name);
		side = strstr(name, "src.");
		if (side == NULL)
			continue;
		memcpy(side, "dst", 3);
		dst = fields_find(name);
		assert_non_null(dst);
		assert_int_equal(src->type, dst->type);
		assert_int_equal(dst->offset - src->offset,
		    sizeof(struct record_side));
		assert_int_equal(src->needs == 0, dst->needs == 0);
		twins++;
	}
	assert_int_equal(twins, 4 + 14 + 8 + 45 + 5 + 9);
}

static void
test_documents(void **state)
{
	void (*const documents[])(struct buffer *) = { fields_write_help,
		fields_write_markdown, fields_write_json_schema };
	struct buffer b;

	(void)state;
	buffer_init(&b, 4096);
	for (size_t i = 0; i < 3; i++) {
		buffer_reset(&b);
		documents[i](&b);
		assert_int_equal(b.data[b.size - 1], '\n');
		buffer_char(&b, '\0');
		for (size_t j = 0; i < 2 && j < fields_count; j++)
			assert_non_null(strstr(b.data, fields_all[j].name));
	}
	buffer_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_objects_are_whole),
		cmocka_unit_test(test_every_field_is_told),
		cmocka_unit_test(test_choose),
		cmocka_unit_test(test_choose_refuses),
		cmocka_unit_test(test_present),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_twins),
		cmocka_unit_test(test_documents)
	};

	fields_init();
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
