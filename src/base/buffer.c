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

static const char hex_digits[16] = "0123456789abcdef";

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

void
buffer_u64(struct buffer *b, uint64_t value)
{
	buffer_reserve(b, SPELL_ROOM);
	buffer_end(b, spell_u64(b->data + b->size, value));
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
	buffer_reserve(b, SPELL_ROOM);
	buffer_end(b, spell_hex64(b->data + b->size, value));
}

void
buffer_seconds(struct buffer *b, int64_t ns, int digits)
{
	buffer_reserve(b, SPELL_ROOM);
	buffer_end(b, spell_seconds(b->data + b->size, ns, digits));
}

void
buffer_time(struct buffer *b, int64_t ns, int digits)
{
	buffer_reserve(b, SPELL_ROOM);
	buffer_end(b, spell_time(b->data + b->size, ns, digits,
	    &b->last_second));
}

void
buffer_mac(struct buffer *b, const uint8_t mac[6])
{
	buffer_reserve(b, SPELL_ROOM);
	buffer_end(b, spell_mac(b->data + b->size, mac));
}

void
buffer_ipv4(struct buffer *b, const uint8_t ip[4])
{
	buffer_reserve(b, SPELL_ROOM);
	buffer_end(b, spell_ipv4(b->data + b->size, ip));
}

void
buffer_ipv6(struct buffer *b, const uint8_t ip[16])
{
	buffer_reserve(b, SPELL_ROOM);
	buffer_end(b, spell_ipv6(b->data + b->size, ip));
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
		const uint8_t *plain = at;
		size_t length;

		while (at < end && spell_is_plain[*at])
			at++;
		buffer_bytes(b, plain, (size_t)(at - plain));
		if (at == end)
			break;
		length = utf8_length(at, (size_t)(end - at));
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
