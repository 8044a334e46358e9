/*
 * A growing byte buffer and its writers; see buffer.h.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/log.h"

static size_t	 utf8_length(const uint8_t *, size_t);
static char	*digits_end(char *, uint64_t);
static void	 put_digits(char *, uint64_t, int);
static void	 civil_date(int64_t, int64_t *, unsigned *, unsigned *);

enum { DIGITS_MAX = 20 };	/* of 64 bits */

static const char hex_digits[16] = "0123456789abcdef";
static const char digit_pairs[201] =
    "00010203040506070809101112131415161718192021222324"
    "25262728293031323334353637383940414243444546474849"
    "50515253545556575859606162636465666768697071727374"
    "75767778798081828384858687888990919293949596979899";

void
buffer_init(struct buffer *b, size_t capacity)
{
	*b = (struct buffer){ 0 };
	buffer_reserve(b, capacity);
}

void
buffer_release(struct buffer *b)
{
	free(b->data);
	*b = (struct buffer){ 0 };
}

void
buffer_grow(struct buffer *b, size_t more)
{
	size_t wanted = b->size + more;
	size_t capacity = b->capacity < 64 ? 64 : b->capacity;
	char *data;

	while (capacity < wanted)
		capacity *= 2;
	data = realloc(b->data, capacity);
	if (data == NULL) {
		log_error("cannot allocate a buffer of %zu bytes", capacity);
		abort();
	}
	b->data = data;
	b->capacity = capacity;
}

void
buffer_bytes(struct buffer *b, const void *data, size_t size)
{
	buffer_reserve(b, size);
	if (size > 0)
		memcpy(b->data + b->size, data, size);
	b->size += size;
}

void
buffer_text(struct buffer *b, const char *text)
{
	buffer_bytes(b, text, strlen(text));
}

void
buffer_char(struct buffer *b, char c)
{
	buffer_reserve(b, 1);
	b->data[b->size++] = c;
}

void
buffer_format(struct buffer *b, const char *format, ...)
{
	va_list arguments;
	int size;

	va_start(arguments, format);
	size = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (size < 0)
		return;		/* only an encoding error of ours */
	buffer_reserve(b, (size_t)size + 1);
	va_start(arguments, format);
	(void)vsnprintf(b->data + b->size, (size_t)size + 1, format,
	    arguments);
	va_end(arguments);
	b->size += (size_t)size;
}

/* Writes the digits of value so that they end before end; returns the first. */
static char *
digits_end(char *end, uint64_t value)
{
	while (value >= 100) {
		end -= 2;
		memcpy(end, digit_pairs + 2 * (value % 100), 2);
		value /= 100;
	}
	if (value >= 10) {
		end -= 2;
		memcpy(end, digit_pairs + 2 * value, 2);
	} else {
		*--end = (char)('0' + value);
	}
	return end;
}

/* Writes exactly count digits, zeros in front. */
static void
put_digits(char *text, uint64_t value, int count)
{
	while (count >= 2) {
		count -= 2;
		memcpy(text + count, digit_pairs + 2 * (value % 100), 2);
		value /= 100;
	}
	if (count == 1)
		*text = (char)('0' + value % 10);
}

void
buffer_u64(struct buffer *b, uint64_t value)
{
	size_t count = 1;

	for (uint64_t power = 10; value >= power; power *= 10) {
		if (++count == DIGITS_MAX)
			break;		/* the next power has no room */
	}
	buffer_reserve(b, DIGITS_MAX);
	(void)digits_end(b->data + b->size + count, value);
	b->size += count;
}

void
buffer_i64(struct buffer *b, int64_t value)
{
	uint64_t magnitude = (uint64_t)value;

	if (value < 0) {
		buffer_char(b, '-');
		magnitude = -magnitude;
	}
	buffer_u64(b, magnitude);
}

void
buffer_hex64(struct buffer *b, uint64_t value)
{
	char *text;

	buffer_reserve(b, 16);
	text = b->data + b->size;
	for (int i = 15; i >= 0; i--) {
		text[i] = hex_digits[value & 15];
		value >>= 4;
	}
	b->size += 16;
}

void
buffer_seconds(struct buffer *b, int64_t ns, int digits)
{
	uint64_t magnitude = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
	uint64_t fraction = digits == 6 ? magnitude % 1000000000 / 1000 :
	    magnitude % 1000000000;
	char *text;

	buffer_reserve(b, 1 + DIGITS_MAX + 1 + 9);
	if (ns < 0 && (magnitude >= 1000000000 || fraction > 0))
		b->data[b->size++] = '-';	/* not before a zero */
	if (magnitude < 1000000000)
		b->data[b->size++] = '0';
	else
		buffer_u64(b, magnitude / 1000000000);
	if (fraction == 0)
		return;
	text = b->data + b->size;
	text[0] = '.';
	put_digits(text + 1, fraction, digits);
	while (text[digits] == '0')
		digits--;
	b->size += 1 + (size_t)digits;
}

/*
 * The civil date of a day counted from 1970-01-01, by the proleptic
 * Gregorian calendar: years are counted from March, so that the leap day
 * comes last, and in eras of 400 years, which all have 146,097 days.
 */
static void
civil_date(int64_t day, int64_t *year, unsigned *month, unsigned *day_of_month)
{
	int64_t shifted = day + 719468;		/* from 0000-03-01 */
	int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	int64_t of_era = shifted - era * 146097;
	int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 -
	    of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 -
	    year_of_era / 100);
	int64_t march_month = (5 * of_year + 2) / 153;

	*day_of_month = (unsigned)(of_year - (153 * march_month + 2) / 5 + 1);
	*month = (unsigned)(march_month < 10 ? march_month + 3 :
	    march_month - 9);
	*year = year_of_era + era * 400 + (*month <= 2 ? 1 : 0);
}

void
buffer_time(struct buffer *b, int64_t ns, int digits)
{
	int64_t second = ns / 1000000000;
	int64_t fraction = ns % 1000000000;
	int64_t day;
	int64_t year;
	unsigned month;
	unsigned day_of_month;
	unsigned of_day;
	char *text;

	if (fraction < 0) {
		fraction += 1000000000;
		second--;
	}
	day = second / 86400;
	if (second % 86400 < 0)
		day--;
	of_day = (unsigned)(second - day * 86400);
	civil_date(day, &year, &month, &day_of_month);
	buffer_reserve(b, 32);
	text = b->data + b->size;
	put_digits(text, (uint64_t)year, 4);	/* int64 ns: 1677 to 2262 */
	text[4] = '-';
	put_digits(text + 5, month, 2);
	text[7] = '-';
	put_digits(text + 8, day_of_month, 2);
	text[10] = 'T';
	put_digits(text + 11, of_day / 3600, 2);
	text[13] = ':';
	put_digits(text + 14, of_day / 60 % 60, 2);
	text[16] = ':';
	put_digits(text + 17, of_day % 60, 2);
	text[19] = '.';
	put_digits(text + 20, (uint64_t)(digits == 9 ? fraction :
	    fraction / 1000), digits);
	text[20 + digits] = 'Z';
	b->size += (size_t)digits + 21;
}

void
buffer_mac(struct buffer *b, const uint8_t mac[6])
{
	char *text;

	buffer_reserve(b, 18);
	text = b->data + b->size;
	for (int i = 0; i < 6; i++) {
		*text++ = hex_digits[mac[i] >> 4];
		*text++ = hex_digits[mac[i] & 15];
		*text++ = ':';
	}
	b->size += 17;
}

void
buffer_ipv4(struct buffer *b, const uint8_t ip[4])
{
	char text[16];
	char *at = text + sizeof text;

	for (int i = 3; i >= 0; i--) {
		at = digits_end(at, ip[i]);
		if (i > 0)
			*--at = '.';
	}
	buffer_bytes(b, at, (size_t)(text + sizeof text - at));
}

void
buffer_ipv6(struct buffer *b, const uint8_t ip[16])
{
	int best = -1;
	int best_length = 1;	/* RFC 5952 4.2.2: one group is not cut */
	bool is_after_gap = true;

	for (int i = 0; i < 8; i++) {
		int length = 0;

		while (i + length < 8 && ip[2 * (i + length)] == 0 &&
		    ip[2 * (i + length) + 1] == 0)
			length++;
		if (length > best_length) {
			best = i;
			best_length = length;
		}
		if (length > 0)
			i += length - 1;
	}
	for (int i = 0; i < 8; i++) {
		unsigned group = (unsigned)ip[2 * i] << 8 | ip[2 * i + 1];
		int shift = 12;

		if (i == best) {
			buffer_bytes(b, "::", 2);
			i += best_length - 1;
			is_after_gap = true;
			continue;
		}
		if (!is_after_gap)
			buffer_char(b, ':');
		is_after_gap = false;
		while (shift > 0 && group >> shift == 0)
			shift -= 4;
		for (; shift >= 0; shift -= 4)
			buffer_char(b, hex_digits[group >> shift & 15]);
	}
}

/* The length of the valid UTF-8 sequence at text (RFC 3629), 0 if invalid. */
static size_t
utf8_length(const uint8_t *text, size_t size)
{
	uint8_t low = 0x80;
	uint8_t high = 0xbf;
	size_t length;

	if (text[0] < 0x80)
		return 1;
	if (text[0] < 0xc2 || text[0] > 0xf4)
		return 0;
	length = text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;
	if (length > size)
		return 0;
	if (text[0] == 0xe0)
		low = 0xa0;	/* overlong */
	else if (text[0] == 0xed)
		high = 0x9f;	/* surrogates */
	else if (text[0] == 0xf0)
		low = 0x90;	/* overlong */
	else if (text[0] == 0xf4)
		high = 0x8f;	/* past U+10FFFF */
	if (text[1] < low || text[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	}
	return length;
}

void
buffer_json_string(struct buffer *b, const char *text, size_t size)
{
	const uint8_t *at = (const uint8_t *)text;
	const uint8_t *end = at + size;

	buffer_reserve(b, size + 2);
	buffer_char(b, '"');
	while (at < end) {
		size_t length = utf8_length(at, (size_t)(end - at));

		if (length == 0 || *at < 0x20 || *at == 0x7f) {
			char escape[6] = "\\u00";

			escape[4] = hex_digits[*at >> 4];
			escape[5] = hex_digits[*at & 15];
			buffer_bytes(b, escape, sizeof escape);
			at++;
			continue;
		}
		if (*at == '"' || *at == '\\')
			buffer_char(b, '\\');
		buffer_bytes(b, at, length);
		at += length;
	}
	buffer_char(b, '"');
}

void
buffer_plain_text(struct buffer *b, const char *text, size_t size)
{
	const uint8_t *at = (const uint8_t *)text;
	const uint8_t *end = at + size;

	while (at < end) {
		size_t length = utf8_length(at, (size_t)(end - at));
		bool is_c1 = length == 2 && at[0] == 0xc2 && at[1] < 0xa0;

		if (length == 0 || *at < 0x20 || *at == 0x7f || is_c1) {
			char escape[4] = "\\x";

			if (is_c1)
				at++;	/* its second byte is its value */
			escape[2] = hex_digits[*at >> 4];
			escape[3] = hex_digits[*at & 15];
			buffer_bytes(b, escape, sizeof escape);
			at++;
			continue;
		}
		buffer_bytes(b, at, length);
		at += length;
	}
}
