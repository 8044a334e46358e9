/*
 * The way back; see terminal.h. What handlers call is async-signal-safe:
 * write(), pread(), dup2(), tcsetattr(), sigaction(), raise().
 */
#include "top/terminal.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

enum { RESTORE_MAX = 512, MESSAGE_MAX = 512 };

static struct {
	int			 input;
	int			 output;
	struct termios		 modes;
	char			 restore[RESTORE_MAX];
	size_t			 restore_size;
	int			 kept;		/* what stderr says; -1 */
	int			 error_output;	/* the real one; -1 */
	volatile sig_atomic_t	 is_taken;
} terminal = { .kept = -1, .error_output = -1 };

static void	keep_errors(void);
static void	crash(int);
static void	tell_errors(void);

int
terminal_remember(int input, int output, struct error *error)
{
	terminal.input = input;
	terminal.output = output;
	if (!isatty(output) || tcgetattr(input, &terminal.modes) != 0)
		return error_set(error, "tallyman top needs a terminal");
	return 0;
}

void
terminal_take(const char *restore, size_t size)
{
	static const int crashes[] = {
		SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT, SIGSEGV, SIGSYS
	};
	struct sigaction action;

	if (size > sizeof terminal.restore)
		size = 0;
	memcpy(terminal.restore, restore, size);
	terminal.restore_size = size;
	keep_errors();
	terminal.is_taken = 1;
	memset(&action, 0, sizeof action);
	(void)sigemptyset(&action.sa_mask);
	action.sa_handler = crash;
	action.sa_flags = SA_RESETHAND;
	for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
		(void)sigaction(crashes[i], &action, NULL);
}

/* In memory alone; where that cannot be had, messages spoil the screen. */
static void
keep_errors(void)
{
	(void)fflush(stderr);
#ifdef MFD_CLOEXEC
	terminal.kept = memfd_create("tallyman-messages", MFD_CLOEXEC);
#endif
	if (terminal.kept < 0)
		return;
	terminal.error_output = dup(STDERR_FILENO);
	if (terminal.error_output >= 0)
		(void)dup2(terminal.kept, STDERR_FILENO);
}

/* The handler is gone already: the signal does what it always does. */
static void
crash(int number)
{
	terminal_give_back(true);
	(void)raise(number);
}

void
terminal_give_back(bool is_screen)
{
	if (!terminal.is_taken)
		return;
	terminal.is_taken = 0;
	if (is_screen && write(terminal.output, terminal.restore,
	    terminal.restore_size) < 0)
		is_screen = false;	/* there is no terminal any more */
	(void)tcsetattr(terminal.input, TCSANOW, &terminal.modes);
	if (terminal.error_output < 0)
		return;
	(void)dup2(terminal.error_output, STDERR_FILENO);
	tell_errors();
}

void
terminal_give_back_at_once(void)
{
	terminal_give_back(true);
}

static void
tell_errors(void)
{
	char bytes[1024];
	off_t at = 0;
	ssize_t size;

	while ((size = pread(terminal.kept, bytes, sizeof bytes, at)) > 0) {
		if (write(STDERR_FILENO, bytes, (size_t)size) < 0)
			return;
		at += size;
	}
}

const char *
terminal_message(void)
{
	static char message[MESSAGE_MAX];
	char bytes[MESSAGE_MAX];
	off_t end = terminal.kept < 0 ? 0 : lseek(terminal.kept, 0, SEEK_END);
	off_t from = end < MESSAGE_MAX ? 0 : end - MESSAGE_MAX;
	ssize_t size;
	size_t start = 0, last;

	if (end <= 0)
		return NULL;
	size = pread(terminal.kept, bytes, sizeof bytes, from);
	if (size <= 0)
		return NULL;
	last = (size_t)size;
	while (last > 0 && bytes[last - 1] == '\n')
		last--;
	for (size_t i = 0; i < last; i++) {
		if (bytes[i] == '\n')
			start = i + 1;
	}
	if (last - start >= sizeof message)
		start = last - sizeof message + 1;
	memcpy(message, bytes + start, last - start);
	message[last - start] = '\0';
	return message[0] == '\0' ? NULL : message;
}
