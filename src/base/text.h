/*
 * What people type, read strictly: numbers, sizes and seconds, and the
 * nearest word to a misspelt one.
 */
#ifndef TALLYMAN_BASE_TEXT_H
#define TALLYMAN_BASE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Each reads the whole text or returns false and leaves *value alone: signs,
 * spaces, trailing letters and values above the maximum are refused.
 */
bool	text_number(const char *text, uint64_t maximum, uint64_t *value);

/* A number, then perhaps k, M or G (powers of 1024; either case). */
bool	text_size(const char *text, uint64_t *bytes);

/* Seconds with up to nine decimals: "300", "0.5". */
bool	text_seconds(const char *text, int64_t *ns);

/*
 * How many letters must be added, removed, changed or swapped with a
 * neighbour to make one word the other. Words of over 63 bytes are as far
 * apart as they are long.
 */
unsigned int	text_distance(const char *a, const char *b);

/* Near enough to ask "did you mean"? */
bool	text_is_near(const char *typed, const char *known);

#endif
