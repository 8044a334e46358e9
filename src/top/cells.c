/*
 * Columns of a terminal; see cells.h.
 */
#include "top/cells.h"

#include <langinfo.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

/* One character: its bytes, how many columns, and what is shown. */
struct cell {
	size_t		 size;
	int		 width;
	const char	*shown;
	size_t		 shown_size;
};

static struct cell	cell_at(const char *, size_t, bool);
static uint32_t		decode(const char *, size_t, size_t *);
static const char	*plain_of(uint32_t);
static void		put_range(struct buffer *, const char *, size_t, int,
			    bool);
static size_t		skip(const char *, size_t, int, bool, int *);

/* Of our own characters what they are in ASCII. */
static const struct {
	uint32_t	 character;
	const char	*plain;
} plain_forms[] = {
	{ 0x2192, ">" }, { 0x2190, "<" }, { 0x2191, "^" }, { 0x2193, "v" },
	{ 0x2026, "~" }, { 0xb7, "-" }, { 0x2014, "-" }
};

bool
cells_are_wide(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* The next character; what is none takes a column of its own. */
static struct cell
cell_at(const char *text, size_t size, bool is_wide)
{
	struct cell cell = { .width = 1, .shown = "?", .shown_size = 1 };
	uint32_t character = decode(text, size, &cell.size);
	int width;

	if (character >= 0x20 && character < 0x7f) {
		cell.shown = text;
		return cell;
	}
	if (!is_wide) {
		cell.shown = plain_of(character);
		return cell;
	}
	width = character == 0 ? -1 : wcwidth((wchar_t)character);
	if (width > 0) {
		cell.width = width;
		cell.shown = text;
		cell.shown_size = cell.size;
	}
	return cell;
}

/* UTF-8 (RFC 3629); 0 for a byte that is not part of it. */
static uint32_t
decode(const char *text, size_t size, size_t *used)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint8_t first = (uint8_t)text[0];
	size_t length = first < 0x80 ? 1 : first >= 0xf0 ? 4 :
	    first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 0;
	uint32_t character = length == 1 ? first :
	    first & (0x7fu >> length);

	*used = 1;
	if (length == 0 || length > size || first >= 0xf8)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if (((uint8_t)text[i] & 0xc0) != 0x80)
			return 0;
		character = character << 6 | ((uint8_t)text[i] & 0x3f);
	}
	if (character < least[length] || character > 0x10ffff ||
	    (character >= 0xd800 && character < 0xe000))
		return 0;
	*used = length;
	return character;
}

static const char *
plain_of(uint32_t character)
{
	for (size_t i = 0; i < sizeof plain_forms / sizeof *plain_forms; i++) {
		if (plain_forms[i].character == character)
			return plain_forms[i].plain;
	}
	return "?";
}

int
cells_width(const char *text, size_t size)
{
	bool is_wide = cells_are_wide();
	int width = 0;

	for (size_t at = 0; at < size;) {
		struct cell cell = cell_at(text + at, size - at, is_wide);

		width += cell.width;
		at += cell.size;
	}
	return width;
}

void
cells_put(struct buffer *b, const char *text, size_t size, int columns,
    enum cells_fit fit)
{
	bool is_wide = cells_are_wide();
	const char *mark = is_wide ? "…" : "~";
	int width = cells_width(text, size);

	if (columns <= 0)
		return;
	if (width <= columns) {
		int gap = columns - width;

		for (int i = 0; fit == CELLS_RIGHT && i < gap; i++)
			buffer_char(b, ' ');
		put_range(b, text, size, columns, is_wide);
		for (int i = 0; fit != CELLS_RIGHT && i < gap; i++)
			buffer_char(b, ' ');
		return;
	}
	if (fit != CELLS_TAIL) {
		int kept = 0;
		size_t end = skip(text, size, columns - 1, is_wide, &kept);

		put_range(b, text, end, columns, is_wide);
		buffer_text(b, mark);
		while (++kept < columns)
			buffer_char(b, ' ');
	} else {
		int gone = 0;
		size_t from = skip(text, size, width - columns + 1, is_wide,
		    &gone);

		/* Of a wide character there is no half. */
		if (gone < width - columns + 1) {
			struct cell cell = cell_at(text + from, size - from,
			    is_wide);

			from += cell.size;
			gone += cell.width;
		}
		buffer_text(b, mark);
		put_range(b, text + from, size - from, columns, is_wide);
		for (int i = width - gone + 1; i < columns; i++)
			buffer_char(b, ' ');
	}
}

static void
put_range(struct buffer *b, const char *text, size_t size, int columns,
    bool is_wide)
{
	for (size_t at = 0; at < size && columns > 0;) {
		struct cell cell = cell_at(text + at, size - at, is_wide);

		buffer_bytes(b, cell.shown, cell.shown_size);
		columns -= cell.width;
		at += cell.size;
	}
}

/* Over so many columns at most, whole characters; how many those were. */
static size_t
skip(const char *text, size_t size, int columns, bool is_wide, int *skipped)
{
	size_t at = 0;

	*skipped = 0;
	while (at < size) {
		struct cell cell = cell_at(text + at, size - at, is_wide);

		if (*skipped + cell.width > columns)
			break;
		*skipped += cell.width;
		at += cell.size;
	}
	return at;
}
