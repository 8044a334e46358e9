/*
 * ISO transport over TCP; see tpkt.h.
 *
 *   03 00, size of all (2); then size of the header (1), code (1), ...
 */
#include "dissect/tpkt.h"

enum {
	TPKT_VERSION = 3,
	TPKT_SIZE_MIN = 7,	/* with the least unit */
	COTP_DATA_SIZE = 2,	/* of a header behind its size */
	COTP_CONNECT_SIZE = 6,
	COTP_CODE = 0xf0
};

static enum probe_score	look(struct probe *, struct cursor *, bool *);

enum tpkt_result
tpkt_take(struct cursor *c, struct cursor *body)
{
	struct cursor at = *c;
	size_t held = cursor_left(c);
	uint16_t size;

	if ((held > 0 && c->at[0] != TPKT_VERSION) ||
	    (held > 1 && c->at[1] != 0))
		return TPKT_NONE;
	cursor_skip(&at, 2);
	size = cursor_be16(&at);
	*body = at;
	if (!cursor_ok(&at))
		return TPKT_PART;
	if (size < TPKT_SIZE_MIN)
		return TPKT_NONE;
	if (held < size)
		return TPKT_PART;
	*body = cursor_sub(&at, (size_t)size - TPKT_HEADER_SIZE);
	*c = at;
	return TPKT_WHOLE;
}

bool
cotp_take(struct cursor *body, enum cotp_code *code)
{
	uint8_t size = cursor_u8(body);
	struct cursor header = cursor_sub(body, size);

	*code = cursor_u8(&header) & COTP_CODE;
	switch (*code) {
	case COTP_DATA:
		return size == COTP_DATA_SIZE && cursor_ok(body);
	case COTP_CONNECT:
	case COTP_CONFIRM:
	case COTP_DISCONNECT:
		return size >= COTP_CONNECT_SIZE && cursor_left(body) == 0;
	default:
		return false;
	}
}

enum probe_score
tpkt_probe(struct probe *p, struct cursor *data)
{
	bool is_opened = false;
	enum probe_score score;

	do
		score = look(p, data, &is_opened);
	while (score == PROBE_WEAK);
	return score;
}

/* One packet; weak when the next is to be looked at. */
static enum probe_score
look(struct probe *p, struct cursor *data, bool *is_opened)
{
	enum tpkt_result result = tpkt_take(&p->own, data);
	enum cotp_code code;

	if (result != TPKT_WHOLE)
		return result == TPKT_PART ? PROBE_MORE : PROBE_NO;
	if (!cotp_take(data, &code))
		return PROBE_NO;
	if (code == COTP_DATA)
		return *is_opened || !p->is_start || p->is_on_port ?
		    PROBE_LIKELY : PROBE_NO;
	if (*is_opened || !p->is_start || code == COTP_DISCONNECT)
		return PROBE_NO;
	*is_opened = true;
	p->sender = code == COTP_CONNECT ? ROLE_CLIENT : ROLE_SERVER;
	return PROBE_WEAK;
}
