/*
 * Holes in a sequence space; see holes.h.
 */
#include <string.h>

#include "tcp/holes.h"

static void	widen(struct tcp_hole *, uint32_t, uint32_t);
static void	fill_one(struct tcp_hole *, int, uint32_t, uint32_t);
static bool	split(struct tcp_hole *, int, uint32_t, uint32_t);
static void	tidy(struct tcp_hole *);
static uint32_t	passed_of(const struct tcp_hole *, uint32_t);

void
tcp_holes_clear(struct tcp_hole *holes)
{
	for (int i = 0; i < TCP_HOLES; i++)
		holes[i].missing = 0;
}

bool
tcp_holes_are_full(const struct tcp_hole *holes)
{
	return holes[TCP_HOLES - 1].missing > 0;
}

void
tcp_holes_open(struct tcp_hole *holes, uint32_t left, uint32_t right)
{
	int i = 0;

	while (i < TCP_HOLES && holes[i].missing > 0)
		i++;
	if (i < TCP_HOLES)
		holes[i] = (struct tcp_hole){ left, right, right - left };
	else
		widen(&holes[TCP_HOLES - 1], left, right);
}

void
tcp_holes_fill(struct tcp_hole *holes, uint32_t left, uint32_t right)
{
	if (holes[0].missing == 0)
		return;		/* as most often */
	for (int i = 0; i < TCP_HOLES; i++) {
		if (holes[i].missing > 0)
			fill_one(holes, i, left, right);
	}
	tidy(holes);
}

uint64_t
tcp_holes_passed(const struct tcp_hole *holes, uint32_t acked)
{
	uint64_t passed = 0;

	for (int i = 0; i < TCP_HOLES; i++)
		passed += passed_of(&holes[i], acked);
	return passed;
}

bool
tcp_holes_are_reached(const struct tcp_hole *holes, uint32_t acked,
    const uint32_t *before)
{
	if (holes[0].missing == 0)
		return false;	/* as most often */
	for (int i = 0; i < TCP_HOLES; i++) {
		if (passed_of(&holes[i], acked) > 0 && (before == NULL ||
		    passed_of(&holes[i], *before) == 0))
			return true;
	}
	return false;
}

void
tcp_holes_cut(struct tcp_hole *holes, uint32_t acked)
{
	for (int i = 0; i < TCP_HOLES; i++) {
		uint32_t passed = passed_of(&holes[i], acked);

		if (passed == 0)
			continue;
		holes[i].left = acked;
		holes[i].missing -= passed;
	}
	tidy(holes);
}

uint64_t
tcp_holes_write_off(struct tcp_hole *holes, uint32_t acked, int32_t distance)
{
	uint64_t missed = 0;

	if (holes[0].missing == 0)
		return 0;	/* as most often */
	for (int i = 0; i < TCP_HOLES; i++) {
		if (holes[i].missing == 0 ||
		    tcp_distance(holes[i].right, acked) < distance)
			continue;
		missed += holes[i].missing;
		holes[i].missing = 0;
	}
	if (missed > 0)
		tidy(holes);
	return missed;
}

/* Two that are half of the sequence space apart have no order: one goes. */
static void
widen(struct tcp_hole *hole, uint32_t left, uint32_t right)
{
	uint64_t width = (uint64_t)(hole->right - hole->left) +
	    (left - hole->right) + (right - left);

	if (width > INT32_MAX) {
		*hole = (struct tcp_hole){ left, right, right - left };
		return;
	}
	hole->right = right;
	hole->missing += right - left;
}

/*
 * A hole that is filled in its middle becomes two, if there is room; else it
 * stays one of which less is missing.
 */
static void
fill_one(struct tcp_hole *holes, int i, uint32_t left, uint32_t right)
{
	struct tcp_hole *hole = &holes[i];
	uint32_t size;

	if (tcp_is_after(hole->left, left))
		left = hole->left;
	if (tcp_is_after(right, hole->right))
		right = hole->right;
	if (!tcp_is_after(right, left) ||
	    right - hole->left > hole->right - hole->left)
		return;
	if (left != hole->left && right != hole->right &&
	    split(holes, i, left, right))
		return;
	size = right - left;
	hole->missing -= size < hole->missing ? size : hole->missing;
	if (left == hole->left)
		hole->left = right;
	else if (right == hole->right)
		hole->right = left;
}

static bool
split(struct tcp_hole *holes, int i, uint32_t left, uint32_t right)
{
	struct tcp_hole *hole = &holes[i];

	if (tcp_holes_are_full(holes) ||
	    hole->missing != hole->right - hole->left)
		return false;
	memmove(hole + 1, hole, (size_t)(TCP_HOLES - 1 - i) * sizeof *hole);
	hole[1].left = right;
	hole[1].missing = hole[1].right - right;
	hole->right = left;
	hole->missing = left - hole->left;
	return true;
}

/* The open ones first. */
static void
tidy(struct tcp_hole *holes)
{
	int kept = 0;

	for (int i = 0; i < TCP_HOLES; i++) {
		if (holes[i].missing > 0)
			holes[kept++] = holes[i];
	}
	while (kept < TCP_HOLES)
		holes[kept++].missing = 0;
}

static uint32_t
passed_of(const struct tcp_hole *hole, uint32_t acked)
{
	if (hole->missing == 0 || !tcp_is_after(acked, hole->left))
		return 0;
	if (!tcp_is_after(hole->right, acked))
		return hole->missing;
	return hole->missing == hole->right - hole->left ?
	    acked - hole->left : 0;
}
