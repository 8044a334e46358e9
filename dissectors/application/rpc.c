/*
 * Programs of ONC RPC (RFC 5531) other than NFS: the port mapper (RFC 1833),
 * which says where the others are, mount, locks and their like.
 */
#include "dissect/onc_rpc.h"

static enum probe_score	probe(struct probe *);

static enum probe_score
probe(struct probe *p)
{
	return onc_rpc_probe(p, false);
}

const struct application application_rpc = {
	.name = "rpc",
	.title = "Open Network Computing RPC",
	.source = "RFC 5531, RFC 1833",
	.transports = APPLICATION_TCP | APPLICATION_UDP,
	.tcp_ports = { 111 },
	.udp_ports = { 111 },
	.state_size = sizeof(struct onc_rpc_state),
	.probe = probe,
	.feed = onc_rpc_feed,
	.fields = onc_rpc_fields
};
