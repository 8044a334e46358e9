/*
 * One error message; see error.h.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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
error_system(struct error *error, int code, const char *format, ...)
{
	va_list arguments;
	size_t size;

	error->is_usage = false;
	va_start(arguments, format);
	(void)vsnprintf(error->text, sizeof error->text, format, arguments);
	va_end(arguments);
	size = strlen(error->text);
	(void)snprintf(error->text + size, sizeof error->text - size, ": %s",
	    strerror(code));
	if (size + 2 < sizeof error->text)
		error->text[size + 2] =
		    (char)tolower((unsigned char)error->text[size + 2]);
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
