/*
 * The collector's process; see collector.h.
 *
 * With the program in the kernel it waits for events. Sockets that are older
 * than that are found by a sweep at the beginning. Without it sweeps are all
 * there is: one a second, and while the meter sees frames as many as a part
 * of one core allows; and connections are looked up as their SYN is sent.
 */
#include "host/collector.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "host/news.h"
#include "host/rights.h"
#include "host/roster.h"
#include "host/sweep.h"
#include "host/syns.h"
#include "host/tracer.h"

#define COLLECTOR_WARM_NS INT64_C(1000000000)

/* Where the kernel tells there is less to look for. */
#define COLLECTOR_SELDOM_NS INT64_C(2000000000)

/*
 * How long a question for more keeps it awake; and then the least time
 * between two looks at all sockets, and between two at those of UDP, which
 * the kernel finds at once.
 */
#define COLLECTOR_AWAKE_NS INT64_C(1000000000)
#define COLLECTOR_OWN_NS INT64_C(100000000)
#define COLLECTOR_UDP_NS INT64_C(2000000)

/* A look that took long is followed by a pause of so many times that. */
enum { COLLECTOR_SHARE = 9 };

/* Before others, but it has little to do. */
enum { COLLECTOR_NICE = -15 };

/* SYNs that are looked up in one round; a flood of them is passed over. */
enum { COLLECTOR_SYNS = 16 };

struct collector {
	int		 socket;	/* to the meter */
	struct buffer	 out;		/* news not sent yet */
	struct tracer	*tracer;	/* NULL: sweeps are all there is */
	struct roster	*roster;
	struct sweep	*sweep;
	int64_t		 wall_ns;	/* of the wall clock less the steady */
	int		 syns;		/* -1: none are seen */
	int64_t		 swept_ns[SWEEP_ALL + 1];	/* begin of the last */
	int64_t		 cost_ns[SWEEP_ALL + 1];	/* what it took */
	int64_t		 awake_ns;	/* until then: sweep often */
	uint64_t	 lost;		/* told so far */
	bool		 is_over;	/* the meter has gone */
};

static void	collector_live(int, enum collector_how, const char *,
		    pid_t);
static void	ignore_signals(void);
static bool	begin(struct collector *, enum collector_how, const char *,
		    struct error *);
static void	greet(struct collector *, const struct error *);
static void	attend(struct collector *);
static int	pause_ms(const struct collector *);
static int64_t	due_ns(const struct collector *, enum sweep_scope, int64_t);
static void	look_where_due(struct collector *);
static void	look(struct collector *, enum sweep_scope);
static void	take_syns(struct collector *);
static void	drain(struct collector *);
static void	tell_lost(struct collector *);
static void	take_event(void *, const struct tracer_event *);
static void	take_open(struct collector *, const struct tracer_event *,
		    int64_t, struct news *);
static void	tell(void *, const struct news *);
static void	send_news(struct collector *);
static void	hear(struct collector *);
static void	answer(struct collector *, const uint8_t *);

int
collector_start(enum collector_how how, const char *user, pid_t *pid,
    struct error *error)
{
	pid_t meter = getpid();
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return error_system(error, errno, "cannot make a pair of "
		    "sockets");
	*pid = fork();
	if (*pid < 0) {
		(void)close(ends[0]);
		(void)close(ends[1]);
		return error_system(error, errno, "cannot fork");
	}
	if (*pid == 0) {
		(void)close(ends[0]);
		collector_live(ends[1], how, user, meter);
		_exit(0);
	}
	(void)close(ends[1]);
	return ends[0];
}

/* From the fork to the end. */
static void
collector_live(int socket, enum collector_how how, const char *user,
    pid_t meter)
{
	struct collector c = { .socket = socket, .syns = -1 };
	struct error error = { .text = "" };

	ignore_signals();
	buffer_init(&c.out, NEWS_DATAGRAM_MAX);
	if (!begin(&c, how, user, &error)) {
		greet(&c, &error);
		return;
	}
	/* A change of user forgets it, and the meter may be gone already. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 ||
	    getppid() != meter)
		return;
	look(&c, SWEEP_ALL);
	greet(&c, &error);
	while (!c.is_over)
		attend(&c);
	tracer_close(c.tracer);
}

/* The terminal's are for the meter, whose end is ours. */
static void
ignore_signals(void)
{
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGUSR1,
	    SIGQUIT, SIGTSTP, SIGPIPE };
	struct sigaction action;

	memset(&action, 0, sizeof action);
	action.sa_handler = SIG_IGN;
	for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
		(void)sigaction(ignored[i], &action, NULL);
}

/*
 * Loads what needs rights, then gives them up. The error says why it does
 * without the kernel's word, also where it may.
 */
static bool
begin(struct collector *c, enum collector_how how, const char *user,
    struct error *error)
{
	struct news_taker taker = { tell, c };

	if (how != COLLECTOR_SOCKETS)
		c->tracer = tracer_open(take_event, c, error);
	if (how == COLLECTOR_EBPF && c->tracer == NULL)
		return false;
	if (c->tracer == NULL) {
		c->syns = syns_open();
		/* Whom it looks for is gone in a moment; it may not be so. */
		(void)setpriority(PRIO_PROCESS, 0, COLLECTOR_NICE);
	}
	if (rights_keep(user, error) < 0)
		return false;
	c->roster = roster_open(&taker, error);
	if (c->roster == NULL)
		return false;
	c->sweep = sweep_open(c->roster, &taker);
	return true;
}

/* By nothing: it could not begin, and the text says why. */
static void
greet(struct collector *c, const struct error *error)
{
	struct news news = { .kind = NEWS_HELLO };

	if (c->sweep != NULL) {
		news.by = c->tracer != NULL ? NEWS_BY_EBPF : NEWS_BY_SOCKETS;
		news.netns = sweep_netns(c->sweep);
	}
	memcpy(news.text, error->text,
	    strnlen(error->text, sizeof news.text - 1));
	tell(c, &news);
	send_news(c);
}

/* One round: waits, then does what there is to do. */
static void
attend(struct collector *c)
{
	struct pollfd waits[] = {
		{ .fd = c->socket, .events = POLLIN },
		{ .fd = c->tracer == NULL ? -1 : tracer_descriptor(c->tracer),
		    .events = POLLIN },
		{ .fd = c->syns, .events = POLLIN }
	};

	if (poll(waits, sizeof waits / sizeof waits[0], pause_ms(c)) < 0 &&
	    errno != EINTR)
		c->is_over = true;
	if (waits[2].revents != 0)
		take_syns(c);
	if (waits[0].revents != 0)
		hear(c);
	if (c->tracer != NULL)
		drain(c);
	look_where_due(c);
	send_news(c);
}

/* How long nothing is due: no longer than a second. */
static int
pause_ms(const struct collector *c)
{
	int64_t now_ns = clock_ns(CLOCK_MONOTONIC);
	int64_t next_ns = now_ns + COLLECTOR_WARM_NS;

	for (int scope = SWEEP_UDP; scope <= SWEEP_ALL; scope++) {
		int64_t at_ns = due_ns(c, (enum sweep_scope)scope, now_ns);

		if (at_ns < next_ns)
			next_ns = at_ns;
	}
	if (next_ns <= now_ns)
		return 0;
	return (int)((next_ns - now_ns + 999999) / 1000000);
}

/* When that look comes next; a wider one counts as it, too. */
static int64_t
due_ns(const struct collector *c, enum sweep_scope scope, int64_t now_ns)
{
	bool is_awake = now_ns < c->awake_ns;
	int64_t pause_ns = c->cost_ns[scope] * COLLECTOR_SHARE;
	int64_t least_ns = scope == SWEEP_UDP ? COLLECTOR_UDP_NS :
	    scope == SWEEP_OWN ? COLLECTOR_OWN_NS : COLLECTOR_WARM_NS;

	if (c->tracer != NULL && (!is_awake || scope != SWEEP_ALL))
		return INT64_MAX;
	if (c->tracer != NULL)
		least_ns = COLLECTOR_SELDOM_NS;
	else if (!is_awake)
		least_ns = COLLECTOR_WARM_NS;
	return c->swept_ns[scope] + (pause_ns > least_ns ? pause_ns :
	    least_ns);
}

static void
look_where_due(struct collector *c)
{
	int64_t now_ns = clock_ns(CLOCK_MONOTONIC);

	for (int scope = SWEEP_ALL; scope >= SWEEP_UDP; scope--) {
		if (due_ns(c, (enum sweep_scope)scope, now_ns) <= now_ns) {
			look(c, (enum sweep_scope)scope);
			return;
		}
	}
}

static void
look(struct collector *c, enum sweep_scope scope)
{
	int64_t begin_ns = clock_ns(CLOCK_MONOTONIC);

	sweep_run(c->sweep, scope, clock_ns(CLOCK_REALTIME));
	for (int i = SWEEP_UDP; i <= (int)scope; i++)
		c->swept_ns[i] = begin_ns;
	c->cost_ns[scope] = clock_ns(CLOCK_MONOTONIC) - begin_ns;
}

/* Who connects may be gone in a moment. */
static void
take_syns(struct collector *c)
{
	struct socket_facts syn;
	int taken = 0;

	while (syns_next(c->syns, &syn)) {
		if (taken++ < COLLECTOR_SYNS)
			sweep_knock(c->sweep, &syn, clock_ns(CLOCK_REALTIME));
	}
}

/* What the kernel has to tell. Its clock is the steady one. */
static void
drain(struct collector *c)
{
	c->wall_ns = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC);
	tracer_drain(c->tracer);
	tell_lost(c);
}

static void
tell_lost(struct collector *c)
{
	struct news news = { .kind = NEWS_LOST,
	    .count = tracer_lost(c->tracer) };

	if (news.count == c->lost)
		return;
	c->lost = news.count;
	tell(c, &news);
}

static void
take_event(void *context, const struct tracer_event *event)
{
	struct collector *c = context;
	int64_t time_ns = (int64_t)event->time_ns + c->wall_ns;
	struct news news = { .slot = NEWS_SLOT_ANY, .end_ns = time_ns };

	if (event->kind == TRACER_EXIT) {
		roster_exit(c->roster, &event->process, time_ns);
		return;
	}
	memcpy(news.socket.local, event->socket.local, 16);
	memcpy(news.socket.remote, event->socket.remote, 16);
	news.socket.local_port = event->socket.local_port;
	news.socket.remote_port = event->socket.remote_port;
	news.socket.netns = event->socket.netns;
	news.socket.protocol = event->socket.protocol;
	news.socket.family = event->socket.family;
	news_socket_unmap(&news.socket, event->socket.is_v6only != 0);
	news.kind = NEWS_CLOSE;
	if (event->kind == TRACER_OPEN)
		take_open(c, event, time_ns, &news);
	tell(c, &news);
}

static void
take_open(struct collector *c, const struct tracer_event *event,
    int64_t time_ns, struct news *news)
{
	sweep_meet(c->sweep, event->socket.netns, event->process.pid);
	news->slot = roster_of_kernel(c->roster, c->tracer, &event->process);
	news->kind = NEWS_SOCKET;
	news->by = NEWS_BY_EBPF;
	news->begin_ns = time_ns;
	news->end_ns = NEWS_OPEN;
}

/* Everything that is told goes through here. */
static void
tell(void *context, const struct news *news)
{
	struct collector *c = context;

	if (c->out.size + NEWS_ONE_MAX > NEWS_DATAGRAM_MAX)
		send_news(c);
	news_write(&c->out, news);
}

/* Waits where the meter is behind; the kernel counts what is lost then. */
static void
send_news(struct collector *c)
{
	ssize_t sent;

	if (c->out.size == 0)
		return;
	do
		sent = send(c->socket, c->out.data, c->out.size,
		    MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent < 0)
		c->is_over = true;
	buffer_reset(&c->out);
}

/* What the meter asks. */
static void
hear(struct collector *c)
{
	uint8_t bytes[NEWS_ASK_SIZE];
	ssize_t size = recv(c->socket, bytes, sizeof bytes, MSG_DONTWAIT);

	if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR))
		c->is_over = true;
	else if (size == NEWS_ASK_SIZE)
		answer(c, bytes);
}

static void
answer(struct collector *c, const uint8_t *question)
{
	struct news news = { .kind = NEWS_SYNCED,
	    .count = bytes_be32(question + 1) };

	switch (question[0]) {
	case NEWS_ASK_LOOK:
		c->awake_ns = clock_ns(CLOCK_MONOTONIC) + COLLECTOR_AWAKE_NS;
		break;
	case NEWS_ASK_SYNC:
		if (c->tracer != NULL)
			drain(c);
		else
			look(c, SWEEP_OWN);
		tell(c, &news);
		send_news(c);
		break;
	default:
		break;
	}
}
