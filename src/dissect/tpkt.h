/*
 * ISO transport over TCP (RFC 1006, 6): packets of 03 00 and a size, and in
 * most a unit of the transport protocol (ITU-T X.224, 13).
 */
#ifndef TALLYMAN_DISSECT_TPKT_H
#define TALLYMAN_DISSECT_TPKT_H

#include "dissect/application.h"

enum { TPKT_HEADER_SIZE = 4 };

/* X.224, 13: the code of a unit, its upper half. */
enum cotp_code {
	COTP_CONNECT = 0xe0,
	COTP_CONFIRM = 0xd0,
	COTP_DISCONNECT = 0x80,
	COTP_DATA = 0xf0
};

enum tpkt_result {
	TPKT_NONE,	/* this is none */
	TPKT_PART,	/* not all of it is here */
	TPKT_WHOLE
};

/*
 * Takes the next packet, its content into body. Of a part the cursor stays,
 * and body has what there is of the content.
 */
enum tpkt_result tpkt_take(struct cursor *, struct cursor *body);

/* Takes the header of a transport unit from a packet's content. */
bool	cotp_take(struct cursor *body, enum cotp_code *);

/*
 * For probes: looks for the first data of a stream that begins with a
 * connection's request or confirmation, and what it holds. PROBE_LIKELY: it
 * is in data; PROBE_MORE, PROBE_NO likewise. The sender is set.
 */
enum probe_score tpkt_probe(struct probe *, struct cursor *data);

#endif
