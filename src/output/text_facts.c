/*
 * Notes on what a payload said; see text_facts.h.
 */
#include <string.h>

#include "output/text_facts.h"
#include "record/fields.h"

enum {
	NOTES_MAX = 4,		/* facts of a dissector */
	SHOWN_MAX = 60		/* bytes of one */
};

/* A fact and what stands before it. */
struct fact_note {
	const char	*before;
	const char	*member;
};

/* For each dissector that has one: what to say, in this order. */
static const struct {
	const char		*object;
	struct fact_note	 notes[NOTES_MAX];
} tables[] = {
	{ "dns", { { "", "type" }, { " ", "query" }, { " → ", "answers" } } },
	{ "mdns", { { "", "type" }, { " ", "query" }, { " → ", "answers" } } },
	{ "llmnr", { { "", "type" }, { " ", "query" },
	    { " → ", "answers" } } },
	{ "http", { { "", "method" }, { " ", "path" }, { " → ", "status" } } },
	{ "tls", { { "", "alpn" }, { " ", "issuer" } } },
	{ "quic", { { "", "alpn" } } },
	{ "ssh", { { "", "server" } } },
	{ "ftp", { { "user ", "user" } } },
	{ "smtp", { { "helo ", "helo" } } },
	{ "dhcp", { { "", "hostname" }, { " → ", "assigned" } } },
	{ "mysql", { { "", "server" }, { " user ", "user" } } },
	{ "postgresql", { { "user ", "user" } } },
	{ "tns", { { "", "service_name" } } },
	{ "rdp", { { "", "cookie" } } },
	{ "tftp", { { "", "file" } } },
	{ "sip", { { "", "method" }, { " → ", "status" } } }
};

static const struct fact_note *notes_of(const char *, size_t);
static const struct record_fact *find(const struct record *, const char *,
		    size_t, const char *);
static void	put_value(const struct record *, const struct record_fact *,
		    struct buffer *);
static void	note_object(const struct record *,
		    const struct record_fact *, struct buffer *, size_t);
static void	note_all(const struct record *, struct buffer *, size_t);
static size_t	object_of(const struct record_fact *, const char **);

void
text_facts_note(const struct record *record, bool has_all, struct buffer *b,
    size_t start)
{
	const char *last = "";
	size_t last_size = 0;

	if (has_all) {
		note_all(record, b, start);
		return;
	}
	for (uint32_t i = 0; i < record->fact_count; i++) {
		const char *object;
		size_t size = object_of(&record->facts[i], &object);

		if (size == last_size && memcmp(object, last, size) == 0)
			continue;
		note_object(record, &record->facts[i], b, start);
		last = object;
		last_size = size;
	}
}

/* Of "app.dns.query" the "dns". */
static size_t
object_of(const struct record_fact *fact, const char **object)
{
	*object = fact->field->name + sizeof "app." - 1;
	return strcspn(*object, ".");
}

static const struct fact_note *
notes_of(const char *object, size_t size)
{
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
		if (strncmp(tables[i].object, object, size) == 0 &&
		    tables[i].object[size] == '\0')
			return tables[i].notes;
	}
	return NULL;
}

static void
note_object(const struct record *record, const struct record_fact *first,
    struct buffer *b, size_t start)
{
	const char *object;
	size_t size = object_of(first, &object);
	const struct fact_note *notes = notes_of(object, size);
	bool has_begun = false;

	for (int i = 0; notes != NULL && i < NOTES_MAX &&
	    notes[i].member != NULL; i++) {
		const struct record_fact *fact = find(record, object, size,
		    notes[i].member);

		if (fact == NULL)
			continue;
		if (!has_begun && b->size > start)
			buffer_text(b, ", ");
		buffer_text(b, has_begun || notes[i].before[0] != ' ' ?
		    notes[i].before : notes[i].before + 1);
		put_value(record, fact, b);
		has_begun = true;
	}
}

static const struct record_fact *
find(const struct record *record, const char *object, size_t size,
    const char *member)
{
	for (uint32_t i = 0; i < record->fact_count; i++) {
		const char *name;

		if (object_of(&record->facts[i], &name) == size &&
		    memcmp(name, object, size) == 0 &&
		    strcmp(name + size + 1, member) == 0)
			return &record->facts[i];
	}
	return NULL;
}

static void
put_value(const struct record *record, const struct record_fact *fact,
    struct buffer *b)
{
	struct record one = { .time_digits = record->time_digits,
	    .has = record->has, .fact_count = 1, .facts = { *fact } };
	struct buffer text;

	buffer_init(&text, SHOWN_MAX);
	field_text(fact->field, &one, &text);
	buffer_plain_text(b, text.data, text.size < SHOWN_MAX ? text.size :
	    SHOWN_MAX);
	if (text.size > SHOWN_MAX)
		buffer_text(b, "…");
	buffer_release(&text);
}

/* "dns.query=www.example.com", ... */
static void
note_all(const struct record *record, struct buffer *b, size_t start)
{
	for (uint32_t i = 0; i < record->fact_count; i++) {
		if (b->size > start)
			buffer_text(b, ", ");
		buffer_text(b, record->facts[i].field->name +
		    sizeof "app." - 1);
		buffer_char(b, '=');
		put_value(record, &record->facts[i], b);
	}
}

void
text_facts_version(const struct record *record, struct buffer *b)
{
	static const char *const objects[] = { "tls", "quic", "dtls" };

	for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++) {
		const struct record_fact *fact = find(record, objects[i],
		    strlen(objects[i]), "version");

		if (fact == NULL)
			continue;
		buffer_char(b, ' ');
		put_value(record, fact, b);
		return;
	}
}
