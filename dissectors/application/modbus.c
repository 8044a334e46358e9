/*
 * Modbus over TCP (MODBUS Messaging on TCP/IP Implementation Guide V1.0b,
 * 3.1; the functions are of MODBUS Application Protocol V1.1b3, 5.1).
 *
 *   transaction (2), protocol 0 (2), size of what follows (2),
 *   unit (1), function (1), data
 */
#include <string.h>

#include "dissect/application.h"

enum {
	MODBUS_HEADER_SIZE = 6,		/* up to what size counts */
	MODBUS_SIZE_MIN = 2,
	MODBUS_SIZE_MAX = 254,
	MODBUS_EXCEPTION = 0x80,	/* in the function of a response */
	MODBUS_EXCEPTION_SIZE = 3,
	MODBUS_REQUEST_SIZE = 6,	/* of functions 1 to 6 */
	MODBUS_WRITE_REGISTER = 6,
	MODBUS_MESSAGES_MAX = 64	/* that are looked at of a flow */
};

enum modbus_fact {
	MODBUS_UNIT,
	MODBUS_FUNCTIONS,
	MODBUS_EXCEPTION_CODE
};

struct modbus_state {
	uint8_t	messages;
};

static const char *const function_names[] = {
	[1] = "read-coils",
	[2] = "read-discrete-inputs",
	[3] = "read-holding-registers",
	[4] = "read-input-registers",
	[5] = "write-single-coil",
	[6] = "write-single-register",
	[7] = "read-exception-status",
	[8] = "diagnostics",
	[11] = "get-event-counter",
	[12] = "get-event-log",
	[15] = "write-multiple-coils",
	[16] = "write-multiple-registers",
	[17] = "report-server-id",
	[20] = "read-file-record",
	[21] = "write-file-record",
	[22] = "mask-write-register",
	[23] = "read-write-multiple-registers",
	[24] = "read-fifo-queue",
	[43] = "encapsulated-interface"
};

static const struct fact_field fields[] = {
	[MODBUS_UNIT] = { "unit", FACT_NUMBER, false, NULL,
	    "The first unit that was asked." },
	[MODBUS_FUNCTIONS] = { "functions", FACT_LIST, false, NULL,
	    "Functions of the first 64 messages, each once." },
	[MODBUS_EXCEPTION_CODE] = { "exception", FACT_NUMBER, false, NULL,
	    "Code of the first response that is an exception." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static const char	*function_name(uint8_t);
static void		feed(struct dissection *);
static void		note_message(struct dissection *, struct cursor);

/* Elsewhere than at home, a message alone in its segment that adds up. */
static enum probe_score
probe(struct probe *p)
{
	static const uint8_t zero[2];
	size_t held = cursor_left(&p->own);
	const uint8_t *at = p->own.at;
	uint16_t size;
	uint8_t function;

	if (held > 2 && memcmp(at + 2, zero, held > 3 ? 2 : 1) != 0)
		return PROBE_NO;
	if (held < MODBUS_HEADER_SIZE + MODBUS_SIZE_MIN)
		return held < 5 || at[4] == 0 ? PROBE_MORE : PROBE_NO;
	size = bytes_be16(at + 4);
	function = at[7];
	if (size < MODBUS_SIZE_MIN || size > MODBUS_SIZE_MAX ||
	    function_name(function & (MODBUS_EXCEPTION - 1)) == NULL ||
	    ((function & MODBUS_EXCEPTION) != 0 &&
	    size != MODBUS_EXCEPTION_SIZE))
		return PROBE_NO;
	if (p->is_on_port)
		return PROBE_LIKELY;
	return p->is_start && function <= MODBUS_WRITE_REGISTER &&
	    size == MODBUS_REQUEST_SIZE && held == MODBUS_HEADER_SIZE +
	    MODBUS_REQUEST_SIZE ? PROBE_LIKELY : PROBE_NO;
}

static const char *
function_name(uint8_t function)
{
	return function < sizeof function_names / sizeof function_names[0] ?
	    function_names[function] : NULL;
}

static void
feed(struct dissection *d)
{
	struct modbus_state *state = d->state;
	struct cursor c = d->bytes;

	while (!d->is_done) {
		struct cursor message;
		uint16_t size;

		cursor_skip(&c, 4);
		size = cursor_be16(&c);
		if (cursor_ok(&c) && (size < MODBUS_SIZE_MIN ||
		    size > MODBUS_SIZE_MAX)) {
			d->is_side_done = true;
			return;
		}
		message = cursor_sub(&c, size);
		if (!cursor_ok(&c))
			return;
		note_message(d, message);
		d->bytes = c;
		d->is_done = ++state->messages == MODBUS_MESSAGES_MAX;
	}
}

static void
note_message(struct dissection *d, struct cursor message)
{
	uint8_t unit = cursor_u8(&message);
	uint8_t function = cursor_u8(&message);
	const char *name = function_name(function & (MODBUS_EXCEPTION - 1));

	dissection_number(d, MODBUS_UNIT, unit);
	if (name != NULL)
		dissection_item(d, MODBUS_FUNCTIONS, name, strlen(name));
	if ((function & MODBUS_EXCEPTION) != 0 && cursor_left(&message) > 0)
		dissection_number(d, MODBUS_EXCEPTION_CODE,
		    cursor_u8(&message));
}

const struct application application_modbus = {
	.name = "modbus",
	.title = "Modbus over TCP",
	.source = "MODBUS Messaging on TCP/IP V1.0b",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 502 },
	.state_size = sizeof(struct modbus_state),
	.probe = probe,
	.feed = feed,
	.fields = fields
};
