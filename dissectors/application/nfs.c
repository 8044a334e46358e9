/*
 * NFS, the Network File System, versions 2 to 4 (RFC 1094, RFC 1813, RFC
 * 7530): a program of ONC RPC.
 */
#include "dissect/onc_rpc.h"

static enum probe_score	probe(struct probe *);

static enum probe_score
probe(struct probe *p)
{
	return onc_rpc_probe(p, true);
}

const struct application application_nfs = {
	.name = "nfs",
	.title = "Network File System",
	.source = "RFC 1813, RFC 7530",
	.transports = APPLICATION_TCP | APPLICATION_UDP,
	.tcp_ports = { 2049 },
	.udp_ports = { 2049 },
	.state_size = sizeof(struct onc_rpc_state),
	.probe = probe,
	.feed = onc_rpc_feed,
	.fields = onc_rpc_fields
};
