/*
 * DNP3 (IEEE 1815-2012): frames of the data link (clause 9) over TCP or UDP
 * (clause 13). Each header has a checksum of its own.
 *
 *   05 64, size of what follows without checksums (1), control (1),
 *   destination (2), source (2), checksum (2); then blocks of up to 16 bytes,
 *   each with a checksum (2): transport (1), application control (1),
 *   function (1), ...
 */
#include <string.h>

#include "dissect/application.h"

enum {
	DNP3_HEADER_SIZE = 10,
	DNP3_CHECKED = 8,		/* bytes of the header */
	DNP3_SIZE_MIN = 5,
	DNP3_BLOCK = 16,
	DNP3_POLYNOMIAL = 0xa6bc,	/* 0x3d65, bits reversed */
	DNP3_FROM_MASTER = 0x80,	/* control: DIR */
	DNP3_FIRST = 0x40,		/* transport: FIR */
	DNP3_FRAMES_MAX = 64		/* that are looked at of a flow */
};

enum dnp3_fact {
	DNP3_MASTER,
	DNP3_OUTSTATION,
	DNP3_FUNCTIONS
};

struct dnp3_state {
	uint8_t	frames;
};

struct function_name {
	uint8_t		 function;
	const char	*name;
};

/* IEEE 1815, 4.4; requests to 128, then responses. */
static const struct function_name function_names[] = {
	{ 0, "confirm" }, { 1, "read" }, { 2, "write" }, { 3, "select" },
	{ 4, "operate" }, { 5, "direct-operate" },
	{ 6, "direct-operate-no-response" }, { 7, "freeze" },
	{ 9, "freeze-clear" }, { 13, "cold-restart" },
	{ 14, "warm-restart" }, { 15, "initialize-data" },
	{ 18, "stop-application" }, { 20, "enable-unsolicited" },
	{ 21, "disable-unsolicited" }, { 22, "assign-class" },
	{ 23, "delay-measure" }, { 24, "record-time" },
	{ 25, "open-file" }, { 26, "close-file" }, { 27, "delete-file" },
	{ 32, "authenticate-request" }, { 33, "authenticate-error" },
	{ 129, "response" }, { 130, "unsolicited-response" },
	{ 131, "authenticate-response" }
};

static const struct fact_field fields[] = {
	[DNP3_MASTER] = { "master", FACT_NUMBER, false, NULL,
	    "Address of the master." },
	[DNP3_OUTSTATION] = { "outstation", FACT_NUMBER, false, NULL,
	    "Address of the outstation." },
	[DNP3_FUNCTIONS] = { "functions", FACT_LIST, false, NULL,
	    "Functions in the first 64 frames, each once." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static bool		is_header(const uint8_t *);
static uint16_t		checksum(const uint8_t *);
static size_t		data_size(uint8_t);
static void		feed(struct dissection *);
static void		note_frame(struct dissection *, const uint8_t *,
			    struct cursor);

static enum probe_score
probe(struct probe *p)
{
	static const uint8_t start[] = { 0x05, 0x64 };
	size_t held = cursor_left(&p->own);

	if (memcmp(p->own.at, start, held < 2 ? held : 2) != 0)
		return PROBE_NO;
	if (held < DNP3_HEADER_SIZE)
		return p->is_datagram ? PROBE_NO : PROBE_MORE;
	if (!is_header(p->own.at))
		return PROBE_NO;
	p->sender = (p->own.at[3] & DNP3_FROM_MASTER) != 0 ? ROLE_CLIENT :
	    ROLE_SERVER;
	return PROBE_SURE;
}

static bool
is_header(const uint8_t *at)
{
	return at[0] == 0x05 && at[1] == 0x64 && at[2] >= DNP3_SIZE_MIN &&
	    checksum(at) == bytes_le16(at + DNP3_CHECKED);
}

/* Of a header (9.2.4.1.7). */
static uint16_t
checksum(const uint8_t *at)
{
	uint16_t sum = 0;

	for (int i = 0; i < DNP3_CHECKED; i++) {
		sum ^= at[i];
		for (int bit = 0; bit < 8; bit++)
			sum = (uint16_t)((sum & 1) != 0 ?
			    sum >> 1 ^ DNP3_POLYNOMIAL : sum >> 1);
	}
	return (uint16_t)~sum;
}

/* Bytes behind a header with this size, checksums counted. */
static size_t
data_size(uint8_t size)
{
	size_t data = (size_t)size - DNP3_SIZE_MIN;

	return data + 2 * ((data + DNP3_BLOCK - 1) / DNP3_BLOCK);
}

static void
feed(struct dissection *d)
{
	struct dnp3_state *state = d->state;
	struct cursor c = d->bytes;
	const uint8_t *header;

	while (!d->is_done &&
	    (header = cursor_take(&c, DNP3_HEADER_SIZE)) != NULL) {
		struct cursor data;

		if (!is_header(header)) {
			d->is_side_done = true;
			return;
		}
		data = cursor_sub(&c, data_size(header[2]));
		if (!cursor_ok(&c))
			return;
		note_frame(d, header, data);
		d->bytes = c;
		d->is_done = ++state->frames == DNP3_FRAMES_MAX;
	}
}

static void
note_frame(struct dissection *d, const uint8_t *header, struct cursor data)
{
	bool is_from_master = (header[3] & DNP3_FROM_MASTER) != 0;
	uint8_t transport = cursor_u8(&data);
	uint8_t function;

	dissection_number(d, is_from_master ? DNP3_OUTSTATION : DNP3_MASTER,
	    bytes_le16(header + 4));
	dissection_number(d, is_from_master ? DNP3_MASTER : DNP3_OUTSTATION,
	    bytes_le16(header + 6));
	cursor_skip(&data, 1);
	function = cursor_u8(&data);
	if (!cursor_ok(&data) || (transport & DNP3_FIRST) == 0)
		return;
	for (size_t i = 0; i < sizeof function_names /
	    sizeof function_names[0]; i++) {
		if (function_names[i].function == function)
			dissection_item(d, DNP3_FUNCTIONS,
			    function_names[i].name,
			    strlen(function_names[i].name));
	}
}

const struct application application_dnp3 = {
	.name = "dnp3",
	.title = "Distributed Network Protocol 3",
	.source = "IEEE 1815-2012",
	.transports = APPLICATION_TCP | APPLICATION_UDP,
	.tcp_ports = { 20000 },
	.udp_ports = { 20000 },
	.state_size = sizeof(struct dnp3_state),
	.starts = { { 5, 6 } },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
