/*
 * S7comm, by which Siemens' S7 controllers are read, written and programmed,
 * over ISO transport (RFC 1006). Siemens publishes no specification; the
 * header is as their library's users have described it:
 *
 *   32, type (1), 0 (2), reference (2), size of parameters (2),
 *   size of data (2), in acknowledgements an error (2); then the parameters,
 *   function (1) first
 *
 * S7-1200 and newer speak another protocol, whose header begins with 72.
 */
#include <string.h>

#include "dissect/tpkt.h"

enum {
	S7COMM_PROTOCOL = 0x32,
	S7COMM_PLUS = 0x72,
	S7COMM_HEADER_SIZE = 10,
	S7COMM_JOB = 1,
	S7COMM_ACK = 2,
	S7COMM_ACK_DATA = 3,
	S7COMM_USER_DATA = 7,
	S7COMM_PLUS_VERSION_MAX = 3,
	S7COMM_TSAP = 0xc2,		/* X.224, 13.3.4: called */
	S7COMM_CONNECT_FIXED = 7,	/* bytes before the parameters */
	S7COMM_PACKETS_MAX = 32		/* that are looked at of a flow */
};

enum s7comm_fact {
	S7COMM_RACK,
	S7COMM_SLOT,
	S7COMM_FUNCTIONS,
	S7COMM_ERROR
};

struct s7comm_state {
	uint8_t	packets;
};

struct function_name {
	uint8_t		 function;
	const char	*name;
};

static const struct function_name function_names[] = {
	{ 0x00, "cpu-services" }, { 0xf0, "setup-communication" },
	{ 0x04, "read" }, { 0x05, "write" }, { 0x1a, "request-download" },
	{ 0x1b, "download-block" }, { 0x1c, "download-ended" },
	{ 0x1d, "start-upload" }, { 0x1e, "upload" }, { 0x1f, "end-upload" },
	{ 0x28, "plc-control" }, { 0x29, "plc-stop" }
};

static const struct fact_field fields[] = {
	[S7COMM_RACK] = { "rack", FACT_NUMBER, false, NULL,
	    "Rack of the controller that was called." },
	[S7COMM_SLOT] = { "slot", FACT_NUMBER, false, NULL,
	    "Its slot." },
	[S7COMM_FUNCTIONS] = { "functions", FACT_LIST, false, NULL,
	    "Functions in the first 32 packets, each once." },
	[S7COMM_ERROR] = { "error", FACT_NUMBER, false, NULL,
	    "The first error: its class times 256, and its code." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static bool		is_s7comm(struct cursor);
static void		feed(struct dissection *);
static void		note_connect(struct dissection *, struct cursor);
static void		note_data(struct dissection *, struct cursor);

static enum probe_score
probe(struct probe *p)
{
	struct cursor data;
	enum probe_score score = tpkt_probe(p, &data);

	if (score != PROBE_LIKELY)
		return score;
	return is_s7comm(data) ? PROBE_SURE : PROBE_NO;
}

/* A header whose sizes add up. */
static bool
is_s7comm(struct cursor data)
{
	const uint8_t *at = cursor_take(&data, S7COMM_HEADER_SIZE);
	size_t sizes;

	if (at == NULL)
		return false;
	if (at[0] == S7COMM_PLUS)
		return at[1] > 0 && at[1] <= S7COMM_PLUS_VERSION_MAX &&
		    bytes_be16(at + 2) <= cursor_left(&data) + 6;
	if (at[0] != S7COMM_PROTOCOL || at[2] != 0 || at[3] != 0)
		return false;
	sizes = (size_t)bytes_be16(at + 6) + bytes_be16(at + 8);
	if (at[1] == S7COMM_ACK || at[1] == S7COMM_ACK_DATA)
		sizes += 2;
	else if (at[1] != S7COMM_JOB && at[1] != S7COMM_USER_DATA)
		return false;
	return sizes == cursor_left(&data);
}

static void
feed(struct dissection *d)
{
	struct s7comm_state *state = d->state;
	enum tpkt_result result = TPKT_PART;
	enum cotp_code code;
	struct cursor body;

	while (!d->is_done &&
	    (result = tpkt_take(&d->bytes, &body)) == TPKT_WHOLE) {
		struct cursor data = body;

		if (!cotp_take(&data, &code))
			continue;
		if (code == COTP_CONNECT)
			note_connect(d, body);
		else if (code == COTP_DATA)
			note_data(d, data);
		d->is_done = ++state->packets == S7COMM_PACKETS_MAX;
	}
	d->is_side_done = result == TPKT_NONE;
}

/* The called TSAP's second byte is the rack (3 bits) and slot (5 bits). */
static void
note_connect(struct dissection *d, struct cursor body)
{
	cursor_skip(&body, S7COMM_CONNECT_FIXED);
	while (cursor_ok(&body) && cursor_left(&body) > 0) {
		uint8_t code = cursor_u8(&body);
		struct cursor value = cursor_sub(&body, cursor_u8(&body));

		if (code != S7COMM_TSAP || cursor_left(&value) != 2)
			continue;
		dissection_number(d, S7COMM_RACK, value.at[1] >> 5);
		dissection_number(d, S7COMM_SLOT, value.at[1] & 31);
	}
}

static void
note_data(struct dissection *d, struct cursor data)
{
	const uint8_t *at = cursor_take(&data, S7COMM_HEADER_SIZE);
	uint16_t error = 0;
	uint8_t function;

	if (at == NULL || at[0] != S7COMM_PROTOCOL)
		return;
	if (at[1] == S7COMM_ACK || at[1] == S7COMM_ACK_DATA)
		error = cursor_be16(&data);
	if (error != 0)
		dissection_number(d, S7COMM_ERROR, error);
	function = cursor_u8(&data);
	if (!cursor_ok(&data) || bytes_be16(at + 6) == 0)
		return;
	for (size_t i = 0; i < sizeof function_names /
	    sizeof function_names[0]; i++) {
		if (function_names[i].function == function)
			dissection_item(d, S7COMM_FUNCTIONS,
			    function_names[i].name,
			    strlen(function_names[i].name));
	}
}

const struct application application_s7comm = {
	.name = "s7comm",
	.title = "Siemens S7 communication",
	.source = "RFC 1006; Siemens' own, not published",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 102 },
	.state_size = sizeof(struct s7comm_state),
	.probe = probe,
	.feed = feed,
	.fields = fields
};
