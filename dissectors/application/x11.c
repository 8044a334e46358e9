/*
 * X11, the X Window System Protocol (X Consortium, section 8 and appendix B),
 * as a connection is set up.
 *
 *   client: 'B' or 'l' for the order of bytes, 0, major 11 (2), minor 0 (2),
 *           size of the authorization's name (2), of its data (2), 0 (2)
 *   server: 1 (success), 0, major (2), minor (2), size in words (2),
 *           release (4), 12 other bytes, size of the vendor (2), 14 other
 *           bytes, vendor
 */
#include "dissect/application.h"

enum {
	X11_CLIENT_SIZE = 12,
	X11_SERVER_SIZE = 40,
	X11_MAJOR = 11,
	X11_NAME_MAX = 64,
	X11_SUCCESS = 1
};

enum x11_fact {
	X11_AUTHORIZATION,
	X11_VENDOR,
	X11_RELEASE
};

struct x11_state {
	bool	is_little;
};

static const struct fact_field fields[] = {
	[X11_AUTHORIZATION] = { "authorization", FACT_TEXT, false, NULL,
	    "How the client proves that it may connect." },
	[X11_VENDOR] = { "vendor", FACT_TEXT, false, NULL,
	    "Who made the server." },
	[X11_RELEASE] = { "release", FACT_NUMBER, false, NULL,
	    "Release of the server." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static uint16_t		get_16(const uint8_t *, bool);
static void		feed(struct dissection *);
static void		feed_server(struct dissection *, bool);

/* The server's words are told only behind the client's. */
static enum probe_score
probe(struct probe *p)
{
	const uint8_t *at = p->own.at;
	bool is_little = *at == 'l';
	uint16_t size;

	if ((!is_little && *at != 'B') || !p->is_start)
		return PROBE_NO;
	if (cursor_left(&p->own) > 1 && at[1] != 0)
		return PROBE_NO;
	if (cursor_left(&p->own) < X11_CLIENT_SIZE)
		return PROBE_MORE;
	size = get_16(at + 6, is_little);
	if (get_16(at + 2, is_little) != X11_MAJOR ||
	    get_16(at + 4, is_little) != 0 || size > X11_NAME_MAX)
		return PROBE_NO;
	p->sender = ROLE_CLIENT;
	return PROBE_SURE;
}

static inline uint16_t
get_16(const uint8_t *at, bool is_little)
{
	return is_little ? bytes_le16(at) : bytes_be16(at);
}

static void
feed(struct dissection *d)
{
	struct x11_state *state = d->state;
	const uint8_t *at = cursor_peek(&d->bytes, X11_CLIENT_SIZE);
	struct cursor c = d->bytes;
	struct cursor name;

	if (d->sender == ROLE_SERVER) {
		feed_server(d, state->is_little);
		return;
	}
	if (at == NULL)
		return;
	cursor_skip(&c, X11_CLIENT_SIZE);
	state->is_little = *at == 'l';
	name = cursor_sub(&c, get_16(at + 6, state->is_little));
	if (!cursor_ok(&c) && !d->is_full)
		return;
	dissection_text(d, X11_AUTHORIZATION, name.at, cursor_left(&name));
	cursor_skip(&d->bytes, cursor_left(&d->bytes));
	d->is_side_done = true;
}

static void
feed_server(struct dissection *d, bool is_little)
{
	struct cursor c = d->bytes;
	const uint8_t *at;
	struct cursor vendor;

	if (*c.at != X11_SUCCESS) {
		d->is_done = true;
		return;
	}
	at = cursor_take(&c, X11_SERVER_SIZE);
	if (at == NULL)
		return;
	vendor = cursor_sub(&c, get_16(at + 24, is_little));
	if (!cursor_ok(&c) && !d->is_full)
		return;
	dissection_number(d, X11_RELEASE, is_little ? bytes_le32(at + 8) :
	    bytes_be32(at + 8));
	dissection_text(d, X11_VENDOR, vendor.at, cursor_left(&vendor));
	d->is_done = true;
}

const struct application application_x11 = {
	.name = "x11",
	.title = "X Window System",
	.source = "X Window System Protocol, version 11",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 6000, 6001, 6002, 6003, 6004, 6010, 6011, 6012 },
	.state_size = sizeof(struct x11_state),
	.probe = probe,
	.feed = feed,
	.fields = fields
};
