/*
 * Names of users; see users.h.
 */
#include "host/users.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"

/* A file that has more is read no further. */
enum { USERS_MAX = 1 << 20, USERS_NAME_SIZE = 64, USERS_LINE_SIZE = 4096 };

struct user {
	uint32_t	uid;
	uint32_t	line;	/* the first name of a uid is its name */
	char		name[USERS_NAME_SIZE];
};

struct users {
	const char	*path;
	struct stat	 known;		/* of the file when it was read */
	struct user	*list;		/* owned; sorted by uid and line */
	size_t		 count;
	size_t		 room;
};

static void	users_read(struct users *, FILE *);
static void	users_add(struct users *, char *);
static int	users_compare(const void *, const void *);

struct users *
users_open(const char *path)
{
	struct users *users = calloc(1, sizeof *users);

	if (users == NULL) {
		log_error("cannot allocate %zu bytes", sizeof *users);
		abort();
	}
	users->path = path;
	users_refresh(users);
	return users;
}

void
users_close(struct users *users)
{
	if (users == NULL)
		return;
	free(users->list);
	free(users);
}

void
users_refresh(struct users *users)
{
	struct stat now;
	FILE *file;

	if (stat(users->path, &now) == 0 &&
	    now.st_ino == users->known.st_ino &&
	    now.st_size == users->known.st_size &&
	    now.st_mtim.tv_sec == users->known.st_mtim.tv_sec &&
	    now.st_mtim.tv_nsec == users->known.st_mtim.tv_nsec)
		return;
	users->count = 0;
	users->known = (struct stat){ 0 };
	file = fopen(users->path, "re");
	if (file == NULL)
		return;
	if (fstat(fileno(file), &users->known) == 0)
		users_read(users, file);
	(void)fclose(file);
}

static void
users_read(struct users *users, FILE *file)
{
	char line[USERS_LINE_SIZE];

	while (users->count < USERS_MAX &&
	    fgets(line, sizeof line, file) != NULL)
		users_add(users, line);
	if (users->count > 0)
		qsort(users->list, users->count, sizeof users->list[0],
		    users_compare);
}

/* passwd(5): "name:password:uid:..." */
static void
users_add(struct users *users, char *line)
{
	char *password = strchr(line, ':');
	char *uid = password == NULL ? NULL : strchr(password + 1, ':');
	char *end;
	unsigned long number;
	struct user *user;

	if (uid == NULL || password == line ||
	    uid[1] < '0' || uid[1] > '9')
		return;
	errno = 0;
	number = strtoul(uid + 1, &end, 10);
	if (errno != 0 || *end != ':' || number > UINT32_MAX)
		return;
	if (users->count == users->room) {
		users->room = users->room == 0 ? 64 : users->room * 2;
		users->list = realloc(users->list,
		    users->room * sizeof users->list[0]);
		if (users->list == NULL) {
			log_error("cannot allocate the names of users");
			abort();
		}
	}
	*password = '\0';
	user = &users->list[users->count];
	user->uid = (uint32_t)number;
	user->line = (uint32_t)users->count++;
	(void)snprintf(user->name, sizeof user->name, "%.*s",
	    USERS_NAME_SIZE - 1, line);
}

static int
users_compare(const void *a, const void *b)
{
	const struct user *x = a, *y = b;

	if (x->uid != y->uid)
		return x->uid < y->uid ? -1 : 1;
	return (x->line > y->line) - (x->line < y->line);
}

const char *
users_name(const struct users *users, uint32_t uid)
{
	size_t low = 0, high = users->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (users->list[middle].uid < uid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < users->count && users->list[low].uid == uid ?
	    users->list[low].name : NULL;
}
