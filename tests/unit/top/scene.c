/*
 * The screen of top without a terminal: order, filter, keys, what fits how
 * wide, and that nothing foreign moves the cursor.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../lib/shown.h"
#include "top/cells.h"
#include "top/scene.h"

/* All that top.c has, without engine and terminal. */
static struct model		*model;
static struct listing		 listing;
static struct controls		 controls;
static struct scene		 scene;
static struct scene_facts	 facts;
static int			 width, height;

static void
draw(void)
{
	struct listing_options options = controls_listing(&controls);

	listing_make(&listing, model, &options);
	controls_follow(&controls, model, &listing,
	    (size_t)scene_lines(height));
	scene_draw(&scene, model, &listing, &controls, &facts, width, height);
}

static void
press(int key)
{
	controls_key(&controls, key, model, &listing,
	    (size_t)scene_lines(height), scene.details);
	draw();
}

static void
type(const char *text)
{
	for (; *text != '\0'; text++)
		press(*text);
}

/* Three conversations: the busiest is to "dns", the one with most bytes old. */
static int
begin(void **state)
{
	struct record r;

	(void)state;
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return -1;
	controls = (struct controls){ .view = LISTING_CONVERSATIONS };
	facts = (struct scene_facts){ .input = "eth0", .is_live = true };
	width = 80;
	height = 24;
	model = model_new();
	shown_open(model, 1, 1000, 0, 1);
	shown_open(model, 2, 9000, 0, 1);
	shown_round(model, 10000, 1);
	shown_open(model, 1, 1500, 0, 2);
	shown_open(model, 2, 9000, 0, 2);
	r = shown_record(3, 4000, 4000);
	r.start_ns = SHOWN_BEGIN_NS + SHOWN_S;
	r.service_name = "dns";
	r.syn_synack_ns = 250000000;
	r.src.name = "client.example";
	r.dst.name = "ns.example";
	r.src.tcp.retransmitted_packets = 3;
	model_record(model, &r, true, SHOWN_BEGIN_NS + 2 * SHOWN_S);
	shown_round(model, 18500, 2);
	draw();
	return 0;
}

static int
end(void **state)
{
	(void)state;
	model_free(model);
	listing_release(&listing);
	scene_release(&scene);
	return 0;
}

static const char *
line(int at)
{
	struct buffer *text = &scene.lines[at].text;

	buffer_char(text, '\0');
	buffer_truncate(text, text->size - 1);
	return text->data;
}

static void
expect_has(int at, const char *words)
{
	if (strstr(line(at), words) == NULL)
		fail_msg("'%s' is not in line %d: '%s'", words, at, line(at));
}

static void
expect_order(const char *a, const char *b, const char *c)
{
	draw();
	expect_has(4, a);
	expect_has(5, b);
	expect_has(6, c);
}

/* Whether any line has it. */
static bool
has(const char *words)
{
	for (int i = 0; i < scene.height; i++) {
		if (strstr(line(i), words) != NULL)
			return true;
	}
	return false;
}

static void
test_header(void **state)
{
	(void)state;
	expect_has(0, "eth0  05:06:09Z  68.0 kbit/s  85 packets/s  1 open");
	expect_has(2, "[conversations]");
	expect_has(2, "by rate ↓");
	expect_has(3, "proto from");
	expect_has(23, "q quit");
	assert_int_equal(scene.lines[4].look, SCENE_CHOSEN);
}

static void
test_order(void **state)
{
	(void)state;
	expect_order(":40003", ":40001", ":40002");
	press('s');
	expect_has(2, "by bytes ↓");
	expect_order(":40002", ":40003", ":40001");
	press('r');
	expect_has(2, "by bytes ↑");
	expect_order(":40001", ":40003", ":40002");
	press('r');
	press('>');
	expect_has(2, "by rtt ↓");
	expect_order(":40003", ":40002", ":40001");
	press('>');
	expect_order(":40003", ":40002", ":40001");
	press('>');
	press('>');
	expect_has(2, "by service ↑");
	expect_order("dns", "tls", "tls");
	press('<');
	press('<');
	press('<');
	press('<');
	press('<');
	press('<');
	expect_has(2, "by state ↑");
	press('>');
	expect_has(2, "by rate ↓");
}

static void
test_filter(void **state)
{
	(void)state;
	press('/');
	type("NS.exa");
	assert_int_equal(listing.count, 1);
	expect_has(2, "/NS.exa_");
	expect_has(4, ":40003");
	press(KEY_OF_BACKSPACE);
	assert_string_equal(controls.filter, "NS.ex");
	/* While it is typed, q is a letter. */
	type("q");
	assert_false(controls.is_over);
	assert_int_equal(listing.count, 0);
	assert_true(has("nothing matches"));
	press(KEY_OF_ESCAPE);
	assert_int_equal(listing.count, 3);
	/* An address is found although a name is shown. */
	type("/10.0.0.9");
	press(KEY_OF_ENTER);
	assert_int_equal(listing.count, 3);
	assert_false(controls.is_typing);
	press(KEY_OF_ESCAPE);
	assert_string_equal(controls.filter, "");
	press('/');
	for (int i = 0; i < 200; i++)
		press('a');
	assert_true(strlen(controls.filter) < sizeof controls.filter);
}

/* One stays with the row that one chose, wherever it goes. */
static void
test_moves(void **state)
{
	(void)state;
	press('j');
	assert_int_equal(scene.lines[5].look, SCENE_CHOSEN);
	shown_open(model, 1, 9000000, 0, 3);
	draw();
	assert_int_equal(scene.lines[4].look, SCENE_CHOSEN);
	expect_has(4, ":40001");
	press(KEY_OF_END);
	assert_int_equal(controls.at, 2);
	press(KEY_OF_DOWN);
	assert_int_equal(controls.at, 2);
	press(KEY_OF_HOME);
	assert_int_equal(controls.at, 0);
	press('k');
	assert_int_equal(controls.at, 0);
	height = 7;		/* two rows are seen */
	press(KEY_OF_END);
	assert_int_equal(controls.first, 1);
	assert_int_equal(scene.lines[5].look, SCENE_CHOSEN);
	press(KEY_OF_PAGE_UP);
	press(KEY_OF_PAGE_UP);
	assert_int_equal(controls.first, 0);
}

static void
test_details(void **state)
{
	(void)state;
	height = 50;
	draw();
	press(KEY_OF_ENTER);
	assert_true(has("client.example:40003 → ns.example:443"));
	assert_true(has("10.0.0.9 (dst by dns)"));
	assert_true(has("SYN to SYN+ACK 250 ms"));
	assert_true(has("From the originator"));
	assert_true(has("retransmitted         3 packets"));
	height = 10;
	draw();
	assert_false(has("From the originator"));
	press(KEY_OF_END);
	assert_true(controls.below > 0);
	press('k');
	press(KEY_OF_HOME);
	assert_int_equal(controls.below, 0);
	press(KEY_OF_ESCAPE);
	expect_has(3, "proto from");
	press('?');
	assert_true(has("Keys"));
	press('?');
	press('q');
	assert_true(controls.is_over);
}

static void
test_views(void **state)
{
	(void)state;
	press(KEY_OF_TAB);
	expect_has(2, "[programs]");
	assert_true(has("no programs are known"));
	press(KEY_OF_TAB);
	expect_has(2, "[services]");
	expect_has(3, "service ");
	expect_order("dns", "tls", "");
	expect_has(5, "10.5k");
	press('j');
	press(KEY_OF_ENTER);
	expect_has(2, "[conversations]");
	expect_has(2, "/tls");
	assert_int_equal(listing.count, 2);
}

/* Every line is exactly as wide as the screen, at any size. */
static void
test_sizes(void **state)
{
	static const int keys[] = { 0, KEY_OF_ENTER, KEY_OF_ESCAPE, '?', '?',
	    KEY_OF_TAB, KEY_OF_TAB };

	(void)state;
	for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
		press(keys[k]);
		for (width = 1; width < 260; width += 1 + width / 20) {
			height = 1 + width / 3;
			draw();
			for (int i = 0; i < height; i++)
				assert_int_equal(cells_width(
				    scene.lines[i].text.data,
				    scene.lines[i].text.size), width);
		}
	}
	press(KEY_OF_TAB);
	width = 80;
	height = 24;
	draw();
	assert_null(strstr(line(3), "minute"));
	width = 200;
	draw();
	expect_has(3, "minute");
	expect_has(3, "state");
	expect_has(3, "retr");
	expect_has(4, "established");
}

/* Names come from the wire. */
static void
test_foreign(void **state)
{
	struct record r = shown_record(4, 900000, 0);

	(void)state;
	r.src.name = "\033[2J\n\xff\u202e.evil";
	r.dst.name = "\u65e5\u672c\u8a9e.example";
	model_record(model, &r, true, SHOWN_BEGIN_NS + 2 * SHOWN_S);
	facts.input = "eth\a0";
	facts.message = "lost\033[1m it";
	width = 160;
	draw();
	for (int i = 0; i < height; i++) {
		for (const char *c = line(i); *c != '\0'; c++)
			assert_true((unsigned char)*c >= 0x20 && *c != 0x7f);
		assert_null(strstr(line(i), "\u202e"));
	}
	expect_has(4, "\\x1b[2J\\x0a\\xff?.evil:40004");
	expect_has(4, "\u65e5\u672c\u8a9e.example:443");
	assert_int_equal(cells_width(line(4), strlen(line(4))), width);
}

static void
expect_cell(const char *text, int columns, enum cells_fit fit,
    const char *wanted)
{
	struct buffer b;

	buffer_init(&b, 16);
	cells_put(&b, text, strlen(text), columns, fit);
	buffer_char(&b, '\0');
	assert_string_equal(b.data, wanted);
	buffer_release(&b);
}

static void
test_cells(void **state)
{
	(void)state;
	expect_cell("abc", 5, CELLS_LEFT, "abc  ");
	expect_cell("abc", 5, CELLS_RIGHT, "  abc");
	expect_cell("abcdef", 5, CELLS_LEFT, "abcd…");
	expect_cell("abcdef", 5, CELLS_TAIL, "…cdef");
	expect_cell("\u65e5\u672c\u8a9e", 6, CELLS_LEFT, "\u65e5\u672c\u8a9e");
	expect_cell("\u65e5\u672c\u8a9e", 5, CELLS_LEFT, "\u65e5\u672c…");
	expect_cell("\u65e5\u672c\u8a9e", 4, CELLS_LEFT, "\u65e5… ");
	expect_cell("\u65e5\u672c\u8a9e", 4, CELLS_TAIL, "…\u8a9e ");
	expect_cell("\u65e5\u672c", 1, CELLS_TAIL, "…");
	expect_cell("a\xc3", 3, CELLS_LEFT, "a? ");
	expect_cell("e\u0301", 3, CELLS_LEFT, "e? ");
	expect_cell("", 0, CELLS_LEFT, "");
	if (setlocale(LC_CTYPE, "C") == NULL)
		fail();
	expect_cell("a → \u65e5…", 8, CELLS_LEFT, "a > ?~  ");
	expect_cell("abcdef", 3, CELLS_TAIL, "~ef");
}

static int
open_fields(void **state)
{
	(void)state;
	fields_init();
	return 0;
}

int
main(void)
{
#define SCENE_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)
	const struct CMUnitTest tests[] = {
		SCENE_TEST(test_header),
		SCENE_TEST(test_order),
		SCENE_TEST(test_filter),
		SCENE_TEST(test_moves),
		SCENE_TEST(test_details),
		SCENE_TEST(test_views),
		SCENE_TEST(test_sizes),
		SCENE_TEST(test_foreign),
		SCENE_TEST(test_cells)
	};

	return cmocka_run_group_tests(tests, open_fields, NULL);
}
