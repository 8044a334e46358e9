/*
 * Who is the originator: the table of evidence, from the SYN down to the
 * first packet.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dissect/services.h"
#include "flow/direction.h"

#include "../../lib/made.h"

enum { SENDER = 1, RECEIVER = 0 };

static int
load(void **state)
{
	struct error error;

	(void)state;
	return services_load(NULL, &error);
}

static void
assert_first(struct conversation t, bool is_sender, enum flow_evidence wanted)
{
	enum flow_evidence evidence = FLOW_BY_PAYLOAD;

	assert_int_equal(direction_of_first(&t, &evidence), is_sender);
	assert_int_equal(evidence, wanted);
}

/* Ports that would say the contrary do not count against a SYN. */
static void
test_syn(void **state)
{
	(void)state;
	assert_first(made_tcp(1, 80, 2, 50000, TCP_SYN), SENDER, FLOW_BY_SYN);
	assert_first(made_tcp(1, 50000, 2, 80, TCP_SYN | TCP_ECE | TCP_CWR),
	    SENDER, FLOW_BY_SYN);
	assert_first(made_tcp(1, 50000, 2, 80, TCP_SYN | TCP_ACK), RECEIVER,
	    FLOW_BY_SYNACK);
	assert_first(made_tcp(1, 80, 2, 50000, TCP_SYN | TCP_ACK | TCP_PSH),
	    RECEIVER, FLOW_BY_SYNACK);
}

/* No host begins so. */
static void
test_not_a_syn(void **state)
{
	(void)state;
	assert_first(made_tcp(1, 80, 2, 50000, TCP_SYN | TCP_RST), RECEIVER,
	    FLOW_BY_SERVICE);
	assert_first(made_tcp(1, 80, 2, 50000, TCP_SYN | TCP_FIN), RECEIVER,
	    FLOW_BY_SERVICE);
	assert_first(made_tcp(1, 80, 2, 50000, TCP_RST | TCP_ACK), RECEIVER,
	    FLOW_BY_SERVICE);
	assert_first(made_tcp(1, 80, 2, 50000, 0), RECEIVER,
	    FLOW_BY_SERVICE);
}

static void
test_ports(void **state)
{
	static const struct {
		uint16_t		src_port;
		uint16_t		dst_port;
		bool			is_sender;
		enum flow_evidence	evidence;
	} cases[] = {
		{ 50000, 53, SENDER, FLOW_BY_SERVICE },
		{ 53, 50000, RECEIVER, FLOW_BY_SERVICE },
		{ 53, 53, SENDER, FLOW_BY_FIRST_PACKET },
		{ 53, 123, SENDER, FLOW_BY_FIRST_PACKET },
		{ 50000, 50001, SENDER, FLOW_BY_FIRST_PACKET },
		/* No service is registered at 4 and 1023: classes decide. */
		{ 50000, 1023, SENDER, FLOW_BY_PORT },
		{ 1023, 50000, RECEIVER, FLOW_BY_PORT },
		{ 4, 1023, SENDER, FLOW_BY_FIRST_PACKET },
		/* A service wins over a lower class. */
		{ 1023, 5060, SENDER, FLOW_BY_SERVICE },
		{ 5060, 1023, RECEIVER, FLOW_BY_SERVICE },
		/* Both have registered ones; the client of DHCP does not
		 * listen: RFC 2131 4.1, RFC 8415 7.2. */
		{ 68, 67, SENDER, FLOW_BY_SERVICE },
		{ 67, 68, RECEIVER, FLOW_BY_SERVICE },
		{ 546, 547, SENDER, FLOW_BY_SERVICE },
		{ 547, 546, RECEIVER, FLOW_BY_SERVICE },
	};

	(void)state;
	assert_null(services_name(PROTOCOL_UDP, 4));
	assert_null(services_name(PROTOCOL_UDP, 1023));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_first(made_udp(1, cases[i].src_port, 2,
		    cases[i].dst_port), cases[i].is_sender,
		    cases[i].evidence);
}

/* Each transport has its own registry; without a header there are none. */
static void
test_transports(void **state)
{
	struct conversation t;

	(void)state;
	assert_first(made_conversation(PROTOCOL_SCTP, 1, 2905, 2, 50000),
	    RECEIVER, FLOW_BY_SERVICE);
	assert_first(made_conversation(PROTOCOL_UDPLITE, 1, 53, 2, 50000),
	    RECEIVER, FLOW_BY_SERVICE);
	t = made_tcp(1, 0, 2, 0, TCP_SYN);
	t.has_transport = false;
	assert_first(t, SENDER, FLOW_BY_FIRST_PACKET);
	assert_first(made_conversation(PROTOCOL_GRE, 1, 0, 2, 0), SENDER,
	    FLOW_BY_FIRST_PACKET);
}

/* Nobody answers from such an address, whatever the ports. */
static void
test_multicast(void **state)
{
	struct conversation t = made_udp(1, 5353, 2, 50000);

	(void)state;
	t.dst = (struct address){ { 224, 0, 0, 251 } };
	assert_first(t, SENDER, FLOW_BY_FIRST_PACKET);
	t.dst = (struct address){ { 239, 255, 255, 255 } };
	assert_first(t, SENDER, FLOW_BY_FIRST_PACKET);
	t = made_udp(1, 67, 2, 68);
	t.dst = (struct address){ { 255, 255, 255, 255 } };
	assert_first(t, SENDER, FLOW_BY_FIRST_PACKET);
	t = made_udp(1, 5353, 2, 50000);
	t.ip_version = 6;
	t.dst = (struct address){ { 0xff, 0x02, [15] = 0xfb } };
	assert_first(t, SENDER, FLOW_BY_FIRST_PACKET);
}

static void
assert_icmp(uint8_t protocol, uint8_t type, uint8_t peer, bool is_sender,
    enum flow_evidence evidence)
{
	struct conversation t = made_conversation(protocol, 1, type, 2, peer);

	t.icmp.type = type;
	assert_first(t, is_sender, evidence);
}

/* Types and their counterparts: RFC 792, 950, 1256; 4443, 4861, 2710, 4620. */
static void
test_icmp(void **state)
{
	static const struct {
		uint8_t	protocol;
		uint8_t	request;
		uint8_t	reply;
	} pairs[] = {
		{ PROTOCOL_ICMP, 8, 0 }, { PROTOCOL_ICMP, 10, 9 },
		{ PROTOCOL_ICMP, 13, 14 }, { PROTOCOL_ICMP, 15, 16 },
		{ PROTOCOL_ICMP, 17, 18 }, { PROTOCOL_ICMPV6, 128, 129 },
		{ PROTOCOL_ICMPV6, 130, 131 }, { PROTOCOL_ICMPV6, 133, 134 },
		{ PROTOCOL_ICMPV6, 135, 136 }, { PROTOCOL_ICMPV6, 139, 140 },
		{ PROTOCOL_ICMPV6, 144, 145 }
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		assert_icmp(pairs[i].protocol, pairs[i].request,
		    pairs[i].reply, SENDER, FLOW_BY_PAYLOAD);
		assert_icmp(pairs[i].protocol, pairs[i].reply,
		    pairs[i].request, RECEIVER, FLOW_BY_PAYLOAD);
	}
}

/* Errors have no counterpart: type and code, and their sender. */
static void
test_icmp_one_way(void **state)
{
	struct conversation t;

	(void)state;
	assert_icmp(PROTOCOL_ICMP, 3, 0, SENDER, FLOW_BY_FIRST_PACKET);
	assert_icmp(PROTOCOL_ICMP, 3, 3, SENDER, FLOW_BY_FIRST_PACKET);
	assert_icmp(PROTOCOL_ICMP, 11, 0, SENDER, FLOW_BY_FIRST_PACKET);
	assert_icmp(PROTOCOL_ICMPV6, 1, 4, SENDER, FLOW_BY_FIRST_PACKET);
	t = made_conversation(PROTOCOL_ICMP, 1, 0, 2, 0);
	t.has_transport = false;	/* type 0 was not read */
	assert_first(t, SENDER, FLOW_BY_FIRST_PACKET);
}

/* Only a SYN or SYN+ACK that says more than is known turns a flow. */
static void
test_later(void **state)
{
	static const uint16_t flags[] = { TCP_SYN, TCP_SYN | TCP_ACK, TCP_ACK,
	    TCP_SYN | TCP_FIN, TCP_SYN | TCP_RST, 0 };

	(void)state;
	for (int had = FLOW_BY_SYN; had <= FLOW_BY_FIRST_PACKET; had++) {
		for (int i = 0; i < 6; i++) {
			struct conversation t = made_tcp(1, 80, 2, 50000,
			    flags[i]);
			enum flow_evidence evidence;
			bool is_sender;
			bool is_better = i < 2 && i < had;

			assert_int_equal(direction_of_later(&t,
			    (enum flow_evidence)had, &evidence, &is_sender),
			    is_better);
			if (!is_better)
				continue;
			assert_int_equal(evidence, i == 0 ? FLOW_BY_SYN :
			    FLOW_BY_SYNACK);
			assert_int_equal(is_sender, i == 0);
		}
	}
}

static void
test_later_without_header(void **state)
{
	struct conversation t = made_tcp(1, 1, 2, 2, TCP_SYN);
	enum flow_evidence evidence;
	bool is_sender;

	(void)state;
	t.has_transport = false;
	assert_false(direction_of_later(&t, FLOW_BY_FIRST_PACKET, &evidence,
	    &is_sender));
	t = made_udp(1, 1, 2, 2);
	t.tcp.flags = TCP_SYN;	/* of the union: another's bytes */
	assert_false(direction_of_later(&t, FLOW_BY_FIRST_PACKET, &evidence,
	    &is_sender));
}

static void
test_words(void **state)
{
	static const char *const words[][2] = {
		[FLOW_BY_SYN] = { "syn", "certain" },
		[FLOW_BY_SYNACK] = { "synack", "certain" },
		[FLOW_BY_PAYLOAD] = { "payload", "likely" },
		[FLOW_BY_SERVICE] = { "service", "likely" },
		[FLOW_BY_PORT] = { "port", "likely" },
		[FLOW_BY_FIRST_PACKET] = { "first_packet", "guess" }
	};

	(void)state;
	for (int i = FLOW_BY_SYN; i <= FLOW_BY_FIRST_PACKET; i++) {
		assert_string_equal(direction_evidence_name(
		    (enum flow_evidence)i), words[i][0]);
		assert_string_equal(direction_confidence_name(
		    (enum flow_evidence)i), words[i][1]);
	}
}

static void
test_cast(void **state)
{
	static const struct {
		uint8_t		 ip_version;
		struct address	 address;
		const char	*cast;
	} cases[] = {
		{ 4, { { 10, 0, 0, 1 } }, "unicast" },
		{ 4, { { 223, 255, 255, 255 } }, "unicast" },
		{ 4, { { 224, 0, 0, 0 } }, "multicast" },
		{ 4, { { 239, 255, 255, 255 } }, "multicast" },
		{ 4, { { 240, 0, 0, 0 } }, "unicast" },
		{ 4, { { 255, 255, 255, 254 } }, "unicast" },
		{ 4, { { 255, 255, 255, 255 } }, "broadcast" },
		{ 4, { { 10, 0, 0, 255 } }, "unicast" },
		{ 6, { { 0xff, 0x02 } }, "multicast" },
		{ 6, { { 0xfe, 0x80 } }, "unicast" },
		{ 6, { { 224, 0, 0, 1 } }, "unicast" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(direction_cast(cases[i].ip_version,
		    &cases[i].address), cases[i].cast);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_syn),
		cmocka_unit_test(test_not_a_syn),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_transports),
		cmocka_unit_test(test_multicast),
		cmocka_unit_test(test_icmp),
		cmocka_unit_test(test_icmp_one_way),
		cmocka_unit_test(test_later),
		cmocka_unit_test(test_later_without_header),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_cast),
	};

	return cmocka_run_group_tests(tests, load, NULL);
}
