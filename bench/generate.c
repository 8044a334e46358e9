/*
 * Makes the captures that the measurements run on, the same bytes for the
 * same arguments:
 *
 *	generate small FLOWS AT_ONCE	short flows of the smallest frames
 *	generate elephants MEGABYTES FLOWS	few long TCP transfers
 *	generate syn FLOWS	every frame a SYN of another flow
 *
 * A pcap with microseconds goes to standard output. Small: frames of 64
 * bytes (IPv6 with TCP needs a few more), seven of ten flows TCP with
 * handshake, data and end, the others UDP, one of ten IPv6, ten frames each,
 * interleaved at random. Elephants: packets of 1500 bytes, an
 * acknowledgement after every second one. Syn: frames of 64 bytes, each from
 * an address of its own, spread over half of all IPv4 addresses.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ETHERNET_SIZE = 14,
	FRAME_MAX = 1514,
	FRAME_MIN = 64,
	SMALL_STEPS = 10,
	ELEPHANT_PAYLOAD = 1460,
	PROTOCOL_TCP = 6,
	PROTOCOL_UDP = 17,
	FIN = 0x01,
	SYN = 0x02,
	PSH = 0x08,
	ACK = 0x10
};

/* 2026-03-04 05:06:07 UTC */
static const uint64_t start_us = UINT64_C(1772600767000000);

struct flow {
	uint32_t	number;
	uint32_t	step;
	uint32_t	seq[2];		/* of client and server */
	uint16_t	client_port;
	uint16_t	server_port;
	uint32_t	client;		/* the last 32 bits of the address */
	uint32_t	server;
	uint8_t		protocol;
	bool		is_ipv6;
};

struct segment {
	int		side;		/* 0: from the client */
	uint8_t		flags;
	uint32_t	size;		/* payload */
};

struct generator {
	uint64_t	state;		/* of the random numbers */
	uint64_t	now_us;
	uint64_t	bytes;		/* written */
	uint8_t		frame[FRAME_MAX];
	uint32_t	size;		/* of the frame so far */
	uint8_t		payload[ELEPHANT_PAYLOAD];
};

static uint32_t	generate_random(struct generator *);
static void	generate_bytes(struct generator *, const void *, size_t);
static void	generate_16(struct generator *, uint32_t);
static void	generate_32(struct generator *, uint32_t);
static void	generate_set_16(struct generator *, uint32_t, uint32_t);
static uint64_t	generate_sum(const struct generator *, uint32_t, uint32_t);
static uint32_t	generate_fold(uint64_t);
static void	generate_write(const void *, size_t);
static void	generate_write_32(uint32_t);
static void	generate_file_header(void);
static void	generate_flow(struct generator *, struct flow *, uint32_t);
static void	generate_ethernet(struct generator *, const struct flow *,
		    int);
static void	generate_address(struct generator *, const struct flow *, int);
static void	generate_ip(struct generator *, const struct flow *, int,
		    uint32_t);
static void	generate_tcp(struct generator *, struct flow *,
		    const struct segment *);
static void	generate_udp(struct generator *, const struct flow *,
		    const struct segment *);
static void	generate_checksum(struct generator *, const struct flow *,
		    uint32_t);
static void	generate_frame(struct generator *, struct flow *,
		    const struct segment *);
static void	generate_small_step(struct generator *, struct flow *);
static void	generate_small(struct generator *, uint32_t, uint32_t);
static void	generate_handshake(struct generator *, struct flow *);
static void	generate_end(struct generator *, struct flow *);
static void	generate_elephants(struct generator *, uint32_t, uint32_t);
static uint32_t	generate_number(const char *);

/* xorshift64* of Vigna, "An experimental exploration...", 2014. */
static uint32_t
generate_random(struct generator *g)
{
	g->state ^= g->state >> 12;
	g->state ^= g->state << 25;
	g->state ^= g->state >> 27;
	return (uint32_t)(g->state * UINT64_C(0x2545F4914F6CDD1D) >> 32);
}

static void
generate_bytes(struct generator *g, const void *bytes, size_t size)
{
	memcpy(g->frame + g->size, bytes, size);
	g->size += (uint32_t)size;
}

static void
generate_16(struct generator *g, uint32_t value)
{
	g->frame[g->size++] = (uint8_t)(value >> 8);
	g->frame[g->size++] = (uint8_t)value;
}

static void
generate_32(struct generator *g, uint32_t value)
{
	generate_16(g, value >> 16);
	generate_16(g, value & 0xffff);
}

static void
generate_set_16(struct generator *g, uint32_t at, uint32_t value)
{
	g->frame[at] = (uint8_t)(value >> 8);
	g->frame[at + 1] = (uint8_t)value;
}

/* Of 16-bit words of the frame; an odd last byte counts as the high one. */
static uint64_t
generate_sum(const struct generator *g, uint32_t from, uint32_t to)
{
	uint64_t sum = 0;
	uint32_t i;

	for (i = from; i + 1 < to; i += 2)
		sum += (uint32_t)g->frame[i] << 8 | g->frame[i + 1];
	if (i < to)
		sum += (uint32_t)g->frame[i] << 8;
	return sum;
}

/* RFC 1071 */
static uint32_t
generate_fold(uint64_t sum)
{
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~(uint32_t)sum & 0xffff;
}

static void
generate_write(const void *bytes, size_t size)
{
	if (fwrite(bytes, 1, size, stdout) != size) {
		perror("generate: cannot write");
		exit(1);
	}
}

/* Little-endian, as the file header announces. */
static void
generate_write_32(uint32_t value)
{
	uint8_t bytes[4];
	int i;

	for (i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(value >> 8 * i);
	generate_write(bytes, sizeof(bytes));
}

static void
generate_file_header(void)
{
	generate_write_32(UINT32_C(0xa1b2c3d4));
	generate_write_32(4 << 16 | 2);
	generate_write_32(0);
	generate_write_32(0);
	generate_write_32(262144);
	generate_write_32(1);
}

static void
generate_flow(struct generator *g, struct flow *flow, uint32_t number)
{
	static const uint16_t ports[2][4] = {
		{ 443, 80, 22, 8080 }, { 53, 443, 123, 5004 }
	};
	uint32_t chance = generate_random(g);
	bool is_udp = chance % 10 >= 7;

	flow->number = number;
	flow->step = 0;
	flow->seq[0] = generate_random(g);
	flow->seq[1] = generate_random(g);
	flow->client_port = (uint16_t)(32768 + generate_random(g) % 28232);
	flow->server_port = ports[is_udp][chance >> 8 & 3];
	flow->client = 0x0a000000 | (number * 7919 & 0xffffff);
	flow->server = 0xc0a80000 | (chance >> 12 & 0xfff);
	flow->protocol = is_udp ? PROTOCOL_UDP : PROTOCOL_TCP;
	flow->is_ipv6 = chance / 10 % 10 == 0;
}

static void
generate_ethernet(struct generator *g, const struct flow *flow, int side)
{
	static const uint8_t mac[2][6] = {
		{ 2, 0, 0, 0, 0, 0x0a }, { 2, 0, 0, 0, 0, 0x0b }
	};

	g->size = 0;
	generate_bytes(g, mac[1 - side], 6);
	generate_bytes(g, mac[side], 6);
	generate_16(g, flow->is_ipv6 ? 0x86dd : 0x0800);
}

/* Every flow has a client of its own; 4096 servers are shared. */
static void
generate_address(struct generator *g, const struct flow *flow, int side)
{
	if (flow->is_ipv6) {
		generate_32(g, 0xfd000000);
		generate_32(g, 0);
		generate_32(g, 0);
	}
	generate_32(g, side == 0 ? flow->client : flow->server);
}

static void
generate_ip(struct generator *g, const struct flow *flow, int side,
    uint32_t size)
{
	uint32_t start = g->size;

	if (flow->is_ipv6) {
		generate_32(g, UINT32_C(6) << 28);
		generate_16(g, size);
		generate_16(g, (uint32_t)flow->protocol << 8 | 64);
	} else {
		generate_16(g, 0x4500);
		generate_16(g, 20 + size);
		generate_32(g, 0x4000);
		generate_16(g, 64 << 8 | (uint32_t)flow->protocol);
		generate_16(g, 0);
	}
	generate_address(g, flow, side);
	generate_address(g, flow, 1 - side);
	if (!flow->is_ipv6)
		generate_set_16(g, start + 10,
		    generate_fold(generate_sum(g, start, g->size)));
}

static void
generate_tcp(struct generator *g, struct flow *flow,
    const struct segment *segment)
{
	int side = segment->side;
	uint32_t ack = segment->flags & ACK ? flow->seq[1 - side] : 0;

	generate_16(g, side == 0 ? flow->client_port : flow->server_port);
	generate_16(g, side == 0 ? flow->server_port : flow->client_port);
	generate_32(g, flow->seq[side]);
	generate_32(g, ack);
	generate_16(g, UINT32_C(5) << 12 | segment->flags);
	generate_16(g, 65535);
	generate_32(g, 0);
	flow->seq[side] += segment->size;
	if (segment->flags & (SYN | FIN))
		flow->seq[side]++;
}

static void
generate_udp(struct generator *g, const struct flow *flow,
    const struct segment *segment)
{
	int side = segment->side;

	generate_16(g, side == 0 ? flow->client_port : flow->server_port);
	generate_16(g, side == 0 ? flow->server_port : flow->client_port);
	generate_16(g, 8 + segment->size);
	generate_16(g, 0);
}

/* Over the pseudo header, whose addresses end where the transport begins. */
static void
generate_checksum(struct generator *g, const struct flow *flow,
    uint32_t transport)
{
	uint32_t addresses = flow->is_ipv6 ? 32 : 8;
	uint32_t field = flow->protocol == PROTOCOL_TCP ? 16 : 6;
	uint64_t sum;

	sum = generate_sum(g, transport - addresses, g->size);
	sum += flow->protocol + g->size - transport;
	generate_set_16(g, transport + field, generate_fold(sum));
}

/* One frame of the flow, a microsecond after the last. */
static void
generate_frame(struct generator *g, struct flow *flow,
    const struct segment *segment)
{
	uint32_t header = flow->protocol == PROTOCOL_TCP ? 20 : 8;
	uint32_t transport;

	generate_ethernet(g, flow, segment->side);
	generate_ip(g, flow, segment->side, header + segment->size);
	transport = g->size;
	if (flow->protocol == PROTOCOL_TCP)
		generate_tcp(g, flow, segment);
	else
		generate_udp(g, flow, segment);
	generate_bytes(g, g->payload, segment->size);
	generate_checksum(g, flow, transport);
	while (g->size < FRAME_MIN)
		g->frame[g->size++] = 0;

	generate_write_32((uint32_t)(g->now_us / 1000000));
	generate_write_32((uint32_t)(g->now_us % 1000000));
	generate_write_32(g->size);
	generate_write_32(g->size);
	generate_write(g->frame, g->size);
	g->now_us++;
	g->bytes += 16 + g->size;
}

/* The next of a short flow's ten frames. */
static void
generate_small_step(struct generator *g, struct flow *flow)
{
	static const struct segment tcp[SMALL_STEPS] = {
		{ 0, SYN, 0 }, { 1, SYN | ACK, 0 }, { 0, ACK, 0 },
		{ 0, PSH | ACK, 10 }, { 1, PSH | ACK, 10 },
		{ 0, PSH | ACK, 10 }, { 1, PSH | ACK, 10 },
		{ 0, FIN | ACK, 0 }, { 1, FIN | ACK, 0 }, { 0, ACK, 0 }
	};
	struct segment datagram = { (int)(flow->step & 1), 0, 22 };

	if (flow->protocol == PROTOCOL_TCP) {
		generate_frame(g, flow, &tcp[flow->step]);
	} else {
		if (flow->is_ipv6)
			datagram.size = 2;
		generate_frame(g, flow, &datagram);
	}
	flow->step++;
}

static void
generate_small(struct generator *g, uint32_t count, uint32_t at_once)
{
	struct flow *flows;
	uint32_t started = 0, open, chosen;

	if (at_once > count)
		at_once = count;
	flows = calloc(at_once, sizeof(*flows));
	if (flows == NULL) {
		fprintf(stderr, "generate: no memory for %" PRIu32
		    " flows\n", at_once);
		exit(1);
	}
	for (open = 0; open < at_once; open++)
		generate_flow(g, &flows[open], started++);
	while (open > 0) {
		chosen = generate_random(g) % open;
		generate_small_step(g, &flows[chosen]);
		if (flows[chosen].step < SMALL_STEPS)
			continue;
		if (started < count)
			generate_flow(g, &flows[chosen], started++);
		else
			flows[chosen] = flows[--open];
	}
	free(flows);
}

static void
generate_handshake(struct generator *g, struct flow *flow)
{
	static const struct segment steps[] = {
		{ 0, SYN, 0 }, { 1, SYN | ACK, 0 }, { 0, ACK, 0 }
	};
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		generate_frame(g, flow, &steps[i]);
}

static void
generate_end(struct generator *g, struct flow *flow)
{
	static const struct segment steps[] = {
		{ 0, FIN | ACK, 0 }, { 1, FIN | ACK, 0 }, { 0, ACK, 0 }
	};
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		generate_frame(g, flow, &steps[i]);
}

static void
generate_elephants(struct generator *g, uint32_t megabytes, uint32_t count)
{
	static const struct segment data = { 0, ACK, ELEPHANT_PAYLOAD };
	static const struct segment answer = { 1, ACK, 0 };
	struct flow *flows, *flow;
	uint32_t i;

	flows = calloc(count, sizeof(*flows));
	if (flows == NULL) {
		fprintf(stderr, "generate: no memory for %" PRIu32
		    " flows\n", count);
		exit(1);
	}
	for (i = 0; i < count; i++) {
		generate_flow(g, &flows[i], i);
		flows[i].protocol = PROTOCOL_TCP;
		flows[i].server_port = 443;
		flows[i].is_ipv6 = false;
		generate_handshake(g, &flows[i]);
	}
	while (g->bytes < (uint64_t)megabytes * 1000000) {
		flow = &flows[generate_random(g) % count];
		generate_frame(g, flow, &data);
		if (flow->step++ & 1)
			generate_frame(g, flow, &answer);
	}
	for (i = 0; i < count; i++)
		generate_end(g, &flows[i]);
	free(flows);
}

/* A prime factor and a modulus without it: no source comes twice. */
static void
generate_syn(struct generator *g, uint32_t count)
{
	static const struct segment syn = { 0, SYN, 0 };
	const uint64_t sources = UINT64_C(126) << 24;
	struct flow flow;
	uint32_t i;

	for (i = 0; i < count; i++) {
		generate_flow(g, &flow, i);
		flow.protocol = PROTOCOL_TCP;
		flow.server_port = 443;
		flow.is_ipv6 = false;
		flow.client = (uint32_t)(0x01000000 +
		    (uint64_t)i * 1000000007 % sources);
		generate_frame(g, &flow, &syn);
	}
}

/* From 1 to a thousand million; anything else ends the program. */
static uint32_t
generate_number(const char *text)
{
	unsigned long value;
	char *end;

	value = strtoul(text, &end, 10);
	if (*text == '\0' || *end != '\0' || value < 1 ||
	    value > 1000000000) {
		fprintf(stderr, "generate: '%s' is no number from 1 to "
		    "1000000000\n", text);
		exit(2);
	}
	return (uint32_t)value;
}

int
main(int argc, char **argv)
{
	struct generator g = { .state = 20260304, .now_us = start_us };
	const char *trace = argc > 1 ? argv[1] : "";
	bool is_syn = strcmp(trace, "syn") == 0;
	uint32_t first, second;

	if (argc != (is_syn ? 3 : 4) || (!is_syn &&
	    strcmp(trace, "small") != 0 && strcmp(trace, "elephants") != 0)) {
		fputs("usage: generate small FLOWS AT_ONCE\n"
		    "       generate elephants MEGABYTES FLOWS\n"
		    "       generate syn FLOWS\n", stderr);
		return 2;
	}
	first = generate_number(argv[2]);
	second = is_syn ? 0 : generate_number(argv[3]);
	memset(g.payload, 'x', sizeof(g.payload));
	setvbuf(stdout, NULL, _IOFBF, 1 << 20);
	generate_file_header();
	if (is_syn)
		generate_syn(&g, first);
	else if (strcmp(trace, "small") == 0)
		generate_small(&g, first, second);
	else
		generate_elephants(&g, first, second);
	if (fclose(stdout) != 0) {
		perror("generate: cannot write");
		return 1;
	}
	return 0;
}
