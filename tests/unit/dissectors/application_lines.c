/*
 * Protocols that speak in lines, and their neighbours: whole conversations
 * on their own port and on a foreign one, cut anywhere, and what only looks
 * like them.
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

enum { TURNS_MAX = 14, FACTS_MAX = 6, FOREIGN_PORT = 40001, RANDOM = 20000 };

#define C(text) { CLIENT_SAYS, text, sizeof(text) - 1 }
#define S(text) { SERVER_SAYS, text, sizeof(text) - 1 }

struct turn {
	enum dissected_side	 side;
	const char		*text;
	size_t			 size;
};

struct talk {
	const char	*name;		/* as dissected_name() */
	const char	*application;	/* whose facts; NULL: name */
	uint16_t	 port;
	bool		 is_datagram;
	bool		 needs_port;
	struct turn	 turns[TURNS_MAX];
	struct {
		const char	*field;
		const char	*value;	/* a number as decimal digits */
	} facts[FACTS_MAX];
};

static const struct talk talks[] = {
	{ "ftp", NULL, 21, false, false, {
		S("220 files.example ready\r\n"), C("USER ann\r\n"),
		S("331 password\r\n"), C("PASS hidden\r\n"),
		S("230 welcome\r\n"), C("QUIT\r\n") },
	    { { "user", "ann" }, { "banner", "files.example ready" },
		{ "commands", "USER" } } },
	{ "ftp>tls", "ftp", 21, false, false, {
		S("220-files.example FTP\r\n220 ready\r\n"),
		C("AUTH TLS\r\n"), S("234 go on\r\n"),
		C("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00") },
	    { { "banner", "files.example FTP" } } },
	{ "smtp", NULL, 25, false, false, {
		S("220 mail.example ESMTP\r\n"), C("EHLO pc.example\r\n"),
		S("250-mail.example\r\n250 HELP\r\n"),
		C("MAIL FROM:<ann@a.example> SIZE=3\r\n"), S("250 ok\r\n"),
		C("RCPT TO: <bob@b.example>\r\n"), S("250 ok\r\n"),
		C("DATA\r\n"), S("354 go\r\n"), C("text\r\n.\r\n") },
	    { { "banner", "mail.example ESMTP" }, { "helo", "pc.example" },
		{ "from", "ann@a.example" }, { "to", "bob@b.example" },
		{ "status", "354" } } },
	{ "smtp>tls", "smtp", 587, false, false, {
		S("220 mail.example hello\r\n"), C("EHLO pc.example\r\n"),
		S("250-mail.example\r\n250 STARTTLS\r\n"),
		C("STARTTLS\r\n"), S("220 go on\r\n"),
		C("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00") },
	    { { "helo", "pc.example" }, { "status", "250" } } },
	{ "pop3", NULL, 110, false, false, {
		S("+OK ready\r\n"), C("USER ann\r\n"), S("+OK\r\n"),
		C("PASS hidden\r\n"), S("+OK 3 messages\r\n") },
	    { { "banner", "ready" }, { "user", "ann" } } },
	{ "pop3>tls", "pop3", 110, false, false, {
		S("+OK POP3 ready\r\n"), C("STLS\r\n"), S("+OK go\r\n"),
		C("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00") },
	    { { "banner", "POP3 ready" } } },
	{ "imap", NULL, 143, false, false, {
		S("* OK ready\r\n"), C("a1 CAPABILITY\r\n"),
		S("* CAPABILITY IMAP4rev1\r\na1 OK done\r\n"),
		C("a2 LOGIN \"ann b\" hidden\r\n"), S("a2 OK\r\n") },
	    { { "banner", "ready" }, { "user", "ann b" } } },
	{ "imap>tls", "imap", 143, false, false, {
		S("* OK IMAP4 ready\r\n"), C("a1 STARTTLS\r\n"),
		S("a1 OK go\r\n"),
		C("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00") },
	    { { "banner", "IMAP4 ready" } } },
	{ "imap", NULL, 143, false, false, {
		S("* OK IMAP4 ready\r\n"), C("a1 LOGIN {3}\r\n"),
		S("+ go\r\n"), C("ann {6}\r\n") },
	    { { "user", "ann" } } },
	{ "nntp", NULL, 119, false, false, {
		S("200 news.example ready\r\n"), C("MODE READER\r\n"),
		S("200 ok\r\n"), C("AUTHINFO USER ann\r\n"),
		S("381 more\r\n"), C("AUTHINFO PASS hidden\r\n"),
		S("281 ok\r\n"), C("GROUP misc.test\r\n"), S("211 1 1 1\r\n")
	    }, { { "banner", "news.example ready" }, { "user", "ann" },
		{ "group", "misc.test" } } },
	{ "irc", NULL, 6667, false, false, {
		C("PASS hidden\r\nNICK ann\r\nUSER a 0 * :Ann\r\n"),
		S(":irc.example 001 ann :Welcome\r\n"),
		C("JOIN #one,#two key\r\n") },
	    { { "nick", "ann" }, { "user", "a" },
		{ "server", "irc.example" }, { "channels", "#one" } } },
	{ "telnet", NULL, 23, false, false, {
		S("\xff\xfd\x18\xff\xfd\x20"),
		C("\xff\xfb\x18\xff\xfc\x20"),
		S("\xff\xfa\x18\x01\xff\xf0"),
		C("\xff\xfa\x18\x00xterm\xff\xf0"),
		S("Ubuntu\r\nhost login: "), C("a"), S("a"), C("nm"),
		S("nm"), C("\b"), C("n\r\n"), S("\r\nPassword: "),
		C("hidden\r\n") },
	    { { "options", "terminal-type" }, { "terminal", "xterm" },
		{ "user", "ann" } } },
	{ "telnet", NULL, 23, false, false, {
		S("\r\nrouter login: "), C("ann\r\n") },
	    { { "user", "ann" } } },
	{ "finger", NULL, 79, false, true, {
		C("ann\r\n"), S("Login: ann\r\n") },
	    { { "query", "ann" } } },
	{ "whois", NULL, 43, false, true, {
		C("example.org\r\n"), S("domain: example.org\r\n") },
	    { { "query", "example.org" } } },
	{ "rsync", NULL, 873, false, false, {
		S("@RSYNCD: 31.0\n"), C("@RSYNCD: 30.0\n"), C("backup\n"),
		S("@RSYNCD: OK\n") },
	    { { "client_version", "30.0" }, { "server_version", "31.0" },
		{ "module", "backup" } } },
	{ "git", NULL, 9418, false, false, {
		C("002egit-upload-pack /a b.git\0host=git.example\0"),
		S("0008NAK\n") },
	    { { "command", "git-upload-pack" }, { "path", "/a b.git" },
		{ "host", "git.example" } } },
	{ "rlogin", NULL, 513, false, true, {
		C("\0ann\0bob\0vt100/9600\0"), S("\0") },
	    { { "local_user", "ann" }, { "user", "bob" },
		{ "terminal", "vt100/9600" } } },
	{ "syslog", NULL, 514, true, false, {
		C("<34>Oct 11 22:14:15 host su[12]: no") },
	    { { "facility", "auth" }, { "severity", "crit" },
		{ "host", "host" }, { "program", "su" } } },
	{ "syslog", NULL, 514, true, false, {
		C("<165>1 2003-10-11T22:14:15.003Z host app - - - text") },
	    { { "facility", "local4" }, { "severity", "notice" },
		{ "host", "host" }, { "program", "app" } } },
	{ "syslog", NULL, 601, false, false, {
		C("44 <13>Oct 11 22:14:15 host su: a long message\n") },
	    { { "facility", "user" }, { "host", "host" },
		{ "program", "su" } } },
	{ "syslog", NULL, 514, true, true, {
		C("<189>29: %SYS-5-CONFIG_I: Configured from console") },
	    { { "facility", "local7" }, { "severity", "notice" } } },
	{ "sip", NULL, 5060, true, false, {
		C("REGISTER sip:example.org SIP/2.0\r\n"
		    "f: \"Ann\" <sip:ann@example.org>;tag=1\r\n"
		    "To: sip:bob@example.org;tag=2\r\n"
		    "User-Agent: phone 1\r\n\r\n"),
		S("SIP/2.0 401 Unauthorized\r\nUser-Agent: other\r\n\r\n"),
		S("SIP/2.0 200 OK\r\n\r\n") },
	    { { "method", "REGISTER" }, { "from", "sip:ann@example.org" },
		{ "to", "sip:bob@example.org" }, { "user_agent", "phone 1" },
		{ "status", "200" } } },
	{ "sip", NULL, 5060, false, false, {
		C("OPTIONS sips:example.org SIP/2.0\r\n\r\n"),
		S("SIP/2.0 404 Not Found\r\n\r\n") },
	    { { "method", "OPTIONS" }, { "status", "404" } } },
	{ "rtsp", NULL, 554, false, false, {
		C("OPTIONS rtsp://a.example/film RTSP/1.0\r\n"
		    "User-Agent: player\r\n\r\n"),
		S("RTSP/1.0 200 OK\r\nServer: films\r\n\r\n") },
	    { { "methods", "OPTIONS" }, { "url", "rtsp://a.example/film" },
		{ "user_agent", "player" }, { "server", "films" },
		{ "status", "200" } } },
	{ "xmpp>tls", "xmpp", 5222, false, false, {
		C("<?xml version='1.0'?><stream:stream from='ann@a.example' "
		    "to=\"a.example\" xmlns='jabber:client'>"),
		S("<?xml version='1.0'?><stream:stream from='a.example' "
		    "id='1'><stream:features/>"),
		C("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
		S("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
		C("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00") },
	    { { "to", "a.example" }, { "from", "ann@a.example" },
		{ "server", "a.example" } } },
	{ "xmpp", NULL, 5222, false, false, {
		C("<stream:stream to='a.example'>"),
		C("<auth mechanism='PLAIN'>aGlkZGVu</auth>") },
	    { { "mechanism", "PLAIN" } } },
	{ "nats", NULL, 4222, false, false, {
		S("INFO {\"server_id\":\"N1\",\"version\":\"2.10.7\"}\r\n"),
		C("CONNECT {\"lang\":\"go\",\"name\": \"pump\","
		    "\"user\":\"ann\",\"pass\":\"hidden\"}\r\n") },
	    { { "server_version", "2.10.7" }, { "language", "go" },
		{ "name", "pump" }, { "user", "ann" } } },
	{ "memcached", NULL, 11211, false, false, {
		C("set key 0 60 3\r\nabc\r\n"), S("STORED\r\n") },
	    { { "command", "set" } } },
	{ "memcached", NULL, 11211, false, false, {
		C("get key\r\n"), S("VALUE key 0 3\r\nabc\r\nEND\r\n") },
	    { { "command", "get" } } },
	{ "memcached", NULL, 11211, false, false, {
		C("version\r\n"), S("VERSION 1.6.18\r\n") },
	    { { "command", "version" }, { "version", "1.6.18" } } },
	{ "memcached", NULL, 11211, false, false, {
		C("\x80\x00\x00\x03\x00\x00\x00\x00\x00\x00\x00\x03"
		    "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		    "key") }, { { "opcode", "0" } } },
	{ "memcached", NULL, 11211, true, false, {
		C("\x12\x34\x00\x00\x00\x01\x00\x00set k 0 0 1\r\na\r\n") },
	    { { "command", "set" } } },
	{ "redis", NULL, 6379, false, false, {
		C("*3\r\n$4\r\nauth\r\n$3\r\nann\r\n$6\r\nhidden\r\n"),
		S("+OK\r\n"), C("*2\r\n$3\r\nGET\r\n$4\r\nname\r\n"),
		S("$3\r\nann\r\n") },
	    { { "commands", "AUTH" }, { "user", "ann" } } },
	{ "redis", NULL, 6379, false, true, {
		C("PING\r\n"), S("+PONG\r\n") }, { { "commands", "PING" } } }
};

enum { TALKS = sizeof talks / sizeof talks[0] };

/* What is like them and is not; on their own port even. */
static const struct {
	uint16_t	port;
	bool		is_datagram;
	struct turn	turns[2];
} misses[] = {
	{ FOREIGN_PORT, false, { S("220 ready\r\n"), C("ready\r\n") } },
	{ 21, false, { S("220\x01 ftp\r\n") } },
	{ FOREIGN_PORT, false, { S("+OK\r\n"), C("QUIT\r\n") } },
	{ FOREIGN_PORT, false, { S("* OK\r\n"), C("LOGIN ann\r\n") } },
	{ FOREIGN_PORT, false, { S("200 OK\r\n"), C("USER ann\r\n") } },
	{ FOREIGN_PORT, false, { C("NICK two words\r\n") } },
	{ FOREIGN_PORT, false, { C("USER ann\r\nPASS x\r\n") } },
	{ FOREIGN_PORT, false, { S("\xff\xfb\x18\xff\x18\x18") } },
	{ 23, false, { S("\x03\x00\x00\x13") } },
	{ 79, false, { C("\x16\x03\x01\r\n") } },
	{ 43, false, { C("one\r\ntwo\r\n") } },
	{ 873, false, { S("@RSYNC: 31.0\n") } },
	{ 9418, false, { C("0031git-upload-tree /a\0") } },
	{ 9418, false, { C("00g1git-upload-pack /a\0") } },
	{ 513, false, { C("\0ann\0bob\0\0") } },
	{ 514, true, { C("<192>Oct 11 22:14:15 host su: no") } },
	{ 514, true, { C("<034>Oct 11 22:14:15 host su: no") } },
	{ FOREIGN_PORT, true, { C("<34>October 11 22:14 host su: no") } },
	{ FOREIGN_PORT, false, { C("<html><body>a long enough page") } },
	{ 5060, true, { C("OPTIONS sip:example.org SIP/3.0\r\n\r\n") } },
	{ 5060, true, { C("OPTIONS * SIP/2.0\r\n\r\n") } },
	{ 554, false, { C("OPTIONS rtsp://a.example RTSP/3.0\r\n\r\n") } },
	{ 5222, false, { C("<?xml version='1.0'?><html>") } },
	{ 4222, false, { S("INFO {\"client_id\":1}\r\n") } },
	{ FOREIGN_PORT, false, { C("set key 0 60\r\n") } },
	{ FOREIGN_PORT, false, { C("get key\r\n"), S("+OK\r\n") } },
	{ 11211, false, {
		C("\x80\x00\x00\x09\x00\x00\x00\x00\x00\x00\x00\x03"
		    "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		    "key") } },
	{ 6379, false, { C("*0\r\n$3\r\nGET\r\n") } },
	{ FOREIGN_PORT, false, { C("*1\r\n$3\r\nG\tT\r\n") } },
	{ FOREIGN_PORT, false, { C("*1\r\n$30\r\n") } }
};

static struct dissected	d;

static void
begin(const struct talk *talk, uint16_t port)
{
	dissected_init(&d, talk->is_datagram, port);
}

static void
end(void)
{
	uint32_t live;

	applications_forget(d.applications, &d.flow);
	live = dissected_live(&d);
	dissected_release(&d);
	assert_int_equal(live, 0);
}

static void
say_turn(const struct turn *turn)
{
	say(&d, turn->side, turn->text, turn->size);
}

/* Counted with the field's type, since a number has no text. */
static void
assert_fact(const struct talk *talk, const char *field, const char *value)
{
	const char *name = talk->application != NULL ? talk->application :
	    talk->name;
	const struct fact_field *one =
	    applications_at(applications_number(name))->fields;
	char digits[24];

	while (strcmp(one->name, field) != 0)
		one++;
	if (one->type != FACT_NUMBER) {
		assert_string_equal(dissected_text(&d, name, field), value);
		return;
	}
	(void)snprintf(digits, sizeof digits, "%lld",
	    (long long)dissected_number(&d, name, field));
	assert_string_equal(digits, value);
}

static void
assert_talk(const struct talk *talk)
{
	assert_string_equal(dissected_name(&d), talk->name);
	for (int i = 0; i < FACTS_MAX && talk->facts[i].field != NULL; i++)
		assert_fact(talk, talk->facts[i].field,
		    talk->facts[i].value);
}

static void
test_own_port(void **state)
{
	(void)state;
	for (int i = 0; i < TALKS; i++) {
		begin(&talks[i], talks[i].port);
		for (int k = 0; k < TURNS_MAX; k++)
			say_turn(&talks[i].turns[k]);
		assert_talk(&talks[i]);
		end();
	}
}

static void
test_foreign_port(void **state)
{
	(void)state;
	for (int i = 0; i < TALKS; i++) {
		begin(&talks[i], FOREIGN_PORT);
		for (int k = 0; k < TURNS_MAX; k++)
			say_turn(&talks[i].turns[k]);
		if (talks[i].needs_port)
			assert_string_equal(dissected_name(&d), "?");
		else
			assert_talk(&talks[i]);
		end();
	}
}

/* A stream's segments may end anywhere. */
static void
say_split(const struct talk *talk, int turn, size_t cut)
{
	begin(talk, talk->port);
	for (int k = 0; k < TURNS_MAX; k++) {
		const struct turn *t = &talk->turns[k];

		if (k != turn) {
			say_turn(t);
			continue;
		}
		say(&d, t->side, t->text, cut);
		say(&d, t->side, t->text + cut, t->size - cut);
	}
	assert_talk(talk);
	end();
}

static void
test_split(void **state)
{
	(void)state;
	for (int i = 0; i < TALKS; i++) {
		for (int k = 0; k < TURNS_MAX && !talks[i].is_datagram; k++) {
			for (size_t cut = 1; cut < talks[i].turns[k].size;
			    cut++)
				say_split(&talks[i], k, cut);
		}
	}
}

/* All that was said up to a byte: who it is, or nobody yet. */
static void
say_truncated(const struct talk *talk, int last, size_t cut)
{
	const struct turn *turn = &talk->turns[last];
	const char *name;

	begin(talk, talk->port);
	for (int k = 0; k < last; k++)
		say_turn(&talk->turns[k]);
	say_cut(&d, turn->side, turn->text, cut, turn->size);
	name = dissected_name(&d);
	if (strcmp(name, "?") != 0)
		assert_memory_equal(name, talk->name, strlen(name));
	end();
}

static void
test_truncated(void **state)
{
	(void)state;
	for (int i = 0; i < TALKS; i++) {
		for (int k = 0; k < TURNS_MAX; k++) {
			for (size_t cut = 0; cut < talks[i].turns[k].size;
			    cut++)
				say_truncated(&talks[i], k, cut);
		}
	}
}

static void
test_misses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof misses / sizeof misses[0]; i++) {
		dissected_init(&d, misses[i].is_datagram, misses[i].port);
		say_turn(&misses[i].turns[0]);
		say_turn(&misses[i].turns[1]);
		assert_string_equal(dissected_name(&d), "?");
		end();
	}
}

/* Whatever a secret fact is, none of the words "hidden" is kept. */
static void
assert_no_secret(void)
{
	struct fact fact;
	size_t offset = 0;

	while (facts_next(&d.applications->facts, d.flow.facts, &offset,
	    &fact)) {
		for (int i = 0; i + 6 <= fact.size; i++)
			assert_memory_not_equal(fact.bytes + i, "hidden", 6);
	}
}

static void
test_secrets(void **state)
{
	(void)state;
	for (int i = 0; i < TALKS; i++) {
		begin(&talks[i], talks[i].port);
		for (int k = 0; k < TURNS_MAX; k++)
			say_turn(&talks[i].turns[k]);
		assert_no_secret();
		end();
	}
}

static void
assert_expected(int index, bool is_of_client, uint16_t port)
{
	assert_true(d.expected_count > index);
	assert_int_equal(d.expected[index].number,
	    applications_number("ftp-data"));
	assert_false(d.expected[index].is_datagram);
	assert_int_equal(d.expected[index].side, is_of_client ? CLIENT_SAYS :
	    SERVER_SAYS);
	assert_int_equal(d.expected[index].port, port);
}

static void
test_ftp_data(void **state)
{
	(void)state;
	dissected_init(&d, false, 21);
	say_text(&d, SERVER_SAYS, "220 ready\r\n");
	say_text(&d, CLIENT_SAYS, "PASV\r\n");
	say_text(&d, SERVER_SAYS,
	    "227 Entering Passive Mode (192,0,2,1,200,10).\r\n");
	assert_expected(0, false, 200 << 8 | 10);
	say_text(&d, CLIENT_SAYS, "EPSV\r\n");
	say_text(&d, SERVER_SAYS, "229 Extended (|||6446|)\r\n");
	assert_expected(1, false, 6446);
	say_text(&d, CLIENT_SAYS, "PORT 192,0,2,2,4,1\r\n");
	assert_expected(2, true, 1025);
	say_text(&d, CLIENT_SAYS, "EPRT |2|2001:db8::1|5282|\r\n");
	assert_expected(3, true, 5282);
	/* Numbers that are none, too few, or too large. */
	say_text(&d, CLIENT_SAYS, "PORT 192,0,2,2,4\r\n");
	say_text(&d, CLIENT_SAYS, "PORT 192,0,2,2,4,256\r\n");
	say_text(&d, CLIENT_SAYS, "PORT 192,0,2,2,0,0\r\n");
	say_text(&d, CLIENT_SAYS, "PORT\r\nEPRT\r\nEPRT |1|a|\r\n");
	say_text(&d, CLIENT_SAYS, "EPRT |1|192.0.2.1|65536|\r\n");
	assert_int_equal(d.expected_count, 4);
	end();
}

/* Bytes that are not there are no end of a control connection. */
static void
test_ftp_gap(void **state)
{
	(void)state;
	dissected_init(&d, false, 21);
	say_text(&d, SERVER_SAYS, "220 ready\r\n");
	say_text(&d, CLIENT_SAYS, "USER ann\r\nPASS hid");
	say_lost(&d, CLIENT_SAYS, 2);
	say_text(&d, CLIENT_SAYS, "den\r\nPORT 192,0,2,2,4,1\r\n");
	assert_expected(0, true, 1025);
	assert_no_secret();
	end();
}

/* The middle of a conversation, on its own port. */
static void
test_joined(void **state)
{
	(void)state;
	dissected_init(&d, false, 21);
	d.is_joined = true;
	say_text(&d, SERVER_SAYS, "226 done\r\n");
	assert_string_equal(dissected_name(&d), "ftp");
	dissected_restart(&d, false, FOREIGN_PORT);
	say_text(&d, SERVER_SAYS, "226 done\r\n");
	assert_string_equal(dissected_name(&d), "?");
	end();
}

static void
test_mail_host_called_ftp(void **state)
{
	(void)state;
	dissected_init(&d, false, FOREIGN_PORT);
	say_text(&d, SERVER_SAYS, "220 ftp.example ESMTP\r\n");
	assert_string_equal(dissected_name(&d), "smtp");
	end();
}

/* A redis value that is not looked at, over several segments. */
static void
test_redis_long(void **state)
{
	static const char zeros[2000];

	(void)state;
	dissected_init(&d, false, FOREIGN_PORT);
	say_text(&d, CLIENT_SAYS, "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$3000\r\n");
	say(&d, CLIENT_SAYS, zeros, 2000);
	say(&d, CLIENT_SAYS, zeros, 1000);
	say_text(&d, CLIENT_SAYS, "\r\n*1\r\n$4\r\nQUIT\r\n");
	assert_int_equal(d.flow.is_done, false);
	assert_int_equal(d.flow.buffer[CLIENT_SAYS], 0);
	assert_string_equal(dissected_text(&d, "redis", "commands"), "SET");
	end();
}

static uint32_t
random_next(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* Lines of random letters are nobody's, but where the port is enough. */
static void
test_random_lines(void **state)
{
	uint32_t seed = 20261124;

	(void)state;
	dissected_init(&d, false, FOREIGN_PORT);
	for (int i = 0; i < RANDOM; i++) {
		char line[64];
		size_t size = 1 + random_next(&seed) % 60;

		for (size_t k = 0; k < size; k++)
			line[k] = (char)(' ' + random_next(&seed) % 95);
		memcpy(line + size, "\r\n", 2);
		dissected_restart(&d, false, FOREIGN_PORT);
		say(&d, random_next(&seed) % 2 == 0 ? CLIENT_SAYS :
		    SERVER_SAYS, line, size + 2);
		assert_string_equal(dissected_name(&d), "?");
	}
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own_port),
		cmocka_unit_test(test_foreign_port),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_misses),
		cmocka_unit_test(test_secrets),
		cmocka_unit_test(test_ftp_data),
		cmocka_unit_test(test_ftp_gap),
		cmocka_unit_test(test_joined),
		cmocka_unit_test(test_mail_host_called_ftp),
		cmocka_unit_test(test_redis_long),
		cmocka_unit_test(test_random_lines)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
