/*
 * One error message, built where the context is known and carried up to
 * main.c, which alone prints it and chooses the exit status.
 */
#ifndef TALLYMAN_BASE_ERROR_H
#define TALLYMAN_BASE_ERROR_H

#include <stdbool.h>

struct error {
	char	text[512];	/* one line, no trailing newline */
	bool	is_usage;	/* the command line is wrong, not the world */
};

/*
 * Formats the message: lower case, what failed, then why. A message that is
 * too long is cut. Always returns -1, so that a caller can return its value.
 */
int	error_set(struct error *, const char *format, ...)
	    __attribute__((format(printf, 2, 3)));

/* The same, then ": " and what errno says: "permission denied". */
int	error_system(struct error *, int code, const char *format, ...)
	    __attribute__((format(printf, 3, 4)));

/* As error_set() for what was asked for wrongly: the program exits 2, not 1. */
int	error_usage(struct error *, const char *format, ...)
	    __attribute__((format(printf, 2, 3)));

#endif
