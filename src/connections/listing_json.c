/*
 * A listing as JSON, one object a line; see listing.h. A plan of all members
 * (output/json_plan.h) writes the object, and the list of processes, which
 * no member of a record is like, comes before its end.
 */
#include "connections/listing.h"

#include <stdlib.h>
#include <string.h>

#include "connections/members.h"
#include "output/json_write.h"

/* What json_write() ends an object with. */
static const char object_end[] = "}\n";

static void	plan_make(struct json_plan *, const struct field *, size_t);
static void	write_socket(const struct json_plan *,
		    const struct connection *, struct buffer *);
static void	write_others(const struct json_plan *,
		    const struct listing *, size_t, struct buffer *);

void
listing_write_json(const struct listing *listing, bool is_all,
    struct buffer *b)
{
	struct json_plan members, process;
	struct connection connection;

	plan_make(&members, members_all, members_count);
	plan_make(&process, members_process, members_process_count);
	for (size_t i = 0; i < listing_count(listing); i++) {
		if (!is_all && listing_is_listening(listing, i))
			continue;
		listing_fill(listing, i, &connection);
		write_socket(&members, &connection, b);
		write_others(&process, listing, i, b);
		buffer_text(b, object_end);
	}
	json_plan_release(&members);
	json_plan_release(&process);
}

static void
plan_make(struct json_plan *plan, const struct field *members, size_t count)
{
	const struct field **chosen = json_plan_allocate(count,
	    sizeof *chosen);

	for (size_t i = 0; i < count; i++)
		chosen[i] = &members[i];
	json_plan_init(plan, chosen, count);
	free(chosen);
}

/* Without its end. */
static void
write_socket(const struct json_plan *plan, const struct connection *c,
    struct buffer *b)
{
	struct json_writer writer = {
		.base = (const char *)c,
		.has = c->has,
		.time_digits = 6,
		.ip_version = c->ip_version,
		.buffer = b
	};

	buffer_char(b, '{');
	json_write(&writer, plan);
	buffer_truncate(b, b->size - strlen(object_end));
}

static void
write_others(const struct json_plan *plan, const struct listing *listing,
    size_t i, struct buffer *b)
{
	struct connection_process other;
	size_t n = 0;

	while (listing_other_process(listing, i, n, &other)) {
		struct json_writer writer = {
			.base = (const char *)&other,
			.has = other.is_exe_deleted ?
			    CONNECTION_EXE_DELETED : 0,
			.buffer = b
		};

		buffer_text(b, n++ == 0 ? ",\"other_processes\":[{" : ",{");
		json_write(&writer, plan);
		buffer_truncate(b, b->size - 1);	/* its end of line */
	}
	if (n > 0)
		buffer_char(b, ']');
}
