/*
 * Numbers, addresses and times as text, at a place that has room: what
 * buffer.h and the JSON writer are made of. Each needs SPELL_ROOM bytes, of
 * which it may spoil all, and returns the place behind what it wrote.
 */
#ifndef TALLYMAN_BASE_SPELL_H
#define TALLYMAN_BASE_SPELL_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { SPELL_ROOM = 48 };

/* The last second that was written; zeroed at first. */
struct spell_second {
	int64_t	second;		/* since 1970 */
	char	text[20];	/* up to the point; "" if there is none yet */
};

extern const char spell_pairs[201];	/* "00" to "99" */
extern const bool spell_is_plain[256];	/* bytes that JSON writes as they
					   are, by themselves; not zero */

/* Of a number that has more than two digits. */
char	*spell_long(char *, uint64_t value);

/* Most numbers are small. */
static inline char *
spell_u64(char *at, uint64_t value)
{
	if (value < 10) {
		*at = (char)('0' + value);
		return at + 1;
	}
	if (value < 100) {
		memcpy(at, spell_pairs + 2 * value, 2);
		return at + 2;
	}
	return spell_long(at, value);
}

/* The bytes of a text whose size is known, and often is small. */
static inline char *
spell_bytes(char *at, const char *text, size_t size)
{
	if (size > 16) {
		memcpy(at, text, size);
	} else if (size >= 8) {
		memcpy(at, text, 8);
		memcpy(at + size - 8, text + size - 8, 8);
	} else if (size >= 4) {
		memcpy(at, text, 4);
		memcpy(at + size - 4, text + size - 4, 4);
	} else if (size >= 2) {
		memcpy(at, text, 2);
		at[size - 1] = text[size - 1];
	} else if (size == 1) {
		*at = *text;
	}
	return at + size;
}

/* As the functions of these names in buffer.h. */
char	*spell_hex64(char *, uint64_t value);
char	*spell_seconds(char *, int64_t ns, int digits);
char	*spell_time(char *, int64_t ns, int digits, struct spell_second *);
char	*spell_mac(char *, const uint8_t mac[6]);
char	*spell_ipv4(char *, const uint8_t ip[4]);
char	*spell_ipv6(char *, const uint8_t ip[16]);

#endif
