/*
 * The bytes of a TCP direction, in order, for whoever reads the application's
 * protocol: new bytes that are next go to the reader at once and are not
 * copied; bytes that come early are held within bounds until the hole before
 * them is filled or given up. Nothing is left out in silence: where bytes are
 * missing, the reader is told how many.
 *
 * What holds:
 * - The reader is given every number of the sequence space once, as a byte or
 *   as part of a gap, in order, from the start of the stream on.
 * - Of two segments that bring different bytes for one number the first wins.
 *   Only bytes that are still held can be compared.
 * - A hole is given up when the peer acknowledged it and something behind it
 *   was seen (an acknowledgement may be captured before what it speaks of);
 *   when the stream would hold more than TCP_DELIVERY_SLOTS_MAX slots; or,
 *   alone for want of memory, when all slots of the run are taken. It is the
 *   first hole of the stream whose segment needs the room, never another's.
 * - A segment costs time in its own size and in the slots that its stream
 *   holds, whatever its sequence number.
 */
#ifndef TALLYMAN_TCP_DELIVERY_H
#define TALLYMAN_TCP_DELIVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	TCP_DELIVERY_SLOT_SIZE = 2048,	/* bytes that a slot holds */
	TCP_DELIVERY_SLOTS_MAX = 32,	/* held by one stream: 64 KiB */
	TCP_DELIVERY_SIZE = 4 << 20	/* bytes for all slots, by default */
};

/*
 * What is called as the stream goes on. The first three say whether more is
 * wanted: after false the stream is finished, and none is called again. They
 * must not call functions of this file for the same stream.
 */
struct tcp_reader_operations {
	/* What comes next is not the start of the stream: that was not seen. */
	bool	(*joined)(void *context, int side);
	/* The next bytes, at least one; borrowed for the time of the call. */
	bool	(*data)(void *context, int side, const uint8_t *bytes,
		    size_t size);
	/* The next bytes, at least one, were not captured. */
	bool	(*gap)(void *context, int side, uint32_t missing);
	/* All up to the FIN was given. The stream is finished. */
	void	(*end)(void *context, int side);
};

/* All is borrowed for the time of a call. */
struct tcp_reader {
	const struct tcp_reader_operations *operations;	/* none is NULL */
	void		*context;
	int		 side;
};

/*
 * One direction. All zero is a stream of which nothing was seen; zero it
 * again, after tcp_delivery_release(), for the next connection.
 */
struct tcp_stream {
	uint32_t	next_seq;	/* the next number for the reader */
	uint32_t	end_seq;	/* of the FIN, with has_end */
	uint32_t	acknowledged;	/* by the peer; next_seq or behind it */
	uint16_t	first;		/* slot held, in order of sequence */
	uint8_t		held;		/* slots */
	bool		has_started : 1;
	bool		has_moved : 1;	/* the start can't change any more */
	bool		has_end : 1;
	bool		is_finished : 1; /* or not wanted */
};

_Static_assert(sizeof(struct tcp_stream) == 16, "a stream has grown");

/* What a segment brought. Numbers wrap at 2^32. */
struct tcp_payload {
	uint32_t	 seq;		/* of the first byte, behind a SYN */
	uint32_t	 size;		/* bytes on the wire */
	uint32_t	 captured;	/* of them, the first ones */
	const uint8_t	*bytes;		/* borrowed for the time of a call */
};

/* Holes that were given up though nobody had acknowledged them. */
struct tcp_delivery_counts {
	uint64_t	stream_full;	/* the stream held all it may */
	uint64_t	memory_full;	/* no slot was free */
};

struct tcp_delivery;

/*
 * Memory for what all streams of a run hold, size bytes, of which at most
 * 65,535 slots are used. Reserved here and paid for when touched; nothing is
 * allocated later. Aborts when memory is exhausted.
 */
struct tcp_delivery	*tcp_delivery_new(size_t size);
void			 tcp_delivery_free(struct tcp_delivery *);

/* The slots that are held now, of all streams. */
uint32_t	tcp_delivery_held(const struct tcp_delivery *);
const struct tcp_delivery_counts *tcp_delivery_counts(
		    const struct tcp_delivery *);

/*
 * The stream begins at seq: a SYN's number and 1. A SYN sent anew with
 * another number moves the start as long as nothing was seen behind it. A
 * stream without it starts at its first payload, and the reader is told that
 * it joined.
 */
void	tcp_delivery_start(struct tcp_stream *, uint32_t seq);

/*
 * A segment's payload; of a RST, none. Bytes that were given to the reader
 * before are dropped, and so are those behind the FIN. Bytes that were cut
 * off by the capture are a gap, unless another segment brings them while they
 * are waited for. True when the segment contradicts bytes that are held.
 */
bool	tcp_delivery_segment(struct tcp_delivery *, struct tcp_stream *,
	    const struct tcp_reader *, const struct tcp_payload *);

/* The peer acknowledged all before ack. */
void	tcp_delivery_acknowledge(struct tcp_delivery *, struct tcp_stream *,
	    const struct tcp_reader *, uint32_t ack);

/* A FIN with this number, behind the payload of its segment. */
void	tcp_delivery_end(struct tcp_delivery *, struct tcp_stream *,
	    const struct tcp_reader *, uint32_t seq);

/*
 * No more segments will come (a RST, the end of the flow): gives all holes up
 * and what is held to the reader, and what was acknowledged yet never seen as
 * a gap. The stream is finished.
 */
void	tcp_delivery_flush(struct tcp_delivery *, struct tcp_stream *,
	    const struct tcp_reader *);

/* Frees what is held, without a word. The stream is finished. */
void	tcp_delivery_release(struct tcp_delivery *, struct tcp_stream *);

#endif
