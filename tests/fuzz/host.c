/*
 * Fuzz target: what is read of this machine. The first byte says by which
 * reader: the kernel's messages about sockets, lines of /proc/net, or the
 * files of a process. Every text must have its end.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host/process_files.h"
#include "host/sockets_message.h"
#include "host/sockets_proc.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void	fuzz_sockets(uint8_t, const uint8_t *, size_t);
static void	fuzz_process(uint8_t, const char *, size_t);

static inline void
require(bool is_so)
{
	if (!is_so)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] < 4)
		fuzz_sockets(data[0], data + 1, size - 1);
	else
		fuzz_process(data[0], (const char *)data + 1, size - 1);
	return 0;
}

static void
fuzz_sockets(uint8_t which, const uint8_t *data, size_t size)
{
	struct socket_facts facts;
	bool is_read;

	if (which < 2) {
		is_read = sockets_message_read(data, size, 6, &facts);
	} else {
		char *line = calloc(1, size + 1);

		require(line != NULL);
		memcpy(line, data, size);
		is_read = sockets_proc_line(line, 17, which == 2 ? 4 : 6,
		    &facts);
		free(line);
	}
	if (!is_read)
		return;
	require(socket_state_name(facts.state) != NULL);
	require(facts.timer < SOCKET_TIMERS);
	(void)socket_unmap(&facts);
	require(facts.family == 4 || facts.family == 6);
}

static void
fuzz_process(uint8_t which, const char *text, size_t size)
{
	struct process process;
	uint64_t inode;

	memset(&process, 'x', sizeof process);
	switch (which) {
	case 4:
		if (process_files_stat(text, size, &process))
			require(memchr(process.name, '\0',
			    sizeof process.name) != NULL);
		break;
	case 5:
		(void)process_files_status(text, size, &process);
		break;
	case 6:
		process_files_cgroup(text, size, &process);
		require(memchr(process.unit, '\0', sizeof process.unit) !=
		    NULL && memchr(process.container, '\0',
		    sizeof process.container) != NULL);
		break;
	case 7:
		process_files_exe(text, size, &process);
		require(memchr(process.exe, '\0', sizeof process.exe) != NULL);
		break;
	default:
		(void)process_files_socket(text, size, &inode);
		break;
	}
}
