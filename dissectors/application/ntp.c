/*
 * NTP, the Network Time Protocol, of all versions (RFC 5905, 7.3; control
 * messages of RFC 9327; mode 7 is private to implementations).
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---+-----+-----+---------------+---------------+---------------+
 * |LI | VN  |mode |    stratum    |     poll      |   precision   |
 * +---+-----+-----+---------------+---------------+---------------+
 * |  root delay (4), root dispersion (4), reference id (4), four  |
 * |  times (8 each), then extensions and a digest                 |
 * +---------------------------------------------------------------+
 */
#include "base/spell.h"
#include "dissect/application.h"

enum {
	NTP_SIZE = 48,
	NTP_CONTROL_SIZE = 12,
	NTP_PRIVATE_SIZE = 8,
	NTP_VERSION_MAX = 4,
	NTP_STRATUM_MAX = 16,
	NTP_POLL_MAX = 17,		/* log2 of seconds */
	NTP_PRECISION_MIN = -32,	/* likewise */
	NTP_PRECISION_MAX = 8,
	NTP_DISTANCE_MAX = 64,		/* seconds; some write 16 and more */
	NTP_SET_S = 1 << 18,		/* since a clock was set: three days */
	NTP_RESPONSE = 0x80,
	NTP_CONTROL_OPCODES = 0x1f
};

enum ntp_mode {
	NTP_UNSPECIFIED,		/* of version 1: by the ports */
	NTP_SYMMETRIC_ACTIVE,
	NTP_SYMMETRIC_PASSIVE,
	NTP_CLIENT,
	NTP_SERVER,
	NTP_BROADCAST,
	NTP_CONTROL,
	NTP_PRIVATE
};

enum ntp_fact {
	NTP_VERSION,
	NTP_MODE,
	NTP_STRATUM,
	NTP_REFERENCE
};

static const char *const mode_names[] = {
	"unspecified", "symmetric-active", "symmetric-passive", "client",
	"server", "broadcast", "control", "private"
};

static const struct fact_field fields[] = {
	[NTP_VERSION] = { "version", FACT_NUMBER, false, NULL,
	    "Version of the protocol." },
	[NTP_MODE] = { "mode", FACT_TEXT, false, NULL,
	    "Mode of the first message." },
	[NTP_STRATUM] = { "stratum", FACT_NUMBER, false, NULL,
	    "How far the server is from a reference clock." },
	[NTP_REFERENCE] = { "refid", FACT_TEXT, false, NULL,
	    "What the server takes its time from: a clock or an address." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static enum probe_score	probe_answer(struct probe *);
static bool		is_time(const uint8_t *);
static bool		is_command(const struct probe *, const uint8_t *);
static enum application_role sender_of(const uint8_t *);
static void		feed(struct dissection *);
static void		note_reference(struct dissection *, const uint8_t *);

/* Small numbers in a small header: on its own port only. */
static enum probe_score
probe(struct probe *p)
{
	const uint8_t *at = cursor_peek(&p->own, NTP_PRIVATE_SIZE);
	enum ntp_mode mode;
	uint8_t version;

	if (at == NULL || p->size % 4 != 0)
		return PROBE_NO;
	if (!p->is_on_port)
		return probe_answer(p);
	version = at[0] >> 3 & 7;
	mode = at[0] & 7;
	if (version == 0 || version > NTP_VERSION_MAX)
		return PROBE_NO;
	p->sender = sender_of(at);
	if (mode == NTP_CONTROL || mode == NTP_PRIVATE)
		return is_command(p, at) ? PROBE_WEAK : PROBE_NO;
	if (mode == NTP_UNSPECIFIED && version != 1)
		return PROBE_NO;
	at = cursor_take(&p->own, NTP_SIZE);
	return at != NULL && is_time(at) ? PROBE_LIKELY : PROBE_NO;
}

/*
 * Elsewhere only an answer is sure enough: it was received and sent within a
 * second, by a clock that was set not long ago.
 */
static enum probe_score
probe_answer(struct probe *p)
{
	const uint8_t *at = cursor_take(&p->own, NTP_SIZE);
	uint32_t set_s;
	uint32_t received_s;
	uint32_t sent_s;

	if (at == NULL || p->size != NTP_SIZE || (at[0] & 7) != NTP_SERVER ||
	    (at[0] >> 3 & 7) < 3 || (at[0] >> 3 & 7) > 4 || at[1] == 0 ||
	    !is_time(at))
		return PROBE_NO;
	set_s = bytes_be32(at + 16);
	received_s = bytes_be32(at + 32);
	sent_s = bytes_be32(at + 40);
	if (set_s == 0 || sent_s - received_s > 1 ||
	    received_s - set_s > NTP_SET_S)
		return PROBE_NO;
	p->sender = ROLE_SERVER;
	return PROBE_LIKELY;
}

/* Whether the fields of a message about time are what they may be. */
static bool
is_time(const uint8_t *at)
{
	int8_t precision = (int8_t)at[3];

	return at[1] <= NTP_STRATUM_MAX && at[2] <= NTP_POLL_MAX &&
	    precision >= NTP_PRECISION_MIN &&
	    precision <= NTP_PRECISION_MAX &&
	    bytes_be16(at + 4) < NTP_DISTANCE_MAX &&
	    bytes_be16(at + 8) < NTP_DISTANCE_MAX;
}

/*
 * Control: what follows the header is as long as it says. Private: a request
 * of at most 500 bytes, with its items' count and size.
 */
static bool
is_command(const struct probe *p, const uint8_t *at)
{
	if ((at[0] & 7) == NTP_PRIVATE)
		return at[3] <= 0x2d &&
		    (bytes_be16(at + 4) & 0xfff) *
		    (bytes_be16(at + 6) & 0xfffU) + NTP_PRIVATE_SIZE <=
		    p->size;
	at = cursor_peek(&p->own, NTP_CONTROL_SIZE);
	return at != NULL && at[0] >> 6 == 0 &&
	    (at[1] & NTP_CONTROL_OPCODES) <= 12 &&
	    bytes_be16(at + 10) + NTP_CONTROL_SIZE <= (int)p->size;
}

static enum application_role
sender_of(const uint8_t *at)
{
	uint8_t byte = at[0];

	switch (at[0] & 7) {
	case NTP_CLIENT:
		return ROLE_CLIENT;
	case NTP_SERVER:
		return ROLE_SERVER;
	case NTP_CONTROL:
		byte = at[1];
		break;
	case NTP_PRIVATE:
		break;
	default:
		return ROLE_UNKNOWN;
	}
	return (byte & NTP_RESPONSE) != 0 ? ROLE_SERVER : ROLE_CLIENT;
}

static void
feed(struct dissection *d)
{
	const uint8_t *at = cursor_take(&d->bytes, NTP_PRIVATE_SIZE);
	enum ntp_mode mode;

	if (at == NULL)
		return;
	mode = at[0] & 7;
	dissection_number(d, NTP_VERSION, at[0] >> 3 & 7);
	dissection_word(d, NTP_MODE, mode_names[mode]);
	if (mode != NTP_CLIENT && mode != NTP_CONTROL && mode != NTP_PRIVATE) {
		dissection_number(d, NTP_STRATUM, at[1]);
		note_reference(d, at);
	}
	d->is_side_done = true;
}

/* Four letters of a clock, or of why there is no time; else an address. */
static void
note_reference(struct dissection *d, const uint8_t *at)
{
	const uint8_t *reference;
	char text[SPELL_ROOM];
	size_t size = 4;

	cursor_skip(&d->bytes, 4);
	reference = cursor_take(&d->bytes, 4);
	if (reference == NULL || bytes_be32(reference) == 0)
		return;
	if (at[1] > 1) {
		dissection_text(d, NTP_REFERENCE, text,
		    (size_t)(spell_ipv4(text, reference) - text));
		return;
	}
	while (size > 0 && reference[size - 1] == 0)
		size--;
	dissection_text(d, NTP_REFERENCE, reference, size);
}

const struct application application_ntp = {
	.name = "ntp",
	.title = "Network Time Protocol",
	.source = "RFC 5905",
	.transports = APPLICATION_UDP,
	.udp_ports = { 123 },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
