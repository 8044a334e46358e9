/*
 * This machine's sockets; see sockets.h. sockets_netlink.c asks the kernel,
 * and for what it cannot tell, sockets_proc.c reads its tables.
 */
#include "host/sockets.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "host/sockets_netlink.h"
#include "host/sockets_proc.h"

struct sockets {
	struct sockets_netlink	*netlink;	/* owned; NULL: /proc */
};

/* What is asked for one after the other. */
struct sockets_kind {
	unsigned int	which;		/* SOCKETS_TCP or SOCKETS_UDP */
	uint8_t		protocol;
	uint8_t		family;
	uint32_t	listening;	/* the bit of that state */
};

static enum sockets_netlink_result
		sockets_dump_once(struct sockets *, unsigned int which,
		    const struct sockets_taker *, struct error *);
static enum sockets_netlink_result
		sockets_dump_kind(struct sockets *, unsigned int which,
		    const struct sockets_kind *, const struct sockets_taker *,
		    struct error *);

#define STATE_BIT(state)	(UINT32_C(1) << (state))

static const struct sockets_kind sockets_kinds[] = {
	{ SOCKETS_TCP, IPPROTO_TCP, 4, STATE_BIT(SOCKET_LISTEN) },
	{ SOCKETS_TCP, IPPROTO_TCP, 6, STATE_BIT(SOCKET_LISTEN) },
	{ SOCKETS_UDP, IPPROTO_UDP, 4, STATE_BIT(SOCKET_CLOSED) },
	{ SOCKETS_UDP, IPPROTO_UDP, 6, STATE_BIT(SOCKET_CLOSED) }
};

const char *
socket_state_name(enum socket_state state)
{
	static const char *const names[SOCKET_STATES] = {
		[SOCKET_ESTABLISHED] = "established",
		[SOCKET_SYN_SENT] = "syn_sent",
		[SOCKET_SYN_RECEIVED] = "syn_received",
		[SOCKET_FIN_WAIT_1] = "fin_wait_1",
		[SOCKET_FIN_WAIT_2] = "fin_wait_2",
		[SOCKET_TIME_WAIT] = "time_wait",
		[SOCKET_CLOSED] = "closed",
		[SOCKET_CLOSE_WAIT] = "close_wait",
		[SOCKET_LAST_ACK] = "last_ack",
		[SOCKET_LISTEN] = "listen",
		[SOCKET_CLOSING] = "closing"
	};

	return names[state];
}

const char *
socket_timer_name(enum socket_timer timer)
{
	static const char *const names[SOCKET_TIMERS] = {
		[SOCKET_TIMER_RETRANSMIT] = "retransmit",
		[SOCKET_TIMER_KEEPALIVE] = "keepalive",
		[SOCKET_TIMER_TIME_WAIT] = "time_wait",
		[SOCKET_TIMER_PROBE] = "probe"
	};

	return names[timer];
}

/* RFC 4291, 2.5.5.2. Listening on :: is for both, so it stays as it is. */
bool
socket_unmap(struct socket_facts *facts)
{
	static const uint8_t prefix[12] = { [10] = 0xff, [11] = 0xff };
	struct socket_end *const ends[] = { &facts->local, &facts->remote };

	if (facts->family != 6 ||
	    memcmp(facts->local.address, prefix, sizeof prefix) != 0)
		return false;
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		memmove(ends[i]->address, ends[i]->address + 12, 4);
		memset(ends[i]->address + 4, 0, 12);
	}
	facts->family = 4;
	return true;
}

struct sockets *
sockets_open(void)
{
	struct sockets *sockets = calloc(1, sizeof *sockets);

	if (sockets == NULL) {
		log_error("cannot allocate %zu bytes", sizeof *sockets);
		abort();
	}
	sockets->netlink = sockets_netlink_open();
	return sockets;
}

void
sockets_close(struct sockets *sockets)
{
	if (sockets == NULL)
		return;
	sockets_netlink_close(sockets->netlink);
	free(sockets);
}

bool
sockets_is_netlink(const struct sockets *sockets)
{
	return sockets->netlink != NULL;
}

int
sockets_dump(struct sockets *sockets, unsigned int which,
    const struct sockets_taker *taker, struct error *error)
{
	enum sockets_netlink_result result;
	int attempt = 0;

	do {
		if (attempt > 0)
			taker->restart(taker->context);
		result = sockets_dump_once(sockets, which, taker, error);
	} while (result == SOCKETS_NETLINK_DISTURBED &&
	    ++attempt < SOCKETS_ATTEMPTS);
	if (result == SOCKETS_NETLINK_DISTURBED)
		return 1;
	return result == SOCKETS_NETLINK_FAILED ? -1 : 0;
}

/* A disturbed dump is brought to its end all the same: it may be the last. */
static enum sockets_netlink_result
sockets_dump_once(struct sockets *sockets, unsigned int which,
    const struct sockets_taker *taker, struct error *error)
{
	enum sockets_netlink_result result, worst = SOCKETS_NETLINK_DONE;

	for (size_t i = 0; i < sizeof sockets_kinds / sizeof sockets_kinds[0];
	    i++) {
		result = sockets_dump_kind(sockets, which, &sockets_kinds[i],
		    taker, error);
		if (result == SOCKETS_NETLINK_FAILED)
			return result;
		if (result == SOCKETS_NETLINK_DISTURBED)
			worst = result;
	}
	return worst;
}

static enum sockets_netlink_result
sockets_dump_kind(struct sockets *sockets, unsigned int which,
    const struct sockets_kind *kind, const struct sockets_taker *taker,
    struct error *error)
{
	uint32_t all = STATE_BIT(SOCKET_STATES) - 2;
	uint32_t states = 0;
	enum sockets_netlink_result result = SOCKETS_NETLINK_UNKNOWN;

	if ((which & SOCKETS_LISTENING) != 0)
		states |= kind->listening;
	if ((which & SOCKETS_CONNECTED) != 0)
		states |= all & ~kind->listening;
	if ((which & kind->which) == 0 || states == 0)
		return SOCKETS_NETLINK_DONE;
	if (sockets->netlink != NULL)
		result = sockets_netlink_dump(sockets->netlink,
		    kind->protocol, kind->family, states, taker, error);
	if (result != SOCKETS_NETLINK_UNKNOWN)
		return result;
	return sockets_proc_dump(kind->protocol, kind->family, states, taker,
	    error) == 0 ? SOCKETS_NETLINK_DONE : SOCKETS_NETLINK_FAILED;
}

int
sockets_find(struct sockets *sockets, struct socket_facts *facts,
    struct error *error)
{
	if (sockets->netlink == NULL)
		return error_set(error, "cannot ask the kernel for a socket: "
		    "no netlink");
	return sockets_netlink_find(sockets->netlink, facts, error);
}
