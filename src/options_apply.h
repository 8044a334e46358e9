/*
 * From what was typed to the options: one function for each kind of value, by
 * whose name a row of options_table says which kind it takes.
 */
#ifndef TALLYMAN_OPTIONS_APPLY_H
#define TALLYMAN_OPTIONS_APPLY_H

#include "options.h"

/* The value is NULL without an argument. Returns 0, or -1 with the message. */
typedef int	option_apply(struct options *, const struct option *,
		    const char *value, struct error *);

option_apply	apply_action;
option_apply	apply_checksums;
option_apply	apply_fields;
option_apply	apply_filter;
option_apply	apply_flag;
option_apply	apply_input;
option_apply	apply_interface;
option_apply	apply_key;
option_apply	apply_memory;
option_apply	apply_nothing;
option_apply	apply_number;
option_apply	apply_output;
option_apply	apply_programs;
option_apply	apply_progress;
option_apply	apply_speed;
option_apply	apply_stats_interval;
option_apply	apply_text;
option_apply	apply_timeout;
option_apply	apply_verbose;

#endif
