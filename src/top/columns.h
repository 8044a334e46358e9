/*
 * The columns of the tables of top: what each shows of a row, and which fit
 * how wide.
 */
#ifndef TALLYMAN_TOP_COLUMNS_H
#define TALLYMAN_TOP_COLUMNS_H

#include "base/buffer.h"
#include "top/cells.h"
#include "top/listing.h"

enum { COLUMNS_MAX = 16, COLUMNS_GAP = 1 };

struct columns_column {
	const char	*title;
	int		 least;		/* columns of the terminal */
	int		 most;
	int		 rank;		/* the lowest goes first; 0: stays */
	enum cells_fit	 fit;
	enum listing_sort sort;		/* that goes by it; SORTS: none */

	/* Exactly one; width is what it has. */
	void		(*row)(const struct model *, const struct model_row *,
			    int width, struct buffer *);
	void		(*group)(const struct model *,
			    const struct model_group *, int width,
			    struct buffer *);
};

/* What is shown, and how wide. */
struct columns {
	const struct columns_column	*all[COLUMNS_MAX];
	int				 widths[COLUMNS_MAX];
	int				 count;
};

void	columns_choose(struct columns *, enum listing_view, int width,
	    bool has_programs);

/* For the order and the filter. */
int64_t	columns_rtt_ns(const struct record *);	/* -1: not known */
void	columns_program(const struct record *, struct buffer *);
void	columns_service(const struct record *, struct buffer *);
const char	*columns_state(const struct model_row *);

/* "10.0.0.5:49822", a name before an address. */
void	columns_end(const struct record *, int side, struct buffer *);

/* All that a filter looks at. */
void	columns_search(const struct record *, struct buffer *);

/* "1.2 M": bits in a second; nothing for none. */
void	columns_rate(double, struct buffer *);

#endif
