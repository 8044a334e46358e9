/*
 * WireGuard (Donenfeld, "WireGuard: Next Generation Kernel Network Tunnel",
 * 2020, section 5.4): four types of message, little-endian.
 *
 *   type, 0, 0, 0
 *   1: handshake's first, 148 bytes     2: its answer, 92 bytes
 *   3: cookie, 64 bytes                 4: receiver (4), counter (8), data
 */
#include "dissect/application.h"

enum {
	WIREGUARD_INITIATION = 1,
	WIREGUARD_RESPONSE,
	WIREGUARD_COOKIE,
	WIREGUARD_DATA,
	WIREGUARD_DATA_MIN = 32,
	WIREGUARD_BLOCK = 16,
	WIREGUARD_COUNTER_MAX = 0xffffff	/* none so old is believed */
};

static enum probe_score	probe(struct probe *);
static enum probe_score	probe_data(const struct probe *);

static enum probe_score
probe(struct probe *p)
{
	const uint8_t *at = cursor_peek(&p->own, WIREGUARD_BLOCK);

	if (at == NULL || at[1] != 0 || at[2] != 0 || at[3] != 0)
		return PROBE_NO;
	switch (at[0]) {
	case WIREGUARD_INITIATION:
		return p->size == 148 ? PROBE_SURE : PROBE_NO;
	case WIREGUARD_RESPONSE:
		return p->size == 92 ? PROBE_SURE : PROBE_NO;
	case WIREGUARD_COOKIE:
		return p->size == 64 ? PROBE_LIKELY : PROBE_NO;
	case WIREGUARD_DATA:
		return probe_data(p);
	default:
		return PROBE_NO;
	}
}

/* Padded to whole blocks, behind a counter that began with 0. */
static enum probe_score
probe_data(const struct probe *p)
{
	const uint8_t *at = p->own.at;

	return p->size >= WIREGUARD_DATA_MIN &&
	    p->size % WIREGUARD_BLOCK == 0 && bytes_le32(at + 4) != 0 &&
	    bytes_le64(at + 8) <= WIREGUARD_COUNTER_MAX ? PROBE_LIKELY :
	    PROBE_NO;
}

const struct application application_wireguard = {
	.name = "wireguard",
	.title = "WireGuard",
	.source = "Donenfeld, WireGuard, 2020",
	.transports = APPLICATION_UDP,
	.udp_ports = { 51820 },
	.starts = { { 1, 5 } },
	.probe = probe
};
