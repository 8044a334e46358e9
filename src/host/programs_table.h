/*
 * The meter's table of sockets: which process had which, and when. It lives
 * on news (host/news.h) and answers for a flow's end: who was there while it
 * lasted? A port that went from one process to the next has two entries with
 * a time span each.
 *
 * Its memory is bounded. Entries of closed sockets stay for ten minutes, so
 * that a flow that ends by its timeout still finds them, and make room
 * before open ones do, the oldest first.
 */
#ifndef TALLYMAN_HOST_PROGRAMS_TABLE_H
#define TALLYMAN_HOST_PROGRAMS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "host/news.h"

enum {
	PROGRAMS_ENTRIES_MAX = 1 << 17,
	PROGRAMS_ADDRESSES_MAX = 4096
};

#define PROGRAMS_KEPT_NS INT64_C(600000000000)

/* One end of a flow, as if it were a socket of this machine. */
struct programs_question {
	uint8_t		protocol;	/* 6 TCP, 17 UDP */
	uint8_t		family;		/* 4 or 6 */
	uint8_t		local[16];	/* IPv4: the first 4, zeros */
	uint8_t		remote[16];
	uint16_t	local_port;
	uint16_t	remote_port;
	int64_t		begin_ns;	/* of the flow, since 1970 */
	int64_t		end_ns;
};

struct programs_table;

/* entries: how many at most. netns: the inode of our own namespace. */
struct programs_table	*programs_table_new(const struct hash_secret *,
			    uint32_t entries);
void			 programs_table_free(struct programs_table *);
void			 programs_table_set_netns(struct programs_table *,
			    uint32_t netns);

/* Takes what concerns it; now_ns is the wall clock. */
void			 programs_table_take(struct programs_table *,
			    const struct news *, int64_t now_ns);

/*
 * Who had that end. Connected sockets come first, then those that listen, or
 * of UDP are bound, at this machine's addresses; our own network namespace
 * comes before others, of which just one may match. False: nobody known.
 */
bool			 programs_table_find(const struct programs_table *,
			    const struct programs_question *,
			    struct process *, enum news_by *);

size_t			 programs_table_count(const struct programs_table *);

#endif
