/*
 * A scene on a terminal, by ncurses. It may be built without.
 */
#ifndef TALLYMAN_TOP_SCREEN_H
#define TALLYMAN_TOP_SCREEN_H

#include <stdbool.h>

#include "base/error.h"
#include "top/scene.h"

/*
 * Whether there is a terminal for it, and it was built in. Returns 0, or -1
 * with the message. Before anything is opened or changed.
 */
int	screen_check(struct error *);

/* Takes the terminal. Returns 0, or -1 with the message. */
int	screen_open(struct error *);

/* The terminal is as before; then what went to standard error is said. */
void	screen_close(void);

/* Waits that long for a key: as for controls_key(), 0: none came. */
int	screen_key(int wait_ms);

/* Whether the terminal is gone. */
bool	screen_is_lost(void);

/* The size now; whether it is another than at the last call. */
bool	screen_size(int *width, int *height);

/* Leaves the screen until the shell says to go on. */
void	screen_suspend(void);

void	screen_show(const struct scene *);

#endif
