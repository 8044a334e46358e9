/*
 * The members of a socket in `tallyman connections`, declared once: JSON, its
 * schema, the help and docs/connections.md all follow from this table.
 */
#ifndef TALLYMAN_CONNECTIONS_MEMBERS_H
#define TALLYMAN_CONNECTIONS_MEMBERS_H

#include "base/buffer.h"
#include "record/fields.h"

/* Offsets are of struct connection, needs are CONNECTION_... */
extern const struct field members_all[];
extern const size_t members_count;

/*
 * Of one element of "other_processes", which comes last: offsets are of
 * struct connection_process.
 */
extern const struct field members_process[];
extern const size_t members_process_count;

/* --fields help, md, json-schema: whole documents. */
void	members_write_help(struct buffer *);
void	members_write_markdown(struct buffer *);
void	members_write_json_schema(struct buffer *);

#endif
