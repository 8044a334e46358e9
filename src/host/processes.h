/*
 * Which process has which socket, and who a process is: a walk over /proc.
 *
 * Everything of a process is read through one descriptor of its folder, so
 * that a pid that is given to another process on the way is never mixed up:
 * a process that ends is skipped. What a process may choose (name, path of
 * the executable, names of its cgroups) is foreign bytes: escape it before
 * it is shown.
 */
#ifndef TALLYMAN_HOST_PROCESSES_H
#define TALLYMAN_HOST_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Bytes with the final zero; longer values are cut. */
enum {
	PROCESS_NAME_SIZE = 64,
	PROCESS_EXE_SIZE = 512,
	PROCESS_USER_SIZE = 64,
	PROCESS_UNIT_SIZE = 256,
	PROCESS_CONTAINER_SIZE = 128
};

/*
 * One process: a flat value, to be copied. Text that could not be had is
 * "": the executable of another user's process needs rights.
 */
struct process {
	uint32_t	pid;		/* in our pid namespace */
	uint32_t	uid;		/* effective */
	uint64_t	start_ticks;	/* since boot, sysconf(_SC_CLK_TCK);
					   with pid it is unique until reboot */
	bool		is_exe_deleted;	/* another file may stand there now */
	char		name[PROCESS_NAME_SIZE];	/* comm */
	char		exe[PROCESS_EXE_SIZE];		/* path */
	char		user[PROCESS_USER_SIZE];	/* by /etc/passwd */
	char		unit[PROCESS_UNIT_SIZE];	/* systemd's, the
							   innermost:
							   "nginx.service" */
	char		container[PROCESS_CONTAINER_SIZE]; /* id, or name */
};

/* For one thread at a time. */
struct processes;

/* NULL with the message where there is no /proc. */
struct processes	*processes_open(struct error *);
void			 processes_close(struct processes *);

/*
 * Walks over all processes; what an earlier walk found is gone. Of a process
 * without sockets nothing is kept. At most PROCESSES_OWNERS_MAX pairs of
 * socket and process are kept, and processes_is_cut() says when there were
 * more. Returns 0, or -1 with the message.
 */
enum { PROCESSES_OWNERS_MAX = 1 << 22 };
int			 processes_scan(struct processes *, struct error *);
bool			 processes_is_cut(const struct processes *);

/* How many processes the last walk may not have looked into. */
size_t			 processes_denied(const struct processes *);

/* Whether /proc hides others' processes (hidepid, proc(5)). */
bool			 processes_is_hiding(const struct processes *);

/*
 * The processes that have the socket with this inode, n from 0, the lowest
 * pid first; NULL behind the last one. Valid until the next walk.
 */
const struct process	*processes_owner(const struct processes *,
			    uint64_t inode, size_t n);

/*
 * Who a single process is. Returns 0, or -1 when it is gone or cannot be
 * seen; process is not defined then.
 */
int			 processes_read(struct processes *, uint32_t pid,
			    struct process *);

#endif
