/*
 * The bytes of one input as they are stored, and what a decoder makes of
 * them when they are compressed. One thread at a time uses an intake.
 */
#ifndef TALLYMAN_CAPTURE_FILE_INTAKE_H
#define TALLYMAN_CAPTURE_FILE_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct decoder;

enum { INTAKE_PATIENCE_MS = 200 };	/* how long a pipe may be quiet */

enum intake_result {
	INTAKE_READY,		/* something was given */
	INTAKE_ENDED,		/* nothing follows what was given, if any */
	INTAKE_QUIET		/* a pipe has nothing yet; ask again */
};

struct intake {
	int			 fd;		/* owned, -1 when closed */
	bool			 is_regular;	/* a file that can be reread */
	int64_t			 begin;		/* where fd stood at first */
	uint64_t		 size;		/* as stored; 0 if unknown */
	uint64_t		 stored;	/* bytes read from fd */
	char			 problem[192];	/* why it ended early, or "" */

	const struct decoder	*decoder;	/* NULL when plain */
	void			*state;		/* the decoder's; owned */
	uint8_t			*packed;	/* owned; compressed bytes */
	const uint8_t		*packed_at;
	size_t			 packed_size;	/* bytes in packed */
	size_t			 packed_left;
	bool			 is_packed_ended;
};

/* Opens path ("-" is standard input). 0, or -1 with the message. */
int	intake_open(struct intake *, const char *path, struct error *);
void	intake_close(struct intake *);

/* Back to the beginning, as if nothing was read. Regular files alone. */
void	intake_rewind(struct intake *);

/* Up to room bytes, decoded when the intake was told how. */
enum intake_result	intake_read(struct intake *, uint8_t *data,
			    size_t room, size_t *count);

/*
 * Whether the first bytes, which were read until now, are compressed; then
 * they are taken back and decoded. When this build cannot, problem says so
 * and there is no state. is_all: no more will come.
 */
bool	intake_recognise(struct intake *, const uint8_t *data, size_t size,
	    bool is_all);

#endif
