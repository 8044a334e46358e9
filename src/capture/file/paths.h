/*
 * Which files are meant by the paths that a user gave: themselves, or those
 * below a directory.
 */
#ifndef TALLYMAN_CAPTURE_FILE_PATHS_H
#define TALLYMAN_CAPTURE_FILE_PATHS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct path {
	char	*name;		/* owned */
	size_t	 given;		/* index of the user's path it stands for */
	bool	 is_found;	/* below a directory, not named by the user */
	bool	 is_capture;	/* for whoever opens it to note */
};

struct paths {
	struct path	*paths;		/* owned */
	size_t		 count;
	bool		 is_damaged;	/* a directory could not be read */
};

/*
 * Adds what path stands for: regular files below a directory, by name, or
 * path itself, whatever it is. Symbolic links to files are followed, those to
 * directories are not. 0, or -1 with the message.
 */
int	paths_add(struct paths *, const char *path, size_t given,
	    struct error *);
void	paths_release(struct paths *);

#endif
