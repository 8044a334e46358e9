/*
 * Words that messages about captures are made of.
 */
#ifndef TALLYMAN_CAPTURE_FILE_WORDS_H
#define TALLYMAN_CAPTURE_FILE_WORDS_H

#include <stddef.h>
#include <stdint.h>

/* A short text by value, so that a message can be built in one call. */
struct words {
	char	text[96];
};

/* 61440112 as "61,440,112". */
struct words	words_number(uint64_t value);

/* What errno says, in lower case: "no such file", "permission denied". */
struct words	words_errno(int code);

/* The text with its first letter in lower case. */
struct words	words_lower(const char *text);

/* Up to 8 bytes in hexadecimal: "4d 5a 90 00". */
struct words	words_bytes(const uint8_t *data, size_t size);

/* "the 3 whole frames were metered", in the right number. */
struct words	words_metered(uint64_t frames);

#endif
