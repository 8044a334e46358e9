/*
 * The contract of a dissector: one file in dissectors/, one exported
 * constant "dissector_NAME" at its end. The registry is generated from the
 * list of files; from the constant come demultiplexing and
 * --list-dissectors.
 *
 * A dissector reads its header from the cursor, writes what it learned into
 * w->packet (or the newest conversation), and names what follows with
 * walk_next(). When the header cannot be read it says why with
 * walk_malformed() and returns. It never sees flows, records or outputs, and
 * it never keeps a pointer past its call.
 */
#ifndef TALLYMAN_DISSECT_DISSECTOR_H
#define TALLYMAN_DISSECT_DISSECTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "packet/fragments.h"
#include "packet/packet.h"

/* Number spaces in which a layer names the next one. */
enum key_space {
	KEY_NONE,		/* nothing follows that we could know */
	KEY_LINK,		/* LINKTYPE_ values of the capture file */
	KEY_ETHERTYPE,
	KEY_LLC,		/* DSAP of IEEE 802.2 */
	KEY_PPP,		/* PPP protocol numbers */
	KEY_IP,			/* IANA protocol numbers */
	KEY_UDP_PORT,		/* tunnels known by their UDP port */
	KEY_SPACES
};

struct dissector_key {
	enum key_space	space;
	uint16_t	value;
};

enum { DISSECTOR_KEYS_MAX = 16 };

enum layer {
	LAYER_LINK,
	LAYER_NETWORK,
	LAYER_TRANSPORT
};

struct walk;

struct dissector {
	const char		*name;		/* lower case, as in RFCs */
	const char		*title;		/* for --list-dissectors */
	const char		*source;	/* "RFC 791" */
	enum layer		 layer;
	struct dissector_key	 keys[DISSECTOR_KEYS_MAX]; /* KEY_NONE ends */
	void			(*dissect)(struct walk *, struct cursor *);
};

/* The state of one walk from the link to the innermost transport. */
struct walk {
	struct packet		*packet;
	struct fragments	*fragments;	/* borrowed */
	bool			 is_checking;	/* --checksums check */
	bool			 is_header_checked; /* IPv4: all but "off" */

	struct conversation	*newest;	/* NULL before the first */
	uint32_t		 cut_off;	/* bytes that were sent behind the
						   cursor's end, not captured */
	bool			 is_rerouted;	/* IPv6: the transport checksum
						   covers other addresses */
	struct dissector_key	 next;
	uint8_t			 tunnel;	/* for the next conversation */
	bool			 has_tunnel_id;
	uint32_t		 tunnel_id;
};

/* What follows; the walk goes on there with what is left of the cursor. */
static inline void
walk_next(struct walk *w, enum key_space space, uint16_t value)
{
	w->next = (struct dissector_key){ space, value };
}

/* Bytes that were on the wire from the cursor on, captured or not. */
static inline uint32_t
walk_wire_left(const struct walk *w, const struct cursor *c)
{
	return (uint32_t)cursor_left(c) + w->cut_off;
}

/* A header says that wire_bytes are left: what is behind them is padding. */
static inline void
walk_limit(struct walk *w, struct cursor *c, uint32_t wire_bytes)
{
	size_t left = cursor_left(c);

	if (wire_bytes <= left) {
		cursor_limit(c, wire_bytes);
		w->cut_off = 0;
	} else if (wire_bytes - left < w->cut_off) {
		w->cut_off = wire_bytes - (uint32_t)left;
	}
}

/*
 * What an IP header's wire_bytes, from the cursor on, claim behind the end of
 * the frame. 0 where another header or a datagram ends the cursor.
 */
static inline uint32_t
walk_beyond_frame(const struct walk *w, const struct cursor *c,
    uint32_t wire_bytes)
{
	const struct frame *frame = &w->packet->frame;
	uint32_t left = walk_wire_left(w, c);

	return wire_bytes > left && c->end == frame->data + frame->captured ?
	    wire_bytes - left : 0;
}

/* What follows travels in a tunnel of this kind. */
static inline void
walk_tunnel(struct walk *w, enum tunnel tunnel)
{
	w->tunnel = (uint8_t)tunnel;
	w->has_tunnel_id = false;
}

static inline void
walk_tunnel_id(struct walk *w, enum tunnel tunnel, uint32_t id)
{
	w->tunnel = (uint8_t)tunnel;
	w->has_tunnel_id = true;
	w->tunnel_id = id;
}

/*
 * Opens the next conversation, with the tunnel that carries it and this
 * frame's counts. The addresses and what else an IP header tells are the
 * caller's to fill in; the payload is what follows, until a transport knows
 * better; the rest is zero, but for the transport's header: who sets
 * has_transport fills that. NULL when the frame already has
 * PACKET_CONVERSATIONS_MAX of them; the walk then ends. Inline, since every
 * packet asks.
 */
static inline struct conversation *
walk_converse(struct walk *w)
{
	struct packet *p = w->packet;
	struct conversation *t;

	if (p->conversation_count == PACKET_CONVERSATIONS_MAX) {
		packet_note(p, ANOMALY_LAYERS);
		return NULL;
	}
	t = &p->conversations[p->conversation_count++];
	w->newest = t;
	t->src_port = 0;
	t->dst_port = 0;
	t->checksum = CHECKSUM_UNKNOWN;
	t->has_transport = false;
	t->fragments = 1;
	t->beyond_frame = 0;
	t->frame_bytes = p->frame.length;
	t->start_ns = p->frame.ts_ns;
	t->tunnel = w->tunnel;
	t->has_tunnel_id = w->has_tunnel_id;
	t->tunnel_id = w->tunnel_id;
	w->tunnel = TUNNEL_NONE;
	w->has_tunnel_id = false;
	return t;
}

/* The newest conversation; NULL before the first. */
static inline struct conversation *
walk_conversation(const struct walk *w)
{
	return w->newest;
}

/*
 * The header at hand cannot be used: notes the anomaly and ends the walk.
 * walk_abandon() also takes back the newest conversation, which has no
 * 5-tuple yet.
 */
void	walk_malformed(struct walk *, enum anomaly);
void	walk_abandon(struct walk *, enum anomaly);

/*
 * The payload of the newest conversation's transport: what is left of the
 * cursor was captured, wire_bytes were sent.
 */
static inline void
walk_payload(struct walk *w, const struct cursor *c, uint32_t wire_bytes)
{
	struct conversation *t = walk_conversation(w);
	size_t left = cursor_left(c);

	t->payload_bytes = wire_bytes;
	t->payload = c->at;
	t->payload_captured = left < wire_bytes ? (uint32_t)left : wire_bytes;
}

#endif
