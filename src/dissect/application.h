/*
 * The contract of an application dissector: one file in
 * dissectors/application, one exported constant "application_NAME" at its
 * end. From that constant come the candidates of a port, the probes,
 * --list-dissectors, the members of "app" in a record and their documents.
 *
 * A dissector has two functions. probe() looks at the first bytes of a side
 * and says how well they fit; the engine (dissect/applications.c) takes the
 * best. feed() is then given all that both sides say, in order, until it has
 * what it wants: it takes whole messages from the cursor, and what it leaves
 * is given to it again with more behind. What it learns it tells with
 * dissection_text() and its kin, by the index of the field in its table.
 *
 * It never sees flows, records or outputs, never keeps a pointer past its
 * call, and reads bytes through the cursor alone. Payload is data of an
 * attacker: every loop consumes or ends.
 */
#ifndef TALLYMAN_DISSECT_APPLICATION_H
#define TALLYMAN_DISSECT_APPLICATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "dissect/facts.h"
#include "packet/packet.h"

enum {
	APPLICATION_PORTS_MAX = 16,
	APPLICATION_STARTS_MAX = 6,
	APPLICATION_STATE_MAX = 1024,	/* bytes */
	APPLICATION_HELD_MAX = 4096,	/* bytes of a side that wait */
	APPLICATION_TRIES_MAX = 8	/* segments or datagrams of a side */
};

enum application_transport {
	APPLICATION_TCP = 1,
	APPLICATION_UDP = 2
};

/*
 * How well the first bytes of a side fit. Random bytes must not fit: say
 * LIKELY when at most one in some ten million would, SURE when none would. Of
 * TCP, say MORE to every beginning of what fits, the first byte alone too: who
 * does not want more of that byte is not asked again, but at home.
 */
enum probe_score {
	PROBE_NO,
	PROBE_MORE,	/* fits so far: decide when there are more bytes */
	PROBE_WEAK,	/* enough on a port of its own, and nowhere else */
	PROBE_LIKELY,
	PROBE_SURE
};

enum application_role {
	ROLE_UNKNOWN,
	ROLE_CLIENT,	/* who asks */
	ROLE_SERVER
};

/*
 * What is asked. Of TCP, own has the bytes of a side from its first on, at
 * most APPLICATION_HELD_MAX; where the start was not seen, from the start of
 * some segment on. Of UDP, own is one datagram. The probe may move the
 * cursors.
 */
struct probe {
	struct cursor	own;		/* who spoke now */
	struct cursor	peer;		/* the other side; mostly empty */
	uint32_t	size;		/* of own on the wire: a datagram may
					   be captured in part */
	uint16_t	own_port;
	uint16_t	peer_port;
	bool		is_datagram;
	bool		is_start;	/* own begins where the stream does */
	bool		is_on_port;	/* a port is one of the dissector's */

	/* To be set where the bytes tell. */
	enum application_role sender;
};

struct application_flow;
struct application_input;
struct applications;

/* What a dissector is fed. */
struct dissection {
	struct cursor		 bytes;		/* take from here */
	uint32_t		 size;		/* of a datagram, on the wire */
	enum application_role	 sender;	/* never ROLE_UNKNOWN */
	uint16_t		 sender_port;
	uint16_t		 receiver_port;
	bool			 is_datagram;
	bool			 is_full;	/* no more can wait: what is
						   left of bytes is lost */
	bool			 is_behind_gap;	/* bytes are missing before
						   these (survives_gaps) */
	int64_t			 ts_ns;		/* of the frame */
	void			*state;		/* state_size bytes, zero at
						   first; NULL without */

	/* To be set. */
	uint32_t		 skip;		/* bytes behind the cursor's
						   end that are not wanted */
	bool			 is_side_done;	/* no more of this sender */
	bool			 is_done;	/* of nobody */

	/* The engine's. */
	struct applications	*applications;
	struct application_flow	*flow;
	const struct application_input *input;
	uint8_t			 inner;
	bool			 has_inner;
};

/* The bytes from one to before another; behind is never 0. */
struct application_bytes {
	uint16_t	from;
	uint16_t	behind;
};

struct application {
	const char		*name;		/* service.payload */
	const char		*title;		/* for --list-dissectors */
	const char		*source;	/* "RFC 1035" */
	uint8_t			 transports;	/* APPLICATION_TCP | ... */
	/* The ports where it is at home; 0 ends. */
	uint16_t		 tcp_ports[APPLICATION_PORTS_MAX];
	uint16_t		 udp_ports[APPLICATION_PORTS_MAX];
	/*
	 * Away from its ports: no datagram is its; or those that are begin
	 * with one of these bytes. None, it is asked about all.
	 */
	bool			 is_settled;
	struct application_bytes starts[APPLICATION_STARTS_MAX];
	size_t			 state_size;	/* at most
						   APPLICATION_STATE_MAX */
	bool			 survives_gaps;	/* it finds its feet again */
	enum probe_score	(*probe)(struct probe *);
	void			(*feed)(struct dissection *); /* or NULL: the
						   name is all */
	const struct fact_field	*fields;	/* NULL: none; a NULL name
						   ends */
};

/*
 * What was learned. The first value of a field stays, but for those that
 * say otherwise. Text is foreign bytes, cut at FACT_TEXT_MAX; fields that
 * are secret are dropped unless they are to be revealed. A flow that has no
 * room for more facts keeps those it has.
 */
void	dissection_text(struct dissection *, unsigned int field,
	    const void *bytes, size_t size);
void	dissection_word(struct dissection *, unsigned int field,
	    const char *text);
/* Instead of what it was, unless it is empty. */
void	dissection_replace(struct dissection *, unsigned int field,
	    const void *bytes, size_t size);
/* FACT_LIST: one more item; the same again is not kept twice. */
void	dissection_item(struct dissection *, unsigned int field,
	    const void *bytes, size_t size);
/* FACT_NUMBER, FACT_BOOL; FACT_SECONDS and FACT_TIME in nanoseconds. */
void	dissection_number(struct dissection *, unsigned int field,
	    uint64_t value);
/* Instead of what it was. */
void	dissection_set(struct dissection *, unsigned int field,
	    uint64_t value);
/* FACT_NUMBER: adds to what it was, which begins with 0. */
void	dissection_count(struct dissection *, unsigned int field,
	    uint64_t more);
bool	dissection_has(const struct dissection *, unsigned int field);

/*
 * From what is left of the cursor on, and from the next byte of the other
 * side on, another protocol is spoken: the one of that name, or, if NULL,
 * which one is to be found out. The record keeps both names.
 */
void	dissection_switch(struct dissection *, const char *name);

/*
 * Room of APPLICATION_HELD_MAX bytes, zero at first, for parts of a message
 * that datagrams of this sender bring: borrowed, the same until the side or
 * the flow is done. NULL when there is none.
 */
uint8_t	*dissection_hold(struct dissection *);

/*
 * Another flow between the same two addresses is to come, in which that name
 * is spoken: with this port of who sent (or, with to_receiver, of who
 * received) what is at hand. Its record names this flow as its parent.
 */
void	dissection_expect(struct dissection *, const char *name,
	    enum application_transport, bool to_receiver, uint16_t port);

#endif
