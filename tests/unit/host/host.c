/*
 * The kernel itself: sockets that the test opens are found by a dump and
 * alone, with who has them; users by a file of its own. Skipped where there
 * is no loopback or no /proc.
 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/processes.h"
#include "host/sockets.h"
#include "host/users.h"

/* What a dump gave of one socket, by its inode. */
struct wanted {
	uint64_t		inode;
	struct socket_facts	facts;
	int			count;
	int			restarts;
};

static struct sockaddr_in	server_address;
static int			server, client, taken, datagram, connected;

static struct sockaddr_in
address_of(int fd)
{
	struct sockaddr_in address;
	socklen_t size = sizeof address;

	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size),
	    0);
	return address;
}

static int
make(int type)
{
	struct sockaddr_in any = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, type, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof any) != 0)
		skip();
	return fd;
}

static int
setup(void **state)
{
	struct sockaddr_in address;

	(void)state;
	server = make(SOCK_STREAM);
	server_address = address_of(server);
	assert_int_equal(listen(server, 4), 0);
	client = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(client, (struct sockaddr *)&server_address,
	    sizeof server_address), 0);
	taken = accept(server, NULL, NULL);
	assert_true(taken >= 0);
	assert_int_equal(write(client, "hello", 5), 5);
	datagram = make(SOCK_DGRAM);
	address = address_of(datagram);
	connected = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(connect(connected, (struct sockaddr *)&address,
	    sizeof address), 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	(void)close(server);
	(void)close(client);
	(void)close(taken);
	(void)close(datagram);
	(void)close(connected);
	return 0;
}

static uint64_t
inode_of(int fd)
{
	struct stat status;

	assert_int_equal(fstat(fd, &status), 0);
	return status.st_ino;
}

static void
take(void *context, const struct socket_facts *facts)
{
	struct wanted *wanted = context;

	if (facts->inode != wanted->inode)
		return;
	wanted->facts = *facts;
	wanted->count++;
}

static void
restart(void *context)
{
	struct wanted *wanted = context;

	wanted->count = 0;
	wanted->restarts++;
}

/* How often a dump of these kinds gave the socket. */
static int
dumped(struct sockets *sockets, unsigned int which, int fd,
    struct socket_facts *facts)
{
	struct wanted wanted = { .inode = inode_of(fd) };
	struct sockets_taker taker = { take, restart, &wanted };
	struct error error;

	if (sockets_dump(sockets, which, &taker, &error) != 0)
		fail_msg("%s", error.text);
	assert_int_equal(wanted.restarts, 0);
	*facts = wanted.facts;
	return wanted.count;
}

static void
test_dump(void **state)
{
	struct sockets *sockets = sockets_open();
	struct socket_facts f;

	(void)state;
	assert_int_equal(dumped(sockets, SOCKETS_ALL, client, &f), 1);
	assert_int_equal(f.protocol, IPPROTO_TCP);
	assert_int_equal(f.state, SOCKET_ESTABLISHED);
	assert_int_equal(f.family, 4);
	assert_int_equal(f.remote.port, ntohs(server_address.sin_port));
	assert_int_equal(f.local.port, ntohs(address_of(client).sin_port));
	assert_int_equal(f.uid, getuid());
	if (sockets_is_netlink(sockets)) {
		assert_true((f.has & SOCKET_TCP_SENT) != 0);
		assert_int_equal(f.bytes_sent, 5);
	}
	assert_int_equal(dumped(sockets, SOCKETS_ALL, taken, &f), 1);
	assert_int_equal(f.receive_queue, 5);
	assert_int_equal(dumped(sockets, SOCKETS_ALL, datagram, &f), 1);
	assert_int_equal(f.state, SOCKET_CLOSED);
	/* Each kind alone. */
	assert_int_equal(dumped(sockets, SOCKETS_TCP | SOCKETS_LISTENING,
	    server, &f), 1);
	assert_int_equal(dumped(sockets, SOCKETS_TCP | SOCKETS_LISTENING,
	    client, &f), 0);
	assert_int_equal(dumped(sockets, SOCKETS_TCP | SOCKETS_CONNECTED,
	    server, &f), 0);
	assert_int_equal(dumped(sockets, SOCKETS_UDP | SOCKETS_CONNECTED,
	    connected, &f), 1);
	assert_int_equal(dumped(sockets, SOCKETS_UDP | SOCKETS_CONNECTED,
	    datagram, &f), 0);
	assert_int_equal(dumped(sockets, SOCKETS_TCP, client, &f), 0);
	sockets_close(sockets);
	sockets_close(NULL);
}

/* The question for the connection of this end with that one. */
static struct socket_facts
question(uint8_t protocol, int local, int remote)
{
	struct sockaddr_in ours = address_of(local);
	struct sockaddr_in theirs = address_of(remote);
	struct socket_facts facts = { .protocol = protocol, .family = 4,
		.local.port = ntohs(ours.sin_port),
		.remote.port = ntohs(theirs.sin_port) };

	memcpy(facts.local.address, &ours.sin_addr, 4);
	memcpy(facts.remote.address, &theirs.sin_addr, 4);
	return facts;
}

static void
test_find(void **state)
{
	struct sockets *sockets = sockets_open();
	struct socket_facts f = question(IPPROTO_TCP, client, taken);
	struct error error;

	(void)state;
	if (!sockets_is_netlink(sockets)) {
		assert_int_equal(sockets_find(sockets, &f, &error), -1);
		sockets_close(sockets);
		skip();
	}
	assert_int_equal(sockets_find(sockets, &f, &error), 1);
	assert_int_equal(f.inode, inode_of(client));
	f = question(IPPROTO_TCP, taken, client);
	assert_int_equal(sockets_find(sockets, &f, &error), 1);
	assert_int_equal(f.inode, inode_of(taken));
	/* Of a stranger the listening one would receive. */
	f.remote.port = 1;
	assert_int_equal(sockets_find(sockets, &f, &error), 1);
	assert_int_equal(f.inode, inode_of(server));
	assert_int_equal(f.state, SOCKET_LISTEN);
	f = question(IPPROTO_UDP, datagram, connected);
	assert_int_equal(sockets_find(sockets, &f, &error), 1);
	assert_int_equal(f.inode, inode_of(datagram));
	f = question(IPPROTO_UDP, connected, datagram);
	assert_int_equal(sockets_find(sockets, &f, &error), 1);
	assert_int_equal(f.inode, inode_of(connected));
	f.remote.port = 1;
	assert_int_equal(sockets_find(sockets, &f, &error), 0);
	/* What it was asked last does not spoil what it is asked next. */
	assert_int_equal(dumped(sockets, SOCKETS_ALL, client, &f), 1);
	sockets_close(sockets);
}

static void
test_processes(void **state)
{
	struct error error;
	struct processes *processes = processes_open(&error);
	const struct process *first, *second;
	struct process alone;
	int go[2];
	pid_t child;
	char byte;

	(void)state;
	if (processes == NULL)
		skip();
	assert_int_equal(pipe(go), 0);
	child = fork();
	if (child == 0) {
		(void)close(go[1]);
		_exit(read(go[0], &byte, 1) != 0);
	}
	assert_int_equal(processes_scan(processes, &error), 0);
	assert_false(processes_is_cut(processes));
	first = processes_owner(processes, inode_of(client), 0);
	second = processes_owner(processes, inode_of(client), 1);
	assert_non_null(first);
	assert_non_null(second);
	assert_null(processes_owner(processes, inode_of(client), 2));
	assert_null(processes_owner(processes, 1, 0));
	assert_true(first->pid < second->pid);
	assert_true(first->pid == (uint32_t)getpid() ||
	    second->pid == (uint32_t)getpid());
	assert_int_equal(first->uid, geteuid());
	assert_true(first->start_ticks > 0 && first->exe[0] == '/');
	assert_int_equal(processes_read(processes, (uint32_t)getpid(),
	    &alone), 0);
	assert_string_equal(alone.exe, first->exe);
	assert_int_equal(alone.pid, getpid());
	(void)close(go[1]);
	(void)waitpid(child, NULL, 0);
	(void)close(go[0]);
	assert_int_equal(processes_read(processes, (uint32_t)child, &alone),
	    -1);
	assert_int_equal(processes_scan(processes, &error), 0);
	assert_null(processes_owner(processes, inode_of(client), 1));
	processes_close(processes);
	processes_close(NULL);
}

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void
test_users(void **state)
{
	char path[] = "/tmp/tallyman-users-XXXXXX";
	int fd = mkstemp(path);
	struct users *users;

	(void)state;
	assert_true(fd >= 0);
	(void)close(fd);
	write_file(path, "root:x:0:0:root:/root:/bin/sh\n"
	    "# a comment\n:x:7:\nnobody:x:65534:65534::/:\nann:x:1000:\n"
	    "toor:x:0:0::/:\nbig:x:4294967296:0::\nneg:x:-1:0::\nnone:x::\n"
	    "last:x:4294967295:");
	users = users_open(path);
	assert_string_equal(users_name(users, 0), "root");
	assert_string_equal(users_name(users, 1000), "ann");
	assert_string_equal(users_name(users, 65534), "nobody");
	assert_string_equal(users_name(users, UINT32_MAX), "last");
	assert_null(users_name(users, 7));
	assert_null(users_name(users, 1));
	write_file(path, "bob:x:1:\n");
	users_refresh(users);
	assert_string_equal(users_name(users, 1), "bob");
	assert_null(users_name(users, 0));
	(void)unlink(path);
	users_refresh(users);
	assert_null(users_name(users, 1));
	users_close(users);
	users_close(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_dump, setup, teardown),
		cmocka_unit_test_setup_teardown(test_find, setup, teardown),
		cmocka_unit_test_setup_teardown(test_processes, setup,
		    teardown),
		cmocka_unit_test(test_users)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
