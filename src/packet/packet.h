/*
 * A decoded frame: what the link said, and the conversations it belongs to,
 * outermost first. A plain frame has one; a frame in a tunnel has one for
 * each carrier and one for what is carried.
 */
#ifndef TALLYMAN_PACKET_PACKET_H
#define TALLYMAN_PACKET_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "packet/anomaly.h"
#include "packet/frame.h"

enum {
	PACKET_LAYERS_MAX = 16,
	PACKET_CONVERSATIONS_MAX = 8,
	PACKET_VLANS_MAX = 4,
	PACKET_MPLS_MAX = 8
};

/* An IPv4 address stands in the first four bytes, the rest are zero. */
struct address {
	uint8_t	bytes[16];
};

/* IANA protocol numbers that the code speaks of. */
enum {
	PROTOCOL_ICMP = 1,
	PROTOCOL_IGMP = 2,
	PROTOCOL_IPV4 = 4,
	PROTOCOL_TCP = 6,
	PROTOCOL_UDP = 17,
	PROTOCOL_DCCP = 33,
	PROTOCOL_IPV6 = 41,
	PROTOCOL_GRE = 47,
	PROTOCOL_ICMPV6 = 58,
	PROTOCOL_SCTP = 132,
	PROTOCOL_UDPLITE = 136
};

/* TCP control bits, RFC 9293 3.1 and RFC 3168; AE by RFC 9768. */
enum {
	TCP_FIN = 0x001,
	TCP_SYN = 0x002,
	TCP_RST = 0x004,
	TCP_PSH = 0x008,
	TCP_ACK = 0x010,
	TCP_URG = 0x020,
	TCP_ECE = 0x040,
	TCP_CWR = 0x080,
	TCP_AE = 0x100
};

/* Which options a TCP header had, and their values. */
enum {
	TCP_HAS_MSS = 0x01,
	TCP_HAS_WINDOW_SCALE = 0x02,
	TCP_HAS_SACK_PERMITTED = 0x04,
	TCP_HAS_TIMESTAMPS = 0x08,
	TCP_HAS_SACK = 0x10,
	TCP_HAS_FAST_OPEN = 0x20,
	TCP_HAS_MPTCP = 0x40
};

struct tcp_header {
	uint32_t	seq;
	uint32_t	ack;
	uint32_t	ts_value;
	uint32_t	ts_echo;
	uint16_t	flags;		/* TCP_FIN ... */
	uint16_t	window;		/* unscaled */
	uint16_t	mss;
	uint8_t		window_scale;	/* as sent, may exceed 14 */
	uint8_t		options;	/* TCP_HAS_... */
	uint8_t		sack_count;	/* blocks in sack */
	uint32_t	sack[4][2];	/* left and right edges */
};

struct udp_header {
	uint16_t	checksum;
	bool		is_length_odd;	/* length field unlike the IP payload */
};

/*
 * ICMP and ICMPv6. A message that reports an error quotes the packet that
 * caused it: the quoted members say which conversation that was, in the
 * quoted packet's own direction.
 */
struct icmp_header {
	uint8_t		type;
	uint8_t		code;
	bool		has_quote;
	uint8_t		quoted_protocol;
	uint16_t	quoted_src_port;
	uint16_t	quoted_dst_port;
	struct address	quoted_src;
	struct address	quoted_dst;
};

/* Kinds of tunnel, and the words for them in a record. */
#define TUNNELS(X)							\
	X(TUNNEL_IPIP, "ipip")		/* RFC 2003: IPv4 in IPv4 */	\
	X(TUNNEL_6IN4, "6in4")		/* RFC 4213 */			\
	X(TUNNEL_4IN6, "4in6")		/* RFC 2473 */			\
	X(TUNNEL_6IN6, "6in6")		/* RFC 2473 */			\
	X(TUNNEL_GRE, "gre")		/* RFC 2784, 2890, 2637 */	\
	X(TUNNEL_VXLAN, "vxlan")	/* RFC 7348 */			\
	X(TUNNEL_GENEVE, "geneve")	/* RFC 8926 */			\
	X(TUNNEL_GTP_U, "gtp-u")	/* 3GPP TS 29.281 */		\
	X(TUNNEL_L2TP, "l2tp")		/* RFC 2661 */			\
	X(TUNNEL_CAPWAP, "capwap")	/* RFC 5415 */

enum tunnel {
	TUNNEL_NONE,
#define TUNNEL_ENUM(id, word) id,
	TUNNELS(TUNNEL_ENUM)
#undef TUNNEL_ENUM
	TUNNEL_COUNT
};

enum {
	CHECKSUM_UNKNOWN,	/* not looked at, or cut off */
	CHECKSUM_GOOD,
	CHECKSUM_BAD
};

/*
 * One 5-tuple seen in the frame, and what this frame adds to it. What is asked
 * of every packet comes first: it may be asked by another thread, and then a
 * cache line costs more than all that is done with it.
 */
struct conversation {
	_Alignas(64) const uint8_t *payload; /* borrowed, payload_captured
						bytes */
	uint32_t	 payload_bytes;	/* of the transport, on the wire */
	uint32_t	 payload_captured;
	uint64_t	 frame_bytes;	/* frame lengths, summed */
	int64_t		 start_ns;	/* ts of the first fragment or frame */
	uint32_t	 fragments;	/* frames of the datagram, 1 if whole */
	uint32_t	 ip_bytes;	/* IP headers and payload, summed */
	uint32_t	 beyond_frame;	/* bytes of payload that the IP header
					   claims behind the frame's end */
	/*
	 * Ports, and version and protocol, do not stand side by side: a
	 * compiler would read two at once that were written one by one, and
	 * such a load waits until all earlier stores are done.
	 */
	uint16_t	 src_port;	/* 0 where the protocol has none */
	uint8_t		 ip_version;	/* 4 or 6 */
	uint8_t		 ttl;		/* or hop limit */
	uint16_t	 dst_port;
	uint8_t		 protocol;	/* IANA number of the transport */
	uint8_t		 traffic_class;	/* DSCP << 2 | ECN */
	uint8_t		 checksum;	/* CHECKSUM_..., of the transport */
	bool		 is_ip_checksum_bad;
	bool		 has_transport;	/* the union below is filled */
	uint8_t		 tunnel;	/* enum tunnel: what carries it */

	/* Second cache line. */
	union {
		_Alignas(64) struct tcp_header	tcp;
		struct udp_header		udp;
		struct icmp_header		icmp;
	};

	/* Third: what a new flow is asked. */
	struct address	 src;
	struct address	 dst;
	bool		 has_tunnel_id;
	uint32_t	 tunnel_id;	/* VNI, GRE key, TEID, L2TP's
					   tunnel << 16 | session */
};

_Static_assert(offsetof(struct conversation, tcp) == 64, "second line");
_Static_assert(offsetof(struct conversation, src) <= 128, "two lines");

/* Where a frame ends up in the ledger of the closing record. */
enum packet_outcome {
	PACKET_NOT_IP,
	PACKET_IN_FLOW,
	PACKET_MALFORMED,
	PACKET_FRAGMENT		/* kept until its datagram is whole */
};

struct packet {
	struct frame		 frame;
	enum packet_outcome	 outcome;
	uint32_t		 frames;	/* that the outcome speaks for: 1,
						   or all of the datagram that
						   this frame made whole */
	uint64_t		 anomalies;	/* bit 1 << enum anomaly */
	enum anomaly		 malformed_by;	/* when PACKET_MALFORMED */
	bool			 has_src_mac;
	bool			 has_dst_mac;
	uint8_t			 vlan_count;
	uint8_t			 mpls_count;
	uint8_t			 conversation_count;
	uint8_t			 src_mac[6];
	uint8_t			 dst_mac[6];
	uint16_t		 vlan[PACKET_VLANS_MAX];  /* outermost first */
	uint32_t		 mpls[PACKET_MPLS_MAX];	  /* labels */
	struct conversation	*conversations;	/* borrowed from the batch */
};

/* Notes what is wrong; the frame goes on. */
static inline void
packet_note(struct packet *p, enum anomaly what)
{
	p->anomalies |= UINT64_C(1) << what;
}

#endif
