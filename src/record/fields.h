/*
 * The fields of a record, declared once: every output, the JSON Schema, the
 * manual page and the reference documentation follow from this table.
 */
#ifndef TALLYMAN_RECORD_FIELDS_H
#define TALLYMAN_RECORD_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "dissect/naming.h"
#include "record/record.h"
#include "record/stats.h"

/* How the member at a field's offset is stored and written. */
enum field_type {
	FIELD_WORD,		/* const char *: constant of ours, no escapes */
	FIELD_TEXT,		/* const char *: foreign bytes, escaped */
	FIELD_CHARS,		/* char []: ours, no escapes; "" is absent */
	FIELD_BOOL,
	FIELD_U8,
	FIELD_U16,
	FIELD_U32,
	FIELD_U64,
	FIELD_ID,		/* uint64_t as 16 hexadecimal digits */
	FIELD_TIME,		/* int64_t ns since 1970, RFC 3339 */
	FIELD_SECONDS,		/* int64_t ns as seconds */
	FIELD_IP,		/* struct address */
	FIELD_MAC,		/* uint8_t [6] */
	FIELD_BITS,		/* uint64_t bit set as a list of numbers */
	FIELD_LIST,		/* struct record_list */
	FIELD_TCP_FLAGS,	/* uint16_t as letters of "FSRPAUECN" */

	FIELD_WORDS,		/* const char *[], ours, NULL-ended */

	/* Members of "app"; the offset is their number among these. */
	FIELD_FACT_TEXT,	/* foreign bytes, escaped */
	FIELD_FACT_LIST,	/* several of them */
	FIELD_FACT_NUMBER,
	FIELD_FACT_BOOL,
	FIELD_FACT_SECONDS,
	FIELD_FACT_TIME,

	/* In the closing record alone; the offset is that of the frames. */
	FIELD_LINK_COUNTS,	/* frames of each link type, by name */
	FIELD_ANOMALY_COUNTS,	/* frames with each anomaly, by name */
	FIELD_RATE		/* a count over the elapsed time */
};

struct field {
	const char	*name;		/* path in JSON, "src.ip" */
	enum field_type	 type;
	size_t		 offset;	/* of the member in struct record */
	uint64_t	 needs;		/* RECORD_... bits, all of them */
	const char	*unit;		/* "seconds", "bytes", ..., or NULL */
	const char	*meaning;	/* one sentence */
	const char	*const *words;	/* FIELD_WORD: NULL-ended, or NULL */
};

/*
 * Fields stand so that those of one object follow each other: a name's
 * dotted prefix opens the object, another prefix closes it.
 */
extern const struct field *fields_all;
extern size_t fields_count;

/* Makes the list whole; call once, before it is used. */
void			 fields_init(void);

/* The field of a fact by the dissector's number; how many such there are. */
const struct field	*fields_fact(uint8_t application, uint8_t field);
size_t			 fields_fact_count(void);

/* Whether the fact names the server, and what kind of name that is. */
bool			 fields_is_naming(const struct field *,
			    enum naming_source *);

static inline bool
field_is_fact(const struct field *field)
{
	return field->type >= FIELD_FACT_TEXT &&
	    field->type <= FIELD_FACT_TIME;
}

/*
 * The closing record in the same way: offsets are of struct stats, needs are
 * these bits. "type" and "version" come before them and have no member.
 */
#define FIELDS_STATS_FRAMES	(UINT64_C(1) << 0)	/* a frame passed */
#define FIELDS_STATS_KERNEL	(UINT64_C(1) << 1)	/* it was live */
#define FIELDS_STATS_PROGRAMS	(UINT64_C(1) << 2)	/* they are named */

extern const struct field fields_stats[];
extern const size_t fields_stats_count;

uint64_t		 fields_stats_has(const struct stats *);

/* The field of that name, or NULL. */
const struct field	*fields_find(const char *name);

/*
 * A chosen list: "start,src.ip,tcp" (an object's name chooses all its
 * members; a name with a minus leaves out; in table order). NULL chooses all,
 * and a list that begins with a minus leaves out of all. Returns the number,
 * or -1 with a message naming the unknown field and the nearest known one.
 * chosen has room for fields_count.
 */
int			 fields_choose(const char *list,
			    const struct field **chosen, struct error *);

/* Whether the record says anything in this field of fields_all. */
bool			 field_is_present(const struct field *,
			    const struct record *);

/* Whether a record that has what the field needs always says something. */
bool			 field_is_certain(const struct field *);

/* The letters of TCP_FIN, TCP_SYN and so on, from bit 0; no other bits. */
enum { FIELD_TCP_FLAGS_NAMED = 0x1ff };
extern const char	 field_tcp_flags[10];

/*
 * The value as plain text without quotes: what CSV and text show. Lists are
 * separated by blanks. Foreign text is written as it is, to be escaped by
 * the caller.
 */
void			 field_text(const struct field *, const struct record *,
			    struct buffer *);

/* --fields help, md, json-schema: whole documents. */
void			 fields_write_help(struct buffer *);
void			 fields_write_markdown(struct buffer *);
void			 fields_write_json_schema(struct buffer *);

/*
 * The same of another table, whose offsets are those of another struct: rows
 * for people, a table of Markdown, and the schema of the object, which the
 * caller owns (a json_t of jansson).
 */
void			 fields_write_help_table(const struct field *,
			    size_t count, struct buffer *);
void			 fields_write_markdown_table(const struct field *,
			    size_t count, struct buffer *);
struct json_t		*fields_schema(const struct field *, size_t count);

#endif
