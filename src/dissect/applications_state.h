/*
 * What the engine of the application dissectors is made of, for the files
 * that are one together: applications.c feeds, applications_search.c finds
 * who is to be fed, dissection.c keeps what was learned.
 */
#ifndef TALLYMAN_DISSECT_APPLICATIONS_STATE_H
#define TALLYMAN_DISSECT_APPLICATIONS_STATE_H

#include "dissect/applications.h"
#include "dissect/held.h"

struct applications {
	struct applications_options	options;
	struct applications_counts	counts;
	struct facts_store		facts;
	struct pool			states[2];	/* small, large */
	struct held			held;
};

_Static_assert((int)HELD_LARGE == (int)APPLICATION_HELD_MAX, "a side's");

/* Who reads the flow; NULL: nobody was found yet. */
static inline const struct application *
applications_reader(const struct application_flow *flow)
{
	return applications_at(flow->inner != 0 ? flow->inner : flow->outer);
}

static inline bool
applications_is_found(const struct application_flow *flow)
{
	return flow->outer != 0 && !flow->is_searching;
}

/*
 * What the sender of the input is; the originator is the client if nothing
 * else is known.
 */
static inline enum application_role
applications_role(const struct application_flow *flow,
    const struct application_input *in)
{
	bool is_client = flow->client == ROLE_UNKNOWN ?
	    in->side == in->src_side :
	    (flow->client == ROLE_CLIENT) == (in->side == 0);

	return is_client ? ROLE_CLIENT : ROLE_SERVER;
}

/* Bytes on the wire, of the last so many that were captured. */
static inline uint32_t
applications_size_of(const struct application_input *in, size_t left)
{
	return in->is_datagram ? in->size - (uint32_t)(in->captured - left) :
	    (uint32_t)left;
}

/*
 * Asks who speaks, given all bytes of the sender's side that there are; true
 * when it was found. Else the side may be done, which the flow says.
 */
bool	applications_search(struct applications *,
	    const struct application_input *, const uint8_t *bytes,
	    size_t size);

/* Bytes that told nothing are kept for the next look. */
bool	applications_is_holding(const struct application_input *);

void	applications_feed_peer(struct applications *,
	    const struct application_input *);
bool	applications_need_state(struct applications *,
	    struct application_flow *);

#endif
