/*
 * What is missing in a side's sequence space: TCP_HOLES stretches at most, in
 * order, the open ones first. Where there are more, the newest are one, of
 * which the bytes are counted but not their places.
 */
#ifndef TALLYMAN_TCP_HOLES_H
#define TALLYMAN_TCP_HOLES_H

#include "tcp/tcp.h"

void		tcp_holes_clear(struct tcp_hole *);

/* Every hole is open: the next one will be joined to the newest. */
bool		tcp_holes_are_full(const struct tcp_hole *);

/* Bytes [left, right) are missing, behind all that were before. */
void		tcp_holes_open(struct tcp_hole *, uint32_t left,
		    uint32_t right);

/* Bytes [left, right) came. */
void		tcp_holes_fill(struct tcp_hole *, uint32_t left,
		    uint32_t right);

/*
 * Missing bytes that the acknowledgement passes. Where they are in a hole made
 * of several is not known: then it must have passed them all.
 */
uint64_t	tcp_holes_passed(const struct tcp_hole *, uint32_t acked);

/*
 * Whether the acknowledgement is the first to pass bytes of a hole. before is
 * the one that came before it, or NULL.
 */
bool		tcp_holes_are_reached(const struct tcp_hole *, uint32_t acked,
		    const uint32_t *before);

/* What the acknowledgement passes is no longer missing. */
void		tcp_holes_cut(struct tcp_hole *, uint32_t acked);

/*
 * Closes the holes that the acknowledgement left behind, by a distance at
 * least, and returns how many bytes were missing in them: they make room, and
 * the sign of a difference tells nothing of what is 2^31 bytes away.
 */
uint64_t	tcp_holes_write_off(struct tcp_hole *, uint32_t acked,
		    int32_t distance);

#endif
