/*
 * Records for eyes: a table whose columns fit the terminal, the least needed
 * left out first, and the closing record in words. With --fields the columns
 * are those fields as they are.
 *
 * Records are written as they come, so widths are settled beforehand: a
 * value that is too wide pushes the next ones along until a gap takes the
 * difference up. On a terminal no line is wider than it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "output/output.h"
#include "output/text_columns.h"
#include "output/text_line.h"
#include "output/text_notes.h"
#include "output/text_slow.h"

enum { TEXT_INDENT = 4, TEXT_INDENTED = 40 };	/* wide enough for it */

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
	struct text_totals		  totals;
};

static struct format	*text_open(const struct output_options *,
			    struct error *);
static void		 text_head(struct format *, struct buffer *);
static void		 text_record(struct format *, const struct record *,
			    struct buffer *);
static void		 text_stats(struct format *, const struct stats *,
			    bool, struct buffer *);
static void		 text_absorb(struct format *, struct format *);
static void		 text_free(struct format *);

static int		 text_open_fields(struct text *, const char *,
			    struct error *);
static int		 text_field_width(const struct field *);
static bool		 text_field_is_right(const struct field *);
static void		 text_field(struct text *, const struct field *,
			    const struct record *);

static void		 text_word(struct text_line *, struct buffer *);
static void		 text_below(struct text *, struct buffer *);

const struct format_operations format_text = {
	.name = "text",
	.meaning = "a table to read",
	.open = text_open,
	.head = text_head,
	.record = text_record,
	.stats = text_stats,
	.absorb = text_absorb,
	.free = text_free
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
	text->count = text_columns_choose(options, text->columns);
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
text_absorb(struct format *format, struct format *from)
{
	struct text *text = (struct text *)format;
	struct text *other = (struct text *)from;

	text_notes_add_totals(&text->totals, &other->totals);
	other->totals = (struct text_totals){ 0 };
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

/* Writes a word where the line goes on, or on a new one that is indented. */
static void
text_word(struct text_line *line, struct buffer *word)
{
	int indent = line->width == 0 || line->width >= TEXT_INDENTED ?
	    TEXT_INDENT : 0;
	int size = text_line_characters(word);

	if (line->at > 0 && (line->width == 0 ||
	    line->at + 1 + size <= line->width)) {
		buffer_char(line->b, ' ');
		line->at++;
	} else {
		if (line->at > 0) {
			buffer_char(line->b, '\n');
			indent *= 2;
		}
		for (line->at = 0; line->at < indent; line->at++)
			buffer_char(line->b, ' ');
	}
	if (line->width > 0 && line->at + size > line->width) {
		size = line->width - line->at;
		text_line_cut(word, size);
	}
	buffer_bytes(line->b, word->data, word->size);
	line->at += size;
}

/* The lines in the cell, each of whole words, below their row. */
static void
text_below(struct text *text, struct buffer *b)
{
	struct text_line line = { .b = b, .width = text->width };
	size_t from = 0;

	for (size_t i = 0; i < text->cell.size; i++) {
		char c = text->cell.data[i];

		if (c != ' ' && c != '\n')
			continue;
		buffer_reset(&text->raw);
		buffer_bytes(&text->raw, text->cell.data + from, i - from);
		text_word(&line, &text->raw);
		from = i + 1;
		if (c == '\n') {
			buffer_char(b, '\n');
			line.at = 0;
		}
	}
}

static void
text_head(struct format *format, struct buffer *b)
{
	struct text *text = (struct text *)format;
	struct text_line line = { .b = b, .width = text->width };

	for (int i = 0; i < text->count; i++) {
		buffer_reset(&text->cell);
		buffer_text(&text->cell, text->columns[i]->title);
		text_line_cell(&line, &text->cell, text->columns[i]->width,
		    text->columns[i]->is_right, NULL);
	}
	for (size_t i = 0; i < text->field_count; i++) {
		buffer_reset(&text->cell);
		buffer_text(&text->cell, text->fields[i]->name);
		text_line_cell(&line, &text->cell,
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

	text_notes_total(&text->totals, record);
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
		text_line_cell(&line, &text->cell, column->width,
		    column->is_right, color);
	}
	for (size_t i = 0; i < text->field_count; i++) {
		text_field(text, text->fields[i], record);
		text_line_cell(&line, &text->cell,
		    text_field_width(text->fields[i]),
		    text_field_is_right(text->fields[i]), NULL);
	}
	buffer_char(b, '\n');
	if (text->is_verbose && text->field_count == 0) {
		buffer_reset(&text->cell);
		text_slow_lines(record, &text->cell);
		text_below(text, b);
	}
}

static void
text_stats(struct format *format, const struct stats *stats, bool is_last,
    struct buffer *b)
{
	const struct text *text = (const struct text *)format;

	text_notes_closing(stats, &text->totals, is_last, b);
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
		[FIELD_TCP_FLAGS] = 9, [FIELD_WORDS] = 8,
		[FIELD_FACT_TEXT] = 10, [FIELD_FACT_LIST] = 10,
		[FIELD_FACT_NUMBER] = 6, [FIELD_FACT_BOOL] = 5,
		[FIELD_FACT_SECONDS] = 10, [FIELD_FACT_TIME] = 27
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
	    field->type == FIELD_SECONDS ||
	    field->type == FIELD_FACT_NUMBER ||
	    field->type == FIELD_FACT_SECONDS;
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
