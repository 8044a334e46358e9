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
	const char	*note;
	const char	*waiting;
	void		(*evidence)(const struct record_side *own,
			    const struct record_side *peer, struct buffer *);
};

static const struct cause *cause_of(const struct record_side *, int64_t *);
static bool	is_slow(const struct record *, const struct record_side *);
static void	line_of(const struct record *, const struct record_side *,
		    const struct record_side *, struct buffer *);
static void	put_slow(const struct record *, const struct record_side *,
		    const struct record_side *, struct buffer *);
static void	put_doubts(const struct record_side *, struct buffer *);
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
	{ "application", NULL, NULL, NULL },
	{ "receiver_window", "receiver window",
	    "waiting for the receiver's window", evidence_window },
	{ "network_loss", "loss", "making up for loss", evidence_loss },
	{ "network_rtt", "round trips", "waiting for the round trip",
	    evidence_rtt }
};

bool
text_slow_is_slow(const struct record *record)
{
	return is_slow(record, &record->src) || is_slow(record, &record->dst);
}

void
text_slow_note(const struct record *record, struct buffer *b)
{
	const struct record_side *side = is_slow(record, &record->src) ?
	    &record->src : &record->dst;
	const struct cause *cause;
	int64_t ns = 0;

	if (!is_slow(record, side))
		return;
	cause = cause_of(side, &ns);
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

/* NULL: unknown, or the application. */
static const struct cause *
cause_of(const struct record_side *side, int64_t *ns)
{
	for (size_t i = 1; i < sizeof causes / sizeof causes[0]; i++) {
		if (side->tcp.limited_by != NULL &&
		    strcmp(side->tcp.limited_by, causes[i].word) == 0) {
			*ns = side->tcp.limited_ns[i];
			return &causes[i];
		}
	}
	return NULL;
}

static bool
is_slow(const struct record *record, const struct record_side *side)
{
	int64_t ns = 0;

	return (record->has & RECORD_TCP) != 0 &&
	    cause_of(side, &ns) != NULL && ns >= SLOW_NS &&
	    ns > record->duration_ns / 2;
}

static void
line_of(const struct record *record, const struct record_side *own,
    const struct record_side *peer, struct buffer *b)
{
	bool has_slow = is_slow(record, own);

	if (!has_slow && own->tcp.missed_bytes == 0 &&
	    own->tcp.overlaps_conflicting == 0)
		return;
	buffer_text(b, own == &record->src ? "    from the originator: " :
	    "    from the responder: ");
	if (has_slow)
		put_slow(record, own, peer, b);
	if (has_slow && own->tcp.missed_bytes +
	    own->tcp.overlaps_conflicting > 0)
		buffer_text(b, "; ");
	put_doubts(own, b);
	buffer_char(b, '\n');
}

static void
put_slow(const struct record *record, const struct record_side *own,
    const struct record_side *peer, struct buffer *b)
{
	int64_t ns = 0;
	const struct cause *cause = cause_of(own, &ns);
	size_t before;

	buffer_text(b, "slow: ");
	put_duration(b, ns);
	buffer_text(b, " of ");
	put_duration(b, record->duration_ns);
	buffer_char(b, ' ');
	buffer_text(b, cause->waiting);
	before = b->size;
	buffer_text(b, " (");
	cause->evidence(own, peer, b);
	if (b->size == before + 2)
		buffer_truncate(b, before);
	else
		buffer_char(b, ')');
}

static void
put_doubts(const struct record_side *own, struct buffer *b)
{
	if (own->tcp.missed_bytes > 0) {
		put_bytes(b, own->tcp.missed_bytes);
		buffer_text(b, " never seen though acknowledged");
	}
	if (own->tcp.missed_bytes > 0 && own->tcp.overlaps_conflicting > 0)
		buffer_text(b, "; ");
	if (own->tcp.overlaps_conflicting > 0)
		put_times(b, "the same bytes came again and differed",
		    own->tcp.overlaps_conflicting);
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
}

static void
evidence_loss(const struct record_side *own, const struct record_side *peer,
    struct buffer *b)
{
	(void)peer;
	put_count(b, own->tcp.retransmitted_packets, "packet", "packets");
	buffer_text(b, " of ");
	put_count(b, own->counts.packets, NULL, NULL);
	buffer_text(b, " sent again");
	if (own->tcp.timeout_retransmissions > 0) {
		buffer_text(b, ", ");
		put_count(b, own->tcp.timeout_retransmissions, NULL, NULL);
		buffer_text(b, " after a timeout");
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
