/*
 * What the collector tells the meter, in bytes: one thing after the other in
 * each datagram. The meter does not trust them: numbers are checked, text is
 * cut to what there is room for, and what is not understood is refused.
 */
#ifndef TALLYMAN_HOST_NEWS_H
#define TALLYMAN_HOST_NEWS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/cursor.h"
#include "host/processes.h"

/* Bytes of a datagram; what would not fit goes into the next one. */
enum { NEWS_DATAGRAM_MAX = 16384, NEWS_ONE_MAX = 2048 };

/* Places for processes; a process is told of before what it has. */
enum { NEWS_SLOTS = 4096, NEWS_SLOT_ANY = NEWS_SLOTS };

/* No end yet; and the earliest and latest times that are taken. */
#define NEWS_OPEN	INT64_MAX
#define NEWS_TIME_MAX	(INT64_MAX / 4)

enum news_kind {
	NEWS_HELLO = 1,		/* by, netns, text: it can begin */
	NEWS_PROCESS,		/* slot, process */
	NEWS_SOCKET,		/* slot, by, begin_ns, end_ns, socket */
	NEWS_CLOSE,		/* slot or any, end_ns, socket */
	NEWS_EXIT,		/* slot, end_ns */
	NEWS_ADDRESS,		/* netns, socket's family and local */
	NEWS_ADDRESSES,		/* netns: those it had count no more */
	NEWS_LOST,		/* count: events so far, for want of room */
	NEWS_SYNCED,		/* count: answers that question */
	NEWS_KINDS
};

/* How a socket's process was found out. */
enum news_by {
	NEWS_BY_NOTHING,
	NEWS_BY_EBPF,
	NEWS_BY_SOCKETS,
	NEWS_BYS
};

/* Both ends; zeros where it is any. */
struct news_socket {
	uint8_t		local[16];	/* IPv4: the first 4, zeros */
	uint8_t		remote[16];
	uint16_t	local_port;
	uint16_t	remote_port;
	uint32_t	netns;		/* inode of the namespace; 0: unknown */
	uint8_t		protocol;	/* 6 TCP, 17 UDP */
	uint8_t		family;		/* 4, 6, or 0: either */
};

struct news {
	enum news_kind		kind;
	enum news_by		by;
	uint32_t		slot;
	uint32_t		netns;
	uint64_t		count;
	int64_t			begin_ns;	/* since 1970 */
	int64_t			end_ns;
	struct news_socket	socket;
	struct process		process;	/* of NEWS_PROCESS alone */
	char			text[256];	/* of NEWS_HELLO alone */
};

/* Who takes news as they are found out; they are valid during the call. */
struct news_taker {
	void	(*take)(void *context, const struct news *);
	void	*context;
};

/* What the meter asks of the collector: this many bytes, the first says. */
enum { NEWS_ASK_SIZE = 5, NEWS_ASK_LOOK = 'l', NEWS_ASK_SYNC = 's' };

/* Adds one thing. */
void	news_write(struct buffer *, const struct news *);

/*
 * Takes the next thing; false at the end, and where the rest is no news:
 * then the cursor has failed. Members that the kind does not have are not
 * touched.
 */
bool	news_read(struct cursor *, struct news *);

/*
 * As on the wire: IPv4 in IPv6 is IPv4; an IPv6 socket for any address takes
 * both, unless it is told not to.
 */
void	news_socket_unmap(struct news_socket *, bool is_v6only);

bool	news_is_any(const uint8_t address[16]);

#endif
