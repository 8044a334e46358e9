/*
 * A source at the pace of another clock: saved frames are given out when
 * their time has come, as they once arrived, or so many times faster.
 */
#ifndef TALLYMAN_CAPTURE_PACED_H
#define TALLYMAN_CAPTURE_PACED_H

#include "capture/source.h"

/*
 * Takes the inner source over. speed is how much faster than they arrived
 * frames are given; 0: at once. While none is due a read says that it is
 * quiet, after 20 ms at most.
 */
struct source	*paced_new(struct source *inner, double speed);

/*
 * The time of the capture now, in ns since 1970: that of the newest frame
 * given, and between two frames what has passed since, at that speed. 0
 * before the first. For the thread that reads.
 */
int64_t		 paced_now(const struct source *);

#endif
