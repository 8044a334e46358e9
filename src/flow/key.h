/*
 * Which frames belong together: the canonical key of a conversation.
 */
#ifndef TALLYMAN_FLOW_KEY_H
#define TALLYMAN_FLOW_KEY_H

#include <string.h>

#include "flow/flow.h"

/* What joins the 5-tuple (--key). */
struct flow_key_options {
	bool	has_vlan;
	bool	has_tunnel;
};

/* Fills the key; returns the sender's side, 0 (a) or 1 (b). */
int	flow_key_make(struct flow_key *, const struct packet *,
	    const struct conversation *, const struct flow_key_options *);

/*
 * The key of the packet that an ICMP error quotes, within the same VLANs and
 * tunnel; returns the quoted sender's side.
 */
int	flow_key_make_quoted(struct flow_key *, const struct packet *,
	    const struct conversation *, const struct flow_key_options *);

/* By words: a call of memcmp() costs more than all of its work. */
static inline bool
flow_key_is_equal(const struct flow_key *x, const struct flow_key *y)
{
	uint64_t a[sizeof *x / sizeof(uint64_t)];
	uint64_t b[sizeof *y / sizeof(uint64_t)];

	memcpy(a, x, sizeof a);
	memcpy(b, y, sizeof b);
	return ((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) |
	    (a[3] ^ b[3]) | (a[4] ^ b[4]) | (a[5] ^ b[5])) == 0;
}

#endif
