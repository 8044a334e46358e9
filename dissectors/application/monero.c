/*
 * Monero's network of peers, which frames its messages by the "levin"
 * protocol (docs/LEVIN_PROTOCOL.md of Monero's sources). Numbers have the
 * least byte first.
 *
 *   signature 01 21 01 01 01 01 01 01 (8), size (8), wants an answer (1),
 *   command (4), return code (4), flags (4), version 1 (4)
 */
#include <string.h>

#include "dissect/application.h"

static enum probe_score	probe(struct probe *);

static enum probe_score
probe(struct probe *p)
{
	static const uint8_t signature[] = { 0x01, 0x21, 0x01, 0x01, 0x01,
	    0x01, 0x01, 0x01 };
	size_t held = cursor_left(&p->own);

	if (memcmp(p->own.at, signature, held < sizeof signature ? held :
	    sizeof signature) != 0)
		return PROBE_NO;
	return held < sizeof signature ? PROBE_MORE : PROBE_SURE;
}

const struct application application_monero = {
	.name = "monero",
	.title = "Monero peers",
	.source = "Monero, LEVIN_PROTOCOL",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 18080 },
	.probe = probe
};
