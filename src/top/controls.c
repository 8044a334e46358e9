/*
 * Keys; see controls.h.
 */
#include "top/controls.h"

#include <string.h>

struct place {
	const struct model	*model;
	const struct listing	*listing;
	size_t			 lines;
	size_t			 details;
};

struct action {
	int	  key;
	void	(*act)(struct controls *, const struct place *, int);
	int	  amount;
};

static void	act_move(struct controls *, const struct place *, int);
static void	act_page(struct controls *, const struct place *, int);
static void	act_edge(struct controls *, const struct place *, int);
static void	act_sort(struct controls *, const struct place *, int);
static void	act_reverse(struct controls *, const struct place *, int);
static void	act_filter(struct controls *, const struct place *, int);
static void	act_enter(struct controls *, const struct place *, int);
static void	act_escape(struct controls *, const struct place *, int);
static void	act_pause(struct controls *, const struct place *, int);
static void	act_view(struct controls *, const struct place *, int);
static void	act_help(struct controls *, const struct place *, int);
static void	act_quit(struct controls *, const struct place *, int);
static void	type(struct controls *, int);
static void	restart(struct controls *);
static void	stand(struct controls *, const struct model *,
		    const struct listing *);
static uint64_t	id_at(enum listing_view, const struct model *,
		    const struct listing *, size_t);

static const struct action actions[] = {
	{ KEY_OF_UP, act_move, -1 }, { 'k', act_move, -1 },
	{ KEY_OF_DOWN, act_move, 1 }, { 'j', act_move, 1 },
	{ KEY_OF_PAGE_UP, act_page, -1 }, { KEY_OF_PAGE_DOWN, act_page, 1 },
	{ KEY_OF_HOME, act_edge, -1 }, { 'g', act_edge, -1 },
	{ KEY_OF_END, act_edge, 1 }, { 'G', act_edge, 1 },
	{ 's', act_sort, 1 }, { '>', act_sort, 1 }, { '<', act_sort, -1 },
	{ 'r', act_reverse, 0 }, { '/', act_filter, 0 },
	{ KEY_OF_ENTER, act_enter, 0 }, { KEY_OF_ESCAPE, act_escape, 0 },
	{ 'p', act_pause, 0 }, { ' ', act_pause, 0 },
	{ KEY_OF_TAB, act_view, 1 }, { '?', act_help, 0 }, { 'h', act_help, 0 },
	{ 'q', act_quit, 0 }
};

void
controls_key(struct controls *controls, int key, const struct model *model,
    const struct listing *listing, size_t lines, size_t details)
{
	struct place place = { model, listing, lines, details };

	if (controls->is_typing) {
		type(controls, key);
		return;
	}
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
		if (actions[i].key == key)
			actions[i].act(controls, &place, actions[i].amount);
	}
}

/* Bytes, so that a character that has several is typed by and by. */
static void
type(struct controls *controls, int key)
{
	size_t size = strlen(controls->filter);

	if (key == KEY_OF_ENTER) {
		controls->is_typing = false;
	} else if (key == KEY_OF_ESCAPE) {
		controls->is_typing = false;
		controls->filter[0] = '\0';
	} else if (key == KEY_OF_BACKSPACE && size > 0) {
		while (size > 1 &&
		    ((unsigned char)controls->filter[size - 1] & 0xc0) == 0x80)
			size--;
		controls->filter[size - 1] = '\0';
	} else if (key >= ' ' && key < 0x100 && key != 0x7f &&
	    size + 1 < sizeof controls->filter) {
		controls->filter[size] = (char)key;
		controls->filter[size + 1] = '\0';
	}
	restart(controls);
}

/* What is shown is another table: one stands at its top. */
static void
restart(struct controls *controls)
{
	controls->has_moved = false;
	controls->at = 0;
	controls->first = 0;
}

/* Details are scrolled, in a table one moves. */
static void
act_move(struct controls *controls, const struct place *place, int by)
{
	size_t count = place->listing->count;
	size_t step = by < 0 ? (size_t)-by : (size_t)by;

	if (controls->page == CONTROLS_HELP)
		return;
	if (controls->page == CONTROLS_DETAILS) {
		size_t last = place->details > place->lines ?
		    place->details - place->lines : 0;

		if (by < 0)
			controls->below -= step < controls->below ? step :
			    controls->below;
		else
			controls->below = controls->below + step < last ?
			    controls->below + step : last;
		return;
	}
	if (by < 0)
		controls->at -= step < controls->at ? step : controls->at;
	else if (count > 0)
		controls->at = controls->at + step < count ?
		    controls->at + step : count - 1;
	stand(controls, place->model, place->listing);
}

static void
act_page(struct controls *controls, const struct place *place, int by)
{
	int lines = place->lines > 1 ? (int)place->lines - 1 : 1;

	act_move(controls, place, by * lines);
}

static void
act_edge(struct controls *controls, const struct place *place, int by)
{
	size_t most = place->listing->count > place->details ?
	    place->listing->count : place->details;

	act_move(controls, place, by * (int)most);
	if (by < 0 && controls->page == CONTROLS_TABLE)
		restart(controls);
}

static void
act_sort(struct controls *controls, const struct place *place, int by)
{
	int sort = (int)controls->sort + by + LISTING_SORTS;

	(void)place;
	controls->sort = (enum listing_sort)(sort % LISTING_SORTS);
	restart(controls);
}

static void
act_reverse(struct controls *controls, const struct place *place, int by)
{
	(void)place;
	(void)by;
	controls->is_reversed = !controls->is_reversed;
	restart(controls);
}

static void
act_filter(struct controls *controls, const struct place *place, int by)
{
	(void)place;
	(void)by;
	controls->page = CONTROLS_TABLE;
	controls->is_typing = true;
}

/* Of a program or a service the details are its conversations. */
static void
act_enter(struct controls *controls, const struct place *place, int by)
{
	const struct model *model = place->model;

	(void)by;
	if (controls->page != CONTROLS_TABLE) {
		controls->page = CONTROLS_TABLE;
	} else if (place->listing->count == 0) {
		return;
	} else if (controls->view == LISTING_CONVERSATIONS) {
		stand(controls, model, place->listing);
		controls->page = CONTROLS_DETAILS;
		controls->below = 0;
	} else {
		const struct model_group *group =
		    &model->groups[listing_kind(controls->view)]
		    [place->listing->items[controls->at]];
		size_t size = strnlen(group->name,
		    sizeof controls->filter - 1);

		memcpy(controls->filter, group->name, size);
		controls->filter[size] = '\0';
		controls->view = LISTING_CONVERSATIONS;
		restart(controls);
	}
}

static void
act_escape(struct controls *controls, const struct place *place, int by)
{
	(void)place;
	(void)by;
	if (controls->page != CONTROLS_TABLE) {
		controls->page = CONTROLS_TABLE;
		return;
	}
	controls->filter[0] = '\0';
	restart(controls);
}

static void
act_pause(struct controls *controls, const struct place *place, int by)
{
	(void)place;
	(void)by;
	controls->is_paused = !controls->is_paused;
}

static void
act_view(struct controls *controls, const struct place *place, int by)
{
	(void)place;
	controls->page = CONTROLS_TABLE;
	controls->view = (enum listing_view)(((int)controls->view + by) %
	    LISTING_VIEWS);
	restart(controls);
}

static void
act_help(struct controls *controls, const struct place *place, int by)
{
	(void)place;
	(void)by;
	controls->page = controls->page == CONTROLS_HELP ? CONTROLS_TABLE :
	    CONTROLS_HELP;
}

static void
act_quit(struct controls *controls, const struct place *place, int by)
{
	(void)place;
	(void)by;
	controls->is_over = true;
}

/* From now on with this row. */
static void
stand(struct controls *controls, const struct model *model,
    const struct listing *listing)
{
	if (listing->count == 0)
		return;
	if (controls->at >= listing->count)
		controls->at = listing->count - 1;
	controls->has_moved = true;
	controls->chosen = id_at(controls->view, model, listing,
	    controls->at);
}

static uint64_t
id_at(enum listing_view view, const struct model *model,
    const struct listing *listing, size_t at)
{
	uint32_t item = listing->items[at];

	return view == LISTING_CONVERSATIONS ?
	    model->rows[item].kept.record.id : item;
}

/* A row that is gone leaves one where it stood. */
void
controls_follow(struct controls *controls, const struct model *model,
    const struct listing *listing, size_t lines)
{
	if (!controls->has_moved)
		controls->at = 0;
	for (size_t i = 0; controls->has_moved && i < listing->count; i++) {
		if (id_at(controls->view, model, listing, i) ==
		    controls->chosen) {
			controls->at = i;
			break;
		}
	}
	if (controls->at >= listing->count)
		controls->at = listing->count == 0 ? 0 : listing->count - 1;
	if (controls->at < controls->first)
		controls->first = controls->at;
	if (lines > 0 && controls->at >= controls->first + lines)
		controls->first = controls->at - lines + 1;
	if (controls->first > 0 && controls->first + lines > listing->count)
		controls->first = listing->count > lines ?
		    listing->count - lines : 0;
}

struct listing_options
controls_listing(const struct controls *controls)
{
	return (struct listing_options){
		controls->view, controls->sort, controls->is_reversed,
		controls->filter
	};
}
