/*
 * Names in packets, on messages that are made here; each also cut at every
 * byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissect/naming.h"

enum { NAMES_MAX = 8 };

static struct naming	found[NAMES_MAX];
static int		count;

static void
note(void *context, const struct naming *naming)
{
	(void)context;
	assert_true(count < NAMES_MAX);
	found[count++] = *naming;
}

/* Looks at the bytes in memory of just their size, so that ASan sees all. */
static void
look(uint16_t port, const void *bytes, size_t size)
{
	uint8_t *copy = malloc(size + (size == 0));
	struct conversation t = { .protocol = PROTOCOL_UDP, .src_port = port,
	    .payload = copy, .payload_bytes = (uint32_t)size,
	    .payload_captured = (uint32_t)size };

	assert_non_null(copy);
	memcpy(copy, bytes, size);
	count = 0;
	assert_true(naming_is_possible(&t));
	naming_look(&t, note, NULL);
	free(copy);
}

/* A message with its terminating 0 left out. */
#define LOOK(port, text) do {						\
	for (size_t cut = 0; cut < sizeof(text) - 1; cut++)		\
		look(port, text, cut);					\
	look(port, text, sizeof(text) - 1);				\
} while (0)

static void
assert_found(int index, const uint8_t *address, int ip_version,
    const char *text, enum naming_source source)
{
	assert_true(index < count);
	assert_memory_equal(found[index].address.bytes, address,
	    ip_version == 4 ? 4 : 16);
	assert_int_equal(found[index].ip_version, ip_version);
	assert_string_equal(found[index].text, text);
	assert_int_equal(found[index].size, strlen(text));
	assert_int_equal(found[index].source, source);
}

#define QUESTION "\3www\4test\0\0\1\0\1"
#define RECORD_A(name, d) name "\0\1\0\1\0\0\0\74\0\4\12\0\0" d

/* The addresses are those of the name that was asked for. */
static void
test_dns(void **state)
{
	static const uint8_t address[4] = { 10, 0, 0, 1 };

	(void)state;
	LOOK(53, "\1\2\201\200\0\1\0\2\0\0\0\0" QUESTION
	    "\300\14\0\5\0\1\0\0\0\74\0\4\1a\300\20"
	    RECORD_A("\1b\300\20", "\1"));
	assert_int_equal(count, 1);
	assert_found(0, address, 4, "www.test", NAMING_DNS);
}

static void
test_dns_without_answer(void **state)
{
	(void)state;
	/* A question; an answer that says there is none; no address. */
	LOOK(53, "\1\2\1\0\0\1\0\0\0\0\0\0" QUESTION);
	assert_int_equal(count, 0);
	LOOK(53, "\1\2\201\203\0\1\0\1\0\0\0\0" QUESTION
	    RECORD_A("\300\14", "\1"));
	assert_int_equal(count, 0);
	LOOK(53, "\1\2\201\200\0\1\0\1\0\0\0\0" QUESTION
	    "\300\14\0\1\0\1\0\0\0\74\0\3\12\0\0");
	assert_int_equal(count, 0);
}

static void
test_dns_reverse(void **state)
{
	static const uint8_t address[4] = { 10, 20, 0, 255 };

	(void)state;
	LOOK(53, "\1\2\201\200\0\1\0\1\0\0\0\0"
	    "\003255\0010\00220\00210\7in-addr\4arpa\0\0\14\0\1"
	    "\300\14\0\14\0\1\0\0\0\74\0\13\4host\4test\0");
	assert_int_equal(count, 1);
	assert_found(0, address, 4, "host.test", NAMING_DNS);
	LOOK(53, "\1\2\201\200\0\1\0\1\0\0\0\0"
	    "\003256\0010\00220\00210\7in-addr\4arpa\0\0\14\0\1"
	    "\300\14\0\14\0\1\0\0\0\74\0\13\4host\4test\0");
	assert_int_equal(count, 0);
}

/* A name with a zero in it is nobody's. */
static void
test_dns_zero(void **state)
{
	(void)state;
	LOOK(53, "\1\2\201\200\0\1\0\1\0\0\0\0" "\3w\0w\4test\0\0\1\0\1"
	    RECORD_A("\300\14", "\1"));
	assert_int_equal(count, 0);
}

/* Records name themselves, wherever they stand. */
static void
test_mdns(void **state)
{
	static const uint8_t v4[4] = { 10, 0, 0, 2 };
	static const uint8_t v6[16] = { 0xfe, 0x80, [15] = 7 };

	(void)state;
	LOOK(5353, "\0\0\204\0\0\0\0\1\0\0\0\1"
	    RECORD_A("\2pc\5local\0", "\2")
	    "\2pc\5local\0\0\34\200\1\0\0\0\74\0\20"
	    "\376\200\0\0\0\0\0\0\0\0\0\0\0\0\0\7");
	assert_int_equal(count, 2);
	assert_found(0, v4, 4, "pc.local", NAMING_MDNS);
	assert_found(1, v6, 6, "pc.local", NAMING_MDNS);
}

static void
dhcp(uint8_t *message, uint8_t op)
{
	static const uint8_t options[] = { 0x63, 0x82, 0x53, 0x63,
	    53, 1, 3, 50, 4, 10, 0, 0, 9, 12, 6, 'l', 'a', 'p', 't', 'o',
	    'p', 255 };

	memset(message, 0, 236);
	message[0] = op;
	memcpy(message + 236, options, sizeof options);
}

static void
test_dhcp(void **state)
{
	static const uint8_t asked[4] = { 10, 0, 0, 9 };
	static const uint8_t given[4] = { 10, 0, 0, 8 };
	uint8_t message[258];

	(void)state;
	dhcp(message, 1);
	for (size_t size = 0; size <= sizeof message; size++)
		look(68, message, size);
	assert_int_equal(count, 1);
	assert_found(0, asked, 4, "laptop", NAMING_DHCP);
	dhcp(message, 2);
	memcpy(message + 16, given, 4);
	look(67, message, sizeof message);
	assert_int_equal(count, 1);
	assert_found(0, given, 4, "laptop", NAMING_DHCP);
	message[236] = 0;
	look(67, message, sizeof message);
	assert_int_equal(count, 0);
}

#define NETBIOS_PC "\40FACACACACACACACACACACACACACACAAA\0"

static void
test_netbios(void **state)
{
	static const uint8_t address[4] = { 10, 0, 0, 3 };

	(void)state;
	/* A registration, and the answer to a query. */
	LOOK(137, "\0\1\51\20\0\1\0\0\0\0\0\1" NETBIOS_PC "\0\40\0\1"
	    "\300\14\0\40\0\1\0\0\0\74\0\6\0\0\12\0\0\3");
	assert_int_equal(count, 1);
	assert_found(0, address, 4, "P", NAMING_NETBIOS);
	LOOK(137, "\0\1\205\0\0\0\0\1\0\0\0\0" NETBIOS_PC "\0\40\0\1"
	    "\0\0\0\74\0\6\0\0\12\0\0\3");
	assert_int_equal(count, 1);
	assert_found(0, address, 4, "P", NAMING_NETBIOS);
	/* A group's name is no host's. */
	LOOK(137, "\0\1\205\0\0\0\0\1\0\0\0\0" NETBIOS_PC "\0\40\0\1"
	    "\0\0\0\74\0\6\200\0\12\0\0\3");
	assert_int_equal(count, 0);
}

static void
test_elsewhere(void **state)
{
	struct conversation t = { .protocol = PROTOCOL_UDP,
	    .src_port = 1234, .dst_port = 53 };

	(void)state;
	assert_false(naming_is_possible(&t));
	t.src_port = 53;
	assert_true(naming_is_possible(&t));
	t.protocol = PROTOCOL_TCP;
	assert_false(naming_is_possible(&t));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dns),
		cmocka_unit_test(test_dns_without_answer),
		cmocka_unit_test(test_dns_reverse),
		cmocka_unit_test(test_dns_zero),
		cmocka_unit_test(test_mdns),
		cmocka_unit_test(test_dhcp),
		cmocka_unit_test(test_netbios),
		cmocka_unit_test(test_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
