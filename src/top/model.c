/*
 * Rows, rates and ages; see model.h.
 */
#include "top/model.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/log.h"
#include "top/groups.h"

#define SECOND_NS INT64_C(1000000000)

/* A rate is of half a second at least: less is noise. */
#define RATE_NS (SECOND_NS / 2)

/* What ended is shown as long as its history goes back. */
#define LINGER_NS (HISTORY_SECONDS * SECOND_NS)

/* When all rows are taken, who was silent for so long gets none. */
#define SILENT_NS (3 * SECOND_NS)

enum {
	HEADS = 2 * MODEL_ROWS_MAX,	/* a power of two */
	TRIES = 64			/* rows looked at for one that goes */
};

static void	*allocate(size_t, size_t);
static uint32_t	*head_of(const struct model *, uint64_t);
static struct model_row	*find(const struct model *, uint64_t);
static bool	is_full(const struct model *);
static struct model_row	*take_row(struct model *, const struct record *);
static void	give_way(struct model *);
static bool	is_lesser(const struct model_row *, const struct model_row *);
static void	forget(struct model *, struct model_row *);
static void	count(struct model_row *, const struct record *);
static bool	is_same(const struct record *, const struct record *);
static void	measure(struct model *, struct model_row *, int64_t);
static void	measure_all(struct model *, const struct stats *, int64_t);
static void	age(struct model *, struct model_row *, int64_t);

struct model *
model_new(void)
{
	struct model *model = allocate(1, sizeof *model);

	model->rows = allocate(MODEL_ROWS_MAX, sizeof *model->rows);
	model->heads = allocate(HEADS, sizeof *model->heads);
	for (int kind = 0; kind < MODEL_KINDS; kind++)
		model->groups[kind] = allocate(MODEL_GROUPS_MAX,
		    sizeof *model->groups[kind]);
	model->round = 1;
	return model;
}

/* Memory is zeroed and paid for when touched. */
static void *
allocate(size_t number, size_t size)
{
	void *memory = calloc(number, size);

	if (memory == NULL) {
		log_error("cannot allocate %zu bytes", number * size);
		abort();
	}
	return memory;
}

void
model_free(struct model *model)
{
	if (model == NULL)
		return;
	for (uint32_t i = 0; i < model->used; i++)
		kept_release(&model->rows[i].kept);
	for (int kind = 0; kind < MODEL_KINDS; kind++)
		free(model->groups[kind]);
	free(model->heads);
	free(model->rows);
	free(model);
}

struct model *
model_copy(const struct model *from)
{
	struct model *to = model_new();
	struct model_row *rows = to->rows;
	uint32_t *heads = to->heads;
	struct model_group *groups[MODEL_KINDS];

	memcpy(groups, to->groups, sizeof groups);
	*to = *from;
	to->rows = rows;
	to->heads = heads;
	memcpy(to->groups, groups, sizeof groups);
	memcpy(heads, from->heads, HEADS * sizeof *heads);
	for (int kind = 0; kind < MODEL_KINDS; kind++)
		memcpy(to->groups[kind], from->groups[kind],
		    (size_t)from->group_counts[kind] *
		    sizeof *from->groups[kind]);
	for (uint32_t i = 0; i < from->used; i++) {
		rows[i] = from->rows[i];
		rows[i].kept = (struct kept){ .memory = NULL };
		if (rows[i].is_used)
			kept_set(&rows[i].kept, &from->rows[i].kept.record);
	}
	return to;
}

static uint32_t *
head_of(const struct model *model, uint64_t id)
{
	return &model->heads[hash_mix64(id) & (HEADS - 1)];
}

static struct model_row *
find(const struct model *model, uint64_t id)
{
	uint32_t at = *head_of(model, id);

	while (at != 0 && model->rows[at - 1].kept.record.id != id)
		at = model->rows[at - 1].next;
	return at == 0 ? NULL : &model->rows[at - 1];
}

const struct model_row *
model_find(const struct model *model, uint64_t id)
{
	return find(model, id);
}

void
model_record(struct model *model, const struct record *record, bool is_open,
    int64_t now_ns)
{
	struct model_row *row = find(model, record->id);
	bool is_new = row == NULL;

	if (model->begin_ns == 0)
		model->begin_ns = now_ns;
	model->now_ns = now_ns;
	if (is_new && is_full(model) && is_open &&
	    now_ns - record->end_ns > SILENT_NS)
		return;
	if (is_new)
		row = take_row(model, record);
	if (is_new || !is_same(&row->kept.record, record)) {
		kept_set(&row->kept, record);
		count(row, record);
		groups_join(model, row, is_new);
	}
	row->is_open = is_open;
	row->round = model->round;
	row->shown_ns = now_ns;
	measure(model, row, now_ns);
}

/* Whether nothing happened since. */
static bool
is_same(const struct record *a, const struct record *b)
{
	return a->end_ns == b->end_ns && a->has == b->has &&
	    a->part == b->part && a->fact_count == b->fact_count &&
	    a->src.counts.packets == b->src.counts.packets &&
	    a->dst.counts.packets == b->dst.counts.packets &&
	    strcmp(a->end_reason, b->end_reason) == 0;
}

static bool
is_full(const struct model *model)
{
	return model->free == 0 && model->used == MODEL_ROWS_MAX;
}

static struct model_row *
take_row(struct model *model, const struct record *record)
{
	uint32_t *head = head_of(model, record->id);
	struct model_row *row;
	uint32_t at;

	if (is_full(model))
		give_way(model);
	if (model->free != 0) {
		at = model->free;
		row = &model->rows[at - 1];
		model->free = row->next;
	} else {
		at = ++model->used;
		row = &model->rows[at - 1];
	}
	*row = (struct model_row){
		.kept = row->kept,
		.is_used = true,
		.next = *head,
		.base_ns = record->start_ns
	};
	*head = at;
	return row;
}

/* Of the next few rows the one that says least. */
static void
give_way(struct model *model)
{
	struct model_row *victim = NULL;

	for (int i = 0; i < TRIES; i++) {
		struct model_row *row = &model->rows[model->hand++ %
		    MODEL_ROWS_MAX];

		if (victim == NULL || is_lesser(row, victim))
			victim = row;
	}
	forget(model, victim);
}

static bool
is_lesser(const struct model_row *a, const struct model_row *b)
{
	if (a->is_open != b->is_open)
		return b->is_open;
	if (model_rate(a->rates) < model_rate(b->rates))
		return true;
	return model_rate(a->rates) <= model_rate(b->rates) &&
	    a->kept.record.end_ns < b->kept.record.end_ns;
}

static void
forget(struct model *model, struct model_row *row)
{
	uint32_t number = (uint32_t)(row - model->rows) + 1;
	uint32_t *at = head_of(model, row->kept.record.id);

	groups_leave(model, row);
	while (*at != number)
		at = &model->rows[*at - 1].next;
	*at = row->next;
	row->is_used = false;
	row->next = model->free;
	model->free = number;
}

/* Of a flow in parts all parts. */
static void
count(struct model_row *row, const struct record *record)
{
	const struct record_side *sides[MODEL_SIDES] = {
		&record->src, &record->dst
	};

	for (int i = 0; i < MODEL_SIDES; i++) {
		const struct record_counts *counts =
		    (record->has & RECORD_CUMULATIVE) != 0 ?
		    &sides[i]->cumulative : &sides[i]->counts;

		row->bytes[i] = counts->bytes;
		row->packets[i] = counts->packets;
	}
	row->retransmitted = (record->has & RECORD_TCP) == 0 ? 0 :
	    (uint64_t)record->src.tcp.retransmitted_packets +
	    record->dst.tcp.retransmitted_packets;
}

/*
 * What came since the last look. One that comes soon after it, as the end of a
 * flow may, leaves the rate as it was.
 */
static void
measure(struct model *model, struct model_row *row, int64_t now_ns)
{
	int64_t passed_ns = now_ns - row->base_ns;
	bool is_soon = passed_ns < RATE_NS && model_rate(row->rates) > 0;
	uint64_t more = 0;

	if (is_soon && row->is_open)
		return;
	for (int i = 0; i < MODEL_SIDES; i++) {
		uint64_t bytes = row->bytes[i] > row->base_bytes[i] ?
		    row->bytes[i] - row->base_bytes[i] : 0;

		if (!is_soon)
			row->rates[i] = (double)bytes * 8 *
			    (double)SECOND_NS / (double)
			    (passed_ns > RATE_NS ? passed_ns : RATE_NS);
		row->base_bytes[i] = row->bytes[i];
		more += bytes;
	}
	history_add(&row->history, row->base_ns, now_ns, more);
	groups_add(model, row, row->base_ns, now_ns, more);
	row->base_ns = now_ns;
}

void
model_round(struct model *model, const struct stats *stats,
    uint64_t flows_open, int64_t now_ns)
{
	if (model->begin_ns == 0)
		model->begin_ns = now_ns;
	if (now_ns > model->now_ns)
		model->now_ns = now_ns;
	for (uint32_t i = 0; i < model->used; i++) {
		if (model->rows[i].is_used)
			age(model, &model->rows[i], now_ns);
	}
	measure_all(model, stats, now_ns);
	groups_sum(model);
	model->open = flows_open;
	model->round++;
}

/* Open flows are shown in every round: one that was not has ended. */
static void
age(struct model *model, struct model_row *row, int64_t now_ns)
{
	if (row->round == model->round)
		return;
	row->is_open = false;
	row->rates[0] = row->rates[1] = 0;
	if (now_ns - row->shown_ns > LINGER_NS)
		forget(model, row);
}

/* The first rate is since the oldest frame. */
static void
measure_all(struct model *model, const struct stats *stats, int64_t now_ns)
{
	uint64_t frames = stats->read - stats->filtered;
	int64_t passed_ns;

	model->stats = *stats;
	if (frames == 0)
		return;
	if (model->base_ns == 0)
		model->base_ns = stats->start_ns;
	passed_ns = now_ns - model->base_ns;
	if (passed_ns < RATE_NS && model->bit_rate > 0)
		return;
	history_add(&model->history, model->base_ns, now_ns,
	    stats->bytes - model->base_bytes);
	if (passed_ns < RATE_NS)
		passed_ns = RATE_NS;
	model->bit_rate = (double)(stats->bytes - model->base_bytes) * 8 *
	    (double)SECOND_NS / (double)passed_ns;
	model->frame_rate = (double)(frames - model->base_frames) *
	    (double)SECOND_NS / (double)passed_ns;
	model->base_ns = now_ns;
	model->base_bytes = stats->bytes;
	model->base_frames = frames;
}

int64_t
model_second(const struct model *model)
{
	int64_t second = model->now_ns / SECOND_NS;

	return model->now_ns - model->begin_ns < 2 * SECOND_NS ? second :
	    second - 1;
}
