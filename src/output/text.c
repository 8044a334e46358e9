/*
 * Records for eyes: a table whose columns fit the terminal, the least needed
 * left out first, and the closing record in words. With --fields the columns
 * are those fields as they are.
 *
 * Records are written as they come, so widths are settled beforehand: a
 * value that is too wide pushes the next ones along until a gap takes the
 * difference up. On a terminal no line is wider than it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/units.h"
#include "output/output.h"
#include "output/text_notes.h"
#include "output/text_slow.h"

enum { TEXT_GAP = 2, TEXT_COLUMNS_MAX = 16, TEXT_NARROW = 100 };

struct text;

/* One kind of column, with what it shows of a record. */
struct text_column {
	const char	*title;
	int		 width;
	bool		 is_right;	/* aligned */
	int		 rank;		/* the lowest goes first; 0: stays */
	bool		 is_brief;	/* shown with -q */

	/* NULL: the notes. */
	void		(*write)(const struct record *, struct buffer *);
	const char	*(*color)(const struct record *);	/* or NULL */
};

struct text {
	struct format			  format;
	const struct text_column	 *columns[TEXT_COLUMNS_MAX];
	int				  count;
	const struct field		**fields;	/* owned; --fields */
	size_t				  field_count;
	bool				  is_colored;
	bool				  is_verbose;
	int				  width;	/* 0: any */
	struct buffer			  cell;
	struct buffer			  raw;	/* a field before escaping */
	uint64_t			  disagreements;
};

/* Where a line has got to, in characters. */
struct text_line {
	struct buffer	*b;
	int		 width;		/* of the terminal; 0: any */
	int		 at;		/* written so far */
	int		 start;		/* where the next column begins */
};

static struct format	*text_open(const struct output_options *,
			    struct error *);
static void		 text_head(struct format *, struct buffer *);
static void		 text_record(struct format *, const struct record *,
			    struct buffer *);
static void		 text_stats(struct format *, const struct stats *,
			    bool, struct buffer *);
static void		 text_free(struct format *);

static int		 text_open_fields(struct text *, const char *,
			    struct error *);
static void		 text_choose(struct text *,
			    const struct output_options *);
static void		 text_fit(struct text *);
static int		 text_total(const struct text *);
static int		 text_field_width(const struct field *);
static bool		 text_field_is_right(const struct field *);
static void		 text_field(struct text *, const struct field *,
			    const struct record *);

static int		 text_characters(const struct buffer *);
static void		 text_cut(struct buffer *, int);
static void		 text_cell(struct text_line *, struct buffer *, int,
			    bool, const char *);

static void		 write_start(const struct record *, struct buffer *);
static void		 write_date(const struct record *, struct buffer *);
static void		 write_proto(const struct record *, struct buffer *);
static void		 write_address(const struct record *,
			    const struct record_side *, struct buffer *);
static void		 write_from(const struct record *, struct buffer *);
static void		 write_to(const struct record *, struct buffer *);
static void		 write_from_mac(const struct record *,
			    struct buffer *);
static void		 write_to_mac(const struct record *, struct buffer *);
static void		 write_service(const struct record *,
			    struct buffer *);
static void		 write_right(struct buffer *, const char *, int);
static void		 write_count(struct buffer *, uint64_t);
static void		 write_packets(const struct record *,
			    struct buffer *);
static void		 write_bytes(const struct record *, struct buffer *);
static void		 write_time(const struct record *, struct buffer *);
static void		 write_rtt(const struct record *, struct buffer *);
static void		 write_end(const struct record *, struct buffer *);
static const char	*color_service(const struct record *);
static const char	*color_end(const struct record *);

static const char color_off[] = "\033[0m";
static const char color_red[] = "\033[31m";
static const char color_yellow[] = "\033[33m";

const struct format_operations format_text = {
	.name = "text",
	.meaning = "a table to read",
	.open = text_open,
	.head = text_head,
	.record = text_record,
	.stats = text_stats,
	.free = text_free
};

static const struct text_column column_date = {
	"start", 23, false, 4, true, write_date, NULL
};
static const struct text_column column_start = {
	"start", 12, false, 4, true, write_start, NULL
};
static const struct text_column column_proto = {
	"proto", 5, false, 0, true, write_proto, NULL
};
static const struct text_column column_from = {
	"from", 21, false, 0, true, write_from, NULL
};
static const struct text_column column_from_mac = {
	"from mac", 17, false, 0, true, write_from_mac, NULL
};
static const struct text_column column_to = {
	"to", 21, false, 0, true, write_to, NULL
};
static const struct text_column column_to_mac = {
	"to mac", 17, false, 0, true, write_to_mac, NULL
};
static const struct text_column column_service = {
	"service", 14, false, 0, true, write_service, color_service
};
static const struct text_column column_service_narrow = {
	"service", 11, false, 0, true, write_service, color_service
};
static const struct text_column column_packets = {
	"packets", 15, true, 3, true, write_packets, NULL
};
static const struct text_column column_bytes = {
	"bytes", 14, true, 0, true, write_bytes, NULL
};
static const struct text_column column_time = {
	"time", 8, true, 6, false, write_time, NULL
};
static const struct text_column column_rtt = {
	"rtt", 6, true, 2, false, write_rtt, NULL
};
static const struct text_column column_end = {
	"end", 6, false, 1, false, write_end, color_end
};
static const struct text_column column_notes = {
	"notes", 10, false, 5, false, NULL, NULL
};

static struct format *
text_open(const struct output_options *options, struct error *error)
{
	struct text *text = calloc(1, sizeof *text);

	if (text == NULL) {
		log_error("cannot allocate %zu bytes", sizeof *text);
		abort();
	}
	text->format.operations = &format_text;
	text->is_colored = options->is_colored;
	text->is_verbose = options->is_verbose;
	text->width = options->columns;
	buffer_init(&text->cell, 256);
	buffer_init(&text->raw, 256);
	if (options->fields != NULL) {
		if (text_open_fields(text, options->fields, error) != 0) {
			text_free(&text->format);
			return NULL;
		}
		return &text->format;
	}
	text_choose(text, options);
	text_fit(text);
	return &text->format;
}

static int
text_open_fields(struct text *text, const char *list, struct error *error)
{
	int count;

	text->fields = calloc(fields_count, sizeof *text->fields);
	if (text->fields == NULL) {
		log_error("cannot allocate %zu bytes",
		    fields_count * sizeof *text->fields);
		abort();
	}
	count = fields_choose(list, text->fields, error);
	if (count < 0)
		return -1;
	text->field_count = (size_t)count;
	return 0;
}

static void
text_free(struct format *format)
{
	struct text *text = (struct text *)format;

	free(text->fields);
	buffer_release(&text->cell);
	buffer_release(&text->raw);
	free(text);
}

/* The columns that the options ask for, from left to right. */
static void
text_choose(struct text *text, const struct output_options *options)
{
	bool is_narrow = options->columns > 0 &&
	    options->columns < TEXT_NARROW;
	const struct {
		const struct text_column	*column;
		bool				 is_wanted;
	} all[] = {
		{ &column_date, options->is_verbose },
		{ &column_start, !options->is_verbose },
		{ &column_proto, true },
		{ &column_from, true },
		{ &column_from_mac, options->has_macs },
		{ &column_to, true },
		{ &column_to_mac, options->has_macs },
		{ &column_service, !is_narrow },
		{ &column_service_narrow, is_narrow },
		{ &column_packets, true },
		{ &column_bytes, true },
		{ &column_time, true },
		{ &column_rtt, true },
		{ &column_end, true },
		{ &column_notes, true }
	};

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		if (!all[i].is_wanted ||
		    (options->is_quiet && !all[i].column->is_brief))
			continue;
		text->columns[text->count++] = all[i].column;
	}
}

static int
text_total(const struct text *text)
{
	int total = -TEXT_GAP;

	for (int i = 0; i < text->count; i++)
		total += TEXT_GAP + text->columns[i]->width;
	return total;
}

/* Takes columns out, the least needed first, until the rest fits. */
static void
text_fit(struct text *text)
{
	while (text->width > 0 && text_total(text) > text->width) {
		int least = -1;

		for (int i = 0; i < text->count; i++) {
			int rank = text->columns[i]->rank;

			if (rank > 0 && (least < 0 ||
			    rank < text->columns[least]->rank))
				least = i;
		}
		if (least < 0)
			break;
		text->count--;
		memmove(&text->columns[least], &text->columns[least + 1],
		    (size_t)(text->count - least) * sizeof text->columns[0]);
	}
}

/* Characters of UTF-8: bytes that do not continue one. */
static int
text_characters(const struct buffer *cell)
{
	int count = 0;

	for (size_t i = 0; i < cell->size; i++)
		count += ((unsigned char)cell->data[i] & 0xc0) != 0x80;
	return count;
}

/* Leaves that many characters, the last a sign that some are missing. */
static void
text_cut(struct buffer *cell, int characters)
{
	size_t size = 0;
	int kept = 0;

	while (size < cell->size) {
		bool is_first = ((unsigned char)cell->data[size] & 0xc0) !=
		    0x80;

		if (is_first && ++kept >= characters)
			break;
		size++;
	}
	buffer_truncate(cell, size);
	buffer_text(cell, "…");
}

/* Writes the cell at its column, or as near as what stands before lets it. */
static void
text_cell(struct text_line *line, struct buffer *cell, int width,
    bool is_right, const char *color)
{
	int size = text_characters(cell);
	int gap = line->start == 0 ? 0 : TEXT_GAP;
	int from = line->start + gap;
	int least = line->at + (line->at == 0 ? 0 : 1);

	line->start = from + width;
	if (is_right && size < width)
		from += width - size;
	if (from < least)
		from = least;
	if (size == 0 || (line->width > 0 && from >= line->width))
		return;
	if (line->width > 0 && from + size > line->width) {
		/* Half a number would be another number. */
		size = is_right ? 1 : line->width - from;
		text_cut(cell, size);
	}
	for (; line->at < from; line->at++)
		buffer_char(line->b, ' ');
	if (color != NULL)
		buffer_text(line->b, color);
	buffer_bytes(line->b, cell->data, cell->size);
	if (color != NULL)
		buffer_text(line->b, color_off);
	line->at += size;
}

static void
text_head(struct format *format, struct buffer *b)
{
	struct text *text = (struct text *)format;
	struct text_line line = { .b = b, .width = text->width };

	for (int i = 0; i < text->count; i++) {
		buffer_reset(&text->cell);
		buffer_text(&text->cell, text->columns[i]->title);
		text_cell(&line, &text->cell, text->columns[i]->width,
		    text->columns[i]->is_right, NULL);
	}
	for (size_t i = 0; i < text->field_count; i++) {
		buffer_reset(&text->cell);
		buffer_text(&text->cell, text->fields[i]->name);
		text_cell(&line, &text->cell,
		    text_field_width(text->fields[i]),
		    text_field_is_right(text->fields[i]), NULL);
	}
	buffer_char(b, '\n');
}

static void
text_record(struct format *format, const struct record *record,
    struct buffer *b)
{
	struct text *text = (struct text *)format;
	struct text_line line = { .b = b, .width = text->width };

	if (text_notes_is_disagreement(record) && record->is_final)
		text->disagreements++;
	for (int i = 0; i < text->count; i++) {
		const struct text_column *column = text->columns[i];
		const char *color = NULL;

		buffer_reset(&text->cell);
		if (column->write != NULL)
			column->write(record, &text->cell);
		else
			text_notes(record, text->is_verbose, &text->cell);
		if (text->is_colored && column->color != NULL)
			color = column->color(record);
		text_cell(&line, &text->cell, column->width,
		    column->is_right, color);
	}
	for (size_t i = 0; i < text->field_count; i++) {
		text_field(text, text->fields[i], record);
		text_cell(&line, &text->cell,
		    text_field_width(text->fields[i]),
		    text_field_is_right(text->fields[i]), NULL);
	}
	buffer_char(b, '\n');
	if (text->is_verbose)
		text_slow_lines(record, b);
}

static void
text_stats(struct format *format, const struct stats *stats, bool is_last,
    struct buffer *b)
{
	const struct text *text = (const struct text *)format;

	text_notes_closing(stats, text->disagreements, is_last, b);
}

/* Room for the name and for usual values; larger ones push. */
static int
text_field_width(const struct field *field)
{
	static const int widths[] = {
		[FIELD_WORD] = 8, [FIELD_TEXT] = 10, [FIELD_CHARS] = 8,
		[FIELD_BOOL] = 5, [FIELD_U8] = 3, [FIELD_U16] = 5,
		[FIELD_U32] = 8, [FIELD_U64] = 10, [FIELD_ID] = 16,
		[FIELD_TIME] = 27, [FIELD_SECONDS] = 10, [FIELD_IP] = 15,
		[FIELD_MAC] = 17, [FIELD_BITS] = 6, [FIELD_LIST] = 6,
		[FIELD_TCP_FLAGS] = 9
	};
	int name = (int)strlen(field->name);
	int value = widths[field->type];

	return name > value ? name : value;
}

static bool
text_field_is_right(const struct field *field)
{
	return field->type == FIELD_U8 || field->type == FIELD_U16 ||
	    field->type == FIELD_U32 || field->type == FIELD_U64 ||
	    field->type == FIELD_SECONDS;
}

/* A field as it is, without control bytes; "-" where there is nothing. */
static void
text_field(struct text *text, const struct field *field,
    const struct record *record)
{
	buffer_reset(&text->cell);
	buffer_reset(&text->raw);
	if (field_is_present(field, record))
		field_text(field, record, &text->raw);
	if (text->raw.size == 0)
		buffer_char(&text->raw, '-');
	buffer_plain_text(&text->cell, text->raw.data, text->raw.size);
}

/* "2026-03-04T05:06:07.123456Z": the day ends at 10, milliseconds at 23. */
static void
write_date(const struct record *record, struct buffer *b)
{
	size_t before = b->size;

	buffer_time(b, record->start_ns, 6);
	b->data[before + 10] = ' ';
	buffer_truncate(b, before + 23);
}

static void
write_start(const struct record *record, struct buffer *b)
{
	size_t before = b->size;

	write_date(record, b);
	memmove(b->data + before, b->data + before + 11, 12);
	buffer_truncate(b, before + 12);
}

static void
write_proto(const struct record *record, struct buffer *b)
{
	if (record->protocol != NULL)
		buffer_text(b, record->protocol);
	else
		buffer_u64(b, record->protocol_number);
}

/* IPv6 addresses with a port are bracketed (RFC 3986, 3.2.2). */
static void
write_address(const struct record *record, const struct record_side *side,
    struct buffer *b)
{
	bool has_port = (record->has & RECORD_PORTS) != 0;
	bool is_bracketed = has_port && record->ip_version == 6;

	if (is_bracketed)
		buffer_char(b, '[');
	if (record->ip_version == 4)
		buffer_ipv4(b, side->ip.bytes);
	else
		buffer_ipv6(b, side->ip.bytes);
	if (is_bracketed)
		buffer_char(b, ']');
	if (has_port) {
		buffer_char(b, ':');
		buffer_u64(b, side->port);
	}
}

static void
write_from(const struct record *record, struct buffer *b)
{
	write_address(record, &record->src, b);
}

static void
write_to(const struct record *record, struct buffer *b)
{
	write_address(record, &record->dst, b);
	if ((record->has & RECORD_ICMP) == 0)
		return;
	buffer_char(b, ' ');
	text_notes_icmp(record, b);
}

static void
write_from_mac(const struct record *record, struct buffer *b)
{
	if ((record->has & RECORD_SRC_MAC) != 0)
		buffer_mac(b, record->src.mac);
	else
		buffer_char(b, '-');
}

static void
write_to_mac(const struct record *record, struct buffer *b)
{
	if ((record->has & RECORD_DST_MAC) != 0)
		buffer_mac(b, record->dst.mac);
	else
		buffer_char(b, '-');
}

static void
write_service(const struct record *record, struct buffer *b)
{
	if ((record->has & RECORD_SERVICE) == 0 ||
	    record->service_name == NULL) {
		buffer_char(b, '-');
		return;
	}
	buffer_plain_text(b, record->service_name,
	    strlen(record->service_name));
	if (text_notes_is_disagreement(record))
		buffer_text(b, " !");
}

static const char *
color_service(const struct record *record)
{
	return text_notes_is_disagreement(record) ? color_yellow : NULL;
}

static void
write_right(struct buffer *b, const char *number, int width)
{
	for (int size = (int)strlen(number); size < width; size++)
		buffer_char(b, ' ');
	buffer_text(b, number);
}

/* In five characters: a large count is rounded as bytes are. */
static void
write_count(struct buffer *b, uint64_t count)
{
	char number[UNITS_SIZE];

	if (count < 10000)
		(void)snprintf(number, sizeof number, "%" PRIu64, count);
	else
		units_bytes(number, sizeof number, count);
	write_right(b, number, 5);
}

/* "12 → 15 ←": what went to the responder, what came back. */
static void
write_packets(const struct record *record, struct buffer *b)
{
	write_count(b, record->src.counts.packets);
	buffer_text(b, " → ");
	write_count(b, record->dst.counts.packets);
	buffer_text(b, " ←");
}

static void
write_bytes(const struct record *record, struct buffer *b)
{
	char number[UNITS_SIZE];

	units_bytes(number, sizeof number, record->src.counts.bytes);
	write_right(b, number, 6);
	buffer_text(b, "  ");
	units_bytes(number, sizeof number, record->dst.counts.bytes);
	write_right(b, number, 6);
}

/* One packet takes no time. */
static void
write_time(const struct record *record, struct buffer *b)
{
	char duration[UNITS_SIZE] = "-";

	if (record->duration_ns > 0)
		units_duration(duration, sizeof duration,
		    (uint64_t)record->duration_ns);
	buffer_text(b, duration);
}

/* The handshake's, or that of the first question and its answer. */
static void
write_rtt(const struct record *record, struct buffer *b)
{
	char duration[UNITS_SIZE] = "-";
	int64_t ns = -1;

	if ((record->has & RECORD_SYN_SYNACK) != 0) {
		ns = record->syn_synack_ns;
		if ((record->has & RECORD_SYNACK_ACK) != 0)
			ns += record->synack_ack_ns;
	} else if ((record->has & RECORD_FIRST_EXCHANGE) != 0) {
		ns = record->udp_first_exchange_ns;
	}
	if (ns >= 0)
		units_duration(duration, sizeof duration, (uint64_t)ns);
	buffer_text(b, duration);
}

static void
write_end(const struct record *record, struct buffer *b)
{
	buffer_text(b, record->end_reason);
}

static const char *
color_end(const struct record *record)
{
	return strcmp(record->end_reason, "rst") == 0 ||
	    strcmp(record->end_reason, "resources") == 0 ? color_red : NULL;
}
