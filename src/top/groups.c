/*
 * Services and programs; see groups.h. The fields of a process are found by
 * their names, as any output would.
 */
#include "top/groups.h"

#include <string.h>

#include "record/fields.h"

static const char *const name_fields[MODEL_SIDES] = {
	"src.process.name", "dst.process.name"
};
static const char *const pid_fields[MODEL_SIDES] = {
	"src.process.pid", "dst.process.pid"
};

static void	service_of(const struct record *, struct buffer *);
static int	find_group(struct model *, enum model_kind, int,
		    const struct buffer *);
static bool	is_named(const struct model_group *, const struct buffer *);
static void	add_row(struct model_group *, const struct model_row *);
static bool	put_field(const char *, const struct record *,
		    struct buffer *);

void
groups_join(struct model *model, struct model_row *row, bool is_new)
{
	struct buffer name;

	buffer_init(&name, MODEL_NAME_SIZE);
	for (int side = 0; side < MODEL_SIDES; side++) {
		int *group = &row->groups[MODEL_PROGRAMS][side];
		int before = is_new ? -1 : *group;

		buffer_reset(&name);
		groups_program(&row->kept.record, side, false, &name);
		*group = name.size == 0 ? -1 :
		    find_group(model, MODEL_PROGRAMS, before, &name);
		if (*group >= 0)
			model->has_programs = true;
		if (*group >= 0 && *group != before && (side == 0 ||
		    *group != row->groups[MODEL_PROGRAMS][0]))
			model->groups[MODEL_PROGRAMS][*group].flows++;
	}
	buffer_reset(&name);
	service_of(&row->kept.record, &name);
	row->groups[MODEL_SERVICES][1] = -1;
	row->groups[MODEL_SERVICES][0] = find_group(model, MODEL_SERVICES,
	    is_new ? -1 : row->groups[MODEL_SERVICES][0], &name);
	if (is_new)
		model->groups[MODEL_SERVICES]
		    [row->groups[MODEL_SERVICES][0]].flows++;
	buffer_release(&name);
}

/* What has no service is known by its protocol. */
static void
service_of(const struct record *record, struct buffer *b)
{
	if ((record->has & RECORD_SERVICE) != 0 &&
	    record->service_name != NULL)
		buffer_text(b, record->service_name);
	else if (record->protocol != NULL)
		buffer_text(b, record->protocol);
	else
		buffer_format(b, "protocol %d", record->protocol_number);
}

void
groups_program(const struct record *record, int side, bool has_pid,
    struct buffer *b)
{
	if (!put_field(name_fields[side], record, b) || !has_pid)
		return;
	buffer_char(b, '[');
	(void)put_field(pid_fields[side], record, b);
	buffer_char(b, ']');
}

/* Whether the record has that field, which is then in the buffer. */
static bool
put_field(const char *name, const struct record *record, struct buffer *b)
{
	const struct field *field = fields_find(name);
	size_t before = b->size;

	if (field == NULL || !field_is_present(field, record))
		return false;
	field_text(field, record, b);
	return b->size > before;
}

/* Mostly it is that of before. */
static int
find_group(struct model *model, enum model_kind kind, int before,
    const struct buffer *name)
{
	struct model_group *groups = model->groups[kind];
	int count = model->group_counts[kind];
	size_t size = name->size < MODEL_NAME_SIZE ? name->size :
	    MODEL_NAME_SIZE - 1;

	if (before >= 0 && is_named(&groups[before], name))
		return before;
	for (int i = 0; i < count; i++) {
		if (is_named(&groups[i], name))
			return i;
	}
	if (count == MODEL_GROUPS_MAX)
		return count - 1;
	model->group_counts[kind]++;
	if (count == MODEL_GROUPS_MAX - 1) {
		memcpy(groups[count].name, "(others)", sizeof "(others)");
	} else {
		memcpy(groups[count].name, name->data, size);
		groups[count].name[size] = '\0';
	}
	return count;
}

static bool
is_named(const struct model_group *group, const struct buffer *name)
{
	size_t size = strlen(group->name);

	return (size == name->size || (size == MODEL_NAME_SIZE - 1 &&
	    name->size > size)) && memcmp(group->name, name->data, size) == 0;
}

/* A program that speaks with itself is one. */
void
groups_add(struct model *model, const struct model_row *row, int64_t from_ns,
    int64_t to_ns, uint64_t bytes)
{
	for (int kind = 0; kind < MODEL_KINDS; kind++) {
		const int *groups = row->groups[kind];

		for (int side = 0; side < MODEL_SIDES; side++) {
			if (groups[side] < 0 ||
			    (side == 1 && groups[1] == groups[0]))
				continue;
			history_add(&model->groups[kind][groups[side]].history,
			    from_ns, to_ns, bytes);
		}
	}
}

void
groups_leave(struct model *model, const struct model_row *row)
{
	if (row->is_open)
		return;		/* it may come back with all it had */
	for (int kind = 0; kind < MODEL_KINDS; kind++) {
		const int *groups = row->groups[kind];

		for (int side = 0; side < MODEL_SIDES; side++) {
			struct model_group *group;

			if (groups[side] < 0 ||
			    (side == 1 && groups[1] == groups[0]))
				continue;
			group = &model->groups[kind][groups[side]];
			group->gone_bytes[0] += row->bytes[0];
			group->gone_bytes[1] += row->bytes[1];
			group->gone_retransmitted += row->retransmitted;
		}
	}
}

void
groups_sum(struct model *model)
{
	for (int kind = 0; kind < MODEL_KINDS; kind++) {
		for (int i = 0; i < model->group_counts[kind]; i++) {
			struct model_group *g = &model->groups[kind][i];

			g->open = 0;
			g->retransmitted = g->gone_retransmitted;
			for (int side = 0; side < MODEL_SIDES; side++) {
				g->rates[side] = 0;
				g->bytes[side] = g->gone_bytes[side];
			}
		}
	}
	for (uint32_t i = 0; i < model->used; i++) {
		const struct model_row *row = &model->rows[i];
		const int *programs = row->groups[MODEL_PROGRAMS];

		if (!row->is_used)
			continue;
		add_row(&model->groups[MODEL_SERVICES]
		    [row->groups[MODEL_SERVICES][0]], row);
		if (programs[0] >= 0)
			add_row(&model->groups[MODEL_PROGRAMS][programs[0]],
			    row);
		if (programs[1] >= 0 && programs[1] != programs[0])
			add_row(&model->groups[MODEL_PROGRAMS][programs[1]],
			    row);
	}
}

static void
add_row(struct model_group *group, const struct model_row *row)
{
	group->open += row->is_open;
	group->retransmitted += row->retransmitted;
	for (int side = 0; side < MODEL_SIDES; side++) {
		group->rates[side] += row->rates[side];
		group->bytes[side] += row->bytes[side];
	}
}
