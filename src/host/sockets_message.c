/*
 * Reads the kernel's answers about sockets; see sockets_message.h.
 *
 *   struct inet_diag_msg, 72 bytes; ports and addresses in network order,
 *   all else in that of the host:
 *
 *     0 family  1 state  2 timer  3 retransmits
 *     4 local port   6 remote port   8 local address  24 remote address
 *    40 interface   44 cookie (8)   52 timer expires (ms)
 *    56 receive queue  60 send queue  64 uid  68 inode
 *
 *   attributes: 16-bit size with these 4 bytes, 16-bit type, value, padded to
 *   a multiple of 4. A longer tcp_info is a newer kernel's.
 */
#include "host/sockets_message.h"

#include <string.h>
#include <sys/socket.h>

#include "base/cursor.h"

enum {
	MESSAGE_SIZE = 72,
	ATTRIBUTE_HEAD = 4,
	ATTRIBUTE_TYPE = 0x3fff,	/* the rest are flags */
	ATTRIBUTE_INFO = 2,		/* INET_DIAG_INFO */
	ATTRIBUTE_V6ONLY = 11,		/* INET_DIAG_SKV6ONLY */

	/* How much of tcp_info kernels of an age have; see tcp(7). */
	INFO_TCP = 104,			/* up to tcpi_total_retrans */
	INFO_BYTES = 136,		/* 4.1: up to tcpi_bytes_received */
	INFO_SEGMENTS = 152,		/* 4.6: up to tcpi_min_rtt */
	INFO_SENT = 216			/* 4.19: up to tcpi_bytes_retrans */
};

static void	message_attributes(struct cursor *, struct socket_facts *);
static void	message_tcp_info(const uint8_t *, size_t,
		    struct socket_facts *);
static uint16_t	host_16(const uint8_t *);
static uint32_t	host_32(const uint8_t *);
static uint64_t	host_64(const uint8_t *);

bool
sockets_message_read(const uint8_t *data, size_t size, uint8_t protocol,
    struct socket_facts *facts)
{
	struct cursor cursor = cursor_over(data, size);
	const uint8_t *head = cursor_take(&cursor, MESSAGE_SIZE);

	if (head == NULL || (head[0] != AF_INET && head[0] != AF_INET6) ||
	    head[1] == 0 || head[1] >= SOCKET_STATES)
		return false;
	*facts = (struct socket_facts){
		.has = SOCKET_COOKIE | SOCKET_BACKLOG,
		.protocol = protocol,
		.family = head[0] == AF_INET ? 4 : 6,
		.state = head[1],
		.timer = head[2] < SOCKET_TIMERS ? head[2] :
		    SOCKET_TIMER_NONE,
		.local.port = bytes_be16(head + 4),
		.remote.port = bytes_be16(head + 6),
		.interface = host_32(head + 40),
		.cookie = host_64(head + 44),
		.timer_ms = host_32(head + 52),
		.receive_queue = host_32(head + 56),
		.send_queue = host_32(head + 60),
		.uid = host_32(head + 64),
		.inode = host_32(head + 68)
	};
	memcpy(facts->local.address, head + 8, facts->family == 4 ? 4 : 16);
	memcpy(facts->remote.address, head + 24, facts->family == 4 ? 4 : 16);
	message_attributes(&cursor, facts);
	return true;
}

static void
message_attributes(struct cursor *cursor, struct socket_facts *facts)
{
	const uint8_t *head;

	while ((head = cursor_take(cursor, ATTRIBUTE_HEAD)) != NULL) {
		size_t whole = host_16(head);
		size_t size = whole - ATTRIBUTE_HEAD;
		const uint8_t *value;

		if (whole < ATTRIBUTE_HEAD ||
		    (value = cursor_take(cursor, size)) == NULL)
			return;
		switch (host_16(head + 2) & ATTRIBUTE_TYPE) {
		case ATTRIBUTE_INFO:
			message_tcp_info(value, size, facts);
			break;
		case ATTRIBUTE_V6ONLY:
			if (size >= 1) {
				facts->has |= SOCKET_V6ONLY;
				facts->is_v6only = value[0] != 0;
			}
			break;
		}
		/* The last one may lack its padding. */
		if (cursor_left(cursor) < (-whole & 3))
			return;
		cursor_skip(cursor, -whole & 3);
	}
}

/* A listening socket's says nothing: its members are used for the queue. */
static void
message_tcp_info(const uint8_t *info, size_t size, struct socket_facts *facts)
{
	if (size < INFO_TCP || facts->state == SOCKET_LISTEN)
		return;
	facts->has |= SOCKET_TCP_INFO;
	facts->rto_us = host_32(info + 8);
	facts->mss = host_32(info + 16);
	facts->unacknowledged = host_32(info + 24);
	facts->lost = host_32(info + 32);
	facts->path_mtu = host_32(info + 60);
	facts->rtt_us = host_32(info + 68);
	facts->rttvar_us = host_32(info + 72);
	facts->congestion_window = host_32(info + 80);
	facts->retransmits = host_32(info + 100);
	if (size < INFO_BYTES)
		return;
	facts->has |= SOCKET_TCP_BYTES;
	facts->bytes_acked = host_64(info + 120);
	facts->bytes_received = host_64(info + 128);
	if (size < INFO_SEGMENTS)
		return;
	facts->has |= SOCKET_TCP_SEGMENTS;
	facts->segments_sent = host_32(info + 136);
	facts->segments_received = host_32(info + 140);
	facts->rtt_min_us = host_32(info + 148);
	if (size < INFO_SENT)
		return;
	facts->has |= SOCKET_TCP_SENT;
	facts->bytes_sent = host_64(info + 200);
	facts->bytes_retransmitted = host_64(info + 208);
}

static uint16_t
host_16(const uint8_t *at)
{
	uint16_t value;

	memcpy(&value, at, sizeof value);
	return value;
}

static uint32_t
host_32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof value);
	return value;
}

static uint64_t
host_64(const uint8_t *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof value);
	return value;
}
