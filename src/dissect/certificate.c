/*
 * Certificates in DER (X.690); see certificate.h.
 *
 *   SEQUENCE { SEQUENCE { [0] version, serial number, algorithm, issuer,
 *   SEQUENCE { not before, not after }, subject, ... }, ... }
 */
#include <stdio.h>
#include <string.h>

#include "dissect/certificate.h"

enum {
	DER_INTEGER = 0x02,
	DER_OBJECT = 0x06,
	DER_UTF8 = 0x0c,
	DER_PRINTABLE = 0x13,
	DER_TELETEX = 0x14,
	DER_IA5 = 0x16,
	DER_UTC_TIME = 0x17,
	DER_GENERALIZED_TIME = 0x18,
	DER_BMP = 0x1e,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
	DER_VERSION = 0xa0,
	DER_SIZES_MAX = 3,	/* bytes that tell a size */
	PARTS_MAX = 16,		/* of a name */
	OBJECT_MAX = 16		/* bytes of a type's number */
};

/* A type of attribute that has a short name (RFC 4514, section 3). */
struct attribute {
	const char	*name;
	uint8_t		 size;
	uint8_t		 object[10];
};

static const struct attribute attributes[] = {
	{ "CN", 3, { 0x55, 4, 3 } },
	{ "serialNumber", 3, { 0x55, 4, 5 } },
	{ "C", 3, { 0x55, 4, 6 } },
	{ "L", 3, { 0x55, 4, 7 } },
	{ "ST", 3, { 0x55, 4, 8 } },
	{ "STREET", 3, { 0x55, 4, 9 } },
	{ "O", 3, { 0x55, 4, 10 } },
	{ "OU", 3, { 0x55, 4, 11 } },
	{ "emailAddress", 9,
	    { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1 } },
	{ "UID", 10,
	    { 0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 1 } },
	{ "DC", 10,
	    { 0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25 } }
};

/* A name as text, cut off at its end. */
struct name {
	char	*text;
	size_t	 size;
};

static bool	take(struct cursor *, uint8_t *, struct cursor *);
static bool	take_as(struct cursor *, uint8_t, struct cursor *);
static bool	read_name(struct cursor *, char *);
static void	write_part(struct name *, struct cursor);
static void	write_type(struct name *, struct cursor);
static void	write_object(struct name *, struct cursor);
static void	write_value(struct name *, uint8_t, struct cursor);
static void	write_char(struct name *, char);
static void	write_text(struct name *, const char *);
static void	write_wide(struct name *, uint16_t);
static bool	read_time(struct cursor *, int64_t *);
static int	two_digits(struct cursor *);
static int64_t	days_before(int, int, int);

bool
certificate_read(struct cursor c, struct certificate *certificate)
{
	struct cursor body;
	struct cursor part;
	uint8_t tag;

	if (!take_as(&c, DER_SEQUENCE, &body) ||
	    !take_as(&body, DER_SEQUENCE, &c) || !take(&c, &tag, &part))
		return false;
	if (tag == DER_VERSION && !take(&c, &tag, &part))
		return false;
	if (tag != DER_INTEGER || !take_as(&c, DER_SEQUENCE, &part) ||
	    !read_name(&c, certificate->issuer) ||
	    !take_as(&c, DER_SEQUENCE, &part))
		return false;
	certificate->has_not_before = read_time(&part,
	    &certificate->not_before_ns);
	certificate->has_not_after = read_time(&part,
	    &certificate->not_after_ns);
	return read_name(&c, certificate->subject);
}

/* A value and what it is; in DER its size is always told. */
static bool
take(struct cursor *c, uint8_t *tag, struct cursor *value)
{
	size_t size;

	*tag = cursor_u8(c);
	size = cursor_u8(c);
	if (size > 0x80) {
		size_t count = size & 0x7f;

		if (count > DER_SIZES_MAX)
			return false;
		for (size = 0; count > 0; count--)
			size = size << 8 | cursor_u8(c);
	} else if (size == 0x80) {
		return false;
	}
	*value = cursor_sub(c, size);
	return cursor_ok(c);
}

static bool
take_as(struct cursor *c, uint8_t wanted, struct cursor *value)
{
	uint8_t tag;

	return take(c, &tag, value) && tag == wanted;
}

/* The last part comes first in the text (RFC 4514, section 2.1). */
static bool
read_name(struct cursor *c, char *text)
{
	struct name name = { text, 0 };
	struct cursor list;
	struct cursor parts[PARTS_MAX];
	size_t count = 0;

	text[0] = '\0';
	if (!take_as(c, DER_SEQUENCE, &list))
		return false;
	while (cursor_left(&list) > 0 && count < PARTS_MAX) {
		if (!take_as(&list, DER_SET, &parts[count++]))
			return false;
	}
	while (count > 0) {
		if (name.size > 0)
			write_char(&name, ',');
		write_part(&name, parts[--count]);
	}
	return true;
}

/* Mostly one attribute; more are joined by "+". */
static void
write_part(struct name *name, struct cursor set)
{
	struct cursor one;
	struct cursor type;
	struct cursor value;
	uint8_t tag;
	bool is_first = true;

	while (cursor_left(&set) > 0) {
		if (!take_as(&set, DER_SEQUENCE, &one) ||
		    !take_as(&one, DER_OBJECT, &type) ||
		    !take(&one, &tag, &value))
			return;
		if (!is_first)
			write_char(name, '+');
		is_first = false;
		write_type(name, type);
		write_char(name, '=');
		write_value(name, tag, value);
	}
}

static void
write_type(struct name *name, struct cursor type)
{
	for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
		const struct attribute *one = &attributes[i];

		if (one->size == cursor_left(&type) &&
		    memcmp(one->object, type.at, one->size) == 0) {
			write_text(name, one->name);
			return;
		}
	}
	write_object(name, type);
}

/* "1.3.6.1.4.1.311": seven bits a byte, the first number being two. */
static void
write_object(struct name *name, struct cursor type)
{
	char text[sizeof "4294967295.4294967295"];
	uint32_t number = 0;
	bool is_first = true;

	cursor_limit(&type, OBJECT_MAX);
	while (cursor_left(&type) > 0) {
		uint8_t byte = cursor_u8(&type);

		number = number << 7 | (byte & 0x7f);
		if ((byte & 0x80) != 0)
			continue;
		if (is_first)
			(void)snprintf(text, sizeof text, "%u.%u",
			    number < 80 ? number / 40 : 2,
			    number < 80 ? number % 40 : number - 80);
		else
			(void)snprintf(text, sizeof text, ".%u", number);
		write_text(name, text);
		is_first = false;
		number = 0;
	}
}

/* RFC 4514, section 2.4: what has a meaning of its own is escaped. */
static void
write_value(struct name *name, uint8_t tag, struct cursor value)
{
	if (tag == DER_BMP) {
		while (cursor_left(&value) >= 2)
			write_wide(name, cursor_be16(&value));
		return;
	}
	if (tag != DER_UTF8 && tag != DER_PRINTABLE && tag != DER_TELETEX &&
	    tag != DER_IA5)
		return;
	while (cursor_left(&value) > 0) {
		char c = (char)cursor_u8(&value);

		if (c == '\0')
			c = '?';
		else if (strchr("\"+,;<>\\", c) != NULL)
			write_char(name, '\\');
		write_char(name, c);
	}
}

/* A character of two bytes in UTF-8. */
static void
write_wide(struct name *name, uint16_t c)
{
	if (c >= 0x800) {
		write_char(name, (char)(0xe0 | c >> 12));
		write_char(name, (char)(0x80 | (c >> 6 & 0x3f)));
		write_char(name, (char)(0x80 | (c & 0x3f)));
	} else if (c >= 0x80) {
		write_char(name, (char)(0xc0 | c >> 6));
		write_char(name, (char)(0x80 | (c & 0x3f)));
	} else {
		write_char(name, c == 0 ? '?' : (char)c);
	}
}

static void
write_text(struct name *name, const char *text)
{
	while (*text != '\0')
		write_char(name, *text++);
}

static void
write_char(struct name *name, char c)
{
	if (name->size + 1 >= CERTIFICATE_NAME_MAX)
		return;
	name->text[name->size++] = c;
	name->text[name->size] = '\0';
}

/* RFC 5280, section 4.1.2.5: always in UTC, with seconds and a "Z". */
static bool
read_time(struct cursor *c, int64_t *ns)
{
	struct cursor text;
	uint8_t tag;
	int year;
	int fields[5];		/* month, day, hours, minutes, seconds */

	if (!take(c, &tag, &text))
		return false;
	year = two_digits(&text);
	if (tag == DER_GENERALIZED_TIME)
		year = year * 100 + two_digits(&text);
	else if (tag == DER_UTC_TIME)
		year += year < 50 ? 2000 : 1900;
	for (int i = 0; i < 5; i++)
		fields[i] = two_digits(&text);
	if (cursor_u8(&text) != 'Z' || !cursor_ok(&text) || year < 1970 ||
	    year > 2261 || fields[0] < 1 || fields[0] > 12 ||
	    fields[1] < 1 || fields[1] > 31 || fields[2] > 23 ||
	    fields[3] > 59 || fields[4] > 60)
		return false;
	*ns = (((days_before(year, fields[0], fields[1]) * 24 + fields[2]) *
	    60 + fields[3]) * 60 + fields[4]) * INT64_C(1000000000);
	return true;
}

/* What is no digit makes the cursor fail. */
static int
two_digits(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 2);

	if (p == NULL)
		return 0;
	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9') {
		c->failed = true;
		return 0;
	}
	return (p[0] - '0') * 10 + p[1] - '0';
}

/* From 1970 to the date. A year is taken to begin with March. */
static int64_t
days_before(int year, int month, int day)
{
	int years = month > 2 ? year : year - 1;
	int months = month > 2 ? month - 3 : month + 9;

	return INT64_C(365) * years + years / 4 - years / 100 +
	    years / 400 + (153 * months + 2) / 5 + day - 1 - 719468;
}
