/*
 * RTCP, which reports of RTP streams (RFC 3550 section 6): several packets in
 * a datagram, of which the first is a report and another names the sender.
 *
 *   2 (2 bits), padding, count (5)   type   size in words less one (2)
 *   SSRC (4), what the type has
 */
#include "dissect/application.h"

enum {
	RTCP_SR = 200,
	RTCP_RR = 201,
	RTCP_SDES = 202,
	RTCP_LAST = 213,
	RTCP_HEADER_SIZE = 4,
	RTCP_WORD = 4,
	RTCP_SR_WORDS = 6,
	RTCP_RR_WORDS = 1,
	RTCP_BLOCK_WORDS = 6,
	RTCP_CNAME_ITEM = 1,
	RTCP_TOOL_ITEM = 6,
	RTCP_DATAGRAMS_MAX = 8
};

enum rtcp_fact {
	RTCP_CNAME,
	RTCP_TOOL
};

struct rtcp_state {
	uint8_t	datagrams;
};

static const struct fact_field fields[] = {
	[RTCP_CNAME] = { "cnames", FACT_LIST, false, NULL,
	    "Names that the ends give themselves." },
	[RTCP_TOOL] = { "tools", FACT_LIST, false, NULL,
	    "Programs that they say they are." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static bool		is_report(const uint8_t *);
static bool		take_packet(struct cursor *, const uint8_t **,
			    struct cursor *);
static void		feed(struct dissection *);
static void		note_source(struct dissection *, struct cursor);

/* All packets must add up to the datagram. A report by itself (RFC 5506) must
   have just as many blocks as it says. */
static enum probe_score
probe(struct probe *p)
{
	const uint8_t *at = cursor_peek(&p->own, RTCP_HEADER_SIZE);
	struct cursor body;
	bool has_source = false;
	int count = 0;

	if (at == NULL || (at[0] & 0xe0) != 0x80 ||
	    (at[1] != RTCP_SR && at[1] != RTCP_RR) || !is_report(at) ||
	    cursor_left(&p->own) != p->size)
		return PROBE_NO;
	for (; cursor_left(&p->own) > 0; count++) {
		if (!take_packet(&p->own, &at, &body))
			return PROBE_NO;
		has_source = has_source || at[1] == RTCP_SDES;
	}
	return has_source || count == 1 ? PROBE_LIKELY : PROBE_NO;
}

static bool
is_report(const uint8_t *at)
{
	unsigned int blocks = at[0] & 31U;
	unsigned int words = at[1] == RTCP_SR ? RTCP_SR_WORDS :
	    RTCP_RR_WORDS;

	return bytes_be16(at + 2) == words + blocks * RTCP_BLOCK_WORDS;
}

static bool
take_packet(struct cursor *c, const uint8_t **at, struct cursor *body)
{
	*at = cursor_take(c, RTCP_HEADER_SIZE);
	if (*at == NULL || (*at)[0] >> 6 != 2 || (*at)[1] < RTCP_SR ||
	    (*at)[1] > RTCP_LAST)
		return false;
	*body = cursor_sub(c, (size_t)bytes_be16(*at + 2) * RTCP_WORD);
	return cursor_ok(c);
}

static void
feed(struct dissection *d)
{
	struct rtcp_state *state = d->state;
	struct cursor body;
	const uint8_t *at;

	while (take_packet(&d->bytes, &at, &body)) {
		if (at[1] == RTCP_SDES)
			note_source(d, body);
	}
	d->is_done = ++state->datagrams == RTCP_DATAGRAMS_MAX;
}

/* The items of the first source: RFC 3550 6.5. */
static void
note_source(struct dissection *d, struct cursor c)
{
	cursor_skip(&c, RTCP_WORD);
	while (cursor_left(&c) > 0 && *c.at != 0) {
		uint8_t type = cursor_u8(&c);
		struct cursor text = cursor_sub(&c, cursor_u8(&c));

		if (type == RTCP_CNAME_ITEM)
			dissection_item(d, RTCP_CNAME, text.at,
			    cursor_left(&text));
		else if (type == RTCP_TOOL_ITEM)
			dissection_item(d, RTCP_TOOL, text.at,
			    cursor_left(&text));
		if (!cursor_ok(&c))
			return;
	}
}

const struct application application_rtcp = {
	.name = "rtcp",
	.title = "RTP Control Protocol",
	.source = "RFC 3550",
	.transports = APPLICATION_UDP,
	.udp_ports = { 5005 },
	.state_size = sizeof(struct rtcp_state),
	.starts = { { 0x80, 0xa0 } },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
