/*
 * One socket as `tallyman connections` writes it: a flat copy of all that is
 * said of it, like a flow record. Outputs know it by the table in members.h.
 */
#ifndef TALLYMAN_CONNECTIONS_CONNECTION_H
#define TALLYMAN_CONNECTIONS_CONNECTION_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "host/processes.h"
#include "host/sockets.h"
#include "record/record.h"

/* Which conditional members say something. */
#define CONNECTION_TCP		(UINT64_C(1) << 0)
#define CONNECTION_UDP		(UINT64_C(1) << 1)
#define CONNECTION_REMOTE	(UINT64_C(1) << 2)	/* it has that end */
#define CONNECTION_IPV6_ONLY	(UINT64_C(1) << 3)
#define CONNECTION_MAPPED	(UINT64_C(1) << 4)
#define CONNECTION_OWNED	(UINT64_C(1) << 5)	/* uid and inode */
#define CONNECTION_COOKIE	(UINT64_C(1) << 6)
#define CONNECTION_QUEUES	(UINT64_C(1) << 7)
#define CONNECTION_ACCEPT	(UINT64_C(1) << 8)	/* queue of listening */
#define CONNECTION_TIMER	(UINT64_C(1) << 9)
#define CONNECTION_INFO		(UINT64_C(1) << 10)	/* tcp_info */
#define CONNECTION_RTT		(UINT64_C(1) << 11)
#define CONNECTION_RTT_MIN	(UINT64_C(1) << 12)
#define CONNECTION_RECEIVED	(UINT64_C(1) << 13)	/* bytes */
#define CONNECTION_SEGMENTS	(UINT64_C(1) << 14)
#define CONNECTION_SENT		(UINT64_C(1) << 15)	/* bytes */
#define CONNECTION_PROCESS	(UINT64_C(1) << 16)
#define CONNECTION_EXE_DELETED	(UINT64_C(1) << 17)
#define CONNECTION_SERVICE	(UINT64_C(1) << 18)	/* its side is known */
#define CONNECTION_ACCEPT_MAX	(UINT64_C(1) << 19)

struct connection_side {
	struct address	ip;
	uint16_t	port;
	const char	*port_class;	/* constant text */
	uint32_t	packets;	/* that it sent */
	uint64_t	payload_bytes;
};

/* Texts are foreign bytes, borrowed; NULL: not known. */
struct connection_process {
	uint32_t	pid;
	const char	*name;
	const char	*exe;
	bool		is_exe_deleted;
	uint32_t	uid;
	const char	*user;
	const char	*unit;
	const char	*container;
};

/* Every text is borrowed and outlives the connection; NULL means absent. */
struct connection {
	uint64_t			 has;	/* CONNECTION_... */
	const char			*type;	/* "socket" */
	uint8_t				 version;	/* 1 */
	int64_t				 time_ns;	/* since 1970 */
	uint8_t				 ip_version;
	const char			*protocol;	/* constant text */
	uint8_t				 protocol_number;
	struct connection_side		 local;
	struct connection_side		 remote;
	char				 interface_name[IF_NAMESIZE + 12];
	const char			*interface;	/* that, or NULL */
	bool				 is_ipv6_only;
	bool				 is_mapped;	/* of an IPv6 socket */
	const char			*service_name;
	const char			*service_side;	/* constant text */
	uint32_t			 uid;
	const char			*user;
	uint64_t			 inode;
	uint64_t			 cookie;
	uint32_t			 receive_queue;
	uint32_t			 send_queue;
	uint32_t			 accept_queue;
	uint32_t			 accept_queue_max;
	struct connection_process	 process;	/* the first */

	bool				 udp_connected;
	const char			*tcp_state;
	const char			*tcp_timer;
	int64_t				 tcp_timer_ns;
	int64_t				 rtt_min_ns;
	int64_t				 rtt_mean_ns;
	int64_t				 rtt_deviation_ns;
	int64_t				 rto_ns;
	uint64_t			 acked_bytes;
	uint32_t			 retransmitted_packets;
	uint64_t			 retransmitted_bytes;
	uint32_t			 lost_packets;
	uint32_t			 unacknowledged_packets;
	uint32_t			 congestion_window;
	uint32_t			 mss;
	uint32_t			 path_mtu;
};

/*
 * Fills it with what the kernel says of the socket, but for what needs more
 * than its facts: time, service, user and process.
 */
void	connection_fill(struct connection *, const struct socket_facts *);

/* What the process says, borrowed from it; has gains its bits. */
void	connection_set_process(struct connection *, const struct process *);

/* The same for one of the others. */
void	connection_process_fill(struct connection_process *,
	    const struct process *);

#endif
