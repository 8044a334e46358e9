/*
 * The one way in which bytes of a frame are read. Two forms:
 *
 *   fixed headers   cursor_take(c, n) gives a pointer to exactly n bytes, or
 *                   NULL when fewer are left; one check a header.
 *   variable data   cursor_u8(), cursor_be16(), ... The first read past the
 *                   end fails and sticks: later reads yield zero and consume
 *                   nothing, and cursor_ok() is asked once at the end.
 *
 * A cursor borrows its bytes; it never reads outside [at, end).
 */
#ifndef TALLYMAN_BASE_CURSOR_H
#define TALLYMAN_BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cursor {
	const uint8_t	*at;
	const uint8_t	*end;
	bool		 failed;
};

static inline struct cursor
cursor_over(const uint8_t *data, size_t size)
{
	return (struct cursor){ .at = data, .end = data + size };
}

static inline size_t
cursor_left(const struct cursor *c)
{
	return (size_t)(c->end - c->at);
}

static inline bool
cursor_ok(const struct cursor *c)
{
	return !c->failed;
}

/* Takes n bytes; NULL, and the cursor fails, when fewer are left. */
static inline const uint8_t *
cursor_take(struct cursor *c, size_t n)
{
	const uint8_t *taken = c->at;

	if (n > cursor_left(c) || c->failed) {
		c->failed = true;
		return NULL;
	}
	c->at += n;
	return taken;
}

/* Looks at the next n bytes without taking them; NULL when fewer are left. */
static inline const uint8_t *
cursor_peek(const struct cursor *c, size_t n)
{
	return (n > cursor_left(c) || c->failed) ? NULL : c->at;
}

static inline void
cursor_skip(struct cursor *c, size_t n)
{
	(void)cursor_take(c, n);
}

/* Cuts the cursor so that at most n bytes are left. */
static inline void
cursor_limit(struct cursor *c, size_t n)
{
	if (n < cursor_left(c))
		c->end = c->at + n;
}

/* Takes n bytes as a cursor of their own; an empty failed one if too few. */
static inline struct cursor
cursor_sub(struct cursor *c, size_t n)
{
	const uint8_t *taken = cursor_take(c, n);

	if (taken == NULL)
		return (struct cursor){ .at = c->at, .end = c->at,
		    .failed = true };
	return cursor_over(taken, n);
}

/* Numbers at a pointer that cursor_take() has vouched for. */
static inline uint16_t
bytes_be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t
bytes_be24(const uint8_t *p)
{
	return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static inline uint32_t
bytes_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t
bytes_be64(const uint8_t *p)
{
	return (uint64_t)bytes_be32(p) << 32 | bytes_be32(p + 4);
}

static inline uint16_t
bytes_le16(const uint8_t *p)
{
	return (uint16_t)(p[1] << 8 | p[0]);
}

static inline uint32_t
bytes_le32(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[1] << 8 | p[0];
}

static inline uint64_t
bytes_le64(const uint8_t *p)
{
	return (uint64_t)bytes_le32(p + 4) << 32 | bytes_le32(p);
}

static inline uint8_t
cursor_u8(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 1);

	return p == NULL ? 0 : *p;
}

static inline uint16_t
cursor_be16(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 2);

	return p == NULL ? 0 : bytes_be16(p);
}

static inline uint32_t
cursor_be24(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 3);

	return p == NULL ? 0 : bytes_be24(p);
}

static inline uint32_t
cursor_be32(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 4);

	return p == NULL ? 0 : bytes_be32(p);
}

static inline uint64_t
cursor_be64(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 8);

	return p == NULL ? 0 : bytes_be64(p);
}

static inline uint16_t
cursor_le16(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 2);

	return p == NULL ? 0 : bytes_le16(p);
}

static inline uint32_t
cursor_le32(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 4);

	return p == NULL ? 0 : bytes_le32(p);
}

#endif
