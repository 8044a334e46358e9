/*
 * One conversation; see details.h. Members that are only shown come from the
 * table of fields; what is put together from several is written here.
 */
#include "top/details.h"

#include <string.h>

#include "base/units.h"
#include "output/text_slow.h"
#include "record/fields.h"
#include "top/columns.h"

enum { LABEL = 22, VALUE_MAX = 240 };

static void	put_ends(const struct model_row *, struct buffer *);
static void	put_traffic(const struct model_row *, struct buffer *);
static void	put_tcp(const struct record *, struct buffer *);
static void	put_handshake(const struct record *, struct buffer *);
static void	put_side(const struct record *, int, struct buffer *);
static void	put_rtt(const struct record_tcp_side *, struct buffer *);
static void	put_losses(const struct record_tcp_side *, struct buffer *);
static void	put_windows(const struct record *, int, struct buffer *);
static void	put_limits(const struct record *, int, struct buffer *);
static void	put_fields(const char *, const char *, const struct record *,
		    struct buffer *);
static void	put_facts(const struct record *, struct buffer *);
static void	put_value(const char *, size_t, const struct field *,
		    const struct record *, struct buffer *);
static void	label(const char *, size_t, struct buffer *);
static void	put_duration(int64_t, struct buffer *);
static void	put_volume(uint64_t, struct buffer *);
static void	put_count(uint64_t, const char *, struct buffer *);

void
details_write(const struct model *model, const struct model_row *row,
    struct buffer *b)
{
	const struct record *record = &row->kept.record;

	put_ends(row, b);
	label("minute", 6, b);
	history_write(&row->history, model_second(model), 50,
	    cells_are_wide(), b);
	buffer_char(b, '\n');
	put_traffic(row, b);
	if ((record->has & RECORD_TCP) != 0)
		put_tcp(record, b);
	put_fields("Program of the originator", "src.process.", record, b);
	put_fields("Program of the responder", "dst.process.", record, b);
	put_facts(record, b);
	put_fields("Service", "service.", record, b);
	put_fields("Tunnel", "tunnel.", record, b);
}

static void
put_ends(const struct model_row *row, struct buffer *b)
{
	const struct record *record = &row->kept.record;
	static const char *const names[MODEL_SIDES] = { "src", "dst" };

	columns_end(record, 0, b);
	buffer_text(b, " → ");
	columns_end(record, 1, b);
	buffer_char(b, '\n');
	for (int side = 0; side < MODEL_SIDES; side++) {
		const struct record_side *end = side == 0 ? &record->src :
		    &record->dst;

		if (end->name == NULL)
			continue;
		label(side == 0 ? "from" : "to", side == 0 ? 4 : 2, b);
		if (record->ip_version == 4)
			buffer_ipv4(b, end->ip.bytes);
		else
			buffer_ipv6(b, end->ip.bytes);
		buffer_format(b, " (%s by %s)\n", names[side],
		    end->name_source);
	}
	label("state", 5, b);
	buffer_text(b, columns_state(row));
	buffer_format(b, ", began ");
	buffer_time(b, record->start_ns, 6);
	if (record->duration_ns > 0) {
		buffer_text(b, ", lasts ");
		put_duration(record->duration_ns, b);
	}
	buffer_char(b, '\n');
}

static void
put_traffic(const struct model_row *row, struct buffer *b)
{
	static const char *const titles[MODEL_SIDES] = { "sent", "received" };

	for (int side = 0; side < MODEL_SIDES; side++) {
		label(titles[side], strlen(titles[side]), b);
		put_count(row->packets[side], " packets, ", b);
		put_volume(row->bytes[side], b);
		if (row->rates[side] >= 0.5) {
			buffer_text(b, ", now ");
			columns_rate(row->rates[side], b);
			buffer_text(b, row->rates[side] < 999.5 ?
			    " bit/s" : "bit/s");
		}
		buffer_char(b, '\n');
	}
}

static void
put_tcp(const struct record *record, struct buffer *b)
{
	buffer_text(b, "TCP\n");
	put_handshake(record, b);
	put_side(record, 0, b);
	put_side(record, 1, b);
	if (record->tcp_history[0] != '\0') {
		label("history", 7, b);
		buffer_text(b, record->tcp_history);
		buffer_char(b, '\n');
	}
	text_slow_lines(record, b);
}

static void
put_handshake(const struct record *record, struct buffer *b)
{
	label("handshake", 9, b);
	if ((record->has & RECORD_SYN_SYNACK) != 0) {
		buffer_text(b, "SYN to SYN+ACK ");
		put_duration(record->syn_synack_ns, b);
	} else {
		buffer_text(b, "not seen");
	}
	if ((record->has & RECORD_SYNACK_ACK) != 0) {
		buffer_text(b, ", SYN+ACK to ACK ");
		put_duration(record->synack_ack_ns, b);
	}
	buffer_char(b, '\n');
}

static void
put_side(const struct record *record, int side, struct buffer *b)
{
	const struct record_tcp_side *tcp = side == 0 ? &record->src.tcp :
	    &record->dst.tcp;
	uint64_t rtt = side == 0 ? RECORD_SRC_RTT : RECORD_DST_RTT;

	buffer_text(b, side == 0 ? "From the originator\n" :
	    "From the responder\n");
	label("rtt", 3, b);
	if ((record->has & rtt) != 0)
		put_rtt(tcp, b);
	else
		buffer_text(b, "not measured");
	buffer_char(b, '\n');
	put_losses(tcp, b);
	put_windows(record, side, b);
	put_limits(record, side, b);
}

static void
put_rtt(const struct record_tcp_side *tcp, struct buffer *b)
{
	buffer_text(b, "least ");
	put_duration(tcp->rtt_min_ns, b);
	buffer_text(b, ", mean ");
	put_duration(tcp->rtt_mean_ns, b);
	buffer_text(b, ", most ");
	put_duration(tcp->rtt_max_ns, b);
	buffer_text(b, " of ");
	put_count(tcp->rtt_samples, " samples", b);
}

static void
put_losses(const struct record_tcp_side *tcp, struct buffer *b)
{
	label("retransmitted", 13, b);
	put_count(tcp->retransmitted_packets, " packets, ", b);
	put_volume(tcp->retransmitted_bytes, b);
	buffer_text(b, " (");
	put_count(tcp->fast_retransmissions, " fast, ", b);
	put_count(tcp->timeout_retransmissions, " after a timeout, ", b);
	put_count(tcp->spurious_retransmissions, " spurious)\n", b);
	label("out of order", 12, b);
	put_count(tcp->out_of_order_packets, " packets; ", b);
	put_count(tcp->duplicate_acks, " duplicate ACKs\n", b);
}

static void
put_windows(const struct record *record, int side, struct buffer *b)
{
	const struct record_tcp_side *tcp = side == 0 ? &record->src.tcp :
	    &record->dst.tcp;
	uint64_t window = side == 0 ? RECORD_SRC_WINDOW : RECORD_DST_WINDOW;

	label("window", 6, b);
	if ((record->has & window) != 0) {
		put_volume(tcp->window_min, b);
		buffer_text(b, " to ");
		put_volume(tcp->window_max, b);
		buffer_text(b, "; ");
	}
	put_count(tcp->zero_windows, " times zero, ", b);
	put_count(tcp->window_full, " times full; in flight at most ", b);
	put_volume(tcp->bytes_in_flight_max, b);
	buffer_char(b, '\n');
}

/* By enum tcp_limit, as the fields tell it. */
static void
put_limits(const struct record *record, int side, struct buffer *b)
{
	const char *names[] = {
		side == 0 ? "tcp.limited_by.src.cause" :
		    "tcp.limited_by.dst.cause"
	};
	const struct field *field = fields_find(names[0]);

	if (field != NULL && field_is_present(field, record))
		put_value("limited by", 10, field, record, b);
}

/* A heading and all members that begin so, if there are any. */
static void
put_fields(const char *heading, const char *prefix,
    const struct record *record, struct buffer *b)
{
	size_t size = strlen(prefix);
	size_t count = fields_count - fields_fact_count();
	bool has_begun = false;

	for (size_t i = 0; i < count; i++) {
		const struct field *field = &fields_all[i];

		if (strncmp(field->name, prefix, size) != 0 ||
		    !field_is_present(field, record))
			continue;
		if (!has_begun)
			buffer_format(b, "%s\n", heading);
		has_begun = true;
		put_value(field->name + size, strlen(field->name + size),
		    field, record, b);
	}
}

/* "dns.query www.example.com": what the payload told. */
static void
put_facts(const struct record *record, struct buffer *b)
{
	const struct field *last = NULL;

	if (record->fact_count > 0)
		buffer_text(b, "Payload\n");
	for (uint32_t i = 0; i < record->fact_count; i++) {
		const struct field *field = record->facts[i].field;
		const char *name = field->name + sizeof "app." - 1;

		if (field != last)
			put_value(name, strlen(name), field, record, b);
		last = field;
	}
}

static void
put_value(const char *name, size_t size, const struct field *field,
    const struct record *record, struct buffer *b)
{
	struct buffer value;

	buffer_init(&value, VALUE_MAX);
	field_text(field, record, &value);
	label(name, size, b);
	buffer_plain_text(b, value.data, value.size < VALUE_MAX ? value.size :
	    VALUE_MAX);
	if (value.size > VALUE_MAX)
		buffer_text(b, "…");
	if (field->type == FIELD_SECONDS)
		buffer_text(b, " s");
	buffer_char(b, '\n');
	buffer_release(&value);
}

static void
label(const char *text, size_t size, struct buffer *b)
{
	buffer_text(b, "  ");
	buffer_bytes(b, text, size);
	do
		buffer_char(b, ' ');
	while (++size < LABEL);
}

static void
put_duration(int64_t ns, struct buffer *b)
{
	char text[UNITS_SIZE];

	units_duration(text, sizeof text, ns < 0 ? 0 : (uint64_t)ns);
	buffer_text(b, text);
}

static void
put_volume(uint64_t bytes, struct buffer *b)
{
	char text[UNITS_SIZE];

	units_volume(text, sizeof text, bytes);
	buffer_text(b, text);
}

static void
put_count(uint64_t count, const char *what, struct buffer *b)
{
	char text[UNITS_SIZE];

	units_count(text, sizeof text, count);
	buffer_text(b, text);
	buffer_text(b, what);
}
