/*
 * Dissectors of databases, directories, file services and routing: what each
 * makes of bytes made by hand, whole, in two parts at every place, and cut
 * off at every place.
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

enum { SPEECHES_MAX = 4, FACTS_MAX = 5, FOREIGN_PORT = 48100,
	NAME_PORT = 137 };

struct speech {
	enum dissected_side	 side;
	const char		*bytes;
	size_t			 size;
};

/* A fact is a text, or else a number. */
struct told {
	const char	*field;
	const char	*text;
	int64_t		 number;
};

struct sample {
	const char	*application;
	const char	*name;		/* with what it carries */
	bool		 is_datagram;
	uint16_t	 port;
	struct speech	 speeches[SPEECHES_MAX];
	struct told	 facts[FACTS_MAX];
};

#define CLIENT(bytes) { CLIENT_SAYS, bytes, sizeof bytes - 1 }
#define SERVER(bytes) { SERVER_SAYS, bytes, sizeof bytes - 1 }
#define ZEROS_8 "\0\0\0\0\0\0\0\0"
#define MARKER "\xff\xff\xff\xff\xff\xff\xff\xff"			\
	"\xff\xff\xff\xff\xff\xff\xff\xff"
#define CODED_NAME "\x20" "EGEJEMEFFDFCFGCACACACACACACACACA" "\0"
#define CODED_SOURCE "\x20" "EGFCEPEOFECACACACACACACACACACAAA" "\0"

static const char mysql_greeting[] = "\x2b\0\0\0" "\x0a" "8.0.36\0"
	"\x01\0\0\0" "saltsalt\0" "\xff\xff\x21\x02\0\xff\xdf\x15"
	ZEROS_8 "\0\0" "\0\0\0\0";
static const char mysql_login[] = "\x2e\0\0\x01" "\x0d\xa2\0\0" "\0\0\0\x01"
	"\x21" ZEROS_8 ZEROS_8 "\0\0\0\0\0\0\0" "alice\0" "\x02" "xy" "shop\0";
static const char mysql_tls[] = "\x20\0\0\x01" "\x0d\xaa\0\0" "\0\0\0\x01"
	"\x21" ZEROS_8 ZEROS_8 "\0\0\0\0\0\0\0";
static const char tns_connect[] = "\0\xa2\0\0\x01\0\0\0" "\x01\x3b\x01\x2c"
	"\0\0\x20\0\x7f\xff\x4f\x98\0\0\0\x01" "\0\x68\0\x3a" ZEROS_8 ZEROS_8
	ZEROS_8 "\0\0\0\0\0\0\0\0"
	"(DESCRIPTION=(CONNECT_DATA=(SERVICE_NAME=orcl)"
	"(CID=(PROGRAM=sqlplus)(HOST=desk)(USER=bob)))ADDRESS=())";
static const char tns_refuse[] = "\0\x2b\0\0\x04\0\0\0" "\x22\0\0\x1f"
	"(DESCRIPTION=(ERR=12514)(XYZ=))";
static const char postgresql_tls[] = "\0\0\0\x08" "\x04\xd2\x16\x2f";
static const char postgresql_startup[] = "\0\0\0\x22" "\0\x03\0\0"
	"user\0alice\0database\0shop\0\0";
static const char postgresql_welcome[] = "R\0\0\0\x08\0\0\0\0"
	"S\0\0\0\x18server_version\0" "15.6\0" "Z\0\0\0\x05I";
static const char tds_prelogin[] = "\x12\x01\0\x1a\0\0\0\0" "\0\0\x0b\0\x06"
	"\x01\0\x11\0\x01" "\xff" "\x0b\0\x0c\x38\0\0" "\0";
static const char tds_answer[] = "\x04\x01\0\x1a\0\0\x01\0" "\0\0\x0b\0\x06"
	"\x01\0\x11\0\x01" "\xff" "\x10\0\x07\xd0\0\0" "\x02";
static const char tds_login[] = "\x10\x01\0\x6c\0\0\x01\0" "\x64\0\0\0"
	"\x04\0\0\x74" ZEROS_8 ZEROS_8 ZEROS_8 "\0\0\0\0"
	"\x56\0\x02\0" "\x5a\0\x02\0" "\x5e\0\x01\0" "\x60\0\x01\0" ZEROS_8
	ZEROS_8 "\x62\0\x01\0" "\0\0\0\0\0\0" ZEROS_8
	"p\0c\0" "s\0a\0" "?\0" "a\0" "d\0";
static const char mongodb_msg[] = "\x34\0\0\0\x01\0\0\0\0\0\0\0\xdd\x07\0\0"
	"\0\0\0\0" "\0" "\x1f\0\0\0" "\x10hello\0\x01\0\0\0"
	"\x02$db\0\x06\0\0\0admin\0" "\0";
static const char mongodb_query[] = "\x3a\0\0\0\x01\0\0\0\0\0\0\0\xd4\x07\0\0"
	"\0\0\0\0" "admin.$cmd\0" "\0\0\0\0\xff\xff\xff\xff"
	"\x13\0\0\0" "\x10ismaster\0\x01\0\0\0" "\0";
static const char cassandra_options[] = "\x04\0\0\x01\x05\0\0\0\0";
static const char cassandra_startup[] = "\x04\0\0\x02\x01\0\0\0\x16"
	"\0\x01" "\0\x0b" "CQL_VERSION" "\0\x05" "3.0.0";
static const char smb_negotiate[] = "\0\0\0\x28" "\xffSMB" "\x72\0\0\0\0\x18"
	"\x01\x28\0\0" ZEROS_8 "\0\0\0\0\0\0\0\0\0\0" "\0" "\x05\0"
	"\x02ZZ\0" "\x02";
static const char smb_negotiate_1[] = "\0\0\0\x2f" "\xffSMB"
	"\x72\0\0\0\0\x18\x01\x28\0\0" ZEROS_8 "\0\0\0\0\0\0\0\0\0\0" "\0"
	"\x0c\0" "\x02NT LM 0.12\0";
static const char smb_choice_1[] = "\0\0\0\x25" "\xffSMB"
	"\x72\0\0\0\0\x98\x01\x28\0\0" ZEROS_8 "\0\0\0\0\0\0\0\0\0\0" "\x01"
	"\0\0" "\0\0";
static const char smb_choice_2[] = "\0\0\0\x46" "\xfeSMB" "\x40\0\0\0"
	"\0\0\0\0" "\0\0\x01\0" "\x01\0\0\0" "\0\0\0\0" ZEROS_8 ZEROS_8
	ZEROS_8 ZEROS_8 ZEROS_8 "\x41\0" "\x03\0" "\x11\x03";
static const char smb_tree_2[] = "\0\0\0\x54" "\xfeSMB" "\x40\0\0\0"
	"\0\0\0\0" "\x03\0\x01\0" "\0\0\0\0" "\0\0\0\0" ZEROS_8 ZEROS_8
	ZEROS_8 ZEROS_8 ZEROS_8 "\x09\0" "\0\0" "\x48\0\x0c\0"
	"\\\0\\\0a\0\\\0b\0c\0";
static const char netbios_query[] = "\x12\x34\x01\x10\0\x01\0\0\0\0\0\0"
	CODED_NAME "\0\x20\0\x01";
static const char netbios_answer[] = "\x12\x34\x85\0\0\0\0\x01\0\0\0\0"
	CODED_NAME "\0\x20\0\x01\0\x04\x93\xe0\0\x06\0\0\xc0\0\x02\x09";
static const char netbios_datagram[] = "\x11\x02\x12\x34\xc0\0\x02\x01\0\x8a"
	"\0\x48\0\0" CODED_SOURCE CODED_NAME "data";
static const char netbios_call[] = "\x81\0\0\x44" CODED_NAME CODED_SOURCE;
static const char netbios_accept[] = "\x82\0\0\0";
static const char dcerpc_bind[] = "\x05\0\x0b\x03\x10\0\0\0\x48\0\0\0\x01\0"
	"\0\0" "\xb8\x10\xb8\x10\0\0\0\0" "\x01\0\0\0" "\0\0\x01\0"
	"\x08\x83\xaf\xe1\x1f\x5d\xc9\x11\x91\xa4\x08\0\x2b\x14\xa0\xfa"
	"\x03\0\0\0"
	"\x04\x5d\x88\x8a\xeb\x1c\xc9\x11\x9f\xe8\x08\0\x2b\x10\x48\x60"
	"\x02\0\0\0";
static const char dcerpc_request[] = "\x05\0\0\x03\x10\0\0\0\x18\0\0\0\x02\0"
	"\0\0" "\0\0\0\0\0\0\x03\0";
static const char dcerpc_datagram[] = "\x04\0\x20\0\x10\0\0\0" ZEROS_8
	ZEROS_8
	"\x01\0\xa0\xde\x97\x6c\xd1\x11\x82\x71\0\xa0\x24\x42\xdf\x7d"
	ZEROS_8 ZEROS_8 "\0\0\0\0\x01\0\0\0\0\0\0\0" "\x04\0\xff\xff\xff\xff"
	"\x02\0" "\0\0\0\0" "hi";
static const char kerberos_request[] = "\x6a\x53\x30\x51" "\xa1\x03\x02\x01"
	"\x05" "\xa2\x03\x02\x01\x0a" "\xa4\x45\x30\x43"
	"\xa0\x07\x03\x05\0\0\0\0\0" "\xa1\x12\x30\x10\xa0\x03\x02\x01\x01"
	"\xa1\x09\x30\x07\x1b\x05" "alice" "\xa2\x09\x1b\x07" "EX.TEST"
	"\xa3\x19\x30\x17\xa0\x03\x02\x01\x02\xa1\x10\x30\x0e\x1b\x06"
	"krbtgt" "\x1b\x04" "EX.T";
static const char kerberos_error[] = "\x7e\x2c\x30\x2a" "\xa0\x03\x02\x01"
	"\x05" "\xa1\x03\x02\x01\x1e" "\xa4\x11\x18\x0f" "20240101000000Z"
	"\xa6\x03\x02\x01\x19" "\xa9\x04\x1b\x02" "EX";
static const char ldap_bind[] = "\x30\x1a\x02\x01\x01\x60\x15\x02\x01\x03"
	"\x04\x08" "cn=alice" "\x80\x06" "secret";
static const char ldap_bound[] = "\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\0"
	"\x04\0\x04\0";
static const char ldap_start_tls[] = "\x30\x1d\x02\x01\x01\x77\x18\x80\x16"
	"1.3.6.1.4.1.1466.20037";
static const char ldap_started[] = "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\0"
	"\x04\0\x04\0";
static const char ldap_search[] = "\x30\x22\x02\x01\x02\x63\x1d"
	"\x04\x07" "dc=test" "\x0a\x01\x02\x0a\x01\0\x02\x01\0\x02\x01\0"
	"\x01\x01\0" "\x87\x01" "a" "\x30\0";
static const char radius_request[] = "\x01\x07\0\x31" ZEROS_8 ZEROS_8
	"\x01\x07" "alice" "\x02\x10" ZEROS_8 "\x01\x02\x03\x04\x05\x06"
	"\x04\x06\xc0\0\x02\x01";
static const char radius_accept[] = "\x02\x07\0\x1a" ZEROS_8 ZEROS_8
	"\x08\x06\xc0\0\x02\x63";
static const char diameter_request[] = "\x01\0\0\x34\x80\0\x01\x01" "\0\0\0\0"
	"\0\0\0\x01\0\0\0\x02" "\0\0\x01\x08\x40\0\0\x10" "client.a"
	"\0\0\x01\x28\x40\0\0\x0d" "realm\0\0\0";
static const char diameter_answer[] = "\x01\0\0\x30\0\0\x01\x01" "\0\0\0\0"
	"\0\0\0\x01\0\0\0\x02" "\0\0\x01\x0c\x40\0\0\x0c\0\0\x07\xd1"
	"\0\0\x01\x08\x40\0\0\x10" "server.b";
static const char bgp_open[] = MARKER "\0\x25\x01" "\x04\x5b\xa0\0\xb4"
	"\xc0\0\x02\x01" "\x08" "\x02\x06\x41\x04\0\x01\x11\x70";
static const char bgp_open_back[] = MARKER "\0\x1d\x01" "\x04\xfe\x4c\0\xb4"
	"\xc0\0\x02\x02" "\0";
static const char bgp_end[] = MARKER "\0\x15\x03\x06\x02";
static const char nfs_call[] = "\x80\0\0\x3c" "\0\0\0\x11" "\0\0\0\0"
	"\0\0\0\x02" "\0\x01\x86\xa3" "\0\0\0\x03" "\0\0\0\x01"
	"\0\0\0\x01" "\0\0\0\x14" "\0\0\0\x09" "\0\0\0\x05" "desk1\0\0\0"
	"\0\0\0\0" "\0\0\0\0\0\0\0\0";
static const char rpc_getport[] = "\0\0\0\x11" "\0\0\0\0" "\0\0\0\x02"
	"\0\x01\x86\xa0" "\0\0\0\x02" "\0\0\0\x03" ZEROS_8 ZEROS_8
	"\0\x01\x86\xa3" "\0\0\0\x03" "\0\0\0\x06" "\0\0\0\0";
static const char rpc_port[] = "\0\0\0\x11" "\0\0\0\x01" "\0\0\0\0" ZEROS_8
	"\0\0\0\0" "\0\0\x08\x01";

static const struct sample samples[] = {
	{ "mysql", "mysql", false, 3306,
	    { SERVER(mysql_greeting), CLIENT(mysql_login) },
	    { { "server", "8.0.36", 0 }, { "user", "alice", 0 },
	    { "database", "shop", 0 } } },
	{ "mysql", "mysql>tls", false, 3306,
	    { SERVER(mysql_greeting), CLIENT(mysql_tls) },
	    { { "server", "8.0.36", 0 } } },
	{ "tns", "tns", false, 1521,
	    { CLIENT(tns_connect), SERVER(tns_refuse) },
	    { { "service_name", "orcl", 0 }, { "host", "desk", 0 },
	    { "program", "sqlplus", 0 }, { "version", NULL, 315 },
	    { "error", "12514", 0 } } },
	{ "postgresql", "postgresql", false, 5432,
	    { CLIENT(postgresql_tls), SERVER("N"),
	    CLIENT(postgresql_startup), SERVER(postgresql_welcome) },
	    { { "user", "alice", 0 }, { "database", "shop", 0 },
	    { "server", "15.6", 0 } } },
	{ "postgresql", "postgresql", false, 5432,
	    { CLIENT(postgresql_startup) }, { { "user", "alice", 0 } } },
	{ "postgresql", "postgresql>tls", false, 5432,
	    { CLIENT(postgresql_tls), SERVER("S") }, { { 0 } } },
	{ "tds", "tds", false, 1433,
	    { CLIENT(tds_prelogin), SERVER(tds_answer), CLIENT(tds_login) },
	    { { "host", "pc", 0 }, { "user", "sa", 0 },
	    { "database", "d", 0 }, { "version", "16.0.2000", 0 },
	    { "encryption", "unsupported", 0 } } },
	{ "mongodb", "mongodb", false, 27017, { CLIENT(mongodb_msg) },
	    { { "database", "admin", 0 }, { "commands", "hello", 0 } } },
	{ "mongodb", "mongodb", false, 27017, { CLIENT(mongodb_query) },
	    { { "database", "admin", 0 }, { "commands", "ismaster", 0 } } },
	{ "cassandra", "cassandra", false, 9042,
	    { CLIENT(cassandra_options), CLIENT(cassandra_startup) },
	    { { "protocol", NULL, 4 }, { "cql", "3.0.0", 0 } } },
	{ "smb", "smb", false, 445,
	    { CLIENT(smb_negotiate_1), SERVER(smb_choice_1) },
	    { { "dialect", "NT LM 0.12", 0 } } },
	{ "smb", "smb", false, 445,
	    { CLIENT(smb_negotiate), SERVER(smb_choice_2),
	    CLIENT(smb_tree_2) },
	    { { "dialect", "3.1.1", 0 }, { "signing_required", NULL, 1 },
	    { "shares", "\\\\a\\bc", 0 } } },
	{ "netbios", "netbios", true, NAME_PORT,
	    { CLIENT(netbios_query), SERVER(netbios_answer) },
	    { { "name", "FILESRV", 0 }, { "suffix", NULL, 32 },
	    { "addresses", "192.0.2.9", 0 } } },
	{ "netbios", "netbios", true, 138, { CLIENT(netbios_datagram) },
	    { { "name", "FILESRV", 0 }, { "source", "FRONT", 0 } } },
	{ "netbios", "netbios>smb", false, 139,
	    { CLIENT(netbios_call), SERVER(netbios_accept),
	    CLIENT(smb_negotiate_1) },
	    { { "name", "FILESRV", 0 }, { "source", "FRONT", 0 } } },
	{ "dcerpc", "dcerpc", false, 135,
	    { CLIENT(dcerpc_bind), CLIENT(dcerpc_request) },
	    { { "interfaces", "epmapper", 0 }, { "operation", NULL, 3 } } },
	{ "dcerpc", "dcerpc", true, 34964, { CLIENT(dcerpc_datagram) },
	    { { "interfaces", "profinet-device", 0 },
	    { "operation", NULL, 4 } } },
	{ "kerberos", "kerberos", true, 88,
	    { CLIENT(kerberos_request), SERVER(kerberos_error) },
	    { { "client", "alice", 0 }, { "realm", "EX.TEST", 0 },
	    { "service", "krbtgt/EX.T", 0 }, { "messages", "AS-REQ", 0 },
	    { "error", NULL, 25 } } },
	{ "ldap", "ldap", false, 389,
	    { CLIENT(ldap_bind), SERVER(ldap_bound), CLIENT(ldap_search) },
	    { { "version", NULL, 3 }, { "user", "cn=alice", 0 },
	    { "mechanism", "simple", 0 }, { "result", NULL, 0 },
	    { "base", "dc=test", 0 } } },
	{ "ldap", "ldap>tls", false, 389,
	    { CLIENT(ldap_start_tls), SERVER(ldap_started) }, { { 0 } } },
	{ "radius", "radius", true, 1812,
	    { CLIENT(radius_request), SERVER(radius_accept) },
	    { { "user", "alice", 0 }, { "nas", "192.0.2.1", 0 },
	    { "address", "192.0.2.99", 0 }, { "result", "accept", 0 } } },
	{ "diameter", "diameter", false, 3868,
	    { CLIENT(diameter_request), SERVER(diameter_answer) },
	    { { "host", "client.a", 0 }, { "realm", "realm", 0 },
	    { "server_host", "server.b", 0 }, { "result", NULL, 2001 } } },
	{ "bgp", "bgp", false, 179,
	    { CLIENT(bgp_open), SERVER(bgp_open_back), SERVER(bgp_end) },
	    { { "as", NULL, 70000 }, { "router_id", "192.0.2.1", 0 },
	    { "peer_as", NULL, 65100 }, { "peer_router_id", "192.0.2.2", 0 },
	    { "error", "6/2", 0 } } },
	{ "nfs", "nfs", false, 2049, { CLIENT(nfs_call) },
	    { { "program", "nfs", 0 }, { "version", NULL, 3 },
	    { "procedures", "getattr", 0 }, { "machine", "desk1", 0 },
	    { "calls", NULL, 1 } } },
	{ "rpc", "rpc", true, 111,
	    { CLIENT(rpc_getport), SERVER(rpc_port) },
	    { { "program", "portmap", 0 }, { "procedures", "getport", 0 } } }
};

static struct dissected d;

static void
say_speech(const struct speech *s)
{
	say(&d, s->side, s->bytes, s->size);
}

static void
assert_facts(const struct sample *sample)
{
	for (int i = 0; i < FACTS_MAX && sample->facts[i].field != NULL;
	    i++) {
		const struct told *told = &sample->facts[i];

		if (told->text != NULL)
			assert_string_equal(dissected_text(&d,
			    sample->application, told->field), told->text);
		else
			assert_int_equal(dissected_number(&d,
			    sample->application, told->field), told->number);
	}
}

static void
say_all(const struct sample *sample, uint16_t port)
{
	dissected_init(&d, sample->is_datagram, port);
	for (int i = 0; i < SPEECHES_MAX && sample->speeches[i].size > 0; i++)
		say_speech(&sample->speeches[i]);
	assert_string_equal(dissected_name(&d), sample->name);
	assert_facts(sample);
	dissected_release(&d);
}

/*
 * On a port of their own and on a foreign one, where a question for a name of
 * NetBIOS is one of DNS.
 */
static void
test_samples(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
		say_all(&samples[i], samples[i].port);
		if (samples[i].port != NAME_PORT)
			say_all(&samples[i], FOREIGN_PORT);
	}
}

/* The speech in two segments, at every place. */
static void
test_segments(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
		const struct sample *sample = &samples[i];
		const struct speech *first = &sample->speeches[0];

		if (sample->is_datagram)
			continue;
		for (size_t cut = 1; cut < first->size; cut++) {
			dissected_init(&d, false, sample->port);
			say(&d, first->side, first->bytes, cut);
			say(&d, first->side, first->bytes + cut,
			    first->size - cut);
			for (int n = 1; n < SPEECHES_MAX &&
			    sample->speeches[n].size > 0; n++)
				say_speech(&sample->speeches[n]);
			assert_string_equal(dissected_name(&d),
			    sample->name);
			assert_facts(sample);
			dissected_release(&d);
		}
	}
}

/* Each speech cut off at every place: nobody else is recognised in it. */
static void
test_cut_off(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
		const struct sample *sample = &samples[i];

		for (int n = 0; n < SPEECHES_MAX &&
		    sample->speeches[n].size > 0; n++) {
			const struct speech *last = &sample->speeches[n];

			for (size_t cut = 1; cut < last->size; cut++) {
				dissected_init(&d, sample->is_datagram,
				    sample->port);
				for (int k = 0; k < n; k++)
					say_speech(&sample->speeches[k]);
				say_cut(&d, last->side, last->bytes, cut,
				    sample->is_datagram ? last->size : cut);
				if (d.flow.outer != 0)
					assert_string_equal(applications_at(
					    d.flow.outer)->name,
					    sample->application);
				dissected_release(&d);
			}
		}
	}
}

/* A byte that decides is another: nobody is recognised. */
static void
test_near_misses(void **state)
{
	static const struct { bool is_datagram; struct speech speech;
	    size_t at; char byte; } misses[] = {
		{ false, SERVER(mysql_greeting), 4, 9 },
		{ false, CLIENT(mysql_login), 20, 1 },
		{ false, CLIENT(tns_connect), 8, 2 },
		{ false, CLIENT(postgresql_startup), 5, 2 },
		{ false, CLIENT(tds_prelogin), 8, 1 },
		{ false, CLIENT(mongodb_query), 13, 6 },
		{ false, CLIENT(cassandra_startup), 4, 2 },
		{ false, CLIENT(smb_negotiate), 4, 'x' },
		{ false, CLIENT(netbios_call), 20, 'Q' },
		{ false, CLIENT(dcerpc_bind), 0, 6 },
		{ true, CLIENT(dcerpc_datagram), 74, 3 },
		{ true, CLIENT(kerberos_request), 8, 4 },
		{ false, CLIENT(ldap_bind), 9, 9 },
		{ true, CLIENT(radius_request), 21, 9 },
		{ false, CLIENT(diameter_request), 4, 1 },
		{ false, CLIENT(bgp_open), 15, 0 },
		{ false, CLIENT(nfs_call), 15, 3 },
		{ true, CLIENT(rpc_getport), 11, 3 }
	};
	char bytes[256];

	(void)state;
	for (size_t i = 0; i < sizeof misses / sizeof misses[0]; i++) {
		const struct speech *s = &misses[i].speech;

		assert_true(s->size <= sizeof bytes);
		memcpy(bytes, s->bytes, s->size);
		bytes[misses[i].at] = misses[i].byte;
		dissected_init(&d, misses[i].is_datagram, FOREIGN_PORT);
		say(&d, s->side, bytes, s->size);
		assert_string_equal(dissected_name(&d), "?");
		dissected_release(&d);
	}
}

/* The port mapper announces the flow to the port that it names. */
static void
test_expected(void **state)
{
	(void)state;
	dissected_init(&d, true, 111);
	say(&d, CLIENT_SAYS, rpc_getport, sizeof rpc_getport - 1);
	say(&d, SERVER_SAYS, rpc_port, sizeof rpc_port - 1);
	assert_int_equal(d.expected_count, 1);
	assert_int_equal(d.expected[0].port, 2049);
	assert_int_equal(d.expected[0].side, SERVER_SAYS);
	assert_false(d.expected[0].is_datagram);
	assert_int_equal(d.expected[0].number, applications_number("nfs"));
	dissected_release(&d);
}

/* Over TCP, Kerberos has its size before it. */
static void
test_kerberos_stream(void **state)
{
	char bytes[sizeof kerberos_request + 3] = { 0 };

	(void)state;
	bytes[3] = sizeof kerberos_request - 1;
	memcpy(bytes + 4, kerberos_request, sizeof kerberos_request - 1);
	dissected_init(&d, false, 88);
	say(&d, CLIENT_SAYS, bytes, sizeof bytes);
	assert_string_equal(dissected_name(&d), "kerberos");
	assert_string_equal(dissected_text(&d, "kerberos", "client"),
	    "alice");
	dissected_release(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_segments),
		cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_near_misses),
		cmocka_unit_test(test_expected),
		cmocka_unit_test(test_kerberos_stream)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
