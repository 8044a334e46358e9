/*
 * One line of a table on a terminal: cells at their columns, cut where the
 * line would grow wider than the terminal.
 */
#ifndef TALLYMAN_OUTPUT_TEXT_LINE_H
#define TALLYMAN_OUTPUT_TEXT_LINE_H

#include <stdbool.h>

#include "base/buffer.h"

enum { TEXT_GAP = 2 };	/* characters between columns, at least */

/* Where a line has got to, in characters. */
struct text_line {
	struct buffer	*b;
	int		 width;		/* of the terminal; 0: any */
	int		 at;		/* written so far */
	int		 start;		/* where the next column begins */
};

/* Characters of UTF-8: bytes that do not continue one. */
int	text_line_characters(const struct buffer *cell);

/* Leaves that many characters, the last a sign that some are missing. */
void	text_line_cut(struct buffer *cell, int characters);

/*
 * Writes the cell at its column, or as near as what stands before lets it.
 * color is what turns a color on, or NULL. The cell is spoilt when it is cut.
 */
void	text_line_cell(struct text_line *, struct buffer *cell, int width,
	    bool is_right, const char *color);

#endif
