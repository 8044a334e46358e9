/*
 * Service names by port: what the registry and our own table say, and what a
 * user's file may change or is refused for.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dissect/services.h"
#include "packet/packet.h"

static int	failures;

static void	expect_name(uint8_t protocol, uint16_t port,
		    const char *wanted);
static int	load_text(const void *text, size_t size, struct error *);
static void	expect_refused(const char *text, size_t size,
		    const char *message);
static void	test_classes(void);
static void	test_built_in(void);
static void	test_file(void);
static void	test_bad_files(void);
static void	test_too_many_names(void);

int
main(void)
{
	test_classes();
	test_built_in();
	test_file();
	test_bad_files();
	test_too_many_names();
	return failures == 0 ? 0 : 1;
}

static void
expect_name(uint8_t protocol, uint16_t port, const char *wanted)
{
	const char *name = services_name(protocol, port);

	if (wanted == NULL && name == NULL)
		return;
	if (wanted != NULL && name != NULL && strcmp(name, wanted) == 0)
		return;
	fprintf(stderr, "protocol %d, port %d: %s, expected %s\n", protocol,
	    port, name == NULL ? "nothing" : name,
	    wanted == NULL ? "nothing" : wanted);
	failures++;
}

/* Writes the text into a file for the time of the load. */
static int
load_text(const void *text, size_t size, struct error *error)
{
	char path[] = "services-XXXXXX";
	int descriptor = mkstemp(path), result;

	if (descriptor < 0 ||
	    write(descriptor, text, size) != (ssize_t)size) {
		perror(path);
		exit(99);
	}
	(void)close(descriptor);
	result = services_load(path, error);
	(void)unlink(path);
	return result;
}

/* The message ends so; the file's own name, before it, is made up. */
static void
expect_refused(const char *text, size_t size, const char *message)
{
	struct error error = { .text = "nothing" };
	size_t length = strlen(message), got;

	if (load_text(text, size, &error) == -1) {
		got = strlen(error.text);
		if (got > length && strncmp(error.text, "services-", 9) == 0 &&
		    strcmp(&error.text[got - length], message) == 0)
			return;
	}
	fprintf(stderr, "got '%s', expected '%s'\n", error.text, message);
	failures++;
}

static void
test_classes(void)
{
	static const struct {
		uint16_t	 port;
		const char	*name;
	} rows[] = {
		{ 0, "well-known" }, { 1023, "well-known" },
		{ 1024, "registered" }, { 49151, "registered" },
		{ 49152, "dynamic" }, { 65535, "dynamic" }
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *name =
		    services_class_name(services_class(rows[i].port));

		if (strcmp(name, rows[i].name) == 0)
			continue;
		fprintf(stderr, "class of %d: %s\n", rows[i].port, name);
		failures++;
	}
}

static void
test_built_in(void)
{
	static const struct {
		uint8_t		 protocol;
		uint16_t	 port;
		const char	*name;
	} rows[] = {
		{ PROTOCOL_TCP, 20, "ftp-data" }, { PROTOCOL_TCP, 21, "ftp" },
		{ PROTOCOL_TCP, 22, "ssh" }, { PROTOCOL_TCP, 23, "telnet" },
		{ PROTOCOL_TCP, 25, "smtp" }, { PROTOCOL_TCP, 53, "dns" },
		{ PROTOCOL_UDP, 53, "dns" }, { PROTOCOL_UDP, 67, "dhcp" },
		{ PROTOCOL_UDP, 68, "dhcp" }, { PROTOCOL_UDP, 69, "tftp" },
		{ PROTOCOL_TCP, 80, "http" }, { PROTOCOL_TCP, 88, "kerberos" },
		{ PROTOCOL_TCP, 110, "pop3" }, { PROTOCOL_UDP, 123, "ntp" },
		{ PROTOCOL_TCP, 143, "imap" }, { PROTOCOL_UDP, 161, "snmp" },
		{ PROTOCOL_UDP, 162, "snmptrap" },
		{ PROTOCOL_TCP, 389, "ldap" }, { PROTOCOL_TCP, 443, "https" },
		{ PROTOCOL_UDP, 443, "https" },
		{ PROTOCOL_SCTP, 443, "https" },
		{ PROTOCOL_TCP, 1521, "oracle" },
		{ PROTOCOL_TCP, 3306, "mysql" }, { PROTOCOL_TCP, 3389, "rdp" },
		{ PROTOCOL_UDP, 3389, "rdp" }, { PROTOCOL_UDP, 4789, "vxlan" },
		{ PROTOCOL_UDP, 6081, "geneve" },
		{ PROTOCOL_TCP, 5432, "postgresql" },
		{ PROTOCOL_TCP, 6379, "redis" },
		{ PROTOCOL_TCP, 8080, "http-alt" },
		{ PROTOCOL_TCP, 8081, "sunproxyadmin" },
		{ PROTOCOL_TCP, 9092, "kafka" },
		{ PROTOCOL_TCP, 11211, "memcached" },
		{ PROTOCOL_TCP, 27017, "mongodb" },
		{ PROTOCOL_UDP, 51820, "wireguard" },
		{ PROTOCOL_TCP, 6063, "x11" },	/* the end of a range */
		{ PROTOCOL_TCP, 51820, NULL }, { PROTOCOL_DCCP, 9, "discard" },
		{ PROTOCOL_DCCP, 80, NULL }, { PROTOCOL_SCTP, 2905, "m3ua" },
		{ PROTOCOL_UDPLITE, 53, "dns" }, { PROTOCOL_TCP, 0, NULL },
		{ PROTOCOL_TCP, 65535, NULL }, { PROTOCOL_ICMP, 8, NULL },
		{ PROTOCOL_GRE, 80, NULL }
	};
	struct error error;

	if (services_load(NULL, &error) != 0) {
		fprintf(stderr, "built-in: %s\n", error.text);
		failures++;
	}
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		expect_name(rows[i].protocol, rows[i].port, rows[i].name);
}

static void
test_file(void)
{
	static const char text[] =
	    "# ours\n"
	    "\n"
	    "   \t\n"
	    "billing\t\t8081/tcp\tinvoices bills\t# in the cellar\n"
	    "meter 50000/udp#next to it\r\n"
	    "rtmp 1/ddp\n"
	    "first 7777/sctp\n"
	    "last 7777/sctp\n"
	    "low 0/tcp\n"
	    "high 65535/dccp";
	struct error error;
	const char *kept;

	if (load_text(text, sizeof text - 1, &error) != 0) {
		fprintf(stderr, "good file: %s\n", error.text);
		failures++;
		return;
	}
	expect_name(PROTOCOL_TCP, 8081, "billing");
	expect_name(PROTOCOL_UDP, 8081, "sunproxyadmin");
	expect_name(PROTOCOL_UDP, 50000, "meter");
	expect_name(PROTOCOL_TCP, 1, "tcpmux");
	expect_name(PROTOCOL_SCTP, 7777, "last");
	expect_name(PROTOCOL_TCP, 0, "low");
	expect_name(PROTOCOL_DCCP, 65535, "high");
	expect_name(PROTOCOL_TCP, 22, "ssh");

	/* Loading again starts afresh, and earlier names stay readable. */
	kept = services_name(PROTOCOL_TCP, 8081);
	if (services_load(NULL, &error) != 0)
		failures++;
	expect_name(PROTOCOL_TCP, 8081, "sunproxyadmin");
	if (strcmp(kept, "billing") != 0)
		failures++;
}

static void
test_bad_files(void)
{
	static const struct {
		const char	*text;
		const char	*message;
	} rows[] = {
		{ "ssh 22/tcp\nhttp\n", ":2: no port after 'http'" },
		{ "http 80\n",
		    ":1: no protocol after the port (as in 80/tcp)" },
		{ "http 80/tpc\n", ":1: unknown protocol after 80/ "
		    "(tcp udp sctp dccp)" },
		{ "http 80/\n", ":1: unknown protocol after 80/ "
		    "(tcp udp sctp dccp)" },
		{ "\n\nhttp 65536/tcp\n", ":3: not a port from 0 to 65535" },
		{ "http -1/tcp\n", ":1: not a port from 0 to 65535" },
		{ "http 80x/tcp\n", ":1: not a port from 0 to 65535" },
		{ "http /tcp\n", ":1: not a port from 0 to 65535" },
		{ "h\033[2J 80/tcp\n",
		    ":1: not a name of 1 to 63 printable characters" },
		{ "a2345678901234567890123456789012345678901234567890"
		    "12345678901234 80/tcp\n",
		    ":1: not a name of 1 to 63 printable characters" }
	};
	static const char zero[] = "ssh 22/tcp\nht\0tp 80/tcp\n";
	struct error error = { .text = "nothing" };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		expect_refused(rows[i].text, strlen(rows[i].text),
		    rows[i].message);
	expect_refused(zero, sizeof zero - 1,
	    ":2: a zero byte: not a text file");

	if (services_load("no-such-file", &error) != -1 ||
	    strcmp(error.text, "cannot open 'no-such-file': no such file")
	    != 0) {
		fprintf(stderr, "missing file: %s\n", error.text);
		failures++;
	}
	if (services_load("/", &error) != -1 ||
	    strcmp(error.text, "cannot read '/': it is a directory") != 0) {
		fprintf(stderr, "directory: %s\n", error.text);
		failures++;
	}
}

/* Numbers of names have 16 bits: a file that needs more is refused. */
static void
test_too_many_names(void)
{
	enum { LINES = 65536, LINE_SIZE = sizeof "n00000 00000/tcp\n" };
	char *text = malloc((size_t)LINES * LINE_SIZE);
	struct error error = { .text = "nothing" };
	size_t size = 0;

	if (text == NULL)
		exit(99);
	for (int port = 0; port < LINES; port++)
		size += (size_t)snprintf(&text[size], LINE_SIZE,
		    "n%d %d/tcp\n", port, port);
	if (load_text(text, size, &error) != -1 ||
	    strstr(error.text, " names") == NULL) {
		fprintf(stderr, "too many names: %s\n", error.text);
		failures++;
	}
	free(text);
	if (services_load(NULL, &error) != 0)
		failures++;
	expect_name(PROTOCOL_TCP, 22, "ssh");
}
