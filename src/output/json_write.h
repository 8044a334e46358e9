/*
 * Writing in JSON by a plan.
 */
#ifndef TALLYMAN_OUTPUT_JSON_WRITE_H
#define TALLYMAN_OUTPUT_JSON_WRITE_H

#include "output/json_plan.h"

/* What the steps are applied to, and where they write. */
struct json_writer {
	const char		*base;		/* the record or the stats */
	uint64_t		 has;
	int			 time_digits;
	uint8_t			 ip_version;
	const struct stats	*stats;		/* NULL in a flow record */
	struct buffer		*buffer;
	size_t			 room;		/* of the plan */
	const struct record	*record;	/* NULL in the closing record */
	const struct json_plan	*plan;		/* that is followed */
};

/* Ends the object that the caller has begun, and the line. */
void		 json_write(struct json_writer *, const struct json_plan *);

/* How a type is written, how much room that needs, and if it is quoted. */
json_value	*json_write_value(enum field_type);
size_t		 json_write_room(enum field_type);
bool		 json_write_is_quoted(enum field_type);

#endif
