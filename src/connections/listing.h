/*
 * All sockets of this machine at one moment, with the processes that have
 * them: what `tallyman connections` lists.
 */
#ifndef TALLYMAN_CONNECTIONS_LISTING_H
#define TALLYMAN_CONNECTIONS_LISTING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"
#include "connections/connection.h"

struct listing;

/* NULL with the message when the kernel does not tell. */
struct listing	*listing_take(struct error *);
void		 listing_free(struct listing *);

/*
 * How many sockets it has. In order: by protocol, those that listen (of UDP:
 * without a remote end) first, by port and address.
 */
size_t		 listing_count(const struct listing *);

/* Whether the socket listens, and is shown with -a alone. */
bool		 listing_is_listening(const struct listing *, size_t);

/* What there is to say of it; borrows from the listing. */
void		 listing_fill(const struct listing *, size_t,
		    struct connection *);

/* The other processes that have it, n from 0; false behind the last one. */
bool		 listing_other_process(const struct listing *, size_t,
		    size_t n, struct connection_process *);

/*
 * Why sockets have no program: "12 sockets have no program: ...", when it is
 * for want of rights; an empty text when all is well.
 */
void		 listing_write_trouble(const struct listing *, bool is_all,
		    struct buffer *);

/* The listing in each form; is_all is -a. */
void		 listing_write_json(const struct listing *, bool is_all,
		    struct buffer *);

/* columns is the width of the terminal, 0: any. */
void		 listing_write_text(const struct listing *, bool is_all,
		    int columns, struct buffer *);

#endif
