/*
 * A growing byte buffer, and the fast, lossless ways to write numbers,
 * addresses, times and JSON strings into one.
 *
 * Invariant: size <= capacity; bytes [0, size) are defined. The buffer owns
 * its memory. Growing aborts the program when memory is exhausted, so no
 * writer returns an error.
 */
#ifndef TALLYMAN_BASE_BUFFER_H
#define TALLYMAN_BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/spell.h"

struct buffer {
	char			*data;		/* owned */
	size_t			 size;
	size_t			 capacity;
	struct spell_second	 last_second;	/* of buffer_time() */
};

void	buffer_init(struct buffer *, size_t capacity);
void	buffer_release(struct buffer *);
void	buffer_grow(struct buffer *, size_t more);

/* Makes room for more bytes behind the last one. */
static inline void
buffer_reserve(struct buffer *b, size_t more)
{
	if (b->capacity - b->size < more)
		buffer_grow(b, more);
}

static inline void
buffer_reset(struct buffer *b)
{
	b->size = 0;
}

/* Cuts the buffer back to an earlier size. */
static inline void
buffer_truncate(struct buffer *b, size_t size)
{
	b->size = size;
}

/* Ends the bytes at a place within the capacity, up to which were written. */
static inline void
buffer_end(struct buffer *b, const char *end)
{
	b->size = (size_t)(end - b->data);
}

void	buffer_bytes(struct buffer *, const void *data, size_t size);
void	buffer_text(struct buffer *, const char *text);
void	buffer_char(struct buffer *, char c);
void	buffer_format(struct buffer *, const char *format, ...)
	    __attribute__((format(printf, 2, 3)));

void	buffer_u64(struct buffer *, uint64_t value);
void	buffer_i64(struct buffer *, int64_t value);
void	buffer_hex64(struct buffer *, uint64_t value);	/* 16 digits */

/*
 * Nanoseconds as seconds: "0.031245", "12", "-1.5". digits is 6 or 9 places
 * at most, and what does not fit is cut off; trailing zeros, a bare point and
 * the sign of zero are left out.
 */
void	buffer_seconds(struct buffer *, int64_t ns, int digits);

/*
 * A time as UTC, RFC 3339: "2026-03-04T05:06:07.123456Z". ns counts from
 * 1970-01-01T00:00:00Z and may be negative; digits is 6 or 9.
 */
void	buffer_time(struct buffer *, int64_t ns, int digits);

void	buffer_mac(struct buffer *, const uint8_t mac[6]);
void	buffer_ipv4(struct buffer *, const uint8_t ip[4]);	/* dotted */
void	buffer_ipv6(struct buffer *, const uint8_t ip[16]);	/* RFC 5952 */

/*
 * A JSON string with its quotes (RFC 8259). Valid UTF-8 passes unchanged; a
 * byte that is not part of valid UTF-8 becomes \u00XX of its value; quotes,
 * backslashes, DEL and control characters are escaped.
 */
void	buffer_json_string(struct buffer *, const char *text, size_t size);

/*
 * Text for a terminal: as above without quotes, but every control character
 * (C0, DEL, C1) and every invalid byte is written as \xNN, so that no escape
 * sequence survives.
 */
void	buffer_plain_text(struct buffer *, const char *text, size_t size);

#endif
