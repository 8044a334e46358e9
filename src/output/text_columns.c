/*
 * The columns of text output; see text_columns.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "output/text_columns.h"
#include "output/text_facts.h"
#include "output/text_notes.h"

enum { NARROW = 100, NAME_SHOWN = 40 };

static int		 choose(const struct output_options *,
			    const struct text_column *[]);
static int		 fit(const struct text_column **, int, int);
static int		 total_width(const struct text_column *const *, int);
static void		 write_start(const struct record *, struct buffer *);
static void		 write_date(const struct record *, struct buffer *);
static void		 write_proto(const struct record *, struct buffer *);
static void		 write_name(const char *, struct buffer *);
static void		 write_address(const struct record *,
			    const struct record_side *, struct buffer *);
static void		 write_from(const struct record *, struct buffer *);
static void		 write_to(const struct record *, struct buffer *);
static void		 write_from_mac(const struct record *,
			    struct buffer *);
static void		 write_to_mac(const struct record *, struct buffer *);
static void		 write_service(const struct record *,
			    struct buffer *);
static void		 write_program(const struct record *,
			    struct buffer *);
static void		 write_process(const struct record_process *,
			    struct buffer *);
static void		 write_right(struct buffer *, const char *, int);
static void		 write_count(struct buffer *, uint64_t);
static void		 write_packets(const struct record *,
			    struct buffer *);
static void		 write_bytes(const struct record *, struct buffer *);
static void		 write_time(const struct record *, struct buffer *);
static void		 write_rtt(const struct record *, struct buffer *);
static void		 write_end(const struct record *, struct buffer *);
static const char	*color_service(const struct record *);
static const char	*color_end(const struct record *);

static const char color_red[] = "\033[31m";
static const char color_yellow[] = "\033[33m";

static const struct text_column column_date = {
	"start", 23, false, 4, true, write_date, NULL
};
static const struct text_column column_start = {
	"start", 12, false, 4, true, write_start, NULL
};
static const struct text_column column_proto = {
	"proto", 5, false, 0, true, write_proto, NULL
};
static const struct text_column column_from = {
	"from", 21, false, 0, true, write_from, NULL
};
static const struct text_column column_from_mac = {
	"from mac", 17, false, 0, true, write_from_mac, NULL
};
static const struct text_column column_to = {
	"to", 21, false, 0, true, write_to, NULL
};
static const struct text_column column_to_mac = {
	"to mac", 17, false, 0, true, write_to_mac, NULL
};
static const struct text_column column_service = {
	"service", 14, false, 0, true, write_service, color_service
};
static const struct text_column column_service_narrow = {
	"service", 11, false, 0, true, write_service, color_service
};
static const struct text_column column_program = {
	"program", 20, false, 5, false, write_program, NULL
};
static const struct text_column column_packets = {
	"packets", 15, true, 3, true, write_packets, NULL
};
static const struct text_column column_bytes = {
	"bytes", 14, true, 0, true, write_bytes, NULL
};
static const struct text_column column_time = {
	"time", 8, true, 7, false, write_time, NULL
};
static const struct text_column column_rtt = {
	"rtt", 6, true, 2, false, write_rtt, NULL
};
static const struct text_column column_end = {
	"end", 6, false, 1, false, write_end, color_end
};
static const struct text_column column_notes = {
	"notes", 10, false, 6, false, NULL, NULL
};

int
text_columns_choose(const struct output_options *options,
    const struct text_column *columns[TEXT_COLUMNS_MAX])
{
	return fit(columns, choose(options, columns), options->columns);
}

const struct text_column *
text_columns_find(const char *title)
{
	static const struct text_column *const all[] = {
		&column_start, &column_proto, &column_from, &column_to,
		&column_service, &column_packets, &column_bytes, &column_time,
		&column_rtt, &column_end
	};

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		if (strcmp(all[i]->title, title) == 0)
			return all[i];
	}
	return NULL;
}

/* The columns that the options ask for, from left to right. */
static int
choose(const struct output_options *options,
    const struct text_column *columns[])
{
	int count = 0;
	bool is_narrow = options->columns > 0 &&
	    options->columns < NARROW;
	const struct {
		const struct text_column	*column;
		bool				 is_wanted;
	} all[] = {
		{ &column_date, options->is_verbose },
		{ &column_start, !options->is_verbose },
		{ &column_proto, true },
		{ &column_from, true },
		{ &column_from_mac, options->has_macs },
		{ &column_to, true },
		{ &column_to_mac, options->has_macs },
		{ &column_service, !is_narrow },
		{ &column_service_narrow, is_narrow },
		{ &column_program, options->has_programs },
		{ &column_packets, true },
		{ &column_bytes, true },
		{ &column_time, true },
		{ &column_rtt, true },
		{ &column_end, true },
		{ &column_notes, true }
	};

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		if (!all[i].is_wanted ||
		    (options->is_quiet && !all[i].column->is_brief))
			continue;
		columns[count++] = all[i].column;
	}
	return count;
}

static int
total_width(const struct text_column *const *columns, int count)
{
	int total = -TEXT_GAP;

	for (int i = 0; i < count; i++)
		total += TEXT_GAP + columns[i]->width;
	return total;
}

/* Takes columns out, the least needed first, until the rest fits. */
static int
fit(const struct text_column **columns, int count, int width)
{
	while (width > 0 && total_width(columns, count) > width) {
		int least = -1;

		for (int i = 0; i < count; i++) {
			int rank = columns[i]->rank;

			if (rank > 0 && (least < 0 ||
			    rank < columns[least]->rank))
				least = i;
		}
		if (least < 0)
			break;
		count--;
		memmove(&columns[least], &columns[least + 1],
		    (size_t)(count - least) * sizeof columns[0]);
	}
	return count;
}

/* "2026-03-04T05:06:07.123456Z": the day ends at 10, milliseconds at 23. */
static void
write_date(const struct record *record, struct buffer *b)
{
	size_t before = b->size;

	buffer_time(b, record->start_ns, 6);
	b->data[before + 10] = ' ';
	buffer_truncate(b, before + 23);
}

static void
write_start(const struct record *record, struct buffer *b)
{
	size_t before = b->size;

	write_date(record, b);
	memmove(b->data + before, b->data + before + 11, 12);
	buffer_truncate(b, before + 12);
}

static void
write_proto(const struct record *record, struct buffer *b)
{
	if (record->protocol != NULL)
		buffer_text(b, record->protocol);
	else
		buffer_u64(b, record->protocol_number);
}

/* Of a long name the end, which says whose it is. */
static void
write_name(const char *name, struct buffer *b)
{
	size_t size = strlen(name);

	if (size > NAME_SHOWN) {
		buffer_text(b, "…");
		name += size - NAME_SHOWN;
		size = NAME_SHOWN;
	}
	buffer_plain_text(b, name, size);
}

/* IPv6 addresses with a port are bracketed (RFC 3986, 3.2.2). */
static void
write_address(const struct record *record, const struct record_side *side,
    struct buffer *b)
{
	bool has_port = (record->has & RECORD_PORTS) != 0;
	bool is_bracketed = has_port && record->ip_version == 6 &&
	    side->name == NULL;

	if (is_bracketed)
		buffer_char(b, '[');
	if (side->name != NULL)
		write_name(side->name, b);
	else if (record->ip_version == 4)
		buffer_ipv4(b, side->ip.bytes);
	else
		buffer_ipv6(b, side->ip.bytes);
	if (is_bracketed)
		buffer_char(b, ']');
	if (has_port) {
		buffer_char(b, ':');
		buffer_u64(b, side->port);
	}
}

static void
write_from(const struct record *record, struct buffer *b)
{
	write_address(record, &record->src, b);
}

static void
write_to(const struct record *record, struct buffer *b)
{
	write_address(record, &record->dst, b);
	if ((record->has & RECORD_ICMP) == 0)
		return;
	buffer_char(b, ' ');
	text_notes_icmp(record, b);
}

static void
write_from_mac(const struct record *record, struct buffer *b)
{
	if ((record->has & RECORD_SRC_MAC) != 0)
		buffer_mac(b, record->src.mac);
	else
		buffer_char(b, '-');
}

static void
write_to_mac(const struct record *record, struct buffer *b)
{
	if ((record->has & RECORD_DST_MAC) != 0)
		buffer_mac(b, record->dst.mac);
	else
		buffer_char(b, '-');
}

static void
write_service(const struct record *record, struct buffer *b)
{
	if ((record->has & RECORD_SERVICE) == 0 ||
	    record->service_name == NULL) {
		buffer_char(b, '-');
		return;
	}
	buffer_plain_text(b, record->service_name,
	    strlen(record->service_name));
	text_facts_version(record, b);
	if (text_notes_is_disagreement(record))
		buffer_text(b, " !");
}

static const char *
color_service(const struct record *record)
{
	return text_notes_is_disagreement(record) ? color_yellow : NULL;
}

/* This machine's side; both where it talks to itself. */
static void
write_program(const struct record *record, struct buffer *b)
{
	bool has_src = (record->has & RECORD_SRC_PROGRAM) != 0;
	bool has_dst = (record->has & RECORD_DST_PROGRAM) != 0;

	if (has_src)
		write_process(&record->src.process, b);
	if (has_src && has_dst)
		buffer_text(b, " → ");
	if (has_dst)
		write_process(&record->dst.process, b);
	if (!has_src && !has_dst)
		buffer_char(b, '-');
}

/* "firefox[4242]" */
static void
write_process(const struct record_process *process, struct buffer *b)
{
	if (process->name != NULL)
		buffer_plain_text(b, process->name, strlen(process->name));
	buffer_char(b, '[');
	buffer_u64(b, process->pid);
	buffer_char(b, ']');
}

static void
write_right(struct buffer *b, const char *number, int width)
{
	for (int size = (int)strlen(number); size < width; size++)
		buffer_char(b, ' ');
	buffer_text(b, number);
}

/* In five characters: a large count is rounded as bytes are. */
static void
write_count(struct buffer *b, uint64_t count)
{
	char number[UNITS_SIZE];

	if (count < 10000)
		(void)snprintf(number, sizeof number, "%" PRIu64, count);
	else
		units_bytes(number, sizeof number, count);
	write_right(b, number, 5);
}

/* "12 → 15 ←": what went to the responder, what came back. */
static void
write_packets(const struct record *record, struct buffer *b)
{
	write_count(b, record->src.counts.packets);
	buffer_text(b, " → ");
	write_count(b, record->dst.counts.packets);
	buffer_text(b, " ←");
}

static void
write_bytes(const struct record *record, struct buffer *b)
{
	char number[UNITS_SIZE];

	units_bytes(number, sizeof number, record->src.counts.bytes);
	write_right(b, number, 6);
	buffer_text(b, "  ");
	units_bytes(number, sizeof number, record->dst.counts.bytes);
	write_right(b, number, 6);
}

/* One packet takes no time. */
static void
write_time(const struct record *record, struct buffer *b)
{
	char duration[UNITS_SIZE] = "-";

	if (record->duration_ns > 0)
		units_duration(duration, sizeof duration,
		    (uint64_t)record->duration_ns);
	buffer_text(b, duration);
}

/* The handshake's, or that of the first question and its answer. */
static void
write_rtt(const struct record *record, struct buffer *b)
{
	char duration[UNITS_SIZE] = "-";
	int64_t ns = -1;

	if ((record->has & RECORD_SYN_SYNACK) != 0) {
		ns = record->syn_synack_ns;
		if ((record->has & RECORD_SYNACK_ACK) != 0)
			ns += record->synack_ack_ns;
	} else if ((record->has & RECORD_FIRST_EXCHANGE) != 0) {
		ns = record->udp_first_exchange_ns;
	}
	if (ns >= 0)
		units_duration(duration, sizeof duration, (uint64_t)ns);
	buffer_text(b, duration);
}

static void
write_end(const struct record *record, struct buffer *b)
{
	buffer_text(b, record->end_reason);
}

static const char *
color_end(const struct record *record)
{
	return strcmp(record->end_reason, "rst") == 0 ||
	    strcmp(record->end_reason, "resources") == 0 ? color_red : NULL;
}
