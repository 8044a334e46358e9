/*
 * Memory on its way to the caches before it is needed.
 */
#ifndef TALLYMAN_BASE_FETCH_H
#define TALLYMAN_BASE_FETCH_H

#include <stddef.h>

enum { FETCH_LINE = 64 };

/* The lines of an object that is to be read. */
static inline __attribute__((always_inline)) void
fetch_to_read(const void *object, size_t size)
{
	for (size_t at = 0; at < size; at += FETCH_LINE)
		__builtin_prefetch((const char *)object + at);
}

/*
 * The lines of an object that is to be written and that another processor may
 * have. The builtin asks only for a copy to read: PREFETCHW is younger than
 * x86-64, but where it is not known it does nothing.
 */
static inline __attribute__((always_inline)) void
fetch_to_write(const void *object, size_t size)
{
	for (size_t at = 0; at < size; at += FETCH_LINE) {
#ifdef __x86_64__
		__asm__ volatile("prefetchw %0" : :
		    "m"(((const char *)object)[at]));
#else
		__builtin_prefetch((const char *)object + at, 1);
#endif
	}
}

#endif
