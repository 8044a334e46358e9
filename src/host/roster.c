/*
 * Processes that were told of; see roster.h.
 */
#include "host/roster.h"

#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "host/process_files.h"
#include "host/users.h"

enum { ROSTER_PLACES = 4096, ROSTER_PATH_SIZE = 4096 };

/* The type of handle that names a cgroup by its id (exportfs.h). */
enum { ROSTER_HANDLE_KERNFS = 0xfe };

struct member {
	uint64_t	start_ticks;
	uint32_t	pid;
	uint32_t	next;		/* slot in its place, plus 1 */
	char		name[TRACER_NAME_SIZE];
};

struct roster {
	struct news_taker	 taker;
	struct processes	*processes;	/* owned */
	struct users		*users;		/* owned */
	uint64_t		 tick_ns;
	uint32_t		 next;		/* slot to be given out */
	uint32_t		 used;
	int			 cgroups;	/* root of version 2, or -1 */
	char			 cgroups_path[256];
	struct member		 members[NEWS_SLOTS];
	uint32_t		 places[ROSTER_PLACES];
};

static void	 open_cgroups(struct roster *);
static uint32_t	 find(const struct roster *, uint32_t, uint64_t,
		    const char *);
static uint32_t	 enter(struct roster *, const struct process *,
		    const char *);
static void	 leave(struct roster *, uint32_t);
static void	 describe(struct roster *, const struct tracer *,
		    const struct tracer_process *, struct process *);
static void	 describe_dead(struct roster *, const struct tracer_process *,
		    struct process *);
static void	 describe_exe(const struct tracer *,
		    const struct tracer_process *, struct process *);
static void	 describe_cgroup(const struct roster *, uint64_t,
		    struct process *);

struct roster *
roster_open(const struct news_taker *taker, struct error *error)
{
	struct roster *r = calloc(1, sizeof *r);
	long ticks = sysconf(_SC_CLK_TCK);

	if (r == NULL) {
		log_error("cannot allocate %zu bytes", sizeof *r);
		abort();
	}
	r->taker = *taker;
	r->tick_ns = UINT64_C(1000000000) / (uint64_t)(ticks > 0 ? ticks :
	    100);
	r->processes = processes_open(error);
	r->users = users_open("/etc/passwd");
	open_cgroups(r);
	if (r->processes == NULL) {
		roster_close(r);
		return NULL;
	}
	return r;
}

static void
open_cgroups(struct roster *r)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	const struct mntent *entry;

	r->cgroups = -1;
	if (mounts == NULL)
		return;
	while (r->cgroups < 0 && (entry = getmntent(mounts)) != NULL) {
		if (strcmp(entry->mnt_type, "cgroup2") != 0 ||
		    strlen(entry->mnt_dir) >= sizeof r->cgroups_path)
			continue;
		(void)snprintf(r->cgroups_path, sizeof r->cgroups_path, "%s",
		    entry->mnt_dir);
		r->cgroups = open(entry->mnt_dir,
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	(void)endmntent(mounts);
}

void
roster_close(struct roster *r)
{
	if (r == NULL)
		return;
	processes_close(r->processes);
	users_close(r->users);
	if (r->cgroups >= 0)
		(void)close(r->cgroups);
	free(r);
}

/* The slot, or NEWS_SLOTS. */
static uint32_t
find(const struct roster *r, uint32_t pid, uint64_t start_ticks,
    const char *name)
{
	uint32_t at = r->places[pid % ROSTER_PLACES];

	for (; at != 0; at = r->members[at - 1].next) {
		const struct member *m = &r->members[at - 1];

		if (m->pid == pid && m->start_ticks == start_ticks &&
		    (name == NULL || strncmp(m->name, name,
		    sizeof m->name) == 0))
			return at - 1;
	}
	return NEWS_SLOTS;
}

/* The slot that was given out first is given to this process, and told. */
static uint32_t
enter(struct roster *r, const struct process *process, const char *name)
{
	uint32_t slot = r->next;
	struct member *m = &r->members[slot];
	struct news news = { .kind = NEWS_PROCESS, .slot = slot,
	    .process = *process };

	if (slot < r->used)
		leave(r, slot);
	else
		r->used++;
	r->next = (slot + 1) % NEWS_SLOTS;
	m->pid = process->pid;
	m->start_ticks = process->start_ticks;
	memset(m->name, 0, sizeof m->name);
	memcpy(m->name, name, strnlen(name, sizeof m->name - 1));
	m->next = r->places[m->pid % ROSTER_PLACES];
	r->places[m->pid % ROSTER_PLACES] = slot + 1;
	r->taker.take(r->taker.context, &news);
	return slot;
}

static void
leave(struct roster *r, uint32_t slot)
{
	uint32_t *at = &r->places[r->members[slot].pid % ROSTER_PLACES];

	while (*at != 0 && *at != slot + 1)
		at = &r->members[*at - 1].next;
	if (*at != 0)
		*at = r->members[slot].next;
}

uint32_t
roster_of_kernel(struct roster *r, const struct tracer *tracer,
    const struct tracer_process *told)
{
	struct process process;
	uint32_t slot = find(r, told->pid, told->start_ns / r->tick_ns,
	    told->name);

	if (slot != NEWS_SLOTS)
		return slot;
	describe(r, tracer, told, &process);
	return enter(r, &process, told->name);
}

static void
describe(struct roster *r, const struct tracer *tracer,
    const struct tracer_process *told, struct process *process)
{
	char name[TRACER_NAME_SIZE] = "";

	memcpy(name, told->name, sizeof name - 1);
	if (processes_read(r->processes, told->pid, process) == 0 &&
	    process->start_ticks == told->start_ns / r->tick_ns) {
		/* Or it is ending, or became another program since. */
		if (strcmp(process->name, name) == 0 &&
		    process->exe[0] != '\0')
			return;
		process->exe[0] = '\0';
		process->is_exe_deleted = false;
	} else {
		describe_dead(r, told, process);
	}
	memcpy(process->name, name, sizeof name);
	describe_exe(tracer, told, process);
}

/* What the kernel said, and what follows from it. */
static void
describe_dead(struct roster *r, const struct tracer_process *told,
    struct process *process)
{
	const char *user;

	*process = (struct process){
		.pid = told->pid,
		.uid = told->uid,
		.start_ticks = told->start_ns / r->tick_ns
	};
	users_refresh(r->users);
	user = users_name(r->users, told->uid);
	if (user != NULL)
		(void)snprintf(process->user, sizeof process->user, "%s",
		    user);
	describe_cgroup(r, told->cgroup, process);
}

/* A path that depends on where the process was would say nothing. */
static void
describe_exe(const struct tracer *tracer, const struct tracer_process *told,
    struct process *process)
{
	struct tracer_exe exe;

	if (tracer_exe(tracer, told->pid, told->start_ns, &exe) &&
	    exe.path[0] == '/')
		(void)snprintf(process->exe, sizeof process->exe, "%s",
		    exe.path);
}

/* A cgroup's id is a handle to its folder, which has the path. */
static void
describe_cgroup(const struct roster *r, uint64_t cgroup,
    struct process *process)
{
	union {
		struct file_handle	handle;
		char			room[sizeof(struct file_handle) + 8];
	} name = { .handle = { 0 } };
	char link[64], path[ROSTER_PATH_SIZE], line[ROSTER_PATH_SIZE + 8];
	size_t prefix = strlen(r->cgroups_path);
	ssize_t size;
	int folder;

	name.handle.handle_bytes = sizeof cgroup;
	name.handle.handle_type = ROSTER_HANDLE_KERNFS;
	memcpy(name.handle.f_handle, &cgroup, sizeof cgroup);
	folder = r->cgroups < 0 ? -1 : open_by_handle_at(r->cgroups,
	    &name.handle, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return;
	(void)snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
	size = readlink(link, path, sizeof path - 1);
	(void)close(folder);
	if (size < (ssize_t)prefix)
		return;
	path[size] = '\0';
	size = snprintf(line, sizeof line, "0::%s\n", path + prefix);
	process_files_cgroup(line, (size_t)size, process);
}

uint32_t
roster_of_pid(struct roster *r, uint32_t pid)
{
	struct process process;
	uint32_t slot;

	if (processes_read(r->processes, pid, &process) != 0)
		return NEWS_SLOTS;
	slot = find(r, pid, process.start_ticks, process.name);
	return slot != NEWS_SLOTS ? slot : enter(r, &process, process.name);
}

int64_t
roster_start_ns(const struct roster *r, uint32_t slot)
{
	int64_t boot_ns = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_BOOTTIME);

	return boot_ns + (int64_t)(r->members[slot].start_ticks * r->tick_ns);
}

void
roster_exit(struct roster *r, const struct tracer_process *told,
    int64_t end_ns)
{
	struct news news = { .kind = NEWS_EXIT, .end_ns = end_ns };
	uint64_t start_ticks = told->start_ns / r->tick_ns;
	uint32_t at = r->places[told->pid % ROSTER_PLACES];

	for (; at != 0; at = r->members[at - 1].next) {
		const struct member *m = &r->members[at - 1];

		if (m->pid != told->pid || m->start_ticks != start_ticks)
			continue;
		news.slot = at - 1;
		r->taker.take(r->taker.context, &news);
	}
}
