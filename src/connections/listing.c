/*
 * Asks for the sockets and the processes; see listing.h. Sockets come first,
 * so that the process of each that lasts is found.
 */
#include "connections/listing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"
#include "dissect/services.h"
#include "host/users.h"

struct listing {
	int64_t			 time_ns;
	struct socket_facts	*list;		/* owned */
	size_t			 count;
	size_t			 room;
	struct processes	*processes;	/* owned; NULL: no /proc */
	struct users		*users;		/* owned */
	uint16_t		 chosen_first;	/* the system gives these */
	uint16_t		 chosen_last;	/* to who asks for any port */
};

static void	listing_add(void *, const struct socket_facts *);
static void	listing_restart(void *);
static void	listing_sort(struct listing *);
static int	listing_compare(const void *, const void *);
static int	compare_numbers(uint64_t, uint64_t);
static bool	facts_is_listening(const struct socket_facts *);
static void	listing_read_range(struct listing *);
static bool	listing_is_chosen(const struct listing *, uint16_t);
static bool	listing_has_listener(const struct listing *,
		    const struct socket_facts *);
static bool	listener_takes(const struct socket_facts *,
		    const struct socket_facts *);
static const char *listing_service_side(const struct listing *,
		    const struct socket_facts *);
static void	listing_fill_service(const struct listing *,
		    const struct socket_facts *, struct connection *);
static size_t	listing_nameless(const struct listing *, bool);

struct listing *
listing_take(struct error *error)
{
	struct listing *listing = calloc(1, sizeof *listing);
	struct sockets *sockets = sockets_open();
	struct sockets_taker taker = {
		listing_add, listing_restart, listing
	};
	int result;

	if (listing == NULL) {
		log_error("cannot allocate %zu bytes", sizeof *listing);
		abort();
	}
	listing->time_ns = clock_ns(CLOCK_REALTIME);
	if (!sockets_is_netlink(sockets))
		log_verbose("no netlink: /proc/net says nothing of bytes and "
		    "round trips");
	result = sockets_dump(sockets, SOCKETS_ALL, &taker, error);
	sockets_close(sockets);
	if (result < 0) {
		listing_free(listing);
		return NULL;
	}
	if (result > 0)
		log_notice("sockets changed all the time while the kernel was "
		    "asked: some may be missing");
	listing_sort(listing);
	listing_read_range(listing);
	listing->users = users_open("/etc/passwd");
	listing->processes = processes_open(error);
	if (listing->processes == NULL ||
	    processes_scan(listing->processes, error) < 0)
		log_notice("%s: not all sockets have a program", error->text);
	else if (processes_is_cut(listing->processes))
		log_notice("more than %d sockets of processes: the rest has "
		    "no program", PROCESSES_OWNERS_MAX);
	return listing;
}

void
listing_free(struct listing *listing)
{
	processes_close(listing->processes);
	users_close(listing->users);
	free(listing->list);
	free(listing);
}

static void
listing_add(void *context, const struct socket_facts *facts)
{
	struct listing *listing = context;

	if (listing->count == listing->room) {
		listing->room = listing->room == 0 ? 256 : listing->room * 2;
		listing->list = reallocarray(listing->list, listing->room,
		    sizeof listing->list[0]);
		if (listing->list == NULL) {
			log_error("cannot allocate %zu sockets",
			    listing->room);
			abort();
		}
	}
	listing->list[listing->count++] = *facts;
}

static void
listing_restart(void *context)
{
	struct listing *listing = context;

	listing->count = 0;
}

/* One that the kernel gave twice stands beside itself then. */
static void
listing_sort(struct listing *listing)
{
	struct socket_facts *list = listing->list;
	size_t kept = 0;

	if (listing->count == 0)
		return;
	qsort(list, listing->count, sizeof list[0], listing_compare);
	for (size_t i = 0; i < listing->count; i++) {
		if (kept == 0 || (list[i].has & SOCKET_COOKIE) == 0 ||
		    list[i].cookie != list[kept - 1].cookie)
			list[kept++] = list[i];
	}
	listing->count = kept;
}

static int
listing_compare(const void *a, const void *b)
{
	const struct socket_facts *x = a, *y = b;
	int order = compare_numbers(x->protocol, y->protocol);

	if (order == 0)
		order = compare_numbers(!facts_is_listening(x),
		    !facts_is_listening(y));
	if (order == 0)
		order = compare_numbers(x->local.port, y->local.port);
	if (order == 0)
		order = compare_numbers(x->family, y->family);
	if (order == 0)
		order = memcmp(&x->local, &y->local, sizeof x->local);
	if (order == 0)
		order = memcmp(&x->remote, &y->remote, sizeof x->remote);
	if (order == 0)
		order = compare_numbers(x->cookie, y->cookie);
	if (order == 0)
		order = compare_numbers(x->inode, y->inode);
	return order;
}

static int
compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static bool
facts_is_listening(const struct socket_facts *facts)
{
	return facts->protocol == PROTOCOL_TCP ?
	    facts->state == SOCKET_LISTEN :
	    facts->state != SOCKET_ESTABLISHED;
}

/* Where the system does not say, what RFC 6335 has for it. */
static void
listing_read_range(struct listing *listing)
{
	FILE *file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
	unsigned int first, last;

	listing->chosen_first = 49152;
	listing->chosen_last = UINT16_MAX;
	if (file == NULL)
		return;
	if (fscanf(file, "%5u %5u", &first, &last) == 2 &&
	    first <= UINT16_MAX && last <= UINT16_MAX) {
		listing->chosen_first = (uint16_t)first;
		listing->chosen_last = (uint16_t)last;
	}
	(void)fclose(file);
}

/* Whether the system may have chosen the port for the moment. */
static bool
listing_is_chosen(const struct listing *listing, uint16_t port)
{
	return port >= listing->chosen_first && port <= listing->chosen_last;
}

size_t
listing_count(const struct listing *listing)
{
	return listing->count;
}

bool
listing_is_listening(const struct listing *listing, size_t i)
{
	return facts_is_listening(&listing->list[i]);
}

void
listing_fill(const struct listing *listing, size_t i, struct connection *c)
{
	const struct socket_facts *facts = &listing->list[i];
	const struct process *process = NULL;

	connection_fill(c, facts);
	c->time_ns = listing->time_ns;
	listing_fill_service(listing, facts, c);
	if (facts->inode == 0)
		return;
	c->user = users_name(listing->users, facts->uid);
	if (listing->processes != NULL)
		process = processes_owner(listing->processes, facts->inode,
		    0);
	if (process != NULL)
		connection_set_process(c, process);
}

bool
listing_other_process(const struct listing *listing, size_t i, size_t n,
    struct connection_process *other)
{
	uint64_t inode = listing->list[i].inode;
	const struct process *process = inode == 0 ||
	    listing->processes == NULL ? NULL :
	    processes_owner(listing->processes, inode, n + 1);

	if (process == NULL)
		return false;
	connection_process_fill(other, process);
	return true;
}

static void
listing_fill_service(const struct listing *listing,
    const struct socket_facts *facts, struct connection *c)
{
	const char *side = listing_service_side(listing, facts);

	if (side == NULL)
		return;
	c->has |= CONNECTION_SERVICE;
	c->service_side = side;
	c->service_name = services_name(facts->protocol,
	    strcmp(side, "local") == 0 ? facts->local.port :
	    facts->remote.port);
}

/* The end that serves; NULL when that cannot be told. */
static const char *
listing_service_side(const struct listing *listing,
    const struct socket_facts *facts)
{
	bool is_chosen = listing_is_chosen(listing, facts->local.port);

	if (facts_is_listening(facts))
		return facts->protocol == PROTOCOL_TCP || !is_chosen ?
		    "local" : NULL;
	if (listing_has_listener(listing, facts))
		return "local";
	if (is_chosen)
		return "remote";
	return listing_is_chosen(listing, facts->remote.port) ? "local" :
	    "remote";
}

/* Whether a listening socket would take what is sent to this one's end. */
static bool
listing_has_listener(const struct listing *listing,
    const struct socket_facts *facts)
{
	size_t low = 0, high = listing->count;

	/* Before it: what sorts lower than a listening one of its port. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct socket_facts *at = &listing->list[middle];

		if (at->protocol < facts->protocol ||
		    (at->protocol == facts->protocol &&
		    facts_is_listening(at) &&
		    at->local.port < facts->local.port))
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < listing->count; low++) {
		const struct socket_facts *at = &listing->list[low];

		if (at->protocol != facts->protocol ||
		    !facts_is_listening(at) ||
		    at->local.port != facts->local.port)
			return false;
		if (listener_takes(at, facts))
			return true;
	}
	return false;
}

/* One on :: takes IPv4, too; what it took is mapped. */
static bool
listener_takes(const struct socket_facts *listener,
    const struct socket_facts *facts)
{
	static const uint8_t any[16];
	struct socket_facts own = *facts;
	struct socket_facts its = *listener;
	size_t size;

	(void)socket_unmap(&own);
	(void)socket_unmap(&its);
	size = its.family == 4 ? 4 : 16;
	if (memcmp(its.local.address, any, size) == 0)
		return its.family == own.family || its.family == 6;
	return its.family == own.family &&
	    memcmp(its.local.address, own.local.address, size) == 0;
}

/* Sockets that a process may have, and none was found. */
static size_t
listing_nameless(const struct listing *listing, bool is_all)
{
	size_t count = 0;

	for (size_t i = 0; i < listing->count; i++) {
		const struct socket_facts *facts = &listing->list[i];

		count += facts->inode != 0 &&
		    (is_all || !facts_is_listening(facts)) &&
		    processes_owner(listing->processes, facts->inode, 0) ==
		    NULL;
	}
	return count;
}

void
listing_write_trouble(const struct listing *listing, bool is_all,
    struct buffer *b)
{
	char number[UNITS_SIZE];
	size_t denied, nameless;

	if (listing->processes == NULL)
		return;
	denied = processes_denied(listing->processes);
	nameless = listing_nameless(listing, is_all);
	if (nameless == 0 ||
	    (denied == 0 && !processes_is_hiding(listing->processes)))
		return;
	units_count(number, sizeof number, nameless);
	buffer_format(b, "%s socket%s no program: ", number,
	    nameless == 1 ? " has" : "s have");
	units_count(number, sizeof number, denied);
	if (denied > 0)
		buffer_format(b, "no right to look into %s process%s", number,
		    denied == 1 ? "" : "es");
	else
		buffer_text(b, "/proc hides the processes of others");
	if (geteuid() != 0)
		buffer_text(b, " (run with sudo)");
}
