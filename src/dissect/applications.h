/*
 * Which protocol a flow's payload is, and what that says: the engine that
 * runs the application dissectors. Each meter has one; nothing is shared.
 *
 * What holds of a flow:
 * - Who is at home on a port is asked first; only a sure fit settles it then
 *   and there. Else all that speak over the transport are asked, and the best
 *   fit wins; a weak one only on a port of its own.
 * - A weak fit of the first few bytes stands as soon as the side ends or the
 *   other one answers; till then who would like to see more may do so.
 * - A side is asked about its first bytes, at most APPLICATION_HELD_MAX and
 *   APPLICATION_TRIES_MAX segments. Bytes are kept only while someone wants
 *   to see more.
 * - The winner reads on until it is done. Nobody looks at the flow's payload
 *   then.
 */
#ifndef TALLYMAN_DISSECT_APPLICATIONS_H
#define TALLYMAN_DISSECT_APPLICATIONS_H

#include "dissect/application.h"

/* All zero: no payload was seen. Numbers of dissectors are index + 1. */
struct application_flow {
	uint32_t	facts;		/* handle of a facts_store */
	uint32_t	state;		/* of who reads now; 0: none */
	uint32_t	skip[2];	/* bytes of a side not to be given */
	uint16_t	buffer[2];	/* what waits of a side; 0: nothing */
	uint8_t		outer;		/* who was recognised first; 0: nobody */
	uint8_t		inner;		/* what that carries, likewise */
	uint8_t		other;		/* who fitted as well as the first */
	uint8_t		tries[2];	/* segments that were looked at */
	uint8_t		client : 2;	/* enum application_role of side 0 */
	uint8_t		switches : 2;
	bool		is_done : 1;	/* nobody reads any more */
	bool		is_searching : 1;	/* for what the first carries */
	uint8_t		side_done : 2;	/* bit n: side n is not read */
	uint8_t		lost : 2;	/* bit n: bytes of side n were lost */
	uint8_t		joined : 2;	/* bit n: its start was not seen */
	uint8_t		weak : 2;	/* bit n: side n has a weak fit */
};

_Static_assert(sizeof(struct application_flow) == 28, "it has grown");

/* What came of a flow. Sides are 0 and 1, as in the flow's key. */
struct application_input {
	struct application_flow	*flow;
	const uint8_t		*bytes;		/* borrowed */
	size_t			 captured;
	uint32_t		 size;		/* of a datagram, on the wire */
	uint16_t		 port[2];	/* by side */
	int			 side;		/* who sent it */
	int			 src_side;	/* the originator as far as is
						   known */
	bool			 is_datagram;
	bool			 is_start;	/* TCP: its stream's start was
						   seen */
	bool			 is_last;	/* nothing is waited for */
	int64_t			 ts_ns;
	const void		*owner;		/* the caller's, for expect() */
};

/* Another flow between the same addresses that a dissector announced. */
struct application_expectation {
	uint8_t		number;		/* of who will speak there */
	bool		is_datagram;
	int		side;		/* whose port it is */
	uint16_t	port;
};

struct applications_options {
	uint32_t	 flows;		/* at once */
	bool		 is_revealing;	/* secret facts are kept */
	/* Called as the input is read; input is what was given. */
	void		(*expect)(void *context,
			    const struct application_input *,
			    const struct application_expectation *);
	void		*context;
};

/* What could not be looked at for want of memory. */
struct applications_counts {
	uint64_t	states_short;
	uint64_t	buffers_short;
};

enum { APPLICATIONS_MAX = 255 };

/* The dissectors by index; ends with NULL. Generated. */
extern const struct application *const registry_applications[];

/* Indexes dissectors by port; call once, before the first meter. */
void	applications_index(void);

/* The dissector of that number; NULL for 0. */
const struct application *applications_at(uint8_t number);

/* By name, 0 when there is none. */
uint8_t	applications_number(const char *name);

/* Whether the dissector is at home on the port. */
bool	application_has_port(const struct application *,
	    enum application_transport, uint16_t port);

/* Whether a datagram of it, away from its ports, may begin so. */
bool	application_takes_datagram(const struct application *, uint8_t);

/* options->expect may be NULL. */
struct applications *applications_new(const struct applications_options *);
void	applications_free(struct applications *);
struct facts_store *applications_facts(struct applications *);
const struct applications_counts *applications_counts(
	    const struct applications *);

/* All that was not read or not kept for want of memory, together. */
uint64_t applications_short(const struct applications *);

/* Bytes that are to be counted for a flow, besides application_flow. */
size_t	applications_size(void);

/*
 * Reads what came next of a side. Returns whether more of it is wanted; who
 * the client is stands in flow->client once it was learned.
 */
bool	applications_read(struct applications *,
	    const struct application_input *);

/* Of TCP, so many bytes that come next were not seen. Returns as above. */
bool	applications_gap(struct applications *,
	    const struct application_input *, uint32_t missing);

/*
 * The flow is one that was announced: what is spoken needs no search.
 */
void	applications_expected(struct application_flow *, uint8_t number);

/* TCP: the side has said all; a weak fit stands. */
void	applications_finish(struct applications *,
	    const struct application_input *);

/* No more payload will come: the memory for reading it is given back. */
void	applications_end(struct applications *, struct application_flow *);

/* The flow is forgotten, and its facts with it. It is all zero then. */
void	applications_forget(struct applications *,
	    struct application_flow *);

#endif
