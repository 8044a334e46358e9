/*
 * The screen; see scene.h. From above: what is watched and how much of it
 * passes, the last minute, what the table shows, the table, and a line of
 * keys or of the last message.
 */
#include "top/scene.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/units.h"
#include "output/text_notes.h"
#include "top/details.h"

enum {
	LINE_TITLE,
	LINE_HISTORY,
	LINE_TABLE,		/* what it shows */
	LINE_HEAD,
	LINE_FIRST		/* of the table */
};

/* From so many columns on there is room. */
enum { SCENE_ROOMY = 100 };

static void	resize(struct scene *, int, int);
static struct scene_line	*line_at(struct scene *, int);
static void	put_line(struct scene *, int, enum scene_look);
static void	draw_title(struct scene *, const struct model *,
		    const struct scene_facts *);
static void	draw_history(struct scene *, const struct model *);
static void	draw_caption(struct scene *, const struct listing *,
		    const struct controls *);
static void	draw_table(struct scene *, const struct model *,
		    const struct listing *, const struct controls *);
static void	draw_head(struct scene *, const struct columns *,
		    const struct controls *);
static void	draw_row(struct scene *, struct scene_line *,
		    const struct columns *, const struct model *,
		    const struct model_row *);
static void	draw_group(struct scene *, struct scene_line *,
		    const struct columns *, const struct model *,
		    const struct model_group *);
static void	put_cell(struct scene *, struct scene_line *,
		    const struct columns *, int, enum scene_look);
static enum scene_look	look_of(const struct columns_column *,
		    const struct model_row *);
static void	draw_details(struct scene *, const struct model *,
		    const struct controls *);
static void	draw_help(struct scene *);
static void	draw_text(struct scene *, size_t);
static void	draw_foot(struct scene *, const struct controls *,
		    const struct scene_facts *);
static void	put_time(int64_t, bool, struct buffer *);
static void	put_rate(double, const char *, struct buffer *);

static const char help_text[] =
"Keys\n"
"  arrows, j, k          move; PgUp, PgDn, Home and End, too\n"
"  Enter                 everything about the conversation, or the\n"
"                        conversations of the program or service\n"
"  Tab                   conversations, programs, services\n"
"  s or >, <             sort by rate, bytes, rtt, retransmissions,\n"
"                        program, service, state\n"
"  r                     the other way round\n"
"  /                     show only rows with what is typed next: a part of an\n"
"                        address, a name, a service, a program; Esc: all\n"
"  p or space            hold the picture; what passes is counted meanwhile\n"
"  ?                     this, and back\n"
"  q                     quit\n"
"Columns\n"
"  →bit/s ←bit/s         what the originator sends, and what comes back,\n"
"                        since the last look\n"
"  service               with a ! its port is another's\n"
"  rtt                   of the handshake, or of the first answer\n"
"  retr                  packets sent again, both ways\n"
"  minute                how much passed in each second, to its own scale\n";

int
scene_lines(int height)
{
	int lines = height - LINE_FIRST - 1;

	return lines > 1 ? lines : 1;
}

void
scene_draw(struct scene *scene, const struct model *model,
    const struct listing *listing, const struct controls *controls,
    const struct scene_facts *facts, int width, int height)
{
	resize(scene, width, height);
	draw_title(scene, model, facts);
	draw_history(scene, model);
	draw_caption(scene, listing, controls);
	if (controls->page == CONTROLS_DETAILS)
		draw_details(scene, model, controls);
	else if (controls->page == CONTROLS_HELP)
		draw_help(scene);
	else
		draw_table(scene, model, listing, controls);
	draw_foot(scene, controls, facts);
}

/* All lines empty, as wide as they are. */
static void
resize(struct scene *scene, int width, int height)
{
	if (scene->room == 0) {
		buffer_init(&scene->cell, 256);
		buffer_init(&scene->text, 4096);
	}
	if (height > scene->room) {
		struct scene_line *lines = reallocarray(scene->lines,
		    (size_t)height, sizeof *lines);

		if (lines == NULL) {
			log_error("cannot allocate %zu bytes",
			    (size_t)height * sizeof *lines);
			abort();
		}
		for (int i = scene->room; i < height; i++)
			buffer_init(&lines[i].text, 256);
		scene->lines = lines;
		scene->room = height;
	}
	scene->width = width;
	scene->height = height;
	buffer_reset(&scene->cell);
	for (int i = 0; i < height; i++)
		put_line(scene, i, SCENE_PLAIN);
}

void
scene_release(struct scene *scene)
{
	for (int i = 0; i < scene->room; i++)
		buffer_release(&scene->lines[i].text);
	if (scene->room > 0) {
		buffer_release(&scene->cell);
		buffer_release(&scene->text);
	}
	free(scene->lines);
	*scene = (struct scene){ .lines = NULL };
}

/* NULL where the screen is too low for it. */
static struct scene_line *
line_at(struct scene *scene, int line)
{
	return line < scene->height ? &scene->lines[line] : NULL;
}

/* What is in the cell becomes the line. */
static void
put_line(struct scene *scene, int at, enum scene_look look)
{
	struct scene_line *line = line_at(scene, at);

	if (line == NULL)
		return;
	line->look = look;
	line->span_count = 0;
	buffer_reset(&line->text);
	cells_put(&line->text, scene->cell.data, scene->cell.size,
	    scene->width, CELLS_LEFT);
}

static void
draw_title(struct scene *scene, const struct model *model,
    const struct scene_facts *facts)
{
	struct buffer *b = &scene->cell;
	char number[UNITS_SIZE];

	buffer_reset(b);
	buffer_text(b, "tallyman  ");
	buffer_plain_text(b, facts->input, strlen(facts->input));
	buffer_text(b, "  ");
	put_time(model->now_ns, facts->is_live ||
	    scene->width < SCENE_ROOMY, b);
	if (facts->is_over)
		buffer_text(b, " (end)");
	buffer_text(b, "  ");
	put_rate(model->bit_rate, "bit/s", b);
	buffer_text(b, "  ");
	put_rate(model->frame_rate, "packets/s", b);
	units_count(number, sizeof number, model->open);
	buffer_format(b, "  %s open", number);
	put_line(scene, LINE_TITLE, SCENE_TITLE);
}

/* UTC; of a saved capture with its day, where there is room. */
static void
put_time(int64_t ns, bool is_brief, struct buffer *b)
{
	size_t before = b->size;

	if (ns == 0) {
		buffer_text(b, "no frame yet");
		return;
	}
	buffer_time(b, ns, 6);
	b->data[before + 10] = ' ';
	buffer_truncate(b, before + 19);
	if (!is_brief)
		return;
	memmove(b->data + before, b->data + before + 11, 8);
	buffer_truncate(b, before + 8);
	buffer_text(b, "Z");
}

static void
put_rate(double rate, const char *unit, struct buffer *b)
{
	char text[UNITS_SIZE];
	uint64_t number = (uint64_t)(rate + 0.5);

	units_scaled(text, sizeof text, number);
	buffer_text(b, text);
	if (strcmp(unit, "bit/s") != 0 || strchr(text, ' ') == NULL)
		buffer_char(b, ' ');
	buffer_text(b, unit);
}

static void
draw_history(struct scene *scene, const struct model *model)
{
	struct buffer *b = &scene->cell;
	const struct stats *stats = &model->stats;
	struct scene_line *line = line_at(scene, LINE_HISTORY);
	size_t before;
	uint64_t lost = stats->kernel_dropped + stats->interface_dropped;

	buffer_reset(b);
	history_write(&model->history, model_second(model),
	    scene->width < SCENE_ROOMY ? 40 : HISTORY_SECONDS,
	    cells_are_wide(), b);
	buffer_text(b, "  ");
	before = (size_t)cells_width(b->data, b->size);
	if (stats->has_kernel)
		buffer_format(b, "%" PRIu64 " dropped", lost);
	else
		buffer_format(b, "%" PRIu64 " frames", stats->read);
	put_line(scene, LINE_HISTORY, SCENE_PLAIN);
	if (line != NULL && stats->has_kernel && lost > 0) {
		line->spans[0] = (struct scene_span){
			(int)before, 30, SCENE_BAD
		};
		line->span_count = 1;
	}
}

/* "conversations by rate ↓  filter: dns  3 of 40" */
static void
draw_caption(struct scene *scene, const struct listing *listing,
    const struct controls *controls)
{
	struct buffer *b = &scene->cell;
	bool is_word = controls->sort >= LISTING_PROGRAM;

	buffer_reset(b);
	for (int view = 0; view < LISTING_VIEWS; view++)
		buffer_format(b, view == (int)controls->view ? "[%s] " :
		    " %s  ", listing_view_names[view]);
	buffer_format(b, " by %s %s", listing_sort_names[controls->sort],
	    is_word != controls->is_reversed ? "↑" : "↓");
	if (controls->is_typing || controls->filter[0] != '\0') {
		buffer_text(b, "  /");
		buffer_plain_text(b, controls->filter,
		    strlen(controls->filter));
		if (controls->is_typing)
			buffer_char(b, '_');
	}
	if (controls->page == CONTROLS_TABLE)
		buffer_format(b, "  %zu", listing->count);
	if (controls->is_paused)
		buffer_text(b, "  PAUSED");
	put_line(scene, LINE_TABLE, SCENE_PLAIN);
}

static void
draw_table(struct scene *scene, const struct model *model,
    const struct listing *listing, const struct controls *controls)
{
	struct columns columns;
	int lines = scene_lines(scene->height);

	columns_choose(&columns, controls->view, scene->width,
	    model->has_programs);
	draw_head(scene, &columns, controls);
	for (int i = 0; i < lines; i++) {
		struct scene_line *line = line_at(scene, LINE_FIRST + i);
		size_t at = controls->first + (size_t)i;
		uint32_t item;

		if (at >= listing->count || line == NULL)
			break;
		item = listing->items[at];
		if (controls->view == LISTING_CONVERSATIONS)
			draw_row(scene, line, &columns, model,
			    &model->rows[item]);
		else
			draw_group(scene, line, &columns, model,
			    &model->groups[listing_kind(controls->view)]
			    [item]);
		if (at == controls->at)
			line->look = SCENE_CHOSEN;
	}
	if (listing->count > 0)
		return;
	buffer_reset(&scene->cell);
	if (controls->filter[0] != '\0')
		buffer_text(&scene->cell, "  nothing matches");
	else if (controls->view == LISTING_PROGRAMS)
		buffer_text(&scene->cell, "  no programs are known");
	else
		buffer_text(&scene->cell, "  nothing yet");
	put_line(scene, LINE_FIRST, SCENE_FAINT);
}

static void
draw_head(struct scene *scene, const struct columns *columns,
    const struct controls *controls)
{
	struct scene_line *line = line_at(scene, LINE_HEAD);
	struct buffer *b = &scene->text;

	buffer_reset(b);
	for (int i = 0; i < columns->count; i++) {
		const struct columns_column *column = columns->all[i];
		const char *title = column->title;

		if (i > 0)
			buffer_char(b, ' ');
		if (strcmp(title, "name") == 0)
			title = controls->view == LISTING_PROGRAMS ?
			    "program" : "service";
		cells_put(b, title, strlen(title), columns->widths[i],
		    column->fit == CELLS_RIGHT ? CELLS_RIGHT : CELLS_LEFT);
	}
	buffer_reset(&scene->cell);
	buffer_bytes(&scene->cell, b->data, b->size);
	put_line(scene, LINE_HEAD, SCENE_HEAD);
	if (line == NULL)
		return;
	for (int i = 0, at = 0; i < columns->count; i++) {
		if (columns->all[i]->sort == controls->sort &&
		    line->span_count < SCENE_SPANS_MAX)
			line->spans[line->span_count++] = (struct scene_span){
				at, columns->widths[i], SCENE_TITLE
			};
		at += columns->widths[i] + COLUMNS_GAP;
	}
}

static void
draw_row(struct scene *scene, struct scene_line *line,
    const struct columns *columns, const struct model *model,
    const struct model_row *row)
{
	line->look = row->is_open ? SCENE_PLAIN : SCENE_FAINT;
	line->span_count = 0;
	buffer_reset(&line->text);
	for (int i = 0; i < columns->count; i++) {
		buffer_reset(&scene->cell);
		columns->all[i]->row(model, row, columns->widths[i],
		    &scene->cell);
		put_cell(scene, line, columns, i,
		    look_of(columns->all[i], row));
	}
}

static void
draw_group(struct scene *scene, struct scene_line *line,
    const struct columns *columns, const struct model *model,
    const struct model_group *group)
{
	line->look = group->open > 0 ? SCENE_PLAIN : SCENE_FAINT;
	line->span_count = 0;
	buffer_reset(&line->text);
	for (int i = 0; i < columns->count; i++) {
		buffer_reset(&scene->cell);
		columns->all[i]->group(model, group, columns->widths[i],
		    &scene->cell);
		put_cell(scene, line, columns, i, SCENE_PLAIN);
	}
}

/* What is in the cell goes to its column; the last one fills the line. */
static void
put_cell(struct scene *scene, struct scene_line *line,
    const struct columns *columns, int at, enum scene_look look)
{
	int width = columns->widths[at];
	int from = 0;

	for (int i = 0; i < at; i++)
		from += columns->widths[i] + COLUMNS_GAP;
	if (at > 0)
		buffer_char(&line->text, ' ');
	cells_put(&line->text, scene->cell.data, scene->cell.size, width,
	    columns->all[at]->fit);
	if (look != SCENE_PLAIN && line->span_count < SCENE_SPANS_MAX)
		line->spans[line->span_count++] = (struct scene_span){
			from, width, look
		};
	if (at < columns->count - 1)
		return;
	for (from += width; from < scene->width; from++)
		buffer_char(&line->text, ' ');
}

static enum scene_look
look_of(const struct columns_column *column, const struct model_row *row)
{
	const struct record *record = &row->kept.record;

	if (column->sort == LISTING_SERVICE &&
	    text_notes_is_disagreement(record))
		return SCENE_WARNING;
	if (column->sort == LISTING_RETRANSMISSIONS && row->retransmitted > 0)
		return SCENE_WARNING;
	if (column->sort == LISTING_STATE && !row->is_open &&
	    strcmp(record->end_reason, "rst") == 0)
		return SCENE_BAD;
	return SCENE_PLAIN;
}

static void
draw_details(struct scene *scene, const struct model *model,
    const struct controls *controls)
{
	const struct model_row *row = model_find(model, controls->chosen);

	buffer_reset(&scene->text);
	if (row != NULL)
		details_write(model, row, &scene->text);
	else
		buffer_text(&scene->text, "It is gone\n");
	draw_text(scene, controls->below);
}

static void
draw_help(struct scene *scene)
{
	buffer_reset(&scene->text);
	buffer_text(&scene->text, help_text);
	draw_text(scene, 0);
}

/* The lines of the text from that one on; headings stand out. */
static void
draw_text(struct scene *scene, size_t below)
{
	const char *text = scene->text.data;
	size_t size = scene->text.size;
	int at = LINE_HEAD;
	int last = scene->height - 1;

	scene->details = 0;
	for (size_t from = 0; from < size; scene->details++) {
		const char *end = memchr(text + from, '\n', size - from);
		size_t length = end == NULL ? size - from :
		    (size_t)(end - (text + from));

		if (scene->details >= below && at < last) {
			buffer_reset(&scene->cell);
			buffer_bytes(&scene->cell, text + from, length);
			put_line(scene, at++, length > 0 &&
			    text[from] != ' ' ? SCENE_TITLE : SCENE_PLAIN);
		}
		from += length + 1;
	}
}

/* What the log said last is more than the names of keys. */
static void
draw_foot(struct scene *scene, const struct controls *controls,
    const struct scene_facts *facts)
{
	struct buffer *b = &scene->cell;
	bool is_message = facts->message != NULL && !controls->is_typing;

	buffer_reset(b);
	if (controls->is_typing)
		buffer_text(b, "type what the rows must have; "
		    "Enter: keep it, Esc: show all");
	else if (is_message)
		buffer_plain_text(b, facts->message, strlen(facts->message));
	else if (controls->page != CONTROLS_TABLE)
		buffer_text(b, "Esc back  arrows scroll  p pause  q quit");
	else
		buffer_text(b, "Enter details  Tab view  s sort  r reverse  "
		    "/ filter  p pause  ? help  q quit");
	put_line(scene, scene->height - 1, is_message ? SCENE_BAD :
	    SCENE_FAINT);
}
