/*
 * This machine's sockets: what the kernel knows of each, asked for now. A
 * dump by NETLINK_SOCK_DIAG (sock_diag(7)) where it can be had, else the
 * tables of /proc/net, which say less: no tcp_info, no cookie.
 *
 * Sockets are those of the network namespace of the thread that called
 * sockets_open(); to see another one's, setns(2) first. Everybody may ask.
 */
#ifndef TALLYMAN_HOST_SOCKETS_H
#define TALLYMAN_HOST_SOCKETS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* RFC 9293, 3.3.2; a value is the kernel's number of the state. */
enum socket_state {
	SOCKET_ESTABLISHED = 1,	/* of UDP: it has a remote end */
	SOCKET_SYN_SENT,
	SOCKET_SYN_RECEIVED,
	SOCKET_FIN_WAIT_1,
	SOCKET_FIN_WAIT_2,
	SOCKET_TIME_WAIT,
	SOCKET_CLOSED,		/* of UDP: it has none */
	SOCKET_CLOSE_WAIT,
	SOCKET_LAST_ACK,
	SOCKET_LISTEN,
	SOCKET_CLOSING,
	SOCKET_STATES
};

/* What the socket waits for; a value is the kernel's number. */
enum socket_timer {
	SOCKET_TIMER_NONE,
	SOCKET_TIMER_RETRANSMIT,	/* or a tail loss probe */
	SOCKET_TIMER_KEEPALIVE,
	SOCKET_TIMER_TIME_WAIT,
	SOCKET_TIMER_PROBE,		/* of a zero window */
	SOCKET_TIMERS
};

/* Which members say something. */
#define SOCKET_COOKIE		(1u << 0)
#define SOCKET_V6ONLY		(1u << 1)	/* is_v6only is known */
#define SOCKET_TCP_INFO		(1u << 2)	/* up to retransmits */
#define SOCKET_TCP_BYTES	(1u << 3)	/* bytes_received and acked */
#define SOCKET_TCP_SEGMENTS	(1u << 4)	/* segments_*, rtt_min_us */
#define SOCKET_TCP_SENT		(1u << 5)	/* bytes_sent, _retransmitted */

#define SOCKET_BACKLOG		(1u << 6)	/* send_queue of listening */

/* One end; all zeros where it is any address or port. */
struct socket_end {
	uint8_t		address[16];	/* network order; IPv4: the first 4 */
	uint16_t	port;
};

/*
 * One socket. An IPv4 connection of an IPv6 socket is of family 6 with both
 * addresses mapped (::ffff:0:0/96), as the kernel has it; socket_unmap()
 * makes it one of family 4, as it is on the wire.
 */
struct socket_facts {
	unsigned int		 has;		/* SOCKET_... */
	uint8_t			 protocol;	/* IANA: 6 TCP, 17 UDP */
	uint8_t			 family;	/* 4 or 6 */
	uint8_t			 state;		/* enum socket_state */
	uint8_t			 timer;		/* enum socket_timer */
	bool			 is_v6only;	/* takes no IPv4 */
	struct socket_end	 local;
	struct socket_end	 remote;
	uint32_t		 interface;	/* index of what it is bound
						   to; 0: any */
	uint32_t		 uid;		/* of its owner; no meaning
						   when inode is 0 */
	uint64_t		 inode;		/* 0: no process has it */
	uint64_t		 cookie;	/* unique until reboot */
	uint32_t		 receive_queue;	/* bytes; listen: connections
						   that wait to be accepted */
	uint32_t		 send_queue;	/* bytes; listen: how many may
						   wait, where has says so */
	uint32_t		 timer_ms;	/* until the timer expires */

	/* What tcp_info says; see has. */
	uint32_t		 rtt_us;	/* smoothed; 0: none yet */
	uint32_t		 rttvar_us;	/* its mean deviation */
	uint32_t		 rtt_min_us;	/* 0: none yet */
	uint32_t		 rto_us;
	uint32_t		 mss;		/* of sending */
	uint32_t		 path_mtu;
	uint32_t		 congestion_window;	/* segments */
	uint32_t		 unacknowledged;	/* segments */
	uint32_t		 lost;			/* segments, now */
	uint32_t		 retransmits;	/* segments sent again so far */
	uint32_t		 segments_sent;
	uint32_t		 segments_received;
	uint64_t		 bytes_sent;	/* with what was sent again */
	uint64_t		 bytes_acked;
	uint64_t		 bytes_received;
	uint64_t		 bytes_retransmitted;
};

/* "listen", "syn_sent"; as in the flow record, but both FIN-WAITs. */
const char	*socket_state_name(enum socket_state);

/* "retransmit", "keepalive", "time_wait", "probe"; NULL for none. */
const char	*socket_timer_name(enum socket_timer);

/* Whether the addresses were mapped ones, which are IPv4 now. */
bool		 socket_unmap(struct socket_facts *);

/* Which sockets to ask for. */
#define SOCKETS_TCP		(1u << 0)
#define SOCKETS_UDP		(1u << 1)
#define SOCKETS_LISTENING	(1u << 2)	/* TCP that listens, and UDP
						   without a remote end */
#define SOCKETS_CONNECTED	(1u << 3)	/* all others */
#define SOCKETS_ALL		(~0u)

/* Who takes the sockets. */
struct sockets_taker {
	/* The facts are valid during the call. */
	void	(*take)(void *context, const struct socket_facts *);
	/* What was given counts no longer: a dump begins again. */
	void	(*restart)(void *context);
	void	*context;	/* for both, borrowed */
};

/* For one thread at a time. */
struct sockets;

/*
 * Never NULL: without netlink it reads /proc. sockets_close() takes NULL, too.
 */
struct sockets	*sockets_open(void);
void		 sockets_close(struct sockets *);

/* Whether it asks the kernel by netlink, so that there is tcp_info. */
bool		 sockets_is_netlink(const struct sockets *);

/*
 * Gives every socket of the asked kinds. While it goes on others open and
 * close sockets, and the kernel keeps its place by counting: one that lives
 * all the time may, seldom, be given twice (the cookie tells) or be passed
 * over. When the kernel itself says that it lost its place, all begins again,
 * after restart, SOCKETS_ATTEMPTS times at most. Returns 0; 1 when even the
 * last attempt was disturbed; -1 with the message.
 */
enum { SOCKETS_ATTEMPTS = 4 };
int		 sockets_dump(struct sockets *, unsigned int which,
		    const struct sockets_taker *, struct error *);

/*
 * Looks up one socket without a dump: the connection with these ends, or who
 * would receive from remote at local, a listening or unconnected socket; of
 * an IPv6 socket that takes IPv4, too. protocol, family, local, remote and
 * interface of the facts are the question; all are the answer. Returns 1; 0
 * when there is none; -1 with the message, without netlink always.
 */
int		 sockets_find(struct sockets *, struct socket_facts *,
		    struct error *);

#endif
