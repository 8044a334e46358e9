/*
 * Numbers for people: counts, sizes, shares and times as the text output and
 * the progress line show them. Each function writes one zero-terminated word
 * into text, which has room for size bytes; UNITS_SIZE is always enough, and
 * less cuts the word. Numbers are rounded to the nearest that is shown; a
 * small one never becomes zero, nor nearly all of something all.
 */
#ifndef TALLYMAN_BASE_UNITS_H
#define TALLYMAN_BASE_UNITS_H

#include <stddef.h>
#include <stdint.h>

enum { UNITS_SIZE = 32 };

/* "7", "1,204", "458,120". */
void	units_count(char *text, size_t size, uint64_t count);

/* For columns: "72 B", "1.4k", "18.2k", "2.2M"; k is 1000. */
void	units_bytes(char *text, size_t size, uint64_t bytes);

/* For sentences: "72 B", "9.1 kB", "612 MB", "1.5 GB". */
void	units_volume(char *text, size_t size, uint64_t bytes);

/* A rate or another large number: "940", "45.2 k", "6.1 M". */
void	units_scaled(char *text, size_t size, uint64_t number);

/* "<1 ms", "310 ms", "5.0 s", "2 m 10 s", "3 h 5 m", "2 d 4 h". */
void	units_duration(char *text, size_t size, uint64_t ns);

/* Time left, as a clock: "0:03", "12:40", "3:05:00". */
void	units_clock(char *text, size_t size, uint64_t seconds);

/* part of whole: "0 %", "<0.1 %", "0.2 %", "41 %". */
void	units_share(char *text, size_t size, uint64_t part, uint64_t whole);

#endif
