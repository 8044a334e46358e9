/*
 * One file = one way to write records. A format turns a record into bytes; an
 * output brings them to their place.
 */
#ifndef TALLYMAN_OUTPUT_OUTPUT_H
#define TALLYMAN_OUTPUT_OUTPUT_H

#include <stdbool.h>
#include <sys/uio.h>

#include "base/buffer.h"
#include "base/error.h"
#include "record/fields.h"
#include "record/record.h"
#include "record/stats.h"

struct output_options {
	const char	*fields;	/* --fields list or NULL */
	bool		 is_terminal;	/* where the bytes go */
	bool		 is_colored;	/* a terminal, and NO_COLOR is not set */
	int		 columns;	/* of the terminal; 0: do not fit */
	bool		 has_macs;	/* -e */
	bool		 has_programs;	/* records may say them */
	bool		 is_quiet;	/* -q */
	bool		 is_verbose;	/* -v */
};

struct format;

struct format_operations {
	const char	*name;		/* as in -o */
	const char	*meaning;	/* for --help */

	/* NULL with the message when the options make no sense. */
	struct format	*(*open)(const struct output_options *,
			    struct error *);
	void		 (*head)(struct format *, struct buffer *);
	void		 (*record)(struct format *, const struct record *,
			    struct buffer *);
	/* The closing record, or a periodic one; may write nothing. */
	void		 (*stats)(struct format *, const struct stats *,
			    bool is_last, struct buffer *);
	/* Adds what another instance summed up, and clears it there; or NULL. */
	void		 (*absorb)(struct format *, struct format *from);
	void		 (*free)(struct format *);
};

/* First member of every format. */
struct format {
	const struct format_operations	*operations;
};

extern const struct format_operations format_json;
extern const struct format_operations format_csv;
extern const struct format_operations format_text;

/* All formats, NULL-ended; and the one of that name, or NULL. */
extern const struct format_operations *const format_all[];
const struct format_operations	*format_find(const char *name);

/*
 * An output: a format and a place. Bytes are collected and written in large
 * pieces; a record is never torn by a write of ours.
 */
struct output;

/*
 * where is a path or "-" for standard output; opened (created, truncated)
 * here. is_line_buffered (-l, or a terminal) writes after each record.
 */
struct output	*output_open(const struct format_operations *,
		    const char *where, const struct output_options *,
		    bool is_line_buffered, struct error *);

/* Each returns 0, or -1 with the message when bytes could not be written. */
int		 output_record(struct output *, const struct record *,
		    struct error *);
int		 output_stats(struct output *, const struct stats *,
		    bool is_last, struct error *);
int		 output_flush(struct output *, struct error *);

/*
 * For records that are made in several threads: another instance of the
 * output's format, owned by the caller; pieces of whole records that it made,
 * written from where they are when they are many bytes (the list is used up);
 * and what it summed up for the closing record.
 */
struct format	*output_format(const struct output *, struct error *);
int		 output_pieces(struct output *, struct iovec *pieces, int count,
		    struct error *);
void		 output_absorb(struct output *, struct format *from);

/* SIGHUP: opens the file's name again; a pipe or terminal stays as it is. */
int		 output_reopen(struct output *, struct error *);

/* Writes what is left and closes; fails when that cannot be written. */
int		 output_close(struct output *, struct error *);

#endif
