/*
 * SYNs as they are sent; see syns.h. Bytes of packets are what anybody sends,
 * so they are read through the cursor, and only to ask the kernel whether it
 * has such a socket.
 */
#include "host/syns.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cursor.h"

enum { SYNS_SNAP = 128, SYNS_FLAGS = 13, SYNS_SYN = 0x02, SYNS_ACK = 0x10 };

/* From the first byte of IP on: a TCP segment with SYN and without ACK. */
static struct sock_filter syns_filter[] = {
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
	BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x60, 8, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x40, 0, 13),
	/* IPv4: TCP, the first fragment. */
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 0, 11),
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 6),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 9, 0),
	BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
	BPF_STMT(BPF_LD | BPF_B | BPF_IND, SYNS_FLAGS),
	BPF_JUMP(BPF_JMP | BPF_JA, 3, 0, 0),
	/* IPv6, without extension headers. */
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 6),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 0, 4),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 40 + SYNS_FLAGS),
	BPF_STMT(BPF_ALU | BPF_AND | BPF_K, SYNS_SYN | SYNS_ACK),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYNS_SYN, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SYNS_SNAP),
	BPF_STMT(BPF_RET | BPF_K, 0)
};

static bool	read_ipv4(struct cursor *, struct socket_facts *);
static bool	read_ipv6(struct cursor *, struct socket_facts *);

/* The filter comes first: before it there are no interfaces. */
int
syns_open(void)
{
	int descriptor = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	struct sock_fprog program = {
		.len = sizeof syns_filter / sizeof syns_filter[0],
		.filter = syns_filter
	};
	struct sockaddr_ll all = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL)
	};
	int yes = 1;

	if (descriptor < 0)
		return -1;
	if (setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program,
	    sizeof program) < 0 ||
	    setsockopt(descriptor, SOL_SOCKET, SO_LOCK_FILTER, &yes,
	    sizeof yes) < 0 ||
	    bind(descriptor, (struct sockaddr *)&all, sizeof all) < 0) {
		(void)close(descriptor);
		return -1;
	}
	return descriptor;
}

bool
syns_next(int descriptor, struct socket_facts *facts)
{
	uint8_t bytes[SYNS_SNAP];
	ssize_t size;

	for (;;) {
		size = recv(descriptor, bytes, sizeof bytes, MSG_DONTWAIT);
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return false;
		if (syns_read(bytes, (size_t)size, facts))
			return true;
	}
}

bool
syns_read(const uint8_t *data, size_t size, struct socket_facts *facts)
{
	struct cursor c = cursor_over(data, size);
	const uint8_t *first = cursor_peek(&c, 1);
	const uint8_t *segment;

	*facts = (struct socket_facts){ .protocol = IPPROTO_TCP };
	if (first == NULL || !(*first >> 4 == 4 ? read_ipv4(&c, facts) :
	    *first >> 4 == 6 && read_ipv6(&c, facts)))
		return false;
	segment = cursor_take(&c, SYNS_FLAGS + 1);
	if (segment == NULL || (segment[SYNS_FLAGS] &
	    (SYNS_SYN | SYNS_ACK)) != SYNS_SYN)
		return false;
	facts->local.port = bytes_be16(segment);
	facts->remote.port = bytes_be16(segment + 2);
	return true;
}

/* RFC 791, 3.1 */
static bool
read_ipv4(struct cursor *c, struct socket_facts *facts)
{
	const uint8_t *header = cursor_take(c, 20);

	if (header == NULL || (header[0] & 0xf) < 5 ||
	    header[9] != IPPROTO_TCP ||
	    (bytes_be16(header + 6) & 0x1fff) != 0)
		return false;
	cursor_skip(c, (size_t)(header[0] & 0xf) * 4 - 20);
	facts->family = 4;
	memcpy(facts->local.address, header + 12, 4);
	memcpy(facts->remote.address, header + 16, 4);
	return true;
}

/* RFC 8200, 3 */
static bool
read_ipv6(struct cursor *c, struct socket_facts *facts)
{
	const uint8_t *header = cursor_take(c, 40);

	if (header == NULL || header[6] != IPPROTO_TCP)
		return false;
	facts->family = 6;
	memcpy(facts->local.address, header + 8, 16);
	memcpy(facts->remote.address, header + 24, 16);
	return true;
}
