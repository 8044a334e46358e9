/*
 * A BPF filter over frames of any mixture of link types.
 */
#include "capture/filter.h"

#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "capture/file/words.h"
#include "capture/link_types.h"

enum {
	FILTER_SNAPLEN = 262144,
	FILTER_LINK_TYPES = 65536,	/* the registry has 16 bits */
	FILTER_NULL = 0,		/* LINKTYPE_NULL */
	FILTER_LOOP = 108		/* LINKTYPE_LOOP */
};

/*
 * The expression for one link type. Without instructions it refuses all:
 * libpcap makes no program of "arp" on a link that carries IP alone.
 */
struct filter_program {
	struct bpf_program	bpf;
};

struct filter {
	char			 *expression;	/* owned */
	struct filter_program	**programs;	/* owned; by link type */
	struct filter_program	 *unknown;	/* owned; refuses all */
	uint64_t		  refused;
	struct log_budget	  budget;
	bool			  is_unfit;
};

static bool	 filter_compile(const struct filter *, int,
		    struct filter_program *, struct error *);
static bool	 filter_probe(struct filter *, struct error *);
static bool	 filter_prepare(struct filter *, int, struct error *);
static bool	 filter_is_hopeless(const struct error *);
static struct filter_program *filter_find(struct filter *,
		    const struct frame *);
static struct filter_program *filter_add(struct filter *,
		    const struct frame *, int);
static int	 filter_link_type(const struct frame *);

/* Ethernet first: its complaint is the one that is shown. */
static const int filter_usual_link_types[] = {
	1, FILTER_NULL, FILTER_LOOP, 101, 12, 228, 229, 113, 276, 9, 50, 51,
	105, 127, 192, 119, 6, 8, 10, 100, 104, 106, 107, 109, 112, 114, 117,
	123, 129, 140, 141, 226, 239
};

struct filter *
filter_new(const char *expression, struct error *error)
{
	struct filter *filter = calloc(1, sizeof(*filter));

	if (filter == NULL)
		abort();
	filter->expression = strdup(expression);
	filter->programs = calloc(FILTER_LINK_TYPES,
	    sizeof(*filter->programs));
	filter->unknown = calloc(1, sizeof(*filter->unknown));
	if (filter->expression == NULL || filter->programs == NULL ||
	    filter->unknown == NULL)
		abort();
	if (filter_probe(filter, error))
		return filter;
	filter_free(filter);
	return NULL;
}

void
filter_free(struct filter *filter)
{
	int i;

	if (filter == NULL)
		return;
	for (i = 0; i < FILTER_LINK_TYPES; i++) {
		if (filter->programs[i] == NULL)
			continue;
		pcap_freecode(&filter->programs[i]->bpf);
		free(filter->programs[i]);
	}
	free(filter->programs);
	free(filter->unknown);
	free(filter->expression);
	free(filter);
}

/* Compiles for the usual link types; whether frames of any may pass. */
static bool
filter_probe(struct filter *filter, struct error *error)
{
	const size_t count = sizeof(filter_usual_link_types) /
	    sizeof(*filter_usual_link_types);
	struct error later;
	bool is_fit = false;
	size_t i;
	int type;

	for (i = 0; i < count; i++) {
		type = filter_usual_link_types[i];
		if (filter_prepare(filter, type, i == 0 ? error : &later))
			is_fit |= filter->programs[type]->bpf.bf_insns != NULL;
		else if (i == 0 && filter_is_hopeless(error))
			return false;
	}
	return is_fit;
}

/* A complaint that no other link type would spare the user. */
static bool
filter_is_hopeless(const struct error *error)
{
	return strstr(error->text, "syntax error") != NULL ||
	    strstr(error->text, "unknown") != NULL;
}

/* Compiles and keeps; a failure is not kept, as it may never matter. */
static bool
filter_prepare(struct filter *filter, int link_type, struct error *error)
{
	struct filter_program program;

	if (!filter_compile(filter, link_type, &program, error))
		return false;
	filter->programs[link_type] = malloc(sizeof(program));
	if (filter->programs[link_type] == NULL)
		abort();
	*filter->programs[link_type] = program;
	return true;
}

static bool
filter_compile(const struct filter *filter, int link_type,
    struct filter_program *program, struct error *error)
{
	pcap_t *pcap = pcap_open_dead(link_types_to_dlt(link_type),
	    FILTER_SNAPLEN);
	const char *complaint;
	bool is_fit;

	if (pcap == NULL)
		abort();
	memset(&program->bpf, 0, sizeof(program->bpf));
	is_fit = pcap_compile(pcap, &program->bpf, filter->expression, 1,
	    PCAP_NETMASK_UNKNOWN) == 0;
	if (!is_fit) {
		complaint = pcap_geterr(pcap);
		is_fit = strstr(complaint, "rejects all packets") != NULL;
		filter_error(filter->expression, complaint, error);
	}
	pcap_close(pcap);
	return is_fit;
}

int
filter_error(const char *expression, const char *complaint,
    struct error *error)
{
	static const char preamble[] = "can't parse filter expression: ";

	if (strncmp(complaint, preamble, sizeof(preamble) - 1) == 0)
		complaint += sizeof(preamble) - 1;
	return error_usage(error, "filter '%s': %s", expression,
	    words_lower(complaint).text);
}

int
filter_frames(struct filter *filter, struct frame *frames, int count)
{
	struct filter_program *program;
	int i, kept = 0;

	for (i = 0; i < count; i++) {
		program = filter_find(filter, &frames[i]);
		if (program->bpf.bf_insns != NULL &&
		    bpf_filter(program->bpf.bf_insns, frames[i].data,
		    frames[i].length, frames[i].captured) != 0)
			frames[kept++] = frames[i];
	}
	filter->refused += (uint64_t)(count - kept);
	return kept;
}

static struct filter_program *
filter_find(struct filter *filter, const struct frame *frame)
{
	int type = filter_link_type(frame);

	if (type >= 0 && type < FILTER_LINK_TYPES &&
	    filter->programs[type] != NULL)
		return filter->programs[type];
	return filter_add(filter, frame, type);
}

/*
 * LINKTYPE_NULL has its first word in the byte order of the machine that
 * captured, and libpcap compiles for this machine's. A word that is
 * big-endian makes the frame look like LINKTYPE_LOOP's.
 */
static int
filter_link_type(const struct frame *frame)
{
	int type = frame->interface->link_type;

	if (type == FILTER_NULL && frame->captured >= 4 &&
	    frame->data[0] == 0 && frame->data[1] == 0)
		return FILTER_LOOP;
	return type;
}

/* A link type that was not foreseen, or for which the words make no sense. */
static struct filter_program *
filter_add(struct filter *filter, const struct frame *frame, int type)
{
	struct filter_program program;
	struct filter_program *added = filter->unknown;
	struct error error = { .text = "" };

	if (type < 0 || type >= FILTER_LINK_TYPES) {
		filter->is_unfit = true;
		log_limited(&filter->budget, "%s: no filter can be applied to "
		    "frames of link type %d", frame->interface->input, type);
		return added;
	}
	added = malloc(sizeof(*added));
	if (added == NULL)
		abort();
	if (!filter_compile(filter, type, &program, &error)) {
		filter->is_unfit = true;
		log_limited(&filter->budget, "%s: frames of link type %d are "
		    "left out: %s", frame->interface->input, type, error.text);
	}
	*added = program;
	filter->programs[type] = added;
	return added;
}

uint64_t
filter_refused(const struct filter *filter)
{
	return filter->refused;
}

bool
filter_is_unfit(const struct filter *filter)
{
	return filter->is_unfit;
}
