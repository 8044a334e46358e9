/*
 * Elements of ASN.1 in the Basic Encoding Rules; see ber.h.
 */
#include "dissect/ber.h"

enum {
	BER_TAG_LONG = 0x1f,	/* the number stands in more bytes (8.1.2.4) */
	BER_LENGTH_LONG = 0x80,	/* in as many bytes as the rest says */
	BER_LENGTH_BYTES_MAX = 4
};

bool
ber_read(struct cursor *c, uint8_t *tag, struct cursor *content)
{
	struct cursor at = *c;
	uint32_t size;

	if (!ber_begin(&at, tag, &size))
		return false;
	*content = cursor_sub(&at, size);
	if (!cursor_ok(&at))
		return false;
	*c = at;
	return true;
}

bool
ber_take(struct cursor *c, uint8_t tag, struct cursor *content)
{
	const uint8_t *first = cursor_peek(c, 1);
	uint8_t found;

	return first != NULL && *first == tag && ber_read(c, &found, content);
}

bool
ber_open(struct cursor *c, uint8_t tag, struct cursor *content)
{
	const uint8_t *first = cursor_peek(c, 1);
	uint8_t found;
	uint32_t size;

	if (first == NULL || *first != tag || !ber_begin(c, &found, &size))
		return false;
	if (size > cursor_left(c))
		size = (uint32_t)cursor_left(c);
	*content = cursor_sub(c, size);
	return true;
}

bool
ber_begin(struct cursor *c, uint8_t *tag, uint32_t *size)
{
	struct cursor at = *c;
	uint8_t length;
	int bytes;

	*tag = cursor_u8(&at);
	length = cursor_u8(&at);
	*size = length;
	if (length >= BER_LENGTH_LONG) {
		bytes = length - BER_LENGTH_LONG;
		if (bytes == 0 || bytes > BER_LENGTH_BYTES_MAX)
			return false;
		*size = 0;
		while (bytes-- > 0)
			*size = *size << 8 | cursor_u8(&at);
	}
	if (!cursor_ok(&at) || (*tag & BER_TAG_LONG) == BER_TAG_LONG)
		return false;
	*c = at;
	return true;
}

bool
ber_integer(struct cursor content, int64_t *value)
{
	size_t size = cursor_left(&content);
	uint64_t bits;

	if (!cursor_ok(&content) || size == 0 || size > sizeof bits)
		return false;
	bits = (content.at[0] & 0x80) != 0 ? UINT64_MAX : 0;
	while (size-- > 0)
		bits = bits << 8 | cursor_u8(&content);
	*value = (int64_t)bits;
	return true;
}
