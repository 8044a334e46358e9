/*
 * Records as JSON, one object a line. Writing one is a pass over a plan of
 * the chosen fields (json_plan.h); an object that the record has nothing for
 * is skipped or taken back.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pcap/pcap.h>

#include "base/log.h"
#include "output/json_plan.h"
#include "output/output.h"

/* A name and a value that is not a text. */
enum { JSON_STEP_ROOM = 96 };

/* What the steps are applied to. */
struct json_source {
	const void		*base;
	uint64_t		 has;
	int			 time_digits;
	uint8_t			 ip_version;
	const struct stats	*stats;		/* NULL in a flow record */
};

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

static void		 json_write(const struct json_plan *,
			    const struct json_source *, struct buffer *);
static inline bool	 json_is_zero(const char *, size_t);
static void		 json_write_close(struct buffer *, size_t);
static void		 json_write_end(struct buffer *);
static inline void	 json_put(struct buffer *, char);
static inline void	 json_put_number(struct buffer *, uint64_t);
static void		 json_put_member(struct buffer *, const char *,
			    uint64_t);
static bool		 json_value(const struct json_step *,
			    const struct json_source *, struct buffer *);
static bool		 json_value_quoted(const struct json_step *,
			    const struct json_source *, const void *,
			    struct buffer *);
static bool		 json_value_ours(const char *, struct buffer *);
static bool		 json_value_foreign(const char *, struct buffer *);
static bool		 json_value_bits(uint64_t, struct buffer *);
static bool		 json_value_list(const struct record_list *,
			    struct buffer *);
static void		 json_put_flags(struct buffer *, uint16_t);
static bool		 json_value_links(const struct stats *,
			    struct buffer *);
static bool		 json_value_anomalies(const struct stats *,
			    struct buffer *);
static bool		 json_value_rate(const struct stats *,
			    struct buffer *);
static void		 json_link_name(const struct stats *, int, char *,
			    size_t);

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
	const struct json_source source = {
		.base = record,
		.has = record->has,
		.time_digits = record->time_digits,
		.ip_version = record->ip_version
	};

	buffer_char(b, '{');
	json_write(&json->record, &source, b);
	json_write_end(b);
}

static void
json_stats(struct format *format, const struct stats *stats, bool is_last,
    struct buffer *b)
{
	const struct json *json = (const struct json *)format;
	const struct json_source source = {
		.base = stats,
		.has = fields_stats_has(stats),
		.time_digits = stats->time_digits,
		.stats = stats
	};

	(void)is_last;
	buffer_text(b, "{\"type\":\"stats\",\"version\":1,");
	json_write(&json->stats, &source, b);
	json_write_end(b);
}

static void
json_write(const struct json_plan *plan, const struct json_source *source,
    struct buffer *b)
{
	size_t opened[JSON_DEPTH_MAX] = { 0 };	/* sizes before the objects */
	int depth = 0;

	for (size_t i = 0; i < plan->count; i++) {
		const struct json_step *step = &plan->steps[i];
		size_t before = b->size;

		if (step->action == JSON_CLOSE) {
			json_write_close(b, opened[--depth]);
			continue;
		}
		if ((source->has & step->needs) != step->needs) {
			i = step->end;
			continue;
		}
		if (step->action == JSON_ZEROS) {
			if (json_is_zero((const char *)source->base +
			    step->offset, step->size)) {
				buffer_bytes(b, step->zeros,
				    step->zeros_size);
				i = step->last;
			}
			continue;
		}
		if (b->capacity - b->size < JSON_STEP_ROOM)
			buffer_reserve(b, JSON_STEP_ROOM);
		memcpy(b->data + b->size, step->text, sizeof step->text);
		b->size += step->text_size;
		if (step->action == JSON_OPEN)
			opened[depth++] = before;
		else if (json_value(step, source, b))
			json_put(b, ',');
		else
			buffer_truncate(b, before);
	}
}

/* size is a multiple of 8. */
static inline bool
json_is_zero(const char *at, size_t size)
{
	uint64_t any = 0;

	for (size_t i = 0; i < size; i += sizeof any) {
		uint64_t word;

		memcpy(&word, at + i, sizeof word);
		any |= word;
	}
	return any == 0;
}

/* Ends an object, or takes it back when nothing was written into it. */
static void
json_write_close(struct buffer *b, size_t before)
{
	if (b->data[b->size - 1] == '{') {
		buffer_truncate(b, before);
		return;
	}
	b->data[b->size - 1] = '}';
	json_put(b, ',');
}

static void
json_write_end(struct buffer *b)
{
	if (b->data[b->size - 1] == ',')
		b->size--;
	buffer_bytes(b, "}\n", 2);
}

static inline void
json_put(struct buffer *b, char c)
{
	if (b->size == b->capacity)
		buffer_reserve(b, 1);
	b->data[b->size++] = c;
}

/* Most numbers of most records are small. A step has room for one digit. */
static inline void
json_put_number(struct buffer *b, uint64_t value)
{
	if (value < 10)
		b->data[b->size++] = (char)('0' + value);
	else
		buffer_u64(b, value);
}

/* Returns false when there is nothing to say. */
static bool
json_value(const struct json_step *step, const struct json_source *source,
    struct buffer *b)
{
	const void *at = (const char *)source->base + step->offset;

	switch (step->type) {
	case FIELD_U8:
		json_put_number(b, *(const uint8_t *)at);
		return true;
	case FIELD_U16:
		json_put_number(b, *(const uint16_t *)at);
		return true;
	case FIELD_U32:
		json_put_number(b, *(const uint32_t *)at);
		return true;
	case FIELD_U64:
		json_put_number(b, *(const uint64_t *)at);
		return true;
	case FIELD_BOOL:
		memcpy(b->data + b->size, *(const bool *)at ? "true " :
		    "false", 5);
		b->size += *(const bool *)at ? 4 : 5;
		return true;
	case FIELD_SECONDS:
		buffer_seconds(b, *(const int64_t *)at, source->time_digits);
		return true;
	case FIELD_WORD:
		return json_value_ours(*(const char *const *)at, b);
	case FIELD_TEXT:
		return json_value_foreign(*(const char *const *)at, b);
	case FIELD_CHARS:
		return *(const char *)at != '\0' && json_value_ours(at, b);
	case FIELD_BITS:
		return json_value_bits(*(const uint64_t *)at, b);
	case FIELD_LIST:
		return json_value_list(at, b);
	case FIELD_LINK_COUNTS:
		return json_value_links(source->stats, b);
	case FIELD_ANOMALY_COUNTS:
		return json_value_anomalies(source->stats, b);
	case FIELD_RATE:
		return json_value_rate(source->stats, b);
	default:
		return json_value_quoted(step, source, at, b);
	}
}

/* What is a string in JSON and has no characters to escape. */
static bool
json_value_quoted(const struct json_step *step,
    const struct json_source *source, const void *at, struct buffer *b)
{
	const struct address *address = at;

	json_put(b, '"');
	if (step->type == FIELD_ID)
		buffer_hex64(b, *(const uint64_t *)at);
	else if (step->type == FIELD_TIME)
		buffer_time(b, *(const int64_t *)at, source->time_digits);
	else if (step->type == FIELD_MAC)
		buffer_mac(b, at);
	else if (step->type == FIELD_TCP_FLAGS)
		json_put_flags(b, *(const uint16_t *)at);
	else if (source->ip_version == 4)
		buffer_ipv4(b, address->bytes);
	else
		buffer_ipv6(b, address->bytes);
	json_put(b, '"');
	return true;
}

static bool
json_value_ours(const char *text, struct buffer *b)
{
	size_t size;

	if (text == NULL)
		return false;
	size = strlen(text);
	if (b->capacity - b->size < size + 2)
		buffer_reserve(b, size + 2);
	b->data[b->size] = '"';
	memcpy(b->data + b->size + 1, text, size);
	b->data[b->size + 1 + size] = '"';
	b->size += size + 2;
	return true;
}

/* Most names are plain letters, which need no look at UTF-8. */
static bool
json_value_foreign(const char *text, struct buffer *b)
{
	size_t size = 0;

	if (text == NULL)
		return false;
	while (text[size] >= ' ' && text[size] < 0x7f && text[size] != '"' &&
	    text[size] != '\\')
		size++;
	if (text[size] == '\0')
		return json_value_ours(text, b);
	buffer_json_string(b, text, size + strlen(text + size));
	return true;
}

static bool
json_value_bits(uint64_t bits, struct buffer *b)
{
	if (bits == 0)
		return false;
	json_put(b, '[');
	for (; bits != 0; bits &= bits - 1) {
		json_put_number(b, (uint64_t)__builtin_ctzll(bits));
		json_put(b, ',');
	}
	b->data[b->size - 1] = ']';
	return true;
}

static bool
json_value_list(const struct record_list *list, struct buffer *b)
{
	if (list->count == 0)
		return false;
	json_put(b, '[');
	for (uint32_t i = 0; i < list->count; i++) {
		json_put_number(b, list->items[i]);
		json_put(b, ',');
	}
	b->data[b->size - 1] = ']';
	return true;
}

static void
json_put_flags(struct buffer *b, uint16_t flags)
{
	for (unsigned int bit = 0; field_tcp_flags[bit] != '\0'; bit++) {
		if ((flags >> bit & 1) != 0)
			json_put(b, field_tcp_flags[bit]);
	}
}

/* "name":value, in an object whose names are not known beforehand. */
static void
json_put_member(struct buffer *b, const char *name, uint64_t value)
{
	(void)json_value_ours(name, b);
	json_put(b, ':');
	buffer_u64(b, value);
	json_put(b, ',');
}

static bool
json_value_anomalies(const struct stats *stats, struct buffer *b)
{
	size_t before = b->size;

	json_put(b, '{');
	for (int i = 0; i < ANOMALY_COUNT; i++) {
		if (stats->anomalies[i] > 0)
			json_put_member(b, anomaly_name((enum anomaly)i),
			    stats->anomalies[i]);
	}
	b->data[b->size - 1] = '}';
	return b->size > before + 1;
}

/*
 * Names of libpcap, which knows DLT_ values: those that differ from the
 * LINKTYPE_ value of the files are translated (tcpdump.org/linktypes.html).
 */
static void
json_link_name(const struct stats *stats, int which, char *name, size_t size)
{
	static const struct {
		int	link_type;
		int	dlt;
	} translations[] = {
		{ 50, DLT_PPP_SERIAL },
		{ 51, DLT_PPP_ETHER },
		{ 100, DLT_ATM_RFC1483 },
		{ 101, DLT_RAW },
		{ 102, DLT_SLIP_BSDOS },
		{ 103, DLT_PPP_BSDOS },
		{ 104, DLT_C_HDLC },
		{ 106, DLT_ATM_CLIP },
		{ 107, DLT_FRELAY },
		{ 108, DLT_LOOP },
		{ 109, DLT_ENC },
		{ 246, DLT_PFSYNC }
	};
	int link_type = stats->links[which].link_type;
	int dlt = link_type;
	const char *known;

	for (size_t i = 0; i < sizeof translations / sizeof translations[0];
	    i++) {
		if (translations[i].link_type == link_type)
			dlt = translations[i].dlt;
	}
	known = pcap_datalink_val_to_name(dlt);
	if (which == STATS_LINKS_MAX - 1)
		(void)snprintf(name, size, "other");
	else if (known != NULL)
		(void)snprintf(name, size, "%s", known);
	else
		(void)snprintf(name, size, "LINKTYPE_%d", link_type);
}

/* Two link types can have one name; their frames are added. */
static bool
json_value_links(const struct stats *stats, struct buffer *b)
{
	char names[STATS_LINKS_MAX][48];

	if (stats->link_count == 0)
		return false;
	json_put(b, '{');
	for (int i = 0; i < stats->link_count; i++)
		json_link_name(stats, i, names[i], sizeof names[i]);
	for (int i = 0; i < stats->link_count; i++) {
		uint64_t frames = 0;

		if (names[i][0] == '\0')
			continue;
		for (int j = i; j < stats->link_count; j++) {
			if (strcmp(names[i], names[j]) != 0)
				continue;
			frames += stats->links[j].frames;
			if (j > i)
				names[j][0] = '\0';
		}
		json_put_member(b, names[i], frames);
	}
	b->data[b->size - 1] = '}';
	return true;
}

/* To thousandths, so that a quiet interface does not read as a dead one. */
static bool
json_value_rate(const struct stats *stats, struct buffer *b)
{
	double thousandths;

	if (stats->elapsed_ns <= 0)
		return false;
	thousandths = (double)stats->read * 1e12 / (double)stats->elapsed_ns;
	if (thousandths > 9e12)
		return false;	/* nine thousand million a second: no clock */
	buffer_seconds(b, (int64_t)thousandths * 1000000, 6);
	return true;
}
