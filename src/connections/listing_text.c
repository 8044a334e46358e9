/*
 * A listing as a table for eyes; see listing.h. All is known before the first
 * line is written, so a column is as wide as what stands in it; where the
 * terminal has no room for all, addresses become narrower first, then columns
 * are left out, the least needed first.
 */
#include "connections/listing.h"

#include <string.h>

#include "base/units.h"
#include "output/text_line.h"

enum {
	TABLE_COLUMNS = 13,
	ADDRESS_LEAST = 21,	/* an IPv4 address and a port */
	PROGRAM_LEAST = 16	/* the last column: what is longer is cut */
};

struct table;

/* A column, and what it shows of a socket. */
struct table_column {
	const char	*title;
	bool		 is_right;	/* aligned */
	int		 rank;		/* the lowest goes first; 0: stays */
	int		 least;		/* may be so narrow; 0: as wide as
					   what is widest */
	void		(*write)(const struct connection *, struct buffer *);
};

struct table {
	const struct table_column	*columns[TABLE_COLUMNS];
	int				 widths[TABLE_COLUMNS];
	int				 count;
	int				 width;		/* of the terminal */
	bool				 is_all;
	const struct listing		*listing;
	struct buffer			 cell;
};

static void	table_measure(struct table *);
static void	table_fit(struct table *);
static int	table_width(const struct table *);
static bool	table_narrow(struct table *);
static bool	table_drop(struct table *);
static void	table_write_titles(struct table *, struct buffer *);
static void	table_write_socket(struct table *, size_t, struct buffer *);
static void	table_cell(struct table *, size_t, int,
		    const struct connection *);
static void	table_write_closing(const struct table *, struct buffer *);
static void	write_process(const struct connection_process *,
		    struct buffer *);
static void	write_end(const struct connection *,
		    const struct connection_side *, struct buffer *);
static bool	is_any(const struct connection *,
		    const struct connection_side *);
static bool	is_link_local(const struct connection *,
		    const struct connection_side *);
static void	write_bytes(uint64_t, struct buffer *);

static void	write_proto(const struct connection *, struct buffer *);
static void	write_state(const struct connection *, struct buffer *);
static void	write_local(const struct connection *, struct buffer *);
static void	write_remote(const struct connection *, struct buffer *);
static void	write_service(const struct connection *, struct buffer *);
static void	write_class(const struct connection *, struct buffer *);
static void	write_user(const struct connection *, struct buffer *);
static void	write_queue(const struct connection *, struct buffer *);
static void	write_sent(const struct connection *, struct buffer *);
static void	write_received(const struct connection *, struct buffer *);
static void	write_rtt(const struct connection *, struct buffer *);
static void	write_resent(const struct connection *, struct buffer *);
static void	write_program(const struct connection *, struct buffer *);

static const struct table_column table_columns[TABLE_COLUMNS] = {
	{ "proto", false, 0, 0, write_proto },
	{ "local", false, 0, ADDRESS_LEAST, write_local },
	{ "remote", false, 0, ADDRESS_LEAST, write_remote },
	{ "state", false, 0, 0, write_state },
	{ "service", false, 6, 0, write_service },
	{ "class", false, 1, 0, write_class },
	{ "user", false, 3, 0, write_user },
	{ "queue", true, 2, 0, write_queue },
	{ "sent", true, 7, 0, write_sent },
	{ "received", true, 7, 0, write_received },
	{ "rtt", true, 5, 0, write_rtt },
	{ "resent", true, 4, 0, write_resent },
	{ "program", false, 0, PROGRAM_LEAST, write_program }
};

void
listing_write_text(const struct listing *listing, bool is_all, int columns,
    struct buffer *b)
{
	struct table table = {
		.count = TABLE_COLUMNS, .width = columns,
		.is_all = is_all, .listing = listing
	};

	for (int i = 0; i < TABLE_COLUMNS; i++)
		table.columns[i] = &table_columns[i];
	buffer_init(&table.cell, 256);
	table_measure(&table);
	table_fit(&table);
	table_write_titles(&table, b);
	for (size_t i = 0; i < listing_count(listing); i++) {
		if (is_all || !listing_is_listening(listing, i))
			table_write_socket(&table, i, b);
	}
	table_write_closing(&table, b);
	buffer_release(&table.cell);
}

/* Each column as wide as what is widest in it. */
static void
table_measure(struct table *table)
{
	struct connection connection;

	for (int i = 0; i < table->count; i++)
		table->widths[i] = (int)strlen(table->columns[i]->title);
	for (size_t i = 0; i < listing_count(table->listing); i++) {
		if (!table->is_all && listing_is_listening(table->listing, i))
			continue;
		listing_fill(table->listing, i, &connection);
		for (int j = 0; j < table->count; j++) {
			int size;

			table_cell(table, i, j, &connection);
			size = text_line_characters(&table->cell);
			if (size > table->widths[j])
				table->widths[j] = size;
		}
	}
}

static void
table_fit(struct table *table)
{
	while (table->width > 0 && table_width(table) > table->width) {
		if (!table_narrow(table) && !table_drop(table))
			return;
	}
}

static int
table_width(const struct table *table)
{
	int width = -TEXT_GAP;

	for (int i = 0; i < table->count; i++)
		width += TEXT_GAP + table->widths[i];
	return width;
}

/* Takes what is too much from the widest column that can give some. */
static bool
table_narrow(struct table *table)
{
	int excess = table_width(table) - table->width;
	int widest = -1, spare;

	for (int i = 0; i < table->count; i++) {
		int least = table->columns[i]->least;

		if (least > 0 && table->widths[i] > least &&
		    (widest < 0 || table->widths[i] > table->widths[widest]))
			widest = i;
	}
	if (widest < 0)
		return false;
	spare = table->widths[widest] - table->columns[widest]->least;
	table->widths[widest] -= excess < spare ? excess : spare;
	return true;
}

static bool
table_drop(struct table *table)
{
	int least = -1;

	for (int i = 0; i < table->count; i++) {
		int rank = table->columns[i]->rank;

		if (rank > 0 && (least < 0 ||
		    rank < table->columns[least]->rank))
			least = i;
	}
	if (least < 0)
		return false;
	table->count--;
	for (int i = least; i < table->count; i++) {
		table->columns[i] = table->columns[i + 1];
		table->widths[i] = table->widths[i + 1];
	}
	return true;
}

static void
table_write_titles(struct table *table, struct buffer *b)
{
	struct text_line line = { .b = b, .width = table->width };

	for (int i = 0; i < table->count; i++) {
		buffer_reset(&table->cell);
		buffer_text(&table->cell, table->columns[i]->title);
		text_line_cell(&line, &table->cell, table->widths[i],
		    table->columns[i]->is_right, NULL);
	}
	buffer_char(b, '\n');
}

static void
table_write_socket(struct table *table, size_t number, struct buffer *b)
{
	struct text_line line = { .b = b, .width = table->width };
	struct connection connection;

	listing_fill(table->listing, number, &connection);
	for (int i = 0; i < table->count; i++) {
		table_cell(table, number, i, &connection);
		text_line_cell(&line, &table->cell, table->widths[i],
		    table->columns[i]->is_right, NULL);
	}
	buffer_char(b, '\n');
}

/* One column of a socket; of the programs, all that have it. */
static void
table_cell(struct table *table, size_t number, int column,
    const struct connection *c)
{
	struct connection_process other;

	buffer_reset(&table->cell);
	table->columns[column]->write(c, &table->cell);
	if (table->columns[column]->write == write_program) {
		for (size_t n = 0; listing_other_process(table->listing,
		    number, n, &other); n++) {
			buffer_text(&table->cell, ", ");
			write_process(&other, &table->cell);
		}
	}
	if (table->cell.size == 0)
		buffer_char(&table->cell, '-');
}

/* "23 sockets; 12 that listen are not shown (-a shows them)" */
static void
table_write_closing(const struct table *table, struct buffer *b)
{
	size_t count = listing_count(table->listing), hidden = 0;
	char number[UNITS_SIZE];

	for (size_t i = 0; i < count && !table->is_all; i++)
		hidden += listing_is_listening(table->listing, i);
	units_count(number, sizeof number, count - hidden);
	buffer_format(b, "\n%s socket%s", number,
	    count - hidden == 1 ? "" : "s");
	units_count(number, sizeof number, hidden);
	if (hidden > 0)
		buffer_format(b, "; %s that listen%s not shown (-a)", number,
		    hidden == 1 ? "s is" : " are");
	buffer_char(b, '\n');
}

static void
write_proto(const struct connection *c, struct buffer *b)
{
	buffer_text(b, c->protocol);
}

static void
write_state(const struct connection *c, struct buffer *b)
{
	if (c->tcp_state != NULL)
		buffer_text(b, c->tcp_state);
	else
		buffer_text(b, c->udp_connected ? "connected" :
		    "unconnected");
}

static void
write_local(const struct connection *c, struct buffer *b)
{
	write_end(c, &c->local, b);
}

static void
write_remote(const struct connection *c, struct buffer *b)
{
	if ((c->has & CONNECTION_REMOTE) != 0)
		write_end(c, &c->remote, b);
}

/*
 * As in a URL (RFC 3986, 3.2.2), with the zone of an address or what the
 * socket is bound to (RFC 4007, 11); "*" takes both versions of IP.
 */
static void
write_end(const struct connection *c, const struct connection_side *side,
    struct buffer *b)
{
	bool is_local = side == &c->local;
	bool is_both = is_local && (c->has & CONNECTION_IPV6_ONLY) != 0 &&
	    !c->is_ipv6_only && is_any(c, side);
	bool is_bracketed = c->ip_version == 6 && !is_both;

	if (is_bracketed)
		buffer_char(b, '[');
	if (is_both)
		buffer_char(b, '*');
	else if (c->ip_version == 6)
		buffer_ipv6(b, side->ip.bytes);
	else
		buffer_ipv4(b, side->ip.bytes);
	if (c->interface != NULL && (is_local || is_link_local(c, side))) {
		buffer_char(b, '%');
		buffer_plain_text(b, c->interface, strlen(c->interface));
	}
	if (is_bracketed)
		buffer_char(b, ']');
	buffer_char(b, ':');
	buffer_u64(b, side->port);
}

static bool
is_any(const struct connection *c, const struct connection_side *side)
{
	static const uint8_t any[16];

	return memcmp(side->ip.bytes, any, c->ip_version == 4 ? 4 : 16) == 0;
}

/* fe80::/10: of IPv4 no zone is ever written. */
static bool
is_link_local(const struct connection *c, const struct connection_side *side)
{
	return c->ip_version == 6 && side->ip.bytes[0] == 0xfe &&
	    (side->ip.bytes[1] & 0xc0) == 0x80;
}

static void
write_service(const struct connection *c, struct buffer *b)
{
	if (c->service_name != NULL)
		buffer_plain_text(b, c->service_name,
		    strlen(c->service_name));
}

/* Of the port that serves. */
static void
write_class(const struct connection *c, struct buffer *b)
{
	const struct connection_side *side = c->service_side != NULL &&
	    strcmp(c->service_side, "remote") == 0 ? &c->remote : &c->local;

	buffer_text(b, side->port_class);
}

static void
write_user(const struct connection *c, struct buffer *b)
{
	if ((c->has & CONNECTION_OWNED) == 0)
		return;
	if (c->user != NULL)
		buffer_plain_text(b, c->user, strlen(c->user));
	else
		buffer_u64(b, c->uid);
}

/* "3000/0" waits to be read and to be sent, "0/128" to be accepted of 128. */
static void
write_queue(const struct connection *c, struct buffer *b)
{
	if ((c->has & CONNECTION_QUEUES) != 0)
		buffer_format(b, "%u/%u", c->receive_queue, c->send_queue);
	else if ((c->has & CONNECTION_ACCEPT_MAX) != 0)
		buffer_format(b, "%u/%u", c->accept_queue,
		    c->accept_queue_max);
	else
		buffer_u64(b, c->accept_queue);
}

static void
write_bytes(uint64_t bytes, struct buffer *b)
{
	char number[UNITS_SIZE];

	units_bytes(number, sizeof number, bytes);
	buffer_text(b, number);
}

static void
write_sent(const struct connection *c, struct buffer *b)
{
	if ((c->has & CONNECTION_SENT) != 0)
		write_bytes(c->local.payload_bytes, b);
}

static void
write_received(const struct connection *c, struct buffer *b)
{
	if ((c->has & CONNECTION_RECEIVED) != 0)
		write_bytes(c->remote.payload_bytes, b);
}

static void
write_rtt(const struct connection *c, struct buffer *b)
{
	char duration[UNITS_SIZE];

	if ((c->has & CONNECTION_RTT) == 0)
		return;
	units_duration(duration, sizeof duration, (uint64_t)c->rtt_mean_ns);
	buffer_text(b, duration);
}

static void
write_resent(const struct connection *c, struct buffer *b)
{
	char number[UNITS_SIZE];

	if ((c->has & CONNECTION_INFO) == 0)
		return;
	units_count(number, sizeof number, c->retransmitted_packets);
	buffer_text(b, number);
}

static void
write_program(const struct connection *c, struct buffer *b)
{
	if ((c->has & CONNECTION_PROCESS) != 0)
		write_process(&c->process, b);
}

/* "firefox[4242]" */
static void
write_process(const struct connection_process *process, struct buffer *b)
{
	if (process->name != NULL)
		buffer_plain_text(b, process->name, strlen(process->name));
	buffer_format(b, "[%u]", process->pid);
}
