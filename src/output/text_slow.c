/*
 * Slow transfers in words; see text_slow.h.
 */
#include <string.h>

#include "base/units.h"
#include "output/text_slow.h"

/* Less than a second is not slow, whatever its share. */
#define SLOW_NS INT64_C(1000000000)

/* By the index of a record's limited_ns. */
struct cause {
	const char	*word;
	const char	*note;		/* NULL: not slow, just waiting */
	const char	*waiting;
	void		(*evidence)(const struct record_side *own,
			    const struct record_side *peer, struct buffer *);
};

static const struct cause *cause_of(const struct record *,
		    const struct record_side *, int64_t *);
static const struct record_side *slow_side(const struct record *);
static void	line_of(const struct record *, const struct record_side *,
		    const struct record_side *, struct buffer *);
static void	put_waiting(const struct record *, const struct record_side *,
		    const struct record_side *, struct buffer *);
static void	put_path(const struct record_side *, struct buffer *, size_t);
static void	put_doubts(const struct record_side *, struct buffer *,
		    size_t);
static void	item_begin(struct buffer *, size_t);
static void	item_count(struct buffer *, size_t, uint64_t, const char *,
		    const char *);
static void	evidence_window(const struct record_side *,
		    const struct record_side *, struct buffer *);
static void	evidence_loss(const struct record_side *,
		    const struct record_side *, struct buffer *);
static void	evidence_rtt(const struct record_side *,
		    const struct record_side *, struct buffer *);
static void	put_duration(struct buffer *, int64_t);
static void	put_count(struct buffer *, uint64_t, const char *,
		    const char *);
static void	put_times(struct buffer *, const char *, uint64_t);
static void	put_bytes(struct buffer *, uint64_t);

static const struct cause causes[] = {
	{ "application", NULL, "with nothing to send", NULL },
	{ "receiver_window", "receiver window",
	    "waiting for the receiver's window", evidence_window },
	{ "network_loss", "loss", "making up for loss", evidence_loss },
	{ "network_rtt", "round trips", "waiting for the round trip",
	    evidence_rtt }
};

bool
text_slow_is_slow(const struct record *record)
{
	return slow_side(record) != NULL;
}

void
text_slow_note(const struct record *record, struct buffer *b)
{
	const struct record_side *side = slow_side(record);
	const struct cause *cause;
	int64_t ns = 0;

	if (side == NULL)
		return;
	cause = cause_of(record, side, &ns);
	buffer_text(b, "slow: ");
	put_duration(b, ns);
	buffer_char(b, ' ');
	buffer_text(b, cause->note);
}

void
text_slow_lines(const struct record *record, struct buffer *b)
{
	if ((record->has & RECORD_TCP) == 0)
		return;
	line_of(record, &record->src, &record->dst, b);
	line_of(record, &record->dst, &record->src, b);
}

/* What took most of the flow's time, or NULL. */
static const struct cause *
cause_of(const struct record *record, const struct record_side *side,
    int64_t *ns)
{
	for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++) {
		if (side->tcp.limited_by == NULL ||
		    strcmp(side->tcp.limited_by, causes[i].word) != 0)
			continue;
		*ns = side->tcp.limited_ns[i];
		if (*ns >= SLOW_NS && *ns > record->duration_ns / 2)
			return &causes[i];
	}
	return NULL;
}

/* The side that was held back, the longer one of two; NULL: neither was. */
static const struct record_side *
slow_side(const struct record *record)
{
	const struct record_side *sides[] = { &record->src, &record->dst };
	const struct record_side *slow = NULL;
	int64_t most = 0;

	if ((record->has & RECORD_TCP) == 0)
		return NULL;
	for (int i = 0; i < 2; i++) {
		int64_t ns = 0;
		const struct cause *cause = cause_of(record, sides[i], &ns);

		if (cause == NULL || cause->note == NULL || ns <= most)
			continue;
		slow = sides[i];
		most = ns;
	}
	return slow;
}

/* Nothing for a side with nothing to tell. */
static void
line_of(const struct record *record, const struct record_side *own,
    const struct record_side *peer, struct buffer *b)
{
	size_t before = b->size;
	size_t start;
	int64_t ns;
	const struct cause *cause = cause_of(record, own, &ns);

	buffer_text(b, own == &record->src ? "from the originator: " :
	    "from the responder: ");
	start = b->size;
	put_waiting(record, own, peer, b);
	if ((cause == NULL || cause->evidence != evidence_loss) &&
	    own->tcp.retransmitted_packets > 0) {
		item_begin(b, start);
		evidence_loss(own, peer, b);
	}
	if ((cause == NULL || cause->evidence != evidence_window) &&
	    peer->tcp.zero_windows > 0) {
		item_begin(b, start);
		put_times(b, "the receiver's window was zero",
		    peer->tcp.zero_windows);
	}
	put_path(own, b, start);
	put_doubts(own, b, start);
	if (b->size == start)
		buffer_truncate(b, before);
	else
		buffer_char(b, '\n');
}

static void
put_waiting(const struct record *record, const struct record_side *own,
    const struct record_side *peer, struct buffer *b)
{
	int64_t ns = 0;
	const struct cause *cause = cause_of(record, own, &ns);
	size_t before;

	if (cause == NULL)
		return;
	if (cause->note != NULL)
		buffer_text(b, "slow: ");
	put_duration(b, ns);
	buffer_text(b, " of ");
	put_duration(b, record->duration_ns);
	buffer_char(b, ' ');
	buffer_text(b, cause->waiting);
	if (cause->evidence == NULL)
		return;
	before = b->size;
	buffer_text(b, " (");
	cause->evidence(own, peer, b);
	if (b->size == before + 2)
		buffer_truncate(b, before);
	else
		buffer_char(b, ')');
}

/* What the path did to the side's segments, and what kept it open. */
static void
put_path(const struct record_side *own, struct buffer *b, size_t start)
{
	item_count(b, start, own->tcp.out_of_order_packets,
	    "packet out of order", "packets out of order");
	item_count(b, start, own->tcp.ecn_ce, "packet marked for congestion",
	    "packets marked for congestion");
	item_count(b, start, own->tcp.keepalives, "keep-alive",
	    "keep-alives");
}

/* Bytes that are missing, and bytes that somebody may have put there. */
static void
put_doubts(const struct record_side *own, struct buffer *b, size_t start)
{
	if (own->tcp.missed_bytes > 0) {
		item_begin(b, start);
		put_bytes(b, own->tcp.missed_bytes);
		buffer_text(b, " never seen though acknowledged");
	}
	if (own->tcp.overlaps_conflicting == 0)
		return;
	item_begin(b, start);
	buffer_text(b, "the same bytes came twice and differed");
	if (own->tcp.overlaps_conflicting == 1)
		return;
	buffer_text(b, " (");
	put_count(b, own->tcp.overlaps_conflicting, "time", "times");
	buffer_char(b, ')');
}

/* A semicolon before all items but the first, which stands at start. */
static void
item_begin(struct buffer *b, size_t start)
{
	if (b->size > start)
		buffer_text(b, "; ");
}

static void
item_count(struct buffer *b, size_t start, uint64_t count, const char *one,
    const char *many)
{
	if (count == 0)
		return;
	item_begin(b, start);
	put_count(b, count, one, many);
}

static void
evidence_window(const struct record_side *own, const struct record_side *peer,
    struct buffer *b)
{
	if (peer->tcp.zero_windows > 0)
		put_times(b, "zero", peer->tcp.zero_windows);
	if (peer->tcp.zero_windows > 0 && own->tcp.window_full > 0)
		buffer_text(b, ", ");
	if (own->tcp.window_full > 0)
		put_times(b, "full", own->tcp.window_full);
	if (peer->tcp.zero_windows > 0 || peer->tcp.window_max == 0)
		return;
	if (own->tcp.window_full > 0)
		buffer_text(b, ", ");
	buffer_text(b, "at most ");
	put_bytes(b, peer->tcp.window_max);
}

/* Without a retransmission it is the duplicate ACKs that told of the loss. */
static void
evidence_loss(const struct record_side *own, const struct record_side *peer,
    struct buffer *b)
{
	const struct record_tcp_side *tcp = &own->tcp;
	char share[UNITS_SIZE];

	if (tcp->retransmitted_packets == 0) {
		if (peer->tcp.duplicate_acks > 0)
			put_times(b, "asked for again",
			    peer->tcp.duplicate_acks);
		return;
	}
	units_share(share, sizeof share, tcp->retransmitted_packets,
	    own->counts.packets);
	buffer_text(b, share);
	buffer_text(b, " sent again: ");
	put_count(b, tcp->retransmitted_packets, NULL, NULL);
	buffer_text(b, " of ");
	put_count(b, own->counts.packets, "packet", "packets");
	if (tcp->timeout_retransmissions > 0) {
		buffer_text(b, ", ");
		put_count(b, tcp->timeout_retransmissions,
		    "after a timeout", "after a timeout");
	}
	if (tcp->spurious_retransmissions > 0) {
		buffer_text(b, ", ");
		put_count(b, tcp->spurious_retransmissions, "needlessly",
		    "needlessly");
	}
}

static void
evidence_rtt(const struct record_side *own, const struct record_side *peer,
    struct buffer *b)
{
	(void)peer;
	if (own->tcp.rtt_samples > 0) {
		put_duration(b, own->tcp.rtt_mean_ns);
		buffer_text(b, " on average");
	}
	if (own->tcp.rtt_samples > 0 && own->tcp.bytes_in_flight_max > 0)
		buffer_text(b, ", ");
	if (own->tcp.bytes_in_flight_max > 0) {
		buffer_text(b, "at most ");
		put_bytes(b, own->tcp.bytes_in_flight_max);
		buffer_text(b, " on their way");
	}
}

static void
put_duration(struct buffer *b, int64_t ns)
{
	char text[UNITS_SIZE];

	units_duration(text, sizeof text, ns < 0 ? 0 : (uint64_t)ns);
	buffer_text(b, text);
}

/* The things are left out where NULL. */
static void
put_count(struct buffer *b, uint64_t count, const char *one, const char *many)
{
	char text[UNITS_SIZE];

	units_count(text, sizeof text, count);
	buffer_text(b, text);
	if (one == NULL)
		return;
	buffer_char(b, ' ');
	buffer_text(b, count == 1 ? one : many);
}

/* "zero once", "zero 3 times". */
static void
put_times(struct buffer *b, const char *what, uint64_t count)
{
	buffer_text(b, what);
	buffer_char(b, ' ');
	if (count == 1)
		buffer_text(b, "once");
	else
		put_count(b, count, "time", "times");
}

static void
put_bytes(struct buffer *b, uint64_t bytes)
{
	char text[UNITS_SIZE];

	units_volume(text, sizeof text, bytes);
	buffer_text(b, text);
}
