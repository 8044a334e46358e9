/*
 * The meter's side of programs; see programs.h.
 */
#include "host/programs.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

/* To load the program and look around takes a fraction of a second. */
enum { PROGRAMS_HELLO_MS = 20000, PROGRAMS_SETTLE_MS = 300 };

/* No more questions than that. */
#define PROGRAMS_ASK_NS INT64_C(50000000)

struct programs {
	struct programs_table	*table;		/* under the lock */
	pthread_mutex_t		 lock;
	pthread_cond_t		 changed;	/* synced, or is_over */
	pthread_t		 listener;
	bool			 is_listening;
	bool			 is_over;	/* no more news will come */
	bool			 is_closing;
	enum collector_how	 how;
	enum news_by		 by;
	int			 socket;
	pid_t			 collector;
	uint64_t		 lost;
	uint32_t		 question;	/* number of the last one */
	uint32_t		 synced;
	_Atomic int64_t		 asked_ns;
	struct news		 news;		/* the listener's */
	uint8_t			 bytes[NEWS_DATAGRAM_MAX];
};

static bool	hear(struct programs *);
static void	take(struct programs *, struct cursor *);
static void	take_one(struct programs *, const struct news *, int64_t);
static void	*listen_on(void *);
static void	ask(struct programs *, uint8_t, uint32_t);

struct programs *
programs_open(enum collector_how how, const char *user, struct error *error)
{
	struct programs *p = calloc(1, sizeof *p);
	struct hash_secret secret;
	pthread_condattr_t attributes;

	if (p == NULL) {
		log_error("cannot allocate %zu bytes", sizeof *p);
		abort();
	}
	p->how = how;
	p->socket = collector_start(how, user, &p->collector, error);
	if (p->socket < 0) {
		free(p);
		return NULL;
	}
	hash_secret_draw(&secret);
	p->table = programs_table_new(&secret, PROGRAMS_ENTRIES_MAX);
	(void)pthread_mutex_init(&p->lock, NULL);
	(void)pthread_condattr_init(&attributes);
	(void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&p->changed, &attributes);
	(void)pthread_condattr_destroy(&attributes);
	return p;
}

int
programs_begin(struct programs *p, struct error *error)
{
	struct pollfd wait = { .fd = p->socket, .events = POLLIN };
	sigset_t all, before;
	int status;

	do {
		int ready = poll(&wait, 1, PROGRAMS_HELLO_MS);

		if (ready == 0 || (ready < 0 && errno != EINTR))
			break;
	} while (wait.revents == 0 || (hear(p) && p->news.kind !=
	    NEWS_HELLO));
	if (p->by == NEWS_BY_NOTHING)
		return error_set(error, "cannot find out programs: %s",
		    p->news.kind == NEWS_HELLO && p->news.text[0] != '\0' ?
		    p->news.text : "the collector does not answer");
	if (p->how == COLLECTOR_AUTO && p->by == NEWS_BY_SOCKETS)
		log_notice("programs are found by looking at all sockets, "
		    "which may miss short flows: %s", p->news.text);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &before);
	status = pthread_create(&p->listener, NULL, listen_on, p);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	p->is_listening = status == 0;
	return status == 0 ? 0 : error_system(error, status,
	    "cannot begin a thread");
}

void
programs_close(struct programs *p)
{
	if (p == NULL)
		return;
	(void)pthread_mutex_lock(&p->lock);
	p->is_closing = true;
	(void)pthread_mutex_unlock(&p->lock);
	(void)shutdown(p->socket, SHUT_RDWR);
	if (p->is_listening)
		(void)pthread_join(p->listener, NULL);
	(void)close(p->socket);
	while (waitpid(p->collector, NULL, 0) < 0 && errno == EINTR)
		;
	programs_table_free(p->table);
	(void)pthread_cond_destroy(&p->changed);
	(void)pthread_mutex_destroy(&p->lock);
	free(p);
}

static void *
listen_on(void *context)
{
	struct programs *p = context;

	while (hear(p))
		;
	(void)pthread_mutex_lock(&p->lock);
	p->is_over = true;
	if (!p->is_closing)
		log_notice("the collector of programs ended: flows are "
		    "written without them from now on");
	(void)pthread_cond_broadcast(&p->changed);
	(void)pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* Takes a datagram; false when none will come any more. */
static bool
hear(struct programs *p)
{
	struct cursor c;
	ssize_t size;

	do
		size = recv(p->socket, p->bytes, sizeof p->bytes, 0);
	while (size < 0 && errno == EINTR);
	if (size <= 0)
		return false;
	c = cursor_over(p->bytes, (size_t)size);
	(void)pthread_mutex_lock(&p->lock);
	take(p, &c);
	(void)pthread_mutex_unlock(&p->lock);
	return cursor_ok(&c);
}

static void
take(struct programs *p, struct cursor *c)
{
	int64_t now_ns = clock_ns(CLOCK_REALTIME);

	while (news_read(c, &p->news))
		take_one(p, &p->news, now_ns);
}

static void
take_one(struct programs *p, const struct news *news, int64_t now_ns)
{
	switch (news->kind) {
	case NEWS_HELLO:
		p->by = news->by;
		programs_table_set_netns(p->table, news->netns);
		break;
	case NEWS_LOST:
		p->lost = news->count;
		break;
	case NEWS_SYNCED:
		p->synced = (uint32_t)news->count;
		(void)pthread_cond_broadcast(&p->changed);
		break;
	default:
		programs_table_take(p->table, news, now_ns);
		break;
	}
}

bool
programs_find(struct programs *p, const struct programs_question *question,
    struct process *process, enum news_by *by)
{
	bool is_found;

	(void)pthread_mutex_lock(&p->lock);
	is_found = programs_table_find(p->table, question, process, by);
	(void)pthread_mutex_unlock(&p->lock);
	return is_found;
}

/* A question that does not fit is not asked: others wait there already. */
static void
ask(struct programs *p, uint8_t what, uint32_t number)
{
	uint8_t bytes[NEWS_ASK_SIZE] = { what, (uint8_t)(number >> 24),
	    (uint8_t)(number >> 16), (uint8_t)(number >> 8),
	    (uint8_t)number };

	(void)send(p->socket, bytes, sizeof bytes,
	    MSG_DONTWAIT | MSG_NOSIGNAL);
}

void
programs_stir(struct programs *p)
{
	int64_t now_ns = clock_ns(CLOCK_MONOTONIC);
	int64_t asked_ns = atomic_load_explicit(&p->asked_ns,
	    memory_order_relaxed);

	if (now_ns - asked_ns < PROGRAMS_ASK_NS ||
	    !atomic_compare_exchange_strong(&p->asked_ns, &asked_ns, now_ns))
		return;
	ask(p, NEWS_ASK_LOOK, 0);
}

void
programs_settle(struct programs *p)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += PROGRAMS_SETTLE_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	(void)pthread_mutex_lock(&p->lock);
	ask(p, NEWS_ASK_SYNC, ++p->question);
	while (p->synced != p->question && !p->is_over) {
		if (pthread_cond_timedwait(&p->changed, &p->lock, &until) ==
		    ETIMEDOUT)
			break;
	}
	(void)pthread_mutex_unlock(&p->lock);
}

uint64_t
programs_lost(struct programs *p)
{
	uint64_t lost;

	(void)pthread_mutex_lock(&p->lock);
	lost = p->lost;
	(void)pthread_mutex_unlock(&p->lock);
	return lost;
}

const char *
programs_by_name(enum news_by by)
{
	static const char *const names[NEWS_BYS] = {
		[NEWS_BY_EBPF] = "ebpf",
		[NEWS_BY_SOCKETS] = "sockets"
	};

	return names[by];
}
