/*
 * The connection of TCP: see connection.h. A segment passes through here
 * once: its flags are counted, the history notes it, and the ends' states
 * move.
 */
#include "tcp/connection.h"

static struct tcp_past *past_of(struct tcp *, struct tcp_segment *);
static void	note_of(struct tcp *, bool, char);
static void	note(struct tcp *, const struct tcp_segment *, char);
static void	note_repeat_of(struct tcp *, bool, uint16_t *, char);
static void	note_repeat(struct tcp *, const struct tcp_segment *,
		    uint16_t *, char);
static void	note_segment(struct tcp *,
		    const struct tcp_segment *);
static void	note_window(struct tcp *, struct tcp_segment *);
static void	note_retransmission(struct tcp *, struct tcp_segment *);
static void	learn_syn(struct tcp_side *, const struct tcp_header *);
static void	time_handshake(struct tcp *,
		    const struct tcp_segment *);
static bool	ends_handshake(const struct tcp *,
		    const struct tcp_segment *);
static void	track_fin(struct tcp *, const struct tcp_segment *);
static void	set_end(struct tcp_side *, enum tcp_end);
static void	move_silent(const struct tcp_segment *);
static void	move_silent_by_syn(struct tcp_side *, struct tcp_side *,
		    const struct tcp_segment *);
static void	move_opening(struct tcp_side *, uint16_t);
static void	move_open(struct tcp_side *, struct tcp_side *, uint16_t);
static void	move_closed(struct tcp_side *, const struct tcp_side *,
		    uint16_t);

void
tcp_connection_change(struct tcp *t, struct tcp_segment *s)
{
	const struct tcp_header *h = s->header;
	struct tcp_side *side = s->own;
	struct tcp_side *peer = s->peer;

	if (s->is_checksum_bad)
		note_repeat(t, s, &past_of(t, s)->bad_checksums, 'C');
	note_segment(t, s);	/* compares with what is learned next */
	if (h->flags & TCP_SYN)
		learn_syn(side, h);
	time_handshake(t, s);
	note_window(t, s);
	note_retransmission(t, s);
	track_fin(t, s);

	switch (side->end) {
	case TCP_END_SILENT:
		move_silent(s);
		break;
	case TCP_END_SYN_SENT:
	case TCP_END_SYN_ACK_SENT:
		move_opening(side, h->flags);
		break;
	case TCP_END_PARTIAL:
	case TCP_END_ESTABLISHED:
		move_open(side, peer, h->flags);
		break;
	case TCP_END_CLOSED:
		move_closed(side, peer, h->flags);
		break;
	case TCP_END_RESET:
		break;		/* nothing is believed after a reset */
	}
}

void
tcp_connection_turn(struct tcp *t)
{
	if (t->history_size < TCP_HISTORY_MAX - 1)
		t->history[t->history_size++] = '^';
}

void
tcp_connection_gap(struct tcp *t, struct tcp_segment *s, int side)
{
	bool is_from_originator = s->is_from_originator == (side == s->side);

	note_repeat_of(t, is_from_originator,
	    &tcp_need_trouble(t, s)->past[side].gaps, 'G');
}

bool
tcp_connection_is_over(const struct tcp *t)
{
	uint8_t a = t->side[0].end;
	uint8_t b = t->side[1].end;

	return tcp_connection_is_reset(t) ||
	    (a == TCP_END_CLOSED && b == TCP_END_CLOSED) ||
	    (a == TCP_END_CLOSED && b == TCP_END_SILENT) ||
	    (a == TCP_END_SILENT && b == TCP_END_CLOSED);
}

/*
 * One SYN or SYN+ACK alone is half-open, and so is a SYN answered by a
 * SYN+ACK that nobody acknowledged: what a flood leaves behind.
 */
bool
tcp_connection_is_half_open(const struct tcp *t)
{
	return (t->has_syn || t->has_syn_ack) && !t->has_ack &&
	    ((t->side[0].noted | t->side[1].noted) & TCP_NOTED_DATA) == 0;
}

const char *
tcp_connection_state(const struct tcp *t, int src)
{
	const struct tcp_side *own = &t->side[src];
	const struct tcp_side *other = &t->side[!src];
	bool has_own_fin = (own->noted & TCP_NOTED_FIN) != 0;
	bool has_other_fin = (other->noted & TCP_NOTED_FIN) != 0;

	if (tcp_connection_is_reset(t))
		return "reset";
	if (has_own_fin && has_other_fin) {
		if (t->first_fin == 1 + !src)
			return own->is_fin_acked ? "closed" : "last_ack";
		return own->is_fin_acked ? "time_wait" : "closing";
	}
	if (has_own_fin)
		return "fin_wait";
	if (has_other_fin)
		return "close_wait";
	if (tcp_connection_is_half_open(t))
		return t->has_syn_ack ? "syn_received" : "syn_sent";
	return "established";
}

/* The table of conn_state, from the ends' states. */
const char *
tcp_connection_conn_state(const struct tcp *t, int src,
    bool has_payload)
{
	uint8_t o = t->side[src].end;
	uint8_t r = t->side[!src].end;
	bool o_unknown = o == TCP_END_SILENT || o == TCP_END_PARTIAL;
	bool r_unknown = r == TCP_END_SILENT || r == TCP_END_PARTIAL;

	if (r == TCP_END_RESET) {
		if (o == TCP_END_SYN_SENT || o == TCP_END_SYN_ACK_SENT ||
		    (o == TCP_END_RESET && !has_payload))
			return "REJ";
		return o_unknown ? "RSTRH" : "RSTR";
	}
	if (o == TCP_END_RESET)
		return r_unknown ? "RSTOS0" : "RSTO";
	if (o == TCP_END_CLOSED && r == TCP_END_CLOSED)
		return "SF";
	if (o == TCP_END_CLOSED)
		return r_unknown ? "SH" : "S2";
	if (r == TCP_END_CLOSED)
		return o_unknown ? "SHR" : "S3";
	if (o == TCP_END_SYN_SENT && r == TCP_END_SILENT)
		return "S0";
	if (o == TCP_END_ESTABLISHED && r == TCP_END_ESTABLISHED)
		return "S1";
	return "OTH";
}

/* What is remembered of the sender for the history's repeats. */
static struct tcp_past *
past_of(struct tcp *t, struct tcp_segment *s)
{
	return &tcp_need_trouble(t, s)->past[s->side];
}

/* Appends a letter, in capitals when the originator did it. */
static void
note_of(struct tcp *t, bool is_from_originator, char letter)
{
	if (t->history_size == TCP_HISTORY_MAX - 1)
		return;		/* bounded: a longer history tells no more */
	t->history[t->history_size++] = is_from_originator ? letter :
	    (char)(letter + ('a' - 'A'));
}

static void
note(struct tcp *t, const struct tcp_segment *s, char letter)
{
	note_of(t, s->is_from_originator, letter);
}

/* Notes the 1st, 10th, 100th, ... time, as far as 16 bits count. */
static void
note_repeat_of(struct tcp *t, bool is_from_originator, uint16_t *count,
    char letter)
{
	uint32_t power = 1;

	if (*count == UINT16_MAX)
		return;
	++*count;
	while (power < *count)
		power *= 10;
	if (power == *count)
		note_of(t, is_from_originator, letter);
}

static void
note_repeat(struct tcp *t, const struct tcp_segment *s, uint16_t *count,
    char letter)
{
	note_repeat_of(t, s->is_from_originator, count, letter);
}

/* SYN, FIN and RST are noted again when their sequence number changes. */
static void
note_segment(struct tcp *t, const struct tcp_segment *s)
{
	const struct tcp_header *h = s->header;
	struct tcp_side *side = s->own;
	uint8_t bit = s->payload_bytes > 0 ? TCP_NOTED_DATA : TCP_NOTED_ACK;
	char letter = s->payload_bytes > 0 ? 'D' : 'A';
	bool is_same = true;

	switch (h->flags & (TCP_SYN | TCP_FIN | TCP_RST)) {
	case TCP_SYN:
		bit = TCP_NOTED_SYN;
		letter = h->flags & TCP_ACK ? 'H' : 'S';
		is_same = side->isn == h->seq;
		break;
	case TCP_FIN:
		bit = TCP_NOTED_FIN;
		letter = 'F';
		is_same = t->fin_end[s->side] == h->seq + s->payload_bytes + 1;
		break;
	case TCP_RST:
		bit = TCP_NOTED_RST;
		letter = 'R';
		is_same = t->last_rst[s->side] == h->seq;
		t->last_rst[s->side] = h->seq;
		break;
	case 0:
		if (s->payload_bytes == 0 && !(h->flags & TCP_ACK))
			return;
		break;
	case TCP_FIN | TCP_RST:
	case TCP_SYN | TCP_FIN | TCP_RST:
		bit = TCP_NOTED_FIN_RST;
		letter = 'I';
		break;
	default:
		bit = TCP_NOTED_MULTI_FLAG;
		letter = 'Q';
		break;
	}
	if (!(side->noted & bit) || !is_same)
		note(t, s, letter);
	side->noted |= bit;
}

/* A window of zero says something unless the peer has nothing to send. */
static void
note_window(struct tcp *t, struct tcp_segment *s)
{
	struct tcp_side *side = s->own;

	if (s->header->window == 0 && !(s->header->flags & TCP_RST) &&
	    s->peer->end != TCP_END_CLOSED &&
	    side->end != TCP_END_RESET)
		note_repeat(t, s, &past_of(t, s)->zero_windows, 'W');
}

/*
 * Payload that does not pass the highest number was sent again, or comes
 * late; the history does not tell these apart.
 */
static void
note_retransmission(struct tcp *t, struct tcp_segment *s)
{
	const struct tcp_side *side = s->own;

	if (s->payload_bytes > 0 && side->has_seq &&
	    !(s->header->flags & TCP_RST) &&
	    !tcp_is_after(s->end, side->next_seq) &&
	    side->end != TCP_END_RESET)
		note_repeat(t, s, &past_of(t, s)->retransmitted, 'T');
}

void
tcp_connection_count_again(struct tcp *t, struct tcp_segment *s, uint16_t again)
{
	struct tcp_tally *tally = &tcp_need_trouble(t, s)->tally[s->side];

	tally->more_syn += (again & TCP_SYN) != 0;
	tally->more_fin += (again & TCP_FIN) != 0;
	tally->more_rst += (again & TCP_RST) != 0;
	tally->urg += (s->header->flags & TCP_URG) != 0;
}

/*
 * A SYN that is sent again may leave options out: what was announced once was
 * announced, and the answer says what became of it.
 */
static void
learn_syn(struct tcp_side *side, const struct tcp_header *h)
{
	if (side->has_isn && side->end != TCP_END_SYN_SENT &&
	    side->end != TCP_END_SYN_ACK_SENT)
		return;		/* a late SYN does not change what was agreed */
	if (!side->has_isn || side->isn != h->seq)
		side->options = 0;
	side->isn = h->seq;
	side->has_isn = true;
	side->options |= h->options;
	if (h->options & TCP_HAS_MSS)
		side->mss = h->mss;
	if (h->options & TCP_HAS_WINDOW_SCALE)
		side->window_scale = h->window_scale;
}

/*
 * The three times of the handshake: a SYN, its answer, and what acknowledges
 * that. When SYNs are sent again, the last one counts that was answered; its
 * time waits in ack_ns. Where the answer was not seen, the first
 * acknowledgement of the SYN's sender still ends the handshake.
 */
static void
time_handshake(struct tcp *t, const struct tcp_segment *s)
{
	uint16_t kind = s->header->flags &
	    (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN);

	if (t->has_ack)
		return;
	if (kind == TCP_SYN) {
		if (!t->has_syn || !t->has_syn_ack)
			t->syn_ns = s->ts_ns;
		t->ack_ns = s->ts_ns;
		t->has_syn = true;
		t->syn_side = s->side != 0;
	} else if (kind == (TCP_SYN | TCP_ACK)) {
		if (t->has_syn_ack && (!t->has_syn || t->ack_ns <= t->syn_ns))
			return;		/* it answers no other SYN */
		if (t->has_syn_ack)
			t->syn_ns = t->ack_ns;
		t->has_syn_ack = true;
		t->syn_ack_side = s->side != 0;
		t->syn_ack_ns = s->ts_ns;
	} else if ((kind & ~TCP_FIN) == TCP_ACK && ends_handshake(t, s)) {
		t->ack_ns = s->ts_ns;
		t->has_ack = true;
	}
}

static bool
ends_handshake(const struct tcp *t, const struct tcp_segment *s)
{
	if (t->has_syn_ack)
		return s->side != t->syn_ack_side &&
		    tcp_is_after(s->header->ack, s->peer->isn);
	return t->has_syn && s->side == t->syn_side;
}

static void
track_fin(struct tcp *t, const struct tcp_segment *s)
{
	const struct tcp_header *h = s->header;
	struct tcp_side *peer = s->peer;

	if (h->flags & TCP_FIN) {
		t->fin_end[s->side] = h->seq + s->payload_bytes + 1;
		if (t->first_fin == 0)
			t->first_fin = (1 + s->side) & 3;
	}
	if (h->flags & TCP_ACK && peer->noted & TCP_NOTED_FIN &&
	    !tcp_is_after(t->fin_end[!s->side], h->ack))
		peer->is_fin_acked = true;
}

static void
set_end(struct tcp_side *side, enum tcp_end end)
{
	side->previous_end = side->end;
	side->end = end & 15;
}

/* The first segment that this end was seen to send. */
static void
move_silent(const struct tcp_segment *s)
{
	struct tcp_side *side = s->own;
	struct tcp_side *peer = s->peer;
	uint16_t flags = s->header->flags;

	if (flags & TCP_SYN)
		move_silent_by_syn(side, peer, s);
	if (flags & TCP_FIN)
		set_end(side, TCP_END_CLOSED);
	if (flags & TCP_RST)
		set_end(side, TCP_END_RESET);
	if (side->end != TCP_END_SILENT)
		return;
	/* Some stacks acknowledge a SYN before they answer it. */
	if (!s->is_from_originator && s->payload_bytes == 0 &&
	    peer->end == TCP_END_SYN_SENT)
		return;
	set_end(side, flags & TCP_ACK && peer->end == TCP_END_ESTABLISHED ?
	    TCP_END_ESTABLISHED : TCP_END_PARTIAL);
}

static void
move_silent_by_syn(struct tcp_side *side, struct tcp_side *peer,
    const struct tcp_segment *s)
{
	if (s->is_from_originator) {
		/* The SYN was stored behind its answer. */
		if (peer->end == TCP_END_ESTABLISHED)
			set_end(side, TCP_END_ESTABLISHED);
		else
			set_end(side, s->header->flags & TCP_ACK ?
			    TCP_END_SYN_ACK_SENT : TCP_END_SYN_SENT);
		return;
	}
	if (peer->end == TCP_END_SYN_SENT)
		set_end(peer, TCP_END_ESTABLISHED);
	set_end(side, TCP_END_ESTABLISHED);
}

/* Sent a SYN or SYN+ACK that is not answered yet. */
static void
move_opening(struct tcp_side *side, uint16_t flags)
{
	if (flags & TCP_FIN)
		set_end(side, TCP_END_CLOSED);
	if (flags & TCP_RST)
		set_end(side, TCP_END_RESET);
}

static void
move_open(struct tcp_side *side, struct tcp_side *peer, uint16_t flags)
{
	if (flags & TCP_SYN && !(flags & TCP_ACK) &&
	    side->end == TCP_END_PARTIAL && peer->end == TCP_END_SILENT)
		set_end(side, TCP_END_SYN_SENT);
	if (flags & TCP_FIN && !(flags & TCP_RST)) {
		set_end(side, TCP_END_CLOSED);
		/* A FIN and then a RST, answered by a FIN: a normal end. */
		if (peer->end == TCP_END_RESET &&
		    peer->previous_end == TCP_END_CLOSED)
			set_end(peer, TCP_END_CLOSED);
	}
	if (flags & TCP_RST)
		set_end(side, TCP_END_RESET);
}

/* A RST after both FINs changes nothing: the exchange was complete. */
static void
move_closed(struct tcp_side *side, const struct tcp_side *peer, uint16_t flags)
{
	if (flags & TCP_RST && peer->end != TCP_END_CLOSED)
		set_end(side, TCP_END_RESET);
}
