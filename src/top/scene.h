/*
 * The whole screen as lines of text with their looks, without a terminal: who
 * has one only copies them to it.
 */
#ifndef TALLYMAN_TOP_SCENE_H
#define TALLYMAN_TOP_SCENE_H

#include "base/buffer.h"
#include "top/columns.h"
#include "top/controls.h"

enum scene_look {
	SCENE_PLAIN,
	SCENE_TITLE,
	SCENE_HEAD,		/* of a table */
	SCENE_CHOSEN,
	SCENE_FAINT,		/* what has ended */
	SCENE_WARNING,
	SCENE_BAD,
	SCENE_LOOKS
};

enum { SCENE_SPANS_MAX = 4 };

/* A part of a line that looks otherwise, in columns. */
struct scene_span {
	int		at;
	int		width;
	enum scene_look	look;
};

struct scene_line {
	struct buffer		 text;	/* exactly as wide as the scene */
	enum scene_look		 look;
	struct scene_span	 spans[SCENE_SPANS_MAX];
	int			 span_count;
};

/* What is not in the model. */
struct scene_facts {
	const char	*input;		/* foreign; an interface or a file */
	bool		 is_live;
	bool		 is_over;	/* nothing more will come */
	const char	*message;	/* foreign; of the log, or NULL */
};

/* Begins as zeros. */
struct scene {
	struct scene_line	*lines;		/* owned */
	int			 room;		/* lines ever needed */
	int			 height;
	int			 width;
	size_t			 details;	/* lines that there are */
	struct buffer		 cell;
	struct buffer		 text;
};

/* How many lines of a table, or of details, such a height has. */
int	scene_lines(int height);

/* The listing is that of the controls. */
void	scene_draw(struct scene *, const struct model *,
	    const struct listing *, const struct controls *,
	    const struct scene_facts *, int width, int height);
void	scene_release(struct scene *);

#endif
