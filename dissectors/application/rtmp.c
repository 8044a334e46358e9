/*
 * RTMP, Adobe's Real-Time Messaging Protocol (Adobe, "RTMP Specification
 * 1.0", 5.2): each side sends its version (1 byte) and 1536 bytes, and then
 * those of the other again; a command "connect" in AMF follows.
 *
 *   03; time (4), zero or a version of the program (4), random (1528);
 *   echo (1536); chunks: header (12), "connect", { "app": "live", ... }
 */
#include <string.h>

#include "dissect/application.h"

enum {
	RTMP_VERSION = 3,
	RTMP_PART_SIZE = 1536,
	RTMP_HANDSHAKE_SIZE = 1 + 2 * RTMP_PART_SIZE,
	RTMP_SHOWN = 9,			/* up to the zero */
	RTMP_PLAYER_MIN = 9,		/* or the version of a Flash Player */
	RTMP_PLAYER_MAX = 32,
	RTMP_CONNECT_SEARCHED = 512,	/* bytes behind the handshake */
	RTMP_STRING = 2			/* AMF 0, 2.1 */
};

enum rtmp_fact {
	RTMP_APP
};

static const struct fact_field fields[] = {
	[RTMP_APP] = { "app", FACT_TEXT, false, NULL,
	    "Application that the client connects to." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static bool		note_connect(struct dissection *,
			    const struct cursor *);

/*
 * One byte and a version are little: elsewhere than at home the client's whole
 * part must be there, and no more, since it waits for the server's.
 */
static enum probe_score
probe(struct probe *p)
{
	size_t held = cursor_left(&p->own);
	const uint8_t *at = p->own.at;

	if (at[0] != RTMP_VERSION || !p->is_start)
		return PROBE_NO;
	if (held < RTMP_SHOWN)
		return PROBE_MORE;
	if (p->is_on_port)
		return PROBE_WEAK;
	if (bytes_be32(at + 5) != 0 && (at[5] < RTMP_PLAYER_MIN ||
	    at[5] > RTMP_PLAYER_MAX || at[6] != 0))
		return PROBE_NO;
	if (held < 1 + RTMP_PART_SIZE)
		return PROBE_MORE;
	return held == 1 + RTMP_PART_SIZE ? PROBE_LIKELY : PROBE_NO;
}

/* The handshake waits as a whole; what follows it is looked at from there. */
static void
feed(struct dissection *d)
{
	struct cursor c = d->bytes;

	if (d->sender == ROLE_SERVER) {
		d->is_side_done = true;
		return;
	}
	cursor_skip(&c, RTMP_HANDSHAKE_SIZE);
	if (!cursor_ok(&c)) {
		d->is_side_done = d->is_full;
		return;
	}
	d->is_done = note_connect(d, &c) || d->is_full ||
	    cursor_left(&c) >= RTMP_CONNECT_SEARCHED;
}

/* The application stands first, before a chunk can end. */
static bool
note_connect(struct dissection *d, const struct cursor *behind)
{
	static const uint8_t name[] = { 0, 3, 'a', 'p', 'p', RTMP_STRING };
	struct cursor c = *behind;

	cursor_limit(&c, RTMP_CONNECT_SEARCHED);
	for (; cursor_left(&c) > sizeof name; cursor_skip(&c, 1)) {
		struct cursor value;

		if (memcmp(c.at, name, sizeof name) != 0)
			continue;
		cursor_skip(&c, sizeof name);
		value = cursor_sub(&c, cursor_be16(&c));
		if (!cursor_ok(&c))
			return false;
		dissection_text(d, RTMP_APP, value.at, cursor_left(&value));
		return true;
	}
	return false;
}

const struct application application_rtmp = {
	.name = "rtmp",
	.title = "Real-Time Messaging Protocol",
	.source = "Adobe, RTMP Specification 1.0",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 1935 },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
