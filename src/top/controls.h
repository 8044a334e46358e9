/*
 * What the keys do: which table is shown, its order and its filter, where in
 * it one stands. Keys of the terminal have names of our own here.
 */
#ifndef TALLYMAN_TOP_CONTROLS_H
#define TALLYMAN_TOP_CONTROLS_H

#include "top/listing.h"

/* Above all bytes, which stand for themselves. */
enum controls_key {
	KEY_OF_UP = 0x100,
	KEY_OF_DOWN,
	KEY_OF_PAGE_UP,
	KEY_OF_PAGE_DOWN,
	KEY_OF_HOME,
	KEY_OF_END,
	KEY_OF_BACKSPACE,
	KEY_OF_ENTER,
	KEY_OF_TAB,
	KEY_OF_ESCAPE
};

enum { CONTROLS_FILTER_SIZE = 64 };

enum controls_page {
	CONTROLS_TABLE,
	CONTROLS_DETAILS,
	CONTROLS_HELP
};

/* Begins as zeros. */
struct controls {
	enum listing_view	 view;
	enum listing_sort	 sort;
	bool			 is_reversed;
	char			 filter[CONTROLS_FILTER_SIZE];
	bool			 is_typing;	/* the filter */
	enum controls_page	 page;
	bool			 is_paused;
	bool			 is_over;	/* q */

	/*
	 * Where one stands in the table: at the top, until somebody moves;
	 * then with the row, wherever it goes.
	 */
	bool			 has_moved;
	uint64_t		 chosen;	/* id of the row, or group */
	size_t			 at;		/* its place */
	size_t			 first;		/* the line shown first */
	size_t			 below;		/* lines of details above */
};

/*
 * A key was pressed: the listing is what is shown, in so many lines, and
 * there are so many lines of details.
 */
void	controls_key(struct controls *, int key, const struct model *,
	    const struct listing *, size_t lines, size_t details);

/* The listing was made anew: finds the row again, and shows where it is. */
void	controls_follow(struct controls *, const struct model *,
	    const struct listing *, size_t lines);

/* For listing_make(). */
struct listing_options	controls_listing(const struct controls *);

#endif
