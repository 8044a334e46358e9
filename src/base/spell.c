/*
 * Numbers, addresses and times as text; see spell.h. Digits go two at a time,
 * octets by tables that have them ready.
 */
#include "base/spell.h"

static char	*spell_four(char *, unsigned);
static char	*spell_six(char *, unsigned);
static char	*spell_fraction(char *, unsigned, unsigned);
static char	*spell_seconds_any(char *, int64_t, int);
static char	*spell_octet(char *, uint8_t);
static void	 spell_second_set(struct spell_second *, int64_t);
static void	 civil_date(int64_t, unsigned *, unsigned *, unsigned *);
static void	 zeros_find(const uint8_t *, int *, int *);

static const char hex_digits[16] = "0123456789abcdef";

const char spell_pairs[201] =
    "00010203040506070809101112131415161718192021222324"
    "25262728293031323334353637383940414243444546474849"
    "50515253545556575859606162636465666768697071727374"
    "75767778798081828384858687888990919293949596979899";

#define FOUR(row, n)							\
	row((n)), row((n) + 1), row((n) + 2), row((n) + 3)
#define SIXTEEN(row, n)							\
	FOUR(row, (n)), FOUR(row, (n) + 4), FOUR(row, (n) + 8),		\
	FOUR(row, (n) + 12)
#define SIXTY_FOUR(row, n)						\
	SIXTEEN(row, (n)), SIXTEEN(row, (n) + 16),			\
	SIXTEEN(row, (n) + 32), SIXTEEN(row, (n) + 48)
#define OCTETS(row)							\
	SIXTY_FOUR(row, 0), SIXTY_FOUR(row, 64), SIXTY_FOUR(row, 128),	\
	SIXTY_FOUR(row, 192)

/* An octet in decimal, with the point that follows all but the last. */
#define DECIMAL(n)							\
	{ { (n) < 10 ? '0' + (n) % 10 : (n) < 100 ? '0' + (n) / 10 :	\
	    '0' + (n) / 100,						\
	    (n) < 10 ? '.' : (n) < 100 ? '0' + (n) % 10 :		\
	    '0' + (n) / 10 % 10,					\
	    (n) < 100 ? '.' : '0' + (n) % 10, '.' },			\
	    (n) < 10 ? 2 : (n) < 100 ? 3 : 4 }

static const struct {
	char	text[4];
	uint8_t	size;		/* with the point */
} decimal_octets[256] = { OCTETS(DECIMAL) };

/* An octet in hexadecimal. */
#define HEXADECIMAL(n)							\
	{ (n) / 16 < 10 ? '0' + (n) / 16 : 'a' - 10 + (n) / 16,		\
	    (n) % 16 < 10 ? '0' + (n) % 16 : 'a' - 10 + (n) % 16 }

static const char hex_octets[256][2] = { OCTETS(HEXADECIMAL) };

#define PLAIN(n)	(n) >= 0x20 && (n) < 0x7f && (n) != '"' && (n) != '\\'

const bool spell_is_plain[256] = { OCTETS(PLAIN) };

/* Exactly four digits. */
static char *
spell_four(char *at, unsigned value)
{
	memcpy(at, spell_pairs + 2 * (value / 100), 2);
	memcpy(at + 2, spell_pairs + 2 * (value % 100), 2);
	return at + 4;
}

/* Exactly six. */
static char *
spell_six(char *at, unsigned value)
{
	memcpy(at, spell_pairs + 2 * (value / 10000), 2);
	return spell_four(at + 2, value % 10000);
}

char *
spell_long(char *at, uint64_t value)
{
	if (value < 10000) {
		at = spell_u64(at, value / 100);
		memcpy(at, spell_pairs + 2 * (value % 100), 2);
		return at + 2;
	}
	if (value < 1000000)
		return spell_four(spell_u64(at, value / 10000),
		    (unsigned)(value % 10000));
	return spell_six(spell_u64(at, value / 1000000),
	    (unsigned)(value % 1000000));
}

/* Exactly two digits. */
static inline char *
spell_octet(char *at, uint8_t octet)
{
	memcpy(at, hex_octets[octet], 2);
	return at + 2;
}

char *
spell_hex64(char *at, uint64_t value)
{
	at = spell_octet(at, (uint8_t)(value >> 56));
	at = spell_octet(at, (uint8_t)(value >> 48));
	at = spell_octet(at, (uint8_t)(value >> 40));
	at = spell_octet(at, (uint8_t)(value >> 32));
	at = spell_octet(at, (uint8_t)(value >> 24));
	at = spell_octet(at, (uint8_t)(value >> 16));
	at = spell_octet(at, (uint8_t)(value >> 8));
	return spell_octet(at, (uint8_t)value);
}

/* Digits behind the point; zeros at their end are left out. */
static char *
spell_fraction(char *at, unsigned micro, unsigned nano)
{
	*at = '.';
	at = spell_six(at + 1, micro);
	if (nano != 0) {
		*at++ = (char)('0' + nano / 100);
		memcpy(at, spell_pairs + 2 * (nano % 100), 2);
		at += 2;
	}
	while (at[-1] == '0')
		at--;
	return at;
}

static char *
spell_seconds_any(char *at, int64_t ns, int digits)
{
	uint64_t magnitude = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
	uint64_t whole = magnitude / 1000000000;
	unsigned fraction = (unsigned)(magnitude % 1000000000);
	unsigned micro = fraction / 1000;
	unsigned nano = digits == 6 ? 0 : fraction % 1000;

	if (ns < 0 && (whole | micro | nano) != 0)
		*at++ = '-';	/* not before a zero */
	at = spell_u64(at, whole);
	return (micro | nano) == 0 ? at : spell_fraction(at, micro, nano);
}

/* Most are less than a second, in microseconds. */
char *
spell_seconds(char *at, int64_t ns, int digits)
{
	unsigned micro;

	if (ns < 0 || ns >= 1000000000 || digits != 6)
		return spell_seconds_any(at, ns, digits);
	micro = (unsigned)ns / 1000;
	*at = '0';
	return micro == 0 ? at + 1 : spell_fraction(at + 1, micro, 0);
}

/*
 * The civil date of a day counted from 1970-01-01, by the proleptic
 * Gregorian calendar: years are counted from March, so that the leap day
 * comes last, and in eras of 400 years, which all have 146,097 days.
 */
static void
civil_date(int64_t day, unsigned *year, unsigned *month,
    unsigned *day_of_month)
{
	int64_t shifted = day + 719468;		/* from 0000-03-01 */
	int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	int64_t of_era = shifted - era * 146097;
	int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 -
	    of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 -
	    year_of_era / 100);
	int64_t march_month = (5 * of_year + 2) / 153;

	*day_of_month = (unsigned)(of_year - (153 * march_month + 2) / 5 + 1);
	*month = (unsigned)(march_month < 10 ? march_month + 3 :
	    march_month - 9);
	*year = (unsigned)(year_of_era + era * 400 + (*month <= 2 ? 1 : 0));
}

/* The years of 64 bits of nanoseconds, 1677 to 2262, have four digits. */
static void
spell_second_set(struct spell_second *to, int64_t second)
{
	int64_t day = second / 86400;
	unsigned year;
	unsigned month;
	unsigned day_of_month;
	unsigned of_day;

	if (second % 86400 < 0)
		day--;
	of_day = (unsigned)(second - day * 86400);
	civil_date(day, &year, &month, &day_of_month);
	memcpy(to->text, "0000-00-00T00:00:00.", sizeof to->text);
	(void)spell_four(to->text, year);
	memcpy(to->text + 5, spell_pairs + 2 * month, 2);
	memcpy(to->text + 8, spell_pairs + 2 * day_of_month, 2);
	memcpy(to->text + 11, spell_pairs + 2 * (of_day / 3600), 2);
	memcpy(to->text + 14, spell_pairs + 2 * (of_day / 60 % 60), 2);
	memcpy(to->text + 17, spell_pairs + 2 * (of_day % 60), 2);
	to->second = second;
}

char *
spell_time(char *at, int64_t ns, int digits, struct spell_second *last)
{
	int64_t second = ns / 1000000000;
	int64_t fraction = ns % 1000000000;

	if (fraction < 0) {
		fraction += 1000000000;
		second--;
	}
	if (second != last->second || last->text[0] == '\0')
		spell_second_set(last, second);
	memcpy(at, last->text, sizeof last->text);
	at = spell_six(at + sizeof last->text, (unsigned)fraction / 1000);
	if (digits == 9) {
		*at++ = (char)('0' + fraction / 100 % 10);
		memcpy(at, spell_pairs + 2 * (fraction % 100), 2);
		at += 2;
	}
	*at = 'Z';
	return at + 1;
}

char *
spell_mac(char *at, const uint8_t mac[6])
{
	for (int i = 0; i < 6; i++) {
		memcpy(at + 3 * i, hex_octets[mac[i]], 2);
		at[3 * i + 2] = ':';
	}
	return at + 17;
}

char *
spell_ipv4(char *at, const uint8_t ip[4])
{
	for (int i = 0; i < 4; i++) {
		memcpy(at, decimal_octets[ip[i]].text, 4);
		at += decimal_octets[ip[i]].size;
	}
	return at - 1;
}

/*
 * The longest run of zero groups, the first of equal ones; -1 if none has
 * two: a single group is not cut (RFC 5952 4.2.2).
 */
static void
zeros_find(const uint8_t *ip, int *first, int *length)
{
	int run = 0;

	*first = -1;
	*length = 1;
	for (int i = 0; i < 8; i++) {
		run = (ip[2 * i] | ip[2 * i + 1]) == 0 ? run + 1 : 0;
		if (run > *length) {
			*first = i + 1 - run;
			*length = run;
		}
	}
}

char *
spell_ipv6(char *at, const uint8_t ip[16])
{
	bool is_after_gap = true;
	int first;
	int length;

	zeros_find(ip, &first, &length);
	for (int i = 0; i < 8; i++) {
		unsigned group = (unsigned)ip[2 * i] << 8 | ip[2 * i + 1];

		if (i == first) {
			memcpy(at, "::", 2);
			at += 2;
			i += length - 1;
			is_after_gap = true;
			continue;
		}
		if (!is_after_gap)
			*at++ = ':';
		is_after_gap = false;
		if (group >= 0x1000)
			*at++ = hex_digits[group >> 12];
		if (group >= 0x100)
			*at++ = hex_digits[group >> 8 & 15];
		if (group >= 0x10)
			*at++ = hex_digits[group >> 4 & 15];
		*at++ = hex_digits[group & 15];
	}
	return at;
}
