/*
 * Real-time streams; see rtp.h.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +---+-+-+-------+-+-------------+-------------------------------+
 *   |V=2|P|X|  CC   |M| payload type|       sequence number         |
 *   +---+-+-+-------+-+-------------+-------------------------------+
 *   |                           timestamp                           |
 *   +---------------------------------------------------------------+
 *   |           synchronization source (SSRC) identifier            |
 *   +---------------------------------------------------------------+
 */
#include <string.h>

#include "base/cursor.h"
#include "flow/rtp.h"

static void	begin(struct rtp_stream *, const struct rtp_packet *);
static void	prove(struct rtp_stream *, const struct rtp_packet *);
static bool	follow(struct rtp_stream *, const struct rtp_packet *);
static void	follow_late(struct rtp_stream *, uint16_t);
static void	watch_rival(struct rtp_stream *, const struct rtp_packet *);
static bool	is_rival_due(const struct rtp_stream *,
		    const struct rtp_packet *, uint32_t);
static void	adopt_rival(struct rtp_stream *, const struct rtp_packet *);
static bool	is_next(uint16_t, uint32_t, const struct rtp_packet *);
static void	begin_clock(struct rtp_stream *, const struct rtp_packet *);
static void	time_packet(struct rtp_stream *, const struct rtp_packet *);
static void	add_jitter(struct rtp_stream *, const struct rtp_packet *);
static uint8_t	guess_clock(struct rtp_stream *, const struct rtp_packet *);

enum {
	RTP_PADDING = 0x20,		/* in the first byte */
	RTP_CSRC_COUNT = 0x0f,
	/* Second bytes 192 to 223 are RTCP's: RFC 5761 4. */
	RTP_TYPE_RTCP_FIRST = 64,
	RTP_TYPE_RTCP_LAST = 95,
	RTP_TYPE_DYNAMIC = 96,		/* and above: RFC 3551 6 */

	RTP_RUN = 5,			/* in sequence: a stream is found */
	RTP_RUN_RESUMED = 2,		/* the same source, after a jump: A.1 */
	RTP_RUN_MAX = UINT8_MAX,
	RTP_FAILURES_MAX = 16,

	RTP_DROPOUT_MAX = 3000,		/* RFC 3550 A.1 */
	RTP_MISORDER_MAX = 100,
	RTP_SEEN_BITS = 32,

	/* Media clocks tick more often than packets, and do not leap. */
	RTP_STEP_MIN = 6,
	RTP_STEP_MAX = 1 << 24,
	RTP_CLOCK_TOLERANCE = 3		/* per cent */
};

#define SECOND_NS	INT64_C(1000000000)
#define RTP_SILENCE_NS	(SECOND_NS / 2)	/* a rival may take over */
#define RTP_GUESS_NS	SECOND_NS	/* of media, to tell its clock */
#define RTP_ANCHOR_NS	(3600 * SECOND_NS)

/* Rates of media clocks that are in use, Hz. */
static const uint32_t rtp_rates[] = { 0, 8000, 11025, 16000, 22050, 24000,
	32000, 44100, 48000, 90000 };

enum {
	CLOCK_8000 = 1, CLOCK_11025, CLOCK_16000, CLOCK_22050, CLOCK_24000,
	CLOCK_32000, CLOCK_44100, CLOCK_48000, CLOCK_90000, CLOCKS
};

_Static_assert(sizeof rtp_rates / sizeof rtp_rates[0] == CLOCKS,
    "a name for each rate");

/* RFC 3551 tables 4 and 5; the other payload types do not tell. */
static const uint8_t static_clocks[128] = {
	[0] = CLOCK_8000, [3] = CLOCK_8000, [4] = CLOCK_8000,
	[5] = CLOCK_8000, [6] = CLOCK_16000, [7] = CLOCK_8000,
	[8] = CLOCK_8000, [9] = CLOCK_8000, [10] = CLOCK_44100,
	[11] = CLOCK_44100, [12] = CLOCK_8000, [13] = CLOCK_8000,
	[14] = CLOCK_90000, [15] = CLOCK_8000, [16] = CLOCK_11025,
	[17] = CLOCK_22050, [18] = CLOCK_8000, [25] = CLOCK_90000,
	[26] = CLOCK_90000, [28] = CLOCK_90000, [31] = CLOCK_90000,
	[32] = CLOCK_90000, [33] = CLOCK_90000, [34] = CLOCK_90000
};

bool
rtp_read(struct rtp_packet *packet, const uint8_t *payload,
    uint32_t captured, uint32_t payload_bytes)
{
	struct cursor c = cursor_over(payload, captured);
	const uint8_t *head = cursor_take(&c, RTP_HEADER_SIZE);
	uint8_t type;

	if (head == NULL)
		return false;
	type = head[1] & 0x7f;
	if (type >= RTP_TYPE_RTCP_FIRST && type <= RTP_TYPE_RTCP_LAST)
		return false;
	if (RTP_HEADER_SIZE + 4u * (head[0] & RTP_CSRC_COUNT) > payload_bytes)
		return false;		/* no room for its CSRC list */
	*packet = (struct rtp_packet){
		.ssrc = bytes_be32(&head[8]),
		.timestamp = bytes_be32(&head[4]),
		.sequence = bytes_be16(&head[2]),
		.payload_type = type,
		.is_usual = (head[0] & (RTP_PADDING | RTP_CSRC_COUNT)) == 0 &&
		    (type >= RTP_TYPE_DYNAMIC || static_clocks[type] != 0)
	};
	return true;
}

void
rtp_track(struct rtp_stream *s, const struct rtp_packet *p)
{
	if (s->failures >= RTP_FAILURES_MAX)
		return;
	if (s->sources == 0)
		begin(s, p);
	else if (p->ssrc != s->ssrc)
		watch_rival(s, p);
	else if (s->probation > 0)
		prove(s, p);
	else if (!follow(s, p))
		watch_rival(s, p);
}

void
rtp_restart(struct rtp_stream *s)
{
	s->packets = 0;
	s->expected = 0;
	s->reordered = 0;
	s->duplicates = 0;
	s->jitter_samples = 0;
	s->jitter_sum_ns = 0;
	s->jitter_max_ns = 0;
	if (s->sources > 1)
		s->sources = 1;
}

bool
rtp_is_found(const struct rtp_stream *s)
{
	return s->sources > 0 && s->probation == 0 && s->packets > 0;
}

uint32_t
rtp_lost(const struct rtp_stream *s)
{
	return s->expected > s->packets ? s->expected - s->packets : 0;
}

bool
rtp_jitter(const struct rtp_stream *s, int64_t *mean_ns)
{
	if (s->jitter_samples == 0)
		return false;
	*mean_ns = (int64_t)(s->jitter_sum_ns / s->jitter_samples);
	return true;
}

/* The first packet of a run that may become the stream. */
static void
begin(struct rtp_stream *s, const struct rtp_packet *p)
{
	*s = (struct rtp_stream){
		.ssrc = p->ssrc,
		.max_sequence = p->sequence,
		.seen = 1,
		.packets = 1,
		.expected = 1,
		.sources = 1,
		.payload_type = p->payload_type,
		.probation = RTP_RUN - 1,
		.failures = s->failures,
		.rival = s->rival
	};
	begin_clock(s, p);
}

/*
 * On probation nothing is forgiven but a copy of the last packet, for some
 * captures have each packet twice. The last packet of the run must also be
 * a tick of the media clock.
 */
static void
prove(struct rtp_stream *s, const struct rtp_packet *p)
{
	bool is_moved = p->timestamp != s->last_timestamp;

	if (p->sequence == s->max_sequence && !is_moved) {
		s->failures++;
		s->packets++;
		s->duplicates++;
	} else if (p->payload_type != s->payload_type ||
	    !is_next(s->max_sequence, s->last_timestamp, p)) {
		s->failures++;
		begin(s, p);
	} else {
		if (s->probation > 1 || is_moved)
			s->probation--;
		(void)follow(s, p);
	}
}

/* RFC 3550 A.1. False where the number leaps: it may be a new beginning. */
static bool
follow(struct rtp_stream *s, const struct rtp_packet *p)
{
	uint16_t ahead = (uint16_t)(p->sequence - s->max_sequence);
	uint16_t behind = (uint16_t)(s->max_sequence - p->sequence);

	if (ahead > 0 && ahead < RTP_DROPOUT_MAX) {
		s->max_sequence = p->sequence;
		s->expected += ahead;
		s->seen = ahead < RTP_SEEN_BITS ? s->seen << ahead | 1 : 1;
	} else if (behind <= RTP_MISORDER_MAX) {
		follow_late(s, behind);
	} else {
		return false;
	}
	s->packets++;
	time_packet(s, p);
	return true;
}

/* What is too far behind to be remembered is taken for late. */
static void
follow_late(struct rtp_stream *s, uint16_t behind)
{
	uint32_t bit = behind < RTP_SEEN_BITS ? UINT32_C(1) << behind : 0;

	if ((s->seen & bit) != 0)
		s->duplicates++;
	else
		s->reordered++;
	s->seen |= bit;
}

/*
 * A packet that is not of the source followed, or leaps in its numbers. All
 * of the rival's run counts when it takes over.
 */
static void
watch_rival(struct rtp_stream *s, const struct rtp_packet *p)
{
	struct rtp_rival *r = &s->rival;
	uint32_t step = p->timestamp - r->timestamp;

	if (r->run > 0 && r->ssrc == p->ssrc && r->sequence == p->sequence &&
	    step == 0)
		return;		/* a copy */
	if (r->run > 0 && r->ssrc == p->ssrc &&
	    r->payload_type == p->payload_type &&
	    is_next(r->sequence, r->timestamp, p)) {
		if (r->run < RTP_RUN_MAX)
			r->run++;
	} else {
		if (s->probation > 0)
			s->failures++;
		r->run = 1;
	}
	r->ssrc = p->ssrc;
	r->payload_type = p->payload_type;
	r->sequence = p->sequence;
	r->timestamp = p->timestamp;
	if (is_rival_due(s, p, step))
		adopt_rival(s, p);
}

/* Sources may take turns in one flow (RFC 8843): the first one is kept. */
static bool
is_rival_due(const struct rtp_stream *s, const struct rtp_packet *p,
    uint32_t step)
{
	if (p->ssrc == s->ssrc)
		return s->rival.run >= RTP_RUN_RESUMED;
	return s->rival.run >= RTP_RUN && step != 0 &&
	    (s->probation > 0 || p->ts_ns - s->last_ns >= RTP_SILENCE_NS);
}

static void
adopt_rival(struct rtp_stream *s, const struct rtp_packet *p)
{
	uint8_t run = s->rival.run;
	bool is_same = p->ssrc == s->ssrc;

	if (s->probation > 0) {		/* what was followed was no stream */
		*s = (struct rtp_stream){ 0 };
		is_same = false;
	}
	s->packets += run;
	s->expected += run;
	s->max_sequence = p->sequence;
	s->seen = run < RTP_SEEN_BITS ? (UINT32_C(1) << run) - 1 :
	    UINT32_MAX;
	s->rival.run = 0;
	s->last_ns = p->ts_ns;
	s->last_timestamp = p->timestamp;
	if (is_same)
		return;
	s->ssrc = p->ssrc;
	s->payload_type = p->payload_type;
	if (s->sources < UINT16_MAX)
		s->sources++;
	begin_clock(s, p);
}

/* The number after the last one, and a time that may follow the last one. */
static bool
is_next(uint16_t sequence, uint32_t timestamp, const struct rtp_packet *p)
{
	int32_t step = (int32_t)(p->timestamp - timestamp);

	return p->sequence == (uint16_t)(sequence + 1) && (step == 0 ||
	    (step >= RTP_STEP_MIN && step <= RTP_STEP_MAX) ||
	    (step <= -RTP_STEP_MIN && step >= -RTP_STEP_MAX));
}

static void
begin_clock(struct rtp_stream *s, const struct rtp_packet *p)
{
	s->clock = static_clocks[p->payload_type];
	s->jitter_ns = 0;
	s->last_ns = p->ts_ns;
	s->last_timestamp = p->timestamp;
	s->anchor_ns = p->ts_ns;
	s->anchor_timestamp = p->timestamp;
}

/*
 * Comfort noise (RFC 3389) and events (RFC 4733) come between with payload
 * types and times of their own.
 */
static void
time_packet(struct rtp_stream *s, const struct rtp_packet *p)
{
	if (p->payload_type != s->payload_type)
		return;
	if (s->clock != 0)
		add_jitter(s, p);
	else
		s->clock = guess_clock(s, p);
	s->last_ns = p->ts_ns;
	s->last_timestamp = p->timestamp;
}

/* RFC 3550 A.8, in nanoseconds in place of ticks. */
static void
add_jitter(struct rtp_stream *s, const struct rtp_packet *p)
{
	int64_t ticks = (int32_t)(p->timestamp - s->last_timestamp);
	int64_t media_ns = ticks * SECOND_NS / rtp_rates[s->clock];
	int64_t apart_ns = p->ts_ns - s->last_ns;
	int64_t difference_ns = UINT32_MAX;
	int64_t jitter_ns = s->jitter_ns;

	/* The bounds keep the difference from overflowing. */
	if (apart_ns > -RTP_ANCHOR_NS && apart_ns < RTP_ANCHOR_NS)
		difference_ns = apart_ns - media_ns;
	if (difference_ns < 0)
		difference_ns = -difference_ns;
	if (difference_ns > UINT32_MAX)
		difference_ns = UINT32_MAX;
	jitter_ns += (difference_ns - jitter_ns) / 16;
	s->jitter_ns = (uint32_t)jitter_ns;
	s->jitter_sum_ns += s->jitter_ns;
	s->jitter_samples++;
	if (s->jitter_ns > s->jitter_max_ns)
		s->jitter_max_ns = s->jitter_ns;
}

/* The usual rate that the time since the anchor agrees with, or 0. */
static uint8_t
guess_clock(struct rtp_stream *s, const struct rtp_packet *p)
{
	int64_t span_ns = p->ts_ns - s->anchor_ns;
	int64_t ticks = (int32_t)(p->timestamp - s->anchor_timestamp);
	int64_t rate;

	if (span_ns < 0 || span_ns > RTP_ANCHOR_NS) {
		s->anchor_ns = p->ts_ns;
		s->anchor_timestamp = p->timestamp;
		return 0;
	}
	if (span_ns < RTP_GUESS_NS || ticks <= 0)
		return 0;
	rate = ticks * SECOND_NS / span_ns;
	for (uint8_t i = CLOCK_8000; i < CLOCKS; i++) {
		int64_t off = rate - (int64_t)rtp_rates[i];

		if ((off < 0 ? -off : off) * 100 <=
		    (int64_t)rtp_rates[i] * RTP_CLOCK_TOLERANCE)
			return i;
	}
	return 0;
}
