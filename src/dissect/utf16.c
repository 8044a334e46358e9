/*
 * UTF-16 as UTF-8; see utf16.h. The forms are those of RFC 2781 and RFC 3629.
 */
#include "dissect/utf16.h"

enum {
	UTF16_HIGH = 0xd800,
	UTF16_LOW = 0xdc00,
	UTF16_END = 0xe000,
	UTF16_REPLACEMENT = 0xfffd,
	UTF8_SIZE_MAX = 4
};

static uint32_t	read_point(struct cursor *);
static size_t	write_point(char *, uint32_t);

size_t
utf16_read(struct cursor c, char *text)
{
	size_t size = 0;

	while (cursor_ok(&c) && cursor_left(&c) >= 2 &&
	    size <= UTF16_TEXT_MAX - UTF8_SIZE_MAX) {
		uint32_t point = read_point(&c);

		if (point == 0)
			break;
		size += write_point(text + size, point);
	}
	return size;
}

/* A code point of one unit, or of two. */
static uint32_t
read_point(struct cursor *c)
{
	uint32_t high = cursor_le16(c);
	const uint8_t *next = cursor_peek(c, 2);
	uint32_t low;

	if (high < UTF16_HIGH || high >= UTF16_END)
		return high;
	if (high >= UTF16_LOW || next == NULL)
		return UTF16_REPLACEMENT;
	low = bytes_le16(next);
	if (low < UTF16_LOW || low >= UTF16_END)
		return UTF16_REPLACEMENT;
	cursor_skip(c, 2);
	return 0x10000 + ((high - UTF16_HIGH) << 10) + (low - UTF16_LOW);
}

static size_t
write_point(char *at, uint32_t point)
{
	static const uint8_t first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t size = point < 0x80 ? 1 : point < 0x800 ? 2 :
	    point < 0x10000 ? 3 : 4;

	for (size_t i = size - 1; i > 0; i--) {
		at[i] = (char)(0x80 | (point & 0x3f));
		point >>= 6;
	}
	at[0] = (char)(first[size] | point);
	return size;
}
