/*
 * From the options to the parts of a run; see setup.h.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "capture/live.h"
#include "capture/paced.h"
#include "capture/saved.h"
#include "setup.h"

/* Long flows of a live capture are written in parts of five minutes. */
#define SETUP_LIVE_PART_NS INT64_C(300000000000)

/* A saved capture of fewer bytes is metered before threads have begun. */
enum { SETUP_WORTH_THREADS = 4 << 20, SETUP_THREADS = 8 };

static struct output *open_output(const struct options *,
		    const struct options_output *, struct error *);
static bool	has_programs(const struct options *);
static int	usual_threads(struct source *, bool);

struct source *
setup_source(const struct options *o, struct error *error)
{
	struct live_options live = {
		.filter = o->filter,
		.link_type = o->link_type,
		.snaplen = o->snaplen,
		.buffer_kib = o->buffer_kib,
		.is_not_promiscuous = o->is_not_promiscuous
	};

	if (o->input_count > 0) {
		struct source *saved = saved_open(o->inputs, o->input_count,
		    o->filter, error);

		return saved == NULL || o->action != OPTIONS_TOP ? saved :
		    paced_new(saved, o->speed);
	}
	return live_open(o->interfaces, o->interface_count, &live, error);
}

int
setup_programs(const struct options *o, struct programs **programs,
    struct error *error)
{
	static const enum collector_how hows[] = {
		[OPTIONS_PROGRAMS_AUTO] = COLLECTOR_AUTO,
		[OPTIONS_PROGRAMS_EBPF] = COLLECTOR_EBPF,
		[OPTIONS_PROGRAMS_SOCKETS] = COLLECTOR_SOCKETS
	};

	*programs = NULL;
	if (!has_programs(o))
		return 0;
	*programs = programs_open(hows[o->programs], o->user, error);
	return *programs == NULL ? -1 : 0;
}

/* Those of a saved capture ran on another machine, or at another time. */
static bool
has_programs(const struct options *o)
{
	return o->input_count == 0 && o->programs != OPTIONS_PROGRAMS_OFF;
}

/* Without -o: text on a terminal, JSON elsewhere. */
int
setup_outputs(const struct options *o, struct output **outputs, size_t *count,
    struct error *error)
{
	struct options_output usual = {
		isatty(STDOUT_FILENO) ? "text" : "json", "-"
	};
	const struct options_output *wanted = o->output_count == 0 ? &usual :
	    o->outputs;
	size_t wanted_count = o->output_count == 0 ? 1 : o->output_count;

	if (wanted_count > SETUP_OUTPUTS_MAX)
		return error_set(error, "more than %d outputs", SETUP_OUTPUTS_MAX);
	for (; *count < wanted_count; ++*count) {
		outputs[*count] = open_output(o, &wanted[*count], error);
		if (outputs[*count] == NULL)
			return -1;
	}
	return 0;
}

static struct output *
open_output(const struct options *o, const struct options_output *wanted,
    struct error *error)
{
	bool is_terminal = strcmp(wanted->where, "-") == 0 &&
	    isatty(STDOUT_FILENO);
	struct winsize window = { 0 };
	struct output_options options = {
		.fields = o->fields,
		.is_terminal = is_terminal,
		.is_colored = is_terminal && getenv("NO_COLOR") == NULL,
		.has_macs = o->has_macs,
		.has_programs = has_programs(o),
		.is_quiet = o->is_quiet,
		.is_verbose = o->verbosity > 0
	};

	if (is_terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0)
		options.columns = window.ws_col;
	return output_open(format_find(wanted->format), wanted->where,
	    &options, o->is_line_buffered || is_terminal, error);
}

/* How many threads meter when nobody says: the cores that we may use. */
static int
usual_threads(struct source *source, bool is_live)
{
	struct source_counts counts = { 0 };
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	source_counts(source, &counts);
	if (is_live || cores < 2 || (counts.bytes_total != 0 &&
	    counts.bytes_total < SETUP_WORTH_THREADS))
		return 1;
	return cores < SETUP_THREADS ? (int)cores : SETUP_THREADS;
}

void
setup_engine(const struct options *o, struct source *source,
    struct output **outputs, size_t count, struct engine_options *engine)
{
	bool is_live = o->input_count == 0;
	int threads = o->action == OPTIONS_TOP ? 1 :
	    o->threads != 0 ? o->threads : usual_threads(source, is_live);

	*engine = (struct engine_options){
		.source = source,
		.outputs = outputs,
		.output_count = count,
		.timeouts = {
			.tcp_open_ns = o->timeouts.tcp_open_ns,
			.tcp_ns = o->timeouts.tcp_ns,
			.tcp_close_ns = o->timeouts.tcp_close_ns,
			.udp_ns = o->timeouts.udp_ns,
			.other_ns = o->timeouts.other_ns,
			.part_ns = o->timeouts.part_ns >= 0 ?
			    o->timeouts.part_ns :
			    is_live ? SETUP_LIVE_PART_NS : 0
		},
		.key = { o->is_key_vlan, o->is_key_tunnel },
		.memory = o->memory_bytes,
		.max_flows = o->flows_max > UINT32_MAX ? 0 :
		    (uint32_t)o->flows_max,
		.frame_limit = o->count,
		.stats_interval_ns = o->stats_interval_ns,
		.community_seed = o->community_seed,
		.workers = threads,
		.has_writer = threads < sysconf(_SC_NPROCESSORS_ONLN),
		.is_live = is_live,
		.is_progress_wanted = !is_live &&
		    (o->progress == OPTIONS_PROGRESS_ALWAYS ||
		    (o->progress == OPTIONS_PROGRESS_AUTO &&
		    isatty(STDERR_FILENO))),
		.is_header_checked = o->checksums != OPTIONS_CHECKSUMS_OFF,
		.is_revealing = o->is_revealing,
		.is_transport_checked =
		    o->checksums == OPTIONS_CHECKSUMS_CHECK
	};
	if (!is_live && engine->workers > 1)
		saved_decode_ahead(source);
}
