/*
 * Text of Microsoft's protocols: UTF-16, little endian.
 */
#ifndef TALLYMAN_DISSECT_UTF16_H
#define TALLYMAN_DISSECT_UTF16_H

#include "base/cursor.h"

enum { UTF16_TEXT_MAX = 255 };	/* bytes of UTF-8; more is cut off */

/*
 * Writes the text as UTF-8, without an end, into UTF16_TEXT_MAX bytes and
 * returns how many they are. It ends with the bytes or with a zero; half a
 * surrogate pair becomes U+FFFD.
 */
size_t	utf16_read(struct cursor, char *text);

#endif
