/*
 * The files of a process: names that were chosen to mislead, cgroups of both
 * versions and of all who run containers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host/process_files.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define POD "/kubepods.slice/kubepods-burstable.slice/" \
	"kubepods-burstable-pod1b2c.slice/"

static struct process process;

/* Fields 3 to 22 and some more. */
#define REST " S 1 2 3 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 98765 1000 20\n"

static bool
read_stat(const char *text)
{
	process = (struct process){ .pid = 1 };
	return process_files_stat(text, strlen(text), &process);
}

static void
test_stat(void **state)
{
	static const struct {
		const char	*text;
		const char	*name;
	} rows[] = {
		{ "4242 (sshd)" REST, "sshd" },
		{ "4242 (tmux: server)" REST, "tmux: server" },
		{ "4242 (a) (b)" REST, "a) (b" },
		{ "4242 () R 1 2 3)" REST, ") R 1 2 3" },
		{ "4242 ())))" REST, ")))" },
		{ "4242 ()" REST, "" },
		{ "4242 (\x1b[31m\xff\n)" REST, "\x1b[31m\xff\n" }
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_true(read_stat(rows[i].text));
		assert_int_equal(process.pid, 4242);
		assert_string_equal(process.name, rows[i].name);
		assert_true(process.start_ticks == 98765);
	}
}

static void
test_stat_refused(void **state)
{
	static const char whole[] = "4242 (sshd)" REST;
	static const char *const bad[] = {
		"", "x (sshd)" REST, "4242", "4242 sshd)" REST,
		"4242 (sshd" " S 1 2 3", "4242(sshd)" REST,
		"42424242424242424242 (sshd)" REST, "4242 (sshd)",
		"4242 (sshd) S 1 2 3 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 x"
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_false(read_stat(bad[i]));
		assert_int_equal(process.pid, 1);
	}
	for (size_t size = 0; size < sizeof whole - 10; size++) {
		char *copy = malloc(size + 1);

		assert_non_null(copy);
		memcpy(copy, whole, size);
		(void)process_files_stat(copy, size, &process);
		free(copy);
	}
}

static void
test_status(void **state)
{
	static const char good[] = "Name:\tUid:\t7\nState:\tS (sleeping)\n"
	    "Uid:\t1000\t1001\t1002\t1003\nGid:\t5\t6\t7\t8\n";
	static const char *const bad[] = {
		"", "Name:\tx\n", "Uid:\t", "Uid:\t1000", "Uid:\t1000\t",
		"Uid:\tx\t1\n", "Uid:\t1\t4294967296\n"
	};

	(void)state;
	process.uid = 0;
	assert_true(process_files_status(good, strlen(good), &process));
	assert_int_equal(process.uid, 1001);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(process_files_status(bad[i], strlen(bad[i]),
		    &process));
	assert_int_equal(process.uid, 1001);
}

static void
test_cgroup(void **state)
{
	static const struct {
		const char	*text;
		const char	*unit;
		const char	*container;
	} rows[] = {
		/* Version 2. */
		{ "0::/system.slice/nginx.service\n", "nginx.service", "" },
		{ "0::/user.slice/user-1000.slice/session-3.scope\n",
		    "session-3.scope", "" },
		{ "0::/user.slice/user-1000.slice/user@1000.service/app.slice/"
		    "app-firefox-99.scope\n", "app-firefox-99.scope", "" },
		{ "0::/system.slice/systemd-udevd.service/udev\n",
		    "systemd-udevd.service", "" },
		{ "0::/init.scope", "init.scope", "" },
		{ "0::/system.slice/_x.service\n", "x.service", "" },
		{ "0::/system.slice/system-getty.slice/getty@tty1.service\n",
		    "getty@tty1.service", "" },
		{ "0::/system.slice/docker-" ID ".scope\n", "", ID },
		{ "0::/docker/" ID "\n", "", ID },
		{ "0::/docker/" ID "/system.slice/cron.service\n",
		    "cron.service", ID },
		{ "0::/user.slice/user-1000.slice/user@1000.service/user.slice/"
		    "libpod-" ID ".scope/container\n", "user@1000.service",
		    ID },
		{ "0::/machine.slice/libpod-conmon-" ID ".scope\n",
		    "libpod-conmon-" ID ".scope", "" },
		{ "0::" POD "cri-containerd-" ID ".scope\n", "", ID },
		{ "0::" POD "crio-" ID ".scope\n", "", ID },
		{ "0::/system.slice/containerd.service/"
		    "kubepods-pod1b2c.slice:cri-containerd:" ID "\n",
		    "containerd.service", ID },
		{ "0::/kubepods/besteffort/pod1b2c/" ID "\n", "", ID },
		{ "0::/machine.slice/machine-web.scope/payload\n", "", "web" },
		{ "0::/lxc.payload.mail/init.scope\n", "init.scope", "mail" },
		{ "0::/../../system.slice/ssh.service\n", "ssh.service", "" },
		/* Version 1, and both. */
		{ "12:pids:/docker/" ID "\n1:name=systemd:/docker/" ID "\n"
		    "0::/\n", "", ID },
		{ "4:memory:/system.slice/ssh.service\n"
		    "1:name=systemd:/system.slice/ssh.service\n"
		    "0::/system.slice/ssh.service\n", "ssh.service", "" },
		{ "4:cpu,cpuacct:/lxc/dns\n", "", "dns" },
		{ "4:memory:/x.service\n0::/\n", "", "" },
		/* Neither. */
		{ "", "", "" }, { "0::/\n", "", "" }, { "0::", "", "" },
		{ ":", "", "" }, { "\n\n:::\n/", "", "" },
		{ "0::/a" ID "\n", "", "" }, { "0::/docker/0123abcd\n", "",
		    "" },
		{ "0::/docker/" ID "0\n", "", "" }
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		process_files_cgroup(rows[i].text, strlen(rows[i].text),
		    &process);
		assert_string_equal(process.unit, rows[i].unit);
		assert_string_equal(process.container, rows[i].container);
	}
}

/* Texts that are longer than their room are cut, with an end. */
static void
test_long(void **state)
{
	char text[2000];
	int size;

	(void)state;
	size = snprintf(text, sizeof text, "1 (%0900d)" REST, 7);
	assert_true(process_files_stat(text, (size_t)size, &process));
	assert_int_equal(strlen(process.name), PROCESS_NAME_SIZE - 1);
	size = snprintf(text, sizeof text, "0::/%0900d.service", 7);
	process_files_cgroup(text, (size_t)size, &process);
	assert_int_equal(strlen(process.unit), PROCESS_UNIT_SIZE - 1);
	size = snprintf(text, sizeof text, "/%0900d (deleted)", 7);
	process_files_exe(text, (size_t)size, &process);
	assert_int_equal(strlen(process.exe), PROCESS_EXE_SIZE - 1);
	assert_true(process.is_exe_deleted);
}

static void
test_links(void **state)
{
	static const char *const bad[] = { "", "socket:", "socket:[",
		"socket:[]", "socket:[12", "socket:[12]x", "socket:[x]", "pipe:[12]",
		"/tmp/socket:[12]", "socket:[18446744073709551616]" };
	uint64_t inode;

	(void)state;
	process_files_exe("/usr/bin/x y", 12, &process);
	assert_string_equal(process.exe, "/usr/bin/x y");
	assert_false(process.is_exe_deleted);
	process_files_exe("/usr/bin/x (deleted)", 20, &process);
	assert_string_equal(process.exe, "/usr/bin/x");
	assert_true(process.is_exe_deleted);
	assert_true(process_files_socket("socket:[4026531840]", 19, &inode));
	assert_true(inode == UINT64_C(4026531840));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(process_files_socket(bad[i], strlen(bad[i]),
		    &inode));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stat),
		cmocka_unit_test(test_stat_refused),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_cgroup),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_links)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
