/*
 * Dissectors of the web and its neighbours, on conversations that are made
 * here: the name and what is learned of each, the same cut at every byte, and
 * bytes that are nearly right.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../lib/dissected.h"

enum { WEB_PORT = 40000, LINES_MAX = 6, FACTS_MAX = 6, PIECES = 5 };

/* What a side says; the text may have zeros in it. */
struct line {
	int		 side;
	const char	*bytes;
	size_t		 size;
};

/* A text or list, or with a NULL text a number. */
struct learned {
	const char	*field;
	const char	*text;
	int64_t		 number;
};

struct talk {
	const char	*name;		/* of who speaks */
	const char	*whole;		/* with what it carries */
	bool		 is_datagram;
	uint16_t	 port;
	struct line	 lines[LINES_MAX];
	struct learned	 facts[FACTS_MAX];
};

#define C(text) { CLIENT_SAYS, text, sizeof(text) - 1 }
#define S(text) { SERVER_SAYS, text, sizeof(text) - 1 }
#define ZEROS_8 "\0\0\0\0\0\0\0\0"
#define TEXT_20 "abcdefghijklmnopqrst"
#define COOKIE_12 "\x21\x12\xa4\x42" "abcdefghijkl"

static const struct talk talks[] = {
	{ "http", "http", false, WEB_PORT, {
	    C("GET /a?pw=1 HTTP/1.1\r\nHost: h\r\nUser-Agent: me\r\n\r\n"),
	    S("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
	    "Content-Type: text/plain\r\n\r\nGET /"),
	    C("POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "3;x\r\nabc\r\n0\r\nT: 1\r\n\r\nHEAD /c HTTP/1.1\r\n\r\n"),
	    S("HTTP/1.1 404 No\r\n\r\n") },
	    { { "method", "GET", 0 }, { "host", "h", 0 },
	    { "path", "/a", 0 }, { "status", NULL, 200 },
	    { "content_type", "text/plain", 0 },
	    { "requests", NULL, 3 } } },
	{ "http", "http>ssh", false, WEB_PORT, {
	    C("CONNECT h:22 HTTP/1.0\r\n\r\n"),
	    S("HTTP/1.0 200 Go on\r\n\r\n"),
	    S("SSH-2.0-x\r\n"), C("SSH-2.0-y\r\n") },
	    { { "host", "h:22", 0 }, { "method", "CONNECT", 0 } } },
	{ "http", "http>websocket", false, WEB_PORT, {
	    C("GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"),
	    S("HTTP/1.1 101 Yes\r\nUpgrade: WebSocket\r\n\r\n\x81\2hi"),
	    C("\x81\x82" "abcdhi") }, { { "status", NULL, 101 } } },
	{ "http2", "http2", false, WEB_PORT, {
	    C("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"
	    "\0\0\x22\1\x2d\0\0\0\1\2\0\0\0\0\0\x83\4\6/a.B/C\1\1h"
	    "\x0f\x10\x8b\x1d\x75\xd0\x62\x0d\x26\x3d\x4c\x4d\x65\x64"
	    "\0\0"), S("\0\0\0\4\0\0\0\0\0\0\0\5\1\4\0\0\0\1\x08\x03"
	    "103\0\0\1\1\4\0\0\0\1\x88") },
	    { { "streams", NULL, 1 }, { "grpc", NULL, 1 },
	    { "method", "POST", 0 }, { "path", "/a.B/C", 0 },
	    { "host", "h", 0 }, { "status", NULL, 200 } } },
	{ "rdp", "rdp>tls", false, WEB_PORT, {
	    C("\3\0\0\x29\x24\xe0\0\0\0\0\0Cookie: mstshash=eva\r\n"
	    "\1\0\x08\0\3\0\0\0"),
	    S("\3\0\0\x13\x0e\xd0\0\0\x12\x34\0\2\0\x08\0\1\0\0\0") },
	    { { "cookie", "eva", 0 }, { "requested", "tls", 0 },
	    { "security", "tls", 0 } } },
	{ "vnc", "vnc", false, WEB_PORT, { S("RFB 003.008\n"),
	    C("RFB 003.007\n"), S("\2\2\x13") },
	    { { "version", "003.008", 0 }, { "security", "vnc", 0 },
	    { "client_version", "003.007", 0 } } },
	{ "mqtt", "mqtt", false, WEB_PORT, {
	    C("\x10\x15\0\4MQTT\4\xc2\0\x3c\0\2id\0\2me\0\1x"),
	    S("\x20\2\0\0"), C("\x82\6\0\1\0\1t\0") },
	    { { "version", "3.1.1", 0 }, { "client_id", "id", 0 },
	    { "user", "me", 0 }, { "code", NULL, 0 },
	    { "topics", "t", 0 } } },
	{ "ssdp", "ssdp", true, WEB_PORT, {
	    C("M-SEARCH * HTTP/1.1\r\nST: ssdp:all\r\n\r\n"),
	    S("HTTP/1.1 200 OK\r\nServer: me\r\n\r\n") },
	    { { "method", "M-SEARCH", 0 }, { "target", "ssdp:all", 0 },
	    { "server", "me", 0 } } },
	{ "bittorrent", "bittorrent", false, WEB_PORT, {
	    C("\x13" "BitTorrent protocol" ZEROS_8 TEXT_20 "-UT3550-"
	    "abcdefghijkl") }, { { "client", "-UT3550-", 0 },
	    { "info_hash", "6162636465666768696a6b6c6d6e6f7071727374",
	    0 } } },
	{ "bittorrent", "bittorrent", true, WEB_PORT, {
	    C("d1:ad2:id20:" TEXT_20 "e1:q4:pinge") },
	    { { "kind", "dht", 0 } } },
	{ "wireguard", "wireguard", true, WEB_PORT, {
	    C("\4\0\0\0abcd\1\0\0\0\0\0\0\0abcdefghijklmnop") }, { { 0 } } },
	{ "openvpn", "openvpn", true, WEB_PORT, {
	    C("\x38" "abcdefgh\0\0\0\0\0") },
	    { { "protection", "none", 0 } } },
	{ "openvpn", "openvpn", false, WEB_PORT, {
	    C("\0\x2a\x38" "abcdefgh" TEXT_20 "\0\0\0\1\x57\x7e\x73\xb3"
	    "\0\0\0\0\0") }, { { "protection", "tls-auth", 0 } } },
	{ "ike", "ike", true, 4500, {
	    C("\0\0\0\0abcdefgh" ZEROS_8 "\x21\x20\x22\x08\0\0\0\0"
	    "\0\0\0\x1c") }, { { "version", NULL, 2 },
	    { "exchange", "IKE_SA_INIT", 0 } } },
	{ "stun", "stun", true, WEB_PORT, {
	    C("\0\1\0\x08" COOKIE_12 "\0\6\0\3a:b\0"),
	    S("\1\1\0\x0c" COOKIE_12 "\0\x20\0\x08\0\1\0\0\x2b\x12\xa4\x43") },
	    { { "methods", "binding", 0 }, { "user", "a:b", 0 },
	    { "mapped", "10.0.0.1", 0 } } },
	{ "stun", "stun", false, WEB_PORT, {
	    C("\0\x14\0\1\0\0" COOKIE_12) },
	    { { "methods", "binding", 0 } } },
	{ "socks", "socks>ssh", false, WEB_PORT, { C("\5\1\0"), S("\5\0"),
	    C("\5\1\0\3\1h\0\x16"), S("\5\0\0\1\0\0\0\0\0\0"),
	    S("SSH-2.0-x\r\n") },
	    { { "version", NULL, 5 }, { "target", "h:22", 0 },
	    { "command", "connect", 0 }, { "reply", NULL, 0 } } },
	{ "socks", "socks", false, 1080, {
	    C("\4\1\0\x50\0\0\0\1me\0host\0"),
	    S("\0\x5b\0\0\0\0\0\0") },
	    { { "version", NULL, 4 }, { "target", "host:80", 0 },
	    { "user", "me", 0 }, { "reply", NULL, 91 } } },
	{ "proxy", "proxy>ssh", false, WEB_PORT, {
	    C("PROXY TCP4 10.0.0.1 10.0.0.2 1 22\r\nSSH-2.0-x\r\n") },
	    { { "src", "10.0.0.1", 0 }, { "dst", "10.0.0.2", 0 },
	    { "src_port", NULL, 1 }, { "dst_port", NULL, 22 } } },
	{ "proxy", "proxy", false, WEB_PORT, {
	    C("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x0a\0\0\1\x0a\0\0\2"
	    "\0\1\0\x16") },
	    { { "version", NULL, 2 }, { "src", "10.0.0.1", 0 },
	    { "dst_port", NULL, 22 } } },
	{ "rtcp", "rtcp", true, WEB_PORT, {
	    C("\x80\xc9\0\1abcd\x81\xca\0\2abcd\1\1n\0") },
	    { { "cnames", "n", 0 } } },
	{ "amqp", "amqp", false, WEB_PORT, { C("AMQP\0\0\x09\1"),
	    S("\1\0\0\0\0\0\x1c\0\x0a\0\x0a\0\x09\0\0\0\x12\7productS"
	    "\0\0\0\5Hutch\xce"),
	    C("\1\0\0\0\0\0\x06\0\x0a\0\x28\1/\xce") },
	    { { "version", "0-9-1", 0 }, { "server", "Hutch", 0 },
	    { "virtual_host", "/", 0 } } },
	{ "kafka", "kafka", false, WEB_PORT, {
	    C("\0\0\0\x0f\0\x12\0\0\0\0\0\1\0\5kafka") },
	    { { "client_id", "kafka", 0 },
	    { "requests", "ApiVersions", 0 } } },
	{ "coap", "coap", true, 5683, { C("\x41\1\0\1t\xb1" "a\1b"),
	    S("\x61\x45\0\1t\xff" "x") },
	    { { "method", "GET", 0 }, { "path", "/a/b", 0 },
	    { "code", "2.05", 0 } } },
	{ "x11", "x11", false, WEB_PORT, {
	    C("l\0\x0b\0\0\0\2\0\0\0\0\0no\0\0"),
	    S("\1\0\x0b\0\0\0\x0a\0\5\0\0\0" ZEROS_8 "\0\0\0\0\2\0\0\0"
	    ZEROS_8 "\0\0\0\0me") },
	    { { "authorization", "no", 0 }, { "vendor", "me", 0 },
	    { "release", NULL, 5 } } },
	{ "thrift", "thrift", false, WEB_PORT, {
	    C("\x80\1\0\1\0\0\0\4ping\0\0\0\1\0"),
	    S("\x80\1\0\3\0\0\0\4ping\0\0\0\1\0") },
	    { { "encoding", "binary", 0 }, { "method", "ping", 0 },
	    { "result", "exception", 0 } } }
};

/* Nearly one of these. */
static const struct talk strangers[] = {
	{ "http", "", false, 80, { C("GET / RTSP/1.0\r\n\r\n") }, { { 0 } } },
	{ "http", "", false, 80, { S("HTTP/1.1 2x0 OK\r\n") }, { { 0 } } },
	{ "http2", "", false, 80, { C("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\r") },
	    { { 0 } } },
	{ "rdp", "", false, 3389, {
	    C("\3\0\0\x13\x0e\xe0\0\0\0\0\0\xc1\2\1\0\xc2\2\1\2") },
	    { { 0 } } },
	{ "vnc", "", false, 5900, { S("RFB 0x3.008\n") }, { { 0 } } },
	{ "mqtt", "", false, 1883, {
	    C("\x10\x0f\0\4MQTX\4\2\0\x3c\0\3abc") }, { { 0 } } },
	{ "ssdp", "", true, 1900, { C("M-SEARCH * HTTP/2.1\r\n\r\n") },
	    { { 0 } } },
	{ "wireguard", "", true, 51820, {
	    C("\4\0\0\0abcd\1\0\0\0\0\0\0\0abcdefghijklmno") }, { { 0 } } },
	{ "openvpn", "", true, 1194, { C("\x38" "abcdefgh\0\0\0\0\1") },
	    { { 0 } } },
	{ "ike", "", true, 500, {
	    C("abcdefgh" ZEROS_8 "\x21\x20\x22\x08\0\0\0\0\0\0\0\x1d") },
	    { { 0 } } },
	{ "stun", "", true, 3478, { C("\0\1\0\4" COOKIE_12) }, { { 0 } } },
	{ "socks", "", false, WEB_PORT, { C("\5\1\0"), S("\5\2") },
	    { { 0 } } },
	{ "rtcp", "", true, 5005, {
	    C("\x80\xc9\0\1abcd\x81\xca\0\3abcd\1\1n\0") }, { { 0 } } },
	{ "kafka", "", false, 9092, {
	    C("\0\0\0\x0f\0\x12\0\x63\0\0\0\1\0\5kafka") }, { { 0 } } },
	{ "coap", "", true, 5683, { C("\x41\1\0\1t\xb1" "a\xff") },
	    { { 0 } } },
	{ "x11", "", false, 6000, { C("l\0\x0c\0\0\0\2\0\0\0\0\0no\0\0") },
	    { { 0 } } }
};

static struct dissected	d;

static void
assert_learned(const struct talk *talk)
{
	const struct learned *fact = talk->facts;

	assert_string_equal(dissected_name(&d), talk->whole);
	for (; fact < talk->facts + FACTS_MAX && fact->field != NULL;
	    fact++) {
		if (fact->text != NULL)
			assert_string_equal(dissected_text(&d, talk->name,
			    fact->field), fact->text);
		else
			assert_int_equal(dissected_number(&d, talk->name,
			    fact->field), fact->number);
	}
}

static void
say_all(const struct talk *talk)
{
	for (int i = 0; i < LINES_MAX && talk->lines[i].bytes != NULL; i++)
		(void)say(&d, talk->lines[i].side, talk->lines[i].bytes,
		    talk->lines[i].size);
}

static void
say_pieces(const struct line *line)
{
	size_t most = line->size / PIECES + 1;

	for (size_t at = 0; at < line->size; at += most)
		(void)say(&d, line->side, line->bytes + at,
		    line->size - at < most ? line->size - at : most);
}

static void
test_talks(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof talks / sizeof *talks; i++) {
		dissected_init(&d, talks[i].is_datagram, talks[i].port);
		say_all(&talks[i]);
		assert_learned(&talks[i]);
		dissected_release(&d);
	}
}

/* TCP may bring them in pieces; three are told by where a segment ends. */
static void
test_pieces(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof talks / sizeof *talks; i++) {
		const struct talk *talk = &talks[i];

		if (talk->is_datagram || strcmp(talk->name, "socks") == 0 ||
		    strcmp(talk->name, "kafka") == 0 ||
		    strcmp(talk->name, "thrift") == 0)
			continue;
		dissected_init(&d, false, talk->port);
		for (int n = 0; n < LINES_MAX &&
		    talk->lines[n].bytes != NULL; n++)
			say_pieces(&talk->lines[n]);
		assert_learned(talk);
		dissected_release(&d);
	}
}

/* No cut makes another protocol of it, and no byte past it is read. */
static void
test_cuts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof talks / sizeof *talks; i++) {
		const struct talk *talk = &talks[i];

		for (size_t cut = 0; cut < talk->lines[0].size; cut++) {
			dissected_init(&d, talk->is_datagram, talk->port);
			(void)say_cut(&d, talk->lines[0].side,
			    talk->lines[0].bytes, cut, talk->is_datagram ?
			    talk->lines[0].size : cut);
			if (d.flow.outer != 0)
				assert_string_equal(applications_at(
				    d.flow.outer)->name, talk->name);
			dissected_release(&d);
		}
	}
}

static void
test_strangers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
		dissected_init(&d, strangers[i].is_datagram,
		    strangers[i].port);
		say_all(&strangers[i]);
		assert_string_not_equal(dissected_name(&d),
		    strangers[i].name);
		dissected_release(&d);
	}
}

/* Behind a gap in a body, requests are counted again from the next that
   begins with a segment; what a body says is none. */
static void
test_http_gap(void **state)
{
	(void)state;
	dissected_init(&d, false, 80);
	(void)say_text(&d, CLIENT_SAYS, "POST /a HTTP/1.1\r\n"
	    "Content-Length: 100\r\n\r\nabc");
	(void)say_lost(&d, CLIENT_SAYS, 50);
	(void)say_text(&d, CLIENT_SAYS, "GET / HTTP/1.1\r\n\r\n");
	assert_int_equal(dissected_number(&d, "http", "requests"), 1);
	(void)say_lost(&d, CLIENT_SAYS, 1000);
	(void)say_text(&d, CLIENT_SAYS, "some end\r\n");
	(void)say_text(&d, CLIENT_SAYS, "GET /b HTTP/1.1\r\n\r\n");
	assert_int_equal(dissected_number(&d, "http", "requests"), 2);
	dissected_release(&d);
}

/* A line of more bytes than can wait, and a request behind it. */
static void
test_http_long(void **state)
{
	char path[3 * APPLICATION_HELD_MAX];

	(void)state;
	memset(path, 'p', sizeof path);
	dissected_init(&d, false, 80);
	(void)say_text(&d, CLIENT_SAYS, "GET /");
	(void)say(&d, CLIENT_SAYS, path, sizeof path);
	(void)say_text(&d, CLIENT_SAYS, " HTTP/1.1\r\nHost: h\r\n\r\n"
	    "GET /c HTTP/1.1\r\n\r\n");
	assert_int_equal(dissected_number(&d, "http", "requests"), 2);
	assert_string_equal(dissected_text(&d, "http", "host"), "h");
	assert_int_equal(strlen(dissected_text(&d, "http", "path")),
	    FACT_TEXT_MAX);
	dissected_release(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_talks),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_strangers),
		cmocka_unit_test(test_http_gap),
		cmocka_unit_test(test_http_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
