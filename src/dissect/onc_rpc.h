/*
 * ONC RPC (RFC 5531), which NFS and its companions speak: calls and replies,
 * as datagrams or, behind a record mark, in a stream.
 */
#ifndef TALLYMAN_DISSECT_ONC_RPC_H
#define TALLYMAN_DISSECT_ONC_RPC_H

#include "dissect/application.h"

/* Programs (IANA, RPC Program Numbers). */
enum onc_rpc_program {
	ONC_RPC_PORTMAP = 100000,
	ONC_RPC_NFS = 100003,
	ONC_RPC_MOUNT = 100005
};

enum onc_rpc_fact {
	ONC_RPC_PROGRAM_NAME,
	ONC_RPC_VERSION,
	ONC_RPC_PROCEDURES,
	ONC_RPC_MACHINE,
	ONC_RPC_CALLS,
	ONC_RPC_FACTS
};
extern const struct fact_field onc_rpc_fields[ONC_RPC_FACTS + 1];

/* The state of a flow. */
struct onc_rpc_state {
	uint32_t	asked_xid;	/* of a call for a port, */
	uint32_t	asked_program;	/* whose this is; 0: none */
	uint32_t	asked_protocol;
	uint8_t		calls;
};

/* How well the bytes fit, of calls whether to NFS or to all but NFS. */
enum probe_score onc_rpc_probe(struct probe *, bool is_nfs);

/* The state is a struct onc_rpc_state. */
void	onc_rpc_feed(struct dissection *);

#endif
