/*
 * One error message; see error.h.
 */
#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"

int
error_set(struct error *error, const char *format, ...)
{
	va_list arguments;

	error->is_usage = false;
	va_start(arguments, format);
	(void)vsnprintf(error->text, sizeof error->text, format, arguments);
	va_end(arguments);
	return -1;
}

int
error_usage(struct error *error, const char *format, ...)
{
	va_list arguments;

	error->is_usage = true;
	va_start(arguments, format);
	(void)vsnprintf(error->text, sizeof error->text, format, arguments);
	va_end(arguments);
	return -1;
}
