/*
 * For tests of TCP: segments written as text are tracked, and what was
 * counted of them is read back as text.
 *
 * A segment is "o" or "r" for its sender, originator or responder, its flags
 * in the record's letters (FSRPAUECN), and any of
 *	12	its sequence number, counted from the sender's first
 *	+12	bytes of payload
 *	a12	the acknowledgement, counted from the peer's first number
 *	w12	its window, 1000 without
 *	k12-34	a block of SACK, numbers of the peer
 *	m12	MSS; x12 window scale; p SACK permitted
 *	=12	the payload's byte 12 is another one than usual
 *	s12	no more of the payload was captured
 *	c	its checksum is bad
 *	e	the network marked it (CE)
 *	@12ms	its time; ~12ms counts from the segment before (s ms us ns);
 *		without, a segment follows 1 ms after the one before
 *	*12	so many times
 * A blank stands between segments; "|" in place of one begins a new part. The
 * same sequence number has the same byte of payload each time.
 */
#ifndef TALLYMAN_TESTS_SEGMENTS_H
#define TALLYMAN_TESTS_SEGMENTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tcp/order.h"
#include "tcp/tcp.h"

#define US INT64_C(1000)
#define MS INT64_C(1000000)
#define SECOND INT64_C(1000000000)

#define HANDSHAKE	"oS rSA0a1 oA1a1 "
#define DATA		"oA1+10a1 rA1+20a11 "

/* A connection, and the segments that it is made of. */
struct segments {
	struct tcp		 t;
	struct pool		 troubles;
	struct hash_secret	 secret;
	struct tcp_header	 header;	/* of the newest */
	struct tcp_segment	 newest;
	uint32_t		 isn[2];	/* originator, responder */
	int			 src;		/* the originator's side */
	int64_t			 now_ns;
	int64_t			 step_ns;	/* to the next one */
	bool			 has_payload;
};

/* What the text says of one segment beside the header. */
struct segments_word {
	struct tcp_segment	 segment;
	const char		*text;		/* of what is to be read */
	bool			 is_from_originator;
	bool			 is_cut;	/* not all was captured */
	bool			 is_odd;	/* a byte is another one */
	uint32_t		 odd;		/* which one */
	uint32_t		 times;
	uint32_t		 isn;		/* of the sender */
	uint32_t		 peer_isn;
};

/*
 * Each example should hold whichever side of the key began, and wherever the
 * sequence numbers pass 2^31 and 2^32: the ways are all of these.
 */
static const uint32_t segments_isn[][2] = {
	{ 1000, 500000 }, { 0, 0 }, { 0u - 1, 0u - 2 }, { 0u - 2, 0u - 1 },
	{ 0u - 5, 0u - 11 }, { 0u - 11, 0u - 5 }, { 0u - 16, 0u - 21 },
	{ 0u - 21, 0u - 16 }, { 0u - 101, 0u - 31 }, { 0u - 31, 0u - 101 },
	{ 0u - 1500, 0u - 3000 }, { 0u - 3000, 0u - 1500 },
	{ INT32_MAX - 5, INT32_MAX - 11 }, { INT32_MAX - 21, UINT32_MAX }
};

enum {
	SEGMENTS_WAYS = 2 * sizeof(segments_isn) / sizeof(segments_isn[0])
};

static inline void
segments_init(struct segments *g, int way)
{
	pool_release(&g->troubles);
	memset(g, 0, sizeof(*g));
	pool_init(&g->troubles, sizeof(struct tcp_trouble), 1);
	g->src = way % 2;
	memcpy(g->isn, segments_isn[way / 2], sizeof(g->isn));
	g->step_ns = MS;
}

static inline struct tcp_trouble *
segments_trouble(const struct segments *g)
{
	return tcp_trouble_of(&g->t, &g->troubles);
}

/* The side of 'o' or 'r'. */
static inline int
segments_side(const struct segments *g, char who)
{
	return who == 'o' ? g->src : !g->src;
}

static inline void
segments_track(struct segments *g, struct tcp_segment segment,
    bool is_from_originator)
{
	segment.header = &g->header;
	segment.side = is_from_originator ? g->src : !g->src;
	segment.is_from_originator = is_from_originator;
	segment.ts_ns = g->now_ns;
	segment.secret = &g->secret;
	segment.troubles = &g->troubles;
	g->has_payload = g->has_payload || segment.payload_bytes > 0;
	tcp_track(&g->t, &segment);
	g->newest = segment;
	g->now_ns += g->step_ns;
}

static inline int64_t
segments_number(struct segments_word *w)
{
	char *end;
	long long value = strtoll(w->text, &end, 10);

	if (end == w->text)
		fail_msg("no number in '%s'", w->text);
	w->text = end;
	return value;
}

static inline int64_t
segments_time(struct segments_word *w)
{
	static const struct {
		const char	*unit;
		int64_t		 ns;
	} units[] = {
		{ "ms", MS }, { "us", US }, { "ns", 1 }, { "s", SECOND }
	};
	int64_t value = segments_number(w);

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		size_t size = strlen(units[i].unit);

		if (strncmp(w->text, units[i].unit, size) != 0)
			continue;
		w->text += size;
		return value * units[i].ns;
	}
	fail_msg("no unit in '%s'", w->text);
	return 0;
}

/* What a letter says of the header. */
static inline bool
segments_read_header(struct tcp_header *h, struct segments_word *w,
    char letter)
{
	if (letter >= '0' && letter <= '9') {
		w->text--;
		h->seq += (uint32_t)segments_number(w);
	} else if (letter == 'a') {
		h->ack += (uint32_t)segments_number(w);
	} else if (letter == 'w') {
		h->window = (uint16_t)segments_number(w);
	} else if (letter == 'm') {
		h->mss = (uint16_t)segments_number(w);
		h->options |= TCP_HAS_MSS;
	} else if (letter == 'x') {
		h->window_scale = (uint8_t)segments_number(w);
		h->options |= TCP_HAS_WINDOW_SCALE;
	} else if (letter == 'p') {
		h->options |= TCP_HAS_SACK_PERMITTED;
	} else if (letter == 'k') {
		uint32_t *block = h->sack[h->sack_count++];

		assert_in_range(h->sack_count, 1, 4);
		h->options |= TCP_HAS_SACK;
		block[0] = w->peer_isn + (uint32_t)segments_number(w);
		assert_int_equal(*w->text++, '-');
		block[1] = w->peer_isn + (uint32_t)segments_number(w);
	} else {
		return false;
	}
	return true;
}

/* And of the rest. */
static inline void
segments_read_rest(struct segments *g, struct segments_word *w, char letter)
{
	struct tcp_segment *s = &w->segment;

	if (letter == '+') {
		s->payload_bytes = (uint32_t)segments_number(w);
	} else if (letter == 's') {
		s->payload_captured = (uint32_t)segments_number(w);
		w->is_cut = true;
	} else if (letter == '=') {
		w->odd = (uint32_t)segments_number(w);
		w->is_odd = true;
	} else if (letter == 'c') {
		s->is_checksum_bad = true;
	} else if (letter == 'e') {
		s->is_congested = true;
	} else if (letter == '@') {
		g->now_ns = segments_time(w);
	} else if (letter == '~') {
		g->now_ns += segments_time(w) - g->step_ns;
	} else if (letter == '*') {
		w->times = (uint32_t)segments_number(w);
	} else {
		fail_msg("what is '%c%s'?", letter, w->text);
	}
}

/* A block of its own exact size; one byte for none at all. */
static inline uint8_t *
segments_payload(const struct segments *g, struct segments_word *w)
{
	struct tcp_segment *s = &w->segment;
	uint32_t first = g->header.seq - w->isn +
	    ((g->header.flags & TCP_SYN) != 0);
	uint8_t *payload;

	if (!w->is_cut)
		s->payload_captured = s->payload_bytes;
	payload = malloc(s->payload_captured > 0 ? s->payload_captured : 1);
	assert_non_null(payload);
	for (uint32_t i = 0; i < s->payload_captured; i++)
		payload[i] = (uint8_t)((first + i) * UINT32_C(2654435761) >>
		    24);
	if (w->is_odd) {
		assert_true(w->odd < s->payload_captured);
		payload[w->odd] ^= 1;
	}
	return payload;
}

/* One segment in the words of the first comment. */
static inline void
segments_send_one(struct segments *g, const char *text)
{
	static const char letters[] = "FSRPAUECN";
	struct segments_word w = { .text = text + 1, .times = 1 };
	const char *letter;
	uint8_t *payload;

	assert_true(*text == 'o' || *text == 'r');
	w.is_from_originator = *text == 'o';
	w.isn = g->isn[!w.is_from_originator];
	w.peer_isn = g->isn[w.is_from_originator];
	g->header = (struct tcp_header){ .window = 1000, .seq = w.isn,
	    .ack = w.peer_isn };
	while (*w.text != '\0' &&
	    (letter = strchr(letters, *w.text)) != NULL) {
		g->header.flags |= (uint16_t)(1 << (letter - letters));
		w.text++;
	}
	while (*w.text != '\0') {
		char what = *w.text++;

		if (!segments_read_header(&g->header, &w, what))
			segments_read_rest(g, &w, what);
	}
	payload = segments_payload(g, &w);
	w.segment.payload = payload;
	while (w.times-- > 0)
		segments_track(g, w.segment, w.is_from_originator);
	g->newest.payload = NULL;
	free(payload);
}

/* Segments with a blank between two. */
static inline void
segments_send(struct segments *g, const char *text)
{
	char one[80];

	while (*text != '\0') {
		size_t size = strcspn(text, " ");

		assert_in_range(size, 1, sizeof(one) - 1);
		memcpy(one, text, size);
		one[size] = '\0';
		if (strcmp(one, "|") == 0)
			tcp_restart(&g->t, segments_trouble(g));
		else
			segments_send_one(g, one);
		text += size;
		text += strspn(text, " ");
	}
}

/* The members of a tally that are counts of segments, and their names. */
#define SEGMENTS_COUNT(name) { #name, offsetof(struct tcp_tally, name) }
static const struct {
	const char	*name;
	size_t		 offset;
} segments_counts[] = {
	SEGMENTS_COUNT(more_syn), SEGMENTS_COUNT(more_fin),
	SEGMENTS_COUNT(more_rst), SEGMENTS_COUNT(urg),
	SEGMENTS_COUNT(out_of_order), SEGMENTS_COUNT(keepalives),
	SEGMENTS_COUNT(probes), SEGMENTS_COUNT(beyond),
	SEGMENTS_COUNT(conflicts), SEGMENTS_COUNT(retransmitted),
	SEGMENTS_COUNT(fast), SEGMENTS_COUNT(spurious),
	SEGMENTS_COUNT(tail_probes), SEGMENTS_COUNT(timeouts),
	SEGMENTS_COUNT(duplicate_acks), SEGMENTS_COUNT(unseen_acks),
	SEGMENTS_COUNT(sacks), SEGMENTS_COUNT(dsacks),
	SEGMENTS_COUNT(zero_windows), SEGMENTS_COUNT(window_full),
	SEGMENTS_COUNT(window_updates), SEGMENTS_COUNT(ce),
	SEGMENTS_COUNT(ece), SEGMENTS_COUNT(cwr)
};
#undef SEGMENTS_COUNT

struct segments_text {
	char	bytes[400];
	size_t	size;
};

static inline void
segments_say(struct segments_text *to, char who, const char *name,
    uint64_t value)
{
	size_t room = sizeof(to->bytes) - to->size;
	int size = value == 0 ? 0 : snprintf(to->bytes + to->size, room,
	    "%s%c.%s=%llu", to->size == 0 ? "" : " ", who, name,
	    (unsigned long long)value);

	assert_in_range(size, 0, room - 1);
	to->size += (size_t)size;
}

/*
 * All that is counted, in the order above, of the originator first: for
 * example "o.beyond=1 o.missed=10 r.unseen_acks=1". Bytes that were missed
 * are here too; times and stalls are not.
 */
static inline struct segments_text
segments_counted(const struct segments *g)
{
	const struct tcp_trouble *trouble = segments_trouble(g);
	struct segments_text to = { .size = 0 };

	for (const char *who = "or"; *who != '\0'; who++) {
		int side = segments_side(g, *who);

		for (size_t i = 0; trouble != NULL &&
		    i < sizeof(segments_counts) / sizeof(*segments_counts);
		    i++) {
			uint32_t count;

			memcpy(&count, (const char *)&trouble->tally[side] +
			    segments_counts[i].offset, sizeof(count));
			segments_say(&to, *who, segments_counts[i].name,
			    count);
		}
		segments_say(&to, *who, "missed",
		    tcp_order_missed(&g->t, trouble, side));
	}
	return to;
}

/* Segments, and all that is counted of them. */
struct segments_example {
	const char	*segments;
	const char	*counted;
};

/* Each of them holds each way. */
static inline void
segments_check(const struct segments_example *examples, size_t count)
{
	struct segments g = { .src = 0 };

	for (size_t i = 0; i < count * SEGMENTS_WAYS; i++) {
		const struct segments_example *e =
		    &examples[i / SEGMENTS_WAYS];
		struct segments_text counted;

		segments_init(&g, (int)(i % SEGMENTS_WAYS));
		segments_send(&g, e->segments);
		counted = segments_counted(&g);
		if (strcmp(counted.bytes, e->counted) != 0)
			fail_msg("%s (way %zu): %s, not %s", e->segments,
			    i % SEGMENTS_WAYS, counted.bytes, e->counted);
	}
	pool_release(&g.troubles);
}

#define SEGMENTS_CHECK(examples)					\
	segments_check((examples), sizeof(examples) / sizeof(*(examples)))

#endif
