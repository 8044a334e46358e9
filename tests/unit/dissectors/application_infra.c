/*
 * Protocols of networks and plants: what they say on their own port, the
 * facts of it, every way to cut it short, and what only looks like them.
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

enum { MESSAGES_MAX = 5, FACTS_MAX = 6, BYTES_MAX = 4096, PIECES = 3 };

/* Bytes as hexadecimal text; blanks are skipped, 'text' stands for itself. */
struct message {
	enum dissected_side	 side;
	const char		*hex;
};

struct talk {
	const char	*name;
	uint16_t	 port;
	bool		 is_datagram;
	struct message	 messages[MESSAGES_MAX];
	struct {
		const char	*field;
		const char	*value;	/* of a number its digits */
	} facts[FACTS_MAX];
};

#define ZERO8	"00000000 00000000 "
#define ZERO32	ZERO8 ZERO8 ZERO8 ZERO8
#define ZERO64	ZERO32 ZERO32
#define TPKT_CONNECT	"03000016 11e00000000100 c0010a c1020100 c2020102 "
#define TPKT_CONFIRM	"03000016 11d00001000200 c0010a c1020100 c2020102 "

static const struct talk talks[] = {
	{ "dhcp", 67, true, {
		{ CLIENT_SAYS, "01010600 12345678 00000000 00000000 00000000"
		    "00000000 00000000 020000000001" "0000 " ZERO8 ZERO64
		    ZERO64 ZERO64 "63825363 350103 0c027063 3204c0000205"
		    "3c036d616b 511200000004 'hosts' 07 'example' ff" },
		{ SERVER_SAYS, "02010600 12345678 00000000 00000000 c0000205"
		    "00000000 00000000 020000000001" "0000 " ZERO8 ZERO64
		    ZERO64 ZERO64 "63825363 350105 3604c0000201 ff" } },
	    { { "hostname", "pc" }, { "requested", "192.0.2.5" },
		{ "vendor", "mak" }, { "assigned", "192.0.2.5" },
		{ "mac", "02:00:00:00:00:01" }, { "server", "192.0.2.1" } } },
	{ "dhcpv6", 547, true, {
		{ CLIENT_SAYS, "01123456 0001000a 00030001 020000000001"
		    "0027000b 00 02 'pc' 06 'office' 0010000a 00000009 0004"
		    "'name'" },
		{ SERVER_SAYS, "07123456 0001000a 00030001 020000000001"
		    "00030028 00000001 00000000 00000000 00050018 20010db8"
		    ZERO8 "00000005 00000e10 00001c20" } },
	    { { "duid", "00030001020000000001" }, { "fqdn", "pc.office" },
		{ "vendor", "name" }, { "assigned", "2001:db8::5" } } },
	{ "tftp", 69, true, {
		{ CLIENT_SAYS, "0001 'boot.img' 00 'OCTET' 00"
		    "'blksize' 00 '1428' 00" },
		{ SERVER_SAYS, "00050001 'no such file' 00" } },
	    { { "op", "read" }, { "file", "boot.img" }, { "mode", "octet" },
		{ "error", "no such file" } } },
	{ "ntp", 123, true, {
		{ CLIENT_SAYS, "23000a e9 00000010 00000020 00000000" ZERO32 },
		{ SERVER_SAYS, "24010a e9 00000010 00000020 'GPS' 00"
		    ZERO32 } },
	    { { "version", "4" }, { "mode", "client" }, { "stratum", "1" },
		{ "refid", "GPS" } } },
	{ "snmp", 161, true, {
		{ CLIENT_SAYS, "3026 020101 0406 'public' a019 020101 020100"
		    "020100 300e 300c 0608 2b06010201010300 0500" },
		{ SERVER_SAYS, "3026 020101 0406 'public' a219 020101 020102"
		    "020101 300e 300c 0608 2b06010201010300 0500" } },
	    { { "version", "2c" }, { "pdu", "get" },
		{ "oid", "1.3.6.1.2.1.1.3.0" }, { "error", "2" },
		{ "community", "" } } },
	{ "snmp", 161, true, {
		{ CLIENT_SAYS, "3038 020103 300d 020101 020205dc 040107"
		    "020103 0418 3016 0405 8000000001 020101 020102"
		    "0403 'ann' 0400 0400 040a 01020304050607080910" } },
	    { { "version", "3" }, { "user", "ann" }, { "pdu", "" } } },
	{ "modbus", 502, false, {
		{ CLIENT_SAYS, "00010000 0006 11 03 006b 0003" },
		{ SERVER_SAYS, "00010000 0003 11 83 02" } },
	    { { "unit", "17" }, { "functions", "read-holding-registers" },
		{ "exception", "2" } } },
	{ "dnp3", 20000, false, {
		{ CLIENT_SAYS, "056408c4 0a000100 fc42 c0c001 6da0" } },
	    { { "master", "1" }, { "outstation", "10" },
		{ "functions", "read" } } },
	{ "iec104", 2404, false, {
		{ CLIENT_SAYS, "6804 07000000" },
		{ SERVER_SAYS, "6804 0b000000" },
		{ CLIENT_SAYS, "680e 00000000 64 01 06 00 0300 000000 14" } },
	    { { "address", "3" }, { "types", "C_IC_NA_1" } } },
	{ "s7comm", 102, false, {
		{ CLIENT_SAYS, TPKT_CONNECT },
		{ SERVER_SAYS, TPKT_CONFIRM },
		{ CLIENT_SAYS, "03000019 02f080 32010000 0000 0008 0000"
		    "f0000001000101e0" } },
	    { { "rack", "0" }, { "slot", "2" },
		{ "functions", "setup-communication" } } },
	{ "mms", 102, false, {
		{ CLIENT_SAYS, TPKT_CONNECT },
		{ SERVER_SAYS, TPKT_CONFIRM },
		{ CLIENT_SAYS, "03000013 02f080 0d0a 0506 0605 28ca220201 00"},
		{ CLIENT_SAYS, "0300001b 02f080 01000100 610e 300c 020103"
		    "a007 a005 020101 8200" } },
	    { { "services", "identify" } } },
	{ "opcua", 4840, false, {
		{ CLIENT_SAYS, "'HELF' 25000000" ZERO8 ZERO8 "00000000"
		    "05000000 'opc:a'" },
		{ SERVER_SAYS, "'ACKF' 1c000000" ZERO8 ZERO8 "00000000" },
		{ CLIENT_SAYS, "'OPNF' 14000000 00000000 04000000 'None'" } },
	    { { "endpoint", "opc:a" }, { "policy", "None" } } },
	{ "bacnet", 47808, true, {
		{ CLIENT_SAYS, "810b0008 0100 1008" },
		{ SERVER_SAYS, "810b000d 0100 1000 c40200007b" } },
	    { { "services", "who-is" }, { "device", "123" } } },
	{ "enip", 44818, false, {
		{ CLIENT_SAYS, "65000400" ZERO8 ZERO8 "00000000 01000000" },
		{ SERVER_SAYS, "63002800" ZERO8 ZERO8 "00000000 0100"
		    "0c002200 0100" ZERO8 ZERO8 "0100 0e00 3600 1401 0000"
		    "01000000 01 'P'" } },
	    { { "commands", "register-session" }, { "vendor", "1" },
		{ "product", "P" } } },
	{ "synchrophasor", 4712, false, {
		{ CLIENT_SAYS, "aa41 0012 0064" ZERO8 "0005 8249" } },
	    { { "id", "100" } } },
	{ "netflow", 2055, true, {
		{ CLIENT_SAYS, "00090001 00000001 00000002 00000003 00000008"
		    "0100 0008 00000000" } },
	    { { "version", "9" }, { "source", "8" } } },
	{ "netflow", 4739, true, {
		{ CLIENT_SAYS, "000a0018 00000001 00000002 00000007"
		    "0100 0008 00000000" } },
	    { { "version", "10" }, { "source", "7" } } },
	{ "sflow", 6343, true, {
		{ CLIENT_SAYS, "00000005 00000001 c0000201 00000000 00000001"
		    "00000002 00000001 00000001 00000004 00000000" } },
	    { { "agent", "192.0.2.1" } } },
	{ "doip", 13400, true, {
		{ CLIENT_SAYS, "02fd 0004 00000020 'WVWZZZ1JZXW000001' 0e00"
		    "020000000001 020000000001 00" } },
	    { { "version", "2" }, { "vin", "WVWZZZ1JZXW000001" } } },
	{ "someip", 30490, true, {
		{ CLIENT_SAYS, "ffff8100 00000008 00000001 01010200" } },
	    { { "service", "65535" }, { "method", "33024" } } },
	{ "h323", 1720, false, {
		{ CLIENT_SAYS, "0300001e 08021234 05 04038890a5 2803 'ann'"
		    "7003 c13432 7e0003052000" } },
	    { { "display", "ann" }, { "called", "42" } } },
	{ "mgcp", 2427, true, {
		{ CLIENT_SAYS, "'CRCX 7 aaln/1@gw.example MGCP 1.0' 0d0a" } },
	    { { "verbs", "CRCX" }, { "endpoint", "aaln/1@gw.example" } } },
	{ "skinny", 2000, false, {
		{ CLIENT_SAYS, "14000000 00000000 01000000 'SEP001122334455'"
		    "00" } },
	    { { "device", "SEP001122334455" } } },
	{ "smpp", 2775, false, {
		{ CLIENT_SAYS, "0000001f 00000009 00000000 00000001 'me' 00"
		    "'secret' 00 00 34 00 00 00" },
		{ SERVER_SAYS, "00000015 80000009 00000000 00000001 'SMSC'"
		    "00" } },
	    { { "user", "me" }, { "server", "SMSC" } } },
	{ "pptp", 1723, false, {
		{ CLIENT_SAYS, "009c0001 1a2b3c4d 0001 0000" ZERO8 ZERO8
		    "'pc'" "0000 00000000" ZERO8 ZERO8 ZERO8 ZERO8 ZERO8
		    ZERO8 ZERO8 ZERO64 } },
	    { { "client", "pc" } } },
	{ "bfd", 3784, true, {
		{ CLIENT_SAYS, "20c00318 00000001 00000002 000f4240 000f4240"
		    "00000000" } },
	    { { "state", "up" }, { "diagnostic", "0" } } },
	{ "rip", 520, true, {
		{ CLIENT_SAYS, "02020000 00020000 c0000200 ffffff00 00000000"
		    "00000001" } },
	    { { "version", "2" }, { "routes", "1" } } },
	{ "hsrp", 1985, true, {
		{ CLIENT_SAYS, "00001003 0a 64 01 00 'cisco' 000000"
		    "c0000201" } },
	    { { "group", "1" }, { "priority", "100" },
		{ "address", "192.0.2.1" } } },
	{ "gtp", 2123, true, {
		{ CLIENT_SAYS, "3201 0004 00000000 00010000" } },
	    { { "version", "1" }, { "message", "1" } } },
	{ "bitcoin", 8333, false, {
		{ CLIENT_SAYS, "f9beb4d9 'version' 0000000000 5a000000"
		    "ffffffff 7f110100" ZERO64 ZERO8 "00000000 04 '/x/' 20"
		    "00000000 00" } },
	    { { "network", "bitcoin" }, { "version", "70015" },
		{ "agents", "/x/ " } } },
	{ "monero", 18080, false, {
		{ CLIENT_SAYS, "01210101 01010101" ZERO8 } }, { { NULL } } },
	{ "stratum", 3333, false, {
		{ CLIENT_SAYS, "'{\"id\":1,\"method\":\"mining.subscribe\","
		    "\"params\":[\"m/1\"]}' 0a" },
		{ CLIENT_SAYS, "'{\"id\":2,\"method\":\"mining.authorize\","
		    "\"params\":[\"ann.1\",\"x\"]}' 0a" } },
	    { { "methods", "mining.subscribe" }, { "agent", "m/1" },
		{ "user", "ann.1" } } },
	{ "gnutella", 6346, false, {
		{ CLIENT_SAYS, "'GNUTELLA CONNECT/0.6' 0d0a"
		    "'User-Agent: x/1' 0d0a 0d0a" } },
	    { { "agents", "x/1" } } }
};

enum { TALKS = sizeof(talks) / sizeof(talks[0]) };

/* Alike, but one thing is wrong. */
static const struct talk misses[] = {
	{ "dhcp", 67, true, { { CLIENT_SAYS, "03010600 12345678" ZERO64 ZERO64
	    ZERO64 ZERO32 "00000000 63825363 350103 ff" } }, { { NULL } } },
	{ "tftp", 69, true, { { CLIENT_SAYS, "0001 'a' 00 'octets' 00" } },
	    { { NULL } } },
	{ "ntp", 123, true, { { CLIENT_SAYS, "23ff0ae9" ZERO32 ZERO8
	    "00000000" } }, { { NULL } } },
	{ "snmp", 161, true, { { CLIENT_SAYS, "3027 020101 0406 'public' a019"
	    "020101 020100 020100 300e 300c 0608 2b06010201010300 0500" } },
	    { { NULL } } },
	{ "modbus", 502, false, { { CLIENT_SAYS, "00010001 0006 11 03 006b"
	    "0003" } }, { { NULL } } },
	{ "dnp3", 20000, false, { { CLIENT_SAYS, "056408c4 0a000100 fc43"
	    "c0c001 0000" } }, { { NULL } } },
	{ "iec104", 2404, false, { { CLIENT_SAYS, "6804 07000100" } },
	    { { NULL } } },
	{ "bacnet", 47808, true, { { CLIENT_SAYS, "810b0009 0100 1008" } },
	    { { NULL } } },
	{ "synchrophasor", 4712, false, { { CLIENT_SAYS, "aa41 0012 0064"
	    ZERO8 "0005 824a" } }, { { NULL } } },
	{ "netflow", 2055, true, { { CLIENT_SAYS, "00090001 00000001 00000002"
	    "00000003 00000008 0100 0009 00000000" } }, { { NULL } } },
	{ "bfd", 3784, true, { { CLIENT_SAYS, "20c00018 00000001 00000002"
	    "000f4240 000f4240 00000000" } }, { { NULL } } },
	{ "gtp", 2123, true, { { CLIENT_SAYS, "3201 0005 00000000 00010000" }
	    }, { { NULL } } }
};

static struct dissected	d;

static int
digit_of(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

static size_t
bytes_of(const char *hex, uint8_t bytes[BYTES_MAX])
{
	bool is_text = false;
	size_t size = 0;

	for (; *hex != '\0'; hex++) {
		assert_true(size < BYTES_MAX);
		if (*hex == '\'') {
			is_text = !is_text;
		} else if (is_text) {
			bytes[size++] = (uint8_t)*hex;
		} else if (*hex != ' ') {
			bytes[size++] = (uint8_t)(digit_of(hex[0]) << 4 |
			    digit_of(hex[1]));
			hex++;
		}
	}
	return size;
}

/* Of TCP also in pieces, fewer than the segments that are looked at. */
static void
say_all(const struct talk *talk, bool is_slow)
{
	static uint8_t bytes[BYTES_MAX];

	for (int i = 0; i < MESSAGES_MAX && talk->messages[i].hex != NULL;
	    i++) {
		size_t size = bytes_of(talk->messages[i].hex, bytes);
		size_t step = is_slow ? size / PIECES + 1 : size;

		for (size_t at = 0; at < size; at += step)
			say(&d, talk->messages[i].side, bytes + at,
			    size - at < step ? size - at : step);
	}
}

static void
assert_facts(const struct talk *talk)
{
	char text[32];

	for (int i = 0; i < FACTS_MAX && talk->facts[i].field != NULL; i++) {
		const char *value = dissected_text(&d, talk->name,
		    talk->facts[i].field);
		int64_t number = dissected_number(&d, talk->name,
		    talk->facts[i].field);

		if (talk->facts[i].value[0] >= '0' &&
		    talk->facts[i].value[0] <= '9' &&
		    strcmp(value, talk->facts[i].value) != 0) {
			(void)snprintf(text, sizeof(text), "%lld",
			    (long long)number);
			value = text;
		}
		assert_string_equal(value, talk->facts[i].value);
	}
}

static void
test_talks(void **state)
{
	(void)state;
	for (int i = 0; i < TALKS; i++) {
		for (int slow = 0; slow <= !talks[i].is_datagram; slow++) {
			dissected_init(&d, talks[i].is_datagram,
			    talks[i].port);
			say_all(&talks[i], slow != 0);
			assert_string_equal(dissected_name(&d),
			    talks[i].name);
			assert_facts(&talks[i]);
			dissected_release(&d);
		}
	}
}

/* The first message, of which only so much was captured, and was sent. */
static void
test_cuts(void **state)
{
	static uint8_t bytes[BYTES_MAX];

	(void)state;
	for (int i = 0; i < TALKS; i++) {
		size_t size = bytes_of(talks[i].messages[0].hex, bytes);

		for (size_t cut = 1; cut < 2 * size; cut++) {
			dissected_init(&d, talks[i].is_datagram,
			    talks[i].port);
			if (cut < size)
				say(&d, CLIENT_SAYS, bytes, cut);
			else
				say_cut(&d, CLIENT_SAYS, bytes, cut - size,
				    size);
			if (d.flow.outer != 0)
				assert_string_equal(dissected_name(&d),
				    talks[i].name);
			dissected_release(&d);
		}
	}
}

static void
test_misses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(misses) / sizeof(misses[0]); i++) {
		dissected_init(&d, misses[i].is_datagram, misses[i].port);
		say_all(&misses[i], false);
		assert_string_equal(dissected_name(&d), "?");
		dissected_release(&d);
	}
}

/* The server's answer from another port is announced. */
static void
test_tftp_answer(void **state)
{
	static const char request[] = "\0\2a\0netascii";

	(void)state;
	dissected_init(&d, true, 69);
	say(&d, CLIENT_SAYS, request, sizeof(request));
	assert_int_equal(d.expected_count, 1);
	assert_int_equal(d.expected[0].port, DISSECTED_PORT);
	assert_int_equal(d.expected[0].side, CLIENT_SAYS);
	assert_true(d.expected[0].is_datagram);
	assert_int_equal(d.expected[0].number, applications_number("tftp"));
	dissected_release(&d);
}

/* Who asks is known by what is said, whoever speaks first. */
static void
test_roles(void **state)
{
	static uint8_t bytes[BYTES_MAX];
	size_t size = bytes_of("24010ae9 00000010 00000020 'GPS' 00" ZERO32,
	    bytes);

	(void)state;
	dissected_init(&d, true, 123);
	say(&d, CLIENT_SAYS, bytes, size);
	assert_int_equal(d.flow.client, ROLE_SERVER);
	dissected_release(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_talks),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_misses),
		cmocka_unit_test(test_tftp_answer),
		cmocka_unit_test(test_roles)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
