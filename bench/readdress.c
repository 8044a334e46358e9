/*
 * Other addresses for the frames of a copy: a permutation of the hosts that a
 * key chooses, and the checksums brought up to date by the difference alone
 * (RFC 1624), so that a wrong one stays as wrong as it was.
 */
#include "readdress.h"

#include <stdbool.h>
#include <string.h>

enum {
	ETHERNET_TYPE_AT = 12,
	TAGS_MAX = 4,
	TYPE_IPV4 = 0x0800,
	TYPE_VLAN = 0x8100,
	TYPE_IPV6 = 0x86dd,
	TYPE_PPPOE = 0x8864,
	TYPE_PROVIDER = 0x88a8,
	PPP_IPV4 = 0x0021,
	PPP_IPV6 = 0x0057,
	IPV4_SIZE = 20,
	IPV6_SIZE = 40,
	EXTENSIONS_MAX = 16,
	HOP_BY_HOP = 0,
	TCP = 6,
	UDP = 17,
	ROUTING = 43,
	FRAGMENT = 44,
	AUTHENTICATION = 51,
	ICMPV6 = 58,
	DESTINATION = 60
};

static uint32_t	readdress_16(const uint8_t *);
static uint64_t	readdress_scatter(uint64_t);
static bool	readdress_is_host(uint32_t);
static uint32_t	readdress_permute(uint32_t, uint64_t);
static uint32_t	readdress_replace(uint8_t *, const uint8_t *, size_t);
static uint32_t	readdress_host_4(uint8_t *, uint64_t);
static uint32_t	readdress_host_6(uint8_t *, uint64_t);
static void	readdress_checksum(uint8_t *, uint32_t);
static void	readdress_transport(uint8_t *, size_t, size_t, int, uint32_t);
static void	readdress_ipv4(uint8_t *, size_t, size_t, uint64_t);
static size_t	readdress_extension(const uint8_t *, size_t, size_t, int);
static void	readdress_ipv6(uint8_t *, size_t, size_t, uint64_t);

static uint32_t
readdress_16(const uint8_t *at)
{
	return (uint32_t)at[0] << 8 | at[1];
}

/* A permutation of 64 bits: shifts and odd factors can be undone. */
static uint64_t
readdress_scatter(uint64_t value)
{
	value ^= value >> 32;
	value *= UINT64_C(0xd6e8feb86659fd93);
	value ^= value >> 32;
	value *= UINT64_C(0xd6e8feb86659fd93);
	return value ^ value >> 32;
}

/* Not 0/8, loopback, a group, a broadcast or reserved. */
static bool
readdress_is_host(uint32_t address)
{
	uint32_t first = address >> 24;

	return first != 0 && first != 127 && first < 224;
}

/* Four rounds of a Feistel network over the address's halves. */
static uint32_t
readdress_permute(uint32_t address, uint64_t key)
{
	uint32_t left = address >> 16, right = address & 0xffff, next;
	uint32_t round;

	for (round = 0; round < 4; round++) {
		next = left ^ (uint32_t)(readdress_scatter(key + round +
		    ((uint64_t)right << 32)) & 0xffff);
		left = right;
		right = next;
	}
	return left << 16 | right;
}

/* Returns what the sum of 16-bit words gains: RFC 1624's ~m + m'. */
static uint32_t
readdress_replace(uint8_t *at, const uint8_t *bytes, size_t size)
{
	uint32_t change = 0;
	size_t i;

	for (i = 0; i < size; i += 2) {
		change += ~readdress_16(at + i) & 0xffff;
		change += readdress_16(bytes + i);
	}
	memcpy(at, bytes, size);
	return change;
}

/* Permutes until a host comes out: still a permutation, of the hosts. */
static uint32_t
readdress_host_4(uint8_t *at, uint64_t key)
{
	uint32_t address = readdress_16(at) << 16 | readdress_16(at + 2);
	uint8_t bytes[4];
	size_t i;

	if (!readdress_is_host(address))
		return 0;
	do {
		address = readdress_permute(address, key);
	} while (!readdress_is_host(address));
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(address >> (24 - 8 * i));
	return readdress_replace(at, bytes, sizeof(bytes));
}

/* The interface's half alone; the prefix says of what kind the address is. */
static uint32_t
readdress_host_6(uint8_t *at, uint64_t key)
{
	static const uint8_t none[8];
	uint64_t half = 0;
	uint8_t bytes[8];
	size_t i;

	if (at[0] == 0xff || memcmp(at, none, sizeof(none)) == 0)
		return 0;
	for (i = 0; i < sizeof(bytes); i++)
		half = half << 8 | at[8 + i];
	half = readdress_scatter(half ^ key);
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(half >> (56 - 8 * i));
	return readdress_replace(at + 8, bytes, sizeof(bytes));
}

/* RFC 1624, equation 3 */
static void
readdress_checksum(uint8_t *field, uint32_t change)
{
	uint32_t sum = (~readdress_16(field) & 0xffff) + change;

	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	sum = ~sum & 0xffff;
	field[0] = (uint8_t)(sum >> 8);
	field[1] = (uint8_t)sum;
}

/* Of those whose checksum covers the addresses; UDP's 0 means none. */
static void
readdress_transport(uint8_t *frame, size_t size, size_t at, int protocol,
    uint32_t change)
{
	size_t field = at + (protocol == TCP ? 16 : protocol == UDP ? 6 : 2);
	bool is_none;

	if ((protocol != TCP && protocol != UDP && protocol != ICMPV6) ||
	    field + 2 > size || change == 0)
		return;
	is_none = readdress_16(frame + field) == 0;
	if (protocol == UDP && is_none)
		return;
	readdress_checksum(frame + field, change);
	if (protocol == UDP && readdress_16(frame + field) == 0)
		memset(frame + field, 0xff, 2);
}

/* Only the first of a datagram's fragments has the transport's header. */
static void
readdress_ipv4(uint8_t *frame, size_t size, size_t at, uint64_t key)
{
	uint8_t *header = frame + at;
	size_t header_size;
	uint32_t change;

	if (size - at < IPV4_SIZE || header[0] >> 4 != 4)
		return;
	header_size = (size_t)(header[0] & 0x0f) * 4;
	change = readdress_host_4(header + 12, key);
	change += readdress_host_4(header + 16, key);
	if (change != 0)
		readdress_checksum(header + 10, change);
	if ((readdress_16(header + 6) & 0x1fff) == 0 && header[9] != ICMPV6)
		readdress_transport(frame, size, at + header_size, header[9],
		    change);
}

/*
 * The size of the extension header there, 0 where the next is no extension or
 * nothing behind it can be said: a later fragment, a route to go on.
 */
static size_t
readdress_extension(const uint8_t *frame, size_t size, size_t at, int next)
{
	if (at + 8 > size)
		return 0;
	switch (next) {
	case ROUTING:
		if (frame[at + 3] != 0)
			return 0;
		/* FALLTHROUGH */
	case HOP_BY_HOP:
	case DESTINATION:
		return ((size_t)frame[at + 1] + 1) * 8;
	case FRAGMENT:
		return (readdress_16(frame + at + 2) & 0xfff8) == 0 ? 8 : 0;
	case AUTHENTICATION:
		return ((size_t)frame[at + 1] + 2) * 4;
	default:
		return 0;
	}
}

static void
readdress_ipv6(uint8_t *frame, size_t size, size_t at, uint64_t key)
{
	uint8_t *header = frame + at;
	size_t extension;
	uint32_t change;
	int next, i;

	if (size - at < IPV6_SIZE || header[0] >> 4 != 6)
		return;
	change = readdress_host_6(header + 8, key);
	change += readdress_host_6(header + 24, key);
	next = header[6];
	at += IPV6_SIZE;
	for (i = 0; i < EXTENSIONS_MAX; i++) {
		extension = readdress_extension(frame, size, at, next);
		if (extension == 0)
			break;
		next = frame[at];
		at += extension;
	}
	readdress_transport(frame, size, at, next, change);
}

void
readdress_frame(uint8_t *frame, size_t size, uint64_t key)
{
	size_t at = ETHERNET_TYPE_AT;
	uint32_t type;
	int tags;

	for (tags = 0; tags <= TAGS_MAX; tags++) {
		if (at + 2 > size)
			return;
		type = readdress_16(frame + at);
		at += 2;
		if (type != TYPE_VLAN && type != TYPE_PROVIDER)
			break;
		at += 2;
	}
	if (type == TYPE_PPPOE && at + 8 <= size) {
		type = readdress_16(frame + at + 6);
		at += 8;
		type = type == PPP_IPV4 ? TYPE_IPV4 :
		    type == PPP_IPV6 ? TYPE_IPV6 : 0;
	}
	if (type == TYPE_IPV4)
		readdress_ipv4(frame, size, at, key);
	else if (type == TYPE_IPV6)
		readdress_ipv6(frame, size, at, key);
}
