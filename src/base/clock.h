/*
 * The system's clocks (clock_gettime(2)) as one number.
 */
#ifndef TALLYMAN_BASE_CLOCK_H
#define TALLYMAN_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Nanoseconds: of CLOCK_REALTIME since 1970, of others since some moment. */
static inline int64_t
clock_ns(clockid_t clock)
{
	struct timespec now;

	(void)clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

#endif
