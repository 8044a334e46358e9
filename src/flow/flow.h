/*
 * One conversation while it is metered. Sides are numbered by the key, not
 * by who began: side 0 is key.a, side 1 is key.b, and src_side says which of
 * the two is the originator. Turning a flow round is then one assignment,
 * and every counter follows.
 */
#ifndef TALLYMAN_FLOW_FLOW_H
#define TALLYMAN_FLOW_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "packet/packet.h"

/*
 * The canonical 5-tuple: (a, a_port) <= (b, b_port) as bytes. VLANs and the
 * tunnel's id are zero unless --key names them. What a capture shows both
 * inside and outside of a tunnel is two conversations: else its frames would
 * be counted with and without their carrier. No padding: hashed and compared
 * as bytes.
 */
struct flow_key {
	struct address	a;
	struct address	b;
	uint16_t	a_port;
	uint16_t	b_port;
	uint8_t		protocol;
	uint8_t		ip_version;
	bool		is_carried;	/* another conversation carries it */
	uint8_t		tunnel;		/* enum tunnel */
	uint16_t	vlan[2];	/* outermost first */
	uint32_t	tunnel_id;
};

_Static_assert(sizeof(struct flow_key) == 48, "a key has no padding");
_Static_assert(offsetof(struct flow_key, a_port) == 32 &&
    offsetof(struct flow_key, protocol) == 36 &&
    offsetof(struct flow_key, vlan) == 40, "key.h makes it of words");

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

/*
 * The connection of a TCP flow, the state of a UDP flow and what is touched
 * seldom stand in tables of their own, under the flow's number.
 */
struct flow {
	/* First cache line: lookup, and what the rare is asked for by. */
	_Alignas(64) struct flow_key	 key;
	int64_t			 last_ns;	/* clock at the newest packet */
	uint32_t		 next;		/* flow in the same slot */
	uint8_t			 src_side;	/* 0 or 1: the originator */
	uint8_t			 queue;		/* enum flow_queue */
	uint8_t			 evidence : 3;	/* enum flow_evidence */
	bool			 is_over : 1;	/* TCP: closed or reset */
	bool			 has_labels : 1;
	bool			 has_oddities : 1;
	bool			 has_udp_state : 1;	/* it was written */
	uint8_t			 last_sender : 1;	/* UDP: a side */
	uint8_t			 mac_known : 2;	/* bit n: origin's mac[n] */
	uint8_t			 spoke : 2;	/* UDP: bit n: side n did */
	bool			 has_payload : 1;	/* and what was read of it */
	bool			 is_read : 1;	/* nobody wants more of it */

	/* Second: counters. */
	struct flow_counts	 counts[2];

	/* Third: what else each packet may touch. */
	uint64_t		 dscp[2];	/* bit n: DSCP n was seen */
	int64_t			 end_ns;	/* newest timestamp of this part */
	int64_t			 start_ns;	/* its first packet's timestamp */
	uint64_t		 id;
	uint8_t			 ttl_min[2];
	uint8_t			 ttl_max[2];
	uint32_t		 exchanges;	/* UDP: changes of sender */
	int64_t			 spoke_ns;	/* UDP: when a side first spoke;
						   once both did, side 1's time
						   less side 0's */
};

/* What is written when a flow begins. */
struct flow_origin {
	const struct interface	*interface;	/* of the first frame */
	uint8_t			 mac[2][6];
	uint32_t		 name[2];	/* numbers of names; 0: none */
};

/* What most flows have none of; zero unless the flow has_oddities. */
struct flow_oddities {
	uint32_t	icmp_errors;
	uint32_t	checksum_bad[2];
};

/* A flow that may be written in parts. */
struct flow_parts {
	struct flow_counts	totals[2];	/* of the parts before this */
	int64_t			begin_ns;	/* clock when this one began */
	uint32_t		part;		/* its number, from 0 */
};

/* What the first frame was wrapped in, for the flows that were. */
struct flow_labels {
	uint64_t	parent_id;	/* 0: carried by nothing */
	uint32_t	tunnel_id;
	uint8_t		tunnel;		/* enum tunnel */
	bool		has_tunnel_id;
	uint8_t		vlan_count;
	uint8_t		mpls_count;
	uint16_t	vlan[PACKET_VLANS_MAX];
	uint32_t	mpls[PACKET_MPLS_MAX];
};

_Static_assert(offsetof(struct flow, counts) == 64, "counters: second line");
_Static_assert(offsetof(struct flow, dscp) == 128, "third line");
_Static_assert(sizeof(struct flow) == 192, "three cache lines");
_Static_assert(sizeof(struct flow_origin) == 32, "two in a cache line");

#endif
