/*
 * A flow record as a flat copy: everything an output may want to say about
 * one conversation, in plain members, with src and dst already the
 * originator and the responder. Outputs know this struct only through the
 * table in fields.h.
 */
#ifndef TALLYMAN_RECORD_RECORD_H
#define TALLYMAN_RECORD_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "packet/packet.h"

/* Which conditional members of a record say something. */
#define RECORD_TCP		(UINT64_C(1) << 0)
#define RECORD_UDP		(UINT64_C(1) << 1)
#define RECORD_ICMP		(UINT64_C(1) << 2)
#define RECORD_CUMULATIVE	(UINT64_C(1) << 3)
#define RECORD_PORTS		(UINT64_C(1) << 4)
#define RECORD_VLAN		(UINT64_C(1) << 5)
#define RECORD_MPLS		(UINT64_C(1) << 6)
#define RECORD_TUNNEL		(UINT64_C(1) << 7)
#define RECORD_TUNNEL_ID	(UINT64_C(1) << 8)
#define RECORD_SYN_SYNACK	(UINT64_C(1) << 9)
#define RECORD_SYNACK_ACK	(UINT64_C(1) << 10)
#define RECORD_FIRST_EXCHANGE	(UINT64_C(1) << 11)
#define RECORD_ICMP_ERRORS	(UINT64_C(1) << 12)
#define RECORD_CHECKSUMS	(UINT64_C(1) << 13)
#define RECORD_SERVICE		(UINT64_C(1) << 14)
#define RECORD_PARENT		(UINT64_C(1) << 15)
/* The same for each side; the dst bit is the src bit << 8. */
#define RECORD_SRC_MAC		(UINT64_C(1) << 16)
#define RECORD_SRC_SEEN		(UINT64_C(1) << 17)	/* it sent a packet */
#define RECORD_SRC_ISN		(UINT64_C(1) << 18)
#define RECORD_SRC_MSS		(UINT64_C(1) << 19)
#define RECORD_SRC_WINDOW_SCALE	(UINT64_C(1) << 20)
#define RECORD_SRC_SYN_OPTIONS	(UINT64_C(1) << 21)	/* its SYN was seen */
#define RECORD_SRC_SCALING	(UINT64_C(1) << 22)	/* it has windows */
#define RECORD_SRC_PROGRAM	(UINT64_C(1) << 23)	/* its process */
/* Likewise, apart from them: the dst bit is the src bit << 8. */
#define RECORD_SRC_RTP		(UINT64_C(1) << 48)	/* a stream was found */
#define RECORD_SRC_RTP_JITTER	(UINT64_C(1) << 49)	/* its clock is known */
#define RECORD_DST_RTP		(RECORD_SRC_RTP << 8)
#define RECORD_DST_RTP_JITTER	(RECORD_SRC_RTP_JITTER << 8)
#define RECORD_DST_PROGRAM	(RECORD_SRC_PROGRAM << 8)
#define RECORD_DST_MAC		(RECORD_SRC_MAC << 8)
#define RECORD_DST_SEEN		(RECORD_SRC_SEEN << 8)
#define RECORD_DST_ISN		(RECORD_SRC_ISN << 8)
#define RECORD_DST_MSS		(RECORD_SRC_MSS << 8)
#define RECORD_DST_WINDOW_SCALE	(RECORD_SRC_WINDOW_SCALE << 8)
#define RECORD_DST_SYN_OPTIONS	(RECORD_SRC_SYN_OPTIONS << 8)
#define RECORD_DST_SCALING	(RECORD_SRC_SCALING << 8)
#define RECORD_SRC_RTT		(UINT64_C(1) << 32)
#define RECORD_SRC_WINDOW	(UINT64_C(1) << 33)	/* in bytes */
#define RECORD_SRC_ZERO_WINDOW	(UINT64_C(1) << 34)
#define RECORD_SRC_IN_FLIGHT	(UINT64_C(1) << 35)
#define RECORD_SRC_BEGINNING	(UINT64_C(1) << 36)	/* of its payload */
#define RECORD_SRC_DETAIL	(UINT64_C(1) << 37)	/* of its troubles */
#define RECORD_SRC_LIMITED	(UINT64_C(1) << 38)	/* and how long */
#define RECORD_SRC_TRANSFER	(UINT64_C(1) << 39)	/* it sent payload */
#define RECORD_DST_RTT		(RECORD_SRC_RTT << 8)
#define RECORD_DST_WINDOW	(RECORD_SRC_WINDOW << 8)
#define RECORD_DST_ZERO_WINDOW	(RECORD_SRC_ZERO_WINDOW << 8)
#define RECORD_DST_IN_FLIGHT	(RECORD_SRC_IN_FLIGHT << 8)
#define RECORD_DST_BEGINNING	(RECORD_SRC_BEGINNING << 8)
#define RECORD_DST_DETAIL	(RECORD_SRC_DETAIL << 8)
#define RECORD_DST_LIMITED	(RECORD_SRC_LIMITED << 8)
#define RECORD_DST_TRANSFER	(RECORD_SRC_TRANSFER << 8)
#define RECORD_ECN		(UINT64_C(1) << 50)	/* seen or agreed */
#define RECORD_ECN_AGREED	(UINT64_C(1) << 51)
#define RECORD_FAST_OPEN	(UINT64_C(1) << 52)
#define RECORD_APP		(UINT64_C(1) << 53)	/* it has facts */
#define RECORD_SERVICE_PARENT	(UINT64_C(1) << 54)
#define RECORD_SRC_NAMED	(UINT64_C(1) << 55)
#define RECORD_DST_NAMED	(RECORD_SRC_NAMED << 8)

enum { RECORD_FACTS_MAX = 64, RECORD_NAME_SIZE = 256 };

struct record_counts {
	uint64_t	packets;
	uint64_t	bytes;
	uint64_t	ip_bytes;
	uint64_t	payload_bytes;
};

struct record_tcp_side {
	uint32_t	isn;
	uint16_t	mss;
	uint8_t		window_scale;
	bool		sack_permitted;
	bool		timestamps;
	uint16_t	flags;		/* TCP_FIN ..., union */
	uint32_t	syn;
	uint32_t	fin;
	uint32_t	rst;
	uint32_t	psh;
	uint32_t	urg;
	const char	*window_scaling;
	/* In the order of the fields: mostly all are zero. */
	uint32_t	retransmitted_packets;
	uint64_t	retransmitted_bytes;
	uint32_t	fast_retransmissions;
	uint32_t	spurious_retransmissions;
	uint32_t	out_of_order_packets;
	uint32_t	duplicate_acks;
	uint32_t	keepalives;
	uint64_t	missed_bytes;
	uint32_t	overlaps_conflicting;
	uint32_t	zero_windows;
	uint32_t	window_full;
	uint32_t	timeout_retransmissions;
	uint32_t	tail_loss_probes;
	uint32_t	zero_window_probes;
	uint32_t	lost_segments;
	uint32_t	unseen_acks;
	uint32_t	sacks;
	uint32_t	dsacks;
	uint32_t	window_updates;
	uint32_t	stalls;
	uint32_t	window_min;
	uint32_t	window_max;
	int64_t		zero_window_ns;
	uint32_t	ecn_ce;
	uint32_t	ecn_ece;
	uint32_t	ecn_cwr;
	uint32_t	bytes_in_flight_max;
	uint8_t		initial_window;
	int64_t		rtt_min_ns;
	int64_t		rtt_mean_ns;
	int64_t		rtt_max_ns;
	int64_t		rtt_deviation_ns;
	uint32_t	rtt_samples;
	const char	*limited_by;	/* NULL: it sent no payload */
	int64_t		limited_ns[4];	/* by enum tcp_limit */
};

struct record_rtp {
	uint32_t	ssrc;
	uint8_t		payload_type;
	uint16_t	sources;
	uint32_t	packets;
	uint32_t	lost;
	uint32_t	reordered;
	uint32_t	duplicates;
	int64_t		jitter_ns;
	int64_t		jitter_max_ns;
};

/* The process that has this end; the texts are foreign bytes. */
struct record_process {
	uint32_t	pid;
	uint32_t	uid;
	const char	*name;
	const char	*exe;
	const char	*user;
	const char	*unit;
	const char	*container;
	const char	*by;		/* constant text */
};

struct record_side {
	struct address		ip;
	uint16_t		port;
	const char		*port_class;	/* constant text */
	const char		*name;		/* foreign bytes */
	const char		*name_source;	/* constant text */
	uint8_t			mac[6];
	struct record_counts	counts;
	struct record_counts	cumulative;
	uint8_t			ttl_min;
	uint8_t			ttl_max;
	uint64_t		dscp;		/* bit n: DSCP n was seen */
	uint32_t		checksum_bad;
	struct record_tcp_side	tcp;
	struct record_rtp	rtp;
	struct record_process	process;
};

enum { RECORD_PROCESS_SIZE = 1024 };

struct record_list {
	uint32_t	count;
	uint32_t	items[PACKET_MPLS_MAX];
};

struct field;

/* What the payload told: a value of one of the fields of "app". */
struct record_fact {
	const struct field	*field;
	const uint8_t		*bytes;
	uint8_t			 size;
};

/* Every text is borrowed and outlives the record. NULL means absent. */
struct record {
	uint64_t		 has;		/* RECORD_... */
	const char		*type;		/* "flow" */
	uint8_t			 version;	/* 1 */
	uint64_t		 id;
	uint32_t		 part;
	bool			 is_final;
	const char		*end_reason;
	char			 community_id[32];
	int64_t			 start_ns;
	int64_t			 end_ns;
	int64_t			 duration_ns;
	int			 time_digits;	/* 6 or 9 */
	uint8_t			 ip_version;
	const char		*protocol;	/* "tcp", or NULL: no name */
	uint8_t			 protocol_number;
	const char		*direction_by;
	const char		*direction_confidence;
	struct record_side	 src;
	struct record_side	 dst;
	const char		*cast;
	const char		*service_name;
	const char		*service_port;
	const char		*service_payload;
	const char		*service_inner;
	const char		*service_alternatives[2];	/* NULL ends */
	uint64_t		 service_parent;
	const char		*service_verdict;
	struct record_list	 vlan;
	struct record_list	 mpls;
	const char		*tunnel_type;
	uint32_t		 tunnel_id;
	uint64_t		 tunnel_parent;
	const char		*input;		/* bytes of a file name */
	const char		*interface;	/* bytes from the capture */
	uint32_t		 icmp_errors;

	const char		*tcp_state;
	const char		*tcp_conn_state;
	char			 tcp_history[48];
	int64_t			 syn_synack_ns;
	int64_t			 synack_ack_ns;
	const char		*tcp_ecn;
	bool			 tcp_fast_open;

	uint32_t		 udp_checksum_zero;
	uint32_t		 udp_checksum_bad;
	uint32_t		 udp_length_mismatch;
	bool			 udp_request_response;
	uint32_t		 udp_exchanges;
	int64_t			 udp_first_exchange_ns;

	uint8_t			 icmp_type;
	uint8_t			 icmp_code;

	/*
	 * Sorted by field; those behind the last are not defined, nor is what
	 * follows when no member points to it.
	 */
	uint32_t		 fact_count;
	struct record_fact	 facts[RECORD_FACTS_MAX];
	char			 dst_name[RECORD_NAME_SIZE]; /* by payload */
	char			 process[2][RECORD_PROCESS_SIZE]; /* its texts */
};

/* The value of a fact that is no text. */
uint64_t record_fact_number(const struct record_fact *);

struct meter_flow;

/*
 * Copies what the meter says of a flow that ended. What the record points to
 * lives as long as the flow's source and the tables of services.
 */
void	record_fill(struct record *, const struct meter_flow *,
	    uint16_t community_seed);

#endif
