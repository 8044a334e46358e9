/*
 * QUIC as Google spoke it before the IETF did, versions Q024 to Q048, whose
 * client says hello in clear: "QUIC Crypto" and "QUIC Wire Layout
 * Specification", Google 2013 to 2016.
 */
#ifndef TALLYMAN_DISSECT_GQUIC_H
#define TALLYMAN_DISSECT_GQUIC_H

#include "base/cursor.h"

/* What a client's hello says; cursors are in the datagram. */
struct gquic_hello {
	struct cursor	version;	/* "Q043" */
	bool		is_whole;	/* the hello itself is there */
	struct cursor	name;		/* of the server */
};

/* False when the datagram is none of a client that names its version. */
bool	gquic_read(struct cursor datagram, struct gquic_hello *);

#endif
