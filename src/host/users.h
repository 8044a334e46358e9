/*
 * Names of users by the file /etc/passwd alone: the system's own functions
 * may ask a directory on the network, which tallyman never does.
 */
#ifndef TALLYMAN_HOST_USERS_H
#define TALLYMAN_HOST_USERS_H

#include <stdint.h>

struct users;

/* path is borrowed until users_close(), which takes NULL, too. */
struct users	*users_open(const char *path);
void		 users_close(struct users *);

/* Reads the file again if it changed. One that cannot be read has no names. */
void		 users_refresh(struct users *);

/* Foreign bytes; NULL when there is no name. Valid until the next refresh. */
const char	*users_name(const struct users *, uint32_t uid);

#endif
