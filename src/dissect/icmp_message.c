/*
 * ICMP messages of both versions. Type and code stand in the place of
 * ports, as packet/icmp.h says.
 */
#include <string.h>

#include "dissect/checksum.h"
#include "dissect/extension.h"
#include "dissect/icmp_message.h"
#include "packet/icmp.h"

enum {
	ICMP_HEADER_SIZE = 8,
	QUOTE_IPV4_HEADER_MIN = 20,
	QUOTE_IPV6_HEADER = 40
};

static void	icmp_message_ports(uint8_t, uint8_t, uint8_t, uint16_t *,
		    uint16_t *);
static bool	icmp_message_is_quoting(uint8_t, uint8_t);
static bool	icmp_message_quote(struct cursor, struct icmp_header *);
static bool	icmp_message_quote_ipv4(struct cursor *, struct icmp_header *);
static bool	icmp_message_quote_ipv6(struct cursor *, struct icmp_header *);
static bool	icmp_message_quote_ports(struct cursor *,
		    struct icmp_header *);

void
icmp_message_dissect(struct walk *w, struct cursor *c)
{
	struct conversation *t = walk_conversation(w);
	uint32_t wire = walk_wire_left(w, c);
	const uint8_t *head = cursor_peek(c, 2);

	if (head == NULL) {
		walk_abandon(w, ANOMALY_TRANSPORT_SHORT);
		return;
	}
	t->has_transport = true;
	t->icmp = (struct icmp_header){ .type = head[0], .code = head[1] };
	icmp_message_ports(t->protocol, head[0], head[1], &t->src_port,
	    &t->dst_port);
	checksum_transport(w, c, wire, wire, t->protocol == PROTOCOL_ICMPV6);
	if (cursor_take(c, ICMP_HEADER_SIZE) == NULL) {
		packet_note(w->packet, ANOMALY_TRANSPORT_SHORT);
		cursor_limit(c, 0);
	} else if (icmp_message_is_quoting(t->protocol, t->icmp.type)) {
		t->icmp.has_quote = icmp_message_quote(*c, &t->icmp);
	}
	walk_payload(w, c, wire > ICMP_HEADER_SIZE ?
	    wire - ICMP_HEADER_SIZE : 0);
}

static void
icmp_message_ports(uint8_t protocol, uint8_t type, uint8_t code,
    uint16_t *src_port, uint16_t *dst_port)
{
	uint8_t counterpart;

	*src_port = type;
	*dst_port = icmp_role(protocol, type, &counterpart) == ICMP_ONE_WAY ?
	    code : counterpart;
}

/*
 * RFC 792: unreachable, source quench, redirect, time exceeded, parameter
 * problem. RFC 4443: unreachable, too big, time exceeded, parameter problem.
 */
static bool
icmp_message_is_quoting(uint8_t protocol, uint8_t type)
{
	if (protocol == PROTOCOL_ICMPV6)
		return type >= 1 && type <= 4;
	return type == 3 || type == 4 || type == 5 || type == 11 ||
	    type == 12;
}

/* False when the quote does not say which conversation it is from. */
static bool
icmp_message_quote(struct cursor c, struct icmp_header *icmp)
{
	const uint8_t *first = cursor_peek(&c, 1);

	if (first == NULL)
		return false;
	if (first[0] >> 4 == 4)
		return icmp_message_quote_ipv4(&c, icmp);
	if (first[0] >> 4 == 6)
		return icmp_message_quote_ipv6(&c, icmp);
	return false;
}

/* A fragment but the first has no ports to quote. */
static bool
icmp_message_quote_ipv4(struct cursor *c, struct icmp_header *icmp)
{
	const uint8_t *head = cursor_take(c, QUOTE_IPV4_HEADER_MIN);
	size_t size;

	if (head == NULL)
		return false;
	size = (size_t)(head[0] & 0x0f) * 4;
	if (size < QUOTE_IPV4_HEADER_MIN)
		return false;
	cursor_skip(c, size - QUOTE_IPV4_HEADER_MIN);
	if ((bytes_be16(&head[6]) & 0x1fff) != 0)
		return false;
	icmp->quoted_protocol = head[9];
	memcpy(icmp->quoted_src.bytes, &head[12], 4);
	memcpy(icmp->quoted_dst.bytes, &head[16], 4);
	return icmp_message_quote_ports(c, icmp);
}

static bool
icmp_message_quote_ipv6(struct cursor *c, struct icmp_header *icmp)
{
	const uint8_t *head = cursor_take(c, QUOTE_IPV6_HEADER);
	struct cursor extension;
	unsigned int count;
	uint8_t protocol;

	if (head == NULL)
		return false;
	memcpy(icmp->quoted_src.bytes, &head[8], 16);
	memcpy(icmp->quoted_dst.bytes, &head[24], 16);
	protocol = head[6];
	for (count = 0; extension_is(protocol); count++) {
		extension = extension_take(c, protocol);
		if (!cursor_ok(&extension) || count == EXTENSIONS_MAX)
			return false;
		if (protocol == EXTENSION_FRAGMENT &&
		    (bytes_be16(&extension.at[2]) & 0xfff8) != 0)
			return false;
		protocol = extension.at[0];
	}
	icmp->quoted_protocol = protocol;
	return icmp_message_quote_ports(c, icmp);
}

static bool
icmp_message_quote_ports(struct cursor *c, struct icmp_header *icmp)
{
	const uint8_t *head;

	switch (icmp->quoted_protocol) {
	case PROTOCOL_TCP:
	case PROTOCOL_UDP:
	case PROTOCOL_DCCP:
	case PROTOCOL_SCTP:
	case PROTOCOL_UDPLITE:
		head = cursor_take(c, 4);
		if (head == NULL)
			return false;
		icmp->quoted_src_port = bytes_be16(&head[0]);
		icmp->quoted_dst_port = bytes_be16(&head[2]);
		return true;
	case PROTOCOL_ICMP:
	case PROTOCOL_ICMPV6:
		head = cursor_take(c, 2);
		if (head == NULL)
			return false;
		icmp_message_ports(icmp->quoted_protocol, head[0], head[1],
		    &icmp->quoted_src_port, &icmp->quoted_dst_port);
		return true;
	default:
		return cursor_ok(c);
	}
}
