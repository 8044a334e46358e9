/*
 * H.323: calls are set up by H.225.0, in messages of Q.931 over TPKT (RFC
 * 1006) on TCP; terminals register with a gatekeeper (RAS) over UDP, in PER,
 * where the protocol names itself: the object identifier 0.0.8.2250.0.n.
 *
 *   08, size of the call reference (1), the reference, type (1);
 *   elements: id (1), size (1, of id 7e 2), content
 */
#include <string.h>

#include "dissect/tpkt.h"

enum {
	H323_PROTOCOL = 0x08,		/* Q.931, 4.2 */
	H323_REFERENCE_MAX = 2,
	H323_TYPE_MAX = 0x7f,
	H323_SETUP = 0x05,
	H323_REPLY = 0x80,		/* in a reference: from who is called */
	H323_USER_USER = 0x7e,
	H323_USER_USER_PROTOCOL = 0x05,	/* H.225.0, 7.2.2.31 */
	H323_DISPLAY = 0x28,
	H323_CALLING = 0x6c,
	H323_CALLED = 0x70,
	H323_IS_SINGLE = 0x80,		/* an element of one byte */
	H323_NO_EXTENSION = 0x80,	/* in a number's first byte */
	H323_RAS_SEARCHED = 24		/* bytes before the identifier's end */
};

enum h323_fact {
	H323_NAME,
	H323_FROM,
	H323_TO
};

struct message {
	bool		is_reply;
	uint8_t		type;
	struct cursor	elements;
};

static const struct fact_field fields[] = {
	[H323_NAME] = { "display", FACT_TEXT, false, NULL,
	    "What the caller is shown as." },
	[H323_FROM] = { "calling", FACT_TEXT, false, NULL,
	    "Number of the caller." },
	[H323_TO] = { "called", FACT_TEXT, false, NULL,
	    "Number that is called." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static enum probe_score	probe(struct probe *);
static enum probe_score	probe_registration(const struct probe *);
static bool		read_message(struct cursor, struct message *);
static bool		take_element(struct cursor *, uint8_t *,
			    struct cursor *);
static bool		is_h225(struct cursor);
static void		feed(struct dissection *);
static void		note_element(struct dissection *, uint8_t,
			    struct cursor);

/* Q.931 alone has other users; H.225.0's element is never missing. */
static enum probe_score
probe(struct probe *p)
{
	enum tpkt_result result;
	struct message m;
	struct cursor body;

	if (p->is_datagram)
		return probe_registration(p);
	result = tpkt_take(&p->own, &body);
	if (cursor_left(&body) > 0 && result != TPKT_NONE &&
	    body.at[0] != H323_PROTOCOL)
		return PROBE_NO;
	if (result != TPKT_WHOLE)
		return result == TPKT_PART ? PROBE_MORE : PROBE_NO;
	if (!read_message(body, &m) || !is_h225(m.elements))
		return PROBE_NO;
	p->sender = m.is_reply ? ROLE_SERVER : ROLE_CLIENT;
	return PROBE_SURE;
}

/* Whoever asks a gatekeeper says which version of H.225.0 it speaks. */
static enum probe_score
probe_registration(const struct probe *p)
{
	static const uint8_t identifier[] = { 0x06, 0x00, 0x08, 0x91, 0x4a,
	    0x00 };
	const uint8_t *at = p->own.at;
	size_t size = cursor_left(&p->own);

	if (!p->is_on_port || size < sizeof identifier)
		return PROBE_NO;
	if (size > H323_RAS_SEARCHED)
		size = H323_RAS_SEARCHED;
	for (size_t i = 0; i + sizeof identifier <= size; i++) {
		if (memcmp(at + i, identifier, sizeof identifier) == 0)
			return PROBE_SURE;
	}
	return PROBE_NO;
}

static bool
read_message(struct cursor c, struct message *m)
{
	uint8_t protocol = cursor_u8(&c);
	uint8_t size = cursor_u8(&c);
	struct cursor reference = cursor_sub(&c, size);

	m->is_reply = (cursor_u8(&reference) & H323_REPLY) != 0;
	m->type = cursor_u8(&c);
	m->elements = c;
	return cursor_ok(&c) && protocol == H323_PROTOCOL && size > 0 &&
	    size <= H323_REFERENCE_MAX && m->type > 0 &&
	    m->type <= H323_TYPE_MAX;
}

static bool
take_element(struct cursor *c, uint8_t *id, struct cursor *content)
{
	*id = cursor_u8(c);
	if ((*id & H323_IS_SINGLE) != 0)
		*content = cursor_over(c->at, 0);
	else if (*id == H323_USER_USER)
		*content = cursor_sub(c, cursor_be16(c));
	else
		*content = cursor_sub(c, cursor_u8(c));
	return cursor_ok(c);
}

static bool
is_h225(struct cursor elements)
{
	struct cursor content;
	uint8_t id;

	while (take_element(&elements, &id, &content)) {
		if (id == H323_USER_USER)
			return cursor_u8(&content) ==
			    H323_USER_USER_PROTOCOL;
	}
	return false;
}

/* All facts are in the caller's first message. */
static void
feed(struct dissection *d)
{
	struct cursor content;
	struct cursor body;
	struct message m;
	uint8_t id;

	if (d->is_datagram) {
		d->is_done = true;
		return;
	}
	while (!d->is_done && tpkt_take(&d->bytes, &body) == TPKT_WHOLE) {
		if (!read_message(body, &m) || m.type != H323_SETUP)
			continue;
		while (take_element(&m.elements, &id, &content))
			note_element(d, id, content);
		d->is_done = true;
	}
	d->is_side_done = d->is_full;
}

static void
note_element(struct dissection *d, uint8_t id, struct cursor content)
{
	uint8_t first;

	switch (id) {
	case H323_DISPLAY:
		/* Some end it with a zero. */
		while (cursor_left(&content) > 0 && content.end[-1] == 0)
			content.end--;
		dissection_text(d, H323_NAME, content.at,
		    cursor_left(&content));
		break;
	case H323_CALLING:
		/* Q.931, 4.5.10: a second byte says how it may be shown. */
		first = cursor_u8(&content);
		if ((first & H323_NO_EXTENSION) == 0)
			cursor_skip(&content, 1);
		dissection_text(d, H323_FROM, content.at,
		    cursor_left(&content));
		break;
	case H323_CALLED:
		cursor_skip(&content, 1);
		dissection_text(d, H323_TO, content.at,
		    cursor_left(&content));
		break;
	default:
		break;
	}
}

const struct application application_h323 = {
	.name = "h323",
	.title = "H.323 call signalling and registration",
	.source = "ITU-T H.225.0, Q.931",
	.transports = APPLICATION_TCP | APPLICATION_UDP,
	.tcp_ports = { 1720 },
	.udp_ports = { 1719, 1718 },
	.is_settled = true,
	.probe = probe,
	.feed = feed,
	.fields = fields
};
