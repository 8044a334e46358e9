/*
 * Sockets by NETLINK_SOCK_DIAG (sock_diag(7)); see sockets_netlink.h. What
 * the messages say is read in sockets_message.c.
 */
#include "host/sockets_netlink.h"

#include <stddef.h>

#ifdef HAVE_LIBMNL

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "host/sockets_message.h"

/* The kernel fills up to 32 KiB at once for a reader with such room. */
enum { NETLINK_BUFFER = 64 << 10 };

struct sockets_netlink {
	struct mnl_socket	*socket;	/* owned */
	uint32_t		 sequence;	/* of the last request */
	uint8_t			 buffer[NETLINK_BUFFER];
};

/* An answer that is being read. */
struct netlink_reader {
	const struct sockets_taker	*taker;
	uint8_t				 protocol;
	bool				 is_done;
	bool				 is_disturbed;
	int				 code;	/* errno of the kernel */
};

static bool	netlink_connect(struct sockets_netlink *);
static bool	netlink_reconnect(struct sockets_netlink *);
static int	netlink_ask(struct sockets_netlink *, uint16_t flags,
		    const struct inet_diag_req_v2 *);
static int	netlink_receive(struct sockets_netlink *,
		    struct netlink_reader *);
static void	netlink_read(struct sockets_netlink *, int size,
		    struct netlink_reader *);
static void	netlink_end(const struct nlmsghdr *, struct netlink_reader *);
static void	netlink_take(const struct nlmsghdr *,
		    struct netlink_reader *);
static void	netlink_keep(void *, const struct socket_facts *);
static void	netlink_question(const struct socket_facts *,
		    struct inet_diag_req_v2 *);

struct sockets_netlink *
sockets_netlink_open(void)
{
	struct sockets_netlink *netlink = calloc(1, sizeof *netlink);

	if (netlink == NULL) {
		log_error("cannot allocate %zu bytes", sizeof *netlink);
		abort();
	}
	if (netlink_connect(netlink))
		return netlink;
	free(netlink);
	return NULL;
}

void
sockets_netlink_close(struct sockets_netlink *netlink)
{
	if (netlink == NULL)
		return;
	if (netlink->socket != NULL)
		mnl_socket_close(netlink->socket);
	free(netlink);
}

static bool
netlink_connect(struct sockets_netlink *netlink)
{
	netlink->socket = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	if (netlink->socket == NULL)
		return false;
	if (mnl_socket_bind(netlink->socket, 0, MNL_SOCKET_AUTOPID) == 0)
		return true;
	mnl_socket_close(netlink->socket);
	netlink->socket = NULL;
	return false;
}

/* The rest of an answer that is not wanted any more goes with its socket. */
static bool
netlink_reconnect(struct sockets_netlink *netlink)
{
	if (netlink->socket != NULL)
		mnl_socket_close(netlink->socket);
	return netlink_connect(netlink);
}

enum sockets_netlink_result
sockets_netlink_dump(struct sockets_netlink *netlink, uint8_t protocol,
    uint8_t family, uint32_t states, const struct sockets_taker *taker,
    struct error *error)
{
	struct netlink_reader reader = {
		.taker = taker, .protocol = protocol
	};
	struct inet_diag_req_v2 request = {
		.sdiag_family = family == 4 ? AF_INET : AF_INET6,
		.sdiag_protocol = protocol,
		.idiag_ext = 1 << (INET_DIAG_INFO - 1),
		.idiag_states = states
	};
	int code = netlink_ask(netlink, NLM_F_DUMP, &request);

	if (code == 0)
		code = netlink_receive(netlink, &reader);
	if (code == 0)
		return SOCKETS_NETLINK_DONE;
	if (!netlink_reconnect(netlink))
		code = errno;
	if (code == EINTR)
		return SOCKETS_NETLINK_DISTURBED;
	if (code == ENOENT || code == EINVAL || code == EOPNOTSUPP)
		return SOCKETS_NETLINK_UNKNOWN;
	error_system(error, code, "cannot ask the kernel for its sockets");
	return SOCKETS_NETLINK_FAILED;
}

/* Returns 0 or an errno. */
static int
netlink_ask(struct sockets_netlink *netlink, uint16_t flags,
    const struct inet_diag_req_v2 *request)
{
	struct nlmsghdr *head = mnl_nlmsg_put_header(netlink->buffer);

	if (netlink->socket == NULL)
		return ENOTCONN;
	head->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	head->nlmsg_flags = NLM_F_REQUEST | flags;
	head->nlmsg_seq = ++netlink->sequence;
	memcpy(mnl_nlmsg_put_extra_header(head, sizeof *request), request,
	    sizeof *request);
	if (mnl_socket_sendto(netlink->socket, head, head->nlmsg_len) < 0)
		return errno;
	return 0;
}

/*
 * Gives what an answer has, to its end. Returns 0 or an errno, of which EINTR
 * says that the kernel lost its place on the way.
 */
static int
netlink_receive(struct sockets_netlink *netlink,
    struct netlink_reader *reader)
{
	while (!reader->is_done) {
		ssize_t size = mnl_socket_recvfrom(netlink->socket,
		    netlink->buffer, sizeof netlink->buffer);

		if (size >= 0)
			netlink_read(netlink, (int)size, reader);
		else if (errno != EINTR)	/* of a signal */
			return errno;
	}
	if (reader->code == 0 && reader->is_disturbed)
		return EINTR;
	return reader->code;
}

/* The messages of one datagram. */
static void
netlink_read(struct sockets_netlink *netlink, int size,
    struct netlink_reader *reader)
{
	const struct nlmsghdr *head = (const void *)netlink->buffer;
	unsigned int port = mnl_socket_get_portid(netlink->socket);

	for (; mnl_nlmsg_ok(head, size); head = mnl_nlmsg_next(head, &size)) {
		if (!mnl_nlmsg_portid_ok(head, port) ||
		    !mnl_nlmsg_seq_ok(head, netlink->sequence))
			continue;
		if ((head->nlmsg_flags & NLM_F_DUMP_INTR) != 0)
			reader->is_disturbed = true;
		if ((head->nlmsg_flags & NLM_F_MULTI) == 0)
			reader->is_done = true;
		if (head->nlmsg_type == NLMSG_ERROR ||
		    head->nlmsg_type == NLMSG_DONE)
			netlink_end(head, reader);
		else if (head->nlmsg_type == SOCK_DIAG_BY_FAMILY)
			netlink_take(head, reader);
	}
}

/* An error and the end of a dump both begin with a number: 0 or -errno. */
static void
netlink_end(const struct nlmsghdr *head, struct netlink_reader *reader)
{
	int32_t number = 0;

	if (mnl_nlmsg_get_payload_len(head) >= sizeof number)
		memcpy(&number, mnl_nlmsg_get_payload(head), sizeof number);
	reader->code = number < 0 ? -number : 0;
	reader->is_done = true;
}

static void
netlink_take(const struct nlmsghdr *head, struct netlink_reader *reader)
{
	struct socket_facts facts;

	if (sockets_message_read(mnl_nlmsg_get_payload(head),
	    mnl_nlmsg_get_payload_len(head), reader->protocol, &facts))
		reader->taker->take(reader->taker->context, &facts);
}

/* sockets_find() asks for one. */
static void
netlink_keep(void *context, const struct socket_facts *facts)
{
	*(struct socket_facts *)context = *facts;
}

int
sockets_netlink_find(struct sockets_netlink *netlink,
    struct socket_facts *facts, struct error *error)
{
	struct socket_facts answer = { 0 };
	const struct sockets_taker taker = {
		.take = netlink_keep, .context = &answer
	};
	struct netlink_reader reader = {
		.taker = &taker, .protocol = facts->protocol
	};
	struct inet_diag_req_v2 request;
	int code;

	netlink_question(facts, &request);
	code = netlink_ask(netlink, 0, &request);
	if (code == 0)
		code = netlink_receive(netlink, &reader);
	if (code == 0 && answer.family != 0) {
		*facts = answer;
		return 1;
	}
	if (code == 0 || code == ENOENT)
		return 0;
	(void)netlink_reconnect(netlink);
	return error_system(error, code,
	    "cannot ask the kernel for a socket");
}

/*
 * For one socket of UDP the kernel takes the ends the other way round, as in
 * a packet that the socket receives.
 */
static void
netlink_question(const struct socket_facts *facts,
    struct inet_diag_req_v2 *request)
{
	bool is_swapped = facts->protocol == IPPROTO_UDP;
	const struct socket_end *source = is_swapped ? &facts->remote :
	    &facts->local;
	const struct socket_end *target = is_swapped ? &facts->local :
	    &facts->remote;
	size_t size = facts->family == 4 ? 4 : 16;

	*request = (struct inet_diag_req_v2){
		.sdiag_family = facts->family == 4 ? AF_INET : AF_INET6,
		.sdiag_protocol = facts->protocol,
		.idiag_ext = 1 << (INET_DIAG_INFO - 1),
		.idiag_states = UINT32_MAX,
		.id.idiag_sport = htons(source->port),
		.id.idiag_dport = htons(target->port),
		.id.idiag_if = facts->interface,
		.id.idiag_cookie = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE }
	};
	memcpy(request->id.idiag_src, source->address, size);
	memcpy(request->id.idiag_dst, target->address, size);
}

#else

struct sockets_netlink *
sockets_netlink_open(void)
{
	return NULL;
}

void
sockets_netlink_close(struct sockets_netlink *netlink)
{
	(void)netlink;
}

enum sockets_netlink_result
sockets_netlink_dump(struct sockets_netlink *netlink, uint8_t protocol,
    uint8_t family, uint32_t states, const struct sockets_taker *taker,
    struct error *error)
{
	(void)netlink;
	(void)protocol;
	(void)family;
	(void)states;
	(void)taker;
	(void)error;
	return SOCKETS_NETLINK_UNKNOWN;
}

int
sockets_netlink_find(struct sockets_netlink *netlink,
    struct socket_facts *facts, struct error *error)
{
	(void)netlink;
	(void)facts;
	return error_set(error, "cannot ask the kernel for a socket: "
	    "tallyman was built without libmnl");
}

#endif
