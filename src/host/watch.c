/*
 * The program in the kernel, seen from here; see watch.h.
 */
#include "host/watch.h"

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

enum { WATCH_LINKS_MAX = 16 };

struct watch {
	struct bpf_object	*object;	/* owned */
	struct bpf_link		*links[WATCH_LINKS_MAX];	/* owned */
	size_t			 link_count;
	struct ring_buffer	*ring;		/* owned */
	watch_take		*take;
	void			*context;
	int			 lost;		/* descriptors of maps */
	int			 exes;
};

static bool	watch_load(struct watch *, bool, struct error *);
static bool	watch_attach(struct watch *, struct error *);
static bool	watch_is_cgroup(const struct bpf_program *);
static int	watch_open_cgroup(void);
static int	watch_event(void *, void *, size_t);
static int	watch_log(enum libbpf_print_level, const char *, va_list)
		    __attribute__((format(printf, 2, 0)));

struct watch *
watch_open(watch_take *take, void *context, struct error *error)
{
	struct watch *w = calloc(1, sizeof *w);
	struct error all;

	if (w == NULL) {
		log_error("cannot allocate %zu bytes", sizeof *w);
		abort();
	}
	w->take = take;
	w->context = context;
	(void)libbpf_set_print(watch_log);
	if ((!watch_load(w, true, &all) && !watch_load(w, false, error)) ||
	    !watch_attach(w, error)) {
		watch_close(w);
		return NULL;
	}
	w->lost = bpf_object__find_map_fd_by_name(w->object, "lost");
	w->exes = bpf_object__find_map_fd_by_name(w->object, "exes");
	w->ring = ring_buffer__new(bpf_object__find_map_fd_by_name(w->object,
	    "events"), watch_event, w, NULL);
	if (w->ring == NULL) {
		error_system(error, errno, "cannot map the events of the "
		    "kernel");
		watch_close(w);
		return NULL;
	}
	return w;
}

/* Older kernels do not have all that the programs of a cgroup ask for. */
static bool
watch_load(struct watch *w, bool has_cgroup, struct error *error)
{
	struct bpf_program *program;
	int status;

	bpf_object__close(w->object);
	w->object = bpf_object__open_mem(watch_program, watch_program_size,
	    NULL);
	if (w->object == NULL) {
		error_system(error, errno, "cannot read the program for the "
		    "kernel");
		return false;
	}
	bpf_object__for_each_program(program, w->object)
		if (watch_is_cgroup(program))
			(void)bpf_program__set_autoload(program, has_cgroup);
	status = bpf_object__load(w->object);
	if (status != 0)
		error_system(error, -status, "cannot load the program into "
		    "the kernel");
	return status == 0;
}

static bool
watch_is_cgroup(const struct bpf_program *program)
{
	return bpf_program__type(program) == BPF_PROG_TYPE_CGROUP_SOCK;
}

/* Without the states of TCP there is nothing; the rest may be missing. */
static bool
watch_attach(struct watch *w, struct error *error)
{
	int cgroup = watch_open_cgroup();
	struct bpf_program *program;
	bool has_states = false;

	bpf_object__for_each_program(program, w->object) {
		struct bpf_link *link = NULL;
		const char *name = bpf_program__name(program);

		if (!bpf_program__autoload(program) ||
		    w->link_count == WATCH_LINKS_MAX)
			continue;
		if (!watch_is_cgroup(program))
			link = bpf_program__attach(program);
		else if (cgroup >= 0)
			link = bpf_program__attach_cgroup(program, cgroup);
		if (link == NULL) {
			log_verbose("programs: the kernel has no place for "
			    "%s", name);
			continue;
		}
		w->links[w->link_count++] = link;
		if (strcmp(name, "watch_state") == 0)
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
watch_open_cgroup(void)
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
watch_close(struct watch *w)
{
	if (w == NULL)
		return;
	ring_buffer__free(w->ring);
	for (size_t i = 0; i < w->link_count; i++)
		(void)bpf_link__destroy(w->links[i]);
	bpf_object__close(w->object);
	free(w);
}

int
watch_descriptor(const struct watch *w)
{
	return ring_buffer__epoll_fd(w->ring);
}

void
watch_drain(struct watch *w)
{
	(void)ring_buffer__consume(w->ring);
}

static int
watch_event(void *context, void *data, size_t size)
{
	const struct watch *w = context;

	if (size >= sizeof(struct watch_event))
		w->take(w->context, data);
	return 0;
}

uint64_t
watch_lost(const struct watch *w)
{
	uint32_t zero = 0;
	uint64_t count = 0;

	(void)bpf_map_lookup_elem(w->lost, &zero, &count);
	return count;
}

bool
watch_exe(const struct watch *w, uint32_t pid, uint64_t start_ns,
    struct watch_exe *exe)
{
	if (bpf_map_lookup_elem(w->exes, &pid, exe) != 0 ||
	    exe->start_ns != start_ns)
		return false;
	exe->path[sizeof exe->path - 1] = '\0';
	return true;
}

/* What libbpf has to say is for who looks for a reason. */
static int
watch_log(enum libbpf_print_level level, const char *format, va_list words)
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

struct watch *
watch_open(watch_take *take, void *context, struct error *error)
{
	(void)take;
	(void)context;
	error_set(error, "this tallyman was built without libbpf or a clang "
	    "that compiles for the kernel");
	return NULL;
}

void
watch_close(struct watch *w)
{
	(void)w;
}

int
watch_descriptor(const struct watch *w)
{
	(void)w;
	return -1;
}

void
watch_drain(struct watch *w)
{
	(void)w;
}

uint64_t
watch_lost(const struct watch *w)
{
	(void)w;
	return 0;
}

bool
watch_exe(const struct watch *w, uint32_t pid, uint64_t start_ns,
    struct watch_exe *exe)
{
	(void)w;
	(void)pid;
	(void)start_ns;
	(void)exe;
	return false;
}

#endif
