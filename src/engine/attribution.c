/*
 * Who has the ends of a flow; see attribution.h.
 */
#include <string.h>

#include "engine/attribution.h"

_Static_assert(PROCESS_NAME_SIZE + PROCESS_EXE_SIZE + PROCESS_USER_SIZE +
    PROCESS_UNIT_SIZE + PROCESS_CONTAINER_SIZE <= RECORD_PROCESS_SIZE,
    "a record has room for what is said of a process");

static void	fill_side(struct programs *, struct record *,
		    struct record_side *, const struct record_side *,
		    uint64_t, char *);
static void	fill_process(struct record_process *, const struct process *,
		    char *);
static const char *keep(char **, const char *);

void
attribution_fill(struct programs *programs, struct record *r)
{
	if (programs == NULL || (r->protocol_number != PROTOCOL_TCP &&
	    r->protocol_number != PROTOCOL_UDP))
		return;
	fill_side(programs, r, &r->src, &r->dst, RECORD_SRC_PROGRAM,
	    r->process[0]);
	fill_side(programs, r, &r->dst, &r->src, RECORD_DST_PROGRAM,
	    r->process[1]);
}

static void
fill_side(struct programs *programs, struct record *r,
    struct record_side *side, const struct record_side *other, uint64_t has,
    char *room)
{
	struct programs_question question = {
		.protocol = r->protocol_number,
		.family = r->ip_version,
		.local_port = side->port,
		.remote_port = other->port,
		.begin_ns = r->start_ns,
		.end_ns = r->end_ns
	};
	size_t size = r->ip_version == 4 ? 4 : 16;
	struct process process;
	enum news_by by;

	memcpy(question.local, side->ip.bytes, size);
	memcpy(question.remote, other->ip.bytes, size);
	if (!programs_find(programs, &question, &process, &by))
		return;
	fill_process(&side->process, &process, room);
	side->process.by = programs_by_name(by);
	r->has |= has;
}

static void
fill_process(struct record_process *to, const struct process *from,
    char *room)
{
	to->pid = from->pid;
	to->uid = from->uid;
	to->name = keep(&room, from->name);
	to->exe = keep(&room, from->exe);
	to->user = keep(&room, from->user);
	to->unit = keep(&room, from->unit);
	to->container = keep(&room, from->container);
}

/* A copy in the record; NULL for no text. */
static const char *
keep(char **room, const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = *room;

	if (size == 1)
		return NULL;
	memcpy(copy, text, size);
	*room += size;
	return copy;
}
