/*
 * A flow's payload on its way to the application dissectors: what TCP
 * delivers in order, and the datagrams of UDP; who the client is by what they
 * say; and flows that one flow announces.
 */
#ifndef TALLYMAN_FLOW_PAYLOAD_H
#define TALLYMAN_FLOW_PAYLOAD_H

#include "flow/items.h"
#include "flow/table.h"

/* A flow that a dissector announced, until it comes. */
struct payload_expected {
	struct flow_key	key;		/* of who announced it */
	uint64_t	parent_id;
	int64_t		ts_ns;
	uint16_t	port;
	uint8_t		side;		/* whose port that is */
	uint8_t		protocol;
	uint8_t		number;		/* who will speak */
};

enum { PAYLOAD_EXPECTED_MAX = 64 };

struct payload {
	struct flow_table	*table;
	struct applications	*applications;	/* owned */
	int			 expected_count;
	int			 expected_next;	/* the oldest, once it is full */
	struct payload_expected	 expected[PAYLOAD_EXPECTED_MAX];
};

/* The table's flows are read from now on. */
void	payload_init(struct payload *, struct flow_table *, bool reveal);
void	payload_release(struct payload *);

/* Who reads what TCP delivers; the context is a struct payload. */
extern const struct tcp_reader_operations payload_operations;

/* A flow has begun: perhaps one that was announced. */
void	payload_begin(struct payload *, uint32_t number,
	    const struct item *);

/* A segment of the flow was tracked: perhaps nobody wants more of it. */
void	payload_segment(struct payload *, uint32_t number);

/* A datagram of the flow. */
void	payload_datagram(struct payload *, uint32_t number,
	    const struct item *);

/* No more will come of the flow. */
void	payload_end(struct payload *, uint32_t number);

/* Which side asks by what was read of the flow; -1: nothing tells. */
int	payload_client(const struct payload *, uint32_t number);

/* What the record of an announced flow is told by. */
enum { PAYLOAD_PARENT = 255 };	/* "dissector" of the fact */

#endif
