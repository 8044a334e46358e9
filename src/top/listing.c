/*
 * Filter and order; see listing.h.
 */
#include "top/listing.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "top/columns.h"
#include "top/groups.h"

/* What an item is sorted by; the larger number comes first. */
struct rank {
	double		 number;
	const char	*word;		/* NULL: by the number */
	double		 second;	/* among equals */
	uint64_t	 id;
	uint32_t	 item;
};

/* Where the words are, in one buffer: their places are known at the end. */
struct ranks {
	struct rank	*all;		/* owned */
	size_t		 count;
	struct buffer	 words;
};

static void	rank_rows(struct ranks *, const struct model *,
		    const struct listing_options *);
static void	rank_groups(struct ranks *, const struct model *,
		    const struct listing_options *);
static void	add(struct ranks *, const struct rank *, size_t);
static void	rank_row(const struct model_row *, enum listing_sort,
		    struct rank *, struct buffer *);
static bool	has_text(const struct buffer *, const char *);
static int	compare(const void *, const void *);
static void	take(struct listing *, const struct ranks *, bool);
static void	*resized(void *, size_t, size_t);

const char *const listing_view_names[LISTING_VIEWS] = {
	"conversations", "programs", "services"
};
const char *const listing_sort_names[LISTING_SORTS] = {
	"rate", "bytes", "rtt", "retransmissions", "program", "service",
	"state"
};

void
listing_make(struct listing *listing, const struct model *model,
    const struct listing_options *options)
{
	struct ranks ranks = { .all = NULL };
	size_t most = options->view == LISTING_CONVERSATIONS ? model->used :
	    MODEL_GROUPS_MAX;

	ranks.all = resized(NULL, most + 1, sizeof *ranks.all);
	buffer_init(&ranks.words, 4096);
	if (options->view == LISTING_CONVERSATIONS)
		rank_rows(&ranks, model, options);
	else
		rank_groups(&ranks, model, options);
	/* Words are all there now, and stay where they are. */
	for (size_t i = 0; i < ranks.count; i++) {
		if (ranks.all[i].word != NULL)
			ranks.all[i].word = ranks.words.data +
			    (size_t)ranks.all[i].number;
	}
	qsort(ranks.all, ranks.count, sizeof *ranks.all, compare);
	take(listing, &ranks, options->is_reversed);
	buffer_release(&ranks.words);
	free(ranks.all);
}

static void *
resized(void *memory, size_t count, size_t size)
{
	memory = reallocarray(memory, count, size);
	if (memory == NULL) {
		log_error("cannot allocate %zu bytes", count * size);
		abort();
	}
	return memory;
}

static void
rank_rows(struct ranks *ranks, const struct model *model,
    const struct listing_options *options)
{
	struct buffer text;

	buffer_init(&text, 256);
	for (uint32_t i = 0; i < model->used; i++) {
		const struct model_row *row = &model->rows[i];
		struct rank rank = { .item = i };
		size_t before = ranks->words.size;

		if (!row->is_used)
			continue;
		buffer_reset(&text);
		if (options->filter[0] != '\0') {
			columns_search(&row->kept.record, &text);
			if (!has_text(&text, options->filter))
				continue;
		}
		rank_row(row, options->sort, &rank, &ranks->words);
		add(ranks, &rank, before);
	}
	buffer_release(&text);
}

static void
rank_row(const struct model_row *row, enum listing_sort sort,
    struct rank *rank, struct buffer *words)
{
	rank->id = row->kept.record.id;
	rank->second = (double)model_sum(row->bytes);
	switch (sort) {
	case LISTING_BYTES:
		rank->number = rank->second;
		break;
	case LISTING_RTT:
		rank->number = (double)columns_rtt_ns(&row->kept.record);
		break;
	case LISTING_RETRANSMISSIONS:
		rank->number = (double)row->retransmitted;
		break;
	case LISTING_PROGRAM:
		columns_program(&row->kept.record, words);
		break;
	case LISTING_SERVICE:
		columns_service(&row->kept.record, words);
		break;
	case LISTING_STATE:
		buffer_text(words, columns_state(row));
		break;
	default:
		rank->number = model_rate(row->rates);
		break;
	}
	if (sort == LISTING_PROGRAM || sort == LISTING_SERVICE ||
	    sort == LISTING_STATE)
		buffer_char(words, '\0');
}

/* Where words were added that is its rank. */
static void
add(struct ranks *ranks, const struct rank *rank, size_t before)
{
	struct rank *to = &ranks->all[ranks->count++];

	*to = *rank;
	if (ranks->words.size > before) {
		to->word = "";
		to->number = (double)before;
	}
}

/* A group has no rtt and no state; its rate stands in. */
static void
rank_groups(struct ranks *ranks, const struct model *model,
    const struct listing_options *options)
{
	enum model_kind kind = listing_kind(options->view);
	struct buffer text;

	buffer_init(&text, MODEL_NAME_SIZE);
	for (int i = 0; i < model->group_counts[kind]; i++) {
		const struct model_group *g = &model->groups[kind][i];
		struct rank rank = {
			.item = (uint32_t)i, .id = (uint64_t)i,
			.number = model_rate(g->rates),
			.second = (double)model_sum(g->bytes)
		};
		size_t before = ranks->words.size;

		buffer_reset(&text);
		buffer_plain_text(&text, g->name, strlen(g->name));
		if (options->filter[0] != '\0' &&
		    !has_text(&text, options->filter))
			continue;
		if (options->sort == LISTING_BYTES)
			rank.number = rank.second;
		if (options->sort == LISTING_RETRANSMISSIONS)
			rank.number = (double)g->retransmitted;
		if (options->sort == LISTING_PROGRAM ||
		    options->sort == LISTING_SERVICE) {
			buffer_bytes(&ranks->words, text.data, text.size);
			buffer_char(&ranks->words, '\0');
		}
		add(ranks, &rank, before);
	}
	buffer_release(&text);
}

enum model_kind
listing_kind(enum listing_view view)
{
	return view == LISTING_PROGRAMS ? MODEL_PROGRAMS : MODEL_SERVICES;
}

/* Letters of ASCII are the same in either case. */
static bool
has_text(const struct buffer *text, const char *wanted)
{
	size_t size = strlen(wanted);

	for (size_t at = 0; at + size <= text->size; at++) {
		size_t i = 0;

		while (i < size && tolower((unsigned char)text->data[at + i]) ==
		    tolower((unsigned char)wanted[i]))
			i++;
		if (i == size)
			return true;
	}
	return false;
}

/* Nothing known comes last among words. */
static int
compare(const void *x, const void *y)
{
	const struct rank *a = x;
	const struct rank *b = y;
	int order = 0;

	if (a->word != NULL && b->word != NULL) {
		if ((a->word[0] == '\0') != (b->word[0] == '\0'))
			return a->word[0] == '\0' ? 1 : -1;
		order = strcmp(a->word, b->word);
	} else if (a->number > b->number || a->number < b->number) {
		order = a->number > b->number ? -1 : 1;
	}
	if (order != 0)
		return order;
	if (a->second > b->second || a->second < b->second)
		return a->second > b->second ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

static void
take(struct listing *listing, const struct ranks *ranks, bool is_reversed)
{
	if (listing->room < ranks->count) {
		listing->items = resized(listing->items, ranks->count,
		    sizeof *listing->items);
		listing->room = ranks->count;
	}
	listing->count = ranks->count;
	for (size_t i = 0; i < ranks->count; i++)
		listing->items[i] = ranks->all[is_reversed ?
		    ranks->count - 1 - i : i].item;
}

void
listing_release(struct listing *listing)
{
	free(listing->items);
	*listing = (struct listing){ .items = NULL };
}
