/*
 * The packets of QUIC with a long header (RFC 9000, section 17.2), and what
 * the first of them, which anyone can open, have in them (RFC 9001, section
 * 5; RFC 9369 for version 2).
 */
#ifndef TALLYMAN_DISSECT_QUIC_PACKET_H
#define TALLYMAN_DISSECT_QUIC_PACKET_H

#include "base/cursor.h"

enum {
	QUIC_ID_MAX = 20,	/* bytes of a connection's identifier */
	QUIC_PACKET_MAX = 4096	/* larger ones are not opened */
};

/* As version 1 numbers them. */
enum quic_type {
	QUIC_INITIAL,
	QUIC_ZERO_RTT,
	QUIC_HANDSHAKE,
	QUIC_RETRY
};

struct quic_packet {
	uint32_t	version;
	enum quic_type	type;
	struct cursor	destination;	/* identifiers of the connection */
	struct cursor	source;
	bool		has_token;
	bool		is_whole;	/* none of it was cut off */
	struct cursor	whole;		/* from its first byte to its last */
	size_t		number_at;	/* where in it the packet's number is */
};

/* Versions whose packets can be read. */
bool	quic_is_version(uint32_t);

/* RFC 9000, section 15: what a client says to be told other versions. */
static inline bool
quic_is_reserved(uint32_t version)
{
	return (version & 0x0f0f0f0f) == 0x0a0a0a0a;
}

/*
 * Takes a packet of a known or a reserved version. The datagram may have been
 * captured in part: the packet then is as long as it is, and cannot be opened.
 */
bool	quic_take_packet(struct cursor *datagram, struct quic_packet *);

/*
 * Opens an Initial packet with keys made of the first identifier that the
 * client called the server by. bytes has room for QUIC_PACKET_MAX.
 */
bool	quic_open(const struct quic_packet *, struct cursor first_id,
	    bool is_from_client, uint8_t *bytes, struct cursor *payload);

/* A number of one to eight bytes (RFC 9000, section 16). */
uint64_t quic_number(struct cursor *);

#endif
