/*
 * memcached, by its published protocol.txt and "Binary Protocol": lines, or
 * packets of a header of 24 bytes; over UDP either stands behind a header of
 * 8 bytes.
 *
 *   "set key flags seconds size\r\n" data "\r\n"     "get key\r\n"
 *
 *   magic 0x80, 0x81 | opcode | key size (2) | extras size | data type 0 |
 *   partition or status (2) | body size (4) | opaque (4) | version (8)
 *
 *   request id (2) | number (2) | datagrams (2) | zero (2)
 *
 * Only the first command is told of: keys may be secrets.
 */
#include "dissect/line.h"

enum {
	MEMCACHED_REQUEST = 0x80,
	MEMCACHED_RESPONSE = 0x81,
	MEMCACHED_HEADER_SIZE = 24,
	MEMCACHED_KEY_MAX = 250,
	MEMCACHED_EXTRAS_MAX = 28,
	MEMCACHED_OPCODES = 0x40,
	MEMCACHED_BODY_MAX = 1 << 20,
	MEMCACHED_WORDS_MAX = 5
};

enum memcached_fact {
	MEMCACHED_COMMAND,
	MEMCACHED_OPCODE,
	MEMCACHED_VERSION
};

static enum probe_score	probe(struct probe *);
static bool		skip_datagram_header(struct cursor *);
static bool		is_binary_begun(const struct cursor *);
static enum probe_score	probe_binary(struct probe *);
static enum probe_score	probe_text(struct probe *);
static bool		is_reply(struct line);
static bool		is_storage(struct line);
static bool		is_peer_reply(const struct probe *);
static void		feed(struct dissection *);

static const char *const commands[] = { "get ", "gets ", "set ", "add ",
    "replace ", "append ", "prepend ", "cas ", "delete ", "incr ", "decr ",
    "touch ", "gat ", "gats ", "stats\r", "stats ", "version\r",
    "flush_all", "verbosity ", NULL };
static const char *const replies[] = { "VALUE ", "STORED\r", "NOT_STORED\r",
    "END\r", "DELETED\r", "NOT_FOUND\r", "TOUCHED\r", "STAT ", "VERSION ",
    "ERROR\r", "CLIENT_ERROR ", "SERVER_ERROR ", NULL };

static const struct fact_field fields[] = {
	[MEMCACHED_COMMAND] = { "command", FACT_TEXT, false, NULL,
	    "The first command, of the protocol in lines." },
	[MEMCACHED_OPCODE] = { "opcode", FACT_NUMBER, false, NULL,
	    "The first command, of the binary protocol." },
	[MEMCACHED_VERSION] = { "version", FACT_TEXT, false, NULL,
	    "The server's version, where it was asked for." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score
probe(struct probe *p)
{
	if (p->is_datagram && !skip_datagram_header(&p->own))
		return PROBE_NO;
	if (cursor_left(&p->own) == 0)
		return PROBE_NO;
	return (*p->own.at & 0xfe) == MEMCACHED_REQUEST ? probe_binary(p) :
	    probe_text(p);
}

/* False where there are bytes that cannot be that. */
static bool
skip_datagram_header(struct cursor *c)
{
	uint16_t number, count;

	cursor_skip(c, 2);
	number = cursor_be16(c);
	count = cursor_be16(c);
	return cursor_be16(c) == 0 && cursor_ok(c) && number < count;
}

/* Of what came of a header, the bytes that are mostly zero. */
static bool
is_binary_begun(const struct cursor *c)
{
	static const uint8_t zeros[] = { 2, 5, 8 };

	for (size_t i = 0; i < sizeof zeros; i++) {
		if (cursor_left(c) > zeros[i] && c->at[zeros[i]] != 0)
			return false;
	}
	return cursor_left(c) == 1 || c->at[1] < MEMCACHED_OPCODES;
}

static enum probe_score
probe_binary(struct probe *p)
{
	struct cursor c = p->own;
	const uint8_t *header = cursor_take(&c, MEMCACHED_HEADER_SIZE);
	uint16_t key_size;
	uint32_t body_size;

	if (header == NULL)
		return p->is_start && !p->is_datagram &&
		    is_binary_begun(&p->own) ? PROBE_MORE : PROBE_NO;
	key_size = bytes_be16(header + 2);
	body_size = bytes_be32(header + 8);
	if (header[1] >= MEMCACHED_OPCODES || header[5] != 0 ||
	    key_size > MEMCACHED_KEY_MAX || header[4] > MEMCACHED_EXTRAS_MAX
	    || body_size > MEMCACHED_BODY_MAX ||
	    body_size < (uint32_t)key_size + header[4])
		return PROBE_NO;
	p->sender = header[0] == MEMCACHED_REQUEST ? ROLE_CLIENT :
	    ROLE_SERVER;
	/* What is said at once ends with it, or goes on with another. */
	if (body_size > cursor_left(&c))
		return p->is_on_port ? PROBE_WEAK : p->is_start &&
		    !p->is_datagram ? PROBE_MORE : PROBE_NO;
	cursor_skip(&c, body_size);
	return cursor_left(&c) == 0 || *c.at == header[0] ? PROBE_LIKELY :
	    PROBE_NO;
}

static enum probe_score
probe_text(struct probe *p)
{
	enum probe_score more = p->is_start && !p->is_datagram ? PROBE_MORE :
	    PROBE_NO;
	bool is_server = line_begin(&p->own, replies) == PROBE_SURE;
	enum probe_score fit = is_server ? PROBE_SURE :
	    line_begin(&p->own, commands);
	struct line line = { p->own.at, cursor_left(&p->own) };

	if (fit != PROBE_SURE)
		return fit == PROBE_MORE ? more : PROBE_NO;
	if (!line_take(&p->own, &line))
		return line_is_text(&line) ? more : PROBE_NO;
	if (!line_is_text(&line))
		return PROBE_NO;
	p->sender = is_server ? ROLE_SERVER : ROLE_CLIENT;
	if (is_server ? is_reply(line) || line_begin(&p->peer, commands) ==
	    PROBE_SURE : is_storage(line) || is_peer_reply(p))
		return PROBE_LIKELY;
	return p->is_on_port ? PROBE_WEAK : more;
}

static bool
is_peer_reply(const struct probe *p)
{
	return line_begin(&p->peer, replies) == PROBE_SURE;
}

/* "VALUE key flags size", "STAT pid 12". */
static bool
is_reply(struct line line)
{
	struct line word = line_word(&line);
	uint32_t value;

	if (line_is(&word, "STAT"))
		return line_word(&line).size > 0 && line_word(&line).size > 0;
	if (!line_is(&word, "VALUE") || line_word(&line).size == 0)
		return false;
	word = line_word(&line);
	if (!line_number(&word, UINT32_MAX, &value))
		return false;
	word = line_word(&line);
	return line_number(&word, MEMCACHED_BODY_MAX, &value);
}

/* "set key flags seconds size", and "noreply" or a version behind it. */
static bool
is_storage(struct line line)
{
	uint32_t value;
	int words = 0;

	for (struct line word = line_word(&line); word.size > 0 &&
	    words < MEMCACHED_WORDS_MAX; word = line_word(&line)) {
		if (words >= 2 && !line_number(&word, UINT32_MAX, &value))
			return false;
		words++;
	}
	return words == MEMCACHED_WORDS_MAX;
}

static void
feed(struct dissection *d)
{
	struct line line, word;

	if (d->is_datagram && !skip_datagram_header(&d->bytes))
		return;
	if (cursor_left(&d->bytes) >= 2 &&
	    (*d->bytes.at & 0xfe) == MEMCACHED_REQUEST) {
		dissection_number(d, MEMCACHED_OPCODE, d->bytes.at[1]);
		d->is_done = true;
		return;
	}
	if (!line_next(d, &line))
		return;
	word = line_word(&line);
	if (d->sender == ROLE_CLIENT)
		line_note(d, MEMCACHED_COMMAND, word);
	else if (line_is(&word, "VERSION"))
		line_note(d, MEMCACHED_VERSION, line_word(&line));
	/* The answer to that one is worth the wait. */
	d->is_done = !line_is(&word, "version") || d->sender == ROLE_SERVER;
}

const struct application application_memcached = {
	.name = "memcached",
	.title = "memcached",
	.source = "memcached protocol.txt",
	.transports = APPLICATION_TCP | APPLICATION_UDP,
	.tcp_ports = { 11211 },
	.udp_ports = { 11211 },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
