/*
 * Words that messages about captures are made of: numbers that a person can
 * read, and the system's reasons in the tone of our own.
 */
#include "capture/file/words.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"

struct words
words_number(uint64_t value)
{
	struct words words;

	units_count(words.text, sizeof(words.text), value);
	return words;
}

struct words
words_lower(const char *text)
{
	struct words words;

	snprintf(words.text, sizeof(words.text), "%s", text);
	words.text[0] = (char)tolower((unsigned char)words.text[0]);
	return words;
}

struct words
words_errno(int code)
{
	if (code == ENOENT)
		return words_lower("no such file");
	if (code == EACCES)
		return words_lower("permission denied");
	return words_lower(strerror(code));
}

struct words
words_bytes(const uint8_t *data, size_t size)
{
	struct words words = { .text = "" };
	size_t i;

	if (size > 8)
		size = 8;
	for (i = 0; i < size; i++)
		snprintf(words.text + i * 3, 4, "%02x%s", data[i],
		    i + 1 < size ? " " : "");
	return words;
}

struct words
words_metered(uint64_t frames)
{
	struct words words;

	if (frames == 0)
		return words_lower("no whole frame was there to meter");
	if (frames == 1)
		return words_lower("the 1 whole frame was metered");
	snprintf(words.text, sizeof(words.text),
	    "the %.32s whole frames were metered", words_number(frames).text);
	return words;
}
