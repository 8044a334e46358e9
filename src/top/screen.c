/*
 * The screen by ncurses, which sends only what has changed; see screen.h.
 */
#include "top/screen.h"

#ifdef HAVE_NCURSES

#include <curses.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "top/terminal.h"

enum { ESCAPE_MS = 25, RESTORE_SIZE = 256 };

/* One terminal, as ncurses has it. */
static struct {
	FILE	*input;			/* owned, unless it is stdin */
	SCREEN	*screen;
	int	 width;
	int	 height;
	bool	 is_lost;
	attr_t	 looks[SCENE_LOOKS];
	char	 restore[RESTORE_SIZE];
	size_t	 restore_size;
} screen;

static void	choose_locale(void);
static void	choose_looks(void);
static void	gather_restore(void);
static void	gather(const char *);
static void	show_line(const struct scene_line *, int, int);
static int	translate(int);

/* Keys may come while frames do: they are the terminal's, not the input's. */
int
screen_check(struct error *error)
{
	int input;

	if (!isatty(STDOUT_FILENO))
		return error_set(error, "tallyman top needs a terminal");
	if (isatty(STDIN_FILENO)) {
		screen.input = stdin;
	} else {
		screen.input = fopen("/dev/tty", "r");
		if (screen.input == NULL)
			return error_set(error,
			    "tallyman top needs a terminal");
	}
	input = fileno(screen.input);
	return terminal_remember(input, STDOUT_FILENO, error);
}

int
screen_open(struct error *error)
{
	const char *kind = getenv("TERM");

	choose_locale();
	screen.screen = newterm(NULL, stdout, screen.input);
	if (screen.screen == NULL)
		return error_set(error,
		    "cannot use the terminal: TERM is '%s'",
		    kind == NULL ? "" : kind);
	gather_restore();
	terminal_take(screen.restore, screen.restore_size);
	(void)cbreak();
	(void)noecho();
	(void)nonl();
	(void)curs_set(0);
	(void)intrflush(stdscr, FALSE);
	(void)keypad(stdscr, TRUE);
	(void)nodelay(stdscr, TRUE);
	(void)set_escdelay(ESCAPE_MS);
	choose_looks();
	return 0;
}

/* A locale of "C" is mostly one that nobody has chosen. */
static void
choose_locale(void)
{
	const char *named = getenv("LC_ALL");

	(void)setlocale(LC_CTYPE, "");
	if (named == NULL || named[0] == '\0')
		named = getenv("LC_CTYPE");
	if (named == NULL || named[0] == '\0')
		named = getenv("LANG");
	if ((named == NULL || named[0] == '\0') && !cells_are_wide())
		(void)setlocale(LC_CTYPE, "C.UTF-8");
}

/* Monochrome terminals have the same by other means. */
static void
choose_looks(void)
{
	bool is_colored = getenv("NO_COLOR") == NULL && has_colors() &&
	    start_color() == OK && use_default_colors() == OK;

	screen.looks[SCENE_TITLE] = A_BOLD;
	screen.looks[SCENE_HEAD] = A_REVERSE;
	screen.looks[SCENE_CHOSEN] = A_REVERSE | A_BOLD;
	screen.looks[SCENE_FAINT] = A_DIM;
	screen.looks[SCENE_WARNING] = A_BOLD;
	screen.looks[SCENE_BAD] = A_BOLD;
	if (!is_colored)
		return;
	(void)init_pair(1, COLOR_YELLOW, -1);
	(void)init_pair(2, COLOR_RED, -1);
	screen.looks[SCENE_WARNING] |= COLOR_PAIR(1);
	screen.looks[SCENE_BAD] |= COLOR_PAIR(2);
}

/* What leaves the screen, to be written where ncurses cannot be called. */
static void
gather_restore(void)
{
	static const char *const names[] = {
		"sgr0", "op", "rmkx", "cnorm", "rmcup"
	};
	const char *sequence = NULL;

	screen.restore_size = 0;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		sequence = tigetstr(names[i]);
		if (sequence != NULL && sequence != (char *)-1)
			gather(sequence);
	}
	/* Without a second screen the shell goes on below this one. */
	if (sequence == NULL || sequence == (char *)-1)
		gather("\r\n");
}

/* "$<5>" is how long old terminals took (terminfo(5)). */
static void
gather(const char *sequence)
{
	while (*sequence != '\0' && screen.restore_size < RESTORE_SIZE) {
		if (sequence[0] == '$' && sequence[1] == '<') {
			sequence += strcspn(sequence, ">");
			sequence += *sequence == '>';
			continue;
		}
		screen.restore[screen.restore_size++] = *sequence++;
	}
}

void
screen_close(void)
{
	if (screen.screen == NULL)
		return;
	(void)endwin();
	delscreen(screen.screen);
	screen.screen = NULL;
	if (screen.input != stdin)
		(void)fclose(screen.input);
	terminal_give_back(false);
}

int
screen_key(int wait_ms)
{
	struct pollfd wait = { .fd = fileno(screen.input), .events = POLLIN };
	int key = wgetch(stdscr);

	if (key == ERR && poll(&wait, 1, wait_ms) > 0) {
		if ((wait.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)
			screen.is_lost = true;
		key = wgetch(stdscr);
	}
	return key == ERR ? 0 : translate(key);
}

static int
translate(int key)
{
	static const struct {
		int	from;
		int	to;
	} keys[] = {
		{ KEY_UP, KEY_OF_UP }, { KEY_DOWN, KEY_OF_DOWN },
		{ KEY_PPAGE, KEY_OF_PAGE_UP }, { KEY_NPAGE, KEY_OF_PAGE_DOWN },
		{ KEY_HOME, KEY_OF_HOME }, { KEY_END, KEY_OF_END },
		{ KEY_BACKSPACE, KEY_OF_BACKSPACE }, { 0x7f, KEY_OF_BACKSPACE },
		{ 0x08, KEY_OF_BACKSPACE }, { KEY_ENTER, KEY_OF_ENTER },
		{ '\r', KEY_OF_ENTER }, { '\n', KEY_OF_ENTER },
		{ '\t', KEY_OF_TAB }, { 0x1b, KEY_OF_ESCAPE }
	};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		if (keys[i].from == key)
			return keys[i].to;
	}
	return key < 0x100 ? key : 0;
}

bool
screen_is_lost(void)
{
	return screen.is_lost;
}

bool
screen_size(int *width, int *height)
{
	struct winsize size = { 0 };
	bool is_other;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 &&
	    size.ws_col > 0 && (size.ws_row != LINES || size.ws_col != COLS))
		(void)resizeterm(size.ws_row, size.ws_col);
	*width = COLS;
	*height = LINES;
	is_other = *width != screen.width || *height != screen.height;
	screen.width = *width;
	screen.height = *height;
	return is_other;
}

void
screen_suspend(void)
{
	(void)def_prog_mode();
	(void)endwin();
	(void)raise(SIGSTOP);
	(void)reset_prog_mode();
	(void)clearok(curscr, TRUE);
	(void)refresh();
	screen.width = 0;
}

void
screen_show(const struct scene *scene)
{
	for (int i = 0; i < scene->height; i++)
		show_line(&scene->lines[i], i, scene->width);
	(void)refresh();
}

static void
show_line(const struct scene_line *line, int at, int width)
{
	int y, x;

	(void)attrset((int)screen.looks[line->look]);
	(void)move(at, 0);
	(void)addnstr(line->text.data, (int)line->text.size);
	getyx(stdscr, y, x);
	if (y == at && x < width)
		(void)clrtoeol();
	for (int i = 0; i < line->span_count &&
	    line->look != SCENE_CHOSEN; i++) {
		const struct scene_span *span = &line->spans[i];
		attr_t look = screen.looks[span->look];

		if (line->look == SCENE_HEAD)
			look |= screen.looks[SCENE_HEAD];
		if (span->at < width)
			(void)mvchgat(at, span->at, span->width, look,
			    PAIR_NUMBER(look), NULL);
	}
	(void)attrset(A_NORMAL);
}

#else

#include <string.h>

static const char without[] =
    "tallyman top: this program was built without ncurses";

int
screen_check(struct error *error)
{
	return error_set(error, "%s", without);
}

int
screen_open(struct error *error)
{
	return error_set(error, "%s", without);
}

void
screen_close(void)
{
}

int
screen_key(int wait_ms)
{
	(void)wait_ms;
	return 0;
}

bool
screen_is_lost(void)
{
	return true;
}

bool
screen_size(int *width, int *height)
{
	*width = 80;
	*height = 24;
	return false;
}

void
screen_suspend(void)
{
}

void
screen_show(const struct scene *scene)
{
	(void)scene;
}

#endif
