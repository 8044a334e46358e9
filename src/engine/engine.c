/*
 * The pipeline; see engine.h.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "capture/live.h"
#include "dissect/registry.h"
#include "dissect/walk.h"
#include "engine/engine.h"
#include "engine/ledger.h"
#include "engine/progress.h"
#include "engine/signals.h"

#define ENGINE_FLUSH_NS INT64_C(1000000000)

struct engine {
	const struct engine_options *options;
	struct meter		*meter;
	struct fragments	*fragments;
	struct walk		 walk;
	struct stats		 stats;
	struct progress		 progress;
	uint64_t		 frames;	/* given to the walk */
	int64_t			 begin_ns;	/* monotonic */
	int64_t			 flushed_ns;
	int64_t			 reported_ns;
	bool			 has_failed;	/* exit status 1 */
	bool			 is_stopping;
	size_t			 outputs_lost;
	bool			*is_output_lost; /* owned, one an output */
	struct frame		 source_frames[METER_BATCH_MAX];
	struct packet		 packets[METER_BATCH_MAX];
	struct conversation	 conversations[METER_CONVERSATIONS_MAX];
};

static void	*allocate(size_t, size_t);
static int	begin(struct engine *, const struct engine_options *,
		    struct error *);
static void	run(struct engine *);
static int	read_frames(struct engine *);
static void	meter_frames(struct engine *, int);
static int	walk_frames(struct engine *, int, int);
static void	greet_link(const struct interface *);
static void	attend(struct engine *);
static void	show_progress(struct engine *, int64_t);
static void	write_record(void *, const struct meter_flow *);
static void	write_stats(struct engine *, bool);
static void	flush_outputs(struct engine *);
static void	reopen_outputs(struct engine *);
static void	lose_output(struct engine *, size_t, const struct error *);
static void	fill_stats(struct engine *);
static void	finish(struct engine *);
static int64_t	clock_ns(clockid_t);

int
engine_run(const struct engine_options *options, struct error *error)
{
	struct engine *e = allocate(1, sizeof *e);
	bool has_failed;

	if (begin(e, options, error) < 0) {
		free(e);
		return -1;
	}
	run(e);
	finish(e);
	has_failed = e->has_failed;
	meter_free(e->meter);
	fragments_free(e->fragments);
	free(e->is_output_lost);
	free(e);
	return has_failed ? 1 : 0;
}

/* Zeroed memory; without it there is no beginning. */
static void *
allocate(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (memory == NULL && count > 0) {
		log_error("cannot allocate %zu bytes", count * size);
		abort();
	}
	return memory;
}

static int
begin(struct engine *e, const struct engine_options *options,
    struct error *error)
{
	struct hash_secret secret;
	struct meter_options meter = {
		.timeouts = options->timeouts,
		.key = options->key,
		.memory = options->memory,
		.max_flows = options->max_flows,
		.secret = &secret,
		.write = write_record,
		.context = e
	};

	hash_secret_draw(&secret);
	e->options = options;
	e->meter = meter_new(&meter, error);
	if (e->meter == NULL)
		return -1;
	e->fragments = fragments_new(&secret);
	e->is_output_lost = allocate(options->output_count,
	    sizeof *e->is_output_lost);
	e->walk.fragments = e->fragments;
	e->walk.is_header_checked = options->is_header_checked;
	e->walk.is_checking = options->is_transport_checked;
	e->begin_ns = clock_ns(CLOCK_MONOTONIC);
	e->flushed_ns = e->begin_ns;
	e->reported_ns = e->begin_ns;
	e->progress = (struct progress){
		.is_wanted = options->is_progress_wanted,
		.begin_ns = e->begin_ns
	};
	e->stats.time_digits = 6;
	registry_init();
	return 0;
}

/* A frame's way: source, walk, meter; what ends is written in between. */
static void
run(struct engine *e)
{
	int count;

	while ((count = read_frames(e)) != SOURCE_END) {
		if (count == SOURCE_ERROR)
			break;
		if (count > 0)
			meter_frames(e, count);
		attend(e);
		if (e->is_stopping && !e->options->is_live)
			break;
	}
	progress_clear(&e->progress);
}

static int
read_frames(struct engine *e)
{
	const struct engine_options *o = e->options;
	int max = o->batch == 0 ? METER_BATCH_MAX : o->batch;
	struct error error;
	int count;

	if (o->frame_limit != 0) {
		uint64_t left = o->frame_limit - e->frames;

		if (left == 0)
			return SOURCE_END;
		if (left < (uint64_t)max)
			max = (int)left;
	}
	source_release_all(o->source);
	count = source_read(o->source, e->source_frames, max, &error);
	if (count == SOURCE_ERROR) {
		progress_clear(&e->progress);
		log_error("%s", error.text);
		e->has_failed = true;
	}
	/* A silent pipe says nothing of the time its frames were captured. */
	if (count == SOURCE_QUIET && o->is_live)
		meter_tick(e->meter, clock_ns(CLOCK_REALTIME));
	return count;
}

/* The frames of a batch, in as many turns as their conversations need. */
static void
meter_frames(struct engine *e, int count)
{
	int done = 0;

	while (done < count) {
		int turn = walk_frames(e, done, count - done);

		meter_packets(e->meter, e->packets, turn);
		fragments_recycle(e->fragments);
		done += turn;
	}
}

static int
walk_frames(struct engine *e, int first, int count)
{
	int room = METER_CONVERSATIONS_MAX;
	int i = 0;

	while (i < count && room >= PACKET_CONVERSATIONS_MAX) {
		struct frame *frame = &e->source_frames[first + i];
		struct packet *p = &e->packets[i++];

		if (frame->ts_ns > ITEMS_TIME_MAX)
			frame->ts_ns = ITEMS_TIME_MAX;
		else if (frame->ts_ns < -ITEMS_TIME_MAX)
			frame->ts_ns = -ITEMS_TIME_MAX;
		frame->number = ++e->frames;
		if (ledger_frame(&e->stats, frame))
			greet_link(frame->interface);
		p->frame = *frame;
		p->conversations =
		    &e->conversations[METER_CONVERSATIONS_MAX - room];
		e->walk.packet = p;
		walk_frame(&e->walk);
		ledger_packet(&e->stats, p);
		room -= p->conversation_count;
	}
	return i;
}

/* Frames of a link that nobody reads are counted, and that is said once. */
static void
greet_link(const struct interface *interface)
{
	int link_type = interface->link_type;

	if (link_type >= 0 && link_type <= UINT16_MAX &&
	    registry_at(KEY_LINK, (uint16_t)link_type) != NULL)
		return;
	log_notice("%s: link type %d is not read: its frames count as not IP",
	    interface->input != NULL ? interface->input : interface->name,
	    link_type);
}

/* Between batches: signals, progress, what is due by the wall clock. */
static void
attend(struct engine *e)
{
	int64_t now_ns;

	if (signals_stop() && !e->is_stopping) {
		e->is_stopping = true;
		if (e->options->is_live)
			live_stop(e->options->source);
	}
	if (signals_take_reopen())
		reopen_outputs(e);
	if (signals_take_stats())
		write_stats(e, false);
	if (e->outputs_lost == e->options->output_count) {
		e->is_stopping = true;
		if (e->options->is_live)
			live_stop(e->options->source);
	}
	if (!e->options->is_live && !e->progress.is_wanted &&
	    e->options->stats_interval_ns == 0)
		return;
	now_ns = clock_ns(CLOCK_MONOTONIC);
	if (progress_is_due(&e->progress, now_ns))
		show_progress(e, now_ns);
	if (e->options->is_live && now_ns - e->flushed_ns >= ENGINE_FLUSH_NS) {
		e->flushed_ns = now_ns;
		flush_outputs(e);
	}
	if (e->options->stats_interval_ns != 0 &&
	    now_ns - e->reported_ns >= e->options->stats_interval_ns) {
		e->reported_ns = now_ns;
		write_stats(e, false);
	}
}

static void
show_progress(struct engine *e, int64_t now_ns)
{
	struct source_counts source = { 0 };
	struct meter_counts meter;
	struct progress_facts facts;

	source_counts(e->options->source, &source);
	meter_counts(e->meter, &meter);
	facts = (struct progress_facts){
		.bytes_read = source.bytes_read,
		.bytes_total = source.bytes_total,
		.frames = e->frames,
		.flows = meter.flows
	};
	progress_show(&e->progress, &facts, now_ns);
}

/* The meter's way out. */
static void
write_record(void *context, const struct meter_flow *ended)
{
	struct engine *e = context;
	struct record record;

	record_fill(&record, ended, e->options->community_seed);
	ledger_record(&e->stats, &record);
	for (size_t i = 0; i < e->options->output_count; i++) {
		struct error error;

		if (!e->is_output_lost[i] && output_record(
		    e->options->outputs[i], &record, &error) < 0)
			lose_output(e, i, &error);
	}
}

static void
write_stats(struct engine *e, bool is_last)
{
	fill_stats(e);
	for (size_t i = 0; i < e->options->output_count; i++) {
		struct error error;

		if (!e->is_output_lost[i] && output_stats(
		    e->options->outputs[i], &e->stats, is_last, &error) < 0)
			lose_output(e, i, &error);
	}
}

static void
flush_outputs(struct engine *e)
{
	for (size_t i = 0; i < e->options->output_count; i++) {
		struct error error;

		if (!e->is_output_lost[i] && output_flush(
		    e->options->outputs[i], &error) < 0)
			lose_output(e, i, &error);
	}
}

/* A file that cannot be opened again is written on under its old name. */
static void
reopen_outputs(struct engine *e)
{
	for (size_t i = 0; i < e->options->output_count; i++) {
		struct error error;

		if (!e->is_output_lost[i] && output_reopen(
		    e->options->outputs[i], &error) < 0) {
			log_error("%s", error.text);
			e->has_failed = true;
		}
	}
}

/* Says once why; the others go on, and without any the run ends. */
static void
lose_output(struct engine *e, size_t i, const struct error *error)
{
	progress_clear(&e->progress);
	log_error("%s", error->text);
	e->is_output_lost[i] = true;
	e->outputs_lost++;
	e->has_failed = true;
}

static void
fill_stats(struct engine *e)
{
	struct stats *s = &e->stats;
	struct source_counts source = { 0 };
	struct meter_counts meter;

	source_counts(e->options->source, &source);
	meter_counts(e->meter, &meter);
	s->filtered = source.filtered;
	s->read = e->frames + source.filtered;
	s->fragments_unfinished = fragments_unfinished(e->fragments);
	s->flows = meter.flows;
	s->flows_tcp = meter.flows_tcp;
	s->flows_udp = meter.flows_udp;
	s->flows_other = meter.flows_other;
	s->flows_active_peak = meter.active_peak;
	s->flows_evicted = meter.evicted;
	s->has_kernel = source.has_kernel;
	s->kernel_received = source.kernel_received;
	s->kernel_dropped = source.kernel_dropped;
	s->interface_dropped = source.interface_dropped;
	s->elapsed_ns = clock_ns(CLOCK_MONOTONIC) - e->begin_ns;
	if (source.is_damaged)
		e->has_failed = true;
}

/* Ends what is open, closes the books and checks them. */
static void
finish(struct engine *e)
{
	const struct stats *s = &e->stats;

	meter_finish(e->meter, e->is_stopping ? FLOW_END_SHUTDOWN :
	    FLOW_END_EOF);
	write_stats(e, true);
	if (!ledger_is_balanced(s)) {
		log_error("internal error: of %llu frames read, %llu are in "
		    "flows, %llu in records, %llu not IP, %llu malformed, "
		    "%llu unfinished fragments, %llu filtered",
		    (unsigned long long)s->read,
		    (unsigned long long)s->in_flows,
		    (unsigned long long)s->record_packets,
		    (unsigned long long)s->not_ip,
		    (unsigned long long)s->malformed,
		    (unsigned long long)s->fragments_unfinished,
		    (unsigned long long)s->filtered);
		e->has_failed = true;
	}
}

static int64_t
clock_ns(clockid_t id)
{
	struct timespec now;

	(void)clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
