/*
 * Text in columns of a terminal: how many it takes, and how it is made to fit
 * so many. A wide character takes two. In a locale without UTF-8 everything is
 * ASCII.
 *
 * What comes in has no control characters any more (buffer_plain_text());
 * what cannot be told apart or measured, such as marks that change the
 * direction of writing, is shown as '?'.
 */
#ifndef TALLYMAN_TOP_CELLS_H
#define TALLYMAN_TOP_CELLS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

enum cells_fit {
	CELLS_LEFT,		/* what is too long loses its end */
	CELLS_RIGHT,		/* likewise; what is short stands right */
	CELLS_TAIL		/* what is too long loses its beginning */
};

/* Whether the locale (setlocale(LC_CTYPE)) writes UTF-8. */
bool	cells_are_wide(void);

/* How many columns the text takes. */
int	cells_width(const char *text, size_t size);

/* Adds the text in exactly so many columns; a mark says that it was cut. */
void	cells_put(struct buffer *, const char *text, size_t size, int columns,
	    enum cells_fit);

#endif
