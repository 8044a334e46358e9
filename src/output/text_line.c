/*
 * A line of a table; see text_line.h.
 */
#include "output/text_line.h"

static const char color_off[] = "\033[0m";

int
text_line_characters(const struct buffer *cell)
{
	int count = 0;

	for (size_t i = 0; i < cell->size; i++)
		count += ((unsigned char)cell->data[i] & 0xc0) != 0x80;
	return count;
}

void
text_line_cut(struct buffer *cell, int characters)
{
	size_t size = 0;
	int kept = 0;

	while (size < cell->size) {
		bool is_first = ((unsigned char)cell->data[size] & 0xc0) !=
		    0x80;

		if (is_first && ++kept >= characters)
			break;
		size++;
	}
	buffer_truncate(cell, size);
	buffer_text(cell, "…");
}

void
text_line_cell(struct text_line *line, struct buffer *cell, int width,
    bool is_right, const char *color)
{
	int size = text_line_characters(cell);
	int gap = line->start == 0 ? 0 : TEXT_GAP;
	int from = line->start + gap;
	int least = line->at + (line->at == 0 ? 0 : 1);

	line->start = from + width;
	if (is_right && size < width)
		from += width - size;
	if (from < least)
		from = least;
	if (size == 0 || (line->width > 0 && from >= line->width))
		return;
	if (line->width > 0 && from + size > line->width) {
		/* Half a number would be another number. */
		size = is_right ? 1 : line->width - from;
		text_line_cut(cell, size);
	}
	for (; line->at < from; line->at++)
		buffer_char(line->b, ' ');
	if (color != NULL)
		buffer_text(line->b, color);
	buffer_bytes(line->b, cell->data, cell->size);
	if (color != NULL)
		buffer_text(line->b, color_off);
	line->at += size;
}
