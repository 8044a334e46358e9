/*
 * The program in the kernel, seen from here; see tracer.h.
 */
#include "host/tracer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

#ifdef HAVE_EBPF

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <mntent.h>

enum { TRACER_LINKS_MAX = 16 };

struct tracer {
	struct bpf_object	*object;	/* owned */
	struct bpf_link		*links[TRACER_LINKS_MAX];	/* owned */
	size_t			 link_count;
	struct ring_buffer	*ring;		/* owned */
	tracer_take		*take;
	void			*context;
	int			 lost;		/* descriptors of maps */
	int			 exes;
};

static bool	tracer_load(struct tracer *, bool, struct error *);
static bool	tracer_attach(struct tracer *, struct error *);
static bool	tracer_is_cgroup(const struct bpf_program *);
static int	tracer_open_cgroup(void);
static int	tracer_event(void *, void *, size_t);
static int	tracer_log(enum libbpf_print_level, const char *, va_list)
		    __attribute__((format(printf, 2, 0)));

struct tracer *
tracer_open(tracer_take *take, void *context, struct error *error)
{
	struct tracer *t = calloc(1, sizeof *t);
	struct error all;

	if (t == NULL) {
		log_error("cannot allocate %zu bytes", sizeof *t);
		abort();
	}
	t->take = take;
	t->context = context;
	(void)libbpf_set_print(tracer_log);
	if ((!tracer_load(t, true, &all) && !tracer_load(t, false, error)) ||
	    !tracer_attach(t, error)) {
		tracer_close(t);
		return NULL;
	}
	t->lost = bpf_object__find_map_fd_by_name(t->object, "lost");
	t->exes = bpf_object__find_map_fd_by_name(t->object, "exes");
	t->ring = ring_buffer__new(bpf_object__find_map_fd_by_name(t->object,
	    "events"), tracer_event, t, NULL);
	if (t->ring == NULL) {
		error_system(error, errno, "cannot map the events of the "
		    "kernel");
		tracer_close(t);
		return NULL;
	}
	return t;
}

/* Older kernels do not have all that the programs of a cgroup ask for. */
static bool
tracer_load(struct tracer *t, bool has_cgroup, struct error *error)
{
	struct bpf_program *program;
	int status;

	bpf_object__close(t->object);
	t->object = bpf_object__open_mem(tracer_program, tracer_program_size,
	    NULL);
	if (t->object == NULL) {
		error_system(error, errno, "cannot read the program for the "
		    "kernel");
		return false;
	}
	bpf_object__for_each_program(program, t->object)
		if (tracer_is_cgroup(program))
			(void)bpf_program__set_autoload(program, has_cgroup);
	status = bpf_object__load(t->object);
	if (status != 0)
		error_system(error, -status, "cannot load the program into "
		    "the kernel");
	return status == 0;
}

static bool
tracer_is_cgroup(const struct bpf_program *program)
{
	return bpf_program__type(program) == BPF_PROG_TYPE_CGROUP_SOCK;
}

/* Without the states of TCP there is nothing; the rest may be missing. */
static bool
tracer_attach(struct tracer *t, struct error *error)
{
	int cgroup = tracer_open_cgroup();
	struct bpf_program *program;
	bool has_states = false;

	bpf_object__for_each_program(program, t->object) {
		struct bpf_link *link = NULL;
		const char *name = bpf_program__name(program);

		if (!bpf_program__autoload(program) ||
		    t->link_count == TRACER_LINKS_MAX)
			continue;
		if (!tracer_is_cgroup(program))
			link = bpf_program__attach(program);
		else if (cgroup >= 0)
			link = bpf_program__attach_cgroup(program, cgroup);
		if (link == NULL) {
			log_verbose("programs: the kernel has no place for "
			    "%s", name);
			continue;
		}
		t->links[t->link_count++] = link;
		if (strcmp(name, "tracer_state") == 0)
			has_states = true;
	}
	if (cgroup >= 0)
		(void)close(cgroup);
	if (!has_states)
		error_set(error, "the kernel does not tell of its sockets");
	return has_states;
}

/* The root of the groups of version 2, wherever it is; -1: nowhere. */
static int
tracer_open_cgroup(void)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	const struct mntent *entry;
	int descriptor = -1;

	if (mounts == NULL)
		return -1;
	while (descriptor < 0 && (entry = getmntent(mounts)) != NULL) {
		if (strcmp(entry->mnt_type, "cgroup2") == 0)
			descriptor = open(entry->mnt_dir,
			    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	(void)endmntent(mounts);
	return descriptor;
}

void
tracer_close(struct tracer *t)
{
	if (t == NULL)
		return;
	ring_buffer__free(t->ring);
	for (size_t i = 0; i < t->link_count; i++)
		(void)bpf_link__destroy(t->links[i]);
	bpf_object__close(t->object);
	free(t);
}

int
tracer_descriptor(const struct tracer *t)
{
	return ring_buffer__epoll_fd(t->ring);
}

void
tracer_drain(struct tracer *t)
{
	(void)ring_buffer__consume(t->ring);
}

static int
tracer_event(void *context, void *data, size_t size)
{
	const struct tracer *t = context;

	if (size >= sizeof(struct tracer_event))
		t->take(t->context, data);
	return 0;
}

uint64_t
tracer_lost(const struct tracer *t)
{
	uint32_t zero = 0;
	uint64_t count = 0;

	(void)bpf_map_lookup_elem(t->lost, &zero, &count);
	return count;
}

bool
tracer_exe(const struct tracer *t, uint32_t pid, uint64_t start_ns,
    struct tracer_exe *exe)
{
	if (bpf_map_lookup_elem(t->exes, &pid, exe) != 0 ||
	    exe->start_ns != start_ns)
		return false;
	exe->path[sizeof exe->path - 1] = '\0';
	return true;
}

/* What libbpf has to say is for who looks for a reason. */
static int
tracer_log(enum libbpf_print_level level, const char *format, va_list words)
{
	char line[512];
	size_t size;

	if (level != LIBBPF_WARN)
		return 0;
	(void)vsnprintf(line, sizeof line, format, words);
	size = strcspn(line, "\n");
	line[size] = '\0';
	log_verbose("programs: %s", line);
	return 0;
}

#else

struct tracer *
tracer_open(tracer_take *take, void *context, struct error *error)
{
	(void)take;
	(void)context;
	error_set(error, "this tallyman was built without libbpf or a clang "
	    "that compiles for the kernel");
	return NULL;
}

void
tracer_close(struct tracer *t)
{
	(void)t;
}

int
tracer_descriptor(const struct tracer *t)
{
	(void)t;
	return -1;
}

void
tracer_drain(struct tracer *t)
{
	(void)t;
}

uint64_t
tracer_lost(const struct tracer *t)
{
	(void)t;
	return 0;
}

bool
tracer_exe(const struct tracer *t, uint32_t pid, uint64_t start_ns,
    struct tracer_exe *exe)
{
	(void)t;
	(void)pid;
	(void)start_ns;
	(void)exe;
	return false;
}

#endif
