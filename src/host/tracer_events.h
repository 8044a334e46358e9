/*
 * What the program in the kernel (tracer.bpf.c) tells the collector: the same
 * struct on both sides. Only types of the compiler, as there is no C library
 * in the kernel.
 */
#ifndef TALLYMAN_HOST_TRACER_EVENTS_H
#define TALLYMAN_HOST_TRACER_EVENTS_H

#include <stdint.h>

enum tracer_kind {
	TRACER_OPEN = 1,	/* the process uses the socket */
	TRACER_CLOSE,		/* the socket is gone */
	TRACER_EXIT		/* the process is gone */
};

enum { TRACER_NAME_SIZE = 16, TRACER_EXE_SIZE = 256 };

struct tracer_process {
	uint64_t	start_ns;	/* CLOCK_BOOTTIME */
	uint64_t	cgroup;		/* id, of version 2 */
	uint32_t	pid;		/* of the whole process */
	uint32_t	uid;
	char		name[TRACER_NAME_SIZE];	/* zeros behind it */
};

/* All zeros where it is any address or port; IPv4: the first 4 bytes. */
struct tracer_socket {
	uint8_t		local[16];
	uint8_t		remote[16];
	uint16_t	local_port;	/* the host's order, both */
	uint16_t	remote_port;
	uint32_t	netns;		/* inode of the namespace */
	uint8_t		protocol;	/* IANA: 6 TCP, 17 UDP */
	uint8_t		family;		/* 4 or 6 */
	uint8_t		is_v6only;
	uint8_t		unused;
};

struct tracer_event {
	uint64_t		time_ns;	/* CLOCK_MONOTONIC */
	struct tracer_process	process;	/* of TRACER_CLOSE: pid 0 */
	struct tracer_socket	socket;		/* of TRACER_EXIT: zeros */
	uint32_t		kind;
	uint32_t		unused;
};

/* The path that a process was started by, until others need the room. */
struct tracer_exe {
	uint64_t	start_ns;
	char		path[TRACER_EXE_SIZE];
};

#endif
