/*
 * The engine of the application dissectors, with dissectors of its own that
 * do what the bytes tell them: who is found, what is read and what waits,
 * and that all memory is given back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../lib/dissected.h"

enum { HELLO_PORT = 1000, WEAK_PORT = 2000, BANNER_PORT = 3000 };

enum fact_number { LINE, LINES, SENDER, SECRET, GAPS, LEFT };

static enum probe_score	probe_text(struct probe *, const char *,
			    enum probe_score);
static enum probe_score	probe_hello(struct probe *);
static enum probe_score	probe_weak(struct probe *);
static enum probe_score	probe_likely(struct probe *);
static enum probe_score	probe_twin(struct probe *);
static enum probe_score	probe_banner(struct probe *);
static enum probe_score	probe_tough(struct probe *);
static enum probe_score	probe_greedy(struct probe *);
static enum probe_score	probe_start(struct probe *);
static void		feed_lines(struct dissection *);
static void		feed_nothing(struct dissection *);
static void		obey_line(struct dissection *, const char *);

/* How often a probe and a feed were called, and what the last one saw. */
static int		probes;
static int		feeds;
static uint32_t		seen_size;
static bool		seen_is_start;
static bool		seen_is_full;
static size_t		seen_peer;

static struct dissected	d;

static const struct fact_field fields[] = {
	[LINE] = { "line", FACT_LIST, false, NULL, "A line." },
	[LINES] = { "lines", FACT_NUMBER, false, NULL, "How many." },
	[SENDER] = { "sender", FACT_NUMBER, false, NULL, "The last one's." },
	[SECRET] = { "secret", FACT_TEXT, true, NULL, "Not written." },
	[GAPS] = { "gaps", FACT_NUMBER, false, NULL, "Bytes were missing." },
	[LEFT] = { "left", FACT_NUMBER, false, NULL, "Of a datagram." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static const struct application hello = {
	.name = "hello", .transports = APPLICATION_TCP | APPLICATION_UDP,
	.tcp_ports = { HELLO_PORT }, .udp_ports = { HELLO_PORT },
	.state_size = 16, .probe = probe_hello, .feed = feed_lines,
	.fields = fields
};
static const struct application weak = {
	.name = "weak", .transports = APPLICATION_TCP | APPLICATION_UDP,
	.tcp_ports = { WEAK_PORT }, .udp_ports = { WEAK_PORT },
	.probe = probe_weak, .feed = feed_lines, .fields = fields
};
static const struct application likely = {
	.name = "likely", .transports = APPLICATION_TCP,
	.probe = probe_likely, .feed = feed_lines, .fields = fields
};
static const struct application twin = {
	.name = "twin", .transports = APPLICATION_TCP,
	.probe = probe_twin, .feed = feed_nothing
};
static const struct application twin_too = {
	.name = "twin-too", .transports = APPLICATION_TCP,
	.probe = probe_twin, .feed = feed_nothing
};
static const struct application banner = {
	.name = "banner", .transports = APPLICATION_TCP,
	.tcp_ports = { BANNER_PORT }, .probe = probe_banner,
	.feed = feed_lines, .fields = fields
};
static const struct application tough = {
	.name = "tough", .transports = APPLICATION_TCP,
	.state_size = APPLICATION_STATE_MAX, .survives_gaps = true,
	.probe = probe_tough, .feed = feed_lines, .fields = fields
};
static const struct application greedy = {
	.name = "greedy", .transports = APPLICATION_TCP,
	.probe = probe_greedy, .feed = feed_nothing
};
static const struct application mute = {
	.name = "mute", .transports = APPLICATION_TCP | APPLICATION_UDP,
	.probe = probe_start
};

/* In place of the generated list. */
const struct application *const registry_applications[] = {
	&hello, &weak, &likely, &twin, &twin_too, &banner, &tough, &greedy,
	&mute, NULL
};

/* MORE for a prefix of the text in a stream, else the score or NO. */
static enum probe_score
probe_text(struct probe *p, const char *text, enum probe_score score)
{
	size_t size = strlen(text);
	size_t left = cursor_left(&p->own);

	probes++;
	seen_size = p->size;
	seen_is_start = p->is_start;
	seen_peer = cursor_left(&p->peer);
	if (memcmp(p->own.at, text, left < size ? left : size) != 0)
		return PROBE_NO;
	if (left >= size)
		return score;
	return p->is_datagram ? PROBE_NO : PROBE_MORE;
}

static enum probe_score
probe_hello(struct probe *p)
{
	p->sender = ROLE_CLIENT;
	return probe_text(p, "HELLO\n", PROBE_SURE);
}

static enum probe_score
probe_weak(struct probe *p)
{
	return probe_text(p, "W", PROBE_WEAK);
}

static enum probe_score
probe_likely(struct probe *p)
{
	return probe_text(p, "WL", PROBE_LIKELY);
}

static enum probe_score
probe_twin(struct probe *p)
{
	return probe_text(p, "TWIN", PROBE_LIKELY);
}

/* What the server says is not enough. */
static enum probe_score
probe_banner(struct probe *p)
{
	enum probe_score score = probe_text(p, "USER", PROBE_SURE);
	const uint8_t *peer = cursor_take(&p->peer, 3);

	if (score == PROBE_SURE) {
		p->sender = ROLE_CLIENT;
		return peer != NULL && memcmp(peer, "220", 3) == 0 ?
		    PROBE_SURE : PROBE_NO;
	}
	return score == PROBE_MORE ? score :
	    probe_text(p, "220", PROBE_MORE);
}

static enum probe_score
probe_tough(struct probe *p)
{
	return probe_text(p, "TOUGH\n", PROBE_SURE);
}

static enum probe_score
probe_greedy(struct probe *p)
{
	return probe_text(p, "GREEDY", PROBE_SURE);
}

static enum probe_score
probe_start(struct probe *p)
{
	return probe_text(p, "MUTE", PROBE_SURE);
}

static void
feed_nothing(struct dissection *now)
{
	feeds++;
	seen_is_full = now->is_full;
}

/* Whole lines, each of which may be an order. */
static void
feed_lines(struct dissection *now)
{
	const uint8_t *end;
	char line[64];

	feeds++;
	seen_size = now->size;
	if (now->is_behind_gap)
		dissection_count(now, GAPS, 1);
	dissection_set(now, SENDER, now->sender);
	while (!now->is_done && !now->is_side_done && !now->has_inner &&
	    now->skip == 0 && (end = memchr(now->bytes.at, '\n',
	    cursor_left(&now->bytes))) != NULL) {
		size_t size = (size_t)(end - now->bytes.at);
		const uint8_t *at = cursor_take(&now->bytes, size + 1);

		dissection_count(now, LINES, 1);
		dissection_item(now, LINE, at, size);
		if (size >= sizeof(line))
			continue;
		memcpy(line, at, size);
		line[size] = '\0';
		obey_line(now, line);
	}
}

static void
obey_line(struct dissection *now, const char *line)
{
	unsigned int number;
	char name[16];

	if (sscanf(line, "skip %u", &number) == 1) {
		/* Counted from here; skip counts from the cursor's end. */
		size_t here = cursor_left(&now->bytes);

		cursor_skip(&now->bytes, number < here ? number : here);
		now->skip = number < here ? 0 : number - (uint32_t)here;
	} else if (sscanf(line, "switch %15s", name) == 1) {
		dissection_switch(now, strcmp(name, "?") == 0 ? NULL : name);
	} else if (sscanf(line, "expect %u", &number) == 1) {
		dissection_expect(now, "mute", APPLICATION_TCP, false,
		    (uint16_t)number);
	} else if (strcmp(line, "done") == 0) {
		now->is_done = true;
	} else if (strcmp(line, "side done") == 0) {
		now->is_side_done = true;
	} else if (strcmp(line, "secret") == 0) {
		dissection_text(now, SECRET, "1234", 4);
	}
}

static int
setup(void **state)
{
	(void)state;
	dissected_init(&d, false, 9);
	probes = 0;
	feeds = 0;
	return 0;
}

/* Whatever was done: a flow that is forgotten leaves nothing behind. */
static int
teardown(void **state)
{
	(void)state;
	applications_forget(d.applications, &d.flow);
	assert_int_equal(dissected_live(&d), 0);
	assert_int_equal(d.applications->facts.used, 0);
	dissected_release(&d);
	return 0;
}

static void
assert_name(const char *name)
{
	assert_string_equal(dissected_name(&d), name);
}

static int64_t
lines_of(const char *application)
{
	return dissected_number(&d, application, "lines");
}

/* A sure fit of who is at home on the port: nobody else is asked. */
static void
test_port_first(void **state)
{
	(void)state;
	dissected_restart(&d, false, HELLO_PORT);
	assert_true(say_text(&d, CLIENT_SAYS, "HELLO\n"));
	assert_name("hello");
	assert_int_equal(probes, 1);
	assert_int_equal(lines_of("hello"), 1);
}

static void
test_any_port(void **state)
{
	(void)state;
	assert_true(say_text(&d, CLIENT_SAYS, "HELLO\n"));
	assert_name("hello");
	assert_int_equal(d.flow.client, ROLE_CLIENT);
}

/* The server's port may have sent first; who asks is what the bytes say. */
static void
test_sender(void **state)
{
	(void)state;
	assert_true(say_text(&d, SERVER_SAYS, "HELLO\n"));
	assert_int_equal(d.flow.client, ROLE_SERVER);
	assert_int_equal(dissected_number(&d, "hello", "sender"),
	    ROLE_CLIENT);
	assert_true(say_text(&d, CLIENT_SAYS, "x\n"));
	assert_int_equal(dissected_number(&d, "hello", "sender"),
	    ROLE_SERVER);
}

/* A weak fit counts on a port of its own alone, and yields to a better. */
static void
test_weak(void **state)
{
	(void)state;
	assert_false(say_text(&d, CLIENT_SAYS, "Wx\n"));
	assert_name("?");
	dissected_restart(&d, false, WEAK_PORT);
	assert_true(say_text(&d, CLIENT_SAYS, "Wx\n"));
	assert_name("weak");
	dissected_restart(&d, false, WEAK_PORT);
	assert_true(say_text(&d, CLIENT_SAYS, "WL\n"));
	assert_name("likely");
}

static void
test_alternatives(void **state)
{
	(void)state;
	assert_true(say_text(&d, CLIENT_SAYS, "TWIN"));
	assert_name("twin");
	assert_string_equal(applications_at(d.flow.other)->name, "twin-too");
}

/* Bytes wait while one wants to see more, and all are shown again. */
static void
test_more(void **state)
{
	(void)state;
	assert_true(say_text(&d, CLIENT_SAYS, "HE"));
	assert_true(say_text(&d, CLIENT_SAYS, "LL"));
	assert_int_equal(held_live(&d.applications->held), 1);
	assert_name("?");
	assert_true(say_text(&d, CLIENT_SAYS, "O\nsecond\nthi"));
	assert_name("hello");
	assert_int_equal(lines_of("hello"), 2);
	assert_true(say_text(&d, CLIENT_SAYS, "rd\n"));
	assert_int_equal(lines_of("hello"), 3);
	assert_int_equal(held_live(&d.applications->held), 0);
}

/* One segment too many that still fits so far. */
static void
test_tries(void **state)
{
	(void)state;
	dissected_restart(&d, false, BANNER_PORT);
	for (int i = 1; i < APPLICATION_TRIES_MAX; i++)
		assert_true(say_text(&d, SERVER_SAYS, "220"));
	assert_int_equal(held_live(&d.applications->held), 1);
	assert_false(say_text(&d, SERVER_SAYS, "220"));
	assert_int_equal(held_live(&d.applications->held), 0);
	probes = 0;
	assert_false(say_text(&d, SERVER_SAYS, "220"));
	assert_int_equal(probes, 0);
	assert_name("?");
}

/* So many bytes of a side at most are kept for a probe. */
static void
test_held_bytes(void **state)
{
	static char bytes[APPLICATION_HELD_MAX] = "220";

	(void)state;
	assert_true(say(&d, SERVER_SAYS, bytes, sizeof(bytes) - 1));
	assert_int_equal(held_live(&d.applications->held), 1);
	assert_false(say(&d, SERVER_SAYS, "x", 1));
	assert_int_equal(held_live(&d.applications->held), 0);
	dissected_restart(&d, false, 9);
	assert_false(say(&d, SERVER_SAYS, bytes, sizeof(bytes)));
	assert_int_equal(held_live(&d.applications->held), 0);
}

/* When neither side is known any more, the flow is done. */
static void
test_nobody(void **state)
{
	(void)state;
	assert_false(say_text(&d, CLIENT_SAYS, "x"));
	assert_false(d.flow.is_done);
	assert_false(say_text(&d, SERVER_SAYS, "y"));
	assert_true(d.flow.is_done);
	assert_int_equal(dissected_live(&d), 0);
}

/* The banner waits until the client's word decides, and is read first. */
static void
test_banner(void **state)
{
	(void)state;
	assert_true(say_text(&d, SERVER_SAYS, "220 one\n"));
	assert_name("?");
	assert_true(say_text(&d, CLIENT_SAYS, "USER two\n"));
	assert_name("banner");
	assert_int_equal(lines_of("banner"), 2);
	assert_string_equal(dissected_text(&d, "banner", "line"), "220 one");
	assert_int_equal(held_live(&d.applications->held), 0);
}

/* What is left of the banner goes on waiting for its end. */
static void
test_banner_in_part(void **state)
{
	(void)state;
	assert_true(say_text(&d, SERVER_SAYS, "220 one\n220 t"));
	assert_true(say_text(&d, CLIENT_SAYS, "USER two\n"));
	assert_int_equal(lines_of("banner"), 2);
	assert_true(say_text(&d, SERVER_SAYS, "wo\n"));
	assert_int_equal(lines_of("banner"), 3);
}

/* A line that comes byte by byte. */
static void
test_leftovers(void **state)
{
	static const char text[] = "HELLO\none\ntwo\n";

	(void)state;
	for (size_t i = 0; i < sizeof(text) - 1; i++)
		assert_true(say(&d, CLIENT_SAYS, &text[i], 1));
	assert_int_equal(lines_of("hello"), 3);
	assert_int_equal(held_live(&d.applications->held), 0);
}

static void
test_skip(void **state)
{
	(void)state;
	assert_true(say_text(&d, CLIENT_SAYS, "HELLO\nskip 10\n1\n3"));
	assert_true(say_text(&d, CLIENT_SAYS, "\n5\n"));
	assert_true(say_text(&d, CLIENT_SAYS, "7\n9\nnext\n"));
	assert_int_equal(lines_of("hello"), 3);
	assert_true(say_text(&d, SERVER_SAYS, "not skipped\n"));
	assert_int_equal(lines_of("hello"), 4);
}

/* The order to skip ends behind what waited, the segment goes on. */
static void
test_skip_behind_held(void **state)
{
	static char bytes[3 * APPLICATION_HELD_MAX];
	size_t size;

	(void)state;
	assert_true(say_text(&d, CLIENT_SAYS, "HELLO\nsk"));
	memset(bytes, '\n', sizeof(bytes));
	memcpy(bytes, "ip 9000\n", 8);
	size = 8 + 9000;
	memcpy(bytes + size, "next\n", 5);
	assert_true(say(&d, CLIENT_SAYS, bytes, size + 5));
	assert_int_equal(lines_of("hello"), 3);
	assert_int_equal(d.flow.skip[CLIENT_SAYS], 0);
}

/* A gap in bytes that nobody wants harms nothing. */
static void
test_gap_in_skipped(void **state)
{
	(void)state;
	assert_true(say_text(&d, CLIENT_SAYS, "HELLO\nskip 100\n"));
	assert_true(say_lost(&d, CLIENT_SAYS, 60));
	assert_true(say_lost(&d, CLIENT_SAYS, 40));
	assert_true(say_text(&d, CLIENT_SAYS, "next\n"));
	assert_int_equal(lines_of("hello"), 3);
}

static void
test_gap(void **state)
{
	(void)state;
	assert_true(say_text(&d, CLIENT_SAYS, "HELLO\nhal"));
	assert_false(say_lost(&d, CLIENT_SAYS, 1));
	assert_int_equal(held_live(&d.applications->held), 0);
	assert_false(say_text(&d, CLIENT_SAYS, "next\n"));
	assert_int_equal(lines_of("hello"), 1);
	assert_true(say_text(&d, SERVER_SAYS, "other side\n"));
	assert_int_equal(lines_of("hello"), 2);
	assert_false(say_lost(&d, SERVER_SAYS, 1));
	assert_true(d.flow.is_done);
}

/* Who finds his feet again is told, once, and what waited is gone. */
static void
test_gap_survived(void **state)
{
	(void)state;
	assert_true(say_text(&d, CLIENT_SAYS, "TOUGH\nhal"));
	assert_true(say_lost(&d, CLIENT_SAYS, 5));
	assert_true(say_text(&d, CLIENT_SAYS, "f\n"));
	assert_true(say_text(&d, CLIENT_SAYS, "next\n"));
	assert_int_equal(lines_of("tough"), 3);
	assert_int_equal(dissected_number(&d, "tough", "gaps"), 1);
}

/* A gap reaches past what was to be skipped: no more is skipped then. */
static void
test_gap_past_skipped(void **state)
{
	(void)state;
	assert_true(say_text(&d, CLIENT_SAYS, "TOUGH\nskip 100\n"));
	assert_true(say_lost(&d, CLIENT_SAYS, 150));
	assert_true(say_text(&d, CLIENT_SAYS, "next\n"));
	assert_int_equal(lines_of("tough"), 3);
	assert_int_equal(dissected_number(&d, "tough", "gaps"), 1);
}

/* While it is unknown who speaks, a gap ends the side. */
static void
test_gap_in_search(void **state)
{
	(void)state;
	assert_true(say_text(&d, CLIENT_SAYS, "HEL"));
	assert_false(say_lost(&d, CLIENT_SAYS, 1));
	assert_int_equal(dissected_live(&d), 0);
	assert_false(say_text(&d, CLIENT_SAYS, "HELLO\n"));
	assert_name("?");
	dissected_restart(&d, false, 9);
	assert_true(say_text(&d, CLIENT_SAYS, "TOUGH\nswitch ?\nHE"));
	assert_false(say_lost(&d, CLIENT_SAYS, 1));
	assert_name("tough");
}

/* Who takes nothing is told when it is the last time. */
static void
test_full(void **state)
{
	static char bytes[APPLICATION_HELD_MAX] = "GREEDY";

	(void)state;
	assert_true(say(&d, CLIENT_SAYS, bytes, sizeof(bytes) - 1));
	assert_false(seen_is_full);
	assert_int_equal(held_live(&d.applications->held), 1);
	assert_false(say(&d, CLIENT_SAYS, "x", 1));
	assert_true(seen_is_full);
	assert_int_equal(held_live(&d.applications->held), 0);
	dissected_restart(&d, false, 9);
	assert_false(say(&d, CLIENT_SAYS, bytes, sizeof(bytes)));
	assert_true(seen_is_full);
}

static void
test_done(void **state)
{
	(void)state;
	assert_false(say_text(&d, CLIENT_SAYS, "HELLO\nx\ndone\ny\n"));
	assert_true(d.flow.is_done);
	assert_int_equal(lines_of("hello"), 3);
	assert_int_equal(d.applications->states[0].live, 0);
	feeds = 0;
	assert_false(say_text(&d, SERVER_SAYS, "z\n"));
	assert_int_equal(feeds, 0);
}

static void
test_sides_done(void **state)
{
	(void)state;
	assert_false(say_text(&d, CLIENT_SAYS, "HELLO\nside done\nx"));
	assert_false(d.flow.is_done);
	assert_int_equal(held_live(&d.applications->held), 0);
	assert_true(say_text(&d, SERVER_SAYS, "y\n"));
	assert_false(say_text(&d, SERVER_SAYS, "side done\n"));
	assert_true(d.flow.is_done);
}

/* The name is all there is to say. */
static void
test_no_feed(void **state)
{
	(void)state;
	assert_false(say_text(&d, CLIENT_SAYS, "MUTE"));
	assert_name("mute");
	assert_true(d.flow.is_done);
}

static void
test_switch_named(void **state)
{
	(void)state;
	assert_true(say_text(&d, CLIENT_SAYS,
	    "HELLO\nswitch tough\nany\nhal"));
	assert_name("hello>tough");
	assert_int_equal(lines_of("hello"), 2);
	assert_int_equal(lines_of("tough"), 1);
	assert_int_equal(d.applications->states[0].live, 0);
	assert_int_equal(d.applications->states[1].live, 1);
	assert_true(say_text(&d, SERVER_SAYS, "answer\n"));
	assert_int_equal(lines_of("tough"), 2);
}

static void
test_switch_searched(void **state)
{
	(void)state;
	assert_true(say_text(&d, CLIENT_SAYS, "HELLO\nswitch ?\n"));
	assert_name("hello");
	assert_true(say_text(&d, SERVER_SAYS, "TOU"));
	assert_true(say_text(&d, SERVER_SAYS, "GH\n"));
	assert_name("hello>tough");
	assert_true(seen_is_start);
	assert_true(say_text(&d, CLIENT_SAYS, "more\n"));
	assert_int_equal(lines_of("tough"), 2);
}

/* In the same segment, and what nobody knows behind it. */
static void
test_switch_at_once(void **state)
{
	(void)state;
	assert_true(say_text(&d, CLIENT_SAYS, "HELLO\nswitch ?\nTOUGH\n"));
	assert_name("hello>tough");
	dissected_restart(&d, false, 9);
	assert_false(say_text(&d, CLIENT_SAYS, "HELLO\nswitch ?\n???"));
	assert_name("hello");
	assert_true(say_text(&d, SERVER_SAYS, "TOUGH\n"));
	assert_name("hello>tough");
}

/* Three times, and no more. */
static void
test_switch_limit(void **state)
{
	(void)state;
	assert_true(say_text(&d, CLIENT_SAYS, "HELLO\nswitch tough\n"
	    "switch hello\nswitch tough\n"));
	assert_name("hello>tough");
	assert_int_equal(d.flow.switches, 3);
	assert_false(say_text(&d, CLIENT_SAYS, "switch hello\nx\n"));
	assert_true(d.flow.is_done);
	assert_name("hello>tough");
}

static void
test_expect(void **state)
{
	(void)state;
	assert_true(say_text(&d, CLIENT_SAYS, "HELLO\nexpect 4321\n"));
	assert_int_equal(d.expected_count, 1);
	assert_int_equal(d.expected[0].port, 4321);
	assert_int_equal(d.expected[0].side, CLIENT_SAYS);
	assert_false(d.expected[0].is_datagram);
	assert_int_equal(d.expected[0].number, applications_number("mute"));
	dissected_restart(&d, false, 9);
	applications_expected(&d.flow, d.expected[0].number);
	probes = 0;
	assert_false(say_text(&d, CLIENT_SAYS, "anything"));
	assert_name("mute");
	assert_int_equal(probes, 0);
}

static void
test_secret(void **state)
{
	(void)state;
	assert_true(say_text(&d, CLIENT_SAYS, "HELLO\nsecret\n"));
	assert_string_equal(dissected_text(&d, "hello", "secret"), "");
	dissected_restart(&d, false, 9);
	d.applications->options.is_revealing = true;
	assert_true(say_text(&d, CLIENT_SAYS, "HELLO\nsecret\n"));
	assert_string_equal(dissected_text(&d, "hello", "secret"), "1234");
}

/* The same item once; of different ones the first sixteen. */
static void
test_items(void **state)
{
	struct fact fact;
	size_t offset = 0;
	char line[16];
	int items = 0;

	(void)state;
	assert_true(say_text(&d, CLIENT_SAYS, "HELLO\na\na\na\n"));
	for (int i = 0; i < 20; i++) {
		(void)snprintf(line, sizeof(line), "b%d\n", i);
		assert_true(say_text(&d, CLIENT_SAYS, line));
	}
	while (facts_next(&d.applications->facts, d.flow.facts, &offset,
	    &fact))
		items += fact.field == LINE;
	assert_int_equal(items, 16);
	assert_int_equal(lines_of("hello"), 24);
}

/* A datagram that was cut off is still as large as it was. */
static void
test_datagrams(void **state)
{
	(void)state;
	dissected_restart(&d, true, 9);
	assert_true(say_cut(&d, CLIENT_SAYS, "HELLO\nab", 8, 1000));
	assert_name("hello");
	assert_int_equal(seen_size, 1000);
	assert_int_equal(held_live(&d.applications->held), 0);
	assert_true(say_text(&d, SERVER_SAYS, "c\n"));
	assert_int_equal(lines_of("hello"), 2);
}

/* Eight datagrams of a side, and another side is another matter. */
static void
test_datagram_tries(void **state)
{
	(void)state;
	dissected_restart(&d, true, 9);
	for (int i = 1; i < APPLICATION_TRIES_MAX; i++)
		assert_true(say_text(&d, CLIENT_SAYS, "???"));
	assert_false(say_text(&d, CLIENT_SAYS, "???"));
	assert_false(say_text(&d, CLIENT_SAYS, "HELLO\n"));
	assert_name("?");
	assert_true(say_text(&d, SERVER_SAYS, "HELLO\n"));
	assert_name("hello");
}

/* What a datagram carries behind the first protocol's is in it, too. */
static void
test_datagram_switch(void **state)
{
	(void)state;
	dissected_restart(&d, true, 9);
	assert_true(say_cut(&d, CLIENT_SAYS, "HELLO\nswitch weak\nx\n", 20,
	    120));
	assert_name("hello>weak");
	assert_int_equal(seen_size, 102);
	assert_int_equal(lines_of("weak"), 1);
}

/* In the middle of a stream each segment is a new chance, and none waits. */
static void
test_midstream(void **state)
{
	(void)state;
	d.is_joined = true;
	assert_true(say_text(&d, CLIENT_SAYS, "HEL"));
	assert_false(seen_is_start);
	assert_int_equal(held_live(&d.applications->held), 0);
	assert_true(say_text(&d, CLIENT_SAYS, "HELLO\nx"));
	assert_name("hello");
	assert_true(say_text(&d, CLIENT_SAYS, "y\n"));
	assert_int_equal(lines_of("hello"), 2);
}

static void
test_midstream_tries(void **state)
{
	(void)state;
	d.is_joined = true;
	for (int i = 1; i < APPLICATION_TRIES_MAX; i++)
		assert_true(say_text(&d, CLIENT_SAYS, "???"));
	assert_false(say_text(&d, CLIENT_SAYS, "???"));
	assert_name("?");
}

/* Without memory for what is to be kept, it is counted, and the name stays. */
static void
test_memory_short(void **state)
{
	uint32_t taken = 0;

	(void)state;
	while (pool_take(&d.applications->states[0]) != 0)
		taken++;
	assert_int_equal(taken, 64);
	assert_false(say_text(&d, CLIENT_SAYS, "HELLO\n"));
	assert_name("hello");
	assert_int_equal(applications_counts(d.applications)->states_short,
	    1);
	dissected_restart(&d, false, 9);
	for (uint32_t number = 1; number <= taken; number++)
		pool_give(&d.applications->states[0], number);
	/* A small buffer, and large ones when there is none. */
	while (held_take(&d.applications->held, 1) != 0)
		;
	assert_true(held_live(&d.applications->held) > UINT16_MAX / 2);
	assert_false(say_text(&d, CLIENT_SAYS, "HEL"));
	assert_int_equal(applications_counts(d.applications)->buffers_short,
	    1);
	held_release(&d.applications->held);
	held_init(&d.applications->held);
}

/* What waits moves to a large buffer when it grows. */
static void
test_held_grows(void **state)
{
	struct held *held = &d.applications->held;
	uint16_t handle = held_take(held, 10);

	(void)state;
	assert_int_equal(held_capacity(handle), HELD_SMALL);
	memset(held_at(held, handle)->at, 'x', HELD_SMALL);
	held_at(held, handle)->size = HELD_SMALL;
	assert_true(held_grow(held, &handle));
	assert_int_equal(held_capacity(handle), HELD_LARGE);
	assert_int_equal(held_at(held, handle)->size, HELD_SMALL);
	assert_int_equal(held_at(held, handle)->at[HELD_SMALL - 1], 'x');
	assert_int_equal(held_live(held), 1);
	held_give(held, handle);
	assert_int_equal(held_live(held), 0);
	handle = held_take(held, HELD_SMALL + 1);
	assert_int_equal(held_capacity(handle), HELD_LARGE);
	held_give(held, handle);
}

/* The flow ended: memory to read with is given back, facts are kept. */
static void
test_end(void **state)
{
	(void)state;
	assert_true(say_text(&d, CLIENT_SAYS, "TOUGH\nx"));
	assert_true(say_text(&d, SERVER_SAYS, "y"));
	assert_int_equal(held_live(&d.applications->held), 2);
	applications_end(d.applications, &d.flow);
	assert_int_equal(held_live(&d.applications->held), 0);
	assert_int_equal(d.applications->states[1].live, 0);
	assert_int_equal(lines_of("tough"), 1);
	assert_false(say_text(&d, CLIENT_SAYS, "z\n"));
	applications_forget(d.applications, &d.flow);
	assert_memory_equal(&d.flow, &(struct application_flow){ 0 },
	    sizeof(d.flow));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_port_first), TEST(test_any_port),
		TEST(test_sender), TEST(test_weak), TEST(test_alternatives),
		TEST(test_more), TEST(test_tries), TEST(test_held_bytes),
		TEST(test_nobody), TEST(test_banner),
		TEST(test_banner_in_part), TEST(test_leftovers),
		TEST(test_skip), TEST(test_skip_behind_held),
		TEST(test_gap_in_skipped), TEST(test_gap),
		TEST(test_gap_survived), TEST(test_gap_past_skipped),
		TEST(test_gap_in_search), TEST(test_full), TEST(test_done),
		TEST(test_sides_done), TEST(test_no_feed),
		TEST(test_switch_named), TEST(test_switch_searched),
		TEST(test_switch_at_once), TEST(test_switch_limit),
		TEST(test_expect), TEST(test_secret), TEST(test_items),
		TEST(test_datagrams), TEST(test_datagram_tries),
		TEST(test_datagram_switch), TEST(test_midstream),
		TEST(test_midstream_tries), TEST(test_memory_short),
		TEST(test_held_grows),
		TEST(test_end)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
