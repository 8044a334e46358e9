/*
 * The command line. One table (options_table) says what there is; the
 * parser, --help, the manual page and the shells' completions all come from
 * it.
 */
#ifndef TALLYMAN_OPTIONS_H
#define TALLYMAN_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

/* What the run does: meters, or prints something and ends. */
enum options_action {
	OPTIONS_METER,
	OPTIONS_CONNECTIONS,
	OPTIONS_TOP,		/* meters, and shows it on the terminal */
	OPTIONS_HELP,
	OPTIONS_VERSION,
	OPTIONS_LIST_INTERFACES,
	OPTIONS_LIST_LINK_TYPES,
	OPTIONS_LIST_DISSECTORS,
	OPTIONS_FIELDS		/* fields is help, md, json-schema or csv */
};

/* The first word of the command line may be a command; bits, for masks. */
enum options_command {
	COMMAND_METER = 1 << 0,	/* no such word: records of conversations */
	COMMAND_CONNECTIONS = 1 << 1,	/* this machine's sockets */
	COMMAND_TOP = 1 << 2,		/* a screen */
	COMMAND_ALL = ~0
};

enum options_progress {
	OPTIONS_PROGRESS_AUTO,	/* where stderr is a terminal */
	OPTIONS_PROGRESS_ALWAYS,
	OPTIONS_PROGRESS_NEVER
};

/* How programs are found out, in a live capture. */
enum options_programs {
	OPTIONS_PROGRAMS_AUTO,		/* by eBPF, or else by sockets */
	OPTIONS_PROGRAMS_EBPF,
	OPTIONS_PROGRAMS_SOCKETS,
	OPTIONS_PROGRAMS_OFF
};

enum options_checksums {
	OPTIONS_CHECKSUMS_HEADER,	/* the default: IPv4 headers */
	OPTIONS_CHECKSUMS_OFF,
	OPTIONS_CHECKSUMS_CHECK		/* transport too */
};

/* One -o: a format of options_table and a path, "-" for standard output. */
struct options_output {
	const char	*format;
	const char	*where;
};

/* Nanoseconds of capture time; 0 is never. */
struct options_timeouts {
	int64_t	tcp_ns;
	int64_t	tcp_open_ns;	/* half-open */
	int64_t	tcp_close_ns;	/* how long a closed flow lingers */
	int64_t	udp_ns;
	int64_t	other_ns;
	int64_t	part_ns;	/* -1: live 300 s, saved never */
};

/*
 * What the user asked for. Strings are borrowed from argv unless said; the
 * arrays are owned. options_release() frees.
 */
struct options {
	enum options_command	 command;
	enum options_action	 action;

	const char		**interfaces;	/* -i */
	size_t			 interface_count;
	const char		**inputs;	/* -r */
	size_t			 input_count;
	struct options_output	*outputs;	/* -o; none: the default */
	size_t			 output_count;

	char			*filter;	/* owned; NULL: everything */
	const char		*filter_file;	/* -F; read by its own call */
	const char		*link_type;	/* -y or NULL */
	const char		*user;		/* -Z or NULL */
	const char		*services;	/* --services or NULL */
	const char		*fields;	/* --fields or NULL */

	uint64_t		 count;		/* -c; 0: no limit */
	int			 snaplen;	/* -s in bytes; 0: default */
	int			 buffer_kib;	/* -B; 0: default */
	int			 threads;	/* -j; 0: default */
	bool			 is_not_promiscuous;
	bool			 is_quiet;
	bool			 is_line_buffered;
	bool			 has_macs;	/* -e: text shows them */
	int			 verbosity;	/* how many -v */

	int64_t			 stats_interval_ns; /* 0: only at the end */
	enum options_progress	 progress;
	struct options_timeouts	 timeouts;
	enum options_programs	 programs;
	bool			 is_key_vlan;
	bool			 is_key_tunnel;
	uint64_t		 memory_bytes;
	uint64_t		 flows_max;	/* 0: what memory allows */
	uint16_t		 community_seed;
	enum options_checksums	 checksums;
	bool			 is_revealing;
	bool			 is_all;	/* -a: sockets that listen */
	double			 speed;		/* of a replay; 0: at once */
};

/*
 * Fills the options from the command line; argv[0] is skipped and argv must
 * outlive them. Returns 0, or -1 with the message for a bad usage. Either
 * way options_release() is due.
 */
int	options_parse(struct options *, int argc, char **argv,
	    struct error *);
void	options_release(struct options *);

/*
 * Where -F was given, reads that file into filter. Returns 0, or -1 with the
 * message when it cannot be read or is not text.
 */
int	options_read_filter(struct options *, struct error *);

/* --help, from the table. */
void	options_help(FILE *);

/* The table itself, for what is generated from it. */

enum option_argument {
	ARGUMENT_NONE,
	ARGUMENT_TEXT,		/* nothing a shell could complete */
	ARGUMENT_FILE,
	ARGUMENT_INTERFACE,
	ARGUMENT_USER,
	ARGUMENT_WORD,		/* one of words */
	ARGUMENT_WORDS,		/* several of words, with commas */
	ARGUMENT_WORD_FILE,	/* one of words, then perhaps =FILE */
	ARGUMENT_WORD_VALUE	/* one of words, then =VALUE */
};

/* A command: one row of options_commands. */
struct option_command {
	const char		*name;	/* NULL ends */
	const char		*usage;	/* what may follow it */
	const char		*help;	/* one line */
	enum options_command	 command;
	enum options_action	 action;	/* what to do */
	bool			 has_filter;	/* takes an expression */
};

/* A word that an option takes, and what the parser makes of it. */
struct option_word {
	const char	*name;	/* NULL ends */
	const char	*help;
	size_t		 value;
};

struct option {
	const char			*section; /* heading, on its first */
	const char			*name;	/* long name or NULL */
	char				 letter; /* or 0 */
	bool				 is_repeatable;
	unsigned int			 commands; /* which take it; 0: the
						      meter alone */
	enum option_argument		 argument;
	const char			*value;	/* how help names it */
	const struct option_word	*words;	/* or NULL */
	const char			*help;	/* one line */
	const char			*detail; /* for the manual, or NULL */

	/* What apply needs to know. */
	enum options_action		 action;
	size_t				 member; /* its place in the options */
	size_t				 member_size;
	uint64_t			 minimum;
	uint64_t			 maximum;

	/* NULL ends the table. value is NULL without an argument. */
	int	(*apply)(struct options *, const struct option *,
		    const char *value, struct error *);
};

extern const struct option options_table[];
extern const struct option_command options_commands[];

#endif
