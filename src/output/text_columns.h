/*
 * The columns of the table that text output is: which there are, how wide,
 * what each shows of a record, and which of them fit.
 */
#ifndef TALLYMAN_OUTPUT_TEXT_COLUMNS_H
#define TALLYMAN_OUTPUT_TEXT_COLUMNS_H

#include <stdbool.h>

#include "base/buffer.h"
#include "output/output.h"
#include "output/text_line.h"
#include "record/record.h"

enum { TEXT_COLUMNS_MAX = 16 };

/* One kind of column, with what it shows of a record. */
struct text_column {
	const char	*title;
	int		 width;
	bool		 is_right;	/* aligned */
	int		 rank;		/* the lowest goes first; 0: stays */
	bool		 is_brief;	/* shown with -q */

	/* NULL: the notes. */
	void		(*write)(const struct record *, struct buffer *);
	const char	*(*color)(const struct record *);	/* or NULL */
};

/*
 * The columns that the options ask for and have room for, from left to right.
 * Returns how many.
 */
int	text_columns_choose(const struct output_options *,
	    const struct text_column *columns[TEXT_COLUMNS_MAX]);

/* The column of that title, or NULL: for other tables that show the same. */
const struct text_column	*text_columns_find(const char *title);

#endif
