/*
 * The documents that are made of the table in fields.c: --fields help, md and
 * json-schema. docs/fields.md is the second, and a test proves that it is
 * current.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "record/fields.h"

struct type_row {
	const char	*label;		/* for people */
	const char	*json;		/* type of JSON Schema */
	const char	*pattern;	/* of a string, or NULL */
	const char	*format;	/* of a string, or NULL */
	uint32_t	 maximum;	/* of an integer; 0: none is said */
};

/* Fields [first, end) of a table that share a dotted prefix. */
struct span {
	const struct field	*first;
	const struct field	*end;
	size_t			 prefix;	/* bytes of it, with the dot */
};

static void	 write_markdown_words(const struct field *, struct buffer *);
static bool	 field_is_required(const struct field *, uint64_t);
static struct span span_member(const struct span *, const struct field *);
static uint64_t	 span_needs(const struct span *);
static json_t	*schema_checked(json_t *);
static void	 schema_set(json_t *, const char *, json_t *);
static json_t	*schema_object(const struct span *);
static void	 schema_member(const struct span *, const struct field *,
		    const struct span *, json_t *, json_t *);
static json_t	*schema_field(const struct field *);
static json_t	*schema_string(const struct field *);
static json_t	*schema_numbers(const struct field *);
static json_t	*schema_counts(const struct field *);
static void	 schema_describe(json_t *, const struct field *);
static json_t	*schema_stats(void);

static const struct type_row type_rows[] = {
	[FIELD_WORD] = { "string", "string", NULL, NULL, 0 },
	[FIELD_TEXT] = { "string", "string", NULL, NULL, 0 },
	[FIELD_CHARS] = { "string", "string", NULL, NULL, 0 },
	[FIELD_BOOL] = { "boolean", "boolean", NULL, NULL, 0 },
	[FIELD_U8] = { "integer", "integer", NULL, NULL, UINT8_MAX },
	[FIELD_U16] = { "integer", "integer", NULL, NULL, UINT16_MAX },
	[FIELD_U32] = { "integer", "integer", NULL, NULL, UINT32_MAX },
	[FIELD_U64] = { "integer", "integer", NULL, NULL, 0 },
	[FIELD_ID] = { "16 hexadecimal digits", "string", "^[0-9a-f]{16}$",
	    NULL, 0 },
	[FIELD_TIME] = { "time (RFC 3339)", "string",
	    "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"
	    "\\.([0-9]{6}|[0-9]{9})Z$", "date-time", 0 },
	[FIELD_SECONDS] = { "number", "number", NULL, NULL, 0 },
	[FIELD_IP] = { "address", "string",
	    "^([0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-f]*:[0-9a-f:]*)$", NULL,
	    0 },
	[FIELD_MAC] = { "MAC address", "string",
	    "^[0-9a-f]{2}(:[0-9a-f]{2}){5}$", NULL, 0 },
	[FIELD_BITS] = { "list of integers", "array", NULL, NULL, 63 },
	[FIELD_LIST] = { "list of integers", "array", NULL, NULL,
	    UINT32_MAX },
	[FIELD_TCP_FLAGS] = { "letters", "string",
	    "^F?S?R?P?A?U?E?C?N?$", NULL, 0 },
	[FIELD_WORDS] = { "list of strings", "array", NULL, NULL, 0 },
	[FIELD_FACT_TEXT] = { "string", "string", NULL, NULL, 0 },
	[FIELD_FACT_LIST] = { "list of strings", "array", NULL, NULL, 0 },
	[FIELD_FACT_NUMBER] = { "integer", "integer", NULL, NULL, 0 },
	[FIELD_FACT_BOOL] = { "boolean", "boolean", NULL, NULL, 0 },
	[FIELD_FACT_SECONDS] = { "number", "number", NULL, NULL, 0 },
	[FIELD_FACT_TIME] = { "time (RFC 3339)", "string", NULL,
	    "date-time", 0 },
	[FIELD_LINK_COUNTS] = { "integer by link type", "object", NULL, NULL,
	    0 },
	[FIELD_ANOMALY_COUNTS] = { "integer by anomaly", "object", NULL,
	    NULL, 0 },
	[FIELD_RATE] = { "number", "number", NULL, NULL, 0 },
};

static const char stats_type_meaning[] = "What this object is: \"stats\".";
static const char stats_version_meaning[] = "Version of this format.";

void
fields_write_help(struct buffer *b)
{
	buffer_text(b, "Fields of a flow record, for --fields. An object's "
	    "name (\"tcp\") stands for\nall its members; a name with a minus "
	    "leaves out.\n\n");
	fields_write_help_table(fields_all, fields_count, b);
	buffer_text(b, "\nThe closing record (JSON only, always whole):\n\n");
	fields_write_help_table(fields_stats, fields_stats_count, b);
}

void
fields_write_help_table(const struct field *fields, size_t count,
    struct buffer *b)
{
	for (size_t i = 0; i < count; i++) {
		buffer_format(b, "  %-28s %-10s %s\n", fields[i].name,
		    fields[i].unit == NULL ? "" : fields[i].unit,
		    fields[i].meaning);
	}
}

void
fields_write_markdown(struct buffer *b)
{
	buffer_text(b, "# Fields\n\n"
	    "<!-- Made by `tallyman --fields md`; a test proves that it is "
	    "current. -->\n\n"
	    "Every output takes its fields from one table, and this page is "
	    "that table. In\nJSON a dot is an object within an object: "
	    "`src.ip` is `{\"src\":{\"ip\":...}}`.\nA member with nothing to "
	    "say is absent, never null and never a made-up zero;\nthe column "
	    "\"always\" names those that are there in every record, or in "
	    "every\nobject of their kind.\n\n"
	    "## The flow record\n\n");
	fields_write_markdown_table(fields_all, fields_count, b);
	buffer_text(b, "\n## The closing record\n\n"
	    "The last line of a run in JSON, and every `--stats-interval` of "
	    "a live one. It\nbegins with `\"type\":\"stats\",\"version\":1`. "
	    "The same input gives the same bytes,\nbut for `elapsed` and "
	    "`frames_per_second`.\n\n");
	fields_write_markdown_table(fields_stats, fields_stats_count, b);
	buffer_text(b, "\n### Anomalies in `malformed_by`\n\n"
	    "| name | meaning |\n|---|---|\n");
	for (int i = 0; i < ANOMALY_COUNT; i++)
		buffer_format(b, "| `%s` | %s |\n",
		    anomaly_name((enum anomaly)i),
		    anomaly_meaning((enum anomaly)i));
}

void
fields_write_markdown_table(const struct field *fields, size_t count,
    struct buffer *b)
{
	const struct span all = { fields, fields + count, 0 };

	buffer_text(b, "| field | type | unit | always | meaning |\n"
	    "|---|---|---|---|---|\n");
	for (const struct field *field = fields; field < all.end; field++) {
		struct span object = all;
		const char *dot = field->name;

		while ((dot = strchr(dot, '.')) != NULL) {
			dot++;
			object.prefix = (size_t)(dot - field->name);
			object = span_member(&object, field);
		}
		buffer_format(b, "| `%s` | %s | %s | %s | %s", field->name,
		    type_rows[field->type].label,
		    field->unit == NULL ? "" : field->unit,
		    field_is_required(field, span_needs(&object)) ? "yes" :
		    "", field->meaning);
		write_markdown_words(field, b);
		buffer_text(b, " |\n");
	}
}

static void
write_markdown_words(const struct field *field, struct buffer *b)
{
	if (field->words == NULL)
		return;
	buffer_text(b, " One of");
	for (size_t i = 0; field->words[i] != NULL; i++)
		buffer_format(b, " `%s`", field->words[i]);
	buffer_char(b, '.');
}

/* Always there when the object that it stands in is. */
static bool
field_is_required(const struct field *field, uint64_t object_needs)
{
	return field_is_certain(field) && field->needs == object_needs;
}

/* The fields of this span around one of them with the span's prefix. */
static struct span
span_member(const struct span *span, const struct field *field)
{
	struct span member = { field, field, span->prefix };

	while (member.first > span->first &&
	    strncmp(member.first[-1].name, field->name, span->prefix) == 0)
		member.first--;
	while (member.end < span->end &&
	    strncmp(member.end->name, field->name, span->prefix) == 0)
		member.end++;
	return member;
}

/* What every field of the span needs: what the object itself needs. */
static uint64_t
span_needs(const struct span *span)
{
	uint64_t needs = UINT64_MAX;

	for (const struct field *field = span->first; field < span->end;
	    field++)
		needs &= field->needs;
	return needs;
}

static json_t *
schema_checked(json_t *value)
{
	if (value == NULL) {
		log_error("cannot allocate the JSON Schema");
		abort();
	}
	return value;
}

/* Takes the value. */
static void
schema_set(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, schema_checked(value)) != 0)
		(void)schema_checked(NULL);
}

static json_t *
schema_object(const struct span *span)
{
	json_t *object = schema_checked(json_pack("{s:s}", "type",
	    "object"));
	json_t *properties = schema_checked(json_object());
	json_t *required = schema_checked(json_array());
	const struct field *field = span->first;

	while (field < span->end) {
		struct span member = { field, field + 1, 0 };
		const char *dot = strchr(field->name + span->prefix, '.');

		if (dot != NULL) {
			struct span rest = { field, span->end,
			    (size_t)(dot + 1 - field->name) };

			member = span_member(&rest, field);
		}
		schema_member(span, field, &member, properties, required);
		field = member.end;
	}
	schema_set(object, "properties", properties);
	if (json_array_size(required) > 0)
		schema_set(object, "required", required);
	else
		json_decref(required);
	schema_set(object, "additionalProperties", json_false());
	return object;
}

/* Adds a value, or an object when the member has a prefix of its own. */
static void
schema_member(const struct span *span, const struct field *field,
    const struct span *member, json_t *properties, json_t *required)
{
	bool is_object = member->prefix > 0;
	const char *name = field->name + span->prefix;
	size_t size = strcspn(name, ".");
	json_t *schema = is_object ? schema_object(member) :
	    schema_field(field);
	bool is_required = is_object ?
	    span_needs(member) == span_needs(span) &&
	    json_object_get(schema, "required") != NULL :
	    field_is_required(field, span_needs(span));
	json_t *key = schema_checked(json_stringn(name, size));

	schema_set(properties, json_string_value(key), schema);
	if (is_required && json_array_append(required, key) != 0)
		(void)schema_checked(NULL);
	json_decref(key);
}

static json_t *
schema_field(const struct field *field)
{
	const struct type_row *row = &type_rows[field->type];
	json_t *schema;

	if (strcmp(row->json, "array") == 0)
		schema = schema_numbers(field);
	else if (strcmp(row->json, "object") == 0)
		schema = schema_counts(field);
	else if (strcmp(row->json, "string") == 0)
		schema = schema_string(field);
	else
		schema = schema_checked(json_pack("{s:s}", "type",
		    row->json));
	if (strcmp(row->json, "integer") == 0) {
		schema_set(schema, "minimum", json_integer(0));
		if (row->maximum > 0)
			schema_set(schema, "maximum",
			    json_integer(row->maximum));
	}
	schema_describe(schema, field);
	return schema;
}

static json_t *
schema_string(const struct field *field)
{
	const struct type_row *row = &type_rows[field->type];
	json_t *schema = schema_checked(json_pack("{s:s}", "type", "string"));
	json_t *words;

	if (row->pattern != NULL)
		schema_set(schema, "pattern", json_string(row->pattern));
	if (row->format != NULL)
		schema_set(schema, "format", json_string(row->format));
	if (field->words == NULL)
		return schema;
	words = schema_checked(json_array());
	for (size_t i = 0; field->words[i] != NULL; i++) {
		if (json_array_append_new(words,
		    json_string(field->words[i])) != 0)
			(void)schema_checked(NULL);
	}
	schema_set(schema, "enum", words);
	return schema;
}

static json_t *
schema_numbers(const struct field *field)
{
	if (field->type == FIELD_WORDS || field->type == FIELD_FACT_LIST)
		return schema_checked(json_pack("{s:s, s:{s:s}, s:i}",
		    "type", "array", "items", "type", "string", "minItems",
		    1));
	return schema_checked(json_pack("{s:s, s:{s:s, s:i, s:I}, s:i}",
	    "type", "array", "items", "type", "integer", "minimum", 0,
	    "maximum", (json_int_t)type_rows[field->type].maximum,
	    "minItems", 1));
}

/* Counts by name: any name for a link type, the known ones for anomalies. */
static json_t *
schema_counts(const struct field *field)
{
	json_t *schema = schema_checked(json_pack("{s:s, s:i}", "type",
	    "object", "minProperties", 1));
	json_t *count = schema_checked(json_pack("{s:s, s:i}", "type",
	    "integer", "minimum", 0));
	json_t *properties;

	if (field->type == FIELD_LINK_COUNTS) {
		schema_set(schema, "additionalProperties", count);
		return schema;
	}
	properties = schema_checked(json_object());
	for (int i = 0; i < ANOMALY_COUNT; i++) {
		schema_set(properties, anomaly_name((enum anomaly)i),
		    json_pack("{s:s, s:i, s:s}", "type", "integer",
		    "minimum", 1, "description",
		    anomaly_meaning((enum anomaly)i)));
	}
	json_decref(count);
	schema_set(schema, "properties", properties);
	schema_set(schema, "additionalProperties", json_false());
	return schema;
}

static void
schema_describe(json_t *schema, const struct field *field)
{
	schema_set(schema, "description", field->unit == NULL ?
	    json_string(field->meaning) :
	    json_sprintf("%s (%s)", field->meaning, field->unit));
}

/* The closing record's table leaves out type and version. */
static json_t *
schema_stats(void)
{
	json_t *schema = fields_schema(fields_stats, fields_stats_count);
	json_t *properties = schema_checked(json_pack(
	    "{s:{s:s, s:s}, s:{s:i, s:s}}", "type", "const", "stats",
	    "description", stats_type_meaning, "version", "const", 1,
	    "description", stats_version_meaning));
	json_t *required = json_object_get(schema, "required");

	if (json_object_update(properties,
	    json_object_get(schema, "properties")) != 0 ||
	    json_array_insert_new(required, 0, json_string("type")) != 0 ||
	    json_array_insert_new(required, 1, json_string("version")) != 0)
		(void)schema_checked(NULL);
	schema_set(schema, "properties", properties);
	return schema;
}

json_t *
fields_schema(const struct field *fields, size_t count)
{
	const struct span all = { fields, fields + count, 0 };

	return schema_object(&all);
}

void
fields_write_json_schema(struct buffer *b)
{
	json_t *schema = schema_checked(json_pack(
	    "{s:s, s:s, s:[{s:s}, {s:s}], s:{s:o, s:o}}",
	    "$schema", "https://json-schema.org/draft/2020-12/schema",
	    "title", "A line of tallyman's JSON output", "oneOf",
	    "$ref", "#/$defs/flow", "$ref", "#/$defs/stats", "$defs",
	    "flow", fields_schema(fields_all, fields_count), "stats",
	    schema_stats()));
	char *text = json_dumps(schema, JSON_INDENT(2));

	json_decref(schema);
	if (text == NULL)
		(void)schema_checked(NULL);
	buffer_text(b, text);
	buffer_char(b, '\n');
	free(text);
}
