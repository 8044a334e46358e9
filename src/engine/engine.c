/*
 * The pipeline; see engine.h.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "capture/live.h"
#include "dissect/registry.h"
#include "dissect/walk.h"
#include "engine/attribution.h"
#include "engine/batch.h"
#include "engine/crew.h"
#include "engine/engine.h"
#include "engine/ledger.h"
#include "engine/progress.h"
#include "engine/signals.h"

#define ENGINE_FLUSH_NS INT64_C(1000000000)

struct engine {
	const struct engine_options *options;
	struct meter		*meter;		/* NULL: the crew's do it */
	struct crew		*crew;		/* NULL: this thread does it */
	struct batch		*batch;		/* to be filled */
	struct items_maker	 maker;		/* for the crew */
	struct fragments	*fragments;
	struct walk		 walk;
	struct outputs		 outputs;
	struct stats		 stats;
	struct progress		 progress;
	struct watch		*watch;		/* NULL: nobody watches */
	uint64_t		 frames;	/* given to the walk */
	int			 wanted;	/* of the source, last */
	int64_t			 begin_ns;	/* monotonic */
	int64_t			 flushed_ns;
	int64_t			 reported_ns;
	bool			 has_failed;	/* exit status 1 */
	bool			 is_stopping;
	struct frame		 source_frames[METER_BATCH_MAX];
};

static void	*allocate(size_t, size_t);
static int	begin(struct engine *, const struct engine_options *,
		    struct error *);
static int	begin_meters(struct engine *, struct error *);
static void	run(struct engine *) __attribute__((noinline, hot));
static int	read_frames(struct engine *);
static void	take_frames(struct engine *, int);
static int	walk_frames(struct engine *, struct frame *, int);
static void	walk_one(struct engine *, const struct frame *);
static void	pass_batch(struct engine *);
static void	take_batch(struct engine *);
static void	tick(struct engine *);
static void	greet_link(const struct interface *);
static void	attend(struct engine *, bool);
static void	stop(struct engine *);
static void	settle(struct engine *);
static void	show_progress(struct engine *, int64_t);
static void	write_record(void *, const struct meter_flow *);
static void	write_stats(struct engine *, bool);
static void	reopen_outputs(struct engine *);
static void	tell_failures(struct engine *);
static void	fill_stats(struct engine *);
static void	count_flows(struct engine *, struct meter_counts *);
static void	finish(struct engine *);
static void	release(struct engine *);

int
engine_run(const struct engine_options *options, struct error *error)
{
	struct engine *e = allocate(1, sizeof *e);
	int status = begin(e, options, error);

	if (status == 0) {
		run(e);
		finish(e);
		status = e->has_failed;
	}
	release(e);
	return status;
}

static void
release(struct engine *e)
{
	if (e->crew == NULL && e->batch != NULL)
		batch_free(e->batch);
	crew_free(e->crew);
	meter_free(e->meter);
	fragments_free(e->fragments);
	watch_free(e->watch);
	outputs_release(&e->outputs);
	free(e);
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
	e->options = options;
	outputs_init(&e->outputs, options->outputs, options->output_count);
	if (begin_meters(e, error) < 0)
		return -1;
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

/* One meter in this thread, or a crew with one for each worker. */
static int
begin_meters(struct engine *e, struct error *error)
{
	const struct engine_options *options = e->options;
	struct hash_secret secret;
	struct crew_options crew = {
		.meter = {
			.timeouts = options->timeouts,
			.key = options->key,
			.memory = options->memory,
			.max_flows = options->max_flows,
			.secret = &secret,
			.is_dissecting = true,
			.is_naming = true,
			.is_revealing = options->is_revealing,
			.write = write_record,
			.context = e
		},
		.outputs = &e->outputs,
		.programs = options->programs,
		.workers = options->workers,
		.has_writer = options->has_writer,
		.community_seed = options->community_seed
	};

	hash_secret_draw(&secret);
	e->fragments = fragments_new(&secret);
	if (options->workers <= 1) {
		e->meter = meter_new(&crew.meter, error);
		e->batch = batch_new(METER_BATCH_MAX, 0, 0);
		e->watch = watch_new(options, e->meter);
		return e->meter == NULL ? -1 : 0;
	}
	e->crew = crew_new(&crew, error);
	if (e->crew == NULL)
		return -1;
	e->maker = (struct items_maker){
		.key = options->key,
		.secret = secret,
		.is_naming = crew.meter.is_naming,
		.routes = crew_routes(e->crew)
	};
	items_maker_init(&e->maker);
	e->maker.room = crew_make_room(e->crew, &e->maker);
	take_batch(e);
	return 0;
}

/*
 * A frame's way: source, walk, meter; what ends is written in between. Inlined
 * into main(), which is run once, it would be made small instead of fast.
 */
static void
run(struct engine *e)
{
	int count;

	while ((count = read_frames(e)) != SOURCE_END) {
		if (count == SOURCE_ERROR)
			break;
		if (count > 0 && e->options->programs != NULL)
			programs_stir(e->options->programs);
		if (count > 0)
			take_frames(e, count);
		else
			tick(e);
		attend(e, count == SOURCE_QUIET);
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
	if (e->crew == NULL)
		source_release_all(o->source);
	e->wanted = max;
	count = source_read(o->source, e->source_frames, max, &error);
	if (count == SOURCE_ERROR) {
		progress_clear(&e->progress);
		log_error("%s", error.text);
		e->has_failed = true;
	}
	return count;
}

/*
 * What was read fills batches. One thread passes them on at once, as their
 * frames are gone with the next read; so does a live capture, and who got less
 * than he wanted: a pipe may have no more for long, and records are waited for.
 */
static void
take_frames(struct engine *e, int count)
{
	bool is_awaited = e->crew == NULL || e->options->is_live ||
	    count < e->wanted;
	int done = 0;

	while (done < count) {
		done += walk_frames(e, e->source_frames + done, count - done);
		if (is_awaited || batch_is_full(e->batch) ||
		    e->maker.room < PACKET_CONVERSATIONS_MAX)
			pass_batch(e);
	}
}

/* As many as the batch and the meters have room for; returns how many. */
static int
walk_frames(struct engine *e, struct frame *frames, int count)
{
	int i = 0;

	while (i < count && !batch_is_full(e->batch)) {
		walk_one(e, &frames[i++]);
		if (e->crew != NULL &&
		    e->maker.room < PACKET_CONVERSATIONS_MAX)
			break;
	}
	return i;
}

static void
walk_one(struct engine *e, const struct frame *frame)
{
	struct packet *p = batch_next(e->batch, frame);

	/* In the copy: what was just written is not read as a whole. */
	p->frame.number = ++e->frames;
	if (frame->ts_ns > ITEMS_TIME_MAX)
		p->frame.ts_ns = ITEMS_TIME_MAX;
	else if (frame->ts_ns < -ITEMS_TIME_MAX)
		p->frame.ts_ns = -ITEMS_TIME_MAX;
	if (ledger_frame(&e->stats, &p->frame))
		greet_link(frame->interface);
	e->walk.packet = p;
	walk_frame(&e->walk);
	ledger_packet(&e->stats, p);
	if (e->crew != NULL) {
		batch_keep(e->batch, p);
		items_add(&e->maker, &e->batch->items, p);
	}
	batch_added(e->batch, p);
}

/* To the meter, or on its way to the crew. */
static void
pass_batch(struct engine *e)
{
	struct batch *batch = e->batch;

	if (e->crew == NULL) {
		meter_packets(e->meter, batch->packets, batch->packet_count);
		fragments_recycle(e->fragments);
		batch_reset(batch);
		return;
	}
	fragments_recycle(e->fragments);
	batch->mark = source_mark(e->options->source);
	crew_give(e->crew, batch);
	if (e->maker.room < PACKET_CONVERSATIONS_MAX)
		e->maker.room = crew_make_room(e->crew, &e->maker);
	take_batch(e);
}

static void
take_batch(struct engine *e)
{
	uint64_t mark;

	e->batch = crew_take(e->crew, &mark);
	source_release(e->options->source, mark);
}

/*
 * Nothing arrives: what is on its way goes on. A silent pipe says nothing of
 * the time its frames were captured, an interface does.
 */
static void
tick(struct engine *e)
{
	int64_t now_ns = clock_ns(CLOCK_REALTIME);

	if (e->crew == NULL) {
		if (e->options->is_live)
			meter_tick(e->meter, now_ns);
		return;
	}
	if (e->options->is_live)
		items_tick(&e->maker, &e->batch->items, now_ns);
	if (e->options->is_live || e->batch->packet_count > 0)
		pass_batch(e);
	crew_collect(e->crew);
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
attend(struct engine *e, bool is_quiet)
{
	int64_t now_ns;

	if (signals_stop() && !e->is_stopping)
		stop(e);
	if (signals_take_reopen())
		reopen_outputs(e);
	if (signals_take_stats())
		write_stats(e, false);
	tell_failures(e);
	if (outputs_are_lost(&e->outputs))
		stop(e);
	if (watch_advance(e->watch, is_quiet)) {
		fill_stats(e);
		watch_round(e->watch, &e->stats);
	}
	if (!e->options->is_live && !e->progress.is_wanted &&
	    e->options->stats_interval_ns == 0)
		return;
	now_ns = clock_ns(CLOCK_MONOTONIC);
	if (progress_is_due(&e->progress, now_ns))
		show_progress(e, now_ns);
	if (e->options->is_live && now_ns - e->flushed_ns >= ENGINE_FLUSH_NS) {
		e->flushed_ns = now_ns;
		settle(e);
		outputs_flush(&e->outputs);
	}
	if (e->options->stats_interval_ns != 0 &&
	    now_ns - e->reported_ns >= e->options->stats_interval_ns) {
		e->reported_ns = now_ns;
		write_stats(e, false);
	}
}

static void
stop(struct engine *e)
{
	e->is_stopping = true;
	if (e->options->is_live)
		live_stop(e->options->source);
}

/* Everything read so far is metered, and its records are with the outputs. */
static void
settle(struct engine *e)
{
	if (e->crew == NULL)
		return;
	pass_batch(e);
	crew_drain(e->crew);
}

static void
show_progress(struct engine *e, int64_t now_ns)
{
	struct source_counts source = { 0 };
	struct meter_counts meter;
	struct progress_facts facts;

	source_counts(e->options->source, &source);
	settle(e);
	count_flows(e, &meter);
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
	attribution_fill(e->options->programs, &record);
	ledger_record(&e->stats, &record);
	watch_ended(e->watch, &record);
	outputs_record(&e->outputs, &record);
}

static void
write_stats(struct engine *e, bool is_last)
{
	settle(e);
	fill_stats(e);
	outputs_stats(&e->outputs, &e->stats, is_last);
}

/* A file that cannot be opened again is written on under its old name. */
static void
reopen_outputs(struct engine *e)
{
	settle(e);
	for (size_t i = 0; i < e->options->output_count; i++) {
		struct error error;

		if (!outputs_is_lost(&e->outputs, i) && output_reopen(
		    e->options->outputs[i], &error) < 0) {
			log_error("%s", error.text);
			e->has_failed = true;
		}
	}
}

/* Says once why; the others go on, and without any the run ends. */
static void
tell_failures(struct engine *e)
{
	struct error error;

	while (outputs_tell(&e->outputs, &error)) {
		progress_clear(&e->progress);
		log_error("%s", error.text);
		e->has_failed = true;
	}
}

static void
fill_stats(struct engine *e)
{
	struct stats *s = &e->stats;
	struct source_counts source = { 0 };
	struct meter_counts meter;

	source_counts(e->options->source, &source);
	count_flows(e, &meter);
	s->filtered = source.filtered;
	s->read = e->frames + source.filtered;
	s->fragments_unfinished = fragments_unfinished(e->fragments);
	s->flows = meter.flows;
	s->flows_tcp = meter.flows_tcp;
	s->flows_udp = meter.flows_udp;
	s->flows_other = meter.flows_other;
	s->flows_active_peak = meter.active_peak;
	s->flows_evicted = meter.evicted;
	s->payload_short = meter.payload_short;
	s->has_kernel = source.has_kernel;
	s->kernel_received = source.kernel_received;
	s->kernel_dropped = source.kernel_dropped;
	s->interface_dropped = source.interface_dropped;
	s->has_programs = e->options->programs != NULL;
	if (s->has_programs)
		s->programs_lost = programs_lost(e->options->programs);
	s->elapsed_ns = clock_ns(CLOCK_MONOTONIC) - e->begin_ns;
	if (source.is_damaged)
		e->has_failed = true;
}

static void
count_flows(struct engine *e, struct meter_counts *counts)
{
	if (e->crew == NULL)
		meter_counts(e->meter, counts);
	else
		crew_counts(e->crew, counts, &e->stats);
}

/* Ends what is open, closes the books and checks them. */
static void
finish(struct engine *e)
{
	const struct stats *s = &e->stats;
	enum flow_end end = e->is_stopping ? FLOW_END_SHUTDOWN : FLOW_END_EOF;

	if (e->options->programs != NULL)
		programs_settle(e->options->programs);
	if (e->crew == NULL) {
		meter_finish(e->meter, end);
	} else {
		settle(e);
		crew_finish(e->crew, end);
	}
	write_stats(e, true);
	watch_end(e->watch, s);
	tell_failures(e);
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
