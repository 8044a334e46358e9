/*
 * Fuzz target: what the two sides of one flow say to the application
 * dissectors. The input is a byte of what kind of flow it is, the ports of
 * server and client, and then segments or datagrams, each a byte that says
 * what it has and then that.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/cursor.h"
#include "../lib/dissected.h"

/* What the first byte says of the flow. */
enum {
	IS_DATAGRAM = 0x01,
	IS_JOINED = 0x02,	/* in the middle of a stream */
	IS_REVEALING = 0x04,
	IS_EXPECTED = 0x08	/* the next byte says who */
};

/* What the first byte of a segment says. */
enum {
	HAS_SIDE = 0x01,
	IS_GAP = 0x02,		/* two bytes: how many are missing */
	IS_CUT = 0x04,		/* one byte: how many were not captured */
	IS_TURN = 0x08		/* the flow ends; another one begins */
};

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void	fuzz_begin(struct dissected *, struct cursor *);
static void	fuzz_say(struct dissected *, struct cursor *);
static void	fuzz_check(const struct dissected *);
static void	fuzz_check_fact(const struct fact *);

static inline void
require(bool is_so)
{
	if (!is_so)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dissected d;
	struct cursor c = cursor_over(data, size);

	if (d.applications == NULL)
		dissected_init(&d, false, 0);
	fuzz_begin(&d, &c);
	while (cursor_ok(&c) && cursor_left(&c) > 0) {
		fuzz_say(&d, &c);
		fuzz_check(&d);
	}
	applications_end(d.applications, &d.flow);
	fuzz_check(&d);
	applications_forget(d.applications, &d.flow);
	require(dissected_live(&d) == 0);
	require(d.applications->facts.used == 0);
	return 0;
}

static void
fuzz_begin(struct dissected *d, struct cursor *c)
{
	uint8_t what = cursor_u8(c);
	uint16_t port = cursor_be16(c);
	unsigned int count = 0;

	dissected_restart(d, (what & IS_DATAGRAM) != 0, port);
	d->client_port = cursor_be16(c);
	d->is_joined = (what & IS_JOINED) != 0;
	d->applications->options.is_revealing = (what & IS_REVEALING) != 0;
	d->now_ns = 0;
	d->expected_count = 0;
	while (registry_applications[count] != NULL)
		count++;
	if ((what & IS_EXPECTED) != 0)
		applications_expected(&d->flow,
		    (uint8_t)(cursor_u8(c) % count + 1));
}

static void
fuzz_say(struct dissected *d, struct cursor *c)
{
	uint8_t what = cursor_u8(c);
	int side = what & HAS_SIDE;
	uint16_t size = cursor_be16(c);
	uint8_t cut = (what & IS_CUT) != 0 ? cursor_u8(c) : 0;
	const uint8_t *bytes;

	if ((what & IS_TURN) != 0) {
		dissected_restart(d, d->is_datagram, d->port);
		return;
	}
	if ((what & IS_GAP) != 0) {
		if (!d->is_datagram && size > 0)
			(void)say_lost(d, side, size);
		return;
	}
	if (size > cursor_left(c))
		size = (uint16_t)cursor_left(c);
	bytes = cursor_take(c, size);
	if (bytes != NULL && size > 0)
		(void)say_cut(d, side, bytes, size,
		    (size_t)size + (d->is_datagram ? cut : 0));
}

/* What holds of the flow after whatever was said. */
static void
fuzz_check(const struct dissected *d)
{
	const struct application_flow *flow = &d->flow;
	const struct facts_store *store = &d->applications->facts;
	struct fact fact;
	size_t offset = 0;

	require(flow->tries[0] <= APPLICATION_TRIES_MAX);
	require(flow->tries[1] <= APPLICATION_TRIES_MAX);
	require(flow->inner == 0 || flow->outer != 0);
	require(!flow->is_done || (flow->state == 0 &&
	    flow->buffer[0] == 0 && flow->buffer[1] == 0));
	for (int side = 0; side < 2; side++) {
		const struct held_bytes *b = held_at(
		    &d->applications->held, flow->buffer[side]);

		/* Of datagrams none wait: a dissector holds what it likes. */
		require(flow->buffer[side] == 0 ||
		    (d->is_datagram == (b->size == 0) &&
		    b->size < APPLICATION_HELD_MAX &&
		    (flow->side_done >> side & 1) == 0));
	}
	while (facts_next(store, flow->facts, &offset, &fact))
		fuzz_check_fact(&fact);
}

static void
fuzz_check_fact(const struct fact *fact)
{
	const struct application *one;
	enum fact_type type;
	int count = 0;

	require(fact->application != 0);
	one = applications_at(fact->application);
	while (one->fields[count].name != NULL)
		count++;
	require(fact->field < count);
	type = one->fields[fact->field].type;
	require(fact->size > 0);
	require(type == FACT_TEXT || type == FACT_LIST ||
	    fact->size == sizeof(uint64_t));
}
