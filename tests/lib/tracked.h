/*
 * For tests that track segments of TCP: what holds after any of them, however
 * hostile they are.
 */
#ifndef TALLYMAN_TESTS_TRACKED_H
#define TALLYMAN_TESTS_TRACKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "tcp/limits.h"
#include "tcp/order.h"
#include "tcp/tcp.h"

/* The mean of times that a float rounds. */
#define TRACKED_ROUNDING 1e-6

static inline bool
tracked_has_history(const struct tcp *t)
{
	return t->history_size < TCP_HISTORY_MAX &&
	    memchr(t->history, '\0', TCP_HISTORY_MAX) ==
	    t->history + t->history_size;
}

static inline bool
tracked_has_times(const struct tcp *t, const struct tcp_trouble *trouble)
{
	return t->timed_count <= TCP_TIMED + TCP_TIMED_MORE &&
	    (t->timed_count <= TCP_TIMED || trouble != NULL);
}

/* The open ones first, and of each no more is missing than it holds. */
static inline bool
tracked_has_holes(const struct tcp_past *past)
{
	const struct tcp_hole *holes = past->holes;

	for (int i = 0; i < TCP_HOLES; i++) {
		if (holes[i].missing == 0)
			continue;
		if (i > 0 && holes[i - 1].missing == 0)
			return false;
		if (holes[i].missing > holes[i].right - holes[i].left ||
		    holes[i].right - holes[i].left > INT32_MAX)
			return false;
	}
	return true;
}

/* No more is counted than segments were given. */
static inline bool
tracked_has_counts(const struct tcp_tally *tally, uint64_t of_side,
    uint64_t of_both)
{
	const uint32_t counts[] = {
		tally->more_syn, tally->more_fin, tally->more_rst,
		tally->urg, tally->out_of_order, tally->keepalives,
		tally->probes, tally->beyond, tally->conflicts,
		tally->retransmitted, tally->duplicate_acks,
		tally->unseen_acks, tally->sacks, tally->zero_windows,
		tally->window_full, tally->window_updates, tally->ce,
		tally->ece, tally->cwr
	};

	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		if (counts[i] > of_side)
			return false;
	}
	return tally->stalls <= of_both && tally->dsacks <= tally->sacks &&
	    tally->zero_window_ns >= 0 && tally->receiver_window_ns >= 0 &&
	    tally->network_loss_ns >= 0;
}

static inline bool
tracked_has_kinds(const struct tcp_tally *tally)
{
	return (uint64_t)tally->fast + tally->spurious + tally->tail_probes +
	    tally->timeouts <= tally->retransmitted;
}

static inline bool
tracked_has_round_trips(const struct tcp_measure *measure)
{
	double mean;

	if (measure->rtt_samples == 0)
		return measure->rtt_sum == 0;
	mean = (double)measure->rtt_sum / measure->rtt_samples;
	return measure->rtt_sum >= 0 && measure->rtt_min >= 0 &&
	    (double)measure->rtt_min <= mean * (1 + TRACKED_ROUNDING) &&
	    (double)measure->rtt_max * (1 + TRACKED_ROUNDING) >= mean;
}

/* All the time that is charged to a side, nanoseconds. */
static inline int64_t
tracked_charged_ns(const struct tcp *t, const struct tcp_trouble *trouble,
    int side)
{
	int64_t ns[TCP_LIMITS];
	int64_t sum = 0;

	(void)tcp_limits_cause(t, trouble, side, ns);
	for (int i = 0; i < TCP_LIMITS; i++)
		sum += ns[i];
	return sum;
}

/*
 * What does not hold, or NULL. given: segments of each side so far; the pool
 * is this connection's alone.
 */
static inline const char *
tracked_fault(const struct tcp *t, const struct pool *troubles,
    const uint64_t given[2])
{
	const struct tcp_trouble *trouble = tcp_trouble_of(t, troubles);
	uint64_t both = given[0] + given[1];

	if (troubles->live > 1 || troubles->live != (t->trouble != 0))
		return "the troubles taken";
	if (!tracked_has_history(t))
		return "the history";
	if (!tracked_has_times(t, trouble))
		return "the segments timed";
	for (int side = 0; side < 2; side++) {
		if (!tracked_has_round_trips(&t->measure[side]))
			return "the round trips";
		if (tracked_charged_ns(t, trouble, side) < 0)
			return "the time charged";
		if (trouble == NULL)
			continue;
		if (!tracked_has_holes(&trouble->past[side]))
			return "the holes";
		if (!tracked_has_counts(&trouble->tally[side], given[side],
		    both))
			return "the counts";
		if (!tracked_has_kinds(&trouble->tally[side]))
			return "the kinds of retransmission";
	}
	return NULL;
}

#endif
