/*
 * Records as CSV (RFC 4180): a line of names, then a line a record with one
 * column for each chosen field, empty where the record says nothing.
 *
 * Names from files and wires are written without control bytes, so that a
 * record is one line for tools that know nothing of quotes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "output/output.h"

struct csv {
	struct format		  format;
	const struct field	**fields;	/* owned, count of them */
	size_t			  count;
	struct buffer		  raw;		/* a foreign text as it is */
	struct buffer		  plain;	/* without control bytes */
};

static struct format	*csv_open(const struct output_options *,
			    struct error *);
static void		 csv_head(struct format *, struct buffer *);
static void		 csv_record(struct format *, const struct record *,
			    struct buffer *);
static void		 csv_stats(struct format *, const struct stats *,
			    bool, struct buffer *);
static void		 csv_free(struct format *);
static void		 csv_foreign(struct csv *, const struct field *,
			    const struct record *, struct buffer *);
static void		 csv_quote(const struct buffer *, struct buffer *);

const struct format_operations format_csv = {
	.name = "csv",
	.meaning = "comma-separated values with a line of names",
	.open = csv_open,
	.head = csv_head,
	.record = csv_record,
	.stats = csv_stats,
	.free = csv_free
};

static struct format *
csv_open(const struct output_options *options, struct error *error)
{
	struct csv *csv = calloc(1, sizeof *csv);
	const struct field **fields = calloc(fields_count, sizeof *fields);
	int count;

	if (csv == NULL || fields == NULL) {
		log_error("cannot allocate %zu bytes",
		    sizeof *csv + fields_count * sizeof *fields);
		abort();
	}
	/* The members of "app" are many, and each record has few of them. */
	count = fields_choose(options->fields == NULL ? "-app" :
	    options->fields, fields, error);
	if (count < 0) {
		free(fields);
		free(csv);
		return NULL;
	}
	csv->format.operations = &format_csv;
	csv->fields = fields;
	csv->count = (size_t)count;
	buffer_init(&csv->raw, 256);
	buffer_init(&csv->plain, 256);
	return &csv->format;
}

static void
csv_free(struct format *format)
{
	struct csv *csv = (struct csv *)format;

	free(csv->fields);
	buffer_release(&csv->raw);
	buffer_release(&csv->plain);
	free(csv);
}

static void
csv_head(struct format *format, struct buffer *b)
{
	const struct csv *csv = (const struct csv *)format;

	for (size_t i = 0; i < csv->count; i++) {
		if (i > 0)
			buffer_char(b, ',');
		buffer_text(b, csv->fields[i]->name);
	}
	buffer_bytes(b, "\r\n", 2);
}

static void
csv_record(struct format *format, const struct record *record,
    struct buffer *b)
{
	struct csv *csv = (struct csv *)format;

	for (size_t i = 0; i < csv->count; i++) {
		const struct field *field = csv->fields[i];

		if (i > 0)
			buffer_char(b, ',');
		if (!field_is_present(field, record))
			continue;
		if (field->type == FIELD_TEXT || field_is_fact(field))
			csv_foreign(csv, field, record, b);
		else
			field_text(field, record, b);	/* never a comma */
	}
	buffer_bytes(b, "\r\n", 2);
}

static void
csv_foreign(struct csv *csv, const struct field *field,
    const struct record *record, struct buffer *b)
{
	buffer_reset(&csv->raw);
	buffer_reset(&csv->plain);
	field_text(field, record, &csv->raw);
	buffer_plain_text(&csv->plain, csv->raw.data, csv->raw.size);
	csv_quote(&csv->plain, b);
}

/* In quotes where it must be; a quote inside is doubled. */
static void
csv_quote(const struct buffer *text, struct buffer *b)
{
	if (memchr(text->data, ',', text->size) == NULL &&
	    memchr(text->data, '"', text->size) == NULL) {
		buffer_bytes(b, text->data, text->size);
		return;
	}
	buffer_char(b, '"');
	for (size_t i = 0; i < text->size; i++) {
		if (text->data[i] == '"')
			buffer_char(b, '"');
		buffer_char(b, text->data[i]);
	}
	buffer_char(b, '"');
}

/* A table has one kind of line: the closing record goes to the log. */
static void
csv_stats(struct format *format, const struct stats *stats, bool is_last,
    struct buffer *b)
{
	(void)format;
	(void)stats;
	(void)is_last;
	(void)b;
}
