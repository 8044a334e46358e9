/*
 * What text output says in words; see text_notes.h.
 */
#include <string.h>

#include "base/units.h"
#include "output/text_facts.h"
#include "output/text_notes.h"
#include "output/text_slow.h"

struct state_note {
	const char	*conn_state;
	const char	*note;
};

struct icmp_name {
	uint8_t		 type;
	const char	*name;
};

static void	note_begin(struct buffer *, size_t);
static void	note_count(struct buffer *, size_t, uint64_t, const char *,
		    const char *);
static void	note_connection(const struct record *, struct buffer *,
		    size_t);
static void	note_labels(const char *, const struct record_list *,
		    struct buffer *, size_t);
static void	note_carrier(const struct record *, struct buffer *, size_t);
static void	note_datagrams(const struct record *, struct buffer *, size_t);
static void	note_streams(const struct record *, struct buffer *, size_t);
static void	note_details(const struct record *, struct buffer *, size_t);
static void	put_count(struct buffer *, uint64_t);
static void	put_things(struct buffer *, uint64_t, const char *,
		    const char *);
static void	closing_flows(const struct stats *, struct buffer *);
static void	closing_ledger(const struct stats *, bool, struct buffer *);
static void	closing_item(struct buffer *, size_t, uint64_t, const char *,
		    const char *);
static void	closing_retransmitted(const struct text_totals *,
		    struct buffer *, size_t);
static void	closing_kernel(const struct stats *, struct buffer *, size_t);

/* Zeek's codes of connections that did not go the usual way. */
static const struct state_note state_notes[] = {
	{ "S0", "no answer" },
	{ "REJ", "refused" },
	{ "RSTO", "reset by originator" },
	{ "RSTR", "reset by responder" },
	{ "RSTOS0", "given up before an answer" },
	{ "RSTRH", "reset by responder, no SYN seen" },
	{ "SH", "closed without an answer" },
	{ "SHR", "closed by responder, no SYN seen" },
	{ "OTH", "joined midway" }
};

/* IANA's registry of ICMP types, those met in practice. */
static const struct icmp_name icmp_names[] = {
	{ 0, "echo reply" },
	{ 3, "unreachable" },
	{ 4, "source quench" },
	{ 5, "redirect" },
	{ 8, "echo" },
	{ 9, "router advertisement" },
	{ 10, "router solicitation" },
	{ 11, "time exceeded" },
	{ 12, "parameter problem" },
	{ 13, "timestamp" },
	{ 14, "timestamp reply" },
	{ 17, "address mask" },
	{ 18, "address mask reply" }
};

/* The same for ICMPv6. */
static const struct icmp_name icmpv6_names[] = {
	{ 1, "unreachable" },
	{ 2, "packet too big" },
	{ 3, "time exceeded" },
	{ 4, "parameter problem" },
	{ 128, "echo" },
	{ 129, "echo reply" },
	{ 130, "listener query" },
	{ 131, "listener report" },
	{ 132, "listener done" },
	{ 133, "router solicitation" },
	{ 134, "router advertisement" },
	{ 135, "neighbor solicitation" },
	{ 136, "neighbor advertisement" },
	{ 137, "redirect" },
	{ 143, "listener report" }
};

bool
text_notes_is_disagreement(const struct record *record)
{
	return (record->has & RECORD_SERVICE) != 0 &&
	    record->service_verdict != NULL &&
	    strcmp(record->service_verdict, "disagree") == 0;
}

void
text_notes_icmp(const struct record *record, struct buffer *b)
{
	bool is_v6 = record->protocol_number == PROTOCOL_ICMPV6;
	const struct icmp_name *names = is_v6 ? icmpv6_names : icmp_names;
	size_t count = is_v6 ? sizeof icmpv6_names / sizeof icmpv6_names[0] :
	    sizeof icmp_names / sizeof icmp_names[0];

	for (size_t i = 0; i < count; i++) {
		if (names[i].type == record->icmp_type) {
			buffer_text(b, names[i].name);
			return;
		}
	}
	buffer_text(b, "type ");
	buffer_u64(b, record->icmp_type);
}

/* A comma before all notes but the first, which stands at start. */
static void
note_begin(struct buffer *b, size_t start)
{
	if (b->size > start)
		buffer_text(b, ", ");
}

static void
note_count(struct buffer *b, size_t start, uint64_t count, const char *one,
    const char *many)
{
	if (count == 0)
		return;
	note_begin(b, start);
	put_things(b, count, one, many);
}

static void
note_connection(const struct record *record, struct buffer *b, size_t start)
{
	if ((record->has & RECORD_TCP) == 0 || record->tcp_conn_state == NULL)
		return;
	for (size_t i = 0; i < sizeof state_notes / sizeof state_notes[0];
	    i++) {
		if (strcmp(state_notes[i].conn_state,
		    record->tcp_conn_state) != 0)
			continue;
		note_begin(b, start);
		buffer_text(b, state_notes[i].note);
	}
}

static void
note_labels(const char *kind, const struct record_list *list,
    struct buffer *b, size_t start)
{
	note_begin(b, start);
	buffer_text(b, kind);
	for (uint32_t i = 0; i < list->count; i++) {
		buffer_char(b, i == 0 ? ' ' : '.');
		buffer_u64(b, list->items[i]);
	}
}

static void
note_carrier(const struct record *record, struct buffer *b, size_t start)
{
	if ((record->has & RECORD_TUNNEL) != 0) {
		note_begin(b, start);
		buffer_text(b, "in ");
		buffer_text(b, record->tunnel_type);
		if ((record->has & RECORD_TUNNEL_ID) != 0) {
			buffer_char(b, ' ');
			buffer_u64(b, record->tunnel_id);
		}
	}
	if ((record->has & RECORD_VLAN) != 0)
		note_labels("vlan", &record->vlan, b, start);
	if ((record->has & RECORD_MPLS) != 0)
		note_labels("mpls", &record->mpls, b, start);
}

/* A checksum is left out over IPv4 as one likes; over IPv6 by tunnels. */
static void
note_datagrams(const struct record *record, struct buffer *b, size_t start)
{
	note_count(b, start, record->udp_length_mismatch, "bad length",
	    "bad lengths");
	if (record->ip_version == 6)
		note_count(b, start, record->udp_checksum_zero,
		    "missing checksum", "missing checksums");
}

/* "rtp, 3 lost, jitter 5.6 ms": of both ways, where it was worst. */
static void
note_streams(const struct record *record, struct buffer *b, size_t start)
{
	uint64_t lost = 0;
	int64_t jitter_ns = -1;
	char duration[UNITS_SIZE];

	if ((record->has & RECORD_SRC_RTP) != 0)
		lost += record->src.rtp.lost;
	if ((record->has & RECORD_DST_RTP) != 0)
		lost += record->dst.rtp.lost;
	if ((record->has & RECORD_SRC_RTP_JITTER) != 0)
		jitter_ns = record->src.rtp.jitter_ns;
	if ((record->has & RECORD_DST_RTP_JITTER) != 0 &&
	    record->dst.rtp.jitter_ns > jitter_ns)
		jitter_ns = record->dst.rtp.jitter_ns;
	note_begin(b, start);
	buffer_text(b, "rtp");
	note_count(b, start, lost, "lost", "lost");
	if (jitter_ns < 0)
		return;
	units_duration(duration, sizeof duration, (uint64_t)jitter_ns);
	buffer_text(b, ", jitter ");
	buffer_text(b, duration);
}

static void
note_details(const struct record *record, struct buffer *b, size_t start)
{
	if ((record->has & RECORD_TCP) != 0 && record->tcp_history[0] != 0) {
		note_begin(b, start);
		buffer_text(b, record->tcp_history);
	}
	if (record->direction_confidence != NULL &&
	    strcmp(record->direction_confidence, "guess") == 0) {
		note_begin(b, start);
		buffer_text(b, "direction guessed");
	}
	if (record->community_id[0] != '\0') {
		note_begin(b, start);
		buffer_text(b, record->community_id);
	}
}

void
text_notes(const struct record *record, bool is_verbose, struct buffer *b)
{
	size_t start = b->size;

	if (!record->is_final || record->part > 0) {
		note_begin(b, start);
		buffer_text(b, record->is_final ? "last part, " : "part ");
		buffer_u64(b, record->part);
	}
	note_connection(record, b, start);
	if (text_notes_is_disagreement(record) &&
	    record->service_port != NULL) {
		note_begin(b, start);
		buffer_text(b, "port says ");
		buffer_plain_text(b, record->service_port,
		    strlen(record->service_port));
	}
	text_facts_note(record, is_verbose, b, start);
	if (text_slow_is_slow(record)) {
		note_begin(b, start);
		text_slow_note(record, b);
	}
	if ((record->has & RECORD_ICMP_ERRORS) != 0)
		note_count(b, start, record->icmp_errors, "ICMP error",
		    "ICMP errors");
	if ((record->has & RECORD_CHECKSUMS) != 0)
		note_count(b, start, (uint64_t)record->src.checksum_bad +
		    record->dst.checksum_bad, "bad checksum",
		    "bad checksums");
	if ((record->has & RECORD_UDP) != 0)
		note_datagrams(record, b, start);
	if ((record->has & (RECORD_SRC_RTP | RECORD_DST_RTP)) != 0)
		note_streams(record, b, start);
	note_carrier(record, b, start);
	if (is_verbose)
		note_details(record, b, start);
}

static void
put_count(struct buffer *b, uint64_t count)
{
	char number[UNITS_SIZE];

	units_count(number, sizeof number, count);
	buffer_text(b, number);
}

static void
put_things(struct buffer *b, uint64_t count, const char *one,
    const char *many)
{
	put_count(b, count);
	buffer_char(b, ' ');
	buffer_text(b, count == 1 ? one : many);
}

/* " (61 tcp, 33 udp)": the kinds that there are. */
static void
closing_flows(const struct stats *stats, struct buffer *b)
{
	const struct {
		uint64_t	 count;
		const char	*kind;
	} kinds[] = {
		{ stats->flows_tcp, "tcp" },
		{ stats->flows_udp, "udp" },
		{ stats->flows_other, "other" }
	};
	const char *before = " (";

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (kinds[i].count == 0)
			continue;
		buffer_text(b, before);
		put_things(b, kinds[i].count, kinds[i].kind, kinds[i].kind);
		before = ", ";
	}
	if (before[0] == ',')
		buffer_char(b, ')');
}

/*
 * Every frame read is in exactly one of the counts, and at the end all that
 * are in flows are in records too. Before it, flows are still open.
 */
static void
closing_ledger(const struct stats *stats, bool is_last, struct buffer *b)
{
	bool is_balanced = stats->read == stats->in_flows + stats->not_ip +
	    stats->malformed + stats->fragments_unfinished + stats->filtered;

	if (is_last && stats->record_packets != stats->in_flows)
		is_balanced = false;
	if (!is_balanced)
		buffer_text(b, " The sums do not agree: an error of "
		    "tallyman's, please report it.");
	else if (is_last)
		buffer_text(b, " Every frame accounted for.");
}

/* Nothing where nothing happened. */
static void
closing_item(struct buffer *b, size_t start, uint64_t count, const char *one,
    const char *many)
{
	if (count == 0)
		return;
	if (b->size > start)
		buffer_text(b, " · ");
	put_things(b, count, one, many);
}

static void
closing_kernel(const struct stats *stats, struct buffer *b, size_t start)
{
	if (!stats->has_kernel)
		return;
	if (b->size > start)
		buffer_text(b, " · ");
	put_things(b, stats->kernel_dropped, "packet dropped by the kernel",
	    "packets dropped by the kernel");
	closing_item(b, start, stats->interface_dropped,
	    "dropped by the interface", "dropped by the interface");
	closing_item(b, start, stats->programs_lost,
	    "word on programs lost", "words on programs lost");
}

/* "0.2 % retransmitted": of the packets of TCP, those without payload too. */
static void
closing_retransmitted(const struct text_totals *totals, struct buffer *b,
    size_t start)
{
	char share[UNITS_SIZE];

	if (totals->retransmitted == 0)
		return;
	units_share(share, sizeof share, totals->retransmitted,
	    totals->tcp_packets);
	if (b->size > start)
		buffer_text(b, " · ");
	buffer_text(b, share);
	buffer_text(b, " retransmitted");
}

void
text_notes_total(struct text_totals *totals, const struct record *record)
{
	if (record->is_final && text_notes_is_disagreement(record))
		totals->disagreements++;
	if ((record->has & RECORD_TCP) == 0)
		return;
	if (record->is_final && text_slow_is_slow(record))
		totals->slow++;
	totals->tcp_packets += record->src.counts.packets +
	    record->dst.counts.packets;
	totals->retransmitted += (uint64_t)
	    record->src.tcp.retransmitted_packets +
	    record->dst.tcp.retransmitted_packets;
}

void
text_notes_add_totals(struct text_totals *totals,
    const struct text_totals *more)
{
	totals->disagreements += more->disagreements;
	totals->slow += more->slow;
	totals->tcp_packets += more->tcp_packets;
	totals->retransmitted += more->retransmitted;
}

void
text_notes_closing(const struct stats *stats,
    const struct text_totals *totals, bool is_last, struct buffer *b)
{
	char span[UNITS_SIZE];
	size_t start;

	buffer_char(b, '\n');
	put_things(b, stats->read, "frame", "frames");
	if (stats->read > stats->filtered) {
		units_duration(span, sizeof span,
		    (uint64_t)(stats->end_ns - stats->start_ns));
		buffer_text(b, ", ");
		buffer_text(b, span);
	}
	buffer_text(b, ": ");
	put_count(b, stats->in_flows);
	buffer_text(b, " in ");
	put_things(b, stats->flows, "flow", "flows");
	closing_flows(stats, b);
	buffer_text(b, ", ");
	put_count(b, stats->not_ip);
	buffer_text(b, " not IP, ");
	put_count(b, stats->malformed);
	buffer_text(b, " malformed");
	note_count(b, 0, stats->fragments_unfinished, "unfinished fragment",
	    "unfinished fragments");
	note_count(b, 0, stats->filtered, "filtered", "filtered");
	buffer_char(b, '.');
	closing_ledger(stats, is_last, b);
	buffer_char(b, '\n');
	start = b->size;
	closing_item(b, start, totals->disagreements,
	    "service on a foreign port", "services on foreign ports");
	closing_item(b, start, totals->slow, "slow transfer",
	    "slow transfers");
	closing_item(b, start, stats->refused, "refused connection",
	    "refused connections");
	closing_item(b, start, stats->unanswered, "unanswered connection",
	    "unanswered connections");
	closing_item(b, start, stats->flows_evicted, "evicted flow",
	    "evicted flows");
	closing_item(b, start, stats->payload_short,
	    "payload short of memory", "payloads short of memory");
	closing_retransmitted(totals, b, start);
	closing_kernel(stats, b, start);
	if (b->size > start)
		buffer_char(b, '\n');
}
