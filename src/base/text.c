/*
 * What people type, read strictly. Nothing here knows the locale.
 */
#include "base/text.h"

#include <stddef.h>
#include <string.h>

enum { TEXT_WORD_MAX = 64 };

static bool		text_digits(const char **, uint64_t, uint64_t *);
static unsigned int	text_minimum(unsigned int, unsigned int, unsigned int);

/* Reads at least one digit and moves the text past the last. */
static bool
text_digits(const char **text, uint64_t maximum, uint64_t *value)
{
	const char *at = *text;
	uint64_t sum = 0;

	if (*at < '0' || *at > '9')
		return false;
	for (; *at >= '0' && *at <= '9'; at++) {
		uint64_t digit = (uint64_t)(*at - '0');

		if (digit > maximum || sum > (maximum - digit) / 10)
			return false;
		sum = sum * 10 + digit;
	}
	*text = at;
	*value = sum;
	return true;
}

bool
text_number(const char *text, uint64_t maximum, uint64_t *value)
{
	uint64_t number;

	if (!text_digits(&text, maximum, &number) || *text != '\0')
		return false;
	*value = number;
	return true;
}

bool
text_size(const char *text, uint64_t *bytes)
{
	static const struct {
		const char	*letters;
		unsigned int	 shift;
	} units[] = { { "", 0 }, { "kK", 10 }, { "mM", 20 }, { "gG", 30 } };
	uint64_t number;

	if (!text_digits(&text, UINT64_MAX, &number))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		bool is_unit = *text == '\0' ? i == 0 : text[1] == '\0' &&
		    strchr(units[i].letters, *text) != NULL;

		if (!is_unit)
			continue;
		if (number > UINT64_MAX >> units[i].shift)
			return false;
		*bytes = number << units[i].shift;
		return true;
	}
	return false;
}

bool
text_seconds(const char *text, int64_t *ns)
{
	const uint64_t second = 1000000000;
	const char *decimals;
	uint64_t whole, fraction = 0;

	if (!text_digits(&text, INT64_MAX / second - 1, &whole))
		return false;
	if (*text == '.') {
		decimals = ++text;
		if (!text_digits(&text, second - 1, &fraction) ||
		    text - decimals > 9)
			return false;
		for (ptrdiff_t i = text - decimals; i < 9; i++)
			fraction *= 10;
	}
	if (*text != '\0')
		return false;
	*ns = (int64_t)(whole * second + fraction);
	return true;
}

static unsigned int
text_minimum(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int least = a < b ? a : b;

	return least < c ? least : c;
}

/*
 * The optimal string alignment distance, by rows: rows[i % 3] holds the
 * distances of a's first i letters to every start of b.
 */
unsigned int
text_distance(const char *a, const char *b)
{
	unsigned int rows[3][TEXT_WORD_MAX];
	size_t a_size = strlen(a), b_size = strlen(b);

	if (a_size >= TEXT_WORD_MAX || b_size >= TEXT_WORD_MAX)
		return (unsigned int)(a_size > b_size ? a_size : b_size);
	for (size_t j = 0; j <= b_size; j++)
		rows[0][j] = (unsigned int)j;
	for (size_t i = 1; i <= a_size; i++) {
		unsigned int *row = rows[i % 3];
		const unsigned int *above = rows[(i - 1) % 3];

		row[0] = (unsigned int)i;
		for (size_t j = 1; j <= b_size; j++) {
			row[j] = text_minimum(above[j] + 1, row[j - 1] + 1,
			    above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				row[j] = text_minimum(row[j], row[j],
				    rows[(i - 2) % 3][j - 2] + 1);
		}
	}
	return rows[a_size % 3][b_size];
}

bool
text_is_near(const char *typed, const char *known)
{
	size_t size = strlen(known);

	return text_distance(typed, known) <= (size < 4 ? 1 : 2);
}
