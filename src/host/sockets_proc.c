/*
 * Sockets by the tables of /proc/net (proc(5)); see sockets_proc.h.
 *
 *   sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt
 *      uid timeout inode ...
 *
 * All but uid and inode are hexadecimal, an address word by word of 32 bits
 * in the order of the host.
 */
#include "host/sockets_proc.h"

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PROC_LINE_SIZE = 1024, PROC_ADDRESS_DIGITS = 32 };

static bool	proc_end(const char *, uint8_t family, struct socket_end *);
static bool	proc_hexadecimal(const char *, size_t digits, uint32_t *);
static uint32_t	proc_milliseconds(uint64_t ticks);

static const char proc_digits[] = "0123456789ABCDEF";

/* A thread may be in another network namespace than its process. */
int
sockets_proc_dump(uint8_t protocol, uint8_t family, uint32_t states,
    const struct sockets_taker *taker, struct error *error)
{
	char path[64], line[PROC_LINE_SIZE];
	struct socket_facts facts;
	FILE *file;

	(void)snprintf(path, sizeof path, "/proc/thread-self/net/%s%s",
	    protocol == IPPROTO_TCP ? "tcp" : "udp", family == 6 ? "6" : "");
	file = fopen(path, "re");
	if (file == NULL && errno == ENOENT && access("/proc/thread-self/net",
	    F_OK) == 0)
		return 0;
	if (file == NULL)
		return error_system(error, errno, "cannot open '%s'", path);
	while (fgets(line, sizeof line, file) != NULL) {
		if (sockets_proc_line(line, protocol, family, &facts) &&
		    (states & UINT32_C(1) << facts.state) != 0)
			taker->take(taker->context, &facts);
	}
	(void)fclose(file);
	return 0;
}

bool
sockets_proc_line(const char *line, uint8_t protocol, uint8_t family,
    struct socket_facts *facts)
{
	char local[PROC_ADDRESS_DIGITS + 6], remote[PROC_ADDRESS_DIGITS + 6];
	uint32_t state, send, receive, timer, retransmits, uid;
	uint64_t when, inode;

	/* The kernel's words fit: no more is read of a word than that. */
	if (sscanf(line, " %*u: %37s %37s %2" SCNx32 " %8" SCNx32 ":%8" SCNx32
	    " %2" SCNx32 ":%16" SCNx64 " %8" SCNx32 " %10" SCNu32
	    " %*u %20" SCNu64, local, remote, &state, &send, &receive, &timer,
	    &when, &retransmits, &uid, &inode) != 10 ||
	    state == 0 || state >= SOCKET_STATES)
		return false;
	*facts = (struct socket_facts){
		.protocol = protocol,
		.family = family,
		.state = (uint8_t)state,
		.timer = timer < SOCKET_TIMERS ? (uint8_t)timer :
		    SOCKET_TIMER_NONE,
		.uid = uid,
		.inode = inode,
		.receive_queue = receive,
		.send_queue = send,
		.timer_ms = proc_milliseconds(when)
	};
	return proc_end(local, family, &facts->local) &&
	    proc_end(remote, family, &facts->remote);
}

/* "0100007F:0016" */
static bool
proc_end(const char *text, uint8_t family, struct socket_end *end)
{
	size_t words = family == 4 ? 1 : 4;
	uint32_t word, port;

	if (strlen(text) != words * 8 + 5)
		return false;
	for (size_t i = 0; i < words; i++) {
		if (!proc_hexadecimal(text + i * 8, 8, &word))
			return false;
		memcpy(end->address + i * 4, &word, sizeof word);
	}
	text += words * 8;
	if (text[0] != ':' || !proc_hexadecimal(text + 1, 4, &port))
		return false;
	end->port = (uint16_t)port;
	return true;
}

/* The text has so many bytes at least. */
static bool
proc_hexadecimal(const char *text, size_t digits, uint32_t *value)
{
	*value = 0;
	for (size_t i = 0; i < digits; i++) {
		const char *digit = memchr(proc_digits, text[i],
		    sizeof proc_digits - 1);

		if (digit == NULL)
			return false;
		*value = *value << 4 | (uint32_t)(digit - proc_digits);
	}
	return true;
}

static uint32_t
proc_milliseconds(uint64_t ticks)
{
	uint64_t ms = ticks * 1000 / (uint64_t)sysconf(_SC_CLK_TCK);

	return ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
}
