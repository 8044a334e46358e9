/*
 * Signals as facts that the engine looks at between batches.
 */
#ifndef TALLYMAN_ENGINE_SIGNALS_H
#define TALLYMAN_ENGINE_SIGNALS_H

#include <stdbool.h>

/*
 * INT and TERM ask for the end (a second one ends at once), HUP for files to
 * be opened again, USR1 for a stats record. PIPE and XFSZ are ignored:
 * that a pipe is closed or a file at its limit is an error of writing.
 */
void	signals_install(void);

/*
 * For who has the terminal: HUP asks for the end, too, as the terminal is
 * gone; and before a second one ends at once this is called, in the handler.
 */
void	signals_for_terminal(void (*last_words)(void));

/* Asks for the end, as INT does. */
void	signals_ask_stop(void);

/* Whether the end was asked for; stays true. */
bool	signals_stop(void);

/* Whether it was asked for since the last call. */
bool	signals_take_reopen(void);
bool	signals_take_stats(void);

#endif
