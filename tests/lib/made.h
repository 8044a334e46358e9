/*
 * For tests of flows: decoded packets made by hand, as the walk would leave
 * them.
 */
#ifndef TALLYMAN_TESTS_MADE_H
#define TALLYMAN_TESTS_MADE_H

#include <string.h>

#include "packet/packet.h"

#define MADE_SECOND INT64_C(1000000000)

/* A packet with the conversations that it borrows. */
struct made {
	struct interface	interface;
	struct conversation	conversations[PACKET_CONVERSATIONS_MAX];
	struct packet		packet;
};

/* 10.0.0.n or 2001:db8::n. */
static inline struct address
made_address(uint8_t ip_version, uint8_t n)
{
	if (ip_version == 6)
		return (struct address){ { 0x20, 0x01, 0x0d, 0xb8,
		    [15] = n } };
	return (struct address){ { 10, 0, 0, n } };
}

/* One packet of 100 bytes on the wire, 86 of IP. */
static inline struct conversation
made_conversation(uint8_t protocol, uint8_t src, uint16_t src_port,
    uint8_t dst, uint16_t dst_port)
{
	struct conversation t;

	memset(&t, 0, sizeof t);
	t.ip_version = protocol == PROTOCOL_ICMPV6 ? 6 : 4;
	t.protocol = protocol;
	t.src = made_address(t.ip_version, src);
	t.dst = made_address(t.ip_version, dst);
	t.src_port = src_port;
	t.dst_port = dst_port;
	t.ttl = 64;
	t.has_transport = true;
	t.fragments = 1;
	t.ip_bytes = 86;
	t.frame_bytes = 100;
	return t;
}

static inline struct conversation
made_tcp(uint8_t src, uint16_t src_port, uint8_t dst, uint16_t dst_port,
    uint16_t flags)
{
	struct conversation t = made_conversation(PROTOCOL_TCP, src, src_port,
	    dst, dst_port);

	t.tcp.flags = flags;
	t.tcp.window = 1000;
	return t;
}

static inline struct conversation
made_udp(uint8_t src, uint16_t src_port, uint8_t dst, uint16_t dst_port)
{
	struct conversation t = made_conversation(PROTOCOL_UDP, src, src_port,
	    dst, dst_port);

	t.udp.checksum = 1;
	return t;
}

/* The frame around one conversation; more may be added behind it. */
static inline struct packet *
made_packet(struct made *m, struct conversation t, int64_t ts_ns,
    uint64_t number)
{
	memset(m, 0, sizeof *m);
	m->interface.time_digits = 6;
	m->interface.link_type = 1;
	m->conversations[0] = t;
	m->conversations[0].start_ns = ts_ns;
	m->packet.frame.ts_ns = ts_ns;
	m->packet.frame.number = number;
	m->packet.frame.length = 100;
	m->packet.frame.captured = 100;
	m->packet.frame.interface = &m->interface;
	m->packet.outcome = PACKET_IN_FLOW;
	m->packet.frames = 1;
	m->packet.conversation_count = 1;
	m->packet.conversations = m->conversations;
	return &m->packet;
}

/* Another conversation, which the last one carries. */
static inline void
made_carry(struct made *m, struct conversation t, enum tunnel tunnel)
{
	t.tunnel = (uint8_t)tunnel;
	t.start_ns = m->packet.frame.ts_ns;
	m->conversations[m->packet.conversation_count++] = t;
}

#endif
