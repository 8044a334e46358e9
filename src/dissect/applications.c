/*
 * The engine of the application dissectors; see applications.h. Who speaks is
 * found out in applications_search.c; here the one that was found is fed.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "dissect/applications_state.h"

/* A state is a small one or a large one; its handle's lowest bit says which. */
enum {
	STATE_SMALL = 128,
	STATE_LARGE_OF = 8,	/* flows that share the room for a large one */
	STATES_MAX = 1 << 30,
	STATES_LARGE_MIN = 4096,
	SWITCHES_MAX = 3
};

static bool	read_stream(struct applications *,
		    const struct application_input *, const uint8_t *,
		    size_t);
static bool	read_held(struct applications *,
		    const struct application_input *, const uint8_t *,
		    size_t);
static size_t	offer(struct applications *,
		    const struct application_input *, const uint8_t *,
		    size_t);
static void	feed(struct applications *, const struct application_input *,
		    struct cursor *);
static void	obey(struct applications *, const struct application_input *,
		    const struct dissection *);
static void	change(struct applications *, struct application_flow *,
		    const struct dissection *);
static bool	keep(struct applications *, const struct application_input *,
		    const uint8_t *, size_t);
static bool	fall_short(struct applications *, struct application_flow *,
		    int);
static bool	lose(struct applications *, struct application_flow *, int);
static void	keep_left(struct applications *, struct application_flow *,
		    int, struct held_bytes *, size_t);
static void	finish_peer(struct applications *,
		    const struct application_input *);
static size_t	pass_skipped(struct application_flow *, int, size_t);
static bool	is_wanted(const struct application_flow *, int);
static void	drop_buffer(struct applications *, struct application_flow *,
		    int);
static void	drop_state(struct applications *, struct application_flow *);
static void	*state_at(const struct applications *, uint32_t);

struct applications *
applications_new(const struct applications_options *options)
{
	struct applications *a = calloc(1, sizeof *a);
	uint32_t flows = options->flows < STATES_MAX ? options->flows :
	    STATES_MAX;

	if (a == NULL) {
		log_error("cannot allocate %zu bytes", sizeof *a);
		abort();
	}
	a->options = *options;
	facts_init(&a->facts, options->flows);
	pool_init(&a->states[0], STATE_SMALL, flows);
	pool_init(&a->states[1], APPLICATION_STATE_MAX,
	    flows / STATE_LARGE_OF + STATES_LARGE_MIN);
	held_init(&a->held);
	return a;
}

void
applications_free(struct applications *a)
{
	if (a == NULL)
		return;
	facts_release(&a->facts);
	pool_release(&a->states[0]);
	pool_release(&a->states[1]);
	held_release(&a->held);
	free(a);
}

struct facts_store *
applications_facts(struct applications *a)
{
	return &a->facts;
}

const struct applications_counts *
applications_counts(const struct applications *a)
{
	return &a->counts;
}

uint64_t
applications_short(const struct applications *a)
{
	return a->counts.states_short + a->counts.buffers_short +
	    a->facts.dropped;
}

size_t
applications_size(void)
{
	return facts_size() + STATE_SMALL +
	    APPLICATION_STATE_MAX / STATE_LARGE_OF;
}

bool
applications_read(struct applications *a, const struct application_input *in)
{
	struct application_flow *flow = in->flow;
	size_t skipped;

	if (!is_wanted(flow, in->side))
		return false;
	if (in->is_datagram) {
		(void)offer(a, in, in->bytes, in->captured);
		return is_wanted(flow, in->side);
	}
	if (flow->weak != 0 && !applications_is_found(flow))
		finish_peer(a, in);
	skipped = pass_skipped(flow, in->side, in->captured);
	return skipped == in->captured || read_stream(a, in,
	    in->bytes + skipped, in->captured - skipped);
}

/* The other side answers: it has understood what fits weakly. */
static void
finish_peer(struct applications *a, const struct application_input *in)
{
	struct application_input peer = *in;

	peer.side = !in->side;
	applications_finish(a, &peer);
}

/* How many of the next bytes of a stream nobody wants. */
static size_t
pass_skipped(struct application_flow *flow, int side, size_t size)
{
	size_t skipped = flow->skip[side] < size ? flow->skip[side] : size;

	flow->skip[side] -= (uint32_t)skipped;
	return skipped;
}

/* The bytes stand behind those that wait. */
static bool
read_stream(struct applications *a, const struct application_input *in,
    const uint8_t *bytes, size_t size)
{
	size_t left;

	if (in->flow->buffer[in->side] != 0)
		return read_held(a, in, bytes, size);
	left = offer(a, in, bytes, size);
	return is_wanted(in->flow, in->side) &&
	    (left == 0 || keep(a, in, bytes + size - left, left));
}

/* As much of the bytes at a time as there is room for behind what waits. */
static bool
read_held(struct applications *a, const struct application_input *in,
    const uint8_t *bytes, size_t size)
{
	struct application_flow *flow = in->flow;
	uint16_t *handle = &flow->buffer[in->side];

	while (size > 0) {
		struct held_bytes *b = held_at(&a->held, *handle);
		size_t more;
		size_t left;

		if (size > held_capacity(*handle) - b->size &&
		    held_capacity(*handle) < HELD_LARGE) {
			if (!held_grow(&a->held, handle))
				return fall_short(a, flow, in->side);
			b = held_at(&a->held, *handle);
		}
		more = held_capacity(*handle) - b->size;
		if (more > size)
			more = size;
		memcpy(b->at + b->size, bytes, more);
		b->size += (uint32_t)more;
		bytes += more;
		size -= more;
		left = offer(a, in, b->at, b->size);
		if (!is_wanted(flow, in->side))
			return false;
		if (left == HELD_LARGE)
			return lose(a, flow, in->side);
		keep_left(a, flow, in->side, b, left);
		more = pass_skipped(flow, in->side, size);
		bytes += more;
		size -= more;
		if (left == 0)
			return size == 0 || read_stream(a, in, bytes, size);
	}
	return true;
}

/*
 * Shows bytes to who reads, or to who might. Returns how many are to wait
 * until there are more behind them.
 */
static size_t
offer(struct applications *a, const struct application_input *in,
    const uint8_t *bytes, size_t size)
{
	struct application_flow *flow = in->flow;
	struct cursor c = cursor_over(bytes, size);
	const struct application *reader;

	while (cursor_left(&c) > 0 && is_wanted(flow, in->side)) {
		if (!applications_is_found(flow)) {
			if (!applications_search(a, in, c.at,
			    cursor_left(&c))) {
				if (applications_is_holding(in))
					return cursor_left(&c);
				drop_buffer(a, flow, in->side);
				return 0;
			}
			applications_feed_peer(a, in);
			continue;
		}
		reader = applications_reader(flow);
		feed(a, in, &c);
		if (applications_is_found(flow) &&
		    applications_reader(flow) == reader)
			break;
	}
	return cursor_left(&c);
}

/* What waits of the other side came before: who was found now reads it. */
void
applications_feed_peer(struct applications *a,
    const struct application_input *in)
{
	struct application_flow *flow = in->flow;
	struct application_input peer = *in;
	struct held_bytes *b;
	struct cursor c;

	peer.side = !in->side;
	if (in->is_datagram || flow->buffer[peer.side] == 0)
		return;
	b = held_at(&a->held, flow->buffer[peer.side]);
	c = cursor_over(b->at, b->size);
	feed(a, &peer, &c);
	keep_left(a, flow, peer.side, b, cursor_left(&c));
}

/* Gives the bytes to who reads; the cursor keeps what it leaves. */
static void
feed(struct applications *a, const struct application_input *in,
    struct cursor *c)
{
	struct application_flow *flow = in->flow;
	const struct application *reader = applications_reader(flow);
	bool is_side_0 = in->side == 0;
	struct dissection d = {
		.bytes = *c,
		.size = applications_size_of(in, cursor_left(c)),
		.sender = applications_role(flow, in),
		.sender_port = in->port[!is_side_0],
		.receiver_port = in->port[is_side_0],
		.is_datagram = in->is_datagram,
		.is_full = cursor_left(c) >= APPLICATION_HELD_MAX,
		.is_behind_gap = (flow->lost >> in->side & 1) != 0,
		.ts_ns = in->ts_ns,
		.applications = a,
		.flow = flow,
		.input = in
	};

	if (reader->feed == NULL) {
		applications_end(a, flow);
		return;
	}
	if (reader->state_size > 0 && !applications_need_state(a, flow)) {
		applications_end(a, flow);
		return;
	}
	if (flow->state != 0)
		d.state = state_at(a, flow->state);
	flow->lost = flow->lost & (1 << !in->side) & 3;
	reader->feed(&d);
	*c = d.bytes;
	obey(a, in, &d);
}

/* Does what the dissector asked for. */
static void
obey(struct applications *a, const struct application_input *in,
    const struct dissection *d)
{
	struct application_flow *flow = in->flow;

	if (d->has_inner) {
		change(a, flow, d);
		/* What the dissector before held is nothing to the next. */
		for (int side = 0; in->is_datagram && side < 2; side++)
			drop_buffer(a, flow, side);
		return;
	}
	if (d->is_side_done)
		flow->side_done = (flow->side_done | 1 << in->side) & 3;
	flow->skip[in->side] = d->skip;
	if (d->is_done || flow->side_done == 3)
		applications_end(a, flow);
	else if ((flow->side_done >> in->side & 1) != 0)
		drop_buffer(a, flow, in->side);
}

/* Another protocol is spoken from now on. */
static void
change(struct applications *a, struct application_flow *flow,
    const struct dissection *d)
{
	if (flow->switches == SWITCHES_MAX) {
		applications_end(a, flow);
		return;
	}
	flow->switches = (flow->switches + 1) & 3;
	drop_state(a, flow);
	flow->skip[0] = 0;
	flow->skip[1] = 0;
	flow->tries[0] = 0;
	flow->tries[1] = 0;
	flow->inner = d->inner;
	flow->is_searching = d->inner == 0;
}

/* Lets bytes wait that nobody has taken. */
static bool
keep(struct applications *a, const struct application_input *in,
    const uint8_t *bytes, size_t size)
{
	struct application_flow *flow = in->flow;
	struct held_bytes *b;

	if (size >= APPLICATION_HELD_MAX)
		return lose(a, flow, in->side);
	flow->buffer[in->side] = held_take(&a->held, size);
	if (flow->buffer[in->side] == 0)
		return fall_short(a, flow, in->side);
	b = held_at(&a->held, flow->buffer[in->side]);
	b->size = (uint32_t)size;
	memcpy(b->at, bytes, size);
	return true;
}

/* There is no buffer left for what is to wait. */
static bool
fall_short(struct applications *a, struct application_flow *flow, int side)
{
	a->counts.buffers_short++;
	return lose(a, flow, side);
}

/*
 * Bytes of the side are missing for who reads it. Who cannot find his feet
 * again has seen enough.
 */
static bool
lose(struct applications *a, struct application_flow *flow, int side)
{
	drop_buffer(a, flow, side);
	if (applications_is_found(flow) &&
	    applications_reader(flow)->survives_gaps) {
		flow->lost = (flow->lost | 1 << side) & 3;
		return true;
	}
	flow->side_done = (flow->side_done | 1 << side) & 3;
	if (flow->side_done == 3)
		applications_end(a, flow);
	return false;
}

bool
applications_gap(struct applications *a, const struct application_input *in,
    uint32_t missing)
{
	struct application_flow *flow = in->flow;

	applications_finish(a, in);
	if (!is_wanted(flow, in->side))
		return false;
	return pass_skipped(flow, in->side, missing) == missing ||
	    lose(a, flow, in->side);
}

void
applications_finish(struct applications *a,
    const struct application_input *in)
{
	struct application_flow *flow = in->flow;
	struct application_input last = *in;
	struct held_bytes *b;

	if ((flow->weak >> in->side & 1) == 0 || applications_is_found(flow) ||
	    !is_wanted(flow, in->side) || flow->buffer[in->side] == 0)
		return;
	last.is_last = true;
	b = held_at(&a->held, flow->buffer[in->side]);
	keep_left(a, flow, in->side, b, offer(a, &last, b->at, b->size));
}

/* So many of the bytes that wait are still to do so, unless nobody reads. */
static void
keep_left(struct applications *a, struct application_flow *flow, int side,
    struct held_bytes *b, size_t left)
{
	if (left == 0 || flow->buffer[side] == 0) {
		drop_buffer(a, flow, side);
		return;
	}
	memmove(b->at, b->at + b->size - left, left);
	b->size = (uint32_t)left;
}

void
applications_expected(struct application_flow *flow, uint8_t number)
{
	flow->outer = number;
}

static inline bool
is_wanted(const struct application_flow *flow, int side)
{
	return !flow->is_done && (flow->side_done >> side & 1) == 0;
}

void
applications_end(struct applications *a, struct application_flow *flow)
{
	drop_buffer(a, flow, 0);
	drop_buffer(a, flow, 1);
	drop_state(a, flow);
	flow->is_done = true;
}

void
applications_forget(struct applications *a, struct application_flow *flow)
{
	applications_end(a, flow);
	facts_clear(&a->facts, &flow->facts);
	*flow = (struct application_flow){ 0 };
}

static void
drop_buffer(struct applications *a, struct application_flow *flow, int side)
{
	if (flow->buffer[side] != 0)
		held_give(&a->held, flow->buffer[side]);
	flow->buffer[side] = 0;
}

static inline void *
state_at(const struct applications *a, uint32_t handle)
{
	return pool_at(&a->states[handle & 1], handle >> 1);
}

/* False when there is no memory for it. */
bool
applications_need_state(struct applications *a, struct application_flow *flow)
{
	size_t size = applications_reader(flow)->state_size;
	uint32_t is_large = size > STATE_SMALL;
	uint32_t number;

	assert(size <= APPLICATION_STATE_MAX);
	if (flow->state != 0)
		return true;
	number = pool_take(&a->states[is_large]);
	if (number == 0) {
		a->counts.states_short++;
		return false;
	}
	flow->state = number << 1 | is_large;
	return true;
}

static void
drop_state(struct applications *a, struct application_flow *flow)
{
	if (flow->state != 0)
		pool_give(&a->states[flow->state & 1], flow->state >> 1);
	flow->state = 0;
}
