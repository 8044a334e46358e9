/*
 * What each stage of the meter costs by itself: nanoseconds a frame, and for
 * what is done once a flow, nanoseconds a flow.
 *
 *	stages REPEATS CAPTURE...
 *
 * A capture is taken into memory, and each stage is timed over batches as
 * the engine makes them, in the order of the capture, on flows that begin
 * anew in each repetition. What a stage is given was made or touched just
 * before, so that it is in the caches as in a run; the time of reading the
 * clock is taken off. For each batch the least time of all repetitions counts:
 * other work on the machine spoils few batches each time.
 *
 * TCP cannot be tracked without the flow that it belongs to: what it costs is
 * the difference of two tallies of the same packets, with and without their
 * TCP headers; and what it costs to deliver payload in order, to a reader who
 * wants all of it and does nothing, is another such difference. Differences
 * of small times are noisy and may be negative.
 */
#include <stdio.h>
#include <stdlib.h>

#include "dissect/registry.h"
#include "dissect/services.h"
#include "dissect/walk.h"
#include "flow/account.h"
#include "flow/items.h"
#include "flow/meter.h"
#include "held.h"
#include "output/output.h"
#include "stopwatch.h"

enum stage {
	STAGE_READ,
	STAGE_WALK,
	STAGE_KEY,
	STAGE_LOOKUP,
	STAGE_BARE,		/* tally without TCP headers */
	STAGE_WITH_TCP,
	STAGE_DELIVERING,	/* with TCP and its payload */
	STAGE_METER,
	STAGE_RECORD,
	STAGE_JSON,
	STAGES
};

/* Virtual: what no flow touches is not paid for. */
#define STAGES_MEMORY (UINT64_C(2) << 30)

/* A row of what is printed. */
struct stages_row {
	const char	*name;
	const char	*meaning;
	enum stage	 stage;
	enum stage	 without;	/* taken off; STAGES: nothing */
	bool		 is_of_flow;
};

/* A conversation of a batch, on its way to its flow. */
struct stages_item {
	struct item	item;
	uint32_t	number;		/* of its flow */
};

struct stages {
	struct held		 held;		/* the capture */
	struct stopwatch	 watch;
	struct laps		 laps[STAGES];

	struct hash_secret	 secret;
	struct fragments	*fragments;	/* owned, while frames are
						   walked */
	struct walk		 walk;
	struct packet		 packets[METER_BATCH_MAX];
	struct conversation	 conversations[METER_CONVERSATIONS_MAX];
	struct stages_item	 items[METER_CONVERSATIONS_MAX];

	struct meter_flow	*flows;		/* owned; that ended */
	size_t			 flow_count;
	size_t			 flow_room;
	bool			 is_finishing;
	struct record		 records[METER_BATCH_MAX];
	struct format		*format;	/* owned */
	struct buffer		 text;
};

static void	stop(struct stages *, enum stage);
static void	begin_walks(struct stages *);
static void	end_walks(struct stages *);
static int	walk_batch(struct stages *, size_t);
static void	time_reads(struct stages *);
static void	time_walks(struct stages *);
static void	hide_tcp(struct stages *, int);
static int	make_keys(struct stages *, int);
static void	find_flows(struct stages *, struct flow_table *, int);
static int64_t	tally(struct stages *, struct flow_table *, int, int64_t);
static void	time_tallies(struct stages *, enum stage);
static bool	take_joined(void *, int);
static bool	take_data(void *, int, const uint8_t *, size_t);
static bool	take_gap(void *, int, uint32_t);
static void	take_end(void *, int);
static void	keep_flow(void *, const struct meter_flow *);
static void	time_meter(struct stages *);
static void	time_records(struct stages *);
static void	measure(struct stages *);
static void	print_rows(const struct stages *);

static const struct stages_row rows[] = {
	{ "read", "frames from the saved capture", STAGE_READ, STAGES,
	    false },
	{ "walk", "from the link to the transport", STAGE_WALK, STAGES,
	    false },
	{ "key", "made and hashed", STAGE_KEY, STAGES, false },
	{ "lookup", "flows fetched, found or begun", STAGE_LOOKUP, STAGES,
	    false },
	{ "account", "counters, and what UDP has", STAGE_BARE, STAGES,
	    false },
	{ "tcp", "all that TCP promises", STAGE_WITH_TCP, STAGE_BARE,
	    false },
	{ "delivery", "payload in order to a reader", STAGE_DELIVERING,
	    STAGE_WITH_TCP, false },
	{ "meter", "key to tcp, and the timeouts", STAGE_METER, STAGES,
	    false },
	{ "record", "filled from the flow", STAGE_RECORD, STAGES, true },
	{ "json", "written into a buffer", STAGE_JSON, STAGES, true }
};

static const struct tcp_reader_operations reader = {
	.joined = take_joined,
	.data = take_data,
	.gap = take_gap,
	.end = take_end
};

/* What passed since the watch was started, or stopped, is the stage's. */
static void
stop(struct stages *s, enum stage stage)
{
	stopwatch_stop(&s->watch, &s->laps[stage]);
}

static void
begin_walks(struct stages *s)
{
	s->fragments = fragments_new(&s->secret);
	s->walk.fragments = s->fragments;
	s->walk.is_header_checked = true;
}

static void
end_walks(struct stages *s)
{
	fragments_free(s->fragments);
}

/* Walks a batch, or as much of it as there is room for; returns how many. */
static int
walk_batch(struct stages *s, size_t first)
{
	int room = METER_CONVERSATIONS_MAX;
	size_t left = s->held.count - first;
	int max = left < METER_BATCH_MAX ? (int)left : METER_BATCH_MAX;
	int count = 0;

	while (count < max && room >= PACKET_CONVERSATIONS_MAX) {
		struct packet *p = &s->packets[count];

		p->frame = s->held.frames[first + (size_t)count++];
		p->conversations =
		    &s->conversations[METER_CONVERSATIONS_MAX - room];
		s->walk.packet = p;
		walk_frame(&s->walk);
		room -= p->conversation_count;
	}
	return count;
}

static void
time_reads(struct stages *s)
{
	struct frame batch[METER_BATCH_MAX];
	struct source *source = held_open(s->held.path);
	int count;

	do {
		stopwatch_start(&s->watch);
		count = held_read(s->held.path, source, batch,
		    METER_BATCH_MAX);
		stop(s, STAGE_READ);
	} while (count > 0);
	source_free(source);
}

static void
time_walks(struct stages *s)
{
	size_t done = 0;

	begin_walks(s);
	while (done < s->held.count) {
		held_touch(&s->held, done, METER_BATCH_MAX);
		stopwatch_start(&s->watch);
		done += (size_t)walk_batch(s, done);
		fragments_recycle(s->fragments);
		stop(s, STAGE_WALK);
	}
	end_walks(s);
}

/* To the account, TCP without its header is a protocol like others. */
static void
hide_tcp(struct stages *s, int items)
{
	for (int i = 0; i < items; i++) {
		struct conversation *t = &s->conversations[i];

		if (t->protocol == PROTOCOL_TCP)
			t->has_transport = false;
	}
}

/* The batch's conversations stand in one row, as they were walked. */
static int
make_keys(struct stages *s, int count)
{
	static const struct flow_key_options options;
	int items = 0;

	for (int i = 0; i < count; i++) {
		const struct packet *p = &s->packets[i];

		for (int j = 0; j < p->conversation_count; j++) {
			struct item *item = &s->items[items++].item;

			item->packet = p;
			item->conversation = &p->conversations[j];
			item->ts_ns = p->frame.ts_ns;
			item->sender = (uint8_t)flow_key_make(&item->key, p,
			    item->conversation, &options);
			item->hash = hash_keyed(&s->secret, &item->key,
			    sizeof item->key);
		}
	}
	return items;
}

static void
find_flows(struct stages *s, struct flow_table *table, int items)
{
	for (int i = 0; i < items; i++)
		flow_table_prefetch_slot(table, s->items[i].item.hash);
	for (int i = 0; i < items; i++)
		flow_table_prefetch_flow(table, &s->items[i].item.key,
		    s->items[i].item.hash, s->items[i].item.conversation,
		    s->items[i].item.sender);
	for (int i = 0; i < items; i++) {
		struct stages_item *item = &s->items[i];

		item->number = flow_table_find(table, &item->item.key,
		    item->item.hash);
		if (item->number != 0)
			continue;
		item->number = flow_table_add(table, &item->item.key,
		    item->item.hash);
		if (item->number == 0)
			bench_fail(s->held.path, "it has too many flows");
		account_begin(table, item->number, &item->item, 0);
	}
}

/* Returns the clock of the capture after the batch. */
static int64_t
tally(struct stages *s, struct flow_table *table, int items, int64_t now_ns)
{
	for (int i = 0; i < items; i++) {
		struct stages_item *item = &s->items[i];

		if (item->item.ts_ns > now_ns)
			now_ns = item->item.ts_ns;
		item->item.now_ns = now_ns;
		account_packet(table, item->number, &item->item);
	}
	return now_ns;
}

/* Keys and lookups are timed where the flows are as a run has them. */
static void
time_tallies(struct stages *s, enum stage stage)
{
	struct flow_table table;
	int64_t now_ns = -ITEMS_TIME_MAX;
	bool is_usual = stage == STAGE_WITH_TCP;
	size_t done = 0;

	begin_walks(s);
	flow_table_init(&table, (uint32_t)(STAGES_MEMORY /
	    flow_table_size(false)), false, &s->secret);
	if (stage == STAGE_DELIVERING)
		flow_table_read(&table, &reader, NULL);
	while (done < s->held.count) {
		int count = walk_batch(s, done);
		int items;

		stopwatch_start(&s->watch);
		items = make_keys(s, count);
		if (is_usual)
			stop(s, STAGE_KEY);
		find_flows(s, &table, items);
		if (is_usual)
			stop(s, STAGE_LOOKUP);
		if (stage == STAGE_BARE)
			hide_tcp(s, items);
		stopwatch_start(&s->watch);
		now_ns = tally(s, &table, items, now_ns);
		stop(s, stage);
		fragments_recycle(s->fragments);
		done += (size_t)count;
	}
	flow_table_release(&table);
	end_walks(s);
}

static bool
take_joined(void *context, int side)
{
	(void)context;
	(void)side;
	return true;
}

static bool
take_data(void *context, int side, const uint8_t *bytes, size_t size)
{
	(void)context;
	(void)side;
	(void)bytes;
	(void)size;
	return true;
}

static bool
take_gap(void *context, int side, uint32_t missing)
{
	(void)context;
	(void)side;
	(void)missing;
	return true;
}

static void
take_end(void *context, int side)
{
	(void)context;
	(void)side;
}

/*
 * What the meter writes at the end stays where it is until the meter is
 * freed. A flow that ended before is left out: its memory may have another.
 */
static void
keep_flow(void *context, const struct meter_flow *ended)
{
	struct stages *s = context;

	if (!s->is_finishing)
		return;
	if (s->flow_count == s->flow_room) {
		s->flow_room = s->flow_room == 0 ? 1024 : 2 * s->flow_room;
		s->flows = realloc(s->flows, s->flow_room * sizeof *s->flows);
		if (s->flows == NULL)
			bench_fail("memory", "there is not enough");
	}
	s->flows[s->flow_count++] = *ended;
}

/* The whole meter, as it is; then the records of what it has in the end. */
static void
time_meter(struct stages *s)
{
	struct meter_options options = {
		.memory = STAGES_MEMORY,
		.secret = &s->secret,
		.write = keep_flow,
		.context = s
	};
	struct error error;
	struct meter *meter = meter_new(&options, &error);
	size_t done = 0;

	if (meter == NULL)
		bench_fail(s->held.path, error.text);
	s->is_finishing = false;
	s->flow_count = 0;
	begin_walks(s);
	while (done < s->held.count) {
		int count = walk_batch(s, done);

		stopwatch_start(&s->watch);
		meter_packets(meter, s->packets, count);
		stop(s, STAGE_METER);
		fragments_recycle(s->fragments);
		done += (size_t)count;
	}
	end_walks(s);
	s->is_finishing = true;
	meter_finish(meter, FLOW_END_EOF);
	time_records(s);
	meter_free(meter);
}

static void
time_records(struct stages *s)
{
	size_t done = 0;

	while (done < s->flow_count) {
		size_t left = s->flow_count - done;
		size_t count = left < METER_BATCH_MAX ? left :
		    METER_BATCH_MAX;

		buffer_reset(&s->text);
		stopwatch_start(&s->watch);
		for (size_t i = 0; i < count; i++)
			record_fill(&s->records[i], &s->flows[done + i], 0);
		stop(s, STAGE_RECORD);
		for (size_t i = 0; i < count; i++)
			s->format->operations->record(s->format,
			    &s->records[i], &s->text);
		stop(s, STAGE_JSON);
		done += count;
	}
}

/* One repetition. */
static void
measure(struct stages *s)
{
	for (int i = 0; i < STAGES; i++)
		laps_repeat(&s->laps[i]);
	hash_secret_draw(&s->secret);
	time_reads(s);
	time_walks(s);
	time_tallies(s, STAGE_BARE);
	time_tallies(s, STAGE_WITH_TCP);
	time_tallies(s, STAGE_DELIVERING);
	time_meter(s);
}

static void
print_rows(const struct stages *s)
{
	printf("%s: %zu frames, %zu flows\n", s->held.path, s->held.count,
	    s->flow_count);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct stages_row *row = &rows[i];
		size_t count = row->is_of_flow ? s->flow_count :
		    s->held.count;
		int64_t ns = laps_sum(&s->laps[row->stage]);

		if (row->without != STAGES)
			ns -= laps_sum(&s->laps[row->without]);
		if (count == 0)
			continue;
		printf("  %-9s %8.1f ns a %-5s  %s\n", row->name,
		    (double)ns / (double)count,
		    row->is_of_flow ? "flow" : "frame", row->meaning);
	}
}

int
main(int argc, char **argv)
{
	static struct stages s;
	const struct output_options options = { 0 };
	struct error error;
	int repeats = argc < 3 ? 0 : (int)strtol(argv[1], NULL, 10);

	if (repeats < 1) {
		fputs("usage: stages REPEATS CAPTURE...\n", stderr);
		return 2;
	}
	registry_init();
	fields_init();
	s.format = format_json.open(&options, &error);
	if (services_load(NULL, &error) < 0 || s.format == NULL)
		bench_fail("start", error.text);
	buffer_init(&s.text, 1 << 20);
	stopwatch_init(&s.watch);
	for (int i = 2; i < argc; i++) {
		held_load(&s.held, argv[i]);
		for (int j = 0; j < repeats; j++)
			measure(&s);
		print_rows(&s);
		held_release(&s.held);
		for (int j = 0; j < STAGES; j++)
			laps_release(&s.laps[j]);
	}
	free(s.flows);
	buffer_release(&s.text);
	s.format->operations->free(s.format);
	return 0;
}
