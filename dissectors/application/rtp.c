/*
 * RTP, the Real-time Transport Protocol (RFC 3550). One packet proves nothing
 * of it: streams are found by how their packets follow each other, by the
 * meter (flow/rtp.h), and a flow that has one gets this name in its record.
 */
#include "dissect/application.h"

static enum probe_score	probe(struct probe *);

static enum probe_score
probe(struct probe *p)
{
	(void)p;
	return PROBE_NO;
}

const struct application application_rtp = {
	.name = "rtp",
	.title = "Real-time Transport Protocol",
	.source = "RFC 3550",
	.transports = APPLICATION_UDP,
	.udp_ports = { 5004 },
	.is_settled = true,
	.probe = probe
};
