/*
 * Files below directories, by name.
 */
#include "capture/file/paths.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "capture/file/words.h"

/* Deeper than people file, and well within the descriptors there are. */
enum { PATHS_DEPTH_MAX = 64 };

static void	paths_append(struct paths *, char *, size_t, bool);
static void	paths_walk(struct paths *, DIR *, const char *, size_t, int);
static void	paths_walk_below(struct paths *, const char *, size_t, int);
static void	paths_visit(struct paths *, char *, size_t, int);
static char	*paths_join(const char *, const char *);
static int	paths_compare(const void *, const void *);

int
paths_add(struct paths *paths, const char *path, size_t given,
    struct error *error)
{
	size_t first = paths->count;
	DIR *directory = strcmp(path, "-") == 0 ? NULL : opendir(path);
	char *name;

	if (directory == NULL) {
		if (strcmp(path, "-") != 0 && errno != ENOTDIR)
			return error_set(error, "cannot open '%s': %s", path,
			    words_errno(errno).text);
		name = strdup(path);
		if (name == NULL)
			abort();
		paths_append(paths, name, given, false);
		return 0;
	}
	paths_walk(paths, directory, path, given, 0);
	if (paths->count > first)
		qsort(paths->paths + first, paths->count - first,
		    sizeof(*paths->paths), paths_compare);
	return 0;
}

void
paths_release(struct paths *paths)
{
	size_t i;

	for (i = 0; i < paths->count; i++)
		free(paths->paths[i].name);
	free(paths->paths);
}

/* Takes over name. */
static void
paths_append(struct paths *paths, char *name, size_t given, bool is_found)
{
	paths->paths = realloc(paths->paths,
	    (paths->count + 1) * sizeof(*paths->paths));
	if (paths->paths == NULL)
		abort();
	paths->paths[paths->count++] = (struct path){
		.name = name,
		.given = given,
		.is_found = is_found
	};
}

/* Closes the directory. */
static void
paths_walk(struct paths *paths, DIR *directory, const char *path,
    size_t given, int depth)
{
	struct dirent *entry;

	while ((entry = readdir(directory)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			paths_visit(paths, paths_join(path, entry->d_name),
			    given, depth);
	closedir(directory);
}

/* Takes over name. What is neither file nor directory is no capture. */
static void
paths_visit(struct paths *paths, char *name, size_t given, int depth)
{
	struct stat status;

	if (lstat(name, &status) == 0 && S_ISDIR(status.st_mode))
		paths_walk_below(paths, name, given, depth + 1);
	else if (stat(name, &status) == 0 && S_ISREG(status.st_mode)) {
		paths_append(paths, name, given, true);
		return;
	}
	free(name);
}

static void
paths_walk_below(struct paths *paths, const char *name, size_t given,
    int depth)
{
	DIR *directory = NULL;

	errno = ELOOP;
	if (depth < PATHS_DEPTH_MAX)
		directory = opendir(name);
	if (directory == NULL) {
		log_error("cannot open '%s': %s", name,
		    words_errno(errno).text);
		paths->is_damaged = true;
		return;
	}
	paths_walk(paths, directory, name, given, depth);
}

static char *
paths_join(const char *directory, const char *name)
{
	size_t size = strlen(directory) + strlen(name) + 2;
	size_t end = strlen(directory);
	char *joined = malloc(size);

	if (joined == NULL)
		abort();
	snprintf(joined, size, "%s%s%s", directory,
	    end > 0 && directory[end - 1] == '/' ? "" : "/", name);
	return joined;
}

static int
paths_compare(const void *a, const void *b)
{
	const struct path *one = a, *other = b;

	return strcmp(one->name, other->name);
}
