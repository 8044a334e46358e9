/*
 * From the facts of a socket to what is said of it; see connection.h.
 */
#include "connections/connection.h"

#include <stdio.h>
#include <string.h>

#include "dissect/services.h"

#define US_NS INT64_C(1000)
#define MS_NS INT64_C(1000000)

static void		 fill_side(struct connection_side *,
			    const struct socket_end *);
static void		 fill_interface(struct connection *, uint32_t index);
static void		 fill_tcp(struct connection *,
			    const struct socket_facts *);
static void		 fill_tcp_info(struct connection *,
			    const struct socket_facts *);
static const char	*known(const char *);

void
connection_fill(struct connection *c, const struct socket_facts *given)
{
	struct socket_facts facts = *given;
	bool is_mapped = socket_unmap(&facts);
	bool is_tcp = facts.protocol == PROTOCOL_TCP;
	bool is_listening = is_tcp && facts.state == SOCKET_LISTEN;

	*c = (struct connection){
		.has = (is_tcp ? CONNECTION_TCP : CONNECTION_UDP) |
		    (is_listening ? CONNECTION_ACCEPT : CONNECTION_QUEUES),
		.type = "socket",
		.version = 1,
		.ip_version = facts.family,
		.protocol = is_tcp ? "tcp" : "udp",
		.protocol_number = facts.protocol,
		.is_ipv6_only = facts.is_v6only,
		.is_mapped = is_mapped,
		.uid = facts.uid,
		.inode = facts.inode,
		.cookie = facts.cookie,
		.receive_queue = facts.receive_queue,
		.send_queue = facts.send_queue,
		.accept_queue = facts.receive_queue,
		.accept_queue_max = facts.send_queue,
		.udp_connected = facts.state == SOCKET_ESTABLISHED
	};
	fill_side(&c->local, &facts.local);
	fill_side(&c->remote, &facts.remote);
	fill_interface(c, facts.interface);
	if (is_mapped)
		c->has |= CONNECTION_MAPPED;
	if (facts.inode != 0)
		c->has |= CONNECTION_OWNED;
	if ((facts.has & SOCKET_COOKIE) != 0)
		c->has |= CONNECTION_COOKIE;
	if ((facts.has & SOCKET_V6ONLY) != 0 && facts.family == 6)
		c->has |= CONNECTION_IPV6_ONLY;
	if (is_tcp ? !is_listening : c->udp_connected)
		c->has |= CONNECTION_REMOTE;
	if (is_listening && (facts.has & SOCKET_BACKLOG) != 0)
		c->has |= CONNECTION_ACCEPT_MAX;
	if (is_tcp)
		fill_tcp(c, &facts);
}

static void
fill_side(struct connection_side *side, const struct socket_end *end)
{
	memcpy(side->ip.bytes, end->address, sizeof side->ip.bytes);
	side->port = end->port;
	side->port_class = services_class_name(services_class(end->port));
}

/* One that has gone since is told by its number. */
static void
fill_interface(struct connection *c, uint32_t index)
{
	if (index == 0)
		return;
	if (if_indextoname(index, c->interface_name) == NULL)
		(void)snprintf(c->interface_name, sizeof c->interface_name,
		    "if%u", index);
	c->interface = c->interface_name;
}

static void
fill_tcp(struct connection *c, const struct socket_facts *facts)
{
	c->tcp_state = socket_state_name(facts->state);
	c->tcp_timer = socket_timer_name(facts->timer);
	c->tcp_timer_ns = facts->timer_ms * MS_NS;
	if (c->tcp_timer != NULL)
		c->has |= CONNECTION_TIMER;
	if ((facts->has & SOCKET_TCP_INFO) != 0)
		fill_tcp_info(c, facts);
}

static void
fill_tcp_info(struct connection *c, const struct socket_facts *facts)
{
	static const struct {
		unsigned int	known;
		uint64_t	has;
	} groups[] = {
		{ SOCKET_TCP_INFO, CONNECTION_INFO },
		{ SOCKET_TCP_BYTES, CONNECTION_RECEIVED },
		{ SOCKET_TCP_SEGMENTS, CONNECTION_SEGMENTS },
		{ SOCKET_TCP_SENT, CONNECTION_SENT }
	};

	for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
		if ((facts->has & groups[i].known) != 0)
			c->has |= groups[i].has;
	}
	if (facts->rtt_us > 0)
		c->has |= CONNECTION_RTT;
	/* The kernel has all ones until it has measured. */
	if (facts->rtt_min_us > 0 && facts->rtt_min_us != UINT32_MAX)
		c->has |= CONNECTION_RTT_MIN;
	c->local.packets = facts->segments_sent;
	c->local.payload_bytes = facts->bytes_sent;
	c->remote.packets = facts->segments_received;
	c->remote.payload_bytes = facts->bytes_received;
	c->rtt_min_ns = facts->rtt_min_us * US_NS;
	c->rtt_mean_ns = facts->rtt_us * US_NS;
	c->rtt_deviation_ns = facts->rttvar_us * US_NS;
	c->rto_ns = facts->rto_us * US_NS;
	c->acked_bytes = facts->bytes_acked;
	c->retransmitted_packets = facts->retransmits;
	c->retransmitted_bytes = facts->bytes_retransmitted;
	c->lost_packets = facts->lost;
	c->unacknowledged_packets = facts->unacknowledged;
	c->congestion_window = facts->congestion_window;
	c->mss = facts->mss;
	c->path_mtu = facts->path_mtu;
}

void
connection_set_process(struct connection *c, const struct process *process)
{
	connection_process_fill(&c->process, process);
	c->has |= CONNECTION_PROCESS;
	if (process->is_exe_deleted)
		c->has |= CONNECTION_EXE_DELETED;
}

void
connection_process_fill(struct connection_process *to,
    const struct process *process)
{
	*to = (struct connection_process){
		.pid = process->pid,
		.name = known(process->name),
		.exe = known(process->exe),
		.is_exe_deleted = process->is_exe_deleted,
		.uid = process->uid,
		.user = known(process->user),
		.unit = known(process->unit),
		.container = known(process->container)
	};
}

static const char *
known(const char *text)
{
	return *text != '\0' ? text : NULL;
}
