/*
 * The table of sockets; see programs_table.h.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/pool.h"
#include "host/programs_table.h"

/*
 * Entries of one place in the index that are looked at, the newest first:
 * more than any honest port has seen in ten minutes.
 */
enum { TABLE_LOOKS_MAX = 256 };

/*
 * How far from a socket's time a flow may be. The kernel says when a socket
 * was first used, and it may be older; a look at all sockets says when it was
 * not there yet, which is exact but for the clocks. A connection's last
 * segments come late.
 */
#define TABLE_BEFORE_NS INT64_C(500000000)
#define TABLE_BEFORE_LOOK_NS INT64_C(20000000)
#define TABLE_AFTER_NS INT64_C(50000000)
#define TABLE_LATE_NS INT64_C(120000000000)

/* A process with its time; what it had may be remembered longer than it. */
struct owner {
	struct process	process;
	int64_t		end_ns;
	uint32_t	references;
};

/* Entries are named by their numbers; 0 is none. */
struct entry {
	struct news_socket	 socket;
	struct owner		*owner;
	int64_t			 begin_ns;
	int64_t			 end_ns;	/* NEWS_OPEN */
	uint32_t		 next;		/* in its place of the index */
	uint32_t		 previous;
	uint32_t		 newer;		/* in its list */
	uint32_t		 older;
	uint8_t			 by;		/* enum news_by */
	bool			 is_closed;
};

/* In the order in which they came in. */
struct entry_list {
	uint32_t	oldest;
	uint32_t	newest;
};

struct local_address {
	uint8_t		bytes[16];
	uint32_t	netns;
	uint8_t		family;
};

struct programs_table {
	struct pool		 pool;		/* of entries */
	uint32_t		*index;		/* owned; first of a place */
	uint32_t		 mask;		/* places less one */
	struct hash_secret	 secret;
	struct entry_list	 open;
	struct entry_list	 closed;
	struct owner		*slots[NEWS_SLOTS];
	struct local_address	 addresses[PROGRAMS_ADDRESSES_MAX];
	uint32_t		 address_count;
	uint32_t		 netns;		/* ours; 0: unknown */
};

/* The best answer so far. */
struct choice {
	const struct entry	*entry;
	int64_t			 gap_ns;
	bool			 is_own;	/* in our namespace */
	bool			 is_exact;	/* bound to that address */
	bool			 is_doubtful;	/* another one is as good */
};

static uint32_t		*place(const struct programs_table *, uint8_t,
			    uint16_t, uint16_t, const uint8_t *);
static struct entry	*entry_at(const struct programs_table *, uint32_t);
static void		 list_add(struct programs_table *,
			    struct entry_list *, uint32_t);
static void		 list_remove(struct programs_table *,
			    struct entry_list *, uint32_t);
static void		 owner_release(struct owner *);
static void		 take_process(struct programs_table *,
			    const struct news *);
static void		 take_socket(struct programs_table *,
			    const struct news *);
static bool		 is_told(struct programs_table *, const struct news *,
			    uint32_t);
static void		 take_close(struct programs_table *,
			    const struct news *);
static void		 take_address(struct programs_table *,
			    const struct news *);
static void		 forget_addresses(struct programs_table *, uint32_t);
static void		 add(struct programs_table *, const struct news *,
			    uint32_t *);
static void		 remove_entry(struct programs_table *, uint32_t);
static void		 expire(struct programs_table *, int64_t);
static void		 look(const struct programs_table *,
			    const struct programs_question *, uint16_t,
			    struct choice *);
static bool		 does_match(const struct programs_table *,
			    const struct entry *,
			    const struct programs_question *);
static void		 consider(const struct programs_table *,
			    const struct entry *,
			    const struct programs_question *,
			    struct choice *);
static int		 compare(const struct choice *,
			    const struct choice *);
static bool		 is_local(const struct programs_table *,
			    const struct programs_question *, uint32_t);
static bool		 is_for_all(const struct programs_question *);
static int64_t		 gap_of(const struct entry *,
			    const struct programs_question *);

struct programs_table *
programs_table_new(const struct hash_secret *secret, uint32_t entries)
{
	struct programs_table *t = calloc(1, sizeof *t);
	uint32_t places = 1;

	while (places < entries)
		places *= 2;
	if (t != NULL)
		t->index = calloc(places, sizeof *t->index);
	if (t == NULL || t->index == NULL) {
		log_error("cannot allocate memory for programs");
		abort();
	}
	t->mask = places - 1;
	t->secret = *secret;
	pool_init(&t->pool, sizeof(struct entry), entries);
	return t;
}

void
programs_table_free(struct programs_table *t)
{
	if (t == NULL)
		return;
	while (t->open.oldest != 0)
		remove_entry(t, t->open.oldest);
	while (t->closed.oldest != 0)
		remove_entry(t, t->closed.oldest);
	for (size_t i = 0; i < NEWS_SLOTS; i++)
		owner_release(t->slots[i]);
	pool_release(&t->pool);
	free(t->index);
	free(t);
}

void
programs_table_set_netns(struct programs_table *t, uint32_t netns)
{
	t->netns = netns;
}

size_t
programs_table_count(const struct programs_table *t)
{
	return t->pool.live;
}

static struct entry *
entry_at(const struct programs_table *t, uint32_t number)
{
	return pool_at(&t->pool, number);
}

/* Where those with these ports and this remote address stand. */
static uint32_t *
place(const struct programs_table *t, uint8_t protocol, uint16_t local_port,
    uint16_t remote_port, const uint8_t *remote)
{
	uint16_t ports[8] = { local_port, remote_port, protocol };
	uint64_t sum = hash_part(&t->secret, 0, ports) +
	    hash_part(&t->secret, sizeof ports, remote);

	return &t->index[hash_mix64(sum) & t->mask];
}

static void
list_add(struct programs_table *t, struct entry_list *list, uint32_t number)
{
	struct entry *e = entry_at(t, number);

	e->newer = 0;
	e->older = list->newest;
	if (list->newest != 0)
		entry_at(t, list->newest)->newer = number;
	else
		list->oldest = number;
	list->newest = number;
}

static void
list_remove(struct programs_table *t, struct entry_list *list,
    uint32_t number)
{
	struct entry *e = entry_at(t, number);

	if (e->newer != 0)
		entry_at(t, e->newer)->older = e->older;
	else
		list->newest = e->older;
	if (e->older != 0)
		entry_at(t, e->older)->newer = e->newer;
	else
		list->oldest = e->newer;
}

static void
owner_release(struct owner *owner)
{
	if (owner != NULL && --owner->references == 0)
		free(owner);
}

void
programs_table_take(struct programs_table *t, const struct news *n,
    int64_t now_ns)
{
	switch (n->kind) {
	case NEWS_PROCESS:
		take_process(t, n);
		break;
	case NEWS_SOCKET:
		expire(t, now_ns);
		take_socket(t, n);
		break;
	case NEWS_CLOSE:
		take_close(t, n);
		break;
	case NEWS_EXIT:
		if (t->slots[n->slot] != NULL)
			t->slots[n->slot]->end_ns = n->end_ns;
		break;
	case NEWS_ADDRESS:
		take_address(t, n);
		break;
	case NEWS_ADDRESSES:
		forget_addresses(t, n->netns);
		break;
	default:
		break;		/* of the collector itself */
	}
}

/* Another process takes the place; what the last one had keeps its name. */
static void
take_process(struct programs_table *t, const struct news *n)
{
	struct owner *owner = calloc(1, sizeof *owner);

	if (owner == NULL) {
		log_error("cannot allocate memory for a program");
		abort();
	}
	owner->process = n->process;
	owner->end_ns = NEWS_OPEN;
	owner->references = 1;
	owner_release(t->slots[n->slot]);
	t->slots[n->slot] = owner;
}

static void
take_socket(struct programs_table *t, const struct news *n)
{
	uint32_t *first = place(t, n->socket.protocol, n->socket.local_port,
	    n->socket.remote_port, n->socket.remote);

	if (t->slots[n->slot] != NULL && !is_told(t, n, *first))
		add(t, n, first);
}

/*
 * Whether there is nothing to add: it is known already, or the kernel said
 * who has that connection, and it knows better than who looks at it later.
 */
static bool
is_told(struct programs_table *t, const struct news *n, uint32_t number)
{
	int looks = 0;

	for (; number != 0 && looks < TABLE_LOOKS_MAX; looks++) {
		struct entry *e = entry_at(t, number);

		number = e->next;
		if (e->is_closed ||
		    memcmp(&e->socket, &n->socket, sizeof e->socket) != 0)
			continue;
		if (e->owner != t->slots[n->slot]) {
			if (n->socket.remote_port != 0 &&
			    e->by == NEWS_BY_EBPF && n->by != NEWS_BY_EBPF)
				return true;
			continue;
		}
		if (n->begin_ns < e->begin_ns)
			e->begin_ns = n->begin_ns;
		if (n->by == NEWS_BY_EBPF)
			e->by = NEWS_BY_EBPF;
		return true;
	}
	return false;
}

static void
add(struct programs_table *t, const struct news *n, uint32_t *first)
{
	struct entry *e;
	uint32_t number;

	if (t->pool.live == t->pool.capacity)
		remove_entry(t, t->closed.oldest != 0 ? t->closed.oldest :
		    t->open.oldest);
	number = pool_take(&t->pool);
	e = entry_at(t, number);
	e->socket = n->socket;
	e->owner = t->slots[n->slot];
	e->owner->references++;
	e->begin_ns = n->begin_ns;
	e->end_ns = n->end_ns;
	e->by = (uint8_t)n->by;
	e->is_closed = n->end_ns != NEWS_OPEN;
	e->next = *first;
	if (*first != 0)
		entry_at(t, *first)->previous = number;
	*first = number;
	list_add(t, e->is_closed ? &t->closed : &t->open, number);
}

static void
remove_entry(struct programs_table *t, uint32_t number)
{
	struct entry *e = entry_at(t, number);

	if (e->previous != 0)
		entry_at(t, e->previous)->next = e->next;
	else
		*place(t, e->socket.protocol, e->socket.local_port,
		    e->socket.remote_port, e->socket.remote) = e->next;
	if (e->next != 0)
		entry_at(t, e->next)->previous = e->previous;
	list_remove(t, e->is_closed ? &t->closed : &t->open, number);
	owner_release(e->owner);
	pool_give(&t->pool, number);
}

static void
expire(struct programs_table *t, int64_t now_ns)
{
	while (t->closed.oldest != 0 && now_ns -
	    entry_at(t, t->closed.oldest)->end_ns > PROGRAMS_KEPT_NS)
		remove_entry(t, t->closed.oldest);
}

/* Ends all entries of that socket, or those of one process. */
static void
take_close(struct programs_table *t, const struct news *n)
{
	uint32_t number = *place(t, n->socket.protocol,
	    n->socket.local_port, n->socket.remote_port, n->socket.remote);
	int looks = 0;

	for (; number != 0 && looks < TABLE_LOOKS_MAX; looks++) {
		struct entry *e = entry_at(t, number);
		uint32_t next = e->next;

		if (!e->is_closed && memcmp(&e->socket, &n->socket,
		    sizeof e->socket) == 0 && (n->slot == NEWS_SLOT_ANY ||
		    e->owner == t->slots[n->slot])) {
			list_remove(t, &t->open, number);
			e->end_ns = n->end_ns;
			e->is_closed = true;
			list_add(t, &t->closed, number);
		}
		number = next;
	}
}

static void
take_address(struct programs_table *t, const struct news *n)
{
	struct local_address *address;

	/* Those that were told first may be of namespaces long gone. */
	if (t->address_count == PROGRAMS_ADDRESSES_MAX)
		memmove(&t->addresses[0], &t->addresses[1],
		    --t->address_count * sizeof t->addresses[0]);
	address = &t->addresses[t->address_count++];
	memcpy(address->bytes, n->socket.local, sizeof address->bytes);
	address->family = n->socket.family;
	address->netns = n->netns;
}

static void
forget_addresses(struct programs_table *t, uint32_t netns)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < t->address_count; i++) {
		if (t->addresses[i].netns != netns)
			t->addresses[kept++] = t->addresses[i];
	}
	t->address_count = kept;
}

bool
programs_table_find(const struct programs_table *t,
    const struct programs_question *q, struct process *process,
    enum news_by *by)
{
	struct choice best = { .entry = NULL };

	look(t, q, q->remote_port, &best);
	if (best.entry == NULL)
		look(t, q, 0, &best);
	if (best.entry == NULL || best.is_doubtful)
		return false;
	*process = best.entry->owner->process;
	*by = (enum news_by)best.entry->by;
	return true;
}

/* At connected sockets, or with remote_port 0 at the others. */
static void
look(const struct programs_table *t, const struct programs_question *q,
    uint16_t remote_port, struct choice *best)
{
	static const uint8_t any[16];
	uint32_t number = *place(t, q->protocol, q->local_port, remote_port,
	    remote_port == 0 ? any : q->remote);
	int looks = 0;

	for (; number != 0 && looks < TABLE_LOOKS_MAX; looks++) {
		const struct entry *e = entry_at(t, number);

		if (e->socket.remote_port == remote_port &&
		    does_match(t, e, q))
			consider(t, e, q, best);
		number = e->next;
	}
}

static bool
does_match(const struct programs_table *t, const struct entry *e,
    const struct programs_question *q)
{
	const struct news_socket *s = &e->socket;

	if (s->protocol != q->protocol || s->local_port != q->local_port ||
	    (s->family != q->family && s->family != 0))
		return false;
	if (s->remote_port != 0)
		return memcmp(s->remote, q->remote, sizeof s->remote) == 0 &&
		    (news_is_any(s->local) ||
		    memcmp(s->local, q->local, sizeof s->local) == 0);
	if (!news_is_any(s->local))
		return memcmp(s->local, q->local, sizeof s->local) == 0;
	return is_for_all(q) || is_local(t, q, s->netns);
}

/* Whether the address is one of that namespace. */
static bool
is_local(const struct programs_table *t, const struct programs_question *q,
    uint32_t netns)
{
	if (q->family == 4 && q->local[0] == 127)
		return netns == t->netns || netns == 0;
	for (uint32_t i = 0; i < t->address_count; i++) {
		const struct local_address *a = &t->addresses[i];

		if (a->netns == netns && a->family == q->family &&
		    memcmp(a->bytes, q->local, sizeof a->bytes) == 0)
			return true;
	}
	return false;
}

/* Multicast, or broadcast to every network; a network's own is listed. */
static bool
is_for_all(const struct programs_question *q)
{
	if (q->family == 6)
		return q->local[0] == 0xff;
	return (q->local[0] & 0xf0) == 0xe0 ||
	    memcmp(q->local, "\xff\xff\xff\xff", 4) == 0;
}

static int64_t
gap_of(const struct entry *e, const struct programs_question *q)
{
	bool is_connected = e->socket.remote_port != 0;
	int64_t before_ns = e->by == NEWS_BY_EBPF ? TABLE_BEFORE_NS :
	    TABLE_BEFORE_LOOK_NS;
	int64_t end_ns = e->end_ns;

	/* A connection lives on in the kernel when its process is gone. */
	if (e->owner->end_ns < end_ns &&
	    (e->socket.protocol != 6 || !is_connected))
		end_ns = e->owner->end_ns;
	if (q->end_ns < e->begin_ns)
		return e->begin_ns - q->end_ns <= before_ns ?
		    e->begin_ns - q->end_ns : -1;
	if (q->begin_ns <= end_ns)
		return 0;
	return q->begin_ns - end_ns <=
	    (is_connected ? TABLE_LATE_NS : TABLE_AFTER_NS) ?
	    q->begin_ns - end_ns : -1;
}

static void
consider(const struct programs_table *t, const struct entry *e,
    const struct programs_question *q, struct choice *best)
{
	struct choice this = {
		.entry = e,
		.gap_ns = gap_of(e, q),
		.is_own = e->socket.netns == t->netns ||
		    e->socket.netns == 0,
		.is_exact = !news_is_any(e->socket.local)
	};
	int order;

	if (this.gap_ns < 0)
		return;
	if (best->entry == NULL) {
		*best = this;
		return;
	}
	/* Of two other namespaces nobody knows which one it was. */
	this.is_doubtful = best->is_doubtful ||
	    (!this.is_own && !best->is_own &&
	    e->socket.netns != best->entry->socket.netns);
	order = compare(&this, best);
	if (this.is_own && !best->is_own)
		this.is_doubtful = false;
	if (order > 0)
		*best = this;
	else if (!best->is_own)
		best->is_doubtful = this.is_doubtful;
}

/* Above 0: the first is the better answer. */
static int
compare(const struct choice *a, const struct choice *b)
{
	bool is_a_ebpf = a->entry->by == NEWS_BY_EBPF;
	bool is_b_ebpf = b->entry->by == NEWS_BY_EBPF;

	if (a->is_own != b->is_own)
		return a->is_own ? 1 : -1;
	if (a->gap_ns != b->gap_ns)
		return a->gap_ns < b->gap_ns ? 1 : -1;
	if (a->is_exact != b->is_exact)
		return a->is_exact ? 1 : -1;
	if (is_a_ebpf != is_b_ebpf)
		return is_a_ebpf ? 1 : -1;
	return a->entry->begin_ns > b->entry->begin_ns ? 1 : -1;
}
