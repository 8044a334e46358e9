/*
 * Which rows of the model are shown, and in which order.
 */
#ifndef TALLYMAN_TOP_LISTING_H
#define TALLYMAN_TOP_LISTING_H

#include "top/model.h"

enum listing_view {
	LISTING_CONVERSATIONS,
	LISTING_PROGRAMS,
	LISTING_SERVICES,
	LISTING_VIEWS
};

/* Numbers go down, words go up, or each the other way. */
enum listing_sort {
	LISTING_RATE,
	LISTING_BYTES,
	LISTING_RTT,
	LISTING_RETRANSMISSIONS,
	LISTING_PROGRAM,
	LISTING_SERVICE,
	LISTING_STATE,
	LISTING_SORTS
};

struct listing_options {
	enum listing_view	 view;
	enum listing_sort	 sort;
	bool			 is_reversed;
	const char		*filter;	/* "": all */
};

/* Begins as zeros. */
struct listing {
	uint32_t	*items;		/* owned; rows, or groups */
	size_t		 count;
	size_t		 room;
};

extern const char *const listing_view_names[LISTING_VIEWS];
extern const char *const listing_sort_names[LISTING_SORTS];

void	listing_make(struct listing *, const struct model *,
	    const struct listing_options *);
void	listing_release(struct listing *);

/* The kind of group that a view shows. */
enum model_kind	listing_kind(enum listing_view);

#endif
