/*
 * Sweeps over all sockets; see sweep.h.
 *
 * Two lists in one order, of now and of before, are gone through together.
 * For new sockets somebody is looked for who has them: first the processes
 * that had others of late, then all, the youngest first, as who opens a
 * connection just now is often one that has just begun. The first sweep goes
 * the other way round: of several that have a socket the oldest made it.
 */
#include "host/sweep.h"

#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "host/namespaces.h"
#include "host/process_files.h"

/* Sweeps in which somebody is looked for; then the socket is nobody's. */
enum { SWEEP_TRIES = 3, SWEEP_SETTLED = 255 };

/* Younger processes that are looked at first for a new connection. */
enum { SWEEP_YOUNG = 16 };

enum { SWEEP_RECENT = 16, SWEEP_LINK_SIZE = 64, SWEEP_SOCKETS_MAX = 1 << 20 };

struct swept {
	struct news_socket	socket;
	uint64_t		inode;
	int64_t			begin_ns;	/* not there then */
	uint8_t			tries;
};

struct swept_list {
	struct swept	*items;		/* owned; sorted */
	size_t		 count;
	size_t		 room;
};

/* A socket whose process is looked for. */
struct wanted {
	uint64_t	 inode;
	struct swept	*swept;
};

struct sweep {
	struct roster		*roster;
	struct news_taker	 taker;
	struct sockets		*sockets;	/* owned */
	struct namespaces	 namespaces;
	struct swept_list	 now;
	struct swept_list	 before;
	struct wanted		*wanted;	/* owned; sorted by inode */
	size_t			 wanted_count;
	size_t			 wanted_room;
	size_t			 missing;	/* not found yet */
	uint32_t		*pids;		/* owned */
	size_t			 pid_count;
	size_t			 pid_room;
	uint32_t		 recent[SWEEP_RECENT];
	uint32_t		 netns;		/* of what is collected now */
	int64_t			 last_ns;	/* of the last sweep; 0 */
	bool			 is_unsorted;	/* what is now */
};

static void	*room_for(void *, size_t, size_t *, size_t);
static void	collect(struct sweep *, enum sweep_scope);
static void	keep_rest(struct sweep *, enum sweep_scope);
static bool	is_within(const struct sweep *, enum sweep_scope,
		    const struct swept *);
static void	take(void *, const struct socket_facts *);
static void	restart(void *);
static int	compare(const void *, const void *);
static void	sort(struct swept_list *);
static void	match(struct sweep *, int64_t);
static void	want(struct sweep *);
static int	compare_wanted(const void *, const void *);
static void	hunt(struct sweep *, bool);
static void	list_pids(struct sweep *);
static uint32_t	newest_pid(void);
static void	hunt_one(struct sweep *, size_t);
static struct swept *add(struct sweep *, const struct socket_facts *);
static void	look_at(struct sweep *, uint32_t);
static void	found(struct sweep *, uint32_t, uint64_t);
static void	remember(struct sweep *, uint32_t);

struct sweep *
sweep_open(struct roster *roster, const struct news_taker *taker)
{
	struct sweep *s = calloc(1, sizeof *s);

	if (s == NULL) {
		log_error("cannot allocate %zu bytes", sizeof *s);
		abort();
	}
	s->roster = roster;
	s->taker = *taker;
	s->sockets = sockets_open();
	namespaces_scan(&s->namespaces);
	return s;
}

void
sweep_close(struct sweep *s)
{
	if (s == NULL)
		return;
	sockets_close(s->sockets);
	free(s->now.items);
	free(s->before.items);
	free(s->wanted);
	free(s->pids);
	free(s);
}

uint32_t
sweep_netns(const struct sweep *s)
{
	return s->namespaces.own;
}

void
sweep_meet(struct sweep *s, uint32_t netns, uint32_t pid)
{
	namespaces_meet(&s->namespaces, netns, pid, &s->taker);
}

/* The array with room for one more. */
static void *
room_for(void *array, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return array;
	*room = *room == 0 ? 256 : *room * 2;
	array = reallocarray(array, *room, size);
	if (array == NULL) {
		log_error("cannot allocate memory for sockets");
		abort();
	}
	return array;
}

void
sweep_run(struct sweep *s, enum sweep_scope scope, int64_t now_ns)
{
	struct swept_list last = s->before;

	s->before = s->now;
	s->now = last;
	s->now.count = 0;
	if (s->is_unsorted)
		sort(&s->before);
	s->is_unsorted = false;
	if (scope == SWEEP_ALL) {
		namespaces_scan(&s->namespaces);
		namespaces_tell(&s->namespaces, &s->taker);
	}
	collect(s, scope);
	sort(&s->now);
	match(s, now_ns);
	want(s);
	hunt(s, s->last_ns == 0);
	s->last_ns = now_ns;
}

static void
collect(struct sweep *s, enum sweep_scope scope)
{
	struct sockets_taker taker = { take, restart, s };
	struct error error;

	s->netns = s->namespaces.own;
	if (sockets_dump(s->sockets, scope == SWEEP_UDP ?
	    SOCKETS_UDP | SOCKETS_LISTENING | SOCKETS_CONNECTED :
	    SOCKETS_ALL, &taker, &error) < 0)
		log_verbose("programs: %s", error.text);
	if (scope != SWEEP_ALL) {
		keep_rest(s, scope);
		return;
	}
	for (size_t i = 0; i < s->namespaces.count; i++) {
		s->netns = s->namespaces.others[i].inode;
		namespaces_sockets(s->namespaces.others[i].pid, &taker);
	}
}

/* Who is not looked at has what he had. */
static void
keep_rest(struct sweep *s, enum sweep_scope scope)
{
	for (size_t i = 0; i < s->before.count; i++) {
		if (is_within(s, scope, &s->before.items[i]))
			continue;
		s->now.items = room_for(s->now.items, s->now.count,
		    &s->now.room, sizeof *s->now.items);
		s->now.items[s->now.count++] = s->before.items[i];
	}
}

static bool
is_within(const struct sweep *s, enum sweep_scope scope,
    const struct swept *swept)
{
	if (scope == SWEEP_ALL)
		return true;
	return swept->socket.netns == s->namespaces.own &&
	    (scope == SWEEP_OWN || swept->socket.protocol == IPPROTO_UDP);
}

static void
take(void *context, const struct socket_facts *facts)
{
	struct sweep *s = context;

	/* The kernel's own: what lingers, or answers for nobody yet. */
	if (facts->inode == 0 || facts->local.port == 0 ||
	    s->now.count == SWEEP_SOCKETS_MAX)
		return;
	(void)add(s, facts);
}

/* Not told yet; in the namespace that is looked at. */
static struct swept *
add(struct sweep *s, const struct socket_facts *facts)
{
	struct swept *swept;

	s->now.items = room_for(s->now.items, s->now.count, &s->now.room,
	    sizeof *s->now.items);
	swept = &s->now.items[s->now.count++];
	memset(swept, 0, sizeof *swept);
	swept->inode = facts->inode;
	swept->socket.protocol = facts->protocol;
	swept->socket.family = facts->family;
	swept->socket.netns = s->netns;
	swept->socket.local_port = facts->local.port;
	swept->socket.remote_port = facts->remote.port;
	memcpy(swept->socket.local, facts->local.address, 16);
	memcpy(swept->socket.remote, facts->remote.address, 16);
	news_socket_unmap(&swept->socket, facts->is_v6only);
	return swept;
}

static void
restart(void *context)
{
	struct sweep *s = context;

	s->now.count = 0;
}

static int
compare(const void *a, const void *b)
{
	const struct swept *x = a, *y = b;
	int order = memcmp(&x->socket, &y->socket, sizeof x->socket);

	if (order != 0)
		return order;
	return (x->inode > y->inode) - (x->inode < y->inode);
}

static void
sort(struct swept_list *list)
{
	size_t kept = 0;

	if (list->count > 0)
		qsort(list->items, list->count, sizeof *list->items, compare);
	for (size_t i = 0; i < list->count; i++) {
		if (kept == 0 ||
		    compare(&list->items[kept - 1], &list->items[i]) != 0)
			list->items[kept++] = list->items[i];
	}
	list->count = kept;
}

/* What went is told; what stayed is known as before. */
static void
match(struct sweep *s, int64_t now_ns)
{
	struct news news = { .kind = NEWS_CLOSE, .slot = NEWS_SLOT_ANY,
	    .end_ns = now_ns };
	size_t i = 0, k = 0;

	while (i < s->before.count || k < s->now.count) {
		struct swept *old = i == s->before.count ? NULL :
		    &s->before.items[i];
		struct swept *new = k == s->now.count ? NULL :
		    &s->now.items[k];
		int order = old == NULL ? 1 : new == NULL ? -1 :
		    compare(old, new);

		if (order == 0) {
			new->begin_ns = old->begin_ns;
			new->tries = old->tries;
		} else if (order > 0) {
			new->begin_ns = s->last_ns;
			new->tries = 0;
		} else {
			news.socket = old->socket;
			s->taker.take(s->taker.context, &news);
		}
		i += order <= 0;
		k += order >= 0;
	}
}

static void
want(struct sweep *s)
{
	s->wanted_count = 0;
	for (size_t i = 0; i < s->now.count; i++) {
		struct swept *swept = &s->now.items[i];

		if (swept->tries >= SWEEP_TRIES)
			continue;
		swept->tries++;
		s->wanted = room_for(s->wanted, s->wanted_count,
		    &s->wanted_room, sizeof *s->wanted);
		s->wanted[s->wanted_count++] = (struct wanted){
			swept->inode, swept
		};
	}
	if (s->wanted_count > 0)
		qsort(s->wanted, s->wanted_count, sizeof *s->wanted,
		    compare_wanted);
	s->missing = s->wanted_count;
}

static int
compare_wanted(const void *a, const void *b)
{
	const struct wanted *x = a, *y = b;

	return (x->inode > y->inode) - (x->inode < y->inode);
}

static void
hunt(struct sweep *s, bool is_first)
{
	if (s->missing == 0)
		return;
	list_pids(s);
	for (size_t i = 0; i < SWEEP_RECENT && s->missing > 0 && !is_first;
	    i++) {
		if (s->recent[i] != 0)
			look_at(s, s->recent[i]);
	}
	for (size_t i = 0; i < s->pid_count && s->missing > 0; i++)
		look_at(s, s->pids[is_first ? i : s->pid_count - 1 - i]);
}

/* In ascending order, as the kernel lists them. */
static void
list_pids(struct sweep *s)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;

	s->pid_count = 0;
	if (proc == NULL)
		return;
	while ((entry = readdir(proc)) != NULL) {
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		s->pids = room_for(s->pids, s->pid_count, &s->pid_room,
		    sizeof *s->pids);
		s->pids[s->pid_count++] = (uint32_t)strtoul(entry->d_name,
		    NULL, 10);
	}
	(void)closedir(proc);
}

void
sweep_knock(struct sweep *s, const struct socket_facts *syn, int64_t now_ns)
{
	struct socket_facts facts = *syn;
	struct swept *swept;
	struct error error;

	if (s->now.count >= SWEEP_SOCKETS_MAX ||
	    sockets_find(s->sockets, &facts, &error) <= 0 ||
	    facts.inode == 0 || facts.remote.port != syn->remote.port)
		return;
	s->netns = s->namespaces.own;
	swept = add(s, &facts);
	swept->begin_ns = now_ns;
	/* Of what comes twice, or was swept just now, one goes with sorting. */
	s->is_unsorted = true;
	hunt_one(s, s->now.count - 1);
}

/* The youngest first: it hardly needs more than one look. */
static void
hunt_one(struct sweep *s, size_t at)
{
	struct wanted one = { s->now.items[at].inode, &s->now.items[at] };
	uint32_t newest = newest_pid();

	s->wanted = room_for(s->wanted, 0, &s->wanted_room,
	    sizeof *s->wanted);
	s->wanted[0] = one;
	s->wanted_count = s->missing = 1;
	for (uint32_t i = 0; i < SWEEP_YOUNG && i < newest && s->missing > 0;
	    i++)
		look_at(s, newest - i);
	hunt(s, false);
}

/* The pid that was given out last ends the line; 0: unknown. */
static uint32_t
newest_pid(void)
{
	FILE *file = fopen("/proc/loadavg", "re");
	unsigned int pid = 0;

	if (file == NULL)
		return 0;
	if (fscanf(file, "%*s %*s %*s %*s %u", &pid) != 1)
		pid = 0;
	(void)fclose(file);
	return pid;
}

static void
look_at(struct sweep *s, uint32_t pid)
{
	char path[SWEEP_LINK_SIZE], link[SWEEP_LINK_SIZE];
	const struct dirent *entry;
	uint64_t inode;
	ssize_t size;
	DIR *files;

	(void)snprintf(path, sizeof path, "/proc/%u/fd", pid);
	files = opendir(path);
	if (files == NULL)
		return;
	while (s->missing > 0 && (entry = readdir(files)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		size = readlinkat(dirfd(files), entry->d_name, link,
		    sizeof link);
		if (size > 0 && process_files_socket(link, (size_t)size,
		    &inode))
			found(s, pid, inode);
	}
	(void)closedir(files);
}

static void
found(struct sweep *s, uint32_t pid, uint64_t inode)
{
	struct wanted key = { inode, NULL };
	struct wanted *w = s->wanted_count == 0 ? NULL : bsearch(&key,
	    s->wanted, s->wanted_count, sizeof key, compare_wanted);
	struct news news = { .kind = NEWS_SOCKET, .by = NEWS_BY_SOCKETS,
	    .end_ns = NEWS_OPEN };

	if (w == NULL || w->swept->tries == SWEEP_SETTLED)
		return;
	news.slot = roster_of_pid(s->roster, pid);
	if (news.slot == NEWS_SLOTS)
		return;
	w->swept->tries = SWEEP_SETTLED;
	s->missing--;
	remember(s, pid);
	news.begin_ns = roster_start_ns(s->roster, news.slot);
	if (news.begin_ns < w->swept->begin_ns)
		news.begin_ns = w->swept->begin_ns;
	news.socket = w->swept->socket;
	s->taker.take(s->taker.context, &news);
}

/* Moves it to the front of those that are looked at first. */
static void
remember(struct sweep *s, uint32_t pid)
{
	size_t at = 0;

	while (at < SWEEP_RECENT - 1 && s->recent[at] != pid)
		at++;
	memmove(&s->recent[1], &s->recent[0], at * sizeof s->recent[0]);
	s->recent[0] = pid;
}
