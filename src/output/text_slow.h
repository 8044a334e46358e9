/*
 * Why a transfer of TCP was slow, in plain words.
 *
 * A side's transfer is slow when something else than its application held it
 * back for more than half of the flow's duration, and for a second at least.
 */
#ifndef TALLYMAN_OUTPUT_TEXT_SLOW_H
#define TALLYMAN_OUTPUT_TEXT_SLOW_H

#include <stdbool.h>

#include "base/buffer.h"
#include "record/record.h"

/* Whether one side's transfer was. */
bool	text_slow_is_slow(const struct record *);

/* A note: "slow: 4.1 s receiver window"; nothing for a flow that was not. */
void	text_slow_note(const struct record *, struct buffer *);

/*
 * A line for each side with something to tell, with its end of line: what
 * its sending waited for, be it the application, and how often; what was sent
 * again, late or marked; and which of its bytes are in doubt.
 */
void	text_slow_lines(const struct record *, struct buffer *);

#endif
