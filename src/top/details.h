/*
 * Everything that is known of one conversation, in lines.
 */
#ifndef TALLYMAN_TOP_DETAILS_H
#define TALLYMAN_TOP_DETAILS_H

#include "base/buffer.h"
#include "top/model.h"

/* Each line ends with a line feed; a heading begins with no blank. */
void	details_write(const struct model *, const struct model_row *,
	    struct buffer *);

#endif
