/*
 * What can be wrong with a packet. A bad packet is data: a dissector names
 * what it saw, the frame is counted under that name in the closing record
 * and the accounting goes on with what is known.
 */
#ifndef TALLYMAN_PACKET_ANOMALY_H
#define TALLYMAN_PACKET_ANOMALY_H

#define ANOMALIES(X)							\
	X(ANOMALY_LINK_SHORT, "link_short",				\
	    "the link header is cut off")				\
	X(ANOMALY_LINK_LENGTH, "link_length",				\
	    "a link header gives an impossible length")			\
	X(ANOMALY_VLAN_SHORT, "vlan_short", "a VLAN tag is cut off")	\
	X(ANOMALY_MPLS_SHORT, "mpls_short",				\
	    "an MPLS label stack has no bottom")			\
	X(ANOMALY_PPPOE_SHORT, "pppoe_short",				\
	    "a PPPoE or PPP header is cut off")				\
	X(ANOMALY_IPV4_SHORT, "ipv4_short",				\
	    "an IPv4 header is cut off")				\
	X(ANOMALY_IPV4_VERSION, "ipv4_version",				\
	    "the version of an IPv4 header is not 4")			\
	X(ANOMALY_IPV4_HEADER_LENGTH, "ipv4_header_length",		\
	    "IHL below 5 or past the packet's end")			\
	X(ANOMALY_IPV4_TOTAL_LENGTH, "ipv4_total_length",		\
	    "total length below the header or past the frame")		\
	X(ANOMALY_IPV4_CHECKSUM, "ipv4_checksum",			\
	    "wrong IPv4 header checksum")				\
	X(ANOMALY_IPV4_OPTIONS, "ipv4_options",				\
	    "an IPv4 option has an impossible length")			\
	X(ANOMALY_IPV6_SHORT, "ipv6_short",				\
	    "an IPv6 header is cut off")				\
	X(ANOMALY_IPV6_VERSION, "ipv6_version",				\
	    "the version of an IPv6 header is not 6")			\
	X(ANOMALY_IPV6_PAYLOAD_LENGTH, "ipv6_payload_length",		\
	    "payload length past the frame")				\
	X(ANOMALY_IPV6_EXTENSION, "ipv6_extension",			\
	    "an extension header is cut off or there are too many")	\
	X(ANOMALY_FRAGMENT_OVERLAP, "fragment_overlap",			\
	    "fragments of one datagram overlap")			\
	X(ANOMALY_FRAGMENT_LENGTH, "fragment_length",			\
	    "a fragment reaches past 65,535 bytes or ends oddly")	\
	X(ANOMALY_TCP_SHORT, "tcp_short", "a TCP header is cut off")	\
	X(ANOMALY_TCP_OFFSET, "tcp_offset",				\
	    "TCP data offset below 5 or past the segment")		\
	X(ANOMALY_TCP_OPTIONS, "tcp_options",				\
	    "a TCP option has an impossible length")			\
	X(ANOMALY_UDP_SHORT, "udp_short", "a UDP header is cut off")	\
	X(ANOMALY_UDP_LENGTH, "udp_length",				\
	    "UDP length below 8 or unlike the IP payload")		\
	X(ANOMALY_TRANSPORT_SHORT, "transport_short",			\
	    "another transport header is cut off")			\
	X(ANOMALY_TRANSPORT_CHECKSUM, "transport_checksum",		\
	    "wrong TCP or UDP checksum")				\
	X(ANOMALY_TUNNEL_SHORT, "tunnel_short",				\
	    "a tunnel header is cut off")				\
	X(ANOMALY_LAYERS, "layers", "more than 16 layers")

enum anomaly {
#define ANOMALY_ENUM(id, name, meaning) id,
	ANOMALIES(ANOMALY_ENUM)
#undef ANOMALY_ENUM
	ANOMALY_COUNT
};

/* The name in "malformed_by". */
const char	*anomaly_name(enum anomaly);

/* One sentence for the documentation. */
const char	*anomaly_meaning(enum anomaly);

#endif
