/*
 * The originator; see direction.h.
 */
#include <string.h>

#include "dissect/services.h"
#include "flow/direction.h"
#include "packet/icmp.h"

static bool	has_ports(uint8_t);
static bool	is_server_port(uint8_t, uint16_t);
static bool	judge_by_ports(const struct conversation *,
		    enum flow_evidence *);

static const struct {
	const char	*name;
	const char	*confidence;
} evidences[] = {
	[FLOW_BY_SYN] = { "syn", "certain" },
	[FLOW_BY_SYNACK] = { "synack", "certain" },
	[FLOW_BY_PAYLOAD] = { "payload", "likely" },
	[FLOW_BY_SERVICE] = { "service", "likely" },
	[FLOW_BY_PORT] = { "port", "likely" },
	[FLOW_BY_FIRST_PACKET] = { "first_packet", "guess" }
};

bool
direction_of_first(const struct conversation *t, enum flow_evidence *evidence)
{
	bool is_sender;

	if (direction_of_later(t, FLOW_BY_FIRST_PACKET, evidence, &is_sender))
		return is_sender;
	if (strcmp(direction_cast(t->ip_version, &t->dst), "unicast") != 0) {
		*evidence = FLOW_BY_FIRST_PACKET;
		return true;	/* nobody answers from such an address */
	}
	if (has_ports(t->protocol))
		return judge_by_ports(t, evidence);
	*evidence = FLOW_BY_FIRST_PACKET;
	if ((t->protocol == PROTOCOL_ICMP || t->protocol == PROTOCOL_ICMPV6) &&
	    t->has_transport) {
		uint8_t counterpart;

		switch (icmp_role(t->protocol, t->icmp.type, &counterpart)) {
		case ICMP_REQUEST:
			*evidence = FLOW_BY_PAYLOAD;
			return true;
		case ICMP_REPLY:
			*evidence = FLOW_BY_PAYLOAD;
			return false;
		case ICMP_ONE_WAY:
			break;
		}
	}
	return true;
}

bool
direction_of_later(const struct conversation *t, enum flow_evidence had,
    enum flow_evidence *evidence, bool *is_sender)
{
	if (!direction_has_syn(t))
		return false;
	switch (t->tcp.flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) {
	case TCP_SYN:
		*evidence = FLOW_BY_SYN;
		break;
	case TCP_SYN | TCP_ACK:
		*evidence = FLOW_BY_SYNACK;
		break;
	default:
		return false;
	}
	*is_sender = *evidence == FLOW_BY_SYN;
	return *evidence < had;		/* the stronger stand first */
}

const char *
direction_evidence_name(enum flow_evidence evidence)
{
	return evidences[evidence].name;
}

const char *
direction_confidence_name(enum flow_evidence evidence)
{
	return evidences[evidence].confidence;
}

/*
 * Multicast: 224.0.0.0/4 (RFC 5771), ff00::/8 (RFC 4291 2.7). Broadcast: the
 * limited one alone, for an address does not tell which subnets there are.
 */
const char *
direction_cast(uint8_t ip_version, const struct address *dst)
{
	static const uint8_t limited_broadcast[4] = { 255, 255, 255, 255 };

	if (ip_version == 6)
		return dst->bytes[0] == 0xff ? "multicast" : "unicast";
	if ((dst->bytes[0] & 0xf0) == 0xe0)
		return "multicast";
	return memcmp(dst->bytes, limited_broadcast, 4) == 0 ? "broadcast" :
	    "unicast";
}

static bool
has_ports(uint8_t protocol)
{
	return protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP ||
	    protocol == PROTOCOL_SCTP || protocol == PROTOCOL_DCCP ||
	    protocol == PROTOCOL_UDPLITE;
}

/*
 * A registered service listens there. The clients of DHCP have registered
 * ports too: RFC 2131 4.1 and RFC 8415 7.2.
 */
static bool
is_server_port(uint8_t protocol, uint16_t port)
{
	if (protocol == PROTOCOL_UDP && (port == 68 || port == 546))
		return false;
	return services_name(protocol, port) != NULL;
}

/* The side with the service, or with the lower class of port, responds. */
static bool
judge_by_ports(const struct conversation *t, enum flow_evidence *evidence)
{
	bool is_src_service = is_server_port(t->protocol, t->src_port);
	bool is_dst_service = is_server_port(t->protocol, t->dst_port);
	enum port_class src_class = services_class(t->src_port);
	enum port_class dst_class = services_class(t->dst_port);

	if (is_src_service != is_dst_service) {
		*evidence = FLOW_BY_SERVICE;
		return is_dst_service;
	}
	if (src_class != dst_class) {
		*evidence = FLOW_BY_PORT;
		return src_class > dst_class;
	}
	*evidence = FLOW_BY_FIRST_PACKET;
	return true;
}
