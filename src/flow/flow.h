/*
 * One conversation while it is metered. Sides are numbered by the key, not
 * by who began: side 0 is key.a, side 1 is key.b, and src_side says which of
 * the two is the originator. Turning a flow round is then one assignment,
 * and every counter follows.
 */
#ifndef TALLYMAN_FLOW_FLOW_H
#define TALLYMAN_FLOW_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "packet/packet.h"
#include "tcp/connection.h"

/* The canonical 5-tuple: (a, a_port) <= (b, b_port). Hashed as bytes. */
struct flow_key {
	struct address	a;
	struct address	b;
	uint16_t	a_port;
	uint16_t	b_port;
	uint8_t		protocol;
	uint8_t		ip_version;
	uint8_t		padding[2];	/* zero */
	uint32_t	scope;		/* --key: VLANs, tunnel; else 0 */
};

/* What tells who the originator is, the strongest first. */
enum flow_evidence {
	FLOW_BY_SYN,		/* certain */
	FLOW_BY_SYNACK,		/* certain */
	FLOW_BY_PAYLOAD,	/* likely */
	FLOW_BY_SERVICE,	/* likely: one port is a known service */
	FLOW_BY_PORT,		/* likely: the port classes differ */
	FLOW_BY_FIRST_PACKET	/* guess */
};

enum flow_end {
	FLOW_END_FIN,
	FLOW_END_RST,
	FLOW_END_IDLE,
	FLOW_END_ACTIVE,	/* a part; more follow */
	FLOW_END_RESOURCES,	/* evicted */
	FLOW_END_REUSE,		/* a new SYN took the 5-tuple */
	FLOW_END_EOF,
	FLOW_END_SHUTDOWN
};

/* Which timeout and which end of the line a flow stands in. */
enum flow_queue {
	FLOW_QUEUE_TCP_OPEN,	/* half-open: evicted first */
	FLOW_QUEUE_TCP,
	FLOW_QUEUE_TCP_CLOSE,	/* over, lingering for late segments */
	FLOW_QUEUE_UDP,
	FLOW_QUEUE_OTHER,
	FLOW_QUEUES
};

struct flow_counts {
	uint64_t	packets;
	uint64_t	bytes;		/* on the wire, no FCS */
	uint64_t	ip_bytes;
	uint64_t	payload_bytes;
};

enum {
	FLOW_HAS_VLAN = 0x01,
	FLOW_HAS_MPLS = 0x02,
	FLOW_HAS_TUNNEL_ID = 0x04,
	FLOW_HAS_CUMULATIVE = 0x08
};

/* What is seldom read and not needed by every flow. */
struct flow_labels {
	uint8_t		vlan_count;
	uint8_t		mpls_count;
	uint16_t	vlan[PACKET_VLANS_MAX];
	uint32_t	mpls[PACKET_MPLS_MAX];
};

struct flow {
	/* First cache line: lookup. */
	struct flow_key		 key;
	uint32_t		 next;		/* flow with the same slot */
	int64_t			 last_ns;	/* clock at the newest packet */
	uint32_t		 tcp;		/* in the pool of connections */
	uint8_t			 src_side;	/* 0 or 1 */
	uint8_t			 queue;		/* enum flow_queue */
	uint8_t			 evidence;	/* enum flow_evidence */
	uint8_t			 has;		/* FLOW_HAS_... */

	/* Second cache line: counters. */
	struct flow_counts	 counts[2];

	/* The rest. */
	int64_t			 start_ns;	/* of this part */
	int64_t			 end_ns;	/* newest timestamp of this part */
	int64_t			 queued_ns;	/* clock when put in its queue */
	uint64_t		 id;
	uint64_t		 parent_id;	/* 0: carried by nothing */
	uint64_t		 dscp[2];	/* bit n: DSCP n was seen */
	const struct interface	*interface;	/* of the first frame */
	uint32_t		 queue_previous;
	uint32_t		 queue_next;
	uint32_t		 part;
	uint32_t		 labels;	/* in the pool of labels, 0: none */
	uint32_t		 cumulative;	/* in its pool, 0: first part */
	uint32_t		 tunnel_id;
	uint32_t		 icmp_errors;
	uint32_t		 checksum_bad[2];
	uint32_t		 checksum_zero;	/* UDP */
	uint32_t		 length_mismatch; /* UDP */
	int64_t			 first_ns[2];	/* first packet of each side */
	uint8_t			 tunnel;	/* enum tunnel */
	uint8_t			 mac_known;	/* bit n: mac[n] is */
	uint8_t			 ttl_min[2];
	uint8_t			 ttl_max[2];
	uint8_t			 mac[2][6];
	bool			 is_over;	/* closed or reset */
};

#endif
