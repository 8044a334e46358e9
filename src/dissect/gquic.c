/*
 * Google's QUIC; see gquic.h.
 *
 *   to Q043:  flags(1) connection(8) version(4) number(1, 2, 4 or 6)
 *   from 44:  0x80 | flags(1) version(4) sizes of identifiers(1), these,
 *             number(1..4)
 *   then:     hash(12) frames: STREAM(1) stream(1..4) offset(0..8) [size(2)]
 *   hello:    "CHLO" count(2) 0(2), count times: tag(4) end of its value(4);
 *             the values
 */
#include <string.h>

#include "dissect/gquic.h"

enum {
	FLAG_VERSION = 0x01,
	FLAG_RESET = 0x02,
	FLAG_CONNECTION = 0x08,
	FLAGS_UNUSED = 0xc0,
	FLAG_LONG = 0x80,
	CONNECTION_SIZE = 8,
	HASH_SIZE = 12,
	FRAME_STREAM = 0x80,
	TAG_SIZE = 4,
	TAGS_MAX = 128
};

static bool	read_head(struct cursor *, struct gquic_hello *);
static void	skip_old_head(struct cursor *, uint8_t, struct gquic_hello *);
static void	skip_long_head(struct cursor *, uint8_t,
		    struct gquic_hello *);
static struct cursor stream_of(struct cursor *);
static void	read_hello(struct cursor, struct gquic_hello *);

bool
gquic_read(struct cursor datagram, struct gquic_hello *hello)
{
	struct cursor stream;

	*hello = (struct gquic_hello){ .is_whole = false };
	if (!read_head(&datagram, hello))
		return false;
	cursor_skip(&datagram, HASH_SIZE);
	stream = stream_of(&datagram);
	if (cursor_ok(&stream))
		read_hello(stream, hello);
	return true;
}

/* The version is "Q0" and two digits. */
static bool
read_head(struct cursor *c, struct gquic_hello *hello)
{
	uint8_t flags = cursor_u8(c);
	const uint8_t *at;
	int number;

	if ((flags & FLAG_LONG) != 0)
		skip_long_head(c, flags, hello);
	else
		skip_old_head(c, flags, hello);
	if (!cursor_ok(c) || cursor_left(&hello->version) != TAG_SIZE)
		return false;
	at = hello->version.at;
	if (at[0] != 'Q' || at[1] != '0' || at[2] < '0' || at[2] > '9' ||
	    at[3] < '0' || at[3] > '9')
		return false;
	number = (at[2] - '0') * 10 + at[3] - '0';
	return (flags & FLAG_LONG) != 0 ? number >= 44 && number <= 48 :
	    number >= 24 && number <= 43;
}

static void
skip_old_head(struct cursor *c, uint8_t flags, struct gquic_hello *hello)
{
	static const size_t number_sizes[] = { 1, 2, 4, 6 };

	if ((flags & FLAGS_UNUSED) != 0 || (flags & FLAG_RESET) != 0 ||
	    (flags & FLAG_VERSION) == 0 || (flags & FLAG_CONNECTION) == 0) {
		c->failed = true;
		return;
	}
	cursor_skip(c, CONNECTION_SIZE);
	hello->version = cursor_sub(c, TAG_SIZE);
	cursor_skip(c, number_sizes[flags >> 4 & 3]);
}

/* An identifier has a size of 0, or of 3 more than its half byte says. */
static void
skip_long_head(struct cursor *c, uint8_t flags, struct gquic_hello *hello)
{
	uint8_t sizes;

	hello->version = cursor_sub(c, TAG_SIZE);
	sizes = cursor_u8(c);
	cursor_skip(c, sizes >> 4 == 0 ? 0 : (sizes >> 4) + 3U);
	cursor_skip(c, (sizes & 15) == 0 ? 0 : (sizes & 15) + 3U);
	cursor_skip(c, (flags & 3) + 1U);
}

/* What the first frame has, if that is a STREAM. */
static struct cursor
stream_of(struct cursor *c)
{
	uint8_t type = cursor_u8(c);
	unsigned int offset_size = type >> 2 & 7;

	if ((type & FRAME_STREAM) == 0)
		c->failed = true;
	cursor_skip(c, (type & 3) + 1U);
	cursor_skip(c, offset_size == 0 ? 0 : offset_size + 1);
	return cursor_sub(c, (type & 0x20) != 0 ? cursor_be16(c) :
	    cursor_left(c));
}

static void
read_hello(struct cursor c, struct gquic_hello *hello)
{
	const uint8_t *tag = cursor_take(&c, TAG_SIZE);
	uint32_t count = cursor_le16(&c);
	struct cursor tags;
	uint32_t at = 0;

	cursor_skip(&c, 2);
	tags = cursor_sub(&c, count * TAG_SIZE * 2);
	if (tag == NULL || memcmp(tag, "CHLO", TAG_SIZE) != 0 ||
	    !cursor_ok(&tags) || count > TAGS_MAX)
		return;
	hello->is_whole = true;
	while ((tag = cursor_take(&tags, TAG_SIZE)) != NULL) {
		uint32_t end = cursor_le32(&tags);
		struct cursor value;

		if (end < at)
			return;
		value = cursor_sub(&c, end - at);
		at = end;
		if (!cursor_ok(&c))
			return;
		if (memcmp(tag, "SNI", TAG_SIZE) == 0)
			hello->name = value;
	}
}
