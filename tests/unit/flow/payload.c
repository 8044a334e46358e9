/*
 * Payload from packets through the meter to the dissectors: flows that one
 * flow announces, who the client is by what was said, and that nobody reads
 * on when all is known.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissect/applications_state.h"
#include "dissect/registry.h"
#include "flow/meter_state.h"

#include "../../lib/made.h"

#define S MADE_SECOND

enum { CLIENT = 1, SERVER = 2, OTHER = 3, SEEN_MAX = 16 };

/* What was written of a flow. */
struct seen {
	uint64_t	id;
	uint64_t	parent;		/* 0: none */
	uint16_t	port;		/* of the responder */
	uint8_t		src;		/* of the originator */
	uint32_t	part;
	uint8_t		evidence;
	bool		is_read;
	int		facts;
	const char	*name;		/* NULL: not recognised */
};

/* Where a connection stands: the next number of each side. */
struct line {
	uint8_t		client;
	uint16_t	client_port;
	uint8_t		server;
	uint16_t	server_port;
	uint32_t	seq[2];		/* client, server */
};

static struct seen		 seen[SEEN_MAX];
static int			 seen_count;
static struct meter		*meter;
static struct meter_options	 options;
static struct hash_secret	 secret;
static struct made		 made;
static uint64_t			 frames;
static int64_t			 now_ns;

static void
keep_facts(struct seen *s, const struct meter_flow *ended)
{
	struct fact fact;
	size_t offset = 0;

	while (facts_next(ended->facts, ended->application->facts, &offset,
	    &fact)) {
		if (fact.application == PAYLOAD_PARENT)
			s->parent = fact_number(&fact);
		else
			s->facts++;
	}
}

static void
keep(void *context, const struct meter_flow *ended)
{
	const struct flow *flow = ended->flow;
	const struct flow_key *key = &flow->key;
	struct seen *s;

	(void)context;
	assert_true(seen_count < SEEN_MAX);
	s = &seen[seen_count++];
	*s = (struct seen){
		.id = flow->id,
		.port = flow->src_side == 0 ? key->b_port : key->a_port,
		.src = flow->src_side == 0 ? key->a.bytes[3] :
		    key->b.bytes[3],
		.part = ended->part,
		.evidence = flow->evidence,
		.is_read = flow->is_read
	};
	if (ended->application == NULL)
		return;
	if (ended->application->outer != 0)
		s->name = applications_at(ended->application->outer)->name;
	keep_facts(s, ended);
}

static int
setup(void **state)
{
	struct error error;

	(void)state;
	options = (struct meter_options){
		.timeouts = { .tcp_ns = 300 * S, .tcp_open_ns = 300 * S,
		    .tcp_close_ns = 5 * S, .udp_ns = 300 * S,
		    .other_ns = 300 * S },
		.memory = 1 << 20,
		.secret = &secret,
		.write = keep,
		.is_dissecting = true
	};
	meter = meter_new(&options, &error);
	assert_non_null(meter);
	seen_count = 0;
	frames = 0;
	now_ns = 0;
	return 0;
}

/* Whatever was read: what it was read with is given back at the end. */
static int
teardown(void **state)
{
	const struct applications *a = meter->payload.applications;

	(void)state;
	assert_int_equal(a->states[0].live + a->states[1].live, 0);
	assert_int_equal(held_live(&a->held), 0);
	meter_free(meter);
	meter = NULL;
	return 0;
}

static void
give(struct conversation t, const void *bytes, size_t size)
{
	uint8_t *copy = malloc(size + 1);

	assert_non_null(copy);
	memcpy(copy, bytes, size);
	t.payload = copy;
	t.payload_bytes = (uint32_t)size;
	t.payload_captured = (uint32_t)size;
	now_ns += S / 1000;
	meter_packets(meter, made_packet(&made, t, now_ns, ++frames), 1);
	free(copy);
}

static void
tell_flags(struct line *l, int side, uint16_t flags, const char *text)
{
	struct conversation t = side == 0 ?
	    made_tcp(l->client, l->client_port, l->server, l->server_port,
	    flags) :
	    made_tcp(l->server, l->server_port, l->client, l->client_port,
	    flags);

	t.tcp.seq = l->seq[side];
	t.tcp.ack = l->seq[!side];
	l->seq[side] += (uint32_t)strlen(text) +
	    ((flags & (TCP_SYN | TCP_FIN)) != 0);
	give(t, text, strlen(text));
}

static void
tell(struct line *l, int side, const char *text)
{
	tell_flags(l, side, TCP_ACK | TCP_PSH, text);
}

static void
shake_hands(struct line *l)
{
	tell_flags(l, 0, TCP_SYN, "");
	tell_flags(l, 1, TCP_SYN | TCP_ACK, "");
	tell_flags(l, 0, TCP_ACK, "");
}

/* FTP, up to where the server names port 40000 of its own. */
static struct line
announce(void)
{
	struct line control = { CLIENT, 50000, SERVER, 21, { 100, 900 } };

	shake_hands(&control);
	tell(&control, 1, "220 ready\r\n");
	tell(&control, 0, "USER ann\r\n");
	tell(&control, 1, "331 password\r\n");
	tell(&control, 0, "PASV\r\n");
	tell(&control, 1, "227 Entering Passive Mode "
	    "(10,0,0,2,156,64)\r\n");
	return control;
}

/* The record of the flow to the port; the first if there are several. */
static const struct seen *
written(uint16_t port)
{
	for (int i = 0; i < seen_count; i++) {
		if (seen[i].port == port)
			return &seen[i];
	}
	fail_msg("no flow to port %u", (unsigned int)port);
	return NULL;
}

static void
assert_name(const struct seen *s, const char *name)
{
	if (name == NULL) {
		assert_null(s->name);
		return;
	}
	assert_non_null(s->name);
	assert_string_equal(s->name, name);
}

static void
test_announced(void **state)
{
	struct line data = { CLIENT, 50001, SERVER, 40000, { 5, 6 } };

	(void)state;
	(void)announce();
	shake_hands(&data);
	tell(&data, 1, "a file\n");
	meter_finish(meter, FLOW_END_EOF);
	assert_int_equal(seen_count, 2);
	assert_name(written(21), "ftp");
	assert_name(written(40000), "ftp-data");
	assert_true(written(40000)->parent == written(21)->id);
	assert_true(written(40000)->is_read);
	assert_true(written(21)->parent == 0);
}

/* The announcement is of one flow between the same two hosts. */
static void
test_announced_once(void **state)
{
	struct line other = { OTHER, 50001, SERVER, 40000, { 5, 6 } };
	struct line data = { CLIENT, 50001, SERVER, 40000, { 5, 6 } };
	struct line more = { CLIENT, 50002, SERVER, 40000, { 5, 6 } };
	int data_flows = 0;

	(void)state;
	(void)announce();
	shake_hands(&other);
	tell(&other, 1, "a file\n");
	shake_hands(&data);
	tell(&data, 1, "a file\n");
	shake_hands(&more);
	tell(&more, 1, "a file\n");
	meter_finish(meter, FLOW_END_EOF);
	assert_int_equal(seen_count, 4);
	for (int i = 0; i < seen_count; i++) {
		bool is_data = seen[i].parent != 0;

		data_flows += is_data;
		if (seen[i].port == 40000)
			assert_name(&seen[i], is_data ? "ftp-data" : NULL);
		if (seen[i].src == OTHER)
			assert_false(is_data);
	}
	assert_int_equal(data_flows, 1);
}

static void
test_announced_too_long_ago(void **state)
{
	struct line data = { CLIENT, 50001, SERVER, 40000, { 5, 6 } };

	(void)state;
	(void)announce();
	now_ns += 61 * S;
	shake_hands(&data);
	tell(&data, 1, "a file\n");
	meter_finish(meter, FLOW_END_EOF);
	assert_name(written(40000), NULL);
}

/* More announcements than there is room for: the oldest is forgotten. */
static void
test_announced_many(void **state)
{
	struct line control = announce();
	struct line data = { CLIENT, 50001, SERVER, 40000, { 5, 6 } };
	struct line last = { CLIENT, 50002, SERVER,
		30000 + PAYLOAD_EXPECTED_MAX, { 5, 6 } };
	char text[64];

	(void)state;
	for (int i = 1; i <= PAYLOAD_EXPECTED_MAX; i++) {
		(void)snprintf(text, sizeof(text),
		    "229 Extended (|||%d|)\r\n", 30000 + i);
		tell(&control, 0, "EPSV\r\n");
		tell(&control, 1, text);
	}
	assert_int_equal(meter->payload.expected_count,
	    PAYLOAD_EXPECTED_MAX);
	shake_hands(&data);
	tell(&data, 1, "a file\n");
	shake_hands(&last);
	tell(&last, 1, "a file\n");
	meter_finish(meter, FLOW_END_EOF);
	assert_name(written(40000), NULL);
	assert_name(written(last.server_port), "ftp-data");
}

/* An answer of DNS: "x." has the address 1.2.3.4. */
static const uint8_t answer[] = {
	0, 1, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, 1, 'x', 0, 0, 1, 0, 1,
	0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 1, 2, 3, 4
};

/* Who answers was asked, although nobody saw by whom. */
static void
test_turned(void **state)
{
	(void)state;
	give(made_udp(SERVER, 6000, CLIENT, 6001), answer, sizeof(answer));
	assert_true(meter->payload.applications->facts.used > 0);
	meter_tick(meter, now_ns + 300 * S);
	meter_tick(meter, now_ns + 300 * S + FLOW_QUEUE_EPOCH_NS);
	assert_int_equal(meter->payload.applications->facts.used, 0);
	assert_name(written(6000), "dns");
	assert_int_equal(seen[0].src, CLIENT);
	assert_int_equal(seen[0].evidence, FLOW_BY_PAYLOAD);
}

/* A handshake tells more than what is said. */
static void
test_not_turned(void **state)
{
	struct line l = { CLIENT, 6001, SERVER, 6000, { 5, 6 } };

	(void)state;
	shake_hands(&l);
	tell(&l, 1, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	meter_finish(meter, FLOW_END_EOF);
	assert_int_equal(seen[0].src, CLIENT);
	assert_int_equal(seen[0].evidence, FLOW_BY_SYN);
}

/* SSH 1: the lines are all there is to know, and the reader stops. */
static void
test_done(void **state)
{
	struct line l = { CLIENT, 6001, SERVER, 22, { 5, 6 } };

	(void)state;
	shake_hands(&l);
	tell(&l, 1, "SSH-1.5-a\n0123456789");
	tell(&l, 0, "SSH-1.5-b\n0123456789");
	assert_true(meter->payload.applications->states[0].live == 0);
	tell(&l, 1, "more");
	meter_finish(meter, FLOW_END_EOF);
	assert_name(written(22), "ssh");
	assert_true(seen[0].is_read);
	assert_int_equal(seen[0].facts, 2);
}

/* In the middle of a connection. */
static void
test_joined(void **state)
{
	struct line l = { CLIENT, 6001, SERVER, 22, { 5, 6 } };

	(void)state;
	tell(&l, 1, "SSH-2.0-a\r\n");
	tell(&l, 0, "SSH-2.0-b\r\n");
	meter_finish(meter, FLOW_END_EOF);
	assert_name(written(22), "ssh");
	assert_int_equal(seen[0].facts, 2);
}

/* What was learned in the first part is told in those that follow. */
static void
test_parts(void **state)
{
	struct line l = { CLIENT, 6001, SERVER, 22, { 5, 6 } };
	struct error error;

	(void)state;
	meter_free(meter);
	options.timeouts.part_ns = 10 * S;
	meter = meter_new(&options, &error);
	assert_non_null(meter);
	shake_hands(&l);
	tell(&l, 1, "SSH-2.0-a\r\n");
	tell(&l, 0, "SSH-2.0-b\r\n");
	now_ns += 11 * S;
	tell_flags(&l, 0, TCP_ACK, "");
	meter_finish(meter, FLOW_END_EOF);
	assert_int_equal(seen_count, 2);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(seen[i].part, i);
		assert_name(&seen[i], "ssh");
		assert_int_equal(seen[i].facts, 2);
	}
}

/* A flow without payload has nothing to say of it. */
static void
test_no_payload(void **state)
{
	struct line l = { CLIENT, 6001, SERVER, 22, { 5, 6 } };

	(void)state;
	shake_hands(&l);
	meter_finish(meter, FLOW_END_EOF);
	assert_name(written(22), NULL);
	assert_false(seen[0].is_read);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_announced), TEST(test_announced_once),
		TEST(test_announced_too_long_ago), TEST(test_announced_many),
		TEST(test_turned), TEST(test_not_turned), TEST(test_done),
		TEST(test_joined), TEST(test_parts), TEST(test_no_payload)
	};

	registry_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
