/*
 * Columns; see columns.h. What text output shows in a column of the same name
 * is shown here as it does.
 */
#include "top/columns.h"

#include <string.h>

#include "base/units.h"
#include "output/text_columns.h"
#include "output/text_notes.h"
#include "top/groups.h"

static int	total(const struct columns *);
static void	drop(struct columns *);
static void	widen(struct columns *, int);
static void	put_text_column(const char *, const struct record *,
		    struct buffer *);
static void	put_volume(uint64_t, struct buffer *);
static void	put_address(const struct record *, int, struct buffer *);

#define ROW_COLUMN(name) \
static void	row_##name(const struct model *, const struct model_row *, \
		    int, struct buffer *)
ROW_COLUMN(proto);
ROW_COLUMN(from);
ROW_COLUMN(to);
ROW_COLUMN(service);
ROW_COLUMN(program);
ROW_COLUMN(state);
ROW_COLUMN(rtt);
ROW_COLUMN(retransmitted);
ROW_COLUMN(bytes);
ROW_COLUMN(rate_there);
ROW_COLUMN(rate_back);
ROW_COLUMN(history);

#define GROUP_COLUMN(name) \
static void	group_##name(const struct model *, \
		    const struct model_group *, int, struct buffer *)
GROUP_COLUMN(name);
GROUP_COLUMN(open);
GROUP_COLUMN(flows);
GROUP_COLUMN(retransmitted);
GROUP_COLUMN(bytes);
GROUP_COLUMN(rate_there);
GROUP_COLUMN(rate_back);
GROUP_COLUMN(history);

static const struct columns_column row_columns[] = {
	{ "proto", 5, 6, 7, CELLS_LEFT, LISTING_SORTS, row_proto, NULL },
	{ "from", 16, 44, 0, CELLS_TAIL, LISTING_SORTS, row_from, NULL },
	{ "to", 17, 44, 0, CELLS_TAIL, LISTING_SORTS, row_to, NULL },
	{ "service", 9, 18, 9, CELLS_LEFT, LISTING_SERVICE, row_service,
	    NULL },
	{ "program", 13, 28, 8, CELLS_LEFT, LISTING_PROGRAM, row_program,
	    NULL },
	{ "state", 8, 12, 2, CELLS_LEFT, LISTING_STATE, row_state, NULL },
	{ "rtt", 6, 8, 6, CELLS_RIGHT, LISTING_RTT, row_rtt, NULL },
	{ "retr", 5, 6, 1, CELLS_RIGHT, LISTING_RETRANSMISSIONS,
	    row_retransmitted, NULL },
	{ "bytes", 6, 7, 5, CELLS_RIGHT, LISTING_BYTES, row_bytes, NULL },
	{ "→bit/s", 7, 8, 0, CELLS_RIGHT, LISTING_RATE, row_rate_there,
	    NULL },
	{ "←bit/s", 7, 8, 0, CELLS_RIGHT, LISTING_RATE, row_rate_back, NULL },
	{ "minute", 8, 50, 3, CELLS_LEFT, LISTING_SORTS, row_history,
	    NULL }
};

static const struct columns_column group_columns[] = {
	{ "name", 12, 40, 0, CELLS_LEFT, LISTING_SORTS, NULL, group_name },
	{ "open", 5, 7, 4, CELLS_RIGHT, LISTING_SORTS, NULL, group_open },
	{ "flows", 6, 8, 2, CELLS_RIGHT, LISTING_SORTS, NULL, group_flows },
	{ "retr", 5, 7, 1, CELLS_RIGHT, LISTING_RETRANSMISSIONS, NULL,
	    group_retransmitted },
	{ "bytes", 6, 8, 5, CELLS_RIGHT, LISTING_BYTES, NULL, group_bytes },
	{ "→bit/s", 7, 8, 0, CELLS_RIGHT, LISTING_RATE, NULL,
	    group_rate_there },
	{ "←bit/s", 7, 8, 0, CELLS_RIGHT, LISTING_RATE, NULL,
	    group_rate_back },
	{ "minute", 8, 50, 3, CELLS_LEFT, LISTING_SORTS, NULL,
	    group_history }
};

void
columns_choose(struct columns *columns, enum listing_view view, int width,
    bool has_programs)
{
	bool is_rows = view == LISTING_CONVERSATIONS;
	const struct columns_column *all = is_rows ? row_columns :
	    group_columns;
	size_t count = is_rows ? sizeof row_columns / sizeof *row_columns :
	    sizeof group_columns / sizeof *group_columns;

	columns->count = 0;
	for (size_t i = 0; i < count; i++) {
		if (all[i].row == row_program && !has_programs)
			continue;
		columns->widths[columns->count] = all[i].least;
		columns->all[columns->count++] = &all[i];
	}
	while (total(columns) > width && columns->count > 1)
		drop(columns);
	if (total(columns) > width)
		columns->widths[0] = width;
	widen(columns, width - total(columns));
}

static int
total(const struct columns *columns)
{
	int sum = -COLUMNS_GAP;

	for (int i = 0; i < columns->count; i++)
		sum += COLUMNS_GAP + columns->widths[i];
	return sum;
}

/* The least needed one; when all are needed, the last. */
static void
drop(struct columns *columns)
{
	int least = -1;

	for (int i = 0; i < columns->count; i++) {
		int rank = columns->all[i]->rank;

		if (rank > 0 && (least < 0 ||
		    rank < columns->all[least]->rank))
			least = i;
	}
	if (least < 0)
		least = columns->count - 1;
	columns->count--;
	for (int i = least; i < columns->count; i++) {
		columns->all[i] = columns->all[i + 1];
		columns->widths[i] = columns->widths[i + 1];
	}
}

/* What is left is shared by how much each could use. */
static void
widen(struct columns *columns, int more)
{
	int wishes = 0;

	for (int i = 0; i < columns->count; i++)
		wishes += columns->all[i]->most - columns->all[i]->least;
	for (int i = 0; i < columns->count && more > 0 && wishes > 0; i++) {
		int wish = columns->all[i]->most - columns->all[i]->least;
		int share = more < wishes ? more * wish / wishes : wish;

		columns->widths[i] += share;
		more -= share;
		wishes -= wish;
	}
}

static void
put_text_column(const char *title, const struct record *record,
    struct buffer *b)
{
	const struct text_column *column = text_columns_find(title);

	if (column != NULL)
		column->write(record, b);
}

static void
row_proto(const struct model *model, const struct model_row *row, int width,
    struct buffer *b)
{
	(void)model;
	(void)width;
	put_text_column("proto", &row->kept.record, b);
}

static void
row_from(const struct model *model, const struct model_row *row, int width,
    struct buffer *b)
{
	(void)model;
	(void)width;
	columns_end(&row->kept.record, 0, b);
}

static void
row_to(const struct model *model, const struct model_row *row, int width,
    struct buffer *b)
{
	(void)model;
	(void)width;
	columns_end(&row->kept.record, 1, b);
}

void
columns_end(const struct record *record, int side, struct buffer *b)
{
	put_text_column(side == 0 ? "from" : "to", record, b);
}

static void
row_service(const struct model *model, const struct model_row *row, int width,
    struct buffer *b)
{
	size_t start = b->size;

	(void)model;
	columns_service(&row->kept.record, b);
	/* That they disagree is not what is cut off. */
	if (!text_notes_is_disagreement(&row->kept.record) ||
	    cells_width(b->data + start, b->size - start) <= width)
		return;
	buffer_truncate(b, start);
	buffer_plain_text(b, row->kept.record.service_name,
	    strlen(row->kept.record.service_name));
	if (b->size - start > (size_t)width - 2)
		buffer_truncate(b, start + (size_t)width - 2);
	buffer_text(b, " !");
}

void
columns_service(const struct record *record, struct buffer *b)
{
	put_text_column("service", record, b);
}

static void
row_program(const struct model *model, const struct model_row *row, int width,
    struct buffer *b)
{
	(void)model;
	(void)width;
	columns_program(&row->kept.record, b);
}

/* "curl[4242]", or both where both ends are of this machine. */
void
columns_program(const struct record *record, struct buffer *b)
{
	struct buffer name;
	size_t start = b->size;

	buffer_init(&name, 64);
	for (int side = 0; side < MODEL_SIDES; side++) {
		buffer_reset(&name);
		groups_program(record, side, true, &name);
		if (name.size == 0)
			continue;
		if (b->size > start)
			buffer_text(b, "→");
		buffer_plain_text(b, name.data, name.size);
	}
	buffer_release(&name);
}

static void
row_state(const struct model *model, const struct model_row *row, int width,
    struct buffer *b)
{
	(void)model;
	(void)width;
	buffer_text(b, columns_state(row));
}

/* Of what is over how it ended, of TCP where it stands. */
const char *
columns_state(const struct model_row *row)
{
	const struct record *record = &row->kept.record;

	if (!row->is_open)
		return record->end_reason;
	if ((record->has & RECORD_TCP) != 0 && record->tcp_state != NULL)
		return record->tcp_state;
	return "open";
}

static void
row_rtt(const struct model *model, const struct model_row *row, int width,
    struct buffer *b)
{
	int64_t ns = columns_rtt_ns(&row->kept.record);
	char text[UNITS_SIZE] = "-";

	(void)model;
	(void)width;
	if (ns >= 0)
		units_duration(text, sizeof text, (uint64_t)ns);
	buffer_text(b, text);
}

/*
 * The handshake's or that of the first question, as in text output; of a
 * connection that was under way the least of what was measured since, of
 * either side up to here.
 */
int64_t
columns_rtt_ns(const struct record *record)
{
	int64_t ns = 0;

	if ((record->has & RECORD_SYN_SYNACK) != 0)
		return record->syn_synack_ns +
		    ((record->has & RECORD_SYNACK_ACK) != 0 ?
		    record->synack_ack_ns : 0);
	if ((record->has & RECORD_FIRST_EXCHANGE) != 0)
		return record->udp_first_exchange_ns;
	if ((record->has & (RECORD_SRC_RTT | RECORD_DST_RTT)) == 0)
		return -1;
	if ((record->has & RECORD_SRC_RTT) != 0)
		ns += record->src.tcp.rtt_min_ns;
	if ((record->has & RECORD_DST_RTT) != 0)
		ns += record->dst.tcp.rtt_min_ns;
	return ns;
}

static void
row_retransmitted(const struct model *model, const struct model_row *row,
    int width, struct buffer *b)
{
	(void)model;
	(void)width;
	if ((row->kept.record.has & RECORD_TCP) != 0)
		buffer_u64(b, row->retransmitted);
}

static void
row_bytes(const struct model *model, const struct model_row *row, int width,
    struct buffer *b)
{
	(void)model;
	(void)width;
	put_volume(model_sum(row->bytes), b);
}

static void
put_volume(uint64_t bytes, struct buffer *b)
{
	char text[UNITS_SIZE];

	units_bytes(text, sizeof text, bytes);
	buffer_text(b, text);
}

static void
row_rate_there(const struct model *model, const struct model_row *row,
    int width, struct buffer *b)
{
	(void)model;
	(void)width;
	columns_rate(row->rates[0], b);
}

static void
row_rate_back(const struct model *model, const struct model_row *row,
    int width, struct buffer *b)
{
	(void)model;
	(void)width;
	columns_rate(row->rates[1], b);
}

void
columns_rate(double rate, struct buffer *b)
{
	char text[UNITS_SIZE];

	if (rate < 0.5)
		return;
	units_scaled(text, sizeof text, (uint64_t)(rate + 0.5));
	buffer_text(b, text);
}

static void
row_history(const struct model *model, const struct model_row *row, int width,
    struct buffer *b)
{
	history_write(&row->history, model_second(model), width,
	    cells_are_wide(), b);
}

static void
group_name(const struct model *model, const struct model_group *group,
    int width, struct buffer *b)
{
	(void)model;
	(void)width;
	buffer_plain_text(b, group->name, strlen(group->name));
}

static void
group_open(const struct model *model, const struct model_group *group,
    int width, struct buffer *b)
{
	(void)model;
	(void)width;
	buffer_u64(b, group->open);
}

static void
group_flows(const struct model *model, const struct model_group *group,
    int width, struct buffer *b)
{
	(void)model;
	(void)width;
	buffer_u64(b, group->flows);
}

static void
group_retransmitted(const struct model *model,
    const struct model_group *group, int width, struct buffer *b)
{
	(void)model;
	(void)width;
	buffer_u64(b, group->retransmitted);
}

static void
group_bytes(const struct model *model, const struct model_group *group,
    int width, struct buffer *b)
{
	(void)model;
	(void)width;
	put_volume(model_sum(group->bytes), b);
}

static void
group_rate_there(const struct model *model, const struct model_group *group,
    int width, struct buffer *b)
{
	(void)model;
	(void)width;
	columns_rate(group->rates[0], b);
}

static void
group_rate_back(const struct model *model, const struct model_group *group,
    int width, struct buffer *b)
{
	(void)model;
	(void)width;
	columns_rate(group->rates[1], b);
}

static void
group_history(const struct model *model, const struct model_group *group,
    int width, struct buffer *b)
{
	history_write(&group->history, model_second(model), width,
	    cells_are_wide(), b);
}

/* Names and addresses, whichever of them is shown. */
void
columns_search(const struct record *record, struct buffer *b)
{
	put_text_column("proto", record, b);
	for (int side = 0; side < MODEL_SIDES; side++) {
		buffer_char(b, '\n');
		columns_end(record, side, b);
		buffer_char(b, '\n');
		put_address(record, side, b);
	}
	buffer_char(b, '\n');
	columns_service(record, b);
	buffer_char(b, '\n');
	columns_program(record, b);
}

static void
put_address(const struct record *record, int side, struct buffer *b)
{
	const struct record_side *end = side == 0 ? &record->src :
	    &record->dst;

	if (record->ip_version == 4)
		buffer_ipv4(b, end->ip.bytes);
	else
		buffer_ipv6(b, end->ip.bytes);
	if (end->name != NULL) {
		buffer_char(b, '\n');
		buffer_plain_text(b, end->name, strlen(end->name));
	}
}
