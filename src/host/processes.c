/*
 * The walk over /proc; see processes.h. What its files say is read in
 * process_files.c.
 */
#include "host/processes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "host/process_files.h"
#include "host/users.h"

/* status and cgroup are a few hundred bytes; a long path is 4 KiB. */
enum { PROCESSES_FILE_SIZE = 16384, PROCESSES_LINK_SIZE = 64 };

/* A socket and who has it, as a place in the list of processes. */
struct owner {
	uint64_t	inode;
	uint32_t	pid;
	uint32_t	process;
};

struct processes {
	DIR		*proc;		/* owned */
	struct users	*users;		/* owned */
	struct process	*list;		/* owned */
	size_t		 count;
	size_t		 room;
	struct owner	*owners;	/* owned; sorted by inode and pid */
	size_t		 owner_count;
	size_t		 owner_room;
	size_t		 denied;
	bool		 is_cut;
};

static void	scan_process(struct processes *, const char *name);
static void	scan_files(struct processes *, DIR *);
static void	owners_add(struct processes *, uint64_t inode);
static void	owners_sort(struct processes *);
static int	owner_compare(const void *, const void *);
static void	processes_add(struct processes *, const struct process *);
static bool	process_fill(const struct processes *, int, struct process *);
static size_t	file_read(int, const char *, char *, size_t);
static void	*array_grow(void *, size_t *room, size_t size);

struct processes *
processes_open(struct error *error)
{
	struct processes *processes = calloc(1, sizeof *processes);

	if (processes == NULL) {
		log_error("cannot allocate %zu bytes", sizeof *processes);
		abort();
	}
	processes->proc = opendir("/proc");
	if (processes->proc == NULL ||
	    faccessat(dirfd(processes->proc), "self/stat", F_OK, 0) != 0) {
		error_system(error, errno, "cannot read '/proc'");
		processes_close(processes);
		return NULL;
	}
	processes->users = users_open("/etc/passwd");
	return processes;
}

void
processes_close(struct processes *processes)
{
	if (processes == NULL)
		return;
	if (processes->proc != NULL)
		(void)closedir(processes->proc);
	users_close(processes->users);
	free(processes->list);
	free(processes->owners);
	free(processes);
}

int
processes_scan(struct processes *processes, struct error *error)
{
	const struct dirent *entry;

	processes->count = 0;
	processes->owner_count = 0;
	processes->denied = 0;
	processes->is_cut = false;
	users_refresh(processes->users);
	rewinddir(processes->proc);
	errno = 0;
	while ((entry = readdir(processes->proc)) != NULL) {
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			scan_process(processes, entry->d_name);
		errno = 0;
	}
	if (errno != 0)
		return error_system(error, errno, "cannot read '/proc'");
	owners_sort(processes);
	return 0;
}

/* Its sockets first: who has none is not asked any further. */
static void
scan_process(struct processes *processes, const char *name)
{
	size_t before = processes->owner_count;
	struct process process;
	int folder, files;
	DIR *listing;

	folder = openat(dirfd(processes->proc), name,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return;
	files = openat(folder, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	listing = files < 0 ? NULL : fdopendir(files);
	if (listing == NULL) {
		processes->denied += errno == EACCES || errno == EPERM;
		if (files >= 0)
			(void)close(files);
		(void)close(folder);
		return;
	}
	scan_files(processes, listing);
	(void)closedir(listing);
	if (processes->owner_count > before) {
		if (process_fill(processes, folder, &process))
			processes_add(processes, &process);
		else
			processes->owner_count = before;
	}
	(void)close(folder);
}

static void
scan_files(struct processes *processes, DIR *listing)
{
	const struct dirent *entry;
	char link[PROCESSES_LINK_SIZE];
	uint64_t inode;
	ssize_t size;

	while ((entry = readdir(listing)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		size = readlinkat(dirfd(listing), entry->d_name, link,
		    sizeof link);
		if (size < 0)
			processes->denied += errno == EACCES;
		else if (process_files_socket(link, (size_t)size, &inode))
			owners_add(processes, inode);
		if (size < 0 && errno == EACCES)
			return;		/* of the others, too */
	}
}

static void
owners_add(struct processes *processes, uint64_t inode)
{
	if (processes->owner_count == PROCESSES_OWNERS_MAX) {
		processes->is_cut = true;
		return;
	}
	if (processes->owner_count == processes->owner_room)
		processes->owners = array_grow(processes->owners,
		    &processes->owner_room, sizeof processes->owners[0]);
	processes->owners[processes->owner_count++] = (struct owner){
		.inode = inode, .process = (uint32_t)processes->count
	};
}

/* A process may have one socket as several files. */
static void
owners_sort(struct processes *processes)
{
	struct owner *owners = processes->owners;
	size_t kept = 0;

	for (size_t i = 0; i < processes->owner_count; i++)
		owners[i].pid = processes->list[owners[i].process].pid;
	if (processes->owner_count > 0)
		qsort(owners, processes->owner_count, sizeof owners[0],
		    owner_compare);
	for (size_t i = 0; i < processes->owner_count; i++) {
		if (kept == 0 || owners[kept - 1].inode != owners[i].inode ||
		    owners[kept - 1].pid != owners[i].pid)
			owners[kept++] = owners[i];
	}
	processes->owner_count = kept;
}

static int
owner_compare(const void *a, const void *b)
{
	const struct owner *x = a, *y = b;

	if (x->inode != y->inode)
		return x->inode < y->inode ? -1 : 1;
	return (x->pid > y->pid) - (x->pid < y->pid);
}

static void
processes_add(struct processes *processes, const struct process *process)
{
	if (processes->count == processes->room)
		processes->list = array_grow(processes->list,
		    &processes->room, sizeof processes->list[0]);
	processes->list[processes->count++] = *process;
}

/* folder is the process's own; false when it has gone. */
static bool
process_fill(const struct processes *processes, int folder,
    struct process *process)
{
	char text[PROCESSES_FILE_SIZE];
	const char *user;
	ssize_t path;
	size_t size;

	*process = (struct process){ 0 };
	size = file_read(folder, "stat", text, sizeof text);
	if (!process_files_stat(text, size, process))
		return false;
	size = file_read(folder, "status", text, sizeof text);
	if (!process_files_status(text, size, process))
		return false;
	size = file_read(folder, "cgroup", text, sizeof text);
	process_files_cgroup(text, size, process);
	path = readlinkat(folder, "exe", text, sizeof text);
	if (path > 0)
		process_files_exe(text, (size_t)path, process);
	user = users_name(processes->users, process->uid);
	if (user != NULL)
		memcpy(process->user, user, strlen(user) + 1);
	return true;
}

/* Returns how many bytes there are; none when it cannot be read. */
static size_t
file_read(int folder, const char *name, char *text, size_t room)
{
	int file = openat(folder, name, O_RDONLY | O_CLOEXEC);
	size_t size = 0;
	ssize_t more;

	if (file < 0)
		return 0;
	while (size < room &&
	    (more = read(file, text + size, room - size)) != 0) {
		if (more < 0 && errno != EINTR)
			break;
		if (more > 0)
			size += (size_t)more;
	}
	(void)close(file);
	return size;
}

static void *
array_grow(void *array, size_t *room, size_t size)
{
	*room = *room == 0 ? 64 : *room * 2;
	array = reallocarray(array, *room, size);
	if (array == NULL) {
		log_error("cannot allocate %zu elements of %zu bytes", *room,
		    size);
		abort();
	}
	return array;
}

bool
processes_is_cut(const struct processes *processes)
{
	return processes->is_cut;
}

size_t
processes_denied(const struct processes *processes)
{
	return processes->denied;
}

/* The first process of a namespace is there, or it is hidden. */
bool
processes_is_hiding(const struct processes *processes)
{
	return faccessat(dirfd(processes->proc), "1", F_OK, 0) != 0;
}

const struct process *
processes_owner(const struct processes *processes, uint64_t inode, size_t n)
{
	const struct owner *owners = processes->owners;
	size_t low = 0, high = processes->owner_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (owners[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	if (n >= processes->owner_count - low ||
	    owners[low + n].inode != inode)
		return NULL;
	return &processes->list[owners[low + n].process];
}

int
processes_read(struct processes *processes, uint32_t pid,
    struct process *process)
{
	char name[16];
	int folder;
	bool is_there;

	(void)snprintf(name, sizeof name, "%u", pid);
	folder = openat(dirfd(processes->proc), name,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return -1;
	users_refresh(processes->users);
	is_there = process_fill(processes, folder, process);
	(void)close(folder);
	return is_there ? 0 : -1;
}
