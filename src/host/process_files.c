/*
 * Reads the files of a process in /proc; see process_files.h.
 */
#include "host/process_files.h"

#include <string.h>

#include "base/cursor.h"

enum {
	STAT_START = 22,	/* field of the start, proc(5) */
	STAT_NAME = 2,
	ID_DIGITS = 64		/* of a container's id */
};

/* A stretch of a text. */
struct part {
	const char	*text;
	size_t		 size;
};

/* What stands around the name of a container, in that of its cgroup. */
struct wrapping {
	const char	*before;
	const char	*after;
};

static bool	take_number(struct cursor *, uint64_t *);
static struct part part_until(struct part *, char);
static bool	part_is(struct part, const char *);
static bool	part_begins(struct part, const char *);
static bool	part_ends(struct part, const char *);
static void	part_copy(struct part, char *, size_t);
static void	cgroup_line(struct part, struct process *);
static bool	cgroup_is_of_systemd(struct part number, struct part names);
static bool	container_id(struct part, struct process *);
static bool	container_name(struct part before, struct part,
		    struct process *);

static const struct wrapping wrappings[] = {
	{ "machine-", ".scope" },	/* systemd-nspawn */
	{ "lxc.payload.", "" },
	{ NULL, NULL }
};

static bool
take_number(struct cursor *cursor, uint64_t *number)
{
	const uint8_t *digit;
	bool has_digits = false;

	*number = 0;
	while ((digit = cursor_peek(cursor, 1)) != NULL && *digit >= '0' &&
	    *digit <= '9') {
		if (*number > (UINT64_MAX - 9) / 10)
			return false;
		*number = *number * 10 + (uint64_t)(*digit - '0');
		cursor_skip(cursor, 1);
		has_digits = true;
	}
	return has_digits;
}

/* The last parenthesis ends the name: only letters and numbers follow. */
bool
process_files_stat(const char *text, size_t size, struct process *process)
{
	struct cursor cursor = cursor_over((const uint8_t *)text, size);
	const uint8_t *open, *close;
	uint64_t pid, start;

	if (!take_number(&cursor, &pid) || pid > UINT32_MAX ||
	    (open = cursor_take(&cursor, 2)) == NULL ||
	    open[0] != ' ' || open[1] != '(')
		return false;
	close = memrchr(open + 2, ')', cursor_left(&cursor));
	if (close == NULL)
		return false;
	cursor_skip(&cursor, (size_t)(close - cursor.at) + 1);
	for (int field = STAT_NAME; field < STAT_START; field++) {
		const uint8_t *blank = memchr(cursor.at, ' ',
		    cursor_left(&cursor));

		if (blank == NULL)
			return false;
		cursor_skip(&cursor, (size_t)(blank - cursor.at) + 1);
	}
	if (!take_number(&cursor, &start))
		return false;
	process->pid = (uint32_t)pid;
	process->start_ticks = start;
	part_copy((struct part){ (const char *)open + 2,
	    (size_t)(close - open) - 2 }, process->name,
	    sizeof process->name);
	return true;
}

/* "Uid:\t1000\t1000\t1000\t1000": real, effective, saved, of files. */
bool
process_files_status(const char *text, size_t size, struct process *process)
{
	struct part rest = { text, size };

	while (rest.size > 0) {
		struct part line = part_until(&rest, '\n');
		struct cursor cursor;
		uint64_t uid;

		if (!part_begins(line, "Uid:\t"))
			continue;
		cursor = cursor_over((const uint8_t *)line.text + 5,
		    line.size - 5);
		if (!take_number(&cursor, &uid) ||
		    cursor_take(&cursor, 1) == NULL ||
		    !take_number(&cursor, &uid) || uid > UINT32_MAX)
			return false;
		process->uid = (uint32_t)uid;
		return true;
	}
	return false;
}

void
process_files_cgroup(const char *text, size_t size, struct process *process)
{
	struct part rest = { text, size };

	process->unit[0] = '\0';
	process->container[0] = '\0';
	while (rest.size > 0)
		cgroup_line(part_until(&rest, '\n'), process);
}

/* "0::/system.slice/nginx.service", "4:cpu,cpuacct:/docker/4a5b..." */
static void
cgroup_line(struct part line, struct process *process)
{
	struct part number = part_until(&line, ':');
	struct part names = part_until(&line, ':');
	struct part before = { "", 0 };
	bool has_unit = cgroup_is_of_systemd(number, names) &&
	    process->unit[0] == '\0';

	while (line.size > 0) {
		struct part step = part_until(&line, '/');
		bool is_unit = part_ends(step, ".service") ||
		    part_ends(step, ".scope");

		/* The scope of a container says no more than its id. */
		if (container_id(step, process) ||
		    container_name(before, step, process))
			is_unit = false;
		if (has_unit && is_unit) {
			/* systemd's mark of a name like another's. */
			if (step.text[0] == '_')
				step = (struct part){ step.text + 1,
				    step.size - 1 };
			part_copy(step, process->unit, sizeof process->unit);
		}
		before = step;
	}
}

static bool
cgroup_is_of_systemd(struct part number, struct part names)
{
	return (part_is(number, "0") && names.size == 0) ||
	    part_is(names, "name=systemd");
}

/*
 * docker-ID.scope, libpod-ID.scope, cri-containerd-ID.scope, crio-ID.scope,
 * "kubepods-x.slice:cri-containerd:ID", or the bare ID: in a path the last is
 * the innermost. A conmon is who watches over a container, from outside.
 */
static bool
container_id(struct part step, struct process *process)
{
	struct part id = step;

	if (part_ends(id, ".scope"))
		id.size -= strlen(".scope");
	if (id.size < ID_DIGITS ||
	    memmem(step.text, step.size, "conmon", 6) != NULL)
		return false;
	id.text += id.size - ID_DIGITS;
	id.size = ID_DIGITS;
	for (size_t i = 0; i < id.size; i++) {
		if (memchr("0123456789abcdef", id.text[i], 16) == NULL)
			return false;
	}
	if (id.text > step.text && id.text[-1] != '-' && id.text[-1] != ':')
		return false;
	part_copy(id, process->container, sizeof process->container);
	return true;
}

/* Some containers have a name of the user's choice instead. */
static bool
container_name(struct part before, struct part step, struct process *process)
{
	const struct wrapping *row;

	for (row = wrappings; row->before != NULL; row++) {
		size_t around = strlen(row->before) + strlen(row->after);

		if (step.size <= around || !part_begins(step, row->before) ||
		    !part_ends(step, row->after))
			continue;
		step.text += strlen(row->before);
		step.size -= around;
		break;
	}
	if (row->before == NULL && (!part_is(before, "lxc") ||
	    step.size == 0))
		return false;
	part_copy(step, process->container, sizeof process->container);
	return true;
}

/* "/usr/bin/python3.11", "/usr/bin/old (deleted)" */
void
process_files_exe(const char *text, size_t size, struct process *process)
{
	struct part path = { text, size };

	process->is_exe_deleted = part_ends(path, " (deleted)");
	if (process->is_exe_deleted)
		path.size -= strlen(" (deleted)");
	part_copy(path, process->exe, sizeof process->exe);
}

bool
process_files_socket(const char *text, size_t size, uint64_t *inode)
{
	struct part link = { text, size };
	struct cursor cursor = cursor_over((const uint8_t *)text, size);

	if (!part_begins(link, "socket:["))
		return false;
	cursor_skip(&cursor, strlen("socket:["));
	return take_number(&cursor, inode) && cursor_u8(&cursor) == ']' &&
	    cursor_left(&cursor) == 0;
}

/* Takes what stands before the sign, or all, and the sign. */
static struct part
part_until(struct part *rest, char sign)
{
	struct part taken = *rest;
	const char *at = memchr(rest->text, sign, rest->size);

	if (at != NULL)
		taken.size = (size_t)(at - rest->text);
	rest->text += taken.size + (at != NULL);
	rest->size -= taken.size + (at != NULL);
	return taken;
}

static bool
part_is(struct part part, const char *word)
{
	return part.size == strlen(word) && part_begins(part, word);
}

static bool
part_begins(struct part part, const char *word)
{
	size_t size = strlen(word);

	return part.size >= size && memcmp(part.text, word, size) == 0;
}

static bool
part_ends(struct part part, const char *word)
{
	size_t size = strlen(word);

	return part.size >= size &&
	    memcmp(part.text + part.size - size, word, size) == 0;
}

/* Cuts what is too long, and at a zero. */
static void
part_copy(struct part part, char *text, size_t room)
{
	size_t size = strnlen(part.text, part.size);

	if (size > room - 1)
		size = room - 1;
	memcpy(text, part.text, size);
	text[size] = '\0';
}
