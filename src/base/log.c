/*
 * The log on stderr; see log.h. A line is one write, so that lines of
 * several threads or processes do not mix.
 */
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"

static enum log_level log_level = LOG_LEVEL_NOTICE;

static void	log_line(const char *format, va_list arguments)
		    __attribute__((format(printf, 1, 0)));

void
log_set_level(enum log_level level)
{
	log_level = level;
}

/* Control characters are shown as '?': a name may come from the wire. */
static void
log_line(const char *format, va_list arguments)
{
	static const char prefix[] = "tallyman: ";
	char line[1024];
	size_t size = sizeof prefix - 1;
	int more;

	(void)snprintf(line, sizeof line, "%s", prefix);
	more = vsnprintf(line + size, sizeof line - size - 1, format,
	    arguments);
	if (more > 0)
		size += (size_t)more;
	if (size > sizeof line - 2)
		size = sizeof line - 2;
	for (size_t i = 0; i < size; i++) {
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = '?';
	}
	line[size++] = '\n';
	if (write(STDERR_FILENO, line, size) < 0)
		return;		/* there is nowhere else to say it */
}

void
log_error(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_line(format, arguments);
	va_end(arguments);
}

void
log_notice(const char *format, ...)
{
	va_list arguments;

	if (log_level < LOG_LEVEL_NOTICE)
		return;
	va_start(arguments, format);
	log_line(format, arguments);
	va_end(arguments);
}

void
log_verbose(const char *format, ...)
{
	va_list arguments;

	if (log_level < LOG_LEVEL_VERBOSE)
		return;
	va_start(arguments, format);
	log_line(format, arguments);
	va_end(arguments);
}

void
log_limited(struct log_budget *budget, const char *format, ...)
{
	va_list arguments;

	if (log_level < LOG_LEVEL_NOTICE || budget->used > LOG_BUDGET_LINES)
		return;
	if (budget->used++ == LOG_BUDGET_LINES) {
		log_notice("more of the same is not shown");
		return;
	}
	va_start(arguments, format);
	log_line(format, arguments);
	va_end(arguments);
}
