/*
 * Threads that share the work; see crew.h.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/channel.h"
#include "base/log.h"
#include "engine/attribution.h"
#include "engine/crew.h"
#include "engine/ledger.h"

/*
 * Packets of a batch: enough that waking a thread costs little beside them.
 * Batches: enough that nobody waits for a turn, few enough for the caches. Who
 * waited for one goes on when so many are done, as he would only wait again.
 */
enum { CREW_PACKETS = 1024, CREW_BATCHES = 8, CREW_DONE = 4 };

/* Flows of a batch that ends what is left: a record has a kilobyte. */
enum { CREW_LEFT = 256 };

/*
 * Of 256 items so many are the reader's own when two share the work. To read
 * and walk is two fifths of it all; with more workers he has nothing else.
 */
enum { CREW_READERS_SHARE = 64 };

/* Pieces that are written at once; IOV_MAX is 1024 where we know it. */
enum { CREW_PIECES = 256 };

struct worker {
	struct crew		 *crew;
	struct meter		 *meter;	/* owned */
	struct format		**formats;	/* owned, one an output */
	struct batch		 *batch;	/* that it writes to */
	struct stats		  stats;	/* of its records */
	struct channel		  given;	/* from the reader */
	struct channel		  done;		/* to who merges */
	int			  index;
	pthread_t		  thread;
	bool			  is_running;
};

struct crew {
	struct crew_options	 options;
	struct worker		*workers;	/* owned */
	struct meter		*meters[METER_WORKERS_MAX];
	struct batch		*batches[CREW_BATCHES];	/* owned */
	struct batch		*idle[CREW_BATCHES];
	int			 idle_count;
	int			 away;		/* given, and not back */
	uint64_t		 mark;		/* of the last batch done */
	uint64_t		 peak;		/* flows at once */
	uint8_t			 routes[ITEMS_ROUTES];
	struct meter_left	 victims[METER_SPARE_MAX];
	struct channel		 written;	/* from the writer */
	pthread_t		 writer;
	bool			 is_writing;	/* there is a writer */
};

static void	*allocate(size_t, size_t);
static bool	begin_worker(struct crew *, int, struct error *);
static bool	begin_threads(struct crew *, struct error *);
static void	*work(void *);
static void	work_on(struct worker *, struct batch *);
static void	write_record(void *, const struct meter_flow *);
static void	*write_batches(void *);
static struct batch *write_next(struct crew *);
static void	share(struct crew *);
static void	await(struct crew *);
static bool	is_done(struct crew *);
static void	merge(struct crew *, struct batch *, size_t);
static int	earliest(struct batch *, size_t, const size_t *);
static bool	precedes(const struct meter_order *,
		    const struct meter_order *);
static void	end_threads(struct crew *);
static void	end_worker(struct worker *);
static void	take_back(struct crew *);
static void	forget(struct crew *, size_t);
static void	write_left(struct crew *, const struct meter_left *, size_t,
		    const struct meter_order *, enum flow_end);
static void	forget_own(struct worker *, const struct batch *);
static void	write_share(struct worker *, const struct batch *);
static void	note_peak(struct crew *, uint64_t);

struct crew *
crew_new(const struct crew_options *options, struct error *error)
{
	struct crew *c = allocate(1, sizeof *c);

	c->options = *options;
	c->workers = allocate((size_t)options->workers, sizeof *c->workers);
	channel_init(&c->written, CREW_BATCHES);
	for (int i = 0; i < CREW_BATCHES; i++) {
		c->batches[i] = batch_new(CREW_PACKETS, options->workers,
		    options->outputs->count);
		c->idle[c->idle_count++] = c->batches[i];
	}
	for (int i = 0; i < options->workers; i++) {
		if (!begin_worker(c, i, error)) {
			crew_free(c);
			return NULL;
		}
	}
	if (!begin_threads(c, error)) {
		crew_free(c);
		return NULL;
	}
	share(c);
	return c;
}

static void
share(struct crew *c)
{
	int others = c->options.workers - 1;
	int own = others == 1 ? CREW_READERS_SHARE : 0;

	for (int i = own; i < ITEMS_ROUTES; i++)
		c->routes[i] = (uint8_t)(1 + i % others);
}

const uint8_t *
crew_routes(const struct crew *c)
{
	return c->routes;
}

/* Zeroed memory; without it there is no beginning. */
static void *
allocate(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (memory == NULL) {
		log_error("cannot allocate memory for threads");
		abort();
	}
	return memory;
}

/* All but its thread. */
static bool
begin_worker(struct crew *c, int index, struct error *error)
{
	struct worker *w = &c->workers[index];
	struct meter_options options = c->options.meter;

	w->crew = c;
	w->index = index;
	channel_init(&w->given, CREW_BATCHES + 1);
	channel_init(&w->done, CREW_BATCHES + 1);
	options.write = write_record;
	options.context = w;
	w->formats = allocate(c->options.outputs->count + 1,
	    sizeof *w->formats);
	for (size_t i = 0; i < c->options.outputs->count; i++) {
		w->formats[i] = output_format(c->options.outputs->outputs[i],
		    error);
		if (w->formats[i] == NULL)
			return false;
	}
	w->meter = meter_new(&options, error);
	c->meters[index] = w->meter;
	return w->meter != NULL;
}

/* Signals are for the thread that reads. */
static bool
begin_threads(struct crew *c, struct error *error)
{
	sigset_t all, before;
	int status = 0;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &before);
	for (int i = 1; i < c->options.workers && status == 0; i++) {
		struct worker *w = &c->workers[i];

		status = pthread_create(&w->thread, NULL, work, w);
		w->is_running = status == 0;
	}
	if (status == 0 && c->options.has_writer) {
		status = pthread_create(&c->writer, NULL, write_batches, c);
		c->is_writing = status == 0;
	}
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (status != 0)
		(void)error_set(error, "cannot begin a thread: %s",
		    strerror(status));
	return status == 0;
}

void
crew_free(struct crew *c)
{
	if (c == NULL)
		return;
	end_threads(c);
	for (int i = 0; i < c->options.workers; i++)
		end_worker(&c->workers[i]);
	for (int i = 0; i < CREW_BATCHES; i++)
		batch_free(c->batches[i]);
	channel_release(&c->written);
	free(c->workers);
	free(c);
}

/* The workers hand the word to stop on to the writer. */
static void
end_threads(struct crew *c)
{
	struct batch stop = { .is_stop = true };

	for (int i = 1; i < c->options.workers; i++) {
		if (c->workers[i].is_running)
			channel_put(&c->workers[i].given, &stop);
	}
	for (int i = 1; i < c->options.workers; i++) {
		if (c->workers[i].is_running)
			(void)pthread_join(c->workers[i].thread, NULL);
	}
	if (c->is_writing) {
		channel_put(&c->workers[0].done, &stop);
		(void)pthread_join(c->writer, NULL);
	}
}

static void
end_worker(struct worker *w)
{
	if (w->crew == NULL)
		return;		/* it was not begun */
	for (size_t i = 0; i < w->crew->options.outputs->count; i++) {
		if (w->formats[i] != NULL)
			w->formats[i]->operations->free(w->formats[i]);
	}
	free(w->formats);
	meter_free(w->meter);
	channel_release(&w->given);
	channel_release(&w->done);
}

struct batch *
crew_take(struct crew *c, uint64_t *mark)
{
	struct batch *batch;

	crew_collect(c);
	if (c->idle_count == 0)
		await(c);
	batch = c->idle[--c->idle_count];
	batch_reset(batch);
	*mark = c->mark;
	return batch;
}

void
crew_collect(struct crew *c)
{
	while (c->away > 0 && is_done(c))
		take_back(c);
}

/* Whether the next batch need not be waited for. */
static bool
is_done(struct crew *c)
{
	if (c->is_writing)
		return channel_wait(&c->written, 0) > 0;
	for (int i = 1; i < c->options.workers; i++) {
		if (channel_wait(&c->workers[i].done, 0) == 0)
			return false;
	}
	return true;
}

/* Waits until a good part of the batches is done. */
static void
await(struct crew *c)
{
	if (c->is_writing)
		(void)channel_wait(&c->written, CREW_DONE);
	for (int i = 1; i < c->options.workers && !c->is_writing; i++)
		(void)channel_wait(&c->workers[i].done, CREW_DONE);
	crew_collect(c);
}

/* Waits for the next batch that is done. They come in order. */
static void
take_back(struct crew *c)
{
	struct batch *batch = c->is_writing ? channel_take(&c->written) :
	    write_next(c);

	if (batch->mark > c->mark)
		c->mark = batch->mark;
	note_peak(c, items_peak(&batch->items));
	c->idle[c->idle_count++] = batch;
	c->away--;
}

void
crew_give(struct crew *c, struct batch *batch)
{
	c->away++;
	for (int i = 1; i < c->options.workers; i++)
		channel_put(&c->workers[i].given, batch);
	work_on(&c->workers[0], batch);
	channel_put(&c->workers[0].done, batch);
}

void
crew_drain(struct crew *c)
{
	while (c->away > 0)
		take_back(c);
	note_peak(c, meter_live(c->meters, c->options.workers));
}

int64_t
crew_make_room(struct crew *c, const struct items_maker *maker)
{
	struct meter_order order = meter_evicted_order(maker->position, 0);
	size_t count;

	crew_drain(c);
	count = meter_choose(c->meters, c->options.workers, maker,
	    c->victims);
	if (count > 0) {
		write_left(c, c->victims, count, &order, FLOW_END_RESOURCES);
		forget(c, count);
	}
	return meter_room(c->meters, c->options.workers);
}

/* Each forgets his own of the victims. */
static void
forget(struct crew *c, size_t count)
{
	uint64_t mark;
	struct batch *batch = crew_take(c, &mark);

	batch->left = c->victims;
	batch->left_count = count;
	batch->is_forgetting = true;
	crew_give(c, batch);
	crew_drain(c);
}

/* A part of the list at a time, which everybody goes through for his share. */
static void
write_left(struct crew *c, const struct meter_left *left, size_t count,
    const struct meter_order *order, enum flow_end end)
{
	uint64_t mark;

	for (size_t first = 0; first < count; first += CREW_LEFT) {
		struct batch *batch = crew_take(c, &mark);

		batch->left = left + first;
		batch->left_count = count - first < CREW_LEFT ?
		    count - first : CREW_LEFT;
		batch->left_order = *order;
		batch->left_order.rank += first;
		batch->end = end;
		crew_give(c, batch);
	}
	crew_drain(c);
}

void
crew_finish(struct crew *c, enum flow_end end)
{
	uint64_t live = meter_live(c->meters, c->options.workers);
	struct meter_left *left = allocate(live + 1, sizeof *left);
	struct meter_order order = meter_left_order(0);
	size_t count = 0;

	for (int i = 0; i < c->options.workers; i++)
		count += meter_list(c->meters[i], (uint32_t)i, left + count);
	meter_sort(left, count);
	write_left(c, left, count, &order, end);
	free(left);
}

void
crew_counts(struct crew *c, struct meter_counts *counts, struct stats *stats)
{
	*counts = (struct meter_counts){ .active_peak = c->peak };
	for (int i = 0; i < c->options.workers; i++) {
		struct worker *w = &c->workers[i];
		struct meter_counts own;

		meter_counts(w->meter, &own);
		counts->flows += own.flows;
		counts->flows_tcp += own.flows_tcp;
		counts->flows_udp += own.flows_udp;
		counts->flows_other += own.flows_other;
		counts->evicted += own.evicted;
		counts->payload_short += own.payload_short;
		ledger_take(stats, &w->stats);
		for (size_t k = 0; k < c->options.outputs->count; k++)
			output_absorb(c->options.outputs->outputs[k],
			    w->formats[k]);
	}
}

static void *
work(void *context)
{
	struct worker *w = context;
	struct batch *batch;

	do {
		batch = channel_take(&w->given);
		if (!batch->is_stop)
			work_on(w, batch);
		channel_put(&w->done, batch);
	} while (!batch->is_stop);
	return NULL;
}

static void
work_on(struct worker *w, struct batch *batch)
{
	w->batch = batch;
	meter_tally(w->meter, &batch->items, w->index);
	if (batch->is_forgetting)
		forget_own(w, batch);
	else
		write_share(w, batch);
}

static void
forget_own(struct worker *w, const struct batch *batch)
{
	for (size_t i = 0; i < batch->left_count; i++) {
		if (batch->left[i].worker == (uint32_t)w->index)
			meter_forget(w->meter, batch->left[i].number);
	}
}

/* To write is divided evenly, whoever tallied the flow. */
static void
write_share(struct worker *w, const struct batch *batch)
{
	struct crew *c = w->crew;
	size_t step = (size_t)c->options.workers;

	for (size_t i = (size_t)w->index; i < batch->left_count; i += step) {
		const struct meter_left *left = &batch->left[i];
		size_t ahead = i + METER_AHEAD_END * step;
		size_t next = i + step;
		struct meter_order order = batch->left_order;

		if (ahead < batch->left_count)
			meter_fetch(c->meters[batch->left[ahead].worker],
			    batch->left[ahead].number);
		if (next < batch->left_count)
			meter_fetch_behind(c->meters[batch->left[next].worker],
			    batch->left[next].number);
		order.rank += i;
		meter_write(c->meters[left->worker], left->number, &order,
		    batch->end, w);
	}
}

/* The meter's way out: bytes for each output. */
static void
write_record(void *context, const struct meter_flow *ended)
{
	struct worker *w = context;
	struct record record;

	record_fill(&record, ended, w->crew->options.community_seed);
	attribution_fill(w->crew->options.programs, &record);
	ledger_record(&w->stats, &record);
	for (size_t i = 0; i < w->batch->outputs; i++) {
		struct batch_written *written = batch_written(w->batch,
		    w->index, i);

		w->formats[i]->operations->record(w->formats[i], &record,
		    &written->bytes);
		batch_record(written, &ended->order);
	}
}

/* The writer, where there is one. */
static void *
write_batches(void *context)
{
	struct crew *c = context;
	struct batch *batch;

	while (!(batch = write_next(c))->is_stop)
		channel_put(&c->written, batch);
	return NULL;
}

/* Every batch comes from all workers, in order. Returns the one written. */
static struct batch *
write_next(struct crew *c)
{
	struct batch *batch = channel_take(&c->workers[0].done);

	for (int i = 1; i < c->options.workers; i++)
		(void)channel_take(&c->workers[i].done);
	for (size_t i = 0; i < batch->outputs; i++)
		merge(c, batch, i);
	return batch;
}

/*
 * What the workers wrote for one output, the earliest first: a list of where
 * the records are, so that their bytes stay with the processor that made them.
 */
static void
merge(struct crew *c, struct batch *batch, size_t output)
{
	struct iovec pieces[CREW_PIECES];
	size_t next[METER_WORKERS_MAX] = { 0 };
	int count = 0, last = -1, worker;

	while ((worker = earliest(batch, output, next)) >= 0) {
		struct batch_written *w = batch_written(batch, worker, output);
		size_t at = next[worker]++;
		size_t begin = at == 0 ? 0 : w->records[at - 1].end;
		size_t size = w->records[at].end - begin;

		if (worker == last) {
			pieces[count - 1].iov_len += size;
			continue;
		}
		if (count == CREW_PIECES) {
			outputs_pieces(c->options.outputs, output, pieces,
			    count);
			count = 0;
		}
		pieces[count++] = (struct iovec){ w->bytes.data + begin, size };
		last = worker;
	}
	outputs_pieces(c->options.outputs, output, pieces, count);
}

/* Whose next record is the earliest; -1: there is none. */
static int
earliest(struct batch *batch, size_t output, const size_t *next)
{
	const struct meter_order *least = NULL;
	int worker = -1;

	for (int i = 0; i < batch->workers; i++) {
		struct batch_written *w = batch_written(batch, i, output);

		if (next[i] < w->count && (least == NULL ||
		    precedes(&w->records[next[i]].order, least))) {
			least = &w->records[next[i]].order;
			worker = i;
		}
	}
	return worker;
}

static bool
precedes(const struct meter_order *a, const struct meter_order *b)
{
	return a->position != b->position ? a->position < b->position :
	    a->rank < b->rank;
}

static void
note_peak(struct crew *c, uint64_t live)
{
	live = meter_bounded(c->meters[0], live);
	if (live > c->peak)
		c->peak = live;
}
