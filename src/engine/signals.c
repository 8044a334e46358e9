/*
 * Signal handlers set flags and do nothing else; see signals.h.
 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "engine/signals.h"

static volatile sig_atomic_t	stop_count;
static volatile sig_atomic_t	is_reopen_asked;
static volatile sig_atomic_t	is_stats_asked;
static volatile sig_atomic_t	is_hangup_end;
static void			(*volatile before_end)(void);

static void	handle(int);
static bool	take(volatile sig_atomic_t *);

void
signals_install(void)
{
	static const int handled[] = { SIGINT, SIGTERM, SIGHUP, SIGUSR1 };
	struct sigaction action;

	memset(&action, 0, sizeof action);
	(void)sigemptyset(&action.sa_mask);
	action.sa_handler = SIG_IGN;
	(void)sigaction(SIGPIPE, &action, NULL);
	(void)sigaction(SIGXFSZ, &action, NULL);
	action.sa_handler = handle;
	for (size_t i = 0; i < sizeof handled / sizeof *handled; i++)
		(void)sigaction(handled[i], &action, NULL);
}

void
signals_for_terminal(void (*last_words)(void))
{
	before_end = last_words;
	is_hangup_end = 1;
}

void
signals_ask_stop(void)
{
	if (stop_count == 0)
		stop_count = 1;
}

bool
signals_stop(void)
{
	return stop_count > 0;
}

bool
signals_take_reopen(void)
{
	return take(&is_reopen_asked);
}

bool
signals_take_stats(void)
{
	return take(&is_stats_asked);
}

static void
handle(int number)
{
	if (number == SIGHUP && !is_hangup_end) {
		is_reopen_asked = 1;
	} else if (number == SIGUSR1) {
		is_stats_asked = 1;
	} else if (stop_count++ > 0) {
		if (before_end != NULL)
			before_end();
		_exit(1);		/* asked twice: at once */
	}
}

static bool
take(volatile sig_atomic_t *flag)
{
	bool was_set = *flag != 0;

	*flag = 0;
	return was_set;
}
