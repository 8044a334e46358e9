/*
 * Messages that say their size, in a stream: the begin of a long one is
 * enough, its rest passes unread. And text in them that ends with a zero.
 */
#ifndef TALLYMAN_DISSECT_FRAMING_H
#define TALLYMAN_DISSECT_FRAMING_H

#include "dissect/application.h"

enum { FRAMING_ENOUGH = 2048 };	/* bytes of a message that are waited for */

/*
 * Takes a message of so many bytes, or of a longer one the begin, behind
 * which the rest is skipped. False when there must come more first: nothing
 * is taken then. Size must not be 0.
 */
bool	framing_take(struct dissection *, uint32_t size,
	    struct cursor *message);

/* Takes text up to a zero, and the zero; false when there is none. */
bool	framing_take_text(struct cursor *, struct cursor *text);

/* Whether the bytes are that word. */
bool	framing_is(struct cursor text, const char *word);

#endif
