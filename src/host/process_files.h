/*
 * What the files of a process in /proc say (proc(5)), from their text.
 */
#ifndef TALLYMAN_HOST_PROCESS_FILES_H
#define TALLYMAN_HOST_PROCESS_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "host/processes.h"

/*
 * /proc/PID/stat: pid, name and start_ticks. The name stands in parentheses,
 * and may have blanks, parentheses and any other byte in itself. False, and
 * nothing is set, when it is not such a line.
 */
bool	process_files_stat(const char *text, size_t size, struct process *);

/* /proc/PID/status: the effective uid; false when it does not say. */
bool	process_files_status(const char *text, size_t size,
	    struct process *);

/*
 * /proc/PID/cgroup: unit and container, "" where there is none. Both versions
 * of cgroups; of version 1 the hierarchy of systemd says the unit, and any of
 * them the container.
 */
void	process_files_cgroup(const char *text, size_t size,
	    struct process *);

/* The path of a link /proc/PID/exe: exe and is_exe_deleted. */
void	process_files_exe(const char *text, size_t size, struct process *);

/* A link of /proc/PID/fd: false when it is no socket's ("socket:[123]"). */
bool	process_files_socket(const char *text, size_t size, uint64_t *inode);

#endif
