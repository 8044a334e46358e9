/*
 * The log: lines on stderr for a person, each "tallyman: " and the text.
 * Data goes to stdout and never comes through here.
 */
#ifndef TALLYMAN_BASE_LOG_H
#define TALLYMAN_BASE_LOG_H

enum log_level {
	LOG_LEVEL_QUIET,	/* errors alone */
	LOG_LEVEL_NOTICE,	/* the default: what was lost or is odd */
	LOG_LEVEL_VERBOSE
};

void	log_set_level(enum log_level);
void	log_error(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
void	log_notice(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
void	log_verbose(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));

/*
 * A budget for lines that a packet can trigger: at most LOG_BUDGET_LINES are
 * written, then one that says that more are left out. Zero-initialise.
 */
struct log_budget {
	unsigned int	used;
};

#define LOG_BUDGET_LINES 8

void	log_limited(struct log_budget *, const char *format, ...)
	    __attribute__((format(printf, 2, 3)));

#endif
