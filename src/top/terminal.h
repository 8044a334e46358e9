/*
 * The terminal as it was, and the way back to it, whatever happens: a crash,
 * an assertion, a signal. Meanwhile what is written to standard error is kept
 * and comes out on the way back.
 *
 * There is one terminal, and a signal handler that gives it back has no
 * arguments: so its state is the file's.
 */
#ifndef TALLYMAN_TOP_TERMINAL_H
#define TALLYMAN_TOP_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/*
 * Remembers how the terminal on the descriptor is. Before anything changes.
 * Returns 0, or -1 with the message when it is none.
 */
int	terminal_remember(int input, int output, struct error *);

/*
 * From here on standard error is kept, and crashes give the terminal back:
 * its modes, and to the screen these bytes, which are copied.
 */
void	terminal_take(const char *restore, size_t size);

/*
 * Modes and standard error are as before. With is_screen the bytes are
 * written, too: for who has not left the screen in an orderly way. For signal
 * handlers; the second call does nothing.
 */
void	terminal_give_back(bool is_screen);
void	terminal_give_back_at_once(void);

/* The last line that was written to standard error meanwhile, or NULL. */
const char	*terminal_message(void);

#endif
