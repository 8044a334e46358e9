/*
 * Messages that say their size; see framing.h.
 */
#include <string.h>

#include "dissect/framing.h"

bool
framing_take(struct dissection *d, uint32_t size, struct cursor *message)
{
	size_t left = cursor_left(&d->bytes);

	if (left < size && left < FRAMING_ENOUGH && !d->is_full)
		return false;
	*message = cursor_sub(&d->bytes, left < size ? left : size);
	if (left < size)
		d->skip = size - (uint32_t)left;
	return true;
}

bool
framing_take_text(struct cursor *c, struct cursor *text)
{
	size_t left = cursor_left(c);
	const uint8_t *end = left == 0 ? NULL : memchr(c->at, 0, left);

	if (end == NULL)
		return false;
	*text = cursor_sub(c, (size_t)(end - c->at));
	cursor_skip(c, 1);
	return cursor_ok(c);
}

bool
framing_is(struct cursor text, const char *word)
{
	size_t size = strlen(word);

	return cursor_left(&text) == size &&
	    memcmp(text.at, word, size) == 0;
}
