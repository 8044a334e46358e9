/*
 * The members of "app" as fields: made, when the program starts, of the
 * tables of the application dissectors. With them the list of all fields is
 * whole.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "dissect/applications.h"
#include "record/fields.h"
#include "record/fields_fixed.h"

static size_t	count_facts(const struct application *);
static void	add_facts(struct field *, const struct application *);
static void	*allocate(size_t, size_t);

const struct field	*fields_all;
size_t			 fields_count;

/* Facts that name the server, and what kind of name that is. */
static const struct {
	const char		*field;
	enum naming_source	 source;
} naming_facts[] = {
	{ "app.tls.sni", NAMING_SNI },
	{ "app.quic.sni", NAMING_SNI },
	{ "app.dtls.sni", NAMING_SNI },
	{ "app.http.host", NAMING_HTTP },
	{ "app.http2.host", NAMING_HTTP }
};

enum { NAMING_FACTS = sizeof naming_facts / sizeof naming_facts[0] };

/* Index of each dissector's first field; the fields of those facts. */
static size_t		 first_fact[APPLICATIONS_MAX + 1];
static const struct field *naming_fields[NAMING_FACTS];

static const enum field_type types[] = {
	[FACT_TEXT] = FIELD_FACT_TEXT,
	[FACT_LIST] = FIELD_FACT_LIST,
	[FACT_NUMBER] = FIELD_FACT_NUMBER,
	[FACT_BOOL] = FIELD_FACT_BOOL,
	[FACT_SECONDS] = FIELD_FACT_SECONDS,
	[FACT_TIME] = FIELD_FACT_TIME
};

void
fields_init(void)
{
	size_t count = fields_fixed_count;
	struct field *all;

	if (fields_all != NULL)
		return;
	for (size_t i = 0; registry_applications[i] != NULL; i++)
		count += count_facts(registry_applications[i]);
	all = allocate(count, sizeof *all);
	memcpy(all, fields_fixed, fields_fixed_count * sizeof *all);
	fields_count = fields_fixed_count;
	for (size_t i = 0; registry_applications[i] != NULL; i++) {
		first_fact[i] = fields_count;
		add_facts(all, registry_applications[i]);
	}
	fields_all = all;
	for (size_t i = 0; i < NAMING_FACTS; i++)
		naming_fields[i] = fields_find(naming_facts[i].field);
}

bool
fields_is_naming(const struct field *field, enum naming_source *source)
{
	for (size_t i = 0; i < NAMING_FACTS; i++) {
		if (naming_fields[i] == field) {
			*source = naming_facts[i].source;
			return true;
		}
	}
	return false;
}

static size_t
count_facts(const struct application *one)
{
	size_t count = 0;

	while (one->fields != NULL && one->fields[count].name != NULL)
		count++;
	return count;
}

static void
add_facts(struct field *all, const struct application *one)
{
	for (size_t i = 0; i < count_facts(one); i++) {
		const struct fact_field *fact = &one->fields[i];
		size_t size = sizeof "app.." + strlen(one->name) +
		    strlen(fact->name);
		char *name = allocate(size, 1);

		(void)snprintf(name, size, "app.%s.%s", one->name,
		    fact->name);
		all[fields_count] = (struct field){
			name, types[fact->type],
			fields_count - fields_fixed_count, RECORD_APP,
			fact->unit, fact->meaning, NULL
		};
		fields_count++;
	}
}

static void *
allocate(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (memory == NULL) {
		log_error("cannot allocate %zu bytes", count * size);
		abort();
	}
	return memory;
}

const struct field *
fields_fact(uint8_t application, uint8_t field)
{
	return &fields_all[first_fact[application - 1] + field];
}

size_t
fields_fact_count(void)
{
	return fields_count - fields_fixed_count;
}
