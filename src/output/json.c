/*
 * Records as JSON, one object a line. Writing one (json_write.c) is a pass
 * over a plan of the chosen fields (json_plan.c); an object that the record
 * has nothing for is skipped or taken back.
 */
#include <stdlib.h>

#include "output/json_write.h"
#include "output/output.h"

struct json {
	struct format		 format;
	struct json_plan	 record;
	struct json_plan	 stats;
};

static struct format	*json_open(const struct output_options *,
			    struct error *);
static void		 json_head(struct format *, struct buffer *);
static void		 json_record(struct format *, const struct record *,
			    struct buffer *);
static void		 json_stats(struct format *, const struct stats *,
			    bool, struct buffer *);
static void		 json_free(struct format *);

const struct format_operations format_json = {
	.name = "json",
	.meaning = "one JSON object a line",
	.open = json_open,
	.head = json_head,
	.record = json_record,
	.stats = json_stats,
	.free = json_free
};

static struct format *
json_open(const struct output_options *options, struct error *error)
{
	struct json *json = json_plan_allocate(1, sizeof *json);
	size_t room = fields_count + fields_stats_count;
	const struct field **fields = json_plan_allocate(room, sizeof *fields);
	int count = fields_choose(options->fields, fields, error);

	if (count < 0) {
		free(fields);
		free(json);
		return NULL;
	}
	json_plan_init(&json->record, fields, (size_t)count);
	for (size_t i = 0; i < fields_stats_count; i++)
		fields[i] = &fields_stats[i];
	json_plan_init(&json->stats, fields, fields_stats_count);
	free(fields);
	json->format.operations = &format_json;
	return &json->format;
}

static void
json_free(struct format *format)
{
	struct json *json = (struct json *)format;

	json_plan_release(&json->record);
	json_plan_release(&json->stats);
	free(json);
}

static void
json_head(struct format *format, struct buffer *b)
{
	(void)format;
	(void)b;
}

static void
json_record(struct format *format, const struct record *record,
    struct buffer *b)
{
	const struct json *json = (const struct json *)format;
	struct json_writer writer = {
		.base = (const char *)record,
		.record = record,
		.has = record->has,
		.time_digits = record->time_digits,
		.ip_version = record->ip_version,
		.buffer = b
	};

	buffer_char(b, '{');
	json_write(&writer, &json->record);
}

static void
json_stats(struct format *format, const struct stats *stats, bool is_last,
    struct buffer *b)
{
	const struct json *json = (const struct json *)format;
	struct json_writer writer = {
		.base = (const char *)stats,
		.has = fields_stats_has(stats),
		.time_digits = stats->time_digits,
		.stats = stats,
		.buffer = b
	};

	(void)is_last;
	buffer_text(b, "{\"type\":\"stats\",\"version\":1,");
	json_write(&writer, &json->stats);
}
